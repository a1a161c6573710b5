/* SPDX-License-Identifier: Apache-2.0 */
/* What happens behind the last assignment of the graph. */
#ifndef NCL_AFTER_BODY_H
#define NCL_AFTER_BODY_H

#include "front/build.h"

/* Finds and checks the files of all variables. */
nnefcl_status ncl_after_body_files(struct ncl_build *build);
/* Ranges for variables without a file. */
void ncl_after_body_random(struct ncl_graph *graph);
/* The file of one variable, and that it is right: where its value is needed before. */
nnefcl_status ncl_after_body_member(struct ncl_build *build, struct ncl_variable *variable, struct ncl_loc at);

#endif
