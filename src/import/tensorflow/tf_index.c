/* SPDX-License-Identifier: Apache-2.0 */
/* Borders, repetitions, gathers, and tensors that are made of numbers: Pad, Tile, Gather, Fill, Range. */
#include <string.h>

#include "import/compose_index.h"
#include "import/compose_order.h"
#include "import/tensorflow/tf.h"

static void pad_with(struct ncl_import *import, const struct ncl_import_node *node, const char *mode, double value)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0), *source = ncl_tf_source(x);
    const struct ncl_known *pads = ncl_import_need(import, node, 1, "the borders");
    const int rank = x->shape.rank;
    int64_t before[NNEFCL_MAX_RANK], after[NNEFCL_MAX_RANK];
    if (import->status || !pads)
        return;
    if (pads->count != 2 * (size_t)rank) {
        ncl_import_wrong(import, "%zu borders for rank %d", pads->count, rank);
        return;
    }
    for (int i = 0; i < rank; i++) {
        const int to = !source || i == 0 ? i : i == rank - 1 ? 1 : i + 1;
        before[to] = ncl_known_int64(pads, 2 * (size_t)i);
        after[to] = ncl_known_int64(pads, 2 * (size_t)i + 1);
    }
    struct ncl_tensor *y = ncl_compose_pad(import, source ? source : x, before, after, mode, value);
    ncl_tf_give(import, node, 0, source ? ncl_tf_last(import, y) : y);
}

/* Whole numbers that are only moved have a zero of their own. */
void ncl_tf_build_pad(struct ncl_import *import, const struct ncl_import_node *node)
{
    if (ncl_import_by_parts(import, node, ncl_tf_build_pad))
        return;
    const double zero = ncl_tf_moves(import, node) ? (double)ncl_tf_output_quant(node, 0)->zero_point[0] : 0;
    const struct ncl_known *value =
        ncl_import_has(import, node, 2) ? ncl_import_need(import, node, 2, "the value of the border") : NULL;
    pad_with(import, node, "constant", value && value->count ? ncl_known_double(value, 0) : zero);
}

void ncl_tf_build_mirror_pad(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_attribute *mode = ncl_import_attribute(node, "mode");
    const bool symmetric = mode && mode->kind == NCL_ATTRIBUTE_INTEGERS
                               ? ncl_import_integer(import, node, "mode", 0) != 0
                               : strcmp(ncl_import_string(import, node, "mode", "REFLECT"), "SYMMETRIC") == 0;
    pad_with(import, node, symmetric ? "reflect-even" : "reflect", 0);
}

void ncl_tf_build_tile(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    int64_t repeats[NNEFCL_MAX_RANK];
    const size_t count = ncl_tf_integers(import, node, 1, "how often", repeats);
    if (!import->status && count != (size_t)x->shape.rank)
        ncl_import_wrong(import, "%zu numbers for rank %d", count, x->shape.rank);
    for (size_t i = 0; i < count && !import->status; i++)
        if (repeats[i] < 1)
            ncl_import_refuse(import, "%lld repetitions", (long long)repeats[i]);
    if (!import->status)
        ncl_tf_give(import, node, 0,
                    NCL_COMPOSE(import, "tile", {"input", ncl_value_tensor(x)},
                                {"repeats", ncl_compose_integers(import, repeats, count)}));
}

/* x [b.., n, ..] by indices [b.., ..] of the axis behind the batch: rows of both together. */
static void gather_batched(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *x,
                           int batch)
{
    struct ncl_tensor *index = ncl_import_number(import, node, 1), *first = NULL;
    const nnefcl_shape *shape = &x->shape;
    bool fits = batch > 0 && batch < shape->rank && batch <= index->shape.rank;
    for (int i = 0; i < batch && fits; i++)
        fits = shape->extent[i] == index->shape.extent[i];
    if (!fits)
        ncl_import_wrong(import, "indices that do not fit the operand");
    if (import->status)
        return;
    int64_t step = shape->extent[batch];
    for (int i = batch - 1; i >= 0; i--) {
        struct ncl_tensor *grid = ncl_compose_grid(import, index->shape.rank, i, shape->extent[i]);
        grid = ncl_compose_with(import, "mul", grid, (double)step);
        first = first ? ncl_compose_binary(import, "add", first, grid) : grid;
        step *= shape->extent[i];
    }
    nnefcl_shape rows = {.rank = shape->rank - batch, .extent = {step}};
    for (int i = 1; i < rows.rank; i++)
        rows.extent[i] = shape->extent[batch + i];
    if (step > NCL_INDEX_MAX)
        ncl_import_refuse(import, "more than %lld rows", (long long)NCL_INDEX_MAX);
    index = ncl_compose_cast(import, ncl_compose_binary(import, "add", index, first), NNEFCL_INTEGER);
    ncl_tf_give(import, node, 0,
                NCL_COMPOSE(import, "gather", {"input", ncl_value_tensor(ncl_compose_reshape(import, x, &rows))},
                            {"indices", ncl_value_tensor(index)}, {"axis", ncl_value_integer(0)}));
}

/* GatherV2 has the axis as its third operand. An index of rank 0 takes its axis away. */
void ncl_tf_build_gather(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0), *index = ncl_import_tensor(import, node, 1);
    int64_t given[NNEFCL_MAX_RANK] = {ncl_import_integer(import, node, "axis", 0)};
    if (ncl_import_has(import, node, 2))
        ncl_tf_integers(import, node, 2, "the axis", given);
    const int axis = ncl_import_axis(import, given[0], x->shape.rank);
    const int64_t dims = ncl_import_integer(import, node, "batch_dims", 0),
                  batch = dims < 0 ? dims + index->shape.rank : dims;
    if (batch && axis != batch)
        ncl_import_refuse(import, "batch_dims %lld and another axis than the one behind", (long long)dims);
    if (batch) {
        gather_batched(import, node, x, axis);
        return;
    }
    const struct ncl_known *known = import->status ? NULL : ncl_import_known(import, node, 1);
    if (known && known->count == 1 && known->shape.rank == 0) {
        const int64_t at = ncl_known_int64(known, 0);
        if (at < 0 || at >= x->shape.extent[axis]) {
            ncl_import_wrong(import, "index %lld of %lld", (long long)at, (long long)x->shape.extent[axis]);
            return;
        }
        x = ncl_compose_slice(import, x, axis, at, at + 1, 1);
        ncl_tf_give(import, node, 0, ncl_compose_squeeze(import, x, axis));
        return;
    }
    if (!import->status)
        ncl_tf_give(import, node, 0,
                    NCL_COMPOSE(import, "gather", {"input", ncl_value_tensor(x)}, {"indices", ncl_value_tensor(index)},
                                {"axis", ncl_value_integer(axis)}));
}

void ncl_tf_build_reverse(struct ncl_import *import, const struct ncl_import_node *node)
{
    if (ncl_import_by_parts(import, node, ncl_tf_build_reverse))
        return;
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    int64_t axis[NNEFCL_MAX_RANK];
    const size_t count = ncl_tf_integers(import, node, 1, "the axes", axis);
    for (size_t i = 0; i < count && !import->status; i++) {
        const int at = ncl_import_axis(import, axis[i], x->shape.rank);
        if (!import->status)
            x = ncl_compose_slice(import, x, at, x->shape.extent[at] - 1, -1, -1);
    }
    ncl_tf_give(import, node, 0, x);
}

static bool read_shape(struct ncl_import *import, const struct ncl_import_node *node, size_t index, nnefcl_shape *shape)
{
    shape->rank = (int)ncl_tf_integers(import, node, index, "the shape", shape->extent);
    for (int i = 0; i < shape->rank && !import->status; i++)
        if (shape->extent[i] < 1)
            ncl_import_refuse(import, "an extent of %lld", (long long)shape->extent[i]);
    return !import->status;
}

/* Fill: the shape, the value. */
void ncl_tf_build_fill(struct ncl_import *import, const struct ncl_import_node *node)
{
    nnefcl_shape shape;
    if (read_shape(import, node, 0, &shape))
        ncl_tf_give(import, node, 0, ncl_compose_expand(import, ncl_tf_tensor(import, node, 1), &shape));
}

void ncl_tf_build_broadcast(struct ncl_import *import, const struct ncl_import_node *node)
{
    nnefcl_shape shape;
    if (read_shape(import, node, 1, &shape))
        ncl_tf_give(import, node, 0, ncl_compose_expand(import, ncl_tf_tensor(import, node, 0), &shape));
}

/* start, limit, delta */
void ncl_tf_build_range(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *given[3];
    for (size_t i = 0; i < 3; i++)
        if (!(given[i] = ncl_import_need(import, node, i, "a bound of the range")) || given[i]->count != 1)
            return;
    const double start = ncl_known_double(given[0], 0), step = ncl_known_double(given[2], 0),
                 length = (ncl_known_double(given[1], 0) - start) / step;
    if (!(length >= 0 && length <= (double)NCL_KNOWN_MAX)) {
        ncl_import_refuse(import, "a range of %g numbers", length);
        return;
    }
    const nnefcl_shape shape = {.rank = 1, .extent = {(int64_t)length + ((double)(int64_t)length < length)}};
    struct ncl_known *range = ncl_known_new(&import->scratch, given[0]->element, &shape);
    for (size_t i = 0; range && i < range->count; i++)
        if (ncl_known_is_real(range))
            range->real[i] = start + (double)i * step;
        else
            range->integer[i] = (int64_t)(start + (double)i * step);
    if (range)
        ncl_import_give_known(import, node, 0, range);
    else
        ncl_import_nomem(import);
}

void ncl_tf_build_gather_nd(struct ncl_import *import, const struct ncl_import_node *node)
{
    const int64_t batch = ncl_import_integer(import, node, "batch_dims", 0);
    ncl_tf_give(import, node, 0, ncl_compose_gather_nd(import, ncl_tf_tensor(import, node, 0), node, batch));
}

/* EMBEDDING_LOOKUP: numbers of rows, then the rows. */
void ncl_tf_build_embedding(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_tf_give(import, node, 0,
                NCL_COMPOSE(import, "gather", {"input", ncl_value_tensor(ncl_tf_tensor(import, node, 1))},
                            {"indices", ncl_value_tensor(ncl_import_tensor(import, node, 0))},
                            {"axis", ncl_value_integer(0)}));
}
