/* SPDX-License-Identifier: Apache-2.0 */
/* Layers of all forms, as those of the new one. */
#include <string.h>

#include "import/caffe/caffe.h"

static const char *const new_types[] = {
    [CAFFE__OLD_LAYER__TYPE__BNLL] = "BNLL",
    [CAFFE__OLD_LAYER__TYPE__CONCAT] = "Concat",
    [CAFFE__OLD_LAYER__TYPE__CONVOLUTION] = "Convolution",
    [CAFFE__OLD_LAYER__TYPE__DATA] = "Data",
    [CAFFE__OLD_LAYER__TYPE__DROPOUT] = "Dropout",
    [CAFFE__OLD_LAYER__TYPE__EUCLIDEAN_LOSS] = "EuclideanLoss",
    [CAFFE__OLD_LAYER__TYPE__FLATTEN] = "Flatten",
    [CAFFE__OLD_LAYER__TYPE__HDF5_DATA] = "HDF5Data",
    [CAFFE__OLD_LAYER__TYPE__HDF5_OUTPUT] = "HDF5Output",
    [CAFFE__OLD_LAYER__TYPE__IM2COL] = "Im2col",
    [CAFFE__OLD_LAYER__TYPE__IMAGE_DATA] = "ImageData",
    [CAFFE__OLD_LAYER__TYPE__INFOGAIN_LOSS] = "InfogainLoss",
    [CAFFE__OLD_LAYER__TYPE__INNER_PRODUCT] = "InnerProduct",
    [CAFFE__OLD_LAYER__TYPE__LRN] = "LRN",
    [CAFFE__OLD_LAYER__TYPE__MULTINOMIAL_LOGISTIC_LOSS] = "MultinomialLogisticLoss",
    [CAFFE__OLD_LAYER__TYPE__POOLING] = "Pooling",
    [CAFFE__OLD_LAYER__TYPE__RELU] = "ReLU",
    [CAFFE__OLD_LAYER__TYPE__SIGMOID] = "Sigmoid",
    [CAFFE__OLD_LAYER__TYPE__SOFTMAX] = "Softmax",
    [CAFFE__OLD_LAYER__TYPE__SOFTMAX_LOSS] = "SoftmaxWithLoss",
    [CAFFE__OLD_LAYER__TYPE__SPLIT] = "Split",
    [CAFFE__OLD_LAYER__TYPE__TANH] = "TanH",
    [CAFFE__OLD_LAYER__TYPE__WINDOW_DATA] = "WindowData",
    [CAFFE__OLD_LAYER__TYPE__ELTWISE] = "Eltwise",
    [CAFFE__OLD_LAYER__TYPE__POWER] = "Power",
    [CAFFE__OLD_LAYER__TYPE__SIGMOID_CROSS_ENTROPY_LOSS] = "SigmoidCrossEntropyLoss",
    [CAFFE__OLD_LAYER__TYPE__HINGE_LOSS] = "HingeLoss",
    [CAFFE__OLD_LAYER__TYPE__MEMORY_DATA] = "MemoryData",
    [CAFFE__OLD_LAYER__TYPE__ARGMAX] = "ArgMax",
    [CAFFE__OLD_LAYER__TYPE__THRESHOLD] = "Threshold",
    [CAFFE__OLD_LAYER__TYPE__DUMMY_DATA] = "DummyData",
    [CAFFE__OLD_LAYER__TYPE__SLICE] = "Slice",
    [CAFFE__OLD_LAYER__TYPE__MVN] = "MVN",
    [CAFFE__OLD_LAYER__TYPE__ABSVAL] = "AbsVal",
    [CAFFE__OLD_LAYER__TYPE__SILENCE] = "Silence",
    [CAFFE__OLD_LAYER__TYPE__CONTRASTIVE_LOSS] = "ContrastiveLoss",
    [CAFFE__OLD_LAYER__TYPE__EXP] = "Exp",
    [CAFFE__OLD_LAYER__TYPE__DECONVOLUTION] = "Deconvolution",
    [CAFFE__OLD_LAYER__TYPE__ACCURACY] = "Accuracy",
};

static const char *new_type(const Caffe__OldLayer *old)
{
    const char *type =
        old->type >= 0 && (size_t)old->type < sizeof new_types / sizeof *new_types ? new_types[old->type] : NULL;
    return type ? type : "a layer without a type";
}

static const Caffe__Layer *renew_layer(struct ncl_import *import, const Caffe__OldLayer *old)
{
    Caffe__Layer *layer = NCL_NEW(import->arena, Caffe__Layer);
    if (!layer) {
        ncl_import_nomem(import);
        return NULL;
    }
    caffe__layer__init(layer);
    layer->name = old->name;
    layer->type = (char *)new_type(old);
    layer->n_bottom = old->n_bottom;
    layer->bottom = old->bottom;
    layer->n_top = old->n_top;
    layer->top = old->top;
    layer->n_blobs = old->n_blobs;
    layer->blobs = old->blobs;
    layer->n_include = old->n_include;
    layer->include = old->include;
    layer->n_exclude = old->n_exclude;
    layer->exclude = old->exclude;
    layer->concat_param = old->concat_param;
    layer->convolution_param = old->convolution_param;
    layer->inner_product_param = old->inner_product_param;
    layer->lrn_param = old->lrn_param;
    layer->pooling_param = old->pooling_param;
    layer->power_param = old->power_param;
    layer->argmax_param = old->argmax_param;
    layer->eltwise_param = old->eltwise_param;
    layer->threshold_param = old->threshold_param;
    layer->relu_param = old->relu_param;
    layer->slice_param = old->slice_param;
    layer->mvn_param = old->mvn_param;
    layer->softmax_param = old->softmax_param;
    layer->exp_param = old->exp_param;
    layer->transform_param = old->transform_param;
    layer->data_param = old->data_param;
    layer->image_data_param = old->image_data_param;
    layer->memory_data_param = old->memory_data_param;
    layer->dummy_data_param = old->dummy_data_param;
    return layer;
}

static bool has_rule_for_test(Caffe__Rule *const *rule, size_t count)
{
    bool found = false;
    for (size_t i = 0; i < count; i++)
        found |= !rule[i]->has_phase || rule[i]->phase == CAFFE__PHASE__TEST;
    return found;
}

/* Layers that only say how good the network is, or write files. */
static bool is_judge(const Caffe__Layer *layer)
{
    static const char *const types[] = {"Accuracy",        "EuclideanLoss",          "HDF5Output",
                                        "HingeLoss",       "InfogainLoss",           "MultinomialLogisticLoss",
                                        "ContrastiveLoss", "SigmoidCrossEntropyLoss"};
    bool judge = false;
    for (size_t i = 0; layer->type && i < sizeof types / sizeof *types; i++)
        judge |= strcmp(layer->type, types[i]) == 0;
    return judge;
}

static bool is_for_test(const Caffe__Layer *layer)
{
    return !is_judge(layer) && (layer->n_include == 0 || has_rule_for_test(layer->include, layer->n_include)) &&
           !(layer->n_exclude && has_rule_for_test(layer->exclude, layer->n_exclude));
}

const Caffe__Layer *const *ncl_caffe_layers(struct ncl_import *import, const Caffe__Net *net, size_t *count)
{
    const size_t all = net->n_layers + net->n_layer;
    const Caffe__Layer **layer = NCL_NEW_ARRAY(&import->scratch, const Caffe__Layer *, all);
    *count = 0;
    if (!layer) {
        ncl_import_nomem(import);
        return NULL;
    }
    for (size_t i = 0; i < all && !import->status; i++) {
        const Caffe__OldLayer *old = i < net->n_layers ? net->layers[i] : NULL;
        const Caffe__Layer *next = !old         ? net->layer[i - net->n_layers]
                                   : old->layer ? ncl_caffe_first_layer(import, net, old)
                                                : renew_layer(import, old);
        if (next && is_for_test(next))
            layer[(*count)++] = next;
    }
    return layer;
}
