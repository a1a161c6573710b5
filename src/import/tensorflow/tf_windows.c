/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions, pools, normalizations over channels, resampling. The input is brought to channels first, the result
 * back to channels last; a graph with data_format NCHW needs neither. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "import/compose_order.h"
#include "import/compose_places.h"
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

/* Convolutions, which are sums of products; pools and the others look at the numbers themselves. */
static bool is_sum(const struct ncl_import_node *node)
{
    return strstr(node->op, "CONV") || strstr(node->op, "Conv");
}

static struct ncl_tensor *window_input(struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    struct ncl_tensor *x = is_sum(node) ? ncl_tf_steps(import, node, index) : ncl_tf_tensor(import, node, index);
    const int rank = (int)plane_rank(node) + 2;
    if (x->shape.rank != rank && !import->status)
        ncl_import_refuse(import, "operand of rank %d, only %d is supported", x->shape.rank, rank);
    return is_first(import, node) ? x : ncl_tf_first(import, x);
}

static void give_window(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *y)
{
    ncl_tf_give(import, node, 0, is_first(import, node) ? y : ncl_tf_last(import, y));
}

/* The same of products of operand `index` and the filter, and what is fused with them. */
static void give_sums(struct ncl_import *import, const struct ncl_import_node *node, size_t index, struct ncl_tensor *y)
{
    y = ncl_tf_fuse(import, node, y);
    ncl_tf_give_product(import, node, index, 1, is_first(import, node) ? y : ncl_tf_last(import, y));
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
        ncl_compose_window_same(import, window, input, false);
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
    return is_lite(node) && ncl_import_has(import, node, index) ? ncl_tf_steps(import, node, index) : NULL;
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
    give_sums(import, node, 0,
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
    give_sums(import, node, 2, ncl_compose_deconv(import, x, filter, conv_bias(import, node, 3), &window, 1, output));
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

/* Of the whole numbers, half away from zero. A mean of n of them is a multiple of 1 / n, but for what floats lose: it
 * is taken to lie a little further out. */
static void quantized_average(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_first(import, ncl_import_number(import, node, 0));
    const struct ncl_compose_window window = pool_window(import, node, x);
    if (import->status)
        return;
    x = ncl_compose_with(import, "mul", ncl_compose_avg_pool(import, x, &window, false), 1 + ldexp(1, -20));
    ncl_tf_give_whole(import, node, 0, ncl_import_integer(import, node, "activation", 0),
                      ncl_tf_last(import, ncl_compose_unary(import, "round_away", x)));
}

void ncl_tf_build_pool(struct ncl_import *import, const struct ncl_import_node *node)
{
    if (ncl_tf_is_quantized(node) && strcmp(node->op, "AVERAGE_POOL_2D") == 0) {
        quantized_average(import, node);
        return;
    }
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

/* MaxPoolWithArgmax: places count with the channels last, within each image unless it is said. */
void ncl_tf_build_pool_places(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = window_input(import, node, 0);
    const struct ncl_compose_window window = pool_window(import, node, x);
    if (import->status)
        return;
    give_window(import, node, ncl_compose_max_pool(import, x, &window));
    if (!ncl_import_wants(import, node, 1) || import->status)
        return;
    const int64_t channels = x->shape.extent[1], plane = x->shape.extent[2] * x->shape.extent[3];
    struct ncl_tensor *places = ncl_compose_max_places(import, x, &window), *batch, *channel;
    places = ncl_compose_places_flat(import, places, &window, &x->shape, false);
    batch =
        ncl_compose_with(import, "mul", ncl_compose_grid(import, 4, 0, x->shape.extent[0]), (double)(channels * plane));
    channel = ncl_compose_grid(import, 4, 1, channels);
    places = ncl_compose_binary(import, "sub", places, batch);
    places = ncl_compose_binary(import, "sub", places, ncl_compose_with(import, "mul", channel, (double)plane));
    places = ncl_compose_binary(import, "add", ncl_compose_with(import, "mul", places, (double)channels), channel);
    if (ncl_import_integer(import, node, "include_batch_in_index", 0))
        places = ncl_compose_binary(import, "add", places, batch);
    ncl_import_give_number(import, node, 1, is_first(import, node) ? places : ncl_tf_last(import, places),
                           NCL_STORED_INT64);
}

/* The elements of each window as channels, those of a place together: a convolution with ones. */
void ncl_tf_build_patches(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = window_input(import, node, 0);
    struct ncl_compose_window window = window_of(import, node);
    window_extents(import, node, "filter", "ksizes", window.size);
    window_extents(import, node, "rate", "rates", window.dilation);
    if (!import->status)
        place_window(import, node, &window, &x->shape);
    if (import->status)
        return;
    const int64_t channels = x->shape.extent[1], taps = window.size[0] * window.size[1];
    const nnefcl_shape shape = {.rank = 4, .extent = {taps * channels, channels, window.size[0], window.size[1]}};
    struct ncl_known *ones = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &shape);
    for (int64_t i = 0; ones && i < taps * channels; i++)
        ones->real[(i * channels + i % channels) * taps + i / channels] = 1;
    if (!ones)
        ncl_import_refuse(import, "windows of too many elements");
    else
        give_window(import, node, ncl_compose_conv(import, x, ncl_import_constant(import, ones), NULL, &window, 1));
}

/* ---- normalizations ---- */

struct ncl_tensor *ncl_tf_normalize(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *x,
                                    const size_t operand[4], double epsilon)
{
    static const char *const name[] = {"scale", "offset", "mean", "variance"};
    struct ncl_named_value given[6] = {{"input", ncl_value_tensor(x)}, {"epsilon", ncl_value_scalar(epsilon)}};
    for (size_t i = 0; i < 4; i++) {
        given[i + 2] = (struct ncl_named_value){name[i], ncl_value_scalar(1)};
        if (operand[i] != SIZE_MAX)
            given[i + 2].value = ncl_value_tensor(ncl_tf_channels(import, node, operand[i], 2));
    }
    return ncl_compose(import, "batch_normalization", given, 6);
}

/* The same by means and variances of the batch itself, of which results 1 and 2 are moving averages. */
static struct ncl_tensor *normalize_by_batch(struct ncl_import *import, const struct ncl_import_node *node,
                                             struct ncl_tensor *x)
{
    int axis[NNEFCL_MAX_RANK];
    size_t count = 0;
    for (int i = 0; i < x->shape.rank; i++)
        if (i != 1)
            axis[count++] = i;
    if (ncl_import_wants(import, node, 1) || ncl_import_wants(import, node, 2))
        ncl_import_refuse(import, "is_training: means and variances that are results");
    struct ncl_tensor *mean = ncl_compose_reduce(import, "mean_reduce", x, axis, count, true), *variance;
    x = ncl_compose_binary(import, "sub", x, mean);
    variance = ncl_compose_reduce(import, "mean_reduce", ncl_compose_unary(import, "sqr", x), axis, count, true);
    variance = ncl_compose_with(import, "add", variance, ncl_import_scalar(import, node, "epsilon", 1e-4));
    x = ncl_compose_binary(import, "mul", x, ncl_compose_unary(import, "rsqrt", variance));
    x = ncl_compose_binary(import, "mul", x, ncl_tf_channels(import, node, 1, x->shape.rank));
    return ncl_compose_binary(import, "add", x, ncl_tf_channels(import, node, 2, x->shape.rank));
}

/* FusedBatchNorm: x, scale, offset, mean, variance; the fused form of it adds an operand, and has an activation. */
void ncl_tf_build_batch_norm(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = window_input(import, node, 0), *y;
    if (import->status)
        return;
    if (ncl_import_integer(import, node, "is_training", 1))
        y = normalize_by_batch(import, node, x);
    else
        y = ncl_tf_normalize(import, node, x, (const size_t[]){1, 2, 3, 4},
                             ncl_import_scalar(import, node, "epsilon", 1e-4));
    if (ncl_import_integer(import, node, "num_side_inputs", 0) > 0)
        y = ncl_compose_binary(import, "add", y, window_input(import, node, 5));
    const char *mode = ncl_import_string(import, node, "activation_mode", "Identity");
    if (strcmp(mode, "Relu") == 0)
        y = ncl_compose_unary(import, "relu", y);
    else if (strcmp(mode, "Identity") != 0)
        ncl_import_refuse(import, "the activation '%.40s' is not supported", mode);
    give_window(import, node, y);
}

/* BatchNormWithGlobalNormalization, of old graphs: x, mean, variance, offset, scale. */
void ncl_tf_build_global_norm(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool scaled = ncl_import_integer(import, node, "scale_after_normalization", 1) != 0;
    give_window(import, node,
                ncl_tf_normalize(import, node, window_input(import, node, 0),
                                 (const size_t[]){scaled ? 4 : SIZE_MAX, 3, 1, 2},
                                 ncl_import_scalar(import, node, "variance_epsilon", 1e-3)));
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
