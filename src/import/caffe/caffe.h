/* SPDX-License-Identifier: Apache-2.0 */
/* Networks of Caffe: what reader and operators share. A layer's message is node->detail; its weights are operands
 * behind those that the file names. */
#ifndef NCL_CAFFE_H
#define NCL_CAFFE_H

#include <caffe.pb-c.h>
#include "import/compose.h"

struct ncl_caffe_detail {
    const Caffe__Layer *layer;
    size_t bottoms; /* operands in front of the weights */
};

nnefcl_status ncl_caffe_read(struct ncl_import *import, struct ncl_import_graph *graph);
/* The layers that the network has, in their new form: those of the phase TEST (caffe_layers.c). */
const Caffe__Layer *const *ncl_caffe_layers(struct ncl_import *import, const Caffe__Net *net, size_t *count);
/* One of the first form; NULL: it is only padding, or after an error (caffe_first.c). */
const Caffe__Layer *ncl_caffe_first_layer(struct ncl_import *import, const Caffe__Net *net, const Caffe__OldLayer *old);

#define NCL_CAFFE_BUILDERS(X)                                                                                          \
    X(unary)                                                                                                           \
    X(pass)                                                                                                            \
    X(relu)                                                                                                            \
    X(prelu)                                                                                                           \
    X(elu)                                                                                                             \
    X(power)                                                                                                           \
    X(exp)                                                                                                             \
    X(log)                                                                                                             \
    X(threshold)                                                                                                       \
    X(eltwise)                                                                                                         \
    X(conv)                                                                                                            \
    X(deconv) X(pool) X(inner_product) X(lrn) X(batch_norm) X(scale) X(mvn) X(normalize) X(softmax) X(concat) X(slice) \
        X(flatten) X(reshape) X(crop) X(tile) X(permute) X(reduction) X(argmax) X(silence) X(swish) X(clip) X(embed)   \
            X(shuffle) X(axpy) X(recurrent) X(prior_box) X(detection_output) X(reorg) X(interp) X(spp) X(reindex)      \
                X(roi_pooling)

#define NCL_CAFFE_DECLARE(name)                                                                                        \
    void ncl_caffe_build_##name(struct ncl_import *import, const struct ncl_import_node *node);
NCL_CAFFE_BUILDERS(NCL_CAFFE_DECLARE)
#undef NCL_CAFFE_DECLARE

static inline const Caffe__Layer *ncl_caffe_layer(const struct ncl_import_node *node)
{
    return ((const struct ncl_caffe_detail *)node->detail)->layer;
}

/* Operand number `index` among the weights. */
static inline size_t ncl_caffe_blob(const struct ncl_import_node *node, size_t index)
{
    return ((const struct ncl_caffe_detail *)node->detail)->bottoms + index;
}

#endif
