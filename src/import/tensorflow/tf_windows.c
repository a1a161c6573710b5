/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions, pools, normalizations over channels, resampling. The input is brought to channels first, the result
 * back to channels last; a graph with data_format NCHW needs neither. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "import/tensorflow/tf.h"

/* Spatial axes: those of Conv3D, CONV_3D, MaxPool3D and their like are 3. */
static size_t plane_rank(const struct ncl_import_node *node)
{
    return strstr(node->op, "3D") ? 3 : 2;
}

static bool is_first(struct ncl_import *import, const struct ncl_import_node *node)
{
    const char *format = ncl_import_string(import, node, "data_format", "NHWC");
    return strcmp(format, "NCHW") == 0 || strcmp(format, "NCDHW") == 0;
}

static struct ncl_tensor *window_input(struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, index);
    const int rank = (int)plane_rank(node) + 2;
    if (x->shape.rank != rank && !import->status)
        ncl_import_refuse(import, "operand of rank %d, only %d is supported", x->shape.rank, rank);
    return is_first(import, node) ? x : ncl_tf_first(import, x);
}

static void give_window(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *y)
{
    ncl_tf_give(import, node, 0, is_first(import, node) ? y : ncl_tf_last(import, y));
}

/* ---- the window ---- */

/* Lite says stride_d, stride_h and stride_w, TensorFlow strides of all axes. */
static void window_extents(struct ncl_import *import, const struct ncl_import_node *node, const char *lite,
                           const char *name, int64_t *extent)
{
    static const char axes[] = "dhw";
    const size_t rank = plane_rank(node);
    size_t count;
    const int64_t *all = ncl_import_integers(import, node, name, &count);
    if (count && count != rank + 2)
        ncl_import_refuse(import, "%zu numbers in %s, not %zu", count, name, rank + 2);
    for (size_t i = 0; i < rank && !import->status; i++) {
        char key[16];
        snprintf(key, sizeof key, "%s_%c", lite, axes[3 - rank + i]);
        extent[i] = count ? all[i + (is_first(import, node) ? 2 : 1)] : ncl_import_integer(import, node, key, 1);
        if (extent[i] < 1 && !import->status)
            ncl_import_wrong(import, "%s of %lld", name, (long long)extent[i]);
    }
}

static bool is_same(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_attribute *padding = ncl_import_attribute(node, "padding");
    return padding && padding->kind == NCL_ATTRIBUTE_INTEGERS
               ? ncl_import_integer(import, node, "padding", 0) == 0
               : strcmp(ncl_import_string(import, node, "padding", "VALID"), "SAME") == 0;
}

static void explicit_paddings(struct ncl_import *import, const struct ncl_import_node *node,
                              struct ncl_compose_window *window)
{
    size_t count;
    const int64_t *pads = ncl_import_integers(import, node, "explicit_paddings", &count);
    const size_t axis = is_first(import, node) ? 2 : 1;
    if (count != 8)
        return;
    for (size_t i = 0; i < 2; i++) {
        window->before[i] = pads[2 * (axis + i)];
        window->after[i] = pads[2 * (axis + i) + 1];
    }
}

static struct ncl_compose_window window_of(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_compose_window window = ncl_compose_window_of(plane_rank(node));
    window_extents(import, node, "stride", "strides", window.stride);
    window_extents(import, node, "dilation", "dilations", window.dilation);
    return window;
}

static void place_window(struct ncl_import *import, const struct ncl_import_node *node,
                         struct ncl_compose_window *window, const nnefcl_shape *input)
{
    if (is_same(import, node))
        ncl_compose_window_same(window, input, false);
    else
        explicit_paddings(import, node, window);
}

/* ---- convolutions ---- */

static bool is_lite(const struct ncl_import_node *node)
{
    return node->detail != NULL;
}

static struct ncl_tensor *conv_bias(struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    return is_lite(node) && ncl_import_has(import, node, index) ? ncl_tf_tensor(import, node, index) : NULL;
}

static void conv_with(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *filter,
                      bool depthwise)
{
    struct ncl_tensor *x = window_input(import, node, 0);
    struct ncl_compose_window window = window_of(import, node);
    if (import->status)
        return;
    memcpy(window.size, filter->shape.extent + 2, window.rank * sizeof *window.size);
    place_window(import, node, &window, &x->shape);
    const int64_t channels = x->shape.extent[1], taken = filter->shape.extent[1];
    if (taken < 1 || channels % taken) {
        ncl_import_wrong(import, "%lld channels for a filter of %lld", (long long)channels, (long long)taken);
        return;
    }
    give_window(import, node,
                ncl_compose_conv(import, x, filter, conv_bias(import, node, 2), &window,
                                 depthwise ? channels : channels / taken));
}

/* Filters are [out, h, w, in] in Lite, [h, w, in, out] in TensorFlow; those of three axes [d, h, w, in, out] in both.
 */
void ncl_tf_build_conv(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int lite[] = {0, 3, 1, 2}, full[] = {3, 2, 0, 1}, deep[] = {4, 3, 0, 1, 2};
    const bool flat = plane_rank(node) == 2;
    conv_with(import, node,
              flat ? ncl_tf_moved(import, node, 1, 4, is_lite(node) ? lite : full)
                   : ncl_tf_moved(import, node, 1, 5, deep),
              false);
}

/* Filters are [1, h, w, in m] in Lite, [h, w, in, m] in TensorFlow: [in m, 1, h, w]. */
void ncl_tf_build_depthwise(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int lite[] = {3, 0, 1, 2}, full[] = {2, 3, 0, 1};
    struct ncl_tensor *filter = ncl_tf_moved(import, node, 1, 4, is_lite(node) ? lite : full);
    if (!is_lite(node) && filter->shape.rank == 4) {
        const int64_t *extent = filter->shape.extent;
        const nnefcl_shape shape = {.rank = 4, .extent = {extent[0] * extent[1], 1, extent[2], extent[3]}};
        filter = ncl_compose_reshape(import, filter, &shape);
    }
    conv_with(import, node, filter, true);
}

/* The borders are those of the convolution that goes from the output to the input. */
static void deconv_with(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *filter)
{
    struct ncl_tensor *x = window_input(import, node, 2);
    struct ncl_compose_window window = window_of(import, node);
    const size_t axis = is_first(import, node) ? 2 : 1;
    int64_t size[NNEFCL_MAX_RANK];
    const size_t count = ncl_tf_integers(import, node, 0, "the shape of the output", size);
    if (count != window.rank + 2 && count != window.rank)
        ncl_import_refuse(import, "an output shape of %zu numbers", count);
    if (import->status)
        return;
    const int64_t *output = count == window.rank ? size : size + axis;
    nnefcl_shape whole = {.rank = (int)window.rank + 2, .extent = {1, 1}};
    memcpy(whole.extent + 2, output, window.rank * sizeof *output);
    memcpy(window.size, filter->shape.extent + 2, window.rank * sizeof *window.size);
    place_window(import, node, &window, &whole);
    give_window(import, node, ncl_compose_deconv(import, x, filter, conv_bias(import, node, 3), &window, 1, output));
}

/* [out, h, w, in]; deconv wants [in, out, h, w]. */
void ncl_tf_build_lite_deconv(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int axis[] = {3, 0, 1, 2};
    deconv_with(import, node, ncl_tf_moved(import, node, 1, 4, axis));
}

/* [h, w, out, in] */
void ncl_tf_build_deconv(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int axis[] = {3, 2, 0, 1}, deep[] = {4, 3, 0, 1, 2};
    const bool flat = plane_rank(node) == 2;
    deconv_with(import, node, ncl_tf_moved(import, node, 1, flat ? 4 : 5, flat ? axis : deep));
}

/* ---- pools ---- */

static struct ncl_compose_window pool_window(struct ncl_import *import, const struct ncl_import_node *node,
                                             const struct ncl_tensor *x)
{
    struct ncl_compose_window window = window_of(import, node);
    window_extents(import, node, "filter", "ksize", window.size);
    if (!import->status)
        place_window(import, node, &window, &x->shape);
    return window;
}

void ncl_tf_build_pool(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = window_input(import, node, 0);
    const struct ncl_compose_window window = pool_window(import, node, x);
    if (import->status)
        return;
    const bool max = strncmp(node->op, "Max", 3) == 0 || strncmp(node->op, "MAX", 3) == 0;
    give_window(import, node,
                max ? ncl_compose_max_pool(import, x, &window) : ncl_compose_avg_pool(import, x, &window, false));
}

/* The root of the mean of squares. */
void ncl_tf_build_l2_pool(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = window_input(import, node, 0);
    const struct ncl_compose_window window = pool_window(import, node, x);
    if (import->status)
        return;
    x = ncl_compose_avg_pool(import, ncl_compose_unary(import, "sqr", x), &window, false);
    give_window(import, node, ncl_compose_unary(import, "sqrt", x));
}

/* ---- normalizations ---- */

/* FusedBatchNorm: x, scale, offset, mean, variance. */
void ncl_tf_build_batch_norm(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = window_input(import, node, 0);
    const int rank = x->shape.rank;
    if (ncl_import_integer(import, node, "is_training", 1)) {
        ncl_import_refuse(import, "is_training: normalization by the batch itself");
        return;
    }
    struct ncl_tensor *scale = ncl_tf_channels(import, node, 1, rank), *offset = ncl_tf_channels(import, node, 2, rank),
                      *mean = ncl_tf_channels(import, node, 3, rank),
                      *variance = ncl_tf_channels(import, node, 4, rank);
    const nnefcl_shape shape = {.rank = 2, .extent = {1, scale->shape.extent[1]}};
    give_window(import, node,
                NCL_COMPOSE(import, "batch_normalization", {"input", ncl_value_tensor(x)},
                            {"mean", ncl_value_tensor(ncl_compose_reshape(import, mean, &shape))},
                            {"variance", ncl_value_tensor(ncl_compose_reshape(import, variance, &shape))},
                            {"offset", ncl_value_tensor(ncl_compose_reshape(import, offset, &shape))},
                            {"scale", ncl_value_tensor(ncl_compose_reshape(import, scale, &shape))},
                            {"epsilon", ncl_value_scalar(ncl_import_scalar(import, node, "epsilon", 1e-4))}));
}

/* x / (bias + alpha sum(x^2))^beta over 2 radius + 1 channels; NNEF takes their mean. */
void ncl_tf_build_lrn(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = window_input(import, node, 0);
    const int64_t radius =
        ncl_import_integer(import, node, "depth_radius", ncl_import_integer(import, node, "radius", 5));
    if (radius < 0 || radius > INT32_MAX) {
        ncl_import_wrong(import, "a radius of %lld", (long long)radius);
        return;
    }
    const int64_t size[] = {1, 2 * radius + 1, 1, 1};
    const double alpha = ncl_import_scalar(import, node, "alpha", 1) * (double)size[1];
    give_window(import, node,
                NCL_COMPOSE(import, "local_response_normalization", {"input", ncl_value_tensor(x)},
                            {"size", ncl_compose_integers(import, size, 4)}, {"alpha", ncl_value_scalar(alpha)},
                            {"beta", ncl_value_scalar(ncl_import_scalar(import, node, "beta", 0.5))},
                            {"bias", ncl_value_scalar(ncl_import_scalar(import, node, "bias", 1))}));
}

/* ---- resampling ---- */

struct resize {
    bool nearest, align_corners, half_pixel;
};

/* Where element i of `to` lies in `from`. */
static double resize_place(const struct resize *r, int64_t i, int64_t from, int64_t to)
{
    if (r->align_corners && to > 1)
        return (double)i * (double)(from - 1) / (double)(to - 1);
    const float scale = (float)from / (float)to; /* as the kernels of TensorFlow have it */
    return r->half_pixel ? ((double)i + 0.5) * scale - (r->nearest ? 0 : 0.5) : (double)i * scale;
}

static int64_t resize_clamp(double place, int64_t extent)
{
    return place < 0 ? 0 : place > (double)(extent - 1) ? extent - 1 : (int64_t)place;
}

static struct ncl_tensor *resize_nearest(struct ncl_import *import, const struct resize *r, struct ncl_tensor *x,
                                         int axis, int64_t to, int64_t *index)
{
    const int64_t from = x->shape.extent[axis];
    for (int64_t i = 0; i < to; i++) {
        const double place = resize_place(r, i, from, to);
        index[i] = resize_clamp(r->align_corners ? round(place) : floor(place), from);
    }
    return ncl_compose_pick(import, x, axis, index, (size_t)to);
}

/* (1 - w) x[low] + w x[low + 1] = x[low] + w (x[low + 1] - x[low]) */
static struct ncl_tensor *resize_linear(struct ncl_import *import, const struct resize *r, struct ncl_tensor *x,
                                        int axis, int64_t to, int64_t *index)
{
    const int64_t from = x->shape.extent[axis];
    nnefcl_shape shape = {.rank = x->shape.rank};
    for (int i = 0; i < shape.rank; i++)
        shape.extent[i] = i == axis ? to : 1;
    struct ncl_known *weight = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &shape);
    if (!weight) {
        ncl_import_nomem(import);
        return x;
    }
    for (int64_t i = 0; i < to; i++) {
        double place = resize_place(r, i, from, to);
        place = place < 0 ? 0 : place;
        index[i] = resize_clamp(floor(place), from);
        weight->real[i] = index[i] == from - 1 ? 0 : place - (double)index[i];
    }
    struct ncl_tensor *low = ncl_compose_pick(import, x, axis, index, (size_t)to);
    for (int64_t i = 0; i < to; i++)
        index[i] += index[i] < from - 1;
    struct ncl_tensor *high = ncl_compose_pick(import, x, axis, index, (size_t)to);
    struct ncl_tensor *step = ncl_compose_binary(import, "mul", ncl_compose_binary(import, "sub", high, low),
                                                 ncl_import_constant(import, weight));
    return ncl_compose_binary(import, "add", low, step);
}

static struct ncl_tensor *resize_axis(struct ncl_import *import, const struct resize *r, struct ncl_tensor *x, int axis,
                                      int64_t to)
{
    if (to == x->shape.extent[axis])
        return x;
    if (to < 1 || to > (int64_t)NCL_KNOWN_MAX) {
        ncl_import_wrong(import, "an output of %lld", (long long)to);
        return x;
    }
    int64_t *index = NCL_NEW_ARRAY(&import->scratch, int64_t, (size_t)to);
    if (!index) {
        ncl_import_nomem(import);
        return x;
    }
    return (r->nearest ? resize_nearest : resize_linear)(import, r, x, axis, to, index);
}

/* Whole factors with half pixels have an operation of their own. */
static struct ncl_tensor *resize_whole(struct ncl_import *import, const struct resize *r, struct ncl_tensor *x,
                                       const int64_t *to)
{
    const int64_t *from = x->shape.extent + 2;
    if (to[0] < from[0] || to[1] < from[1] || to[0] % from[0] || to[1] % from[1] || r->align_corners)
        return NULL;
    const int64_t factor[] = {to[0] / from[0], to[1] / from[1]};
    const struct ncl_value factors = ncl_compose_integers(import, factor, 2);
    if (r->nearest)
        return NCL_COMPOSE(import, "nearest_upsample", {"input", ncl_value_tensor(x)}, {"factor", factors});
    return NCL_COMPOSE(import, "multilinear_upsample", {"input", ncl_value_tensor(x)}, {"factor", factors},
                       {"method", ncl_compose_string(r->half_pixel ? "symmetric" : "asymmetric")},
                       {"border", ncl_compose_string("replicate")});
}

void ncl_tf_build_resize(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct resize r = {.nearest = strstr(node->op, "earest") || strstr(node->op, "NEAREST"),
                             .align_corners = ncl_import_integer(import, node, "align_corners", 0) != 0,
                             .half_pixel = ncl_import_integer(import, node, "half_pixel_centers", 0) != 0};
    struct ncl_tensor *x = ncl_tf_first(import, ncl_tf_tensor(import, node, 0));
    int64_t size[NNEFCL_MAX_RANK];
    const size_t count = ncl_tf_integers(import, node, 1, "the size", size);
    if (import->status)
        return;
    if (count != 2 || x->shape.rank != 4) {
        ncl_import_wrong(import, "%zu extents for rank %d", count, x->shape.rank);
        return;
    }
    struct ncl_tensor *whole = resize_whole(import, &r, x, size);
    if (!whole) {
        x = resize_axis(import, &r, x, 2, size[0]);
        whole = resize_axis(import, &r, x, 3, size[1]);
    }
    ncl_tf_give(import, node, 0, ncl_tf_last(import, whole));
}
