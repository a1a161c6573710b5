/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions, pools, products. Channels come first ("order" NCHW). */
#include <string.h>

#include "import/caffe2/caffe2.h"

static bool is_first(struct ncl_import *import, const struct ncl_import_node *node)
{
    if (strcmp(ncl_import_string(import, node, "order", "NCHW"), "NCHW") == 0)
        return true;
    ncl_import_refuse(import, "order NHWC");
    return false;
}

/* name for both axes, name_h and name_w, or names, a list: kernel, kernel_h, kernels. */
static void extents_of(struct ncl_import *import, const struct ncl_import_node *node, const char *name,
                       int64_t otherwise, int64_t extent[2])
{
    char h[32], w[32], list[32];
    size_t count;
    strcpy(stpcpy(h, name), "_h");
    strcpy(stpcpy(w, name), "_w");
    strcpy(stpcpy(list, name), "s");
    const int64_t both = ncl_import_integer(import, node, name, otherwise);
    const int64_t *items = ncl_import_integers(import, node, list, &count);
    extent[0] = count == 2 ? items[0] : ncl_import_integer(import, node, h, both);
    extent[1] = count == 2 ? items[1] : ncl_import_integer(import, node, w, both);
    for (int i = 0; i < 2 && !import->status; i++)
        if (extent[i] < otherwise)
            ncl_import_wrong(import, "%s is %lld", name, (long long)extent[i]);
}

static struct ncl_compose_window window_of(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_compose_window window = ncl_compose_window_of(2);
    size_t count;
    const int64_t pad = ncl_import_integer(import, node, "pad", 0),
                  *pads = ncl_import_integers(import, node, "pads", &count);
    extents_of(import, node, "kernel", 1, window.size);
    extents_of(import, node, "stride", 1, window.stride);
    extents_of(import, node, "dilation", 1, window.dilation);
    window.before[0] = count == 4 ? pads[0] : ncl_import_integer(import, node, "pad_t", pad);
    window.before[1] = count == 4 ? pads[1] : ncl_import_integer(import, node, "pad_l", pad);
    window.after[0] = count == 4 ? pads[2] : ncl_import_integer(import, node, "pad_b", pad);
    window.after[1] = count == 4 ? pads[3] : ncl_import_integer(import, node, "pad_r", pad);
    if (ncl_import_integer(import, node, "legacy_pad", 0))
        ncl_import_refuse(import, "legacy_pad");
    return window;
}

static struct ncl_tensor *bias_of(struct ncl_import *import, const struct ncl_import_node *node)
{
    return ncl_import_has(import, node, 2) ? ncl_import_tensor(import, node, 2) : NULL;
}

void ncl_caffe2_build_conv(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *filter = ncl_import_tensor(import, node, 1);
    const struct ncl_compose_window window = window_of(import, node);
    const int64_t groups = ncl_import_integer(import, node, "group", 1);
    if (!is_first(import, node) || import->status)
        return;
    if (x->shape.rank != 4 || filter->shape.rank != 4 || filter->shape.extent[2] != window.size[0] ||
        filter->shape.extent[3] != window.size[1] || groups < 1) {
        ncl_import_refuse(import, "an operand of rank %d, or a filter that does not fit", x->shape.rank);
        return;
    }
    ncl_import_give(import, node, 0, ncl_compose_conv(import, x, filter, bias_of(import, node), &window, groups));
}

void ncl_caffe2_build_deconv(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *filter = ncl_import_tensor(import, node, 1);
    const struct ncl_compose_window window = window_of(import, node);
    int64_t adjust[2], output[2];
    extents_of(import, node, "adj", 0, adjust);
    if (!is_first(import, node) || import->status)
        return;
    if (x->shape.rank != 4 || filter->shape.rank != 4) {
        ncl_import_refuse(import, "an operand of rank %d", x->shape.rank);
        return;
    }
    for (size_t i = 0; i < 2; i++)
        output[i] = (x->shape.extent[i + 2] - 1) * window.stride[i] + window.size[i] + adjust[i] - window.before[i] -
                    window.after[i];
    ncl_import_give(import, node, 0,
                    ncl_compose_deconv(import, x, filter, bias_of(import, node), &window,
                                       ncl_import_integer(import, node, "group", 1), output));
}

void ncl_caffe2_build_pool(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int plane[] = {2, 3};
    const bool max = strncmp(node->op, "Max", 3) == 0;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    if (!is_first(import, node) || import->status)
        return;
    if (x->shape.rank != 4) {
        ncl_import_refuse(import, "an operand of rank %d", x->shape.rank);
    } else if (ncl_import_integer(import, node, "global_pooling", 0)) {
        ncl_import_give(import, node, 0,
                        ncl_compose_reduce(import, max ? "max_reduce" : "mean_reduce", x, plane, 2, true));
    } else {
        const struct ncl_compose_window window = window_of(import, node);
        const bool padded = ncl_import_integer(import, node, "count_include_pad", 0) != 0;
        if (!import->status)
            ncl_import_give(import, node, 0,
                            max ? ncl_compose_max_pool(import, x, &window)
                                : ncl_compose_avg_pool(import, x, &window, padded));
    }
}

/* x, scale, bias, mean, variance */
void ncl_caffe2_build_batch_norm(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *weight[4];
    if (!ncl_import_integer(import, node, "is_test", 0))
        ncl_import_refuse(import, "normalization by the batch itself (is_test 0)");
    for (size_t i = 0; i < 4; i++) {
        weight[i] = ncl_import_tensor(import, node, i + 1);
        const nnefcl_shape row = {.rank = 2, .extent = {1, ncl_shape_volume(&weight[i]->shape)}};
        weight[i] = ncl_compose_reshape(import, weight[i], &row);
    }
    if (is_first(import, node))
        ncl_import_give(import, node, 0,
                        NCL_COMPOSE(import, "batch_normalization", {"input", ncl_value_tensor(x)},
                                    {"mean", ncl_value_tensor(weight[2])}, {"variance", ncl_value_tensor(weight[3])},
                                    {"offset", ncl_value_tensor(weight[1])}, {"scale", ncl_value_tensor(weight[0])},
                                    {"epsilon", ncl_value_scalar(ncl_import_scalar(import, node, "epsilon", 1e-5))}));
}

/* (x - mean) / sqrt(variance + epsilon) scale + bias, of each plane */
void ncl_caffe2_build_instance_norm(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int plane[] = {2, 3};
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *weight[2];
    if (!is_first(import, node) || x->shape.rank != 4) {
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
    ncl_import_give(import, node, 0,
                    ncl_compose_binary(import, "add", ncl_compose_binary(import, "mul", x, weight[0]), weight[1]));
}

void ncl_caffe2_build_lrn(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int64_t size[] = {1, ncl_import_integer(import, node, "size", 0), 1, 1};
    if (!is_first(import, node) || import->status)
        return;
    if (size[1] < 1 || size[1] % 2 == 0 || x->shape.rank != 4) {
        ncl_import_wrong(import, "a window of %lld", (long long)size[1]);
        return;
    }
    ncl_import_give(import, node, 0,
                    NCL_COMPOSE(import, "local_response_normalization", {"input", ncl_value_tensor(x)},
                                {"size", ncl_compose_integers(import, size, 4)},
                                {"alpha", ncl_value_scalar(ncl_import_scalar(import, node, "alpha", 0))},
                                {"beta", ncl_value_scalar(ncl_import_scalar(import, node, "beta", 0))},
                                {"bias", ncl_value_scalar(ncl_import_scalar(import, node, "bias", 1))}));
}

/* Axes from `axis` on are one: rows of [.., k] times [n, k] (transposed: [k, n]) and a bias. */
void ncl_caffe2_build_fc(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *filter = ncl_import_tensor(import, node, 1),
                      *bias = ncl_import_tensor(import, node, 2);
    const int at = ncl_import_axis(import, ncl_import_integer(import, node, "axis", 1), x->shape.rank);
    if (import->status)
        return;
    const nnefcl_shape flat = {.rank = 2,
                               .extent = {ncl_shape_span(&x->shape, 0, at),
                                          ncl_shape_span(&x->shape, at, x->shape.rank)}},
                       row = {.rank = 2, .extent = {1, ncl_shape_volume(&bias->shape)}};
    nnefcl_shape out = x->shape;
    const nnefcl_shape square = {.rank = 2,
                                 .extent = {ncl_shape_volume(&filter->shape) / flat.extent[1], flat.extent[1]}};
    if (ncl_shape_volume(&filter->shape) % flat.extent[1] || square.extent[0] != row.extent[1]) {
        ncl_import_wrong(import, "weights for other inputs than %lld", (long long)flat.extent[1]);
        return;
    }
    x = ncl_shape_equal(&x->shape, &flat) ? x : ncl_compose_reshape(import, x, &flat);
    const bool transposed = strcmp(node->op, "FCTransposed") == 0;
    const nnefcl_shape given = transposed ? (nnefcl_shape){2, {square.extent[1], square.extent[0]}} : square;
    if (!ncl_shape_equal(&filter->shape, &given))
        filter = ncl_compose_reshape(import, filter, &given);
    filter = transposed ? ncl_compose_swap_last(import, filter) : filter;
    x = NCL_COMPOSE(import, "linear", {"input", ncl_value_tensor(x)}, {"filter", ncl_value_tensor(filter)},
                    {"bias", ncl_value_tensor(ncl_compose_reshape(import, bias, &row))});
    out.rank = at + 1;
    out.extent[at] = row.extent[1];
    ncl_import_give(import, node, 0, at == 1 ? x : ncl_compose_reshape(import, x, &out));
}

void ncl_caffe2_build_matmul(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *a = ncl_import_tensor(import, node, 0), *b = ncl_import_tensor(import, node, 1);
    if (ncl_import_integer(import, node, "trans_a", 0))
        a = ncl_compose_swap_last(import, a);
    if (ncl_import_integer(import, node, "trans_b", 0))
        b = ncl_compose_swap_last(import, b);
    ncl_import_give(import, node, 0, ncl_compose_matmul(import, a, b));
}

/* Factors of any size: element i is that at floor(i / scale). */
void ncl_caffe2_build_nearest(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const float scale[] = {(float)ncl_import_scalar(import, node, "height_scale", 1),
                           (float)ncl_import_scalar(import, node, "width_scale", 1)};
    if (!is_first(import, node) || x->shape.rank != 4 || import->status)
        return;
    for (int k = 0; k < 2 && !import->status; k++) {
        const int64_t from = x->shape.extent[k + 2];
        const double length = (double)((float)from * scale[k]);
        int64_t *index = length >= 1 && length <= (double)NCL_KNOWN_MAX
                             ? NCL_NEW_ARRAY(&import->scratch, int64_t, (size_t)length)
                             : NULL;
        if (!index) {
            ncl_import_wrong(import, "a factor of %g", (double)scale[k]);
            return;
        }
        for (int64_t i = 0; i < (int64_t)length; i++) {
            const int64_t at = (int64_t)((float)i / scale[k]);
            index[i] = at < from ? at : from - 1;
        }
        if ((int64_t)length != from)
            x = ncl_compose_pick(import, x, k + 2, index, (size_t)length);
    }
    ncl_import_give(import, node, 0, x);
}
