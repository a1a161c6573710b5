/* SPDX-License-Identifier: Apache-2.0 */
/* Layers of the first form, as those of the new one. A layer that only pads becomes the padding of what reads it. */
#include <string.h>

#include "import/caffe/caffe.h"

static const struct {
    const char *first, *type;
} types[] = {{"accuracy", "Accuracy"},
             {"bnll", "BNLL"},
             {"concat", "Concat"},
             {"conv", "Convolution"},
             {"data", "Data"},
             {"dropout", "Dropout"},
             {"euclidean_loss", "EuclideanLoss"},
             {"flatten", "Flatten"},
             {"hdf5_data", "HDF5Data"},
             {"hdf5_output", "HDF5Output"},
             {"hinge_loss", "HingeLoss"},
             {"images", "ImageData"},
             {"infogain_loss", "InfogainLoss"},
             {"innerproduct", "InnerProduct"},
             {"lrn", "LRN"},
             {"multinomial_logistic_loss", "MultinomialLogisticLoss"},
             {"pool", "Pooling"},
             {"relu", "ReLU"},
             {"sigmoid", "Sigmoid"},
             {"softmax", "Softmax"},
             {"softmax_loss", "SoftmaxWithLoss"},
             {"split", "Split"},
             {"tanh", "TanH"},
             {"window_data", "WindowData"}};

static char *new_type(const Caffe__FirstLayer *first)
{
    for (size_t i = 0; first->type && i < sizeof types / sizeof *types; i++)
        if (strcmp(first->type, types[i].first) == 0)
            return (char *)types[i].type;
    return first->type ? first->type : (char *)"a layer without a type";
}

static bool is_padding(const Caffe__OldLayer *old)
{
    return old->layer && old->layer->type && strcmp(old->layer->type, "padding") == 0 && old->n_bottom == 1 &&
           old->n_top == 1;
}

/* Parameters live as long as the model, beside their layer. */
struct parameters {
    Caffe__Convolution convolution;
    Caffe__InnerProduct product;
    Caffe__Pooling pooling;
    Caffe__Lrn lrn;
    Caffe__Concat concat;
    Caffe__Transform transform;
    uint32_t pad, kernel, stride;
    char *bottom;
};

static void set_parameters(const Caffe__FirstLayer *first, struct parameters *p, Caffe__Layer *layer)
{
    caffe__convolution__init(&p->convolution);
    caffe__inner_product__init(&p->product);
    caffe__pooling__init(&p->pooling);
    caffe__lrn__init(&p->lrn);
    caffe__concat__init(&p->concat);
    p->pad += first->pad;
    p->kernel = first->kernelsize;
    p->stride = first->stride;
    p->convolution.has_num_output = p->convolution.has_bias_term = p->convolution.has_group = true;
    p->convolution.num_output = first->num_output;
    p->convolution.bias_term = first->biasterm;
    p->convolution.group = first->group;
    p->convolution.n_pad = p->convolution.n_kernel_size = p->convolution.n_stride = 1;
    p->convolution.pad = &p->pad;
    p->convolution.kernel_size = &p->kernel;
    p->convolution.stride = &p->stride;
    p->product.has_num_output = p->product.has_bias_term = true;
    p->product.num_output = first->num_output;
    p->product.bias_term = first->biasterm;
    p->pooling.has_pool = p->pooling.has_kernel_size = p->pooling.has_stride = p->pooling.has_pad = true;
    p->pooling.pool = first->pool;
    p->pooling.kernel_size = first->kernelsize;
    p->pooling.stride = first->stride;
    p->pooling.pad = p->pad;
    p->lrn.has_local_size = p->lrn.has_alpha = p->lrn.has_beta = p->lrn.has_k = true;
    p->lrn.local_size = first->local_size;
    p->lrn.alpha = first->alpha;
    p->lrn.beta = first->beta;
    p->lrn.k = first->k;
    p->concat.has_concat_dim = true;
    p->concat.concat_dim = first->concat_dim;
    caffe__transform__init(&p->transform);
    p->transform.crop_size = first->cropsize;
    p->transform.scale = first->scale;
    p->transform.mean_file = first->meanfile;
    layer->transform_param = &p->transform;
    layer->convolution_param = &p->convolution;
    layer->inner_product_param = &p->product;
    layer->pooling_param = &p->pooling;
    layer->lrn_param = &p->lrn;
    layer->concat_param = &p->concat;
}

/* The padding that a layer reads, and what that reads: its own operand then. */
static char *padded_operand(const Caffe__Net *net, char *bottom, uint32_t *pad)
{
    for (size_t i = 0; i < net->n_layers; i++)
        if (is_padding(net->layers[i]) && strcmp(net->layers[i]->top[0], bottom) == 0) {
            *pad += net->layers[i]->layer->pad;
            return net->layers[i]->bottom[0];
        }
    return bottom;
}

const Caffe__Layer *ncl_caffe_first_layer(struct ncl_import *import, const Caffe__Net *net, const Caffe__OldLayer *old)
{
    Caffe__Layer *layer = is_padding(old) ? NULL : NCL_NEW(import->arena, Caffe__Layer);
    struct parameters *p = layer ? NCL_NEW(import->arena, struct parameters) : NULL;
    if (is_padding(old))
        return NULL;
    if (!p) {
        ncl_import_nomem(import);
        return NULL;
    }
    caffe__layer__init(layer);
    layer->name = old->layer->name;
    layer->type = new_type(old->layer);
    layer->n_bottom = old->n_bottom;
    layer->bottom = old->bottom;
    if (old->n_bottom == 1) {
        p->bottom = padded_operand(net, old->bottom[0], &p->pad);
        layer->bottom = &p->bottom;
    }
    layer->n_top = old->n_top;
    layer->top = old->top;
    layer->n_blobs = old->layer->n_blobs;
    layer->blobs = old->layer->blobs;
    set_parameters(old->layer, p, layer);
    return layer;
}
