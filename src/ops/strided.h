/* SPDX-License-Identifier: Apache-2.0 */
/* Copies between two index schemes of one index space (struct ncl_strided): what transposes, slices, concatenations and
 * broadcasts have in common. They become a MOVE, or no step at all. */
#ifndef NCL_STRIDED_H
#define NCL_STRIDED_H

#include "emit/variant.h"

/* Strides of a dense row-major tensor. */
void ncl_strided_dense(const nnefcl_shape *shape, int64_t stride[NNEFCL_MAX_RANK]);
/* Appends the next inner axis; an extent of 1 is left out. */
void ncl_strided_add(struct ncl_strided *copy, int64_t extent, int64_t in, int64_t out);
/* A tensor of shape `from` repeated to the shape `to`: axes agree from the first one on, missing and unit extents
 * repeat. `to` may be shorter when the rest of `from` is 1. */
struct ncl_strided ncl_strided_broadcast(const nnefcl_shape *from, const nnefcl_shape *to);
/* Merges neighbouring axes that step alike on both sides. */
void ncl_strided_collapse(struct ncl_strided *copy);
/* The move as a problem. `whole`: it writes all of `out`; else the rest of `out` stays. */
void ncl_strided_choose(struct ncl_lower *lower, const struct ncl_strided *copy, ncl_ref in, ncl_ref out, bool whole);
/* Begins a step of a kernel of moves: types, tensors. */
struct ncl_emit *ncl_strided_begin(struct ncl_lower *lower, const char *body, const struct ncl_problem *problem);
/* The fields EXTENT, IN_STRIDE, OUT_STRIDE of so many axes. */
void ncl_strided_axes(struct ncl_emit *step, const struct ncl_strided_axis *axis, int count);
int64_t ncl_strided_volume(const struct ncl_strided *copy);
/* Makes all of `result` out of `input`: a view where the elements lie in a row already, else the step. */
void ncl_strided_lower(struct ncl_lower *lower, const struct ncl_strided *copy, const struct ncl_tensor *input,
                       const struct ncl_tensor *result);
/* The same, with `images` of an input whose images lie as far apart as its writer left them (pitch.h): so many
 * elements. */
void ncl_strided_images(struct ncl_lower *lower, const struct ncl_strided *copy, const struct ncl_tensor *input,
                        const struct ncl_tensor *result, bool images);
int64_t ncl_strided_image(struct ncl_lower *lower, const struct ncl_tensor *input);

#endif
