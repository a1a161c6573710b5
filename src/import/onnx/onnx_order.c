/* SPDX-License-Identifier: Apache-2.0 */
/* Orders, counts and masks: TopK, OneHot, CumSum, Trilu, Compress, ReverseSequence. */
#include <math.h>
#include <string.h>

#include "import/onnx/onnx_operators.h"

#define MAX_TOP    256  /* found one after the other */
#define MAX_CUMSUM 4096 /* a product with a triangle of ones */

/* 0, 1, 2, ... along an axis of a tensor of that rank. */
static struct ncl_tensor *grid(struct ncl_import *import, int rank, int axis, int64_t extent)
{
    nnefcl_shape shape = {.rank = rank};
    for (int i = 0; i < rank; i++)
        shape.extent[i] = i == axis ? extent : 1;
    struct ncl_known *known = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &shape);
    if (!known) {
        ncl_import_refuse(import, "an axis is too long");
        return &import->nothing;
    }
    for (size_t i = 0; i < known->count; i++)
        known->real[i] = (double)i;
    return ncl_import_constant(import, known);
}

/* The greatest (or least), then the greatest of the others, and so on. */
void ncl_onnx_top_k(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_number(import, node, 0), *value[MAX_TOP], *index[MAX_TOP];
    const int axis = ncl_import_axis(import, ncl_import_integer(import, node, "axis", -1), x->shape.rank);
    const bool largest = ncl_import_integer(import, node, "largest", 1) != 0;
    const struct ncl_known *known =
        node->version >= 10 ? ncl_import_need(import, node, 1, "the number of elements") : NULL;
    const int64_t k = known && known->count == 1 ? known->integer[0] : ncl_import_integer(import, node, "k", 0);
    if (!import->status && (k < 1 || k > x->shape.extent[axis]))
        ncl_import_wrong(import, "%lld elements of %lld are asked for", (long long)k, (long long)x->shape.extent[axis]);
    if (k > MAX_TOP)
        ncl_import_refuse(import, "more than %d elements are asked for", MAX_TOP);
    if (import->status)
        return;
    struct ncl_tensor *numbers = grid(import, x->shape.rank, axis, x->shape.extent[axis]),
                      *least = ncl_compose_number(import, largest ? -(double)INFINITY : (double)INFINITY);
    for (int64_t i = 0; i < k && !import->status; i++) {
        value[i] = ncl_compose_reduce(import, largest ? "max_reduce" : "min_reduce", x, &axis, 1, true);
        index[i] = ncl_compose_reduce(import, largest ? "argmax_reduce" : "argmin_reduce", x, &axis, 1, true);
        if (i + 1 < k)
            x = ncl_compose_select(import, ncl_compose_binary(import, "eq", index[i], numbers), least, x);
    }
    if (import->status)
        return;
    if (ncl_stored_dtype(ncl_import_value(import, node, 0)->element) == NNEFCL_INTEGER)
        ncl_import_give_number(import, node, 0, ncl_compose_concat(import, value, (size_t)k, axis),
                               ncl_import_value(import, node, 0)->element);
    else
        ncl_import_give(import, node, 0, ncl_compose_concat(import, value, (size_t)k, axis));
    ncl_import_give(import, node, 1, ncl_compose_concat(import, index, (size_t)k, axis));
}

/* values[1] where the index is, else values[0]. */
void ncl_onnx_one_hot(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *index = ncl_import_number(import, node, 0), *values = ncl_import_tensor(import, node, 2);
    const struct ncl_known *known = ncl_import_need(import, node, 1, "the depth");
    const int rank = index->shape.rank + 1,
              axis = rank <= NNEFCL_MAX_RANK
                         ? ncl_import_axis(import, ncl_import_integer(import, node, "axis", -1), rank)
                         : 0;
    if (rank > NNEFCL_MAX_RANK)
        ncl_import_refuse(import, "the result has more than %d axes", NNEFCL_MAX_RANK);
    const int64_t depth = known && known->count == 1 ? ncl_known_int64(known, 0) : 0;
    if (!import->status && (depth < 1 || values->shape.rank != 1 || values->shape.extent[0] != 2))
        ncl_import_wrong(import, "its depth or its values are wrong");
    if (import->status)
        return;
    struct ncl_tensor *below = ncl_compose_with(import, "lt", index, 0),
                      *moved = ncl_compose_with(import, "add", index, (double)depth);
    index = ncl_compose_unsqueeze(import, ncl_compose_select(import, below, moved, index), axis);
    struct ncl_tensor *hot = ncl_compose_binary(import, "eq", index, grid(import, rank, axis, depth)),
                      *off = ncl_compose_squeeze(import, ncl_compose_slice(import, values, 0, 0, 1, 1), 0),
                      *on = ncl_compose_squeeze(import, ncl_compose_slice(import, values, 0, 1, 2, 1), 0);
    ncl_import_give_element(import, node, 0, ncl_compose_select(import, hot, on, off),
                            ncl_import_value(import, node, 2)->element);
}

/* The axis in the back, times a triangle of ones. */
void ncl_onnx_cum_sum(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_number(import, node, 0);
    const struct ncl_known *known = ncl_import_need(import, node, 1, "the axis");
    const int axis = known && known->count == 1 ? ncl_import_axis(import, ncl_known_int64(known, 0), x->shape.rank) : 0;
    const bool exclusive = ncl_import_integer(import, node, "exclusive", 0) != 0,
               reverse = ncl_import_integer(import, node, "reverse", 0) != 0;
    const int64_t n = x->shape.extent[axis];
    int order[NNEFCL_MAX_RANK];
    if (n > MAX_CUMSUM || x->shape.rank == 0)
        ncl_import_refuse(import, "the axis has more than %d elements", MAX_CUMSUM);
    if (import->status)
        return;
    struct ncl_known *ones = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &(nnefcl_shape){2, {n, n}});
    if (!ones) {
        ncl_import_refuse(import, "the axis is too long");
        return;
    }
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++)
            ones->real[i * n + j] = (reverse ? i > j : i < j) || (i == j && !exclusive);
    for (int i = 0; i < x->shape.rank; i++)
        order[i] = i == axis ? x->shape.rank - 1 : i == x->shape.rank - 1 ? axis : i;
    x = ncl_compose_transpose(import, x, order);
    const nnefcl_shape moved = x->shape, rows = {2, {ncl_shape_volume(&moved) / n, n}};
    x = ncl_compose_matmul(import, ncl_compose_reshape(import, x, &rows), ncl_import_constant(import, ones));
    x = ncl_compose_transpose(import, ncl_compose_reshape(import, x, &moved), order);
    const enum ncl_stored_type element = ncl_import_value(import, node, 0)->element;
    if (ncl_stored_dtype(element) == NNEFCL_INTEGER)
        ncl_import_give_number(import, node, 0, x, element);
    else
        ncl_import_give(import, node, 0, x);
}

/* Zeros above or below a diagonal. */
void ncl_onnx_trilu(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const bool upper = ncl_import_integer(import, node, "upper", 1) != 0;
    const struct ncl_known *known =
        ncl_import_has(import, node, 1) ? ncl_import_need(import, node, 1, "the diagonal") : NULL;
    const int rank = x->shape.rank;
    int64_t k = known && known->count == 1 ? known->integer[0] : 0;
    if (rank < 2)
        ncl_import_wrong(import, "the operand has rank %d", rank);
    if (import->status)
        return;
    k = k > 1 << 30 ? 1 << 30 : k < -(1 << 30) ? -(1 << 30) : k;
    struct ncl_tensor *row = grid(import, 2, 0, x->shape.extent[rank - 2]),
                      *column = grid(import, 2, 1, x->shape.extent[rank - 1]),
                      *edge = ncl_compose_with(import, "add", row, (double)k),
                      *keep = ncl_compose_binary(import, upper ? "ge" : "le", column, edge);
    struct ncl_value zero = x->dtype == NNEFCL_SCALAR    ? ncl_value_scalar(0)
                            : x->dtype == NNEFCL_INTEGER ? ncl_value_integer(0)
                                                         : ncl_value_logical(false);
    ncl_import_status(import, ncl_make_literal(&import->infer, import->at, &zero));
    if (!import->status)
        ncl_import_give_element(import, node, 0, ncl_compose_select(import, keep, x, zero.tensor),
                                ncl_import_value(import, node, 0)->element);
}

/* Elements of an axis, or of all of it, whose condition is true. */
void ncl_onnx_compress(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const struct ncl_known *condition = ncl_import_need(import, node, 1, "the condition");
    const bool flat = !ncl_import_attribute(node, "axis");
    size_t count = 0;
    if (flat)
        x = ncl_compose_reshape(import, x, &(nnefcl_shape){1, {ncl_shape_volume(&x->shape)}});
    const int axis = flat ? 0 : ncl_import_axis(import, ncl_import_integer(import, node, "axis", 0), x->shape.rank);
    int64_t *index = condition ? NCL_NEW_ARRAY(&import->scratch, int64_t, condition->count) : NULL;
    for (size_t i = 0; index && i < condition->count && (int64_t)i < x->shape.extent[axis]; i++)
        if (ncl_known_double(condition, i) != 0)
            index[count++] = (int64_t)i;
    if (!index)
        ncl_import_nomem(import);
    else if (count == 0)
        ncl_import_refuse(import, "a tensor without elements would result");
    else
        ncl_import_give_element(import, node, 0, ncl_compose_pick(import, x, axis, index, count),
                                ncl_import_value(import, node, 0)->element);
}

/* The first elements of each row backwards: one gather of rows of [time, batch] together. */
void ncl_onnx_reverse_sequence(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const struct ncl_known *lengths = ncl_import_need(import, node, 1, "the lengths");
    const int64_t time_axis = ncl_import_integer(import, node, "time_axis", 0),
                  batch_axis = ncl_import_integer(import, node, "batch_axis", 1);
    if (x->shape.rank < 2 || time_axis + batch_axis != 1 || time_axis * batch_axis != 0)
        ncl_import_wrong(import, "its axes are not 0 and 1");
    if (import->status)
        return;
    const int64_t times = x->shape.extent[time_axis], batches = x->shape.extent[batch_axis];
    nnefcl_shape rows = {.rank = x->shape.rank - 1, .extent = {times * batches}};
    const nnefcl_shape whole = x->shape;
    for (int i = 1; i < rows.rank; i++)
        rows.extent[i] = whole.extent[i + 1];
    int64_t *index = times * batches <= (int64_t)NCL_KNOWN_MAX
                         ? NCL_NEW_ARRAY(&import->scratch, int64_t, (size_t)(times * batches))
                         : NULL;
    if (!index || (int64_t)lengths->count != batches) {
        ncl_import_refuse(import, "it has too many rows, or not one length for each");
        return;
    }
    for (int64_t t = 0; t < times; t++)
        for (int64_t b = 0; b < batches; b++) {
            const int64_t length = ncl_known_int64(lengths, (size_t)b), from = t < length ? length - 1 - t : t;
            const bool fits = length >= 0 && length <= times;
            index[time_axis ? b * times + t : t * batches + b] = !fits       ? 0
                                                                 : time_axis ? b * times + from
                                                                             : from * batches + b;
        }
    x = ncl_compose_pick(import, ncl_compose_reshape(import, x, &rows), 0, index, (size_t)(times * batches));
    ncl_import_give_element(import, node, 0, ncl_compose_reshape(import, x, &whole),
                            ncl_import_value(import, node, 0)->element);
}
