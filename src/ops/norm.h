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
/* Do scale and offset, where there are any, have a number for each channel? */
bool ncl_norm_is_by_channels(const struct ncl_problem *problem);

/* CENTRED, LENGTH, SCALED, SHIFTED of a step whose body takes scale and offset where there are any. */
void ncl_norm_define(struct ncl_emit *step, const struct ncl_norm *norm);
/* Scale or offset as such a step reads it; NCL_NO_TENSOR: there is none. */
ncl_ref ncl_norm_parameter(struct ncl_lower *lower, const struct ncl_node *node, enum ncl_norm_parameter parameter,
                           const char *name);
/* EPSILON, and BIAS and SMALL of a length: the end of its record. */
void ncl_norm_reals(struct ncl_emit *step, const struct ncl_norm *norm);

#endif
