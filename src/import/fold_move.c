/* SPDX-License-Identifier: Apache-2.0 */
/* Known elements in other places. */
#include <math.h>
#include <string.h>

#include "base/checked.h"

#include "import/fold.h"

static void dense_strides(const nnefcl_shape *shape, int64_t *stride)
{
    int64_t product = 1;
    for (int i = shape->rank; i > 0; i--) {
        stride[i - 1] = product;
        product *= shape->extent[i - 1];
    }
}

const struct ncl_known *ncl_fold_view(struct ncl_import *import, const struct ncl_known *x, const nnefcl_shape *shape,
                                      int64_t offset, const int64_t *stride)
{
    int64_t at[NNEFCL_MAX_RANK] = {0};
    struct ncl_known *y = x ? ncl_fold_new(import, x->element, shape) : NULL;
    for (size_t j = 0; y && j < y->count; j++) {
        int64_t from = offset;
        for (int i = 0; i < shape->rank; i++)
            from += at[i] * stride[i];
        y->integer[j] = x->integer[from]; /* the bits of either kind */
        for (int i = shape->rank; i > 0 && ++at[i - 1] == shape->extent[i - 1]; i--)
            at[i - 1] = 0;
    }
    return y;
}

const struct ncl_known *ncl_fold_transpose(struct ncl_import *import, const struct ncl_known *x, const int *axis)
{
    int64_t dense[NNEFCL_MAX_RANK], stride[NNEFCL_MAX_RANK];
    if (!x)
        return NULL;
    nnefcl_shape shape = {.rank = x->shape.rank};
    dense_strides(&x->shape, dense);
    for (int i = 0; i < shape.rank; i++) {
        shape.extent[i] = x->shape.extent[axis[i]];
        stride[i] = dense[axis[i]];
    }
    return ncl_fold_view(import, x, &shape, 0, stride);
}

const struct ncl_known *ncl_fold_slice(struct ncl_import *import, const struct ncl_known *x, int axis, int64_t begin,
                                       int64_t count, int64_t stride)
{
    int64_t dense[NNEFCL_MAX_RANK];
    if (!x)
        return NULL;
    nnefcl_shape shape = x->shape;
    dense_strides(&x->shape, dense);
    const int64_t offset = begin * dense[axis];
    dense[axis] *= stride;
    shape.extent[axis] = count;
    return ncl_fold_view(import, x, &shape, offset, dense);
}

const struct ncl_known *ncl_fold_expand(struct ncl_import *import, const struct ncl_known *x, const nnefcl_shape *shape)
{
    int64_t dense[NNEFCL_MAX_RANK], stride[NNEFCL_MAX_RANK];
    nnefcl_shape joined;
    if (!x)
        return NULL;
    if (!ncl_fold_join(&x->shape, shape, &joined)) {
        ncl_import_wrong(import, "a shape does not fit the one that it is repeated to");
        return NULL;
    }
    if (ncl_shape_equal(&joined, &x->shape))
        return x;
    dense_strides(&x->shape, dense);
    for (int i = 0; i < joined.rank; i++) {
        const int mine = i - (joined.rank - x->shape.rank);
        stride[i] = mine < 0 || x->shape.extent[mine] == 1 ? 0 : dense[mine];
    }
    return ncl_fold_view(import, x, &joined, 0, stride);
}

/* Elements of axes in front of `axis`, and of it and those behind. */
static void blocks_of(const nnefcl_shape *shape, int axis, size_t *blocks, size_t *inner)
{
    *blocks = *inner = 1;
    for (int i = 0; i < shape->rank; i++)
        *(i < axis ? blocks : inner) *= (size_t)shape->extent[i];
}

static bool concat_fits(struct ncl_import *import, const struct ncl_known *const *item, size_t count, int axis,
                        nnefcl_shape *shape)
{
    *shape = item[0]->shape;
    for (size_t i = 1; i < count; i++) {
        bool fits = item[i]->shape.rank == shape->rank && ncl_known_is_real(item[i]) == ncl_known_is_real(item[0]);
        for (int j = 0; fits && j < shape->rank; j++)
            fits = j == axis || item[i]->shape.extent[j] == shape->extent[j];
        if (!fits) {
            ncl_import_wrong(import, "the tensors to join have different shapes or types");
            return false;
        }
        shape->extent[axis] += item[i]->shape.extent[axis];
    }
    return true;
}

const struct ncl_known *ncl_fold_concat(struct ncl_import *import, const struct ncl_known *const *item, size_t count,
                                        int axis)
{
    nnefcl_shape shape;
    size_t blocks, width, place = 0;
    if (!concat_fits(import, item, count, axis, &shape))
        return NULL;
    struct ncl_known *y = ncl_fold_new(import, item[0]->element, &shape);
    blocks_of(&shape, axis, &blocks, &width);
    for (size_t i = 0; y && y->count && i < count; i++) {
        size_t inner;
        blocks_of(&item[i]->shape, axis, &blocks, &inner);
        for (size_t j = 0; j < blocks && inner; j++)
            memcpy(y->integer + j * width + place, item[i]->integer + j * inner, inner * sizeof *y->integer);
        place += inner;
    }
    return y;
}

const struct ncl_known *ncl_fold_gather(struct ncl_import *import, const struct ncl_known *x,
                                        const struct ncl_known *index, int axis)
{
    if (!x || !index)
        return NULL;
    nnefcl_shape shape = {.rank = x->shape.rank - 1 + index->shape.rank};
    size_t blocks, inner, row;
    const int64_t extent = x->shape.extent[axis];
    if (shape.rank > NNEFCL_MAX_RANK)
        return NULL;
    for (int i = 0; i < shape.rank; i++)
        shape.extent[i] = i < axis                       ? x->shape.extent[i]
                          : i < axis + index->shape.rank ? index->shape.extent[i - axis]
                                                         : x->shape.extent[i - index->shape.rank + 1];
    struct ncl_known *y = ncl_fold_new(import, x->element, &shape);
    blocks_of(&x->shape, axis, &blocks, &inner);
    row = extent ? inner / (size_t)extent : 0;
    int64_t *out = y ? y->integer : NULL;
    for (size_t i = 0; out && i < blocks; i++)
        for (size_t j = 0; j < index->count; j++, out += row) {
            const int64_t at = index->integer[j] < 0 ? index->integer[j] + extent : index->integer[j];
            if (at < 0 || at >= extent) {
                ncl_import_wrong(import, "the index %lld is outside of extent %lld", (long long)index->integer[j],
                                 (long long)extent);
                return NULL;
            }
            memcpy(out, x->integer + i * inner + (size_t)at * row, row * sizeof *out);
        }
    return y;
}

/* ---- sums and the like ---- */

static double combine_add(double x, double y)
{
    return x + y;
}

static double combine_mul(double x, double y)
{
    return x * y;
}

typedef double combine_function(double, double);

/* "mean" is a sum until it is stored. */
static combine_function *combine_of(const char *op)
{
    return strcmp(op, "max") == 0    ? fmax
           : strcmp(op, "min") == 0  ? fmin
           : strcmp(op, "prod") == 0 ? combine_mul
                                     : combine_add;
}

static void reduce_store(struct ncl_known *y, size_t index, double value)
{
    if (ncl_known_is_real(y))
        y->real[index] = ncl_known_rounded(y->element, value);
    else
        y->integer[index] = ncl_int64_of(value);
}

const struct ncl_known *ncl_fold_reduce(struct ncl_import *import, const char *op, const struct ncl_known *x,
                                        const bool *reduced)
{
    if (!x)
        return NULL;
    combine_function *const combine = combine_of(op);
    nnefcl_shape shape = x->shape;
    int64_t stride[NNEFCL_MAX_RANK], at[NNEFCL_MAX_RANK] = {0};
    for (int i = 0; i < shape.rank; i++)
        if (reduced[i])
            shape.extent[i] = 1;
    struct ncl_known *y = x->count ? ncl_fold_new(import, x->element, &shape) : NULL;
    double *sum = y ? NCL_NEW_ARRAY(&import->scratch, double, y->count) : NULL;
    bool *seen = y ? NCL_NEW_ARRAY(&import->scratch, bool, y->count) : NULL;
    if (!sum || !seen)
        return NULL;
    dense_strides(&shape, stride);
    for (size_t j = 0; j < x->count; j++) {
        size_t to = 0;
        for (int i = 0; i < shape.rank; i++)
            to += reduced[i] ? 0 : (size_t)(at[i] * stride[i]);
        sum[to] = seen[to] ? combine(sum[to], ncl_known_double(x, j)) : ncl_known_double(x, j);
        seen[to] = true;
        for (int i = shape.rank; i > 0 && ++at[i - 1] == x->shape.extent[i - 1]; i--)
            at[i - 1] = 0;
    }
    for (size_t j = 0; j < y->count; j++)
        reduce_store(y, j, strcmp(op, "mean") == 0 ? sum[j] * (double)y->count / (double)x->count : sum[j]);
    return y;
}

/* ---- new ones ---- */

const struct ncl_known *ncl_fold_range(struct ncl_import *import, const struct ncl_known *first,
                                       const struct ncl_known *limit, const struct ncl_known *step)
{
    if (!first || !limit || !step || first->count != 1 || limit->count != 1 || step->count != 1)
        return NULL;
    const double from = ncl_known_double(first, 0), by = ncl_known_double(step, 0),
                 count = ceil((ncl_known_double(limit, 0) - from) / by);
    if (!(fabs(count) <= (double)NCL_KNOWN_MAX))
        return NULL;
    struct ncl_known *y =
        ncl_fold_new(import, first->element, &(nnefcl_shape){.rank = 1, .extent = {count > 0 ? (int64_t)count : 0}});
    for (size_t j = 0; y && j < y->count; j++)
        reduce_store(y, j, from + (double)j * by);
    return y;
}

const struct ncl_known *ncl_fold_fill(struct ncl_import *import, const struct ncl_known *value,
                                      const nnefcl_shape *shape)
{
    const int64_t stride[NNEFCL_MAX_RANK] = {0};
    return value && value->count ? ncl_fold_view(import, value, shape, 0, stride) : NULL;
}
