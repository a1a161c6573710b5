/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions and pools. */
#include <math.h>
#include <string.h>

#include "import/compose_places.h"
#include "import/onnx/onnx_operators.h"

/* ---- attributes of windows ---- */

#define MOST ((int64_t)1 << 30) /* such that sums of their products do not overflow */

static void list_into(struct ncl_import *import, const struct ncl_import_node *node, const char *name, size_t rank,
                      int64_t *first, int64_t *second)
{
    size_t count;
    const int64_t *list = ncl_import_integers(import, node, name, &count);
    const size_t wanted = second ? 2 * rank : rank;
    if (list && count != wanted)
        ncl_import_wrong(import, "'%s' has %zu items, there should be %zu", name, count, wanted);
    for (size_t i = 0; list && i < wanted && !import->status; i++) {
        *(i < rank ? first + i : second + (i - rank)) = list[i];
        if (list[i] < -MOST || list[i] > MOST)
            ncl_import_wrong(import, "'%s' has the item %lld", name, (long long)list[i]);
    }
}

struct ncl_compose_window ncl_onnx_window(struct ncl_import *import, const struct ncl_import_node *node,
                                          const nnefcl_shape *input, const nnefcl_shape *filter)
{
    const size_t rank = input->rank > 2 ? (size_t)input->rank - 2 : 0;
    struct ncl_compose_window window = ncl_compose_window_of(rank);
    const char *automatic = ncl_import_string(import, node, "auto_pad", "NOTSET");
    if (rank == 0 || (filter && filter->rank != input->rank))
        ncl_import_wrong(import, "the input has rank %d, the filter %d", input->rank, filter ? filter->rank : 0);
    for (size_t i = 0; filter && i < rank && !import->status; i++)
        window.size[i] = filter->extent[2 + i];
    if (!filter)
        list_into(import, node, "kernel_shape", rank, window.size, NULL);
    list_into(import, node, "strides", rank, window.stride, NULL);
    list_into(import, node, "dilations", rank, window.dilation, NULL);
    list_into(import, node, "pads", rank, window.before, window.after);
    window.ceil = ncl_import_integer(import, node, "ceil_mode", 0) != 0;
    if (!import->status && ncl_compose_window_check(import, &window, input) && strncmp(automatic, "SAME", 4) == 0)
        ncl_compose_window_same(import, &window, input, strcmp(automatic, "SAME_LOWER") == 0);
    return window;
}

/* Of one value for each channel; NULL: there is none. */
static struct ncl_tensor *bias_of(struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    if (!ncl_import_has(import, node, index))
        return NULL;
    const int64_t channels = ncl_shape_volume(&ncl_import_value(import, node, index)->shape);
    return ncl_import_tensor_as(import, node, index, &(nnefcl_shape){.rank = 2, .extent = {1, channels}});
}

/* ---- convolutions ---- */

struct ncl_tensor *ncl_onnx_conv_of(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *filter = ncl_import_tensor(import, node, 1);
    const struct ncl_compose_window window = ncl_onnx_window(import, node, &x->shape, &filter->shape);
    return ncl_compose_conv(import, x, filter, bias_of(import, node, 2), &window,
                            ncl_import_integer(import, node, "group", 1));
}

void ncl_onnx_conv(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_import_give(import, node, 0, ncl_onnx_conv_of(import, node));
}

/* Extents of the output: given, or (x - 1) s + f_d + output_padding - padding. Where they are given, or padding is
 * automatic, the padding follows from them; an odd element goes in front, unless it is SAME_LOWER... of the output. */
static void deconv_extents(struct ncl_import *import, const struct ncl_import_node *node, const nnefcl_shape *input,
                           struct ncl_compose_window *window, int64_t *output)
{
    const char *automatic = ncl_import_string(import, node, "auto_pad", "NOTSET");
    const bool same = strncmp(automatic, "SAME", 4) == 0;
    int64_t more[NNEFCL_MAX_RANK] = {0};
    size_t count;
    const int64_t *given = ncl_import_integers(import, node, "output_shape", &count);
    const int64_t *shape = given && count > window->rank ? given + (count - window->rank) : given;
    list_into(import, node, "output_padding", window->rank, more, NULL);
    if (given && count < window->rank)
        ncl_import_wrong(import, "'output_shape' has %zu items", count);
    for (size_t i = 0; shape && i < window->rank; i++)
        if (shape[i] < 1 || shape[i] > MOST)
            ncl_import_wrong(import, "'output_shape' has the item %lld", (long long)shape[i]);
    for (size_t i = 0; i < window->rank && !import->status; i++) {
        const int64_t whole =
            (input->extent[2 + i] - 1) * window->stride[i] + (window->size[i] - 1) * window->dilation[i] + 1 + more[i];
        output[i] = shape  ? shape[i]
                    : same ? input->extent[2 + i] * window->stride[i]
                           : whole - window->before[i] - window->after[i];
        if (!shape && !same)
            continue;
        const int64_t total = whole - output[i] > 0 ? whole - output[i] : 0;
        window->before[i] = strcmp(automatic, "SAME_UPPER") == 0 ? total / 2 : total - total / 2;
        window->after[i] = total - window->before[i];
    }
}

void ncl_onnx_conv_transpose(struct ncl_import *import, const struct ncl_import_node *node)
{
    int64_t output[NNEFCL_MAX_RANK] = {0};
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *filter = ncl_import_tensor(import, node, 1);
    struct ncl_compose_window window = ncl_onnx_window(import, node, &x->shape, &filter->shape);
    if (!import->status)
        deconv_extents(import, node, &x->shape, &window, output);
    for (size_t i = 0; i < window.rank && !import->status; i++) /* what output_padding adds lies behind the last tap */
        window.after[i] = (x->shape.extent[2 + i] - 1) * window.stride[i] + (window.size[i] - 1) * window.dilation[i] +
                          1 - output[i] - window.before[i];
    ncl_import_give(import, node, 0,
                    ncl_compose_deconv(import, x, filter, bias_of(import, node, 2), &window,
                                       ncl_import_integer(import, node, "group", 1), output));
}

/* ---- pools ---- */

/* Indices count over the whole tensor. */
static void give_places(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *x,
                        const struct ncl_compose_window *window)
{
    const bool columns = ncl_import_integer(import, node, "storage_order", 0) != 0;
    struct ncl_tensor *places = ncl_compose_max_places(import, x, window);
    if (!import->status)
        ncl_import_give_number(import, node, 1, ncl_compose_places_flat(import, places, window, &x->shape, columns),
                               NCL_STORED_INT64);
}

void ncl_onnx_max_pool(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_compose_cast(import, ncl_import_tensor(import, node, 0), NNEFCL_SCALAR);
    const struct ncl_compose_window window = ncl_onnx_window(import, node, &x->shape, NULL);
    ncl_import_give_element(import, node, 0, ncl_compose_max_pool(import, x, &window),
                            ncl_import_value(import, node, 0)->element);
    if (ncl_import_wants(import, node, 1))
        give_places(import, node, x, &window);
}

/* Extents of what the pool read: given, or (x - 1) s + k - padding. The indices count over those that follow, also
 * where others are given: what is more comes behind. */
void ncl_onnx_max_unpool(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *flat = ncl_import_number(import, node, 1);
    const struct ncl_compose_window window = ncl_onnx_window(import, node, &x->shape, NULL);
    const struct ncl_known *given =
        ncl_import_has(import, node, 2) ? ncl_import_need(import, node, 2, "the shape") : NULL;
    int64_t before[NNEFCL_MAX_RANK] = {0}, after[NNEFCL_MAX_RANK] = {0};
    nnefcl_shape whole = x->shape;
    if (!import->status && (!ncl_shape_equal(&x->shape, &flat->shape) || (given && (int)given->count != whole.rank)))
        ncl_import_wrong(import, "its indices or its shape do not fit");
    for (int i = 2; i < whole.rank && !import->status; i++) {
        const size_t k = (size_t)i - 2;
        whole.extent[i] =
            (whole.extent[i] - 1) * window.stride[k] + window.size[k] - window.before[k] - window.after[k];
        const int64_t extent = given ? ncl_known_int64(given, (size_t)i) : whole.extent[i];
        if (whole.extent[i] < 1 || extent < 1 || extent > MOST)
            ncl_import_wrong(import, "an extent of %lld", (long long)extent);
        else
            after[i] = extent - whole.extent[i];
    }
    if (import->status)
        return;
    flat = ncl_compose_places_within(import, flat, &window, &whole);
    x = ncl_compose_max_unpool(import, x, flat, &window, &whole.extent[2]);
    ncl_import_give(import, node, 0, given ? ncl_compose_pad(import, x, before, after, "constant", 0) : x);
}

void ncl_onnx_average_pool(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool padded = ncl_import_integer(import, node, "count_include_pad", 0) != 0;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const struct ncl_compose_window window = ncl_onnx_window(import, node, &x->shape, NULL);
    ncl_import_give(import, node, 0, ncl_compose_avg_pool(import, x, &window, padded));
}

/* The p-th root of a sum of p-th powers. */
static struct ncl_tensor *power(struct ncl_import *import, struct ncl_tensor *x, int64_t p)
{
    if (p == 2)
        return ncl_compose_unary(import, "sqr", x);
    x = ncl_compose_unary(import, "abs", x);
    return p == 1 ? x : ncl_compose_with(import, "pow", x, (double)p);
}

static struct ncl_tensor *root(struct ncl_import *import, struct ncl_tensor *x, int64_t p)
{
    return p == 1   ? x
           : p == 2 ? ncl_compose_unary(import, "sqrt", x)
                    : ncl_compose_with(import, "pow", x, 1 / (double)p);
}

void ncl_onnx_lp_pool(struct ncl_import *import, const struct ncl_import_node *node)
{
    const int64_t p = ncl_import_integer(import, node, "p", 2);
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    struct ncl_compose_window window = ncl_onnx_window(import, node, &x->shape, NULL);
    double volume = 1;
    for (size_t i = 0; i < window.rank; i++)
        volume *= (double)window.size[i];
    window =
        ncl_compose_window_whole(import, &window, &x->shape); /* what hangs over adds nothing, as the padding does */
    window.ceil = false;
    x = ncl_compose_avg_pool(import, power(import, x, p), &window, true);
    ncl_import_give(import, node, 0, root(import, ncl_compose_with(import, "mul", x, volume), p));
}

static size_t spatial_axes(const struct ncl_tensor *x, int axis[NNEFCL_MAX_RANK])
{
    for (int i = 2; i < x->shape.rank; i++)
        axis[i - 2] = i;
    return x->shape.rank > 2 ? (size_t)x->shape.rank - 2 : 0;
}

void ncl_onnx_global_pool(struct ncl_import *import, const struct ncl_import_node *node)
{
    int axis[NNEFCL_MAX_RANK];
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const size_t count = spatial_axes(x, axis);
    ncl_import_give(import, node, 0, ncl_compose_reduce(import, import->op->as, x, axis, count, true));
}

void ncl_onnx_global_lp_pool(struct ncl_import *import, const struct ncl_import_node *node)
{
    int axis[NNEFCL_MAX_RANK];
    const int64_t p = ncl_import_integer(import, node, "p", 2);
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const size_t count = spatial_axes(x, axis);
    x = ncl_compose_reduce(import, "sum_reduce", power(import, x, p), axis, count, true);
    ncl_import_give(import, node, 0, root(import, x, p));
}
