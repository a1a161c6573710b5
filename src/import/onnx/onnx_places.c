/* SPDX-License-Identifier: Apache-2.0 */
/* Windows and places that torch writes for fold, affine_grid and crops: Col2Im, AffineGrid, CenterCropPad. */
#include <string.h>

#include "import/onnx/onnx_operators.h"

/* ---- Col2Im ---- */

/* [channels * elements of a block, 1, block]: each channel of columns goes to its element. */
static struct ncl_tensor *scattering(struct ncl_import *import, int64_t channels, const struct ncl_compose_window *w)
{
    nnefcl_shape shape = {.rank = 2 + (int)w->rank, .extent = {0, 1}};
    int64_t block = 1;
    for (size_t i = 0; i < w->rank; i++)
        block *= shape.extent[2 + i] = w->size[i];
    shape.extent[0] = channels * block;
    struct ncl_known *filter = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &shape);
    if (!filter) {
        ncl_import_refuse(import, "blocks of %lld elements in %lld channels", (long long)block, (long long)channels);
        return &import->nothing;
    }
    for (int64_t i = 0; i < channels * block; i++)
        filter->real[i * block + i % block] = 1;
    return ncl_import_constant(import, filter);
}

static void put_list(struct ncl_import *import, const struct ncl_import_node *node, const char *name, int64_t *list,
                     size_t rank)
{
    size_t count;
    const int64_t *given = ncl_import_integers(import, node, name, &count);
    if (given && count != rank)
        ncl_import_wrong(import, "'%s' has %zu items, there are %zu axes", name, count, rank);
    for (size_t i = 0; given && i < rank && !import->status; i++)
        list[i] = given[i];
}

void ncl_onnx_col2im(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const struct ncl_known *image = ncl_import_need(import, node, 1, "the shape of the image"),
                           *block = ncl_import_need(import, node, 2, "the shape of the blocks");
    if (!import->status &&
        (x->shape.rank != 3 || image->count != block->count || image->count < 1 || image->count > NNEFCL_MAX_RANK - 2))
        ncl_import_wrong(import, "columns, image and blocks do not fit each other");
    if (import->status)
        return;
    struct ncl_compose_window w = ncl_compose_window_of(image->count);
    int64_t pads[2 * NNEFCL_MAX_RANK] = {0}, elements = 1, columns = 1, output[NNEFCL_MAX_RANK];
    put_list(import, node, "strides", w.stride, w.rank);
    put_list(import, node, "dilations", w.dilation, w.rank);
    put_list(import, node, "pads", pads, 2 * w.rank);
    nnefcl_shape shape = {.rank = 2 + (int)w.rank, .extent = {x->shape.extent[0], x->shape.extent[1]}};
    for (size_t i = 0; i < w.rank && !import->status; i++) {
        w.size[i] = ncl_known_int64(block, i);
        w.before[i] = pads[i];
        w.after[i] = pads[w.rank + i];
        output[i] = ncl_known_int64(image, i);
        if (w.size[i] < 1 || w.stride[i] < 1 || w.dilation[i] < 1 || output[i] < 1 || w.size[i] > 4096 ||
            w.stride[i] > 4096 || w.dilation[i] > 4096 || output[i] > 1 << 24 || w.before[i] < 0 || w.after[i] < 0 ||
            w.before[i] > 4096 || w.after[i] > 4096) {
            ncl_import_wrong(import, "numbers of a window that are none");
            return;
        }
        shape.extent[2 + i] =
            (output[i] + w.before[i] + w.after[i] - w.dilation[i] * (w.size[i] - 1) - 1) / w.stride[i] + 1;
        elements *= w.size[i];
        columns *= shape.extent[2 + i] > 0 ? shape.extent[2 + i] : 0;
        if (elements > 1 << 20 || columns > 1 << 28) { /* the next axis would not be read */
            ncl_import_refuse(import, "%lld blocks of %lld elements", (long long)columns, (long long)elements);
            return;
        }
    }
    if (!import->status && (x->shape.extent[1] % elements || columns != x->shape.extent[2]))
        ncl_import_wrong(import, "columns, image and blocks do not fit each other");
    if (import->status)
        return;
    const int64_t channels = x->shape.extent[1] / elements;
    for (size_t i = 0; i < w.rank; i++) /* what no window reaches lies behind */
        w.after[i] =
            (shape.extent[2 + i] - 1) * w.stride[i] + (w.size[i] - 1) * w.dilation[i] + 1 - output[i] - w.before[i];
    x = ncl_compose_reshape(import, x, &shape);
    ncl_import_give(import, node, 0,
                    ncl_compose_deconv(import, x, scattering(import, channels, &w), NULL, &w, channels, output));
}

/* ---- AffineGrid ---- */

/* Centres of cells from -1 to 1, or from corner to corner. */
static double place(int64_t i, int64_t extent, bool corners)
{
    if (corners)
        return extent > 1 ? -1 + 2 * (double)i / (double)(extent - 1) : 0;
    return (2 * (double)i + 1) / (double)extent - 1;
}

/* [cells, 1 + spatial axes]: the last axis first, then 1. */
static struct ncl_tensor *cells_of(struct ncl_import *import, const int64_t *extent, int spatial, int64_t count,
                                   bool corners)
{
    struct ncl_known *cells =
        ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &(nnefcl_shape){2, {count, spatial + 1}});
    if (!cells) {
        ncl_import_refuse(import, "%lld places", (long long)count);
        return &import->nothing;
    }
    for (int64_t i = 0; i < count; i++) {
        int64_t rest = i;
        for (int j = 0; j < spatial; j++) {
            const int64_t e = extent[spatial - 1 - j];
            cells->real[i * (spatial + 1) + j] = place(rest % e, e, corners);
            rest /= e;
        }
        cells->real[i * (spatial + 1) + spatial] = 1;
    }
    return ncl_import_constant(import, cells);
}

void ncl_onnx_affine_grid(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool corners = ncl_import_integer(import, node, "align_corners", 0) != 0;
    struct ncl_tensor *theta = ncl_import_tensor(import, node, 0);
    int64_t size[NCL_ONNX_LIST], count = 1;
    size_t items = 0;
    ncl_onnx_list(import, node, "size", 1, size, &items);
    const int spatial = (int)items - 2;
    if (!import->status && (spatial < 2 || spatial > 3 || theta->shape.rank != 3 || theta->shape.extent[1] != spatial ||
                            theta->shape.extent[2] != spatial + 1))
        ncl_import_wrong(import, "the matrices do not fit the size");
    nnefcl_shape shape = {.rank = spatial + 2, .extent = {theta->shape.extent[0]}};
    for (int i = 0; i < spatial && !import->status; i++) {
        if (size[2 + i] < 1 || size[2 + i] > (int64_t)NCL_KNOWN_MAX)
            ncl_import_wrong(import, "an extent of %lld", (long long)size[2 + i]);
        else if ((count *= size[2 + i]) > (int64_t)NCL_KNOWN_MAX)
            ncl_import_refuse(import, "too many places");
        shape.extent[1 + i] = size[2 + i];
    }
    if (import->status)
        return;
    shape.extent[1 + spatial] = spatial;
    struct ncl_tensor *grid = ncl_compose_matmul(import, cells_of(import, size + 2, spatial, count, corners),
                                                 ncl_compose_swap_last(import, theta));
    ncl_import_give(import, node, 0, ncl_compose_reshape(import, grid, &shape));
}

/* ---- CenterCropPad ---- */

void ncl_onnx_center_crop_pad(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_number(import, node, 0);
    const struct ncl_known *shape = ncl_import_need(import, node, 1, "the shape");
    int64_t before[NNEFCL_MAX_RANK] = {0}, after[NNEFCL_MAX_RANK] = {0};
    size_t count;
    const int64_t *axes = ncl_import_integers(import, node, "axes", &count);
    if (!import->status && shape->count != (axes ? count : (size_t)x->shape.rank))
        ncl_import_wrong(import, "the shape has %zu items", shape->count);
    for (size_t i = 0; !import->status && i < shape->count; i++) {
        const int axis = axes ? ncl_import_axis(import, axes[i], x->shape.rank) : (int)i;
        const int64_t want = ncl_known_int64(shape, i), have = import->status ? 0 : x->shape.extent[axis];
        if (want < 1 || want > 1 << 28)
            ncl_import_wrong(import, "an extent of %lld", (long long)want);
        if (import->status)
            return;
        before[axis] = want > have ? (want - have) / 2 : -((have - want) / 2);
        after[axis] = want - have - before[axis];
    }
    if (!import->status)
        ncl_import_give_number(import, node, 0, ncl_compose_pad(import, x, before, after, "constant", 0),
                               ncl_import_value(import, node, 0)->element);
}
