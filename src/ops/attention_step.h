/* SPDX-License-Identifier: Apache-2.0 */
/* The step of attention that attention.cl and attention_group.cl have in common: operands and record. */
#ifndef NCL_ATTENTION_STEP_H
#define NCL_ATTENTION_STEP_H

#include "emit/variant.h"

/* Begins a step of this body whose tasks have `width` queries each; its tasks are what is left to say. */
struct ncl_emit *ncl_attention_step(struct ncl_lower *lower, const struct ncl_problem *problem, const char *body,
                                    int64_t width);
int64_t ncl_attention_tasks(const struct ncl_problem *problem, int64_t width);

#endif
