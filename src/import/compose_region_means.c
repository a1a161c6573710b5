/* SPDX-License-Identifier: Apache-2.0 */
/* Means of regions with as many samples as they are large: bilinear samples on a grid are products of weights along
 * each axis, so that a cell is a row of weights, times the image, times a column of weights. Grids are as fine as the
 * largest region wants, the weights of what a smaller one lacks are 0. */
#include <math.h>

#include "import/compose_regions.h"
#include "import/compose_sample.h"

#define MOST_WEIGHTS ((int64_t)1 << 26) /* while they are summed */

static struct ncl_tensor *add(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *y)
{
    return ncl_compose_binary(import, "add", x, y);
}

static struct ncl_tensor *times(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *y)
{
    return ncl_compose_binary(import, "mul", x, y);
}

/* 0, 1, ... along one axis of four, plus `more`. */
static struct ncl_tensor *numbers(struct ncl_import *import, int axis, int64_t count, double more)
{
    nnefcl_shape shape = {4, {1, 1, 1, 1}};
    shape.extent[axis] = count;
    struct ncl_known *known = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &shape);
    if (!known) {
        ncl_import_nomem(import);
        return &import->nothing;
    }
    for (int64_t i = 0; i < count; i++)
        known->real[i] = (double)i + more;
    return ncl_import_constant(import, known);
}

/* Samples of a cell of the largest region, at most as many as the image has pixels. */
static int64_t most_samples(const struct ncl_regions *r, int which, int64_t cells, int64_t extent)
{
    double longest = (double)extent;
    if (r->known) {
        longest = 1;
        for (size_t i = 0; i < r->known->count / 4; i++)
            longest = fmax(longest, (ncl_known_double(r->known, 4 * i + (size_t)which + 2) -
                                     ncl_known_double(r->known, 4 * i + (size_t)which)) *
                                        r->scale);
    }
    return (int64_t)fmin(fmax(ceil(longest / (double)cells), 1), (double)extent);
}

/* 1 - |place - pixel| of two neighbours, 0 of the others. */
static struct ncl_tensor *tents(struct ncl_import *import, struct ncl_tensor *place, int64_t extent)
{
    struct ncl_tensor *pixel = numbers(import, 3, extent, 0);
    struct ncl_tensor *x = ncl_compose_unary(
        import, "abs",
        ncl_compose_binary(import, "sub", ncl_sample_clamped(import, place, 0, (double)(extent - 1)), pixel));
    return ncl_compose_unary(import, "relu", ncl_compose_binary(import, "sub", ncl_compose_number(import, 1), x));
}

/* Weights of pixels along one axis, [regions, cells, extent]. */
static struct ncl_tensor *weights(struct ncl_import *import, const struct ncl_regions *r, int which, int64_t cells,
                                  int64_t extent)
{
    static const int axis = 2;
    const int64_t count = r->rois->shape.extent[0], most = most_samples(r, which, cells, extent);
    if (count * cells > MOST_WEIGHTS / (most * extent)) {
        ncl_import_refuse(import, "%lld regions of %lld times %lld samples", (long long)count, (long long)cells,
                          (long long)most);
        return &import->nothing;
    }
    const nnefcl_shape shape = {4, {count, 1, 1, 1}};
    struct ncl_tensor *corner[2];
    for (int i = 0; i < 2; i++)
        corner[i] = ncl_compose_with(
            import, "mul",
            ncl_compose_reshape(import, ncl_compose_slice(import, r->rois, 1, which + 2 * i, which + 2 * i + 1, 1),
                                &shape),
            r->scale);
    struct ncl_tensor *length = ncl_compose_binary(import, "sub", corner[1], corner[0]);
    if (r->half)
        corner[0] = ncl_compose_with(import, "sub", corner[0], 0.5);
    else
        length = ncl_compose_with(import, "max", length, 1);
    struct ncl_tensor *cell = ncl_compose_with(import, "div", length, (double)cells),
                      *samples = ncl_sample_clamped(import, ncl_compose_unary(import, "ceil", cell), 0, (double)most),
                      *share = ncl_compose_with(import, "max", samples, 1);
    /* begin + (cell number + (sample number + 1/2) / samples) length of a cell */
    struct ncl_tensor *place = ncl_compose_binary(import, "div", numbers(import, 2, most, 0.5), share);
    place = add(import, corner[0], times(import, add(import, numbers(import, 1, cells, 0), place), cell));
    /* one pixel outside still counts as the border, beyond it there is nothing */
    struct ncl_tensor *there = times(
        import,
        ncl_compose_cast(import, ncl_compose_binary(import, "lt", numbers(import, 2, most, 0), samples), NNEFCL_SCALAR),
        ncl_sample_inside(import, ncl_compose_with(import, "add", place, 1), (double)extent + 1));
    there = ncl_compose_binary(import, "div", there, share);
    return ncl_compose_reduce(import, "sum_reduce", times(import, tents(import, place, extent), there), &axis, 1,
                              false);
}

struct ncl_tensor *ncl_compose_roi_means(struct ncl_import *import, struct ncl_tensor *x, const struct ncl_regions *r)
{
    static const int down[] = {0, 2, 1, 3};
    const int64_t *e = x->shape.extent, count = r->rois->shape.extent[0];
    const nnefcl_shape rows = {3, {e[0], e[2], e[1] * e[3]}}, parts = {3, {count, r->rows * e[1], e[3]}},
                       cells = {4, {count, r->rows, e[1], r->columns}};
    struct ncl_tensor *y = weights(import, r, 1, r->rows, e[2]), *across = weights(import, r, 0, r->columns, e[3]);
    if (import->status)
        return &import->nothing;
    x = ncl_compose_reshape(import, ncl_compose_transpose(import, x, down), &rows);
    if (rows.extent[0] > 1) {
        x = NCL_COMPOSE(import, "gather", {"input", ncl_value_tensor(x)},
                        {"indices", ncl_value_tensor(ncl_compose_cast(import, r->batch, NNEFCL_INTEGER))},
                        {"axis", ncl_value_integer(0)});
    } else {
        x = ncl_compose_squeeze(import, x, 0);
        y = ncl_compose_reshape(import, y, &(nnefcl_shape){2, {count * r->rows, e[2]}});
    }
    x = ncl_compose_reshape(import, ncl_compose_matmul(import, y, x), &parts);
    x = ncl_compose_matmul(import, x, ncl_compose_swap_last(import, across));
    return ncl_compose_transpose(import, ncl_compose_reshape(import, x, &cells), down);
}
