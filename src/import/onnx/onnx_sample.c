/* SPDX-License-Identifier: Apache-2.0 */
/* Samples at places that are computed: GridSample and RoiAlign of images [N,C,H,W], by gathers of rows of channels. */
#include <math.h>
#include <string.h>

#include "import/compose_sample.h"
#include "import/onnx/onnx_operators.h"

/* Where each image begins among the pixels: [N,1,1]. */
static struct ncl_tensor *image_starts(struct ncl_import *import, const struct ncl_sample_image *image)
{
    struct ncl_known *first =
        ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &(nnefcl_shape){3, {image->batch, 1, 1}});
    for (int64_t i = 0; first && i < image->batch; i++)
        first->real[i] = (double)(i * image->height * image->width);
    if (!first)
        ncl_import_nomem(import);
    return first ? ncl_import_constant(import, first) : &import->nothing;
}

/* ---- GridSample ---- */

/* From -1 .. 1 to pixels: the corners are the centres of pixels, or their edges. */
static struct ncl_tensor *unnormalized(struct ncl_import *import, struct ncl_tensor *at, int64_t extent, bool corners)
{
    const double half = corners ? (double)(extent - 1) / 2 : (double)extent / 2, shift = corners ? half : half - 0.5;
    return ncl_compose_with(import, "add", ncl_compose_with(import, "mul", at, half), shift);
}

/* Mirrored at the borders until it lies inside: the distance from the lower border, modulo twice the width, folded. */
static struct ncl_tensor *reflected(struct ncl_import *import, struct ncl_tensor *at, int64_t extent, bool corners)
{
    const double low = corners ? 0 : -0.5, span = corners ? (double)(extent - 1) : (double)extent;
    if (span <= 0)
        return ncl_compose_with(import, "mul", at, 0);
    struct ncl_tensor *away = ncl_compose_unary(import, "abs", ncl_compose_with(import, "sub", at, low)),
                      *turns = ncl_compose_unary(import, "floor", ncl_compose_with(import, "div", away, 2 * span)),
                      *rest = ncl_compose_binary(import, "sub", away, ncl_compose_with(import, "mul", turns, 2 * span)),
                      *back = ncl_compose_binary(import, "sub", ncl_compose_number(import, 2 * span), rest);
    return ncl_compose_with(import, "add", ncl_compose_binary(import, "min", rest, back), low);
}

static struct ncl_tensor *coordinate(struct ncl_import *import, struct ncl_tensor *grid, int which, int64_t extent,
                                     bool corners, const char *padding)
{
    struct ncl_tensor *at = ncl_compose_squeeze(import, ncl_compose_slice(import, grid, 3, which, which + 1, 1), 3);
    at = unnormalized(import, at, extent, corners);
    if (strcmp(padding, "reflection") == 0)
        at = reflected(import, at, extent, corners);
    return strcmp(padding, "zeros") == 0 ? at : ncl_sample_clamped(import, at, 0, (double)(extent - 1));
}

void ncl_onnx_grid_sample(struct ncl_import *import, const struct ncl_import_node *node)
{
    const char *mode = ncl_import_string(import, node, "mode", "bilinear"),
               *padding = ncl_import_string(import, node, "padding_mode", "zeros");
    const bool corners = ncl_import_integer(import, node, "align_corners", 0) != 0,
               zeros = strcmp(padding, "zeros") == 0;
    struct ncl_tensor *grid = ncl_import_tensor(import, node, 1), *sampled;
    const struct ncl_sample_image image =
        ncl_sample_image_of(import, ncl_compose_channels_last(import, ncl_import_tensor(import, node, 0)));
    if (!import->status &&
        (grid->shape.rank != 4 || grid->shape.extent[3] != 2 || grid->shape.extent[0] != image.batch))
        ncl_import_wrong(import, "the grid does not fit the input");
    if (strcmp(mode, "bicubic") == 0 || strcmp(mode, "cubic") == 0)
        ncl_import_refuse(import, "the mode '%s' is not supported", mode);
    if (import->status)
        return;
    struct ncl_tensor *x = coordinate(import, grid, 0, image.width, corners, padding),
                      *y = coordinate(import, grid, 1, image.height, corners, padding),
                      *first = image_starts(import, &image);
    if (strcmp(mode, "nearest") == 0) {
        x = ncl_compose_unary(import, "round_even", x);
        y = ncl_compose_unary(import, "round_even", y);
        struct ncl_tensor *one = ncl_compose_with(import, "add", ncl_compose_with(import, "mul", x, 0), 1);
        sampled = ncl_sample_pixel(import, &image, first, y, x, one, zeros);
    } else {
        sampled = ncl_sample_bilinear(import, &image, first, y, x, zeros, false);
    }
    ncl_import_give(import, node, 0, ncl_compose_channels_first(import, sampled));
}

/* ---- RoiAlign ---- */

/* Places of all samples along one axis of the regions: [R, cells * samples]. */
static struct ncl_tensor *region_places(struct ncl_import *import, struct ncl_tensor *rois, int which, int64_t cells,
                                        int64_t samples, double scale, bool half)
{
    struct ncl_known *part =
        ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &(nnefcl_shape){2, {1, cells * samples}});
    if (!part) {
        ncl_import_refuse(import, "there are too many samples");
        return &import->nothing;
    }
    for (int64_t i = 0; i < cells * samples; i++)
        part->real[i] = ((double)i + 0.5) / (double)(cells * samples);
    struct ncl_tensor *begin = ncl_compose_with(import, "mul", ncl_compose_slice(import, rois, 1, which, which + 1, 1),
                                                scale),
                      *end = ncl_compose_with(import, "mul",
                                              ncl_compose_slice(import, rois, 1, which + 2, which + 3, 1), scale),
                      *length = ncl_compose_binary(import, "sub", end, begin);
    if (half)
        begin = ncl_compose_with(import, "sub", begin, 0.5);
    else
        length = ncl_compose_with(import, "max", length, 1);
    return ncl_compose_binary(import, "add", begin,
                              ncl_compose_binary(import, "mul", length, ncl_import_constant(import, part)));
}

void ncl_onnx_roi_align(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool largest = strcmp(ncl_import_string(import, node, "mode", "avg"), "max") == 0,
               half = strcmp(ncl_import_string(import, node, "coordinate_transformation_mode",
                                               node->version < 16 ? "output_half_pixel" : "half_pixel"),
                             "half_pixel") == 0;
    const int64_t rows = ncl_import_integer(import, node, "output_height", 1),
                  columns = ncl_import_integer(import, node, "output_width", 1),
                  samples = ncl_import_integer(import, node, "sampling_ratio", 0);
    const double scale = ncl_import_scalar(import, node, "spatial_scale", 1);
    struct ncl_tensor *rois = ncl_import_tensor(import, node, 1), *batch = ncl_import_number(import, node, 2);
    const struct ncl_sample_image image =
        ncl_sample_image_of(import, ncl_compose_channels_last(import, ncl_import_tensor(import, node, 0)));
    if (samples < 1 || samples > 64 || rows < 1 || columns < 1 || rows > 4096 || columns > 4096)
        ncl_import_refuse(import, "as many samples as a region is large are not supported");
    else if (rois->shape.rank != 2 || rois->shape.extent[1] != 4 || batch->shape.rank != 1)
        ncl_import_wrong(import, "the regions are no list of four numbers");
    if (import->status)
        return;
    const int64_t count = rois->shape.extent[0];
    struct ncl_tensor *y = region_places(import, rois, 1, rows, samples, scale, half),
                      *x = region_places(import, rois, 0, columns, samples, scale, half);
    const nnefcl_shape down = {3, {count, rows * samples, 1}}, across = {3, {count, 1, columns * samples}},
                       starts = {3, {count, 1, 1}};
    struct ncl_tensor *first = ncl_compose_with(import, "mul", ncl_compose_reshape(import, batch, &starts),
                                                (double)(image.height * image.width));
    y = ncl_compose_reshape(import, y, &down);
    x = ncl_compose_reshape(import, x, &across);
    /* one pixel outside still counts as the border, beyond it there is nothing */
    struct ncl_tensor *there = ncl_compose_binary(
        import, "mul", ncl_sample_inside(import, ncl_compose_with(import, "add", y, 1), (double)image.height + 1),
        ncl_sample_inside(import, ncl_compose_with(import, "add", x, 1), (double)image.width + 1));
    y = ncl_sample_clamped(import, y, 0, (double)(image.height - 1));
    x = ncl_sample_clamped(import, x, 0, (double)(image.width - 1));
    struct ncl_tensor *value = ncl_sample_bilinear(import, &image, first, y, x, false, largest);
    value = ncl_compose_binary(import, "mul", value, ncl_compose_unsqueeze(import, there, 3));
    struct ncl_compose_window cell = ncl_compose_window_of(2);
    cell.size[0] = cell.size[1] = cell.stride[0] = cell.stride[1] = samples;
    value = ncl_compose_channels_first(import, value);
    ncl_import_give(import, node, 0,
                    largest ? ncl_compose_max_pool(import, value, &cell)
                            : ncl_compose_avg_pool(import, value, &cell, true));
}
