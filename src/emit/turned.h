/* SPDX-License-Identifier: Apache-2.0 */
/* Transposes that are no steps: variants that say so (`turns`, variant.h) read their operands through them from where
 * these lie, and write their result to where the transpose would put it. */
#ifndef NCL_TURNED_H
#define NCL_TURNED_H

#include "emit/lower.h"
#include "emit/problem.h"

/* The axis of the input that becomes axis i of the result. */
int ncl_turned_axis(const struct ncl_node *transpose, int i);
/* Nothing is left to do for this transpose. */
bool ncl_turned_take(struct ncl_lower *lower, const struct ncl_node *transpose);
/* Memory with the elements of an operand, and how far apart they are along each of its axes. */
ncl_ref ncl_turned_tensor(struct ncl_lower *lower, const struct ncl_tensor *tensor, int64_t stride[NNEFCL_MAX_RANK]);
/* The same for the result of a variant that turns, which is to write it there. */
ncl_ref ncl_turned_result(struct ncl_lower *lower, const struct ncl_problem *problem);
void ncl_turned_strides(const struct ncl_lower *lower, const struct ncl_tensor *result,
                        int64_t stride[NNEFCL_MAX_RANK]);

#endif
