/* SPDX-License-Identifier: Apache-2.0 */
/* Reductions along axes as steps: what operations 4.4, moments and normalizations share. */
#ifndef NCL_REDUCE_H
#define NCL_REDUCE_H

#include "emit/problem.h"
#include "ops/axes.h"

/* `output`, of `shape`, which ncl_axes_infer made from that of the input. `mean` is that of VARIANCE and DEVIATION,
 * else NCL_NO_TENSOR. */
nnefcl_status ncl_reduce_emit(struct ncl_lower *lower, enum ncl_reduction kind, const struct ncl_tensor *input,
                              ncl_ref mean, ncl_ref output, const nnefcl_shape *shape);

#endif
