/* SPDX-License-Identifier: Apache-2.0 */
/* Element-wise nodes as steps: an expression (expression.h) becomes a problem of the family ELEMENTS. */
#ifndef NCL_ELEMENTS_H
#define NCL_ELEMENTS_H

#include "emit/expression.h"
#include "emit/problem.h"

/* The lowering of every operation that has `elements`. */
nnefcl_status ncl_elements_lower(struct ncl_lower *lower, const struct ncl_node *node);
/* The problem of such a node with all that hangs on it, without its expression. */
void ncl_elements_describe(const struct ncl_node *node, struct ncl_problem *problem);
/* The steps of an expression whose result is a tensor of the graph ... */
nnefcl_status ncl_elements_result(const struct ncl_expression *expression, const struct ncl_tensor *result);
/* ... or one of the plan, plain and dense. */
nnefcl_status ncl_elements_emit(const struct ncl_expression *expression, ncl_ref result);

#endif
