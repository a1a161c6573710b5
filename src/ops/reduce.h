/* Reductions along axes as steps: what operations 4.4, moments and normalizations share. */
#ifndef NCL_REDUCE_H
#define NCL_REDUCE_H

#include "ops/axes.h"

/* The first six are the variants in ops.def. */
enum ncl_reduction {
    NCL_REDUCE_SUM,
    NCL_REDUCE_MEAN,
    NCL_REDUCE_MAX,
    NCL_REDUCE_MIN,
    NCL_REDUCE_ALL,
    NCL_REDUCE_ANY,
    NCL_REDUCE_VARIANCE,   /* the mean of (x - mean)^2 */
    NCL_REDUCE_MEAN_SQUARE /* the mean of x^2 */
};

/* `output`, of `shape`, which ncl_axes_infer made from that of the input. `mean` is read for VARIANCE only; else it is
 * any tensor. */
nnefcl_status ncl_reduce_emit(struct ncl_lower *lower, enum ncl_reduction kind, const struct ncl_tensor *input,
                              ncl_ref mean, ncl_ref output, const nnefcl_shape *shape);

#endif
