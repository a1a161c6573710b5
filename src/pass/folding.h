/* SPDX-License-Identifier: Apache-2.0 */
/* Filters and biases that the pass `norm` makes of others, by nodes that are known at init. */
#ifndef NCL_FOLDING_H
#define NCL_FOLDING_H

#include "pass/pass.h"

struct ncl_folding {
    struct ncl_rewrite *rw;
    const struct ncl_signature *fold_norm;
    size_t count; /* of tensors before the pass: those behind it are filters and biases that it made */
};

/* A constant, or made of constants by this pass. */
bool ncl_folding_knows(const struct ncl_folding *fold, const struct ncl_tensor *tensor);
/* Known, with one value for each channel, or one for all, in the place that the text wants it. */
bool ncl_folding_per_channel(const struct ncl_folding *fold, const struct ncl_tensor *tensor, int64_t channels);
/* A convolution, deconvolution or product whose filter and bias are known. */
bool ncl_folding_knows_filter(const struct ncl_folding *fold, const struct ncl_node *node);
/* A batch normalization of constants. */
bool ncl_folding_knows_norm(const struct ncl_folding *fold, const struct ncl_node *node);

/* What the batch normalization makes of x, whose channels run along `axis`, right before `at`; `shifted`: with its mean
 * and offset. NULL after an error. */
struct ncl_tensor *ncl_folding_norm(const struct ncl_folding *fold, struct ncl_node *at, const struct ncl_node *norm,
                                    struct ncl_value x, int axis, bool shifted);
/* `node` is what `as` is from now on, with another filter and bias. */
bool ncl_folding_become(const struct ncl_folding *fold, struct ncl_node *node, const struct ncl_node *as,
                        struct ncl_value filter, struct ncl_value bias);

#endif
