/* SPDX-License-Identifier: Apache-2.0 */
/* Layers with windows, and products. */
#include <string.h>

#include "import/caffe/caffe.h"
#include "import/compose_regions.h"

/* One number for all axes, or one for each. */
static void extents_of(struct ncl_import *import, const uint32_t *item, size_t count, int64_t otherwise,
                       int64_t *extent, size_t rank)
{
    if (count > 1 && count != rank)
        ncl_import_wrong(import, "%zu numbers for %zu axes", count, rank);
    for (size_t i = 0; i < rank && !import->status; i++)
        extent[i] = count == 0 ? otherwise : item[count == 1 ? 0 : i];
}

static struct ncl_compose_window conv_window(struct ncl_import *import, const Caffe__Convolution *p, size_t rank)
{
    struct ncl_compose_window window = ncl_compose_window_of(rank);
    extents_of(import, p->kernel_size, p->n_kernel_size, 1, window.size, rank);
    extents_of(import, p->stride, p->n_stride, 1, window.stride, rank);
    extents_of(import, p->dilation, p->n_dilation, 1, window.dilation, rank);
    extents_of(import, p->pad, p->n_pad, 0, window.before, rank);
    if (rank == 2 && p->has_kernel_h && p->has_kernel_w) {
        window.size[0] = p->kernel_h;
        window.size[1] = p->kernel_w;
    }
    if (rank == 2 && p->has_stride_h && p->has_stride_w) {
        window.stride[0] = p->stride_h;
        window.stride[1] = p->stride_w;
    }
    if (rank == 2 && (p->has_pad_h || p->has_pad_w)) {
        window.before[0] = p->pad_h;
        window.before[1] = p->pad_w;
    }
    for (size_t i = 0; i < rank; i++)
        window.after[i] = window.before[i];
    return window;
}

static bool check_window(struct ncl_import *import, const struct ncl_compose_window *window)
{
    for (size_t i = 0; i < window->rank && !import->status; i++)
        if (window->size[i] < 1 || window->stride[i] < 1 || window->dilation[i] < 1)
            ncl_import_wrong(import, "a window of %lld with stride %lld and dilation %lld", (long long)window->size[i],
                             (long long)window->stride[i], (long long)window->dilation[i]);
    return !import->status;
}

static struct ncl_tensor *flat_bias(struct ncl_import *import, const struct ncl_import_node *node, bool wanted)
{
    const size_t index = ncl_caffe_blob(node, 1);
    if (!wanted || !ncl_import_has(import, node, index))
        return NULL;
    struct ncl_tensor *bias = ncl_import_tensor(import, node, index);
    const nnefcl_shape shape = {.rank = 1, .extent = {ncl_shape_volume(&bias->shape)}};
    return bias->shape.rank == 1 ? bias : ncl_compose_reshape(import, bias, &shape);
}

struct conv_parts {
    const Caffe__Convolution *param;
    struct ncl_tensor *input, *filter, *bias;
    struct ncl_compose_window window;
};

static bool read_conv(struct ncl_import *import, const struct ncl_import_node *node, struct conv_parts *c)
{
    c->param = ncl_caffe_layer(node)->convolution_param;
    c->input = ncl_import_tensor(import, node, 0);
    c->filter = ncl_import_tensor(import, node, ncl_caffe_blob(node, 0));
    const int rank = c->input->shape.rank;
    if (import->status)
        return false;
    if (!c->param || rank < 3 || c->filter->shape.rank != rank || c->param->axis != 1 || c->param->group < 1) {
        ncl_import_wrong(import, "a convolution of rank %d with a filter of rank %d", rank, c->filter->shape.rank);
        return false;
    }
    c->window = conv_window(import, c->param, (size_t)rank - 2);
    c->bias = flat_bias(import, node, c->param->bias_term);
    for (int i = 2; i < rank && !import->status; i++)
        if (c->filter->shape.extent[i] != c->window.size[i - 2])
            ncl_import_wrong(import, "the weights are for another window");
    return check_window(import, &c->window);
}

void ncl_caffe_build_conv(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct conv_parts c;
    if (!read_conv(import, node, &c))
        return;
    const bool depthwise = strcmp(node->op, "Convolution") != 0; /* of forks: a group for each channel */
    ncl_import_give(import, node, 0,
                    ncl_compose_conv(import, c.input, c.filter, c.bias, &c.window,
                                     depthwise ? c.input->shape.extent[1] : c.param->group));
}

void ncl_caffe_build_deconv(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct conv_parts c;
    int64_t output[NNEFCL_MAX_RANK];
    if (!read_conv(import, node, &c))
        return;
    for (size_t i = 0; i < c.window.rank; i++)
        output[i] = c.window.stride[i] * (c.input->shape.extent[i + 2] - 1) +
                    c.window.dilation[i] * (c.window.size[i] - 1) + 1 - 2 * c.window.before[i];
    ncl_import_give(import, node, 0,
                    ncl_compose_deconv(import, c.input, c.filter, c.bias, &c.window, c.param->group, output));
}

/* ---- pools ---- */

static struct ncl_tensor *global_pool(struct ncl_import *import, struct ncl_tensor *x, bool max)
{
    int axis[NNEFCL_MAX_RANK];
    size_t count = 0;
    for (int i = 2; i < x->shape.rank; i++)
        axis[count++] = i;
    return ncl_compose_reduce(import, max ? "max_reduce" : "mean_reduce", x, axis, count, true);
}

/* Windows that hang over the end count, unless they begin behind it; the average counts the padding. */
void ncl_caffe_build_pool(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__Pooling *p = ncl_caffe_layer(node)->pooling_param;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    if (import->status)
        return;
    if (!p || x->shape.rank != 4 || p->pool == CAFFE__POOLING__METHOD__STOCHASTIC) {
        ncl_import_refuse(import, "%s", p ? "stochastic pooling, or a rank other than 4" : "no parameters");
        return;
    }
    const bool max = p->pool == CAFFE__POOLING__METHOD__MAX;
    struct ncl_compose_window window = ncl_compose_window_of(2);
    window.size[0] = p->has_kernel_size ? p->kernel_size : p->kernel_h;
    window.size[1] = p->has_kernel_size ? p->kernel_size : p->kernel_w;
    window.stride[0] = p->has_stride_h ? p->stride_h : p->stride;
    window.stride[1] = p->has_stride_w ? p->stride_w : p->stride;
    window.before[0] = window.after[0] = p->has_pad_h ? p->pad_h : p->pad;
    window.before[1] = window.after[1] = p->has_pad_w ? p->pad_w : p->pad;
    window.ceil = p->round_mode == CAFFE__POOLING__ROUNDING__CEIL;
    if (p->global_pooling)
        ncl_import_give(import, node, 0, global_pool(import, x, max));
    else if (check_window(import, &window))
        ncl_import_give(import, node, 0,
                        max ? ncl_compose_max_pool(import, x, &window)
                            : ncl_compose_avg_pool(import, x, &window, true));
}

/* Maxima of the cells of regions: rows (image, x0, y0, x1, y1), both corners inside. */
void ncl_caffe_build_roi_pooling(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__RoiPooling *p = ncl_caffe_layer(node)->roi_pooling_param;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *rois = ncl_import_tensor(import, node, 1);
    struct ncl_regions regions = {.scale = p ? p->spatial_scale : 1};
    if (!p || rois->shape.rank < 1)
        ncl_import_wrong(import, "there is no roi_pooling_param, or there are no regions");
    if (import->status)
        return;
    const nnefcl_shape rows = {.rank = 2,
                               .extent = {rois->shape.extent[0], ncl_shape_span(&rois->shape, 1, rois->shape.rank)}};
    regions.rows = p->pooled_h;
    regions.columns = p->pooled_w;
    ncl_regions_split(import, ncl_compose_reshape(import, rois, &rows), &regions);
    ncl_import_give(import, node, 0, ncl_compose_roi_max(import, x, &regions));
}

/* ---- products ---- */

/* Axes from `axis` on are one: rows of [.., k] times [n, k]. */
void ncl_caffe_build_inner_product(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__InnerProduct *p = ncl_caffe_layer(node)->inner_product_param;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0),
                      *filter = ncl_import_tensor(import, node, ncl_caffe_blob(node, 0));
    const int rank = x->shape.rank, at = ncl_import_axis(import, p ? p->axis : 1, rank), last = filter->shape.rank - 1;
    if (import->status)
        return;
    const int64_t taken = ncl_shape_span(&x->shape, at, rank), rows = ncl_shape_span(&x->shape, 0, at);
    const nnefcl_shape flat = {.rank = 2, .extent = {rows, taken}};
    const int64_t n = last >= 1 ? filter->shape.extent[last - !(p && p->transpose)] : 0;
    nnefcl_shape square = {.rank = 2, .extent = {n, taken}}, out = {.rank = at + 1};
    if (n < 1 || ncl_shape_volume(&filter->shape) != n * taken) {
        ncl_import_wrong(import, "weights for other inputs than %lld", (long long)taken);
        return;
    }
    if (p && p->transpose) {
        static const int swap[] = {1, 0};
        filter = ncl_compose_transpose(import, filter, swap);
    } else if (filter->shape.rank != 2) {
        filter = ncl_compose_reshape(import, filter, &square);
    }
    struct ncl_tensor *bias = flat_bias(import, node, !p || p->bias_term);
    const nnefcl_shape row = {.rank = 2, .extent = {1, n}};
    x = ncl_shape_equal(&x->shape, &flat) ? x : ncl_compose_reshape(import, x, &flat);
    x = NCL_COMPOSE(import, "linear", {"input", ncl_value_tensor(x)}, {"filter", ncl_value_tensor(filter)},
                    {"bias", bias ? ncl_value_tensor(ncl_compose_reshape(import, bias, &row)) : ncl_value_scalar(0)});
    for (int i = 0; i < at; i++)
        out.extent[i] = ncl_import_tensor(import, node, 0)->shape.extent[i];
    out.extent[at] = n;
    ncl_import_give(import, node, 0, at == 1 ? x : ncl_compose_reshape(import, x, &out));
}
