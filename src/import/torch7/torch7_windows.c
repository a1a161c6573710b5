/* SPDX-License-Identifier: Apache-2.0 */
/* Modules with windows, and the linear one. */
#include <string.h>

#include "import/compose_places.h"
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

/* Axes of the window: those of an image, or of one with a time in front. */
static size_t window_rank(const struct ncl_import_node *node)
{
    return strncmp(node->op, "Volumetric", 10) == 0 ? 3 : 2;
}

/* kW, dW, padW and their like; borders that are one number for all axes are "padding" in old files. */
static struct ncl_compose_window window_of(struct ncl_import *import, const struct ncl_t7 *module, size_t rank)
{
    static const struct {
        const char *size, *stride, *dilation, *pad;
    } fields[] = {
        {"kT", "dT", "dilationT", "padT"}, {"kH", "dH", "dilationH", "padH"}, {"kW", "dW", "dilationW", "padW"}};
    struct ncl_compose_window window = ncl_compose_window_of(rank);
    const double padding = ncl_t7_number(module, "padding", 0);
    window.ceil = ncl_t7_true(module, "ceil_mode", false);
    for (size_t i = 0, k = 3 - rank; i < rank && !import->status; i++, k++) {
        window.size[i] = whole(import, module, fields[k].size, 1);
        window.stride[i] = whole(import, module, fields[k].stride, 1);
        window.dilation[i] = whole(import, module, fields[k].dilation, 1);
        window.before[i] = window.after[i] = whole(import, module, fields[k].pad, padding);
        if (window.size[i] < 1 || window.stride[i] < 1 || window.dilation[i] < 1)
            ncl_import_wrong(import, "a window of %lld with stride %lld and dilation %lld", (long long)window.size[i],
                             (long long)window.stride[i], (long long)window.dilation[i]);
    }
    return window;
}

/* A single image is a batch of one: the first axis comes and goes. */
static struct ncl_tensor *images_of(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int single = (int)window_rank(node) + 1;
    if (x->shape.rank == single)
        return ncl_compose_unsqueeze(import, x, 0);
    if (x->shape.rank != single + 1 && !import->status)
        ncl_import_refuse(import, "an operand of rank %d, only %d and %d are supported", x->shape.rank, single,
                          single + 1);
    return x;
}

static void give_images(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                        struct ncl_tensor *y)
{
    const bool single = ncl_import_value(import, node, 0)->shape.rank == (int)window_rank(node) + 1;
    ncl_import_give(import, node, index, single ? ncl_compose_squeeze(import, y, 0) : y);
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
    const struct ncl_compose_window window = window_of(import, module, window_rank(node));
    const int64_t groups = whole(import, module, "groups", 1);
    if (import->status)
        return;
    nnefcl_shape shape = {.rank = (int)window.rank + 2, .extent = {filter->shape.extent[0]}};
    memcpy(shape.extent + 2, window.size, window.rank * sizeof *window.size);
    const int64_t all = ncl_shape_volume(&filter->shape),
                  each = shape.extent[0] * ncl_shape_span(&shape, 2, shape.rank), in = shape.extent[1] = all / each;
    if (groups < 1 || in < 1 || each * in != all || x->shape.extent[1] != in * groups) {
        ncl_import_wrong(import, "weights that do not fit %lld channels", (long long)x->shape.extent[1]);
        return;
    }
    if (!ncl_shape_equal(&filter->shape, &shape))
        filter = ncl_compose_reshape(import, filter, &shape);
    give_images(import, node, 0,
                ncl_compose_conv(import, x, filter, weight_of(import, node, NCL_TORCH7_BIAS), &window, groups));
}

/* [M, C, kH, kW] and [M, C]: M results of each of C channels, those of a channel side by side. */
void ncl_torch7_build_depthwise(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int swap[] = {1, 0, 2, 3};
    struct ncl_tensor *x = images_of(import, node), *filter = weight_of(import, node, NCL_TORCH7_WEIGHT),
                      *bias = weight_of(import, node, NCL_TORCH7_BIAS);
    const struct ncl_compose_window window = window_of(import, ncl_torch7_module(node), window_rank(node));
    if (import->status)
        return;
    const int64_t channels = x->shape.extent[1], each = channels * window.size[0] * window.size[1],
                  all = ncl_shape_volume(&filter->shape);
    if (all % each || (bias && ncl_shape_volume(&bias->shape) != all / each * channels)) {
        ncl_import_wrong(import, "weights that do not fit %lld channels", (long long)channels);
        return;
    }
    const nnefcl_shape apart = {.rank = 4, .extent = {all / each, channels, window.size[0], window.size[1]}},
                       one = {.rank = 4, .extent = {all / each * channels, 1, window.size[0], window.size[1]}},
                       matrix = {.rank = 2, .extent = {all / each, channels}},
                       row = {.rank = 1, .extent = {all / each * channels}};
    filter = ncl_compose_transpose(import, ncl_compose_reshape(import, filter, &apart), swap);
    if (bias)
        bias = ncl_compose_reshape(import, ncl_compose_swap_last(import, ncl_compose_reshape(import, bias, &matrix)),
                                   &row);
    give_images(import, node, 0,
                ncl_compose_conv(import, x, ncl_compose_reshape(import, filter, &one), bias, &window, channels));
}

/* [in, out, kH, kW]; adjW and adjH make the output larger at its end. */
void ncl_torch7_build_deconv(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_t7 *module = ncl_torch7_module(node);
    struct ncl_tensor *x = images_of(import, node), *filter = weight_of(import, node, NCL_TORCH7_WEIGHT);
    const struct ncl_compose_window window = window_of(import, module, window_rank(node));
    const int64_t adjust[] = {whole(import, module, "adjT", 0), whole(import, module, "adjH", 0),
                              whole(import, module, "adjW", 0)};
    int64_t output[3];
    if (import->status)
        return;
    if (filter->shape.rank != (int)window.rank + 2) {
        ncl_import_wrong(import, "weights of rank %d", filter->shape.rank);
        return;
    }
    for (size_t i = 0; i < window.rank; i++)
        output[i] = (x->shape.extent[i + 2] - 1) * window.stride[i] - 2 * window.before[i] + window.size[i] +
                    adjust[i + 3 - window.rank];
    give_images(import, node, 0,
                ncl_compose_deconv(import, x, filter, weight_of(import, node, NCL_TORCH7_BIAS), &window, 1, output));
}

/* The number of each maximum within its window too. */
static void give_places(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *x,
                        const struct ncl_compose_window *window)
{
    struct ncl_tensor *y = ncl_compose_max_pool(import, x, window), *places = ncl_compose_max_places(import, x, window);
    give_images(import, node, 0, y);
    give_images(import, node, 1, places);
}

/* Elements of windows are summed: averages of all of them, times as many. */
static struct ncl_tensor *sum_pool(struct ncl_import *import, struct ncl_tensor *x,
                                   const struct ncl_compose_window *window)
{
    double volume = 1;
    for (size_t i = 0; i < window->rank; i++)
        volume *= (double)window->size[i];
    return ncl_compose_with(import, "mul", ncl_compose_avg_pool(import, x, window, true), volume);
}

void ncl_torch7_build_pool(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_t7 *module = ncl_torch7_module(node);
    struct ncl_tensor *x = images_of(import, node);
    const struct ncl_compose_window window = window_of(import, module, window_rank(node));
    if (import->status)
        return;
    if (node->output_count > 1 && ncl_import_wants(import, node, 1))
        give_places(import, node, x, &window);
    else if (strstr(node->op, "Max"))
        give_images(import, node, 0, ncl_compose_max_pool(import, x, &window));
    else if (ncl_t7_true(module, "divide", true))
        give_images(import, node, 0,
                    ncl_compose_avg_pool(import, x, &window, ncl_t7_true(module, "count_include_pad", true)));
    else if (!window.ceil)
        give_images(import, node, 0, sum_pool(import, x, &window));
    else
        ncl_import_refuse(import, "sums of windows that hang over");
}

/* Each element goes to where its maximum stood in what the pool read. */
void ncl_torch7_build_unpool(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = images_of(import, node), *places = ncl_import_tensor(import, node, 1),
                      *like = ncl_import_tensor(import, node, 2);
    const struct ncl_compose_window window =
        window_of(import, ((const struct ncl_torch7_detail *)node->detail)->pool, window_rank(node));
    if (places->shape.rank == 3)
        places = ncl_compose_unsqueeze(import, places, 0);
    if (!import->status && (!ncl_shape_equal(&places->shape, &x->shape) || like->shape.rank < 2))
        ncl_import_wrong(import, "its operand has another shape than the result of its pool");
    if (!import->status)
        give_images(import, node, 0,
                    ncl_compose_max_unpool(import, x, places, &window, &like->shape.extent[like->shape.rank - 2]));
}

/* Sums of windows, times a weight for each channel, plus a bias. */
void ncl_torch7_build_sub_sampling(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = images_of(import, node);
    const struct ncl_compose_window window = window_of(import, ncl_torch7_module(node), window_rank(node));
    const nnefcl_shape along = {.rank = 4, .extent = {1, x->shape.extent[1], 1, 1}};
    if (!import->status)
        x = sum_pool(import, x, &window);
    x = ncl_compose_binary(import, "mul", x,
                           ncl_compose_reshape(import, weight_of(import, node, NCL_TORCH7_WEIGHT), &along));
    if (ncl_import_has(import, node, ncl_torch7_operand(node, NCL_TORCH7_BIAS)))
        x = ncl_compose_binary(import, "add", x,
                               ncl_compose_reshape(import, weight_of(import, node, NCL_TORCH7_BIAS), &along));
    give_images(import, node, 0, x);
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
        give_images(import, node, 0,
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
        give_images(import, node, 0, ncl_compose_resize(import, x, &resize));
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
        give_images(import, node, 0,
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

/* The greatest of kW frames, of [batch, time, in] or [time, in]. */
void ncl_torch7_build_temporal_pool(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_t7 *module = ncl_torch7_module(node);
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const bool single = x->shape.rank == 2;
    struct ncl_compose_window window = ncl_compose_window_of(2);
    window.size[0] = whole(import, module, "kW", 1);
    window.stride[0] = whole(import, module, "dW", 1);
    if (!import->status && ((x->shape.rank != 2 && x->shape.rank != 3) || window.size[0] < 1 || window.stride[0] < 1))
        ncl_import_wrong(import, "%lld frames of rank %d", (long long)window.size[0], x->shape.rank);
    x = ncl_compose_unsqueeze(import, single ? ncl_compose_unsqueeze(import, x, 0) : x, 1);
    x = ncl_compose_squeeze(import, ncl_compose_max_pool(import, x, &window), 1);
    ncl_import_give(import, node, 0, single ? ncl_compose_squeeze(import, x, 0) : x);
}
