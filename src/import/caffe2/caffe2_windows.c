/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions, pools, products, pixels repeated. */
#include <string.h>

#include "import/caffe2/caffe2.h"

enum { MAX_SPATIAL = 3 };

/* name for all axes, name_h and name_w, or names, a list: kernel, kernel_h, kernels. */
static void extents_of(struct ncl_import *import, const struct ncl_import_node *node, const char *name,
                       int64_t otherwise, size_t rank, int64_t *extent)
{
    static const char *const suffix[] = {"_h", "_w"};
    char own[32], list[32];
    size_t count;
    strcpy(stpcpy(list, name), "s");
    const int64_t both = ncl_import_integer(import, node, name, otherwise);
    const int64_t *items = ncl_import_integers(import, node, list, &count);
    if (count && count != rank)
        ncl_import_wrong(import, "%s has %zu items for %zu axes", list, count, rank);
    for (size_t i = 0; i < rank && !import->status; i++) {
        strcpy(stpcpy(own, name), suffix[i % 2]);
        extent[i] = count ? items[i] : rank == 2 ? ncl_import_integer(import, node, own, both) : both;
        if (extent[i] < otherwise || extent[i] > INT32_MAX)
            ncl_import_wrong(import, "%s is %lld", name, (long long)extent[i]);
    }
}

static void pads_read(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_compose_window *window)
{
    static const char *const sides[][2] = {{"pad_t", "pad_b"}, {"pad_l", "pad_r"}};
    size_t count;
    const int64_t pad = ncl_import_integer(import, node, "pad", 0),
                  *pads = ncl_import_integers(import, node, "pads", &count);
    if (count && count != 2 * window->rank)
        ncl_import_wrong(import, "pads has %zu items for %zu axes", count, window->rank);
    for (size_t i = 0; i < window->rank && !import->status; i++) {
        const bool named = window->rank == 2 && !count;
        window->before[i] = count ? pads[i] : named ? ncl_import_integer(import, node, sides[i][0], pad) : pad;
        window->after[i] = count   ? pads[window->rank + i]
                           : named ? ncl_import_integer(import, node, sides[i][1], pad)
                                   : pad;
        if (window->before[i] < -INT32_MAX || window->before[i] > INT32_MAX || window->after[i] < -INT32_MAX ||
            window->after[i] > INT32_MAX)
            ncl_import_wrong(import, "a border of %lld and %lld", (long long)window->before[i],
                             (long long)window->after[i]);
    }
}

/* legacy_pad, of old networks: 1 none, 2 as many windows as strides, 3 as Caffe's pools, whose last one may hang over.
 */
static void pads_legacy(struct ncl_import *import, const struct ncl_import_node *node, const nnefcl_shape *input,
                        struct ncl_compose_window *window)
{
    const int64_t form = ncl_import_integer(import, node, "legacy_pad", 0);
    for (size_t i = 0; form == 1 && i < window->rank; i++)
        window->before[i] = window->after[i] = 0;
    if (form == 2)
        ncl_compose_window_same(import, window, input, false);
    window->ceil = form == 3;
    if (form < 0 || form > 3)
        ncl_import_wrong(import, "legacy_pad is %lld", (long long)form);
}

static struct ncl_compose_window window_of(struct ncl_import *import, const struct ncl_import_node *node,
                                           const nnefcl_shape *input)
{
    if (!import->status && (input->rank < 3 || input->rank > 2 + MAX_SPATIAL))
        ncl_import_refuse(import, "an operand of rank %d", input->rank);
    struct ncl_compose_window window = ncl_compose_window_of(import->status ? 2 : (size_t)input->rank - 2);
    extents_of(import, node, "kernel", 1, window.rank, window.size);
    extents_of(import, node, "stride", 1, window.rank, window.stride);
    extents_of(import, node, "dilation", 1, window.rank, window.dilation);
    pads_read(import, node, &window);
    if (!import->status)
        pads_legacy(import, node, input, &window);
    return window;
}

static struct ncl_tensor *bias_of(struct ncl_import *import, const struct ncl_import_node *node)
{
    return ncl_import_has(import, node, 2) ? ncl_caffe2_tensor(import, node, 2) : NULL;
}

/* ---- convolutions and pools ---- */

void ncl_caffe2_build_conv(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_caffe2_first(import, node, 0), *filter = ncl_caffe2_first(import, node, 1);
    struct ncl_compose_window window = window_of(import, node, &x->shape);
    const int64_t groups = ncl_import_integer(import, node, "group", 1);
    bool fits = filter->shape.rank == x->shape.rank && groups > 0;
    for (size_t i = 0; fits && i < window.rank; i++)
        fits = filter->shape.extent[i + 2] == window.size[i];
    if (!import->status && (!fits || window.ceil))
        ncl_import_refuse(import, "an operand of rank %d, or a filter that does not fit", x->shape.rank);
    if (!import->status)
        ncl_caffe2_give(import, node, ncl_compose_conv(import, x, filter, bias_of(import, node), &window, groups));
}

void ncl_caffe2_build_deconv(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_caffe2_first(import, node, 0), *filter = ncl_caffe2_first(import, node, 1);
    const struct ncl_compose_window window = window_of(import, node, &x->shape);
    int64_t adjust[MAX_SPATIAL] = {0}, output[MAX_SPATIAL];
    extents_of(import, node, "adj", 0, window.rank, adjust);
    if (!import->status && (filter->shape.rank != x->shape.rank || ncl_import_integer(import, node, "legacy_pad", 0)))
        ncl_import_refuse(import, "an operand of rank %d, or legacy_pad", x->shape.rank);
    if (import->status)
        return;
    for (size_t i = 0; i < window.rank; i++)
        output[i] = (x->shape.extent[i + 2] - 1) * window.stride[i] + window.size[i] + adjust[i] - window.before[i] -
                    window.after[i];
    ncl_caffe2_give(import, node,
                    ncl_compose_deconv(import, x, filter, bias_of(import, node), &window,
                                       ncl_import_integer(import, node, "group", 1), output));
}

void ncl_caffe2_build_pool(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool max = strstr(node->op, "Max") != NULL, whole = strncmp(node->op, "Int8", 4) == 0;
    struct ncl_tensor *x = ncl_caffe2_first(import, node, 0);
    if (import->status)
        return;
    if (ncl_import_integer(import, node, "global_pooling", 0)) {
        int axis[NNEFCL_MAX_RANK];
        size_t count = 0;
        for (int i = 2; i < x->shape.rank; i++)
            axis[count++] = i;
        ncl_caffe2_give(import, node,
                        ncl_compose_reduce(import, max ? "max_reduce" : "mean_reduce", x, axis, count, true));
        return;
    }
    const struct ncl_compose_window window = window_of(import, node, &x->shape);
    const bool padded = whole || ncl_import_integer(import, node, "count_include_pad", 0) != 0;
    if (!import->status)
        ncl_caffe2_give(import, node,
                        max ? ncl_compose_max_pool(import, x, &window)
                            : ncl_compose_avg_pool(import, x, &window, padded));
}

/* Axes from `axis` on are one: rows of [.., k] times [n, k] (transposed: [k, n]) and a bias. */
void ncl_caffe2_build_fc(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_caffe2_tensor(import, node, 0), *filter = ncl_caffe2_tensor(import, node, 1),
                      *bias = ncl_caffe2_tensor(import, node, 2);
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
    ncl_caffe2_result(import, node, at == 1 ? x : ncl_compose_reshape(import, x, &out));
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

/* Factors of any size, or one whole one for both axes (UpsampleNearest): element i is that at floor(i / scale). All in
 * floats, which what is assigned is even where a machine computes in more. */
void ncl_caffe2_build_nearest(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_caffe2_first(import, node, 0);
    const bool whole = strcmp(node->op, "UpsampleNearest") == 0;
    const float both = whole ? (float)ncl_import_integer(import, node, "scale", 2) : 1,
                scale[] = {whole ? both : (float)ncl_import_scalar(import, node, "height_scale", 1),
                           whole ? both : (float)ncl_import_scalar(import, node, "width_scale", 1)};
    if (!import->status && (x->shape.rank != 4 || ncl_import_has(import, node, 1)))
        ncl_import_refuse(import, "an operand of rank %d, or factors as an operand", x->shape.rank);
    for (int k = 0; k < 2 && !import->status; k++) {
        const int64_t from = x->shape.extent[k + 2];
        const float length = (float)from * scale[k];
        int64_t *index = length >= 1 && (double)length <= (double)NCL_KNOWN_MAX
                             ? NCL_NEW_ARRAY(&import->scratch, int64_t, (size_t)length)
                             : NULL;
        if (!index) {
            ncl_import_wrong(import, "a factor of %g", (double)scale[k]);
            return;
        }
        for (int64_t i = 0; i < (int64_t)length; i++) {
            const float place = (float)i / scale[k];
            index[i] = (int64_t)place < from ? (int64_t)place : from - 1;
        }
        if ((int64_t)length != from)
            x = ncl_compose_pick(import, x, k + 2, index, (size_t)length);
    }
    if (!import->status)
        ncl_caffe2_give(import, node, x);
}
