/* SPDX-License-Identifier: Apache-2.0 */
/* Normalizations, and what is left of them: scales and shifts of channels. */
#include "import/caffe2/caffe2.h"

/* x, scale, bias, mean, variance */
void ncl_caffe2_build_batch_norm(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_caffe2_first(import, node, 0), *weight[4];
    if (!ncl_import_integer(import, node, "is_test", 0))
        ncl_import_refuse(import, "normalization by the batch itself (is_test 0)");
    for (size_t i = 0; i < 4; i++) {
        weight[i] = ncl_import_tensor(import, node, i + 1);
        const nnefcl_shape row = {.rank = 2, .extent = {1, ncl_shape_volume(&weight[i]->shape)}};
        weight[i] = ncl_compose_reshape(import, weight[i], &row);
    }
    ncl_caffe2_give(import, node,
                    NCL_COMPOSE(import, "batch_normalization", {"input", ncl_value_tensor(x)},
                                {"mean", ncl_value_tensor(weight[2])}, {"variance", ncl_value_tensor(weight[3])},
                                {"offset", ncl_value_tensor(weight[1])}, {"scale", ncl_value_tensor(weight[0])},
                                {"epsilon", ncl_value_scalar(ncl_import_scalar(import, node, "epsilon", 1e-5))}));
}

/* (x - mean) / sqrt(variance + epsilon) scale + bias, of each plane */
void ncl_caffe2_build_instance_norm(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int plane[] = {2, 3};
    struct ncl_tensor *x = ncl_caffe2_first(import, node, 0), *weight[2];
    if (x->shape.rank != 4) {
        ncl_import_refuse(import, "an operand of rank %d", x->shape.rank);
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        weight[i] = ncl_import_tensor(import, node, i + 1);
        const nnefcl_shape shape = {.rank = 4, .extent = {1, ncl_shape_volume(&weight[i]->shape), 1, 1}};
        weight[i] = ncl_compose_reshape(import, weight[i], &shape);
    }
    x = ncl_compose_binary(import, "sub", x, ncl_compose_reduce(import, "mean_reduce", x, plane, 2, true));
    struct ncl_tensor *v =
        ncl_compose_reduce(import, "mean_reduce", ncl_compose_unary(import, "sqr", x), plane, 2, true);
    v = ncl_compose_with(import, "add", v, ncl_import_scalar(import, node, "epsilon", 1e-5));
    x = ncl_compose_binary(import, "mul", x, ncl_compose_unary(import, "rsqrt", v));
    ncl_caffe2_give(import, node,
                    ncl_compose_binary(import, "add", ncl_compose_binary(import, "mul", x, weight[0]), weight[1]));
}

void ncl_caffe2_build_lrn(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_caffe2_first(import, node, 0);
    const int64_t size[] = {1, ncl_import_integer(import, node, "size", 0), 1, 1};
    if (import->status)
        return;
    if (size[1] < 1 || size[1] % 2 == 0 || x->shape.rank != 4) {
        ncl_import_wrong(import, "a window of %lld", (long long)size[1]);
        return;
    }
    ncl_caffe2_give(import, node,
                    NCL_COMPOSE(import, "local_response_normalization", {"input", ncl_value_tensor(x)},
                                {"size", ncl_compose_integers(import, size, 4)},
                                {"alpha", ncl_value_scalar(ncl_import_scalar(import, node, "alpha", 0))},
                                {"beta", ncl_value_scalar(ncl_import_scalar(import, node, "beta", 0))},
                                {"bias", ncl_value_scalar(ncl_import_scalar(import, node, "bias", 1))}));
}

/* x scale + bias, of channels. */
void ncl_caffe2_build_affine(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_caffe2_first(import, node, 0), *weight[2];
    for (size_t i = 0; i < 2; i++) {
        weight[i] = ncl_import_tensor(import, node, i + 1);
        nnefcl_shape shape = {.rank = x->shape.rank};
        for (int k = 0; k < shape.rank; k++)
            shape.extent[k] = k == 1 ? ncl_shape_volume(&weight[i]->shape) : 1;
        weight[i] = ncl_compose_reshape(import, weight[i], &shape);
    }
    x = ncl_compose_binary(import, "mul", x, weight[0]);
    ncl_caffe2_give(import, node, ncl_compose_binary(import, "add", x, weight[1]));
}

/* Channels in groups: (x - mean) / sqrt(variance + epsilon) of each group and image, scaled and shifted by channel. */
void ncl_caffe2_build_group_norm(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int rest[] = {2};
    struct ncl_tensor *x = ncl_caffe2_first(import, node, 0), *y;
    const nnefcl_shape whole = x->shape;
    const int64_t groups = ncl_import_integer(import, node, "group", 32);
    if (!import->status && (whole.rank < 2 || groups < 1 || whole.extent[1] % groups || node->output_count > 1))
        ncl_import_refuse(import, "%lld groups, or statistics as results", (long long)groups);
    if (import->status)
        return;
    const nnefcl_shape apart = {3, {whole.extent[0], groups, ncl_shape_span(&whole, 1, whole.rank) / groups}};
    x = ncl_compose_reshape(import, x, &apart);
    x = ncl_compose_binary(import, "sub", x, ncl_compose_reduce(import, "mean_reduce", x, rest, 1, true));
    y = ncl_compose_reduce(import, "mean_reduce", ncl_compose_unary(import, "sqr", x), rest, 1, true);
    y = ncl_compose_with(import, "add", y, ncl_import_scalar(import, node, "epsilon", 1e-5));
    x = ncl_compose_binary(import, "mul", x, ncl_compose_unary(import, "rsqrt", y));
    x = ncl_compose_reshape(import, x, &whole);
    for (size_t i = 1; i < 3 && !import->status; i++) {
        nnefcl_shape shape = {.rank = whole.rank};
        for (int k = 0; k < shape.rank; k++)
            shape.extent[k] = k == 1 ? whole.extent[1] : 1;
        y = ncl_import_tensor(import, node, i);
        if (ncl_shape_volume(&y->shape) != whole.extent[1])
            ncl_import_wrong(import, "weights of other channels");
        x = ncl_compose_binary(import, i == 1 ? "mul" : "add", x, ncl_compose_reshape(import, y, &shape));
    }
    ncl_caffe2_give(import, node, x);
}
