/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes that move elements. */
#include <string.h>

#include "import/compose.h"

struct ncl_tensor *ncl_compose_reshape(struct ncl_import *import, struct ncl_tensor *x, const nnefcl_shape *shape)
{
    if (!import->status && ncl_shape_equal(&x->shape, shape))
        return x;
    return NCL_COMPOSE(import, "reshape", {"input", ncl_value_tensor(x)},
                       {"shape", ncl_compose_integers(import, shape->extent, (size_t)shape->rank)});
}

struct ncl_tensor *ncl_compose_transpose(struct ncl_import *import, struct ncl_tensor *x, const int *axis)
{
    int64_t axes[NNEFCL_MAX_RANK];
    bool same = true;
    if (import->status) /* x may have more axes than the caller knows */
        return x;
    for (int i = 0; i < x->shape.rank; i++) {
        axes[i] = axis[i];
        same &= axis[i] == i;
    }
    if (same)
        return x;
    return NCL_COMPOSE(import, "transpose", {"input", ncl_value_tensor(x)},
                       {"axes", ncl_compose_integers(import, axes, (size_t)x->shape.rank)});
}

struct ncl_tensor *ncl_compose_swap_last(struct ncl_import *import, struct ncl_tensor *x)
{
    int axis[NNEFCL_MAX_RANK];
    const int rank = x->shape.rank;
    for (int i = 0; i < rank; i++)
        axis[i] = i < rank - 2 ? i : 2 * rank - 3 - i;
    return rank < 2 ? x : ncl_compose_transpose(import, x, axis);
}

struct ncl_tensor *ncl_compose_channels_first(struct ncl_import *import, struct ncl_tensor *x)
{
    int axis[NNEFCL_MAX_RANK] = {0, x->shape.rank - 1};
    for (int i = 2; i < x->shape.rank; i++)
        axis[i] = i - 1;
    return x->shape.rank > 2 ? ncl_compose_transpose(import, x, axis) : x;
}

struct ncl_tensor *ncl_compose_channels_last(struct ncl_import *import, struct ncl_tensor *x)
{
    int axis[NNEFCL_MAX_RANK] = {0};
    for (int i = 1; i < x->shape.rank - 1; i++)
        axis[i] = i + 1;
    if (x->shape.rank > 2)
        axis[x->shape.rank - 1] = 1;
    return x->shape.rank > 2 ? ncl_compose_transpose(import, x, axis) : x;
}

struct ncl_tensor *ncl_compose_unsqueeze(struct ncl_import *import, struct ncl_tensor *x, int axis)
{
    return NCL_COMPOSE(import, "unsqueeze", {"input", ncl_value_tensor(x)},
                       {"axes", ncl_compose_integers(import, &(int64_t){axis}, 1)});
}

struct ncl_tensor *ncl_compose_squeeze(struct ncl_import *import, struct ncl_tensor *x, int axis)
{
    return NCL_COMPOSE(import, "squeeze", {"input", ncl_value_tensor(x)},
                       {"axes", ncl_compose_integers(import, &(int64_t){axis}, 1)});
}

/* NNEF rounds the number of elements down and reads negative ends from the back, so the end is written where the last
 * step would lead: behind `count` whole steps. */
static struct ncl_tensor *slice_node(struct ncl_import *import, struct ncl_tensor *x, int axis, int64_t begin,
                                     int64_t count, int64_t stride)
{
    const int64_t extent = x->shape.extent[axis];
    int64_t end = begin + count * stride;
    if (stride == 1 && end == extent)
        end = 0;
    if (stride < 0 && end < 0)
        end = -extent - 1;
    const struct ncl_named_value given[] = {{"input", ncl_value_tensor(x)},
                                            {"axes", ncl_compose_integers(import, &(int64_t){axis}, 1)},
                                            {"begin", ncl_compose_integers(import, &begin, 1)},
                                            {"end", ncl_compose_integers(import, &end, 1)},
                                            {"stride", ncl_compose_integers(import, &stride, 1)}};
    return ncl_compose(import, "slice", given, stride == 1 ? 4 : 5);
}

/* Every stride-th element where the last step leads out of the axis: the axis as rows of `stride`, one column of it. */
static struct ncl_tensor *slice_rows(struct ncl_import *import, struct ncl_tensor *x, int axis, int64_t begin,
                                     int64_t count, int64_t stride)
{
    nnefcl_shape rows = x->shape;
    for (int i = rows.rank++; i > axis; i--)
        rows.extent[i] = x->shape.extent[i - 1];
    rows.extent[axis] /= stride;
    rows.extent[axis + 1] = stride;
    x = ncl_compose_reshape(import, x, &rows);
    x = ncl_compose_squeeze(import, ncl_compose_slice(import, x, axis + 1, begin % stride, begin % stride + 1, 1),
                            axis + 1);
    return ncl_compose_slice(import, x, axis, begin / stride, begin / stride + count, 1);
}

static struct ncl_tensor *slice_strided(struct ncl_import *import, struct ncl_tensor *x, int axis, int64_t begin,
                                        int64_t count, int64_t stride)
{
    const int64_t extent = x->shape.extent[axis];
    if (begin + count * stride <= extent)
        return slice_node(import, x, axis, begin, count, stride);
    if (extent % stride == 0 && x->shape.rank < NNEFCL_MAX_RANK)
        return slice_rows(import, x, axis, begin, count, stride);
    int64_t *index = NCL_NEW_ARRAY(&import->scratch, int64_t, (size_t)count);
    if (!index) {
        ncl_import_nomem(import);
        return &import->nothing;
    }
    for (int64_t i = 0; i < count; i++)
        index[i] = begin + i * stride;
    return ncl_compose_pick(import, x, axis, index, (size_t)count);
}

struct ncl_tensor *ncl_compose_slice(struct ncl_import *import, struct ncl_tensor *x, int axis, int64_t begin,
                                     int64_t end, int64_t stride)
{
    const int64_t extent = x->shape.extent[axis];
    if (import->status || (stride == 1 && begin == 0 && end == extent))
        return x;
    if (begin < 0 || begin >= extent || end > extent || end < -1 || stride == 0 ||
        (stride > 0 ? end <= begin : end >= begin)) {
        ncl_import_refuse(import, "a tensor without elements would result");
        return &import->nothing;
    }
    const int64_t step = stride > extent    ? extent
                         : stride < -extent ? -extent
                                            : stride,
                  away = step > 0 ? 1 : -1, count = (end - begin + step - away) / step;
    if (step == 1 || step == -1)
        return slice_node(import, x, axis, begin, count, step);
    if (step > 0)
        return slice_strided(import, x, axis, begin, count, step);
    x = slice_strided(import, x, axis, begin + (count - 1) * step, count, -step);
    return slice_node(import, x, axis, count - 1, count, -1);
}

/* With another batch than the file was written for, a row that it has for a batch of one is that of every image: the
 * class token of a transformer. */
static struct ncl_tensor *repeat_for_batch(struct ncl_import *import, struct ncl_tensor *x)
{
    nnefcl_shape shape = {.rank = x->shape.rank, .extent = {import->infer.new_batch}};
    for (int i = 1; i < shape.rank; i++)
        shape.extent[i] = 1;
    ncl_warning(import->diag, import->at, "concat: a tensor is written for a batch of 1 and repeated %lld times",
                (long long)import->infer.new_batch);
    return ncl_compose_expand(import, x, &shape);
}

static struct ncl_tensor *const *fit_batch(struct ncl_import *import, struct ncl_tensor *const *item, size_t count,
                                           int axis)
{
    const int64_t batch = import->infer.new_batch;
    bool batched = false;
    for (size_t i = 0; i < count; i++)
        batched |= item[i]->shape.rank > 0 && item[i]->shape.extent[0] == batch;
    if (import->infer.old_batch != 1 || batch == 1 || axis == 0 || !batched)
        return item;
    struct ncl_tensor **fit = NCL_NEW_ARRAY(&import->scratch, struct ncl_tensor *, count);
    if (!fit)
        ncl_import_nomem(import);
    for (size_t i = 0; i < count && fit; i++)
        fit[i] = item[i]->shape.rank > 0 && item[i]->shape.extent[0] == 1 ? repeat_for_batch(import, item[i]) : item[i];
    return fit ? fit : item;
}

struct ncl_tensor *ncl_compose_concat(struct ncl_import *import, struct ncl_tensor *const *item, size_t count, int axis)
{
    if (count == 1)
        return item[0];
    item = fit_batch(import, item, count, axis);
    return NCL_COMPOSE(import, "concat", {"values", ncl_compose_tensors(import, item, count)},
                       {"axis", ncl_value_integer(axis)});
}

void ncl_compose_split(struct ncl_import *import, struct ncl_tensor *x, int axis, const int64_t *part, size_t count,
                       struct ncl_tensor **item)
{
    struct ncl_tensor *whole = count == 1 ? x : NULL;
    const struct ncl_node *node = NULL;
    if (!whole) {
        const struct ncl_named_value given[] = {{"value", ncl_value_tensor(x)},
                                                {"axis", ncl_value_integer(axis)},
                                                {"ratios", ncl_compose_integers(import, part, count)}};
        node = ncl_compose_node(import, "split", given, 3);
    }
    for (size_t i = 0; i < count; i++)
        item[i] = whole ? whole : node ? ncl_node_result_at(node, 0, i) : &import->nothing;
}

/* ---- pad: of scalars only ---- */

/* What negative borders cut off. */
static struct ncl_tensor *pad_crop(struct ncl_import *import, struct ncl_tensor *x, const int64_t *before,
                                   const int64_t *after)
{
    for (int i = 0; i < x->shape.rank && !import->status; i++)
        x = ncl_compose_slice(import, x, i, before[i] < 0 ? -before[i] : 0,
                              x->shape.extent[i] + (after[i] < 0 ? after[i] : 0), 1);
    return x;
}

struct ncl_tensor *ncl_compose_pad(struct ncl_import *import, struct ncl_tensor *x, const int64_t *before,
                                   const int64_t *after, const char *mode, double value)
{
    int64_t front[NNEFCL_MAX_RANK], behind[NNEFCL_MAX_RANK];
    const nnefcl_dtype dtype = x->dtype;
    bool any = false;
    if (import->status)
        return x;
    x = pad_crop(import, x, before, after);
    for (int i = 0; i < x->shape.rank && !import->status; i++) {
        front[i] = before[i] > 0 ? before[i] : 0;
        behind[i] = after[i] > 0 ? after[i] : 0;
        any |= front[i] > 0 || behind[i] > 0;
    }
    if (!any)
        return x;
    struct ncl_tensor *padded =
        NCL_COMPOSE(import, "pad", {"input", ncl_value_tensor(ncl_compose_cast(import, x, NNEFCL_SCALAR))},
                    {"padding", ncl_compose_pairs(import, front, behind, (size_t)x->shape.rank)},
                    {"border", ncl_compose_string(mode)}, {"value", ncl_value_scalar(value)});
    return ncl_compose_cast(import, padded, dtype);
}

/* ---- repeated elements ---- */

struct ncl_tensor *ncl_compose_expand(struct ncl_import *import, struct ncl_tensor *x, const nnefcl_shape *shape)
{
    const int rank = x->shape.rank > shape->rank ? x->shape.rank : shape->rank;
    nnefcl_shape ones = {.rank = rank};
    int64_t repeats[NNEFCL_MAX_RANK];
    bool any = false;
    for (int i = 0; i < rank; i++) {
        const int mine = i - (rank - x->shape.rank), theirs = i - (rank - shape->rank);
        const int64_t have = mine < 0 ? 1 : x->shape.extent[mine], want = theirs < 0 ? 1 : shape->extent[theirs];
        if (have != want && have != 1 && want != 1)
            ncl_import_wrong(import, "an extent of %lld cannot be repeated to %lld", (long long)have, (long long)want);
        if (want <= 0)
            ncl_import_refuse(import, "a tensor without elements would result");
        ones.extent[i] = have;
        repeats[i] = have == 1 ? want : 1;
        any |= repeats[i] != 1;
    }
    x = ncl_compose_reshape(import, x, &ones);
    return any ? NCL_COMPOSE(import, "tile", {"input", ncl_value_tensor(x)},
                             {"repeats", ncl_compose_integers(import, repeats, (size_t)rank)})
               : x;
}

struct ncl_tensor *ncl_compose_pick(struct ncl_import *import, struct ncl_tensor *x, int axis, const int64_t *index,
                                    size_t count)
{
    const struct ncl_known *indices = ncl_known_integers(&import->scratch, index, count);
    if (!indices) {
        ncl_import_nomem(import);
        return &import->nothing;
    }
    return NCL_COMPOSE(import, "gather", {"input", ncl_value_tensor(x)},
                       {"indices", ncl_value_tensor(ncl_import_constant(import, indices))},
                       {"axis", ncl_value_integer(axis)});
}
