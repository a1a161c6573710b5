/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernels of normalizations along axes share (layer_norm.c). */
#ifndef NCL_NORM_H
#define NCL_NORM_H

#include "emit/lower.h"
#include "emit/problem.h"

/* Sums of squares below this are taken again of elements times 2^70: what is lost of them would be seen in the result.
 * 0: it would not, as all lengths are far above. */
double ncl_norm_small(const struct ncl_norm *norm);
/* Bytes of the result, of one image, as conversions are counted (emit/blocks.h); all of them where there is none. */
double ncl_norm_bytes(const struct ncl_norm *norm);
/* Does every mean gather all of axes [first, end), and no other one? */
bool ncl_norm_gathers(const struct ncl_norm *norm, int first, int end);
/* Do scale and offset, where there are any, have a number for each channel? */
bool ncl_norm_is_by_channels(const struct ncl_problem *problem);
/* Of images in blocks of channels whose results come at so many GB/s; the filling of the last block counts. */
double ncl_norm_blocked_cost(const struct ncl_target *target, const struct ncl_norm *norm, double rate);

/* CENTRED, LENGTH, SCALED, SHIFTED of a step whose body takes scale and offset where there are any. */
void ncl_norm_define(struct ncl_emit *step, const struct ncl_norm *norm);
/* Its operands scale and offset; `instead` in the place of what there is not. */
void ncl_norm_parameters(struct ncl_lower *lower, struct ncl_emit *step, const struct ncl_problem *problem,
                         ncl_ref instead);
/* EPSILON, and BIAS and SMALL of a length: the end of its record. */
void ncl_norm_reals(struct ncl_emit *step, const struct ncl_norm *norm);

#endif
