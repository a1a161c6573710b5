/* SPDX-License-Identifier: Apache-2.0 */
/* Caffe2: what reader and operators share. */
#ifndef NCL_CAFFE2_H
#define NCL_CAFFE2_H

#include "import/compose.h"

/* How integers of an operand, or of result 0 behind them, stand for numbers: node->detail. */
struct ncl_caffe2_quant {
    double scale; /* 0: they are what they are */
    int64_t zero;
};

nnefcl_status ncl_caffe2_read(struct ncl_import *import, struct ncl_import_graph *graph);

/* Channels come first, or last ("order" NHWC, of filters too): then operand `index` is turned to have them behind the
 * batch (caffe2_order.c), and result 0 is turned back. */
bool ncl_caffe2_is_last(struct ncl_import *import, const struct ncl_import_node *node);
struct ncl_tensor *ncl_caffe2_first(struct ncl_import *import, const struct ncl_import_node *node, size_t index);
void ncl_caffe2_give(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *y);

/* Operand `index` and result 0; of Int8 operators as these compute with them (caffe2_whole.c). */
struct ncl_tensor *ncl_caffe2_tensor(struct ncl_import *import, const struct ncl_import_node *node, size_t index);
void ncl_caffe2_result(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *y);

#define NCL_CAFFE2_BUILDERS(X)                                                                                         \
    X(unary)                                                                                                           \
    X(binary)                                                                                                          \
    X(sum)                                                                                                             \
    X(pass)                                                                                                            \
    X(leaky)                                                                                                           \
    X(prelu)                                                                                                           \
    X(elu)                                                                                                             \
    X(clip)                                                                                                            \
    X(conv)                                                                                                            \
    X(deconv)                                                                                                          \
    X(pool)                                                                                                            \
    X(batch_norm)                                                                                                      \
    X(fc) X(matmul) X(lrn) X(softmax) X(concat) X(split) X(flatten) X(reshape) X(transpose) X(squeeze) X(expand_dims)  \
        X(nearest) X(pad) X(shuffle) X(slice) X(order) X(reduce) X(instance_norm) X(mean) X(with) X(log_softmax)       \
            X(norm) X(swish) X(softsign) X(hard_sigmoid) X(gather) X(tile) X(bilinear) X(cast) X(layer_norm) X(arg)    \
                X(global_pool) X(selu) X(affine) X(group_norm) X(reduce_some) X(normalize) X(select) X(reshape_like)   \
                    X(roi_pool) X(roi_align) X(whole) X(whole_sum) X(recurrent) X(lstm_unit) X(gru_unit)

#define NCL_CAFFE2_DECLARE(name)                                                                                       \
    void ncl_caffe2_build_##name(struct ncl_import *import, const struct ncl_import_node *node);
NCL_CAFFE2_BUILDERS(NCL_CAFFE2_DECLARE)
#undef NCL_CAFFE2_DECLARE

#endif
