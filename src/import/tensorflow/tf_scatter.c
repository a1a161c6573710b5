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
    const struct ncl_known *index = ncl_import_need(import, node, 0, "the indices");
    struct ncl_tensor *updates = ncl_tf_tensor(import, node, 1);
    nnefcl_shape shape;
    if (!index || !shape_of(import, node, 2, &shape))
        return;
    struct ncl_tensor *zeros =
        ncl_compose_cast(import, filled(import, &shape, ncl_compose_number(import, 0)), updates->dtype);
    ncl_tf_give(import, node, 0, ncl_compose_scatter_nd(import, zeros, index, updates, "add"));
}

/* TensorScatterUpdate, -Add, -Sub, -Max, -Min: tensor, indices, updates. */
void ncl_tf_build_tensor_scatter(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *index = ncl_import_need(import, node, 1, "the indices");
    if (index)
        ncl_tf_give(import, node, 0,
                    ncl_compose_scatter_nd(import, ncl_tf_tensor(import, node, 0), index,
                                           ncl_tf_tensor(import, node, 2), import->op->as));
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
    struct ncl_tensor *rest = ncl_import_has(import, node, 3)
                                  ? ncl_tf_tensor(import, node, 3)
                                  : ncl_compose_cast(import, ncl_compose_number(import, 0), values->dtype);
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

/* ---- matrices in the last two axes ---- */

/* True where column - row lies from `low` to `high`. */
static struct ncl_tensor *band(struct ncl_import *import, int64_t rows, int64_t columns, int64_t low, int64_t high)
{
    struct ncl_known *known = ncl_fold_new(import, NCL_STORED_BOOL, &(nnefcl_shape){2, {rows, columns}});
    for (int64_t i = 0; known && i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            known->integer[i * columns + j] = j - i >= low && j - i <= high;
    return known ? ncl_import_constant(import, known) : &import->nothing;
}

static bool is_matrix(struct ncl_import *import, const struct ncl_tensor *x)
{
    if (x->shape.rank < 2 && !import->status)
        ncl_import_wrong(import, "an operand of rank %d", x->shape.rank);
    return !import->status;
}

/* MatrixBandPart: as many diagonals below and above; negative: all of them. */
void ncl_tf_build_band(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0), *zero;
    int64_t lower[NNEFCL_MAX_RANK], upper[NNEFCL_MAX_RANK];
    ncl_tf_integers(import, node, 1, "the diagonals below", lower);
    ncl_tf_integers(import, node, 2, "the diagonals above", upper);
    if (!is_matrix(import, x))
        return;
    const int64_t rows = x->shape.extent[x->shape.rank - 2], columns = x->shape.extent[x->shape.rank - 1];
    zero = ncl_compose_cast(import, ncl_compose_number(import, 0), x->dtype);
    ncl_tf_give(import, node, 0,
                ncl_compose_select(
                    import,
                    band(import, rows, columns, lower[0] < 0 ? -rows : -lower[0], upper[0] < 0 ? columns : upper[0]), x,
                    zero));
}

/* MatrixDiag: [.., n] on the diagonal of [.., n, n]; MatrixSetDiag: of a matrix that is there. */
void ncl_tf_build_diagonal(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool set = strcmp(import->op->as, "set") == 0;
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0), *line = set ? ncl_tf_tensor(import, node, 1) : x;
    int64_t where[NNEFCL_MAX_RANK] = {0};
    if (node->input_count > (set ? 2 : 1))
        ncl_tf_integers(import, node, set ? 2 : 1, "the diagonal", where);
    if (where[0] || where[1])
        ncl_import_refuse(import, "diagonals beside the main one");
    for (size_t i = 2; i < 4 && !set && i < node->input_count && line->shape.rank > 0; i++) {
        ncl_tf_integers(import, node, i, "the rows and columns", where);
        if (where[0] > 0 && where[0] != line->shape.extent[line->shape.rank - 1])
            ncl_import_refuse(import, "a diagonal of a matrix with more rows or columns");
    }
    if (import->status || line->shape.rank < 1 || (set && !is_matrix(import, x))) {
        ncl_import_wrong(import, "an operand without axes");
        return;
    }
    const int64_t n = line->shape.extent[line->shape.rank - 1], rows = set ? x->shape.extent[x->shape.rank - 2] : n,
                  columns = set ? x->shape.extent[x->shape.rank - 1] : n;
    struct ncl_tensor *rest = set ? x : ncl_compose_cast(import, ncl_compose_number(import, 0), x->dtype);
    if (n != (rows < columns ? rows : columns) || rows > columns) {
        ncl_import_refuse(import, "a diagonal of %lld in %lld rows of %lld", (long long)n, (long long)rows,
                          (long long)columns);
        return;
    }
    line = ncl_compose_unsqueeze(import, line, line->shape.rank);
    ncl_tf_give(import, node, 0, ncl_compose_select(import, band(import, rows, columns, 0, 0), line, rest));
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
