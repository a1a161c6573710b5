/* SPDX-License-Identifier: Apache-2.0 */
/* Tensors whose elements are put at places that are known: scatters, diagonals and bands, and what is rolled or turned
 * around along an axis. */
#include <string.h>

#include "import/compose_index.h"
#include "import/compose_order.h"
#include "import/fold.h"
#include "import/tensorflow/tf.h"

static struct ncl_tensor *filled(struct ncl_import *import, const nnefcl_shape *shape, struct ncl_tensor *number)
{
    return ncl_compose_expand(import, number, shape);
}

static bool shape_of(struct ncl_import *import, const struct ncl_import_node *node, size_t index, nnefcl_shape *shape)
{
    shape->rank = (int)ncl_tf_integers(import, node, index, "the shape", shape->extent);
    for (int i = 0; i < shape->rank && !import->status; i++)
        if (shape->extent[i] < 1)
            ncl_import_refuse(import, "an extent of %lld", (long long)shape->extent[i]);
    return !import->status;
}

/* ScatterNd: indices, updates, shape; sums into zeros. */
void ncl_tf_build_scatter_nd(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *updates = ncl_tf_tensor(import, node, 1);
    nnefcl_shape shape;
    if (!shape_of(import, node, 2, &shape))
        return;
    struct ncl_tensor *zeros =
        ncl_compose_cast(import, filled(import, &shape, ncl_compose_number(import, 0)), updates->dtype);
    ncl_tf_give(import, node, 0, ncl_compose_scatter_nd_by(import, zeros, node, 0, updates, "add"));
}

/* TensorScatterUpdate, -Add, -Sub, -Max, -Min: tensor, indices, updates. */
void ncl_tf_build_tensor_scatter(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0), *updates = ncl_tf_tensor(import, node, 2);
    ncl_tf_give(import, node, 0, ncl_compose_scatter_nd_by(import, x, node, 1, updates, import->op->as));
}

/* SparseToDense: indices [n] or [n, rank], shape, values of each or one, what is elsewhere. */
void ncl_tf_build_sparse_dense(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *index = ncl_import_need(import, node, 0, "the indices");
    struct ncl_tensor *values = ncl_tf_tensor(import, node, 2);
    nnefcl_shape shape;
    if (!index || !shape_of(import, node, 1, &shape))
        return;
    nnefcl_shape positions = {.rank = 2, .extent = {shape.rank ? (int64_t)index->count / shape.rank : 0, shape.rank}};
    if (positions.extent[0] * shape.rank != (int64_t)index->count || index->count == 0) {
        ncl_import_refuse(import, "%zu indices for rank %d", index->count, shape.rank);
        return;
    }
    index = ncl_known_reshape(&import->scratch, index, &positions);
    positions.rank = 1;
    struct ncl_tensor *rest = ncl_tf_tensor_or_zero(import, node, 3, values->dtype);
    if (values->shape.rank == 0)
        values = filled(import, &positions, values);
    if (index)
        ncl_tf_give(import, node, 0, ncl_compose_scatter_nd(import, filled(import, &shape, rest), index, values, ""));
    else
        ncl_import_nomem(import);
}

/* DYNAMIC_UPDATE_SLICE: the part of the operand that begins there, which is moved inside, is the update. */
void ncl_tf_build_update_slice(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0), *y = ncl_tf_tensor(import, node, 1), *mask;
    int64_t begin[NNEFCL_MAX_RANK], before[NNEFCL_MAX_RANK], after[NNEFCL_MAX_RANK];
    const size_t count = ncl_tf_integers(import, node, 2, "where the part begins", begin);
    if (import->status)
        return;
    if ((int)count != x->shape.rank || y->shape.rank != x->shape.rank || x->dtype != NNEFCL_SCALAR) {
        ncl_import_refuse(import, "a part of rank %d of rank %d, or of integers", y->shape.rank, x->shape.rank);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const int64_t room = x->shape.extent[i] - y->shape.extent[i];
        if (room < 0)
            ncl_import_wrong(import, "the part is larger than the operand");
        before[i] = begin[i] < 0 ? 0 : begin[i] > room ? room : begin[i];
        after[i] = room - before[i];
    }
    mask = ncl_compose_expand(import, ncl_compose_number(import, 1), &y->shape);
    mask = ncl_compose_with(import, "gt", ncl_compose_pad(import, mask, before, after, "constant", 0), 0.5);
    ncl_tf_give(import, node, 0,
                ncl_compose_select(import, mask, ncl_compose_pad(import, y, before, after, "constant", 0), x));
}

/* ---- along an axis ---- */

/* Roll: shifts, axes; what falls off at the end comes in at the begin. */
void ncl_tf_build_roll(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    int64_t shift[NNEFCL_MAX_RANK];
    int axis[NNEFCL_MAX_RANK];
    const size_t shifts = ncl_tf_integers(import, node, 1, "the shifts", shift),
                 axes = ncl_tf_axes(import, node, 2, x->shape.rank, axis);
    if (shifts != axes)
        ncl_import_wrong(import, "%zu shifts for %zu axes", shifts, axes);
    for (size_t i = 0; i < axes && !import->status; i++) {
        const int64_t extent = x->shape.extent[axis[i]], at = extent - ((shift[i] % extent + extent) % extent);
        if (at == extent)
            continue;
        struct ncl_tensor *part[] = {ncl_compose_slice(import, x, axis[i], at, extent, 1),
                                     ncl_compose_slice(import, x, axis[i], 0, at, 1)};
        x = ncl_compose_concat(import, part, 2, axis[i]);
    }
    ncl_tf_give(import, node, 0, x);
}

void ncl_tf_build_reverse_sequence(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    const struct ncl_known *lengths = ncl_import_need(import, node, 1, "the lengths");
    const int time = ncl_import_axis(import, ncl_import_integer(import, node, "seq_dim", 0), x->shape.rank),
              batch = ncl_import_axis(import, ncl_import_integer(import, node, "batch_dim", 0), x->shape.rank);
    if (!import->status)
        ncl_tf_give(import, node, 0, ncl_compose_reverse_sequence(import, x, lengths, time, batch));
}

/* ---- rows of several tensors ---- */

/* One more than the greatest number of a row. */
static int64_t stitched_rows(struct ncl_import *import, const struct ncl_import_node *node, size_t count)
{
    int64_t rows = 0;
    for (size_t i = 0; i < count; i++) {
        const struct ncl_known *index = ncl_import_need(import, node, i, "the numbers of rows");
        for (size_t k = 0; index && k < index->count && !import->status; k++) {
            const int64_t at = ncl_known_int64(index, k);
            if (at < 0 || at >= (int64_t)NCL_KNOWN_MAX)
                ncl_import_wrong(import, "row %lld", (long long)at);
            rows = at >= rows ? at + 1 : rows;
        }
    }
    return rows;
}

/* DynamicStitch: numbers of rows, as many times as there are tensors of them, then those; the last one of a row stays.
 */
void ncl_tf_build_dynamic_stitch(struct ncl_import *import, const struct ncl_import_node *node)
{
    const size_t count = node->input_count / 2;
    struct ncl_tensor **part = NCL_NEW_ARRAY(&import->scratch, struct ncl_tensor *, count);
    const int64_t rows = stitched_rows(import, node, count);
    int64_t *from = import->status ? NULL : NCL_NEW_ARRAY(&import->scratch, int64_t, (size_t)rows), first = 0;
    if (!import->status && (!part || !from))
        ncl_import_nomem(import);
    for (size_t i = 0; i < count && !import->status; i++) {
        const struct ncl_known *index = ncl_import_need(import, node, i, "the numbers of rows");
        struct ncl_tensor *x = ncl_tf_tensor(import, node, count + i);
        if (!index || import->status)
            return;
        nnefcl_shape shape = {.rank = x->shape.rank - index->shape.rank + 1, .extent = {(int64_t)index->count}};
        for (int k = 1; k < shape.rank; k++)
            shape.extent[k] = x->shape.extent[index->shape.rank + k - 1];
        if (shape.rank < 1 || index->count == 0 || ncl_shape_volume(&shape) != ncl_shape_volume(&x->shape))
            ncl_import_refuse(import, "%zu rows of a tensor of rank %d", index->count, x->shape.rank);
        for (size_t k = 0; k < index->count; k++)
            from[ncl_known_int64(index, k)] = first + (int64_t)k + 1;
        part[i] = import->status ? x : ncl_compose_reshape(import, x, &shape);
        first += (int64_t)index->count;
    }
    for (int64_t i = 0; i < rows && !import->status; i++)
        if (--from[i] < 0)
            ncl_import_refuse(import, "row %lld is in no tensor", (long long)i);
    if (!import->status && rows)
        ncl_tf_give(import, node, 0,
                    ncl_compose_pick(import, ncl_compose_concat(import, part, count, 0), 0, from, (size_t)rows));
}
