/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernels of reductions share: the formulas of each kind. */
#ifndef NCL_REDUCTION_H
#define NCL_REDUCTION_H

#include "emit/lower.h"
#include "emit/problem.h"

bool ncl_reduction_is_arg(enum ncl_reduction kind);
/* What joins reductions of parts of a line to that of the line: means of squares are averaged, roots of them too, as
 * squares. */
enum ncl_reduction ncl_reduction_of_parts(enum ncl_reduction kind);
/* Does a result divide by VOLUME? */
bool ncl_reduction_is_mean(enum ncl_reduction kind);
/* T, the type of the elements, and JOIN, START, SUM, MAP(v), FINISH(v) of reduce.cl; BETTER(v, a) and START of
 * argreduce.cl for positions. */
void ncl_reduction_define(struct ncl_emit *step, const struct ncl_reduce *reduce);

#endif
