/* Copies between two index schemes of one index space: what transposes, slices, concatenations and broadcasts have in
 * common. They become one step of strided_copy.cl or blocked_transpose.cl, or no step at all.
 *
 *   out[out_first + sum_k i_k * out_k] = in[in_first + sum_k i_k * in_k],  0 <= i_k < extent_k
 *
 * Strides count elements; those of the input may be negative, or 0 to repeat. */
#ifndef NCL_STRIDED_H
#define NCL_STRIDED_H

#include "emit/lower.h"

#define NCL_STRIDED_RANK (2 * NNEFCL_MAX_RANK)

struct ncl_strided {
    int rank;
    struct ncl_strided_axis {
        int64_t extent, in, out;
    } axis[NCL_STRIDED_RANK]; /* outermost first */
    int64_t in_first, out_first;
};

/* Strides of a dense row-major tensor. */
void ncl_strided_dense(const nnefcl_shape *shape, int64_t stride[NNEFCL_MAX_RANK]);
/* Appends the next inner axis; an extent of 1 is left out. */
void ncl_strided_add(struct ncl_strided *copy, int64_t extent, int64_t in, int64_t out);
/* A tensor of shape `from` repeated to the shape `to`: axes agree from the first one on, missing and unit extents
 * repeat. `to` may be shorter when the rest of `from` is 1. */
struct ncl_strided ncl_strided_broadcast(const nnefcl_shape *from, const nnefcl_shape *to);
/* Merges neighbouring axes that step alike on both sides. */
void ncl_strided_collapse(struct ncl_strided *copy);
/* The step. `whole`: it writes all of `out`; else the rest of `out` stays. */
void ncl_strided_emit(struct ncl_lower *lower, const struct ncl_strided *copy, ncl_ref in, ncl_ref out, bool whole);
/* Makes all of `result` out of `input`: a view where the elements lie in a row already, else the step. */
void ncl_strided_lower(struct ncl_lower *lower, const struct ncl_strided *copy, const struct ncl_tensor *input,
                       const struct ncl_tensor *result);

#endif
