/* SPDX-License-Identifier: Apache-2.0 */
/* Runs code. */
#ifndef NCL_EVALUATE_H
#define NCL_EVALUATE_H

#include "front/build.h"

/* The code of one assignment of the graph. */
nnefcl_status ncl_evaluate(struct ncl_build *build, const struct ncl_code *code, size_t slots);
void ncl_evaluate_free(struct ncl_build *build);

#endif
