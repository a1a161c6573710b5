/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernels of reductions share: the formulas of each kind. */
#ifndef NCL_REDUCTION_H
#define NCL_REDUCTION_H

#include "emit/lower.h"
#include "emit/problem.h"

bool ncl_reduction_is_arg(enum ncl_reduction kind);
/* A step may have the whole of the work, or that of elements, or that of parts which such steps left. */
enum ncl_reduction_stage { NCL_REDUCTION_WHOLE, NCL_REDUCTION_PARTS, NCL_REDUCTION_LAST };
/* T, the type of the elements, and JOIN, START, SUM, MAP(v), FINISH(v) of reduce.cl; BETTER(v, a) and START of
 * argreduce.cl for positions. */
void ncl_reduction_define(struct ncl_emit *step, const struct ncl_reduce *reduce, enum ncl_reduction_stage stage);

#endif
