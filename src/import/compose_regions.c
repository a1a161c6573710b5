/* SPDX-License-Identifier: Apache-2.0 */
#include "import/compose_regions.h"

#include "import/compose_index.h"
#include "import/compose_sample.h"

#define MOST_CELLS 4096

static bool check(struct ncl_import *import, const struct ncl_regions *r)
{
    if (r->rows < 1 || r->columns < 1 || r->rows > MOST_CELLS || r->columns > MOST_CELLS)
        ncl_import_refuse(import, "%lld times %lld cells", (long long)r->rows, (long long)r->columns);
    else if (r->rois->shape.rank != 2 || r->rois->shape.extent[1] != 4 || r->batch->shape.rank != 1)
        ncl_import_wrong(import, "the regions are no list of four numbers");
    return !import->status;
}

void ncl_regions_split(struct ncl_import *import, struct ncl_tensor *rows, struct ncl_regions *regions)
{
    if (rows->shape.rank != 2 || rows->shape.extent[1] != 5)
        ncl_import_wrong(import, "the regions are no list of five numbers");
    if (import->status) {
        regions->rois = regions->batch = &import->nothing;
        return;
    }
    regions->rois = ncl_compose_slice(import, rows, 1, 1, 5, 1);
    regions->batch = ncl_compose_squeeze(import, ncl_compose_slice(import, rows, 1, 0, 1, 1), 1);
}

static struct ncl_tensor *shaped(struct ncl_import *import, struct ncl_tensor *x, int64_t a, int64_t b, int64_t c)
{
    return ncl_compose_reshape(import, x, &(nnefcl_shape){3, {a, b, c}});
}

/* ---- samples ---- */

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

struct ncl_tensor *ncl_compose_roi_align(struct ncl_import *import, struct ncl_tensor *x0, const struct ncl_regions *r)
{
    if (r->samples > 64 || (r->samples < 1 && r->largest))
        ncl_import_refuse(import, "%lld samples of a cell, or the largest of as many as it has pixels",
                          (long long)r->samples);
    else if (x0->shape.rank != 4)
        ncl_import_refuse(import, "the input has rank %d, not 4", x0->shape.rank);
    if (!check(import, r))
        return &import->nothing;
    if (r->samples < 1)
        return ncl_compose_roi_means(import, x0, r);
    const struct ncl_sample_image image = ncl_sample_image_of(import, ncl_compose_channels_last(import, x0));
    const int64_t count = r->rois->shape.extent[0];
    struct ncl_tensor *y = region_places(import, r->rois, 1, r->rows, r->samples, r->scale, r->half),
                      *x = region_places(import, r->rois, 0, r->columns, r->samples, r->scale, r->half);
    struct ncl_tensor *first =
        ncl_compose_with(import, "mul", shaped(import, r->batch, count, 1, 1), (double)(image.height * image.width));
    y = shaped(import, y, count, r->rows * r->samples, 1);
    x = shaped(import, x, count, 1, r->columns * r->samples);
    /* one pixel outside still counts as the border, beyond it there is nothing */
    struct ncl_tensor *there = ncl_compose_binary(
        import, "mul", ncl_sample_inside(import, ncl_compose_with(import, "add", y, 1), (double)image.height + 1),
        ncl_sample_inside(import, ncl_compose_with(import, "add", x, 1), (double)image.width + 1));
    y = ncl_sample_clamped(import, y, 0, (double)(image.height - 1));
    x = ncl_sample_clamped(import, x, 0, (double)(image.width - 1));
    struct ncl_tensor *value = ncl_sample_bilinear(import, &image, first, y, x, false, r->largest);
    value = ncl_compose_binary(import, "mul", value, ncl_compose_unsqueeze(import, there, 3));
    struct ncl_compose_window cell = ncl_compose_window_of(2);
    cell.size[0] = cell.size[1] = cell.stride[0] = cell.stride[1] = r->samples;
    value = ncl_compose_channels_first(import, value);
    return r->largest ? ncl_compose_max_pool(import, value, &cell) : ncl_compose_avg_pool(import, value, &cell, true);
}

/* ---- maxima ----
 * Cells are as large as the regions say, which nobody knows while the graph is made. A table holds the maxima of all
 * windows of 2^i times 2^j pixels; four of them, that overlap, cover a cell. */

#define MOST_LEVELS 32

static int levels_of(int64_t extent)
{
    int levels = 1;
    while (levels < MOST_LEVELS && (int64_t)1 << levels <= extent)
        levels++;
    return levels;
}

/* Windows twice as long, of pairs of those that begin at the same pixels. */
static struct ncl_tensor *doubled(struct ncl_import *import, struct ncl_tensor *x, int axis, int level)
{
    struct ncl_compose_window pair = ncl_compose_window_of(2);
    pair.size[axis] = 2;
    pair.dilation[axis] = pair.after[axis] = (int64_t)1 << level;
    return ncl_compose_max_pool(import, x, &pair);
}

/* [levels of rows * levels of columns * N H W, C] */
static struct ncl_tensor *table_of(struct ncl_import *import, struct ncl_tensor *x, int down, int across)
{
    struct ncl_tensor *part[MOST_LEVELS * MOST_LEVELS];
    size_t count = 0;
    for (int i = 0; i < down && !import->status; i++) {
        struct ncl_tensor *wide = x;
        for (int j = 0; j < across && !import->status; j++) {
            part[count++] = ncl_sample_image_of(import, ncl_compose_channels_last(import, wide)).pixels;
            if (j + 1 < across)
                wide = doubled(import, wide, 1, j);
        }
        if (i + 1 < down)
            x = doubled(import, x, 0, i);
    }
    return import->status ? &import->nothing : ncl_compose_concat(import, part, count, 0);
}

/* Cells along one axis, [regions, cells]: the first pixel, that of the second window, the level, and which are empty.
 */
struct span {
    struct ncl_tensor *first, *second, *level, *empty;
};

static struct ncl_tensor *pixel_of(struct ncl_import *import, const struct ncl_regions *r, int which)
{
    struct ncl_tensor *x = ncl_compose_slice(import, r->rois, 1, which, which + 1, 1);
    x = ncl_compose_with(import, "add", ncl_compose_with(import, "mul", x, r->scale), 0.5);
    return ncl_compose_unary(import, "floor", x);
}

/* begin + floor((number length + more) / cells) within the map. Half of one keeps quotients off whole numbers. */
static struct ncl_tensor *edge(struct ncl_import *import, struct ncl_tensor *begin, struct ncl_tensor *length,
                               int64_t cells, int64_t number, int64_t extent)
{
    struct ncl_known *factor = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &(nnefcl_shape){2, {1, cells}});
    if (!factor) {
        ncl_import_nomem(import);
        return &import->nothing;
    }
    for (int64_t i = 0; i < cells; i++)
        factor->real[i] = (double)(i + number);
    struct ncl_tensor *x = ncl_compose_binary(import, "mul", length, ncl_import_constant(import, factor));
    x = ncl_compose_with(import, "add", x, number ? (double)(cells - 1) + 0.5 : 0.5);
    x = ncl_compose_unary(import, "floor", ncl_compose_with(import, "div", x, (double)cells));
    return ncl_sample_clamped(import, ncl_compose_binary(import, "add", begin, x), 0, (double)extent);
}

static struct span span_of(struct ncl_import *import, const struct ncl_regions *r, int which, int64_t cells,
                           int64_t extent, int levels)
{
    struct ncl_tensor *begin = pixel_of(import, r, which), *end = pixel_of(import, r, which + 2);
    struct ncl_tensor *length = ncl_compose_with(
        import, "max", ncl_compose_with(import, "add", ncl_compose_binary(import, "sub", end, begin), 1), 1);
    struct ncl_tensor *first = edge(import, begin, length, cells, 0, extent),
                      *last = edge(import, begin, length, cells, 1, extent),
                      *many = ncl_compose_binary(import, "sub", last, first);
    struct span span = {first, NULL, ncl_compose_with(import, "mul", first, 0),
                        ncl_compose_with(import, "lt", many, 1)};
    struct ncl_tensor *size = ncl_compose_with(import, "add", span.level, 1);
    for (int i = 1; i < levels; i++) {
        struct ncl_tensor *more = ncl_compose_with(import, "ge", many, (double)((int64_t)1 << i));
        more = ncl_compose_cast(import, more, NNEFCL_SCALAR);
        span.level = ncl_compose_binary(import, "add", span.level, more);
        size = ncl_compose_binary(import, "add", size,
                                  ncl_compose_with(import, "mul", more, (double)((int64_t)1 << (i - 1))));
    }
    span.first = ncl_sample_clamped(import, first, 0, (double)(extent - 1));
    span.second = ncl_sample_clamped(import, ncl_compose_binary(import, "sub", last, size), 0, (double)(extent - 1));
    return span;
}

static struct ncl_tensor *sum_of(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *y, double times)
{
    return ncl_compose_binary(import, "add", x, ncl_compose_with(import, "mul", y, times));
}

static void span_shape(struct ncl_import *import, struct span *span, int64_t a, int64_t b, int64_t c)
{
    span->first = shaped(import, span->first, a, b, c);
    span->second = shaped(import, span->second, a, b, c);
    span->level = shaped(import, span->level, a, b, c);
    span->empty = shaped(import, span->empty, a, b, c);
}

static struct ncl_tensor *largest_of(struct ncl_import *import, struct ncl_tensor *table, struct ncl_tensor *base,
                                     const struct span *y, const struct span *x, int64_t width)
{
    struct ncl_tensor *most = NULL;
    for (int i = 0; i < 4 && !import->status; i++) {
        struct ncl_tensor *place =
            sum_of(import, i % 2 ? x->second : x->first, i / 2 ? y->second : y->first, (double)width);
        place = ncl_compose_cast(import, ncl_compose_binary(import, "add", base, place), NNEFCL_INTEGER);
        struct ncl_tensor *value = NCL_COMPOSE(import, "gather", {"input", ncl_value_tensor(table)},
                                               {"indices", ncl_value_tensor(place)}, {"axis", ncl_value_integer(0)});
        most = most ? ncl_compose_binary(import, "max", most, value) : value;
    }
    return most ? most : &import->nothing;
}

struct ncl_tensor *ncl_compose_roi_max(struct ncl_import *import, struct ncl_tensor *x, const struct ncl_regions *r)
{
    const int64_t *e = x->shape.extent, pixels = e[2] * e[3];
    if (x->shape.rank != 4)
        ncl_import_refuse(import, "the input has rank %d, not 4", x->shape.rank);
    if (!check(import, r))
        return &import->nothing;
    const int down = levels_of(e[2]), across = levels_of(e[3]);
    if (e[0] * pixels > NCL_INDEX_MAX / (down * across)) {
        ncl_import_refuse(import, "the images have too many pixels");
        return &import->nothing;
    }
    const int64_t count = r->rois->shape.extent[0];
    struct ncl_tensor *table = table_of(import, x, down, across);
    struct span rows = span_of(import, r, 1, r->rows, e[2], down),
                columns = span_of(import, r, 0, r->columns, e[3], across);
    span_shape(import, &rows, count, r->rows, 1);
    span_shape(import, &columns, count, 1, r->columns);
    /* the part of the table, then the image in it */
    struct ncl_tensor *base = sum_of(import, columns.level, rows.level, across);
    base = sum_of(import, shaped(import, r->batch, count, 1, 1), base, (double)e[0]);
    base = ncl_compose_with(import, "mul", base, (double)pixels);
    struct ncl_tensor *most = largest_of(import, table, base, &rows, &columns, e[3]),
                      *empty = ncl_compose_binary(import, "or", rows.empty, columns.empty);
    most = ncl_compose_select(import, ncl_compose_unsqueeze(import, empty, 3), ncl_compose_number(import, 0), most);
    return ncl_compose_channels_first(import, most);
}
