/* SPDX-License-Identifier: Apache-2.0 */
/* Modules with windows, and the linear one. */
#include <string.h>

#include "import/compose_resize.h"
#include "import/torch7/torch7.h"

static int64_t whole(struct ncl_import *import, const struct ncl_t7 *module, const char *name, double otherwise)
{
    const double number = ncl_t7_number(module, name, otherwise);
    if (number >= -1e6 && number <= 1e6)
        return (int64_t)number;
    ncl_import_wrong(import, "%s is %g", name, number);
    return 1;
}

/* kW, dW, padW and their like; borders that are one number for both axes are "padding" in old files. */
static struct ncl_compose_window window_of(struct ncl_import *import, const struct ncl_t7 *module)
{
    struct ncl_compose_window window = ncl_compose_window_of(2);
    const double padding = ncl_t7_number(module, "padding", 0);
    window.size[0] = whole(import, module, "kH", 1);
    window.size[1] = whole(import, module, "kW", 1);
    window.stride[0] = whole(import, module, "dH", 1);
    window.stride[1] = whole(import, module, "dW", 1);
    window.dilation[0] = whole(import, module, "dilationH", 1);
    window.dilation[1] = whole(import, module, "dilationW", 1);
    window.before[0] = window.after[0] = whole(import, module, "padH", padding);
    window.before[1] = window.after[1] = whole(import, module, "padW", padding);
    window.ceil = ncl_t7_true(module, "ceil_mode", false);
    for (size_t i = 0; i < 2 && !import->status; i++)
        if (window.size[i] < 1 || window.stride[i] < 1 || window.dilation[i] < 1)
            ncl_import_wrong(import, "a window of %lld with stride %lld and dilation %lld", (long long)window.size[i],
                             (long long)window.stride[i], (long long)window.dilation[i]);
    return window;
}

/* A single image is a batch of one: the first axis comes and goes. */
static struct ncl_tensor *images_of(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    if (x->shape.rank == 3)
        return ncl_compose_unsqueeze(import, x, 0);
    if (x->shape.rank != 4 && !import->status)
        ncl_import_refuse(import, "an operand of rank %d, only 3 and 4 are supported", x->shape.rank);
    return x;
}

static void give_images(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *y)
{
    const bool single = ncl_import_value(import, node, 0)->shape.rank == 3;
    ncl_import_give(import, node, 0, single ? ncl_compose_squeeze(import, y, 0) : y);
}

static struct ncl_tensor *weight_of(struct ncl_import *import, const struct ncl_import_node *node,
                                    enum ncl_torch7_weight weight)
{
    const size_t index = ncl_torch7_operand(node, weight);
    return weight == NCL_TORCH7_BIAS && !ncl_import_has(import, node, index) ? NULL
                                                                             : ncl_import_tensor(import, node, index);
}

/* [out, in, kH, kW]; SpatialConvolutionMM has [out, in kH kW]. */
void ncl_torch7_build_conv(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_t7 *module = ncl_torch7_module(node);
    struct ncl_tensor *x = images_of(import, node), *filter = weight_of(import, node, NCL_TORCH7_WEIGHT);
    const struct ncl_compose_window window = window_of(import, module);
    const int64_t groups = whole(import, module, "groups", 1);
    if (import->status)
        return;
    const int64_t out = filter->shape.extent[0], area = window.size[0] * window.size[1],
                  in = ncl_shape_volume(&filter->shape) / out / area;
    const nnefcl_shape shape = {.rank = 4, .extent = {out, in, window.size[0], window.size[1]}};
    if (groups < 1 || in < 1 || out * in * area != ncl_shape_volume(&filter->shape) ||
        x->shape.extent[1] != in * groups) {
        ncl_import_wrong(import, "weights that do not fit %lld channels", (long long)x->shape.extent[1]);
        return;
    }
    if (!ncl_shape_equal(&filter->shape, &shape))
        filter = ncl_compose_reshape(import, filter, &shape);
    give_images(import, node,
                ncl_compose_conv(import, x, filter, weight_of(import, node, NCL_TORCH7_BIAS), &window, groups));
}

/* [in, out, kH, kW]; adjW and adjH make the output larger at its end. */
void ncl_torch7_build_deconv(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_t7 *module = ncl_torch7_module(node);
    struct ncl_tensor *x = images_of(import, node), *filter = weight_of(import, node, NCL_TORCH7_WEIGHT);
    const struct ncl_compose_window window = window_of(import, module);
    const int64_t adjust[] = {whole(import, module, "adjH", 0), whole(import, module, "adjW", 0)};
    int64_t output[2];
    if (import->status)
        return;
    if (filter->shape.rank != 4) {
        ncl_import_wrong(import, "weights of rank %d", filter->shape.rank);
        return;
    }
    for (size_t i = 0; i < 2; i++)
        output[i] = (x->shape.extent[i + 2] - 1) * window.stride[i] - 2 * window.before[i] + window.size[i] + adjust[i];
    give_images(import, node,
                ncl_compose_deconv(import, x, filter, weight_of(import, node, NCL_TORCH7_BIAS), &window, 1, output));
}

void ncl_torch7_build_pool(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_t7 *module = ncl_torch7_module(node);
    struct ncl_tensor *x = images_of(import, node);
    const struct ncl_compose_window window = window_of(import, module);
    if (import->status)
        return;
    if (strcmp(node->op, "SpatialMaxPooling") == 0)
        give_images(import, node, ncl_compose_max_pool(import, x, &window));
    else if (ncl_t7_true(module, "divide", true))
        give_images(import, node,
                    ncl_compose_avg_pool(import, x, &window, ncl_t7_true(module, "count_include_pad", true)));
    else
        ncl_import_refuse(import, "sums instead of averages");
}

void ncl_torch7_build_linear(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *filter = weight_of(import, node, NCL_TORCH7_WEIGHT),
                      *bias = weight_of(import, node, NCL_TORCH7_BIAS);
    const bool single = x->shape.rank == 1;
    const nnefcl_shape row = {.rank = 2, .extent = {1, bias ? ncl_shape_volume(&bias->shape) : 1}};
    if (single)
        x = ncl_compose_unsqueeze(import, x, 0);
    if (filter->shape.rank != 2 || x->shape.rank != 2) {
        ncl_import_wrong(import, "weights of rank %d for an operand of rank %d", filter->shape.rank, x->shape.rank);
        return;
    }
    struct ncl_tensor *y =
        NCL_COMPOSE(import, "linear", {"input", ncl_value_tensor(x)}, {"filter", ncl_value_tensor(filter)},
                    {"bias", bias ? ncl_value_tensor(ncl_compose_reshape(import, bias, &row)) : ncl_value_scalar(0)});
    ncl_import_give(import, node, 0, single ? ncl_compose_squeeze(import, y, 0) : y);
}

void ncl_torch7_build_nearest(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = images_of(import, node);
    const int64_t scale = whole(import, ncl_torch7_module(node), "scale_factor", 2), factor[] = {scale, scale};
    if (scale < 1)
        ncl_import_wrong(import, "a factor of %lld", (long long)scale);
    if (!import->status)
        give_images(import, node,
                    NCL_COMPOSE(import, "nearest_upsample", {"input", ncl_value_tensor(x)},
                                {"factor", ncl_compose_integers(import, factor, 2)}));
}

/* Borders of the last two axes; negative ones are cut off. */
void ncl_torch7_build_pad(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_t7 *module = ncl_torch7_module(node);
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int rank = x->shape.rank;
    int64_t before[NNEFCL_MAX_RANK] = {0}, after[NNEFCL_MAX_RANK] = {0};
    const char *mode = strstr(node->op, "Reflection")    ? "reflect"
                       : strstr(node->op, "Replication") ? "replicate"
                                                         : "constant";
    if (rank < 2) {
        ncl_import_wrong(import, "an operand of rank %d", rank);
        return;
    }
    before[rank - 2] = whole(import, module, "pad_t", 0);
    after[rank - 2] = whole(import, module, "pad_b", 0);
    before[rank - 1] = whole(import, module, "pad_l", 0);
    after[rank - 1] = whole(import, module, "pad_r", 0);
    if (!import->status)
        ncl_import_give(import, node, 0, ncl_compose_pad(import, x, before, after, mode, 0));
}

/* Corners lie on corners; a factor, or the extents of the output. */
void ncl_torch7_build_bilinear(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_t7 *module = ncl_torch7_module(node);
    struct ncl_tensor *x = images_of(import, node);
    const int64_t scale = whole(import, module, "scale_factor", 1),
                  given[] = {whole(import, module, "oheight", 0), whole(import, module, "owidth", 0)};
    struct ncl_resize resize = ncl_resize_of(&x->shape);
    resize.mode = NCL_RESIZE_LINEAR;
    resize.place = NCL_RESIZE_ALIGN_CORNERS;
    for (int i = 0; i < 2 && !import->status; i++) {
        const int64_t from = x->shape.extent[i + 2], to = given[i] > 0 ? given[i] : from * scale;
        if (to < 1 || to > (int64_t)NCL_KNOWN_MAX)
            ncl_import_wrong(import, "an output of %lld", (long long)to);
        resize.out[i + 2] = to;
        resize.scale[i + 2] = (double)to / (double)from;
    }
    if (!import->status)
        give_images(import, node, ncl_compose_resize(import, x, &resize));
}

/* As many windows as the output has elements, of the same size where they divide the input. */
void ncl_torch7_build_adaptive(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_t7 *module = ncl_torch7_module(node);
    struct ncl_tensor *x = images_of(import, node);
    const int64_t to[] = {whole(import, module, "H", 1), whole(import, module, "W", 1)};
    struct ncl_compose_window window = ncl_compose_window_of(2);
    for (int i = 0; i < 2 && !import->status; i++) {
        const int64_t from = x->shape.extent[i + 2];
        if (to[i] < 1 || from % to[i])
            ncl_import_refuse(import, "%lld elements into %lld windows", (long long)from, (long long)to[i]);
        else
            window.size[i] = window.stride[i] = from / to[i];
    }
    if (!import->status)
        give_images(import, node,
                    strcmp(node->op, "SpatialAdaptiveMaxPooling") == 0
                        ? ncl_compose_max_pool(import, x, &window)
                        : ncl_compose_avg_pool(import, x, &window, false));
}

/* Frames of [batch, time, in]; weights are [out, kW in], time before channels. */
void ncl_torch7_build_temporal(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int swap[] = {0, 2, 1};
    const struct ncl_t7 *module = ncl_torch7_module(node);
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *filter = weight_of(import, node, NCL_TORCH7_WEIGHT);
    const bool single = x->shape.rank == 2;
    struct ncl_compose_window window = ncl_compose_window_of(1);
    window.size[0] = whole(import, module, "kW", 1);
    window.stride[0] = whole(import, module, "dW", 1);
    x = single ? ncl_compose_unsqueeze(import, x, 0) : x;
    if (import->status)
        return;
    const int64_t in = x->shape.extent[x->shape.rank - 1];
    if (x->shape.rank != 3 || filter->shape.rank != 2 || window.size[0] < 1 || window.stride[0] < 1 ||
        filter->shape.extent[1] != window.size[0] * in) {
        ncl_import_wrong(import, "weights that do not fit frames of %lld", (long long)in);
        return;
    }
    const nnefcl_shape taps = {.rank = 3, .extent = {filter->shape.extent[0], window.size[0], in}};
    filter = ncl_compose_transpose(import, ncl_compose_reshape(import, filter, &taps), swap);
    x = ncl_compose_conv(import, ncl_compose_transpose(import, x, swap), filter,
                         weight_of(import, node, NCL_TORCH7_BIAS), &window, 1);
    x = ncl_compose_transpose(import, x, swap);
    ncl_import_give(import, node, 0, single ? ncl_compose_squeeze(import, x, 0) : x);
}
