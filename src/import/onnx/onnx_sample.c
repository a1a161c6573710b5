/* SPDX-License-Identifier: Apache-2.0 */
/* Samples at places that are computed, of images [N,C,H,W], of volumes too in GridSample; RoiAlign, MaxRoiPool. */
#include <math.h>
#include <string.h>

#include "import/compose_regions.h"
#include "import/compose_sample.h"
#include "import/onnx/onnx_operators.h"

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

/* As far as the padding moves what lies outside: zeros are a matter of weights. */
static struct ncl_tensor *padded(struct ncl_import *import, struct ncl_tensor *at, int64_t extent, bool corners,
                                 const char *padding)
{
    if (strcmp(padding, "reflection") == 0)
        at = reflected(import, at, extent, corners);
    return strcmp(padding, "zeros") == 0 ? at : ncl_sample_clamped(import, at, 0, (double)(extent - 1));
}

static struct ncl_tensor *coordinate(struct ncl_import *import, struct ncl_tensor *grid, int which, int64_t extent,
                                     bool corners)
{
    const int last = grid->shape.rank - 1;
    struct ncl_tensor *at =
        ncl_compose_squeeze(import, ncl_compose_slice(import, grid, last, which, which + 1, 1), last);
    return unnormalized(import, at, extent, corners);
}

/* ((a x + b) x + c) x + d */
static struct ncl_tensor *cubic(struct ncl_import *import, struct ncl_tensor *x, const double *c)
{
    struct ncl_tensor *sum = ncl_compose_with(import, "mul", x, c[0]);
    for (int i = 1; i < 3; i++)
        sum = ncl_compose_binary(import, "mul", ncl_compose_with(import, "add", sum, c[i]), x);
    return ncl_compose_with(import, "add", sum, c[3]);
}

/* Keys' kernel with a = -0.75 at the distances 1 + t, t, 1 - t, 2 - t. */
static void cubic_weights(struct ncl_import *import, struct ncl_tensor *t, struct ncl_tensor *weight[4])
{
    static const double near[] = {1.25, -2.25, 0, 1}, far[] = {-0.75, 3.75, -6, 3};
    struct ncl_tensor *rest = ncl_compose_binary(import, "sub", ncl_compose_number(import, 1), t);
    weight[0] = cubic(import, ncl_compose_with(import, "add", t, 1), far);
    weight[1] = cubic(import, t, near);
    weight[2] = cubic(import, rest, near);
    weight[3] = cubic(import, ncl_compose_with(import, "add", rest, 1), far);
}

/* The padding is each neighbour's own. */
static struct ncl_tensor *sampled_cubic(struct ncl_import *import, const struct ncl_sample_image *image,
                                        struct ncl_tensor *first, struct ncl_tensor *y, struct ncl_tensor *x,
                                        bool corners, const char *padding)
{
    struct ncl_tensor *y0 = ncl_compose_unary(import, "floor", y), *x0 = ncl_compose_unary(import, "floor", x),
                      *down[4], *across[4], *sum = NULL;
    cubic_weights(import, ncl_compose_binary(import, "sub", y, y0), down);
    cubic_weights(import, ncl_compose_binary(import, "sub", x, x0), across);
    for (int i = 0; i < 16 && !import->status; i++) {
        struct ncl_tensor *row = ncl_compose_with(import, "add", y0, i / 4 - 1),
                          *column = ncl_compose_with(import, "add", x0, i % 4 - 1),
                          *weight = ncl_compose_binary(import, "mul", down[i / 4], across[i % 4]);
        struct ncl_tensor *term = ncl_sample_pixel(
            import, image, first, padded(import, row, image->height, corners, padding),
            padded(import, column, image->width, corners, padding), weight, strcmp(padding, "zeros") == 0);
        sum = sum ? ncl_compose_binary(import, "add", sum, term) : term;
    }
    return sum ? sum : &import->nothing;
}

/* One neighbour in a volume, whose layers lie one below the other in `image`. */
static struct ncl_tensor *voxel(struct ncl_import *import, const struct ncl_sample_image *image,
                                struct ncl_tensor *first, struct ncl_tensor *const at[3], const int64_t extent[3],
                                struct ncl_tensor *weight, bool zeros)
{
    struct ncl_tensor *row = NULL;
    for (int i = 0; i < 2; i++) {
        const double last = (double)(extent[i] - 1);
        struct ncl_tensor *inside = ncl_sample_clamped(import, at[i], 0, last);
        if (zeros)
            weight = ncl_compose_binary(import, "mul", weight, ncl_sample_inside(import, at[i], last));
        row = row ? ncl_compose_binary(import, "add", ncl_compose_with(import, "mul", row, (double)extent[1]), inside)
                  : inside;
    }
    return ncl_sample_pixel(import, image, first, row, at[2], weight, zeros);
}

/* Eight neighbours, weighted, of places z, y, x. */
static struct ncl_tensor *sampled_trilinear(struct ncl_import *import, const struct ncl_sample_image *image,
                                            struct ncl_tensor *first, struct ncl_tensor *const at[3],
                                            const int64_t extent[3], bool zeros)
{
    struct ncl_tensor *side[3][2], *weight[3][2], *sum = NULL;
    for (int i = 0; i < 3; i++) {
        side[i][0] = ncl_compose_unary(import, "floor", at[i]);
        side[i][1] = ncl_compose_with(import, "add", side[i][0], 1);
        weight[i][1] = ncl_compose_binary(import, "sub", at[i], side[i][0]);
        weight[i][0] = ncl_compose_binary(import, "sub", ncl_compose_number(import, 1), weight[i][1]);
    }
    for (int i = 0; i < 8 && !import->status; i++) {
        const int z = i / 4, y = i / 2 % 2, x = i % 2;
        struct ncl_tensor *const corner[] = {side[0][z], side[1][y], side[2][x]};
        struct ncl_tensor *part = ncl_compose_binary(import, "mul", weight[0][z],
                                                     ncl_compose_binary(import, "mul", weight[1][y], weight[2][x]));
        part = voxel(import, image, first, corner, extent, part, zeros);
        sum = sum ? ncl_compose_binary(import, "add", sum, part) : part;
    }
    return sum ? sum : &import->nothing;
}

/* [N,C,D,H,W] at [N,..,3], whose places are x, y, z. */
static void grid_volume(struct ncl_import *import, const struct ncl_import_node *node, const char *mode,
                        const char *padding, bool corners)
{
    struct ncl_tensor *grid = ncl_import_tensor(import, node, 1), *at[3], *y,
                      *x = ncl_compose_channels_last(import, ncl_import_tensor(import, node, 0));
    const int64_t *e = x->shape.extent, extent[] = {e[1], e[2], e[3]};
    const bool zeros = strcmp(padding, "zeros") == 0;
    if (grid->shape.rank != 5 || grid->shape.extent[4] != 3 || grid->shape.extent[0] != e[0])
        ncl_import_wrong(import, "the grid does not fit the input");
    if (strstr(mode, "cubic"))
        ncl_import_refuse(import, "cubic samples of volumes are not supported");
    if (import->status)
        return;
    const struct ncl_sample_image image = ncl_sample_image_of(
        import, ncl_compose_reshape(import, x, &(nnefcl_shape){4, {e[0], e[1] * e[2], e[3], e[4]}}));
    if (import->status)
        return;
    struct ncl_tensor *first = ncl_sample_starts(import, &image, 4);
    for (int i = 0; i < 3; i++)
        at[i] = padded(import, coordinate(import, grid, 2 - i, extent[i], corners), extent[i], corners, padding);
    if (strcmp(mode, "nearest") == 0) {
        for (int i = 0; i < 3; i++)
            at[i] = ncl_compose_unary(import, "round_even", at[i]);
        struct ncl_tensor *one = ncl_compose_with(import, "add", ncl_compose_with(import, "mul", at[0], 0), 1);
        y = voxel(import, &image, first, at, extent, one, zeros);
    } else {
        y = sampled_trilinear(import, &image, first, at, extent, zeros);
    }
    ncl_import_give(import, node, 0, ncl_compose_channels_first(import, y));
}

void ncl_onnx_grid_sample(struct ncl_import *import, const struct ncl_import_node *node)
{
    const char *mode = ncl_import_string(import, node, "mode", "bilinear"),
               *padding = ncl_import_string(import, node, "padding_mode", "zeros");
    const bool corners = ncl_import_integer(import, node, "align_corners", 0) != 0,
               zeros = strcmp(padding, "zeros") == 0;
    if (ncl_import_value(import, node, 0)->shape.rank == 5) {
        grid_volume(import, node, mode, padding, corners);
        return;
    }
    struct ncl_tensor *grid = ncl_import_tensor(import, node, 1), *sampled;
    const struct ncl_sample_image image =
        ncl_sample_image_of(import, ncl_compose_channels_last(import, ncl_import_tensor(import, node, 0)));
    if (!import->status &&
        (grid->shape.rank != 4 || grid->shape.extent[3] != 2 || grid->shape.extent[0] != image.batch))
        ncl_import_wrong(import, "the grid does not fit the input");
    if (import->status)
        return;
    struct ncl_tensor *x = coordinate(import, grid, 0, image.width, corners),
                      *y = coordinate(import, grid, 1, image.height, corners),
                      *first = ncl_sample_starts(import, &image, 3);
    if (strcmp(mode, "bicubic") == 0 || strcmp(mode, "cubic") == 0) {
        sampled = sampled_cubic(import, &image, first, y, x, corners, padding);
        ncl_import_give(import, node, 0, ncl_compose_channels_first(import, sampled));
        return;
    }
    x = padded(import, x, image.width, corners, padding);
    y = padded(import, y, image.height, corners, padding);
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

/* ---- regions ---- */

void ncl_onnx_roi_align(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_regions regions = {.rois = ncl_import_tensor(import, node, 1),
                                  .batch = ncl_import_number(import, node, 2),
                                  .rows = ncl_import_integer(import, node, "output_height", 1),
                                  .columns = ncl_import_integer(import, node, "output_width", 1),
                                  .samples = ncl_import_integer(import, node, "sampling_ratio", 0),
                                  .known = ncl_import_known(import, node, 1),
                                  .scale = ncl_import_scalar(import, node, "spatial_scale", 1),
                                  .half =
                                      strcmp(ncl_import_string(import, node, "coordinate_transformation_mode",
                                                               node->version < 16 ? "output_half_pixel" : "half_pixel"),
                                             "half_pixel") == 0,
                                  .largest = strcmp(ncl_import_string(import, node, "mode", "avg"), "max") == 0};
    ncl_import_give(import, node, 0, ncl_compose_roi_align(import, ncl_import_tensor(import, node, 0), &regions));
}

void ncl_onnx_max_roi_pool(struct ncl_import *import, const struct ncl_import_node *node)
{
    size_t count = 0;
    const int64_t *size = ncl_import_integers(import, node, "pooled_shape", &count);
    struct ncl_regions regions = {.scale = ncl_import_scalar(import, node, "spatial_scale", 1)};
    if (count != 2)
        ncl_import_wrong(import, "'pooled_shape' has %zu items, not 2", count);
    if (import->status)
        return;
    regions.rows = size[0];
    regions.columns = size[1];
    ncl_regions_split(import, ncl_import_tensor(import, node, 1), &regions);
    ncl_import_give(import, node, 0, ncl_compose_roi_max(import, ncl_import_tensor(import, node, 0), &regions));
}
