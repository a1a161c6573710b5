/* SPDX-License-Identifier: Apache-2.0 */
/* Layers element by element. */
#include <math.h>
#include <string.h>

#include "import/caffe/caffe.h"

void ncl_caffe_build_unary(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_import_give(import, node, 0, ncl_compose_unary(import, import->op->as, ncl_import_tensor(import, node, 0)));
}

/* Dropout and Split: the operand, once for each result. */
void ncl_caffe_build_pass(struct ncl_import *import, const struct ncl_import_node *node)
{
    for (size_t i = 0; i < node->output_count; i++)
        ncl_import_pass(import, node, i, ncl_import_value(import, node, 0));
}

/* Takes operands so that they are no outputs. */
void ncl_caffe_build_silence(struct ncl_import *import, const struct ncl_import_node *node)
{
    (void)import;
    (void)node;
}

void ncl_caffe_build_relu(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__Relu *p = ncl_caffe_layer(node)->relu_param;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    ncl_import_give(import, node, 0,
                    p && p->negative_slope != 0 ? NCL_COMPOSE(import, "leaky_relu", {"x", ncl_value_tensor(x)},
                                                              {"alpha", ncl_value_scalar(p->negative_slope)})
                                                : ncl_compose_unary(import, "relu", x));
}

void ncl_caffe_build_elu(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__Elu *p = ncl_caffe_layer(node)->elu_param;
    ncl_import_give(import, node, 0,
                    NCL_COMPOSE(import, "elu", {"x", ncl_value_tensor(ncl_import_tensor(import, node, 0))},
                                {"alpha", ncl_value_scalar(p ? p->alpha : 1)}));
}

/* x sigmoid(beta x) */
void ncl_caffe_build_swish(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__Swish *p = ncl_caffe_layer(node)->swish_param;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *gate = x;
    if (p && p->beta != 1)
        gate = ncl_compose_with(import, "mul", x, p->beta);
    gate = ncl_compose_unary(import, "sigmoid", gate);
    ncl_import_give(import, node, 0, ncl_compose_binary(import, "mul", x, gate));
}

/* ReLU6 is that of 0 and 6. */
void ncl_caffe_build_clip(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__Clip *p = ncl_caffe_layer(node)->clip_param;
    const bool six = strcmp(node->op, "ReLU6") == 0;
    if (!six && !p) {
        ncl_import_wrong(import, "no bounds");
        return;
    }
    ncl_import_give(import, node, 0,
                    NCL_COMPOSE(import, "clamp", {"x", ncl_value_tensor(ncl_import_tensor(import, node, 0))},
                                {"a", ncl_value_scalar(six ? 0 : p->min)}, {"b", ncl_value_scalar(six ? 6 : p->max)}));
}

/* a x + y with one a for each channel: [n, c], or [n, c, 1, 1] */
void ncl_caffe_build_axpy(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *a = ncl_import_tensor(import, node, 0), *x = ncl_import_tensor(import, node, 1);
    nnefcl_shape shape = a->shape;
    while (shape.rank < x->shape.rank)
        shape.extent[shape.rank++] = 1;
    x = ncl_compose_binary(import, "mul", ncl_compose_reshape(import, a, &shape), x);
    ncl_import_give(import, node, 0, ncl_compose_binary(import, "add", x, ncl_import_tensor(import, node, 2)));
}

/* A weight as an operand of something of this rank: its axes are those from `axis` on. */
static struct ncl_tensor *weight_at(struct ncl_import *import, struct ncl_tensor *weight, int axis, int rank)
{
    nnefcl_shape shape = {.rank = rank};
    for (int i = 0; i < rank; i++) {
        const int from = i - axis;
        shape.extent[i] = from >= 0 && from < weight->shape.rank ? weight->shape.extent[from] : 1;
    }
    if (axis + weight->shape.rank > rank && !import->status)
        ncl_import_wrong(import, "a weight of rank %d for axis %d of %d", weight->shape.rank, axis, rank);
    return ncl_compose_reshape(import, weight, &shape);
}

/* Blobs of old files are [1, 1, 1, n]: without the axes in front that are 1. */
static struct ncl_tensor *weight_of(struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    struct ncl_tensor *weight = ncl_import_tensor(import, node, ncl_caffe_blob(node, index));
    const nnefcl_shape flat = {.rank = 1, .extent = {ncl_shape_volume(&weight->shape)}};
    return weight->shape.rank == 4 && flat.extent[0] == weight->shape.extent[3]
               ? ncl_compose_reshape(import, weight, &flat)
               : weight;
}

void ncl_caffe_build_prelu(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *slope = weight_of(import, node, 0);
    const bool shared = ncl_shape_volume(&slope->shape) == 1;
    ncl_import_give(import, node, 0,
                    NCL_COMPOSE(import, "prelu", {"x", ncl_value_tensor(x)},
                                {"alpha", ncl_value_tensor(weight_at(import, slope, shared ? 0 : 1, x->shape.rank))}));
}

static struct ncl_tensor *shifted(struct ncl_import *import, struct ncl_tensor *x, double scale, double shift)
{
    if (scale != 1)
        x = ncl_compose_with(import, "mul", x, scale);
    return shift != 0 ? ncl_compose_with(import, "add", x, shift) : x;
}

/* (shift + scale x) ^ power */
void ncl_caffe_build_power(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__Power *p = ncl_caffe_layer(node)->power_param;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    if (p)
        x = shifted(import, x, p->scale, p->shift);
    if (p && p->power != 1)
        x = ncl_compose_with(import, "pow", x, p->power);
    ncl_import_give(import, node, 0, p ? x : ncl_compose_unary(import, "copy", x));
}

/* base ^ (shift + scale x); a base of -1 is e */
void ncl_caffe_build_exp(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__Exp *p = ncl_caffe_layer(node)->exp_param;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    if (p)
        x = shifted(import, x, p->scale, p->shift);
    if (p && p->base_ > 0)
        x = ncl_compose_with(import, "mul", x, log(p->base_));
    ncl_import_give(import, node, 0, ncl_compose_unary(import, "exp", x));
}

void ncl_caffe_build_log(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__Exp *p = ncl_caffe_layer(node)->log_param;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    if (p)
        x = shifted(import, x, p->scale, p->shift);
    x = ncl_compose_unary(import, "log", x);
    ncl_import_give(import, node, 0, p && p->base_ > 0 ? ncl_compose_with(import, "div", x, log(p->base_)) : x);
}

void ncl_caffe_build_threshold(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__Threshold *p = ncl_caffe_layer(node)->threshold_param;
    struct ncl_tensor *above = ncl_compose_with(import, "gt", ncl_import_tensor(import, node, 0), p ? p->threshold : 0);
    ncl_import_give(import, node, 0, ncl_compose_cast(import, above, NNEFCL_SCALAR));
}

void ncl_caffe_build_eltwise(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const char *const ops[] = {"mul", "add", "max"};
    const Caffe__Eltwise *p = ncl_caffe_layer(node)->eltwise_param;
    const int kind = p ? (int)p->operation : CAFFE__ELTWISE__OPERATION__SUM;
    struct ncl_tensor *y = NULL;
    if (kind < 0 || kind > 2 || (p && p->n_coeff && p->n_coeff != node->input_count)) {
        ncl_import_wrong(import, "operation %d with %zu coefficients for %zu operands", kind, p->n_coeff,
                         node->input_count);
        return;
    }
    for (size_t i = 0; i < node->input_count; i++) {
        struct ncl_tensor *x = ncl_import_tensor(import, node, i);
        if (kind == CAFFE__ELTWISE__OPERATION__SUM && p && p->n_coeff && p->coeff[i] != 1)
            x = ncl_compose_with(import, "mul", x, p->coeff[i]);
        y = y ? ncl_compose_binary(import, ops[kind], y, x) : x;
    }
    if (y)
        ncl_import_give(import, node, 0, y);
}

/* Scale and Bias: the factor is a weight or the second operand. */
void ncl_caffe_build_scale(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__Layer *layer = ncl_caffe_layer(node);
    const bool bias_only = strcmp(node->op, "Bias") == 0, given = layer->n_bottom > 1;
    const int64_t axis = layer->scale_param  ? layer->scale_param->axis
                         : layer->bias_param ? layer->bias_param->axis
                                             : 1;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int at = ncl_import_axis(import, axis, x->shape.rank), rank = x->shape.rank;
    struct ncl_tensor *first = given ? ncl_import_tensor(import, node, 1) : weight_of(import, node, 0);
    if (import->status)
        return;
    struct ncl_tensor *y = ncl_compose_binary(import, bias_only ? "add" : "mul", x, weight_at(import, first, at, rank));
    if (!bias_only && layer->scale_param && layer->scale_param->bias_term)
        y = ncl_compose_binary(import, "add", y, weight_at(import, weight_of(import, node, given ? 0 : 1), at, rank));
    ncl_import_give(import, node, 0, y);
}

/* Blobs: sums of means and variances, and what both are divided by. */
void ncl_caffe_build_batch_norm(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__BatchNorm *p = ncl_caffe_layer(node)->batch_norm_param;
    const struct ncl_known *count = ncl_import_need(import, node, ncl_caffe_blob(node, 2), "the number of batches");
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *moment[2];
    if (!count || count->count != 1)
        return;
    const double factor = ncl_known_double(count, 0) == 0 ? 0 : 1 / ncl_known_double(count, 0);
    for (size_t k = 0; k < 2; k++) {
        const struct ncl_known *sum = ncl_import_need(import, node, ncl_caffe_blob(node, k), "the statistics");
        const nnefcl_shape shape = {.rank = 2, .extent = {1, sum ? (int64_t)sum->count : 1}};
        struct ncl_known *known = sum ? ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &shape) : NULL;
        if (sum && !known)
            ncl_import_nomem(import);
        if (!known)
            return;
        for (size_t i = 0; i < known->count; i++)
            known->real[i] = ncl_known_double(sum, i) * factor;
        moment[k] = ncl_import_constant(import, known);
    }
    ncl_import_give(import, node, 0,
                    NCL_COMPOSE(import, "batch_normalization", {"input", ncl_value_tensor(x)},
                                {"mean", ncl_value_tensor(moment[0])}, {"variance", ncl_value_tensor(moment[1])},
                                {"offset", ncl_value_scalar(0)}, {"scale", ncl_value_scalar(1)},
                                {"epsilon", ncl_value_scalar(p ? p->eps : 1e-5)}));
}
