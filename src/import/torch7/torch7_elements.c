/* SPDX-License-Identifier: Apache-2.0 */
/* Modules element by element. */
#include <string.h>

#include "import/fold.h"
#include "import/torch7/torch7.h"

static struct ncl_tensor *input_of(struct ncl_import *import, const struct ncl_import_node *node)
{
    return ncl_import_tensor(import, node, 0);
}

void ncl_torch7_build_unary(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_import_give(import, node, 0, ncl_compose_unary(import, import->op->as, input_of(import, node)));
}

/* All tensors of a table, one after the other. */
void ncl_torch7_build_binary(struct ncl_import *import, const struct ncl_import_node *node)
{
    const size_t count = ncl_torch7_operand(node, 0);
    struct ncl_tensor *y = input_of(import, node);
    for (size_t i = 1; i < count; i++)
        y = ncl_compose_binary(import, import->op->as, y, ncl_import_tensor(import, node, i));
    if (strcmp(node->op, "CAveTable") == 0)
        y = ncl_compose_with(import, "div", y, (double)count);
    ncl_import_give(import, node, 0, y);
}

/* What an output of the network is. */
void ncl_torch7_build_pass(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_import_pass(import, node, 0, ncl_import_value(import, node, 0));
}

void ncl_torch7_build_leaky(struct ncl_import *import, const struct ncl_import_node *node)
{
    const double slope = ncl_t7_number(ncl_torch7_module(node), "negval", 0.01);
    ncl_import_give(import, node, 0,
                    NCL_COMPOSE(import, "leaky_relu", {"x", ncl_value_tensor(input_of(import, node))},
                                {"alpha", ncl_value_scalar(slope)}));
}

/* The axis of the channels: 1 of a batch, 0 of a single image or row. */
static int channel_axis(const struct ncl_tensor *x)
{
    return x->shape.rank == 1 || x->shape.rank == 3 ? 0 : 1;
}

static struct ncl_tensor *along_channels(struct ncl_import *import, struct ncl_tensor *weight,
                                         const struct ncl_tensor *x)
{
    const int64_t count = ncl_shape_volume(&weight->shape);
    nnefcl_shape shape = {.rank = count == 1 ? 0 : x->shape.rank};
    for (int i = 0; i < shape.rank; i++)
        shape.extent[i] = i == channel_axis(x) ? count : 1;
    return ncl_compose_reshape(import, weight, &shape);
}

void ncl_torch7_build_prelu(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = input_of(import, node),
                      *slope = ncl_import_tensor(import, node, ncl_torch7_operand(node, NCL_TORCH7_WEIGHT));
    ncl_import_give(import, node, 0,
                    NCL_COMPOSE(import, "prelu", {"x", ncl_value_tensor(x)},
                                {"alpha", ncl_value_tensor(along_channels(import, slope, x))}));
}

void ncl_torch7_build_elu(struct ncl_import *import, const struct ncl_import_node *node)
{
    const double alpha = ncl_t7_number(ncl_torch7_module(node), "alpha", 1);
    ncl_import_give(import, node, 0,
                    NCL_COMPOSE(import, "elu", {"x", ncl_value_tensor(input_of(import, node))},
                                {"alpha", ncl_value_scalar(alpha)}));
}

/* HardTanh, Clamp, ReLU6 */
void ncl_torch7_build_hard_tanh(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool six = strcmp(node->op, "ReLU6") == 0;
    const double low = six ? 0 : ncl_t7_number(ncl_torch7_module(node), "min_val", -1),
                 high = six ? 6 : ncl_t7_number(ncl_torch7_module(node), "max_val", 1);
    ncl_import_give(import, node, 0,
                    NCL_COMPOSE(import, "clamp", {"x", ncl_value_tensor(input_of(import, node))},
                                {"a", ncl_value_scalar(low)}, {"b", ncl_value_scalar(high)}));
}

/* x where it is above the threshold, else a value. */
void ncl_torch7_build_threshold(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_t7 *module = ncl_torch7_module(node);
    struct ncl_tensor *x = input_of(import, node);
    struct ncl_tensor *above = ncl_compose_with(import, "gt", x, ncl_t7_number(module, "threshold", 1e-6));
    ncl_import_give(import, node, 0,
                    ncl_compose_select(import, above, x, ncl_compose_number(import, ncl_t7_number(module, "val", 0))));
}

/* log(1 + exp(beta x)) / beta */
void ncl_torch7_build_softplus(struct ncl_import *import, const struct ncl_import_node *node)
{
    const double beta = ncl_t7_number(ncl_torch7_module(node), "beta", 1);
    struct ncl_tensor *x = input_of(import, node);
    if (beta != 1)
        x = ncl_compose_with(import, "mul", x, beta);
    x = ncl_compose_unary(import, "softplus", x);
    ncl_import_give(import, node, 0, beta != 1 ? ncl_compose_with(import, "div", x, beta) : x);
}

void ncl_torch7_build_power(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_import_give(
        import, node, 0,
        ncl_compose_with(import, "pow", input_of(import, node), ncl_t7_number(ncl_torch7_module(node), "pow", 1)));
}

/* MulConstant, AddConstant */
void ncl_torch7_build_constant(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool add = strcmp(node->op, "AddConstant") == 0;
    const double number = ncl_t7_number(ncl_torch7_module(node), "constant_scalar", add ? 0 : 1);
    ncl_import_give(import, node, 0, ncl_compose_with(import, add ? "add" : "mul", input_of(import, node), number));
}

/* CMul, CAdd, Mul: a weight without the batch, which may be 1 in front. */
void ncl_torch7_build_scale(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool add = strcmp(node->op, "CAdd") == 0;
    struct ncl_tensor *x = input_of(import, node),
                      *w = ncl_import_tensor(import, node,
                                             ncl_torch7_operand(node, add ? NCL_TORCH7_BIAS : NCL_TORCH7_WEIGHT));
    const nnefcl_shape single = {0};
    if (ncl_shape_volume(&w->shape) == 1)
        w = ncl_compose_reshape(import, w, &single);
    ncl_import_give(import, node, 0, ncl_compose_binary(import, add ? "add" : "mul", x, w));
}

void ncl_torch7_build_softmax(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = input_of(import, node);
    const int64_t axis[] = {channel_axis(x)};
    ncl_import_give(
        import, node, 0,
        NCL_COMPOSE(import, "softmax", {"x", ncl_value_tensor(x)}, {"axes", ncl_compose_integers(import, axis, 1)}));
}

void ncl_torch7_build_log_softmax(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = input_of(import, node);
    const int axis = channel_axis(x);
    ncl_import_give(import, node, 0, ncl_compose_log_softmax(import, x, &axis, 1));
}

/* Old files have 1 / sqrt(variance + eps) instead of it. */
static struct ncl_tensor *variance_of(struct ncl_import *import, const struct ncl_import_node *node, double eps)
{
    const struct ncl_t7 *module = ncl_torch7_module(node);
    const size_t index = ncl_torch7_operand(node, NCL_TORCH7_VARIANCE);
    if (ncl_t7_field(module, "running_var") || !ncl_t7_field(module, "running_std"))
        return ncl_import_tensor(import, node, index);
    const struct ncl_known *inverse = ncl_import_need(import, node, index, "the deviation");
    struct ncl_known *variance = inverse ? ncl_fold_new(import, NCL_STORED_FLOAT32, &inverse->shape) : NULL;
    for (size_t i = 0; variance && i < variance->count; i++) {
        const double x = ncl_known_double(inverse, i);
        variance->real[i] = 1 / (x * x) - eps;
    }
    return variance ? ncl_import_constant(import, variance) : &import->nothing;
}

/* A batch normalization of rows or of images; without weights the scale is 1 and the offset 0. */
void ncl_torch7_build_batch_norm(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = input_of(import, node);
    struct ncl_value weight[NCL_TORCH7_WEIGHTS] = {ncl_value_scalar(1), ncl_value_scalar(0)};
    const double eps = ncl_t7_number(ncl_torch7_module(node), "eps", 1e-5);
    for (size_t k = 0; k < NCL_TORCH7_WEIGHTS; k++) {
        const size_t index = ncl_torch7_operand(node, (enum ncl_torch7_weight)k);
        if (k < NCL_TORCH7_MEAN && !ncl_import_has(import, node, index))
            continue;
        struct ncl_tensor *w =
            k == NCL_TORCH7_VARIANCE ? variance_of(import, node, eps) : ncl_import_tensor(import, node, index);
        const nnefcl_shape row = {.rank = 2, .extent = {1, ncl_shape_volume(&w->shape)}};
        weight[k] = ncl_value_tensor(ncl_compose_reshape(import, w, &row));
    }
    ncl_import_give(import, node, 0,
                    NCL_COMPOSE(import, "batch_normalization", {"input", ncl_value_tensor(x)},
                                {"mean", weight[NCL_TORCH7_MEAN]}, {"variance", weight[NCL_TORCH7_VARIANCE]},
                                {"offset", weight[NCL_TORCH7_BIAS]}, {"scale", weight[NCL_TORCH7_WEIGHT]},
                                {"epsilon", ncl_value_scalar(eps)}));
}

/* By the moments of each plane of [n, c, h, w]. */
void ncl_torch7_build_instance_norm(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int plane[] = {2, 3};
    const double eps = ncl_t7_number(ncl_torch7_module(node), "eps", 1e-5);
    struct ncl_tensor *x = input_of(import, node);
    if (x->shape.rank != 4) {
        ncl_import_wrong(import, "an operand of rank %d", x->shape.rank);
        return;
    }
    x = ncl_compose_binary(import, "sub", x, ncl_compose_reduce(import, "mean_reduce", x, plane, 2, true));
    struct ncl_tensor *v = ncl_compose_unary(import, "sqr", x);
    v = ncl_compose_with(import, "add", ncl_compose_reduce(import, "mean_reduce", v, plane, 2, true), eps);
    x = ncl_compose_binary(import, "mul", x, ncl_compose_unary(import, "rsqrt", v));
    for (size_t k = NCL_TORCH7_WEIGHT; k <= NCL_TORCH7_BIAS; k++) {
        const size_t index = ncl_torch7_operand(node, (enum ncl_torch7_weight)k);
        if (ncl_import_has(import, node, index))
            x = ncl_compose_binary(import, k == NCL_TORCH7_WEIGHT ? "mul" : "add", x,
                                   along_channels(import, ncl_import_tensor(import, node, index), x));
    }
    ncl_import_give(import, node, 0, x);
}

/* x / (k + alpha / size sum(x^2))^beta */
void ncl_torch7_build_lrn(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_t7 *module = ncl_torch7_module(node);
    struct ncl_tensor *x = input_of(import, node);
    const double given = ncl_t7_number(module, "size", 5);
    int64_t size[NNEFCL_MAX_RANK];
    for (int i = 0; i < x->shape.rank; i++)
        size[i] = i == channel_axis(x) ? (int64_t)given : 1;
    if (!(given >= 1 && given <= 1e6) || x->shape.rank < 2) {
        ncl_import_wrong(import, "a window of %g", given);
        return;
    }
    ncl_import_give(import, node, 0,
                    NCL_COMPOSE(import, "local_response_normalization", {"input", ncl_value_tensor(x)},
                                {"size", ncl_compose_integers(import, size, (size_t)x->shape.rank)},
                                {"alpha", ncl_value_scalar(ncl_t7_number(module, "alpha", 1e-4))},
                                {"beta", ncl_value_scalar(ncl_t7_number(module, "beta", 0.75))},
                                {"bias", ncl_value_scalar(ncl_t7_number(module, "k", 1))}));
}

/* Normalize: x / (sum |x|^p + eps)^(1/p), of each row */
void ncl_torch7_build_normalize(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_t7 *module = ncl_torch7_module(node);
    const double p = ncl_t7_number(module, "p", 2), eps = ncl_t7_number(module, "eps", 1e-10);
    struct ncl_tensor *x = input_of(import, node), *power;
    const int axis = x->shape.rank - 1;
    if (!(p > 0) || axis < 0) {
        ncl_import_wrong(import, "a norm of order %g of rank %d", p, x->shape.rank);
        return;
    }
    power = p == 2 ? ncl_compose_unary(import, "sqr", x) : ncl_compose_unary(import, "abs", x);
    if (p != 1 && p != 2 && p <= 1e6)
        power = ncl_compose_with(import, "pow", power, p);
    power = ncl_compose_reduce(import, p > 1e6 ? "max_reduce" : "sum_reduce", power, &axis, 1, true);
    power = ncl_compose_with(import, "add", power, eps);
    if (p != 1 && p <= 1e6)
        power = p == 2 ? ncl_compose_unary(import, "sqrt", power) : ncl_compose_with(import, "pow", power, 1 / p);
    ncl_import_give(import, node, 0, ncl_compose_binary(import, "div", x, power));
}

/* softmax(-x) */
void ncl_torch7_build_soft_min(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = input_of(import, node);
    const int64_t axis[] = {channel_axis(x)};
    x = ncl_compose_unary(import, "neg", x);
    ncl_import_give(
        import, node, 0,
        NCL_COMPOSE(import, "softmax", {"x", ncl_value_tensor(x)}, {"axes", ncl_compose_integers(import, axis, 1)}));
}

/* x / (1 + |x|) */
void ncl_torch7_build_soft_sign(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = input_of(import, node);
    struct ncl_tensor *below = ncl_compose_with(import, "add", ncl_compose_unary(import, "abs", x), 1);
    ncl_import_give(import, node, 0, ncl_compose_binary(import, "div", x, below));
}

/* log(sigmoid(x)) = -softplus(-x) */
void ncl_torch7_build_log_sigmoid(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_compose_unary(import, "neg", input_of(import, node));
    ncl_import_give(import, node, 0, ncl_compose_unary(import, "neg", ncl_compose_unary(import, "softplus", x)));
}

void ncl_torch7_build_tanh_shrink(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = input_of(import, node);
    ncl_import_give(import, node, 0, ncl_compose_binary(import, "sub", x, ncl_compose_unary(import, "tanh", x)));
}

/* HardShrink: x where |x| > lambda, else 0; SoftShrink: x - min(max(x, -lambda), lambda). */
void ncl_torch7_build_shrink(struct ncl_import *import, const struct ncl_import_node *node)
{
    const double lambda = ncl_t7_number(ncl_torch7_module(node), "lambda", 0.5);
    struct ncl_tensor *x = input_of(import, node);
    if (strcmp(node->op, "HardShrink") == 0) {
        struct ncl_tensor *outside = ncl_compose_with(import, "gt", ncl_compose_unary(import, "abs", x), lambda);
        ncl_import_give(import, node, 0, ncl_compose_select(import, outside, x, ncl_compose_number(import, 0)));
        return;
    }
    struct ncl_tensor *inside = NCL_COMPOSE(import, "clamp", {"x", ncl_value_tensor(x)},
                                            {"a", ncl_value_scalar(-lambda)}, {"b", ncl_value_scalar(lambda)});
    ncl_import_give(import, node, 0, ncl_compose_binary(import, "sub", x, inside));
}

/* Evaluated: a leaky relu of the mean slope. */
void ncl_torch7_build_rrelu(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_t7 *module = ncl_torch7_module(node);
    const double slope = (ncl_t7_number(module, "lower", 1.0 / 8) + ncl_t7_number(module, "upper", 1.0 / 3)) / 2;
    ncl_import_give(import, node, 0,
                    NCL_COMPOSE(import, "leaky_relu", {"x", ncl_value_tensor(input_of(import, node))},
                                {"alpha", ncl_value_scalar(slope)}));
}

/* Add: a bias for all, or one for each element of x or of what is behind its batch, in whatever axes those are. */
void ncl_torch7_build_add(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = input_of(import, node),
                      *bias = ncl_import_tensor(import, node, ncl_torch7_operand(node, NCL_TORCH7_BIAS));
    const int64_t count = ncl_shape_volume(&bias->shape);
    nnefcl_shape shape = x->shape;
    if (import->status)
        return;
    if (count == 1)
        shape.rank = 0;
    else if (count != ncl_shape_volume(&shape) && shape.rank > 0)
        shape.extent[0] = 1;
    if (count != ncl_shape_volume(&shape))
        ncl_import_wrong(import, "%lld biases for other elements", (long long)count);
    else
        ncl_import_give(import, node, 0,
                        ncl_compose_binary(import, "add", x, ncl_compose_reshape(import, bias, &shape)));
}
