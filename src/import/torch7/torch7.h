/* SPDX-License-Identifier: Apache-2.0 */
/* Torch7: what reader and operators share. A module is node->detail; its weights are operands behind what it reads. */
#ifndef NCL_TORCH7_H
#define NCL_TORCH7_H

#include "import/compose.h"
#include "import/torch7/t7.h"

enum ncl_torch7_weight { NCL_TORCH7_WEIGHT, NCL_TORCH7_BIAS, NCL_TORCH7_MEAN, NCL_TORCH7_VARIANCE, NCL_TORCH7_WEIGHTS };

struct ncl_torch7_detail {
    const struct ncl_t7 *module;
    const struct ncl_t7 *pool; /* that it undoes; NULL: none */
    size_t reads;              /* operands in front of the weights */
};

nnefcl_status ncl_torch7_read(struct ncl_import *import, struct ncl_import_graph *graph);

#define NCL_TORCH7_BUILDERS(X)                                                                                         \
    X(unary)                                                                                                           \
    X(binary)                                                                                                          \
    X(pass)                                                                                                            \
    X(leaky)                                                                                                           \
    X(prelu)                                                                                                           \
    X(elu)                                                                                                             \
    X(hard_tanh)                                                                                                       \
    X(threshold)                                                                                                       \
    X(softplus)                                                                                                        \
    X(power)                                                                                                           \
    X(constant)                                                                                                        \
    X(scale) X(softmax) X(log_softmax) X(conv) X(deconv) X(pool) X(batch_norm) X(linear) X(lrn) X(nearest) X(pad)      \
        X(view) X(reshape) X(squeeze) X(unsqueeze) X(transpose) X(narrow) X(select) X(two_signs) X(join) X(reduce)     \
            X(normalize) X(soft_min) X(soft_sign) X(log_sigmoid) X(tanh_shrink) X(shrink) X(rrelu) X(mm) X(replicate)  \
                X(lookup) X(bilinear) X(adaptive) X(temporal) X(pad_axis) X(add) X(unpool) X(sub_sampling)             \
                    X(temporal_pool) X(bottle_in) X(bottle_out) X(shave) X(instance_norm) X(pairs) X(gated)            \
                        X(bilinear_form) X(shuffle) X(depthwise) X(nearness)

#define NCL_TORCH7_DECLARE(name)                                                                                       \
    void ncl_torch7_build_##name(struct ncl_import *import, const struct ncl_import_node *node);
NCL_TORCH7_BUILDERS(NCL_TORCH7_DECLARE)
#undef NCL_TORCH7_DECLARE

static inline const struct ncl_t7 *ncl_torch7_module(const struct ncl_import_node *node)
{
    return ((const struct ncl_torch7_detail *)node->detail)->module;
}

static inline size_t ncl_torch7_operand(const struct ncl_import_node *node, enum ncl_torch7_weight weight)
{
    return ((const struct ncl_torch7_detail *)node->detail)->reads + (size_t)weight;
}

#endif
