/* SPDX-License-Identifier: Apache-2.0 */
/* DeformConv: the pixels under a filter are samples at places that are moved, weighted by a mask; what follows is a
 * convolution by a filter of 1x1 over channels times items of the filter. */
#include "import/compose_sample.h"
#include "import/onnx/onnx_operators.h"

struct deform {
    int64_t batch, groups; /* images, and parts of their channels that are moved by themselves */
    int64_t items, output[2];
    struct ncl_compose_window window;
};

static bool deform_fits(struct ncl_import *import, const struct ncl_import_node *node, const struct deform *d,
                        const nnefcl_shape *x)
{
    const nnefcl_shape *move = &ncl_import_value(import, node, 2)->shape,
                       offset = {4, {d->batch, d->groups * d->items * 2, d->output[0], d->output[1]}},
                       mask = {4, {d->batch, d->groups * d->items, d->output[0], d->output[1]}};
    if (import->status)
        return false;
    if (!ncl_shape_equal(move, &offset) || x->extent[1] % d->groups ||
        (ncl_import_has(import, node, 4) && !ncl_shape_equal(&ncl_import_value(import, node, 4)->shape, &mask)))
        ncl_import_wrong(import, "the offsets or the mask do not fit the input");
    return !import->status;
}

static void deform_read(struct ncl_import *import, const struct ncl_import_node *node, const nnefcl_shape *x,
                        const nnefcl_shape *filter, struct deform *d)
{
    d->window = ncl_onnx_window(import, node, x, filter);
    d->groups = ncl_import_integer(import, node, "offset_group", 1);
    if (!import->status && x->rank != 4)
        ncl_import_refuse(import, "the input has rank %d, not 4", x->rank);
    if (d->groups < 1 || d->groups > INT32_MAX)
        ncl_import_wrong(import, "'offset_group' is %lld", (long long)d->groups);
    if (import->status)
        return;
    d->batch = x->extent[0];
    d->items = d->window.size[0] * d->window.size[1];
    for (int i = 0; i < 2; i++) {
        const int64_t room = x->extent[2 + i] + d->window.before[i] + d->window.after[i] -
                             (d->window.size[i] - 1) * d->window.dilation[i] - 1;
        d->output[i] = room < 0 ? 0 : room / d->window.stride[i] + 1;
    }
}

/* Where items of the filter lie without offsets, in rows or columns: [1, items, output]. */
static struct ncl_tensor *grid_of(struct ncl_import *import, const struct deform *d, int axis)
{
    const nnefcl_shape shape = {4, {1, d->items, axis == 0 ? d->output[0] : 1, axis == 0 ? 1 : d->output[1]}};
    struct ncl_known *grid = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &shape);
    const struct ncl_compose_window *w = &d->window;
    for (int64_t i = 0; grid && i < (int64_t)grid->count; i++) {
        const int64_t item = i / d->output[axis], at = i % d->output[axis],
                      along = axis == 0 ? item / w->size[1] : item % w->size[1];
        grid->real[i] = (double)(at * w->stride[axis] - w->before[axis] + along * w->dilation[axis]);
    }
    if (!grid)
        ncl_import_refuse(import, "the filter and the output are too large");
    return grid ? ncl_import_constant(import, grid) : &import->nothing;
}

/* [batch groups, items, rows, columns] */
static struct ncl_tensor *places_of(struct ncl_import *import, const struct deform *d, struct ncl_tensor *move,
                                    int axis)
{
    const nnefcl_shape pairs = {5, {d->batch * d->groups, d->items, 2, d->output[0], d->output[1]}};
    struct ncl_tensor *part =
        ncl_compose_slice(import, ncl_compose_reshape(import, move, &pairs), 2, axis, axis + 1, 1);
    return ncl_compose_binary(import, "add", ncl_compose_squeeze(import, part, 2), grid_of(import, d, axis));
}

static struct ncl_tensor *columns_of(struct ncl_import *import, const struct ncl_import_node *node,
                                     const struct deform *d, struct ncl_tensor *x)
{
    const int64_t channels = x->shape.extent[1], parts = d->batch * d->groups;
    const nnefcl_shape split = {4, {parts, channels / d->groups, x->shape.extent[2], x->shape.extent[3]}},
                       weights = {5, {parts, d->items, d->output[0], d->output[1], 1}},
                       columns = {4, {d->batch, channels * d->items, d->output[0], d->output[1]}};
    const struct ncl_sample_image image =
        ncl_sample_image_of(import, ncl_compose_channels_last(import, ncl_compose_reshape(import, x, &split)));
    if (import->status)
        return x;
    struct ncl_tensor *move = ncl_import_tensor(import, node, 2), *first = ncl_sample_starts(import, &image, 4),
                      *y = ncl_sample_bilinear(import, &image, first, places_of(import, d, move, 0),
                                               places_of(import, d, move, 1), true, false);
    if (ncl_import_has(import, node, 4))
        y = ncl_compose_binary(import, "mul", y,
                               ncl_compose_reshape(import, ncl_import_tensor(import, node, 4), &weights));
    y = ncl_compose_transpose(import, y, (const int[]){0, 4, 1, 2, 3});
    return ncl_compose_reshape(import, y, &columns);
}

void ncl_onnx_deform_conv(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *bias = NULL;
    const nnefcl_shape filter = ncl_import_value(import, node, 1)->shape;
    struct deform d = {0};
    deform_read(import, node, &x->shape, &filter, &d);
    if (!deform_fits(import, node, &d, &x->shape))
        return;
    const nnefcl_shape flat = {4, {filter.extent[0], filter.extent[1] * d.items, 1, 1}},
                       row = {2, {1, filter.extent[0]}};
    if (ncl_import_has(import, node, 3))
        bias = ncl_import_tensor_as(import, node, 3, &row);
    const struct ncl_compose_window point = {.rank = 2, .size = {1, 1}, .stride = {1, 1}, .dilation = {1, 1}};
    ncl_import_give(import, node, 0,
                    ncl_compose_conv(import, columns_of(import, node, &d, x),
                                     ncl_import_tensor_as(import, node, 1, &flat), bias, &point,
                                     ncl_import_integer(import, node, "group", 1)));
}
