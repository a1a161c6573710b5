/* SPDX-License-Identifier: Apache-2.0 */
/* Orders, counts and masks: TopK, OneHot, CumSum, Trilu, Compress, ReverseSequence. */
#include <string.h>

#include "import/compose_order.h"
#include "import/onnx/onnx_operators.h"

void ncl_onnx_top_k(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_number(import, node, 0), *value, *index;
    const int axis = ncl_import_axis(import, ncl_import_integer(import, node, "axis", -1), x->shape.rank);
    const bool largest = ncl_import_integer(import, node, "largest", 1) != 0;
    const struct ncl_known *known =
        node->version >= 10 ? ncl_import_need(import, node, 1, "the number of elements") : NULL;
    const int64_t k = known && known->count == 1 ? known->integer[0] : ncl_import_integer(import, node, "k", 0);
    const enum ncl_stored_type element = ncl_import_value(import, node, 0)->element;
    ncl_compose_top_k(import, x, axis, k, largest, &value, &index);
    if (ncl_stored_dtype(element) == NNEFCL_INTEGER)
        ncl_import_give_number(import, node, 0, value, element);
    else
        ncl_import_give(import, node, 0, value);
    ncl_import_give(import, node, 1, index);
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
    struct ncl_tensor *off = ncl_compose_squeeze(import, ncl_compose_slice(import, values, 0, 0, 1, 1), 0),
                      *on = ncl_compose_squeeze(import, ncl_compose_slice(import, values, 0, 1, 2, 1), 0);
    index = ncl_compose_select(import, below, moved, index);
    ncl_import_give_element(import, node, 0, ncl_compose_one_hot(import, index, axis, depth, on, off),
                            ncl_import_value(import, node, 2)->element);
}

/* The axis in the back, times a triangle of ones. */
void ncl_onnx_cum_sum(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_number(import, node, 0);
    const struct ncl_known *known = ncl_import_need(import, node, 1, "the axis");
    const int axis = known && known->count == 1 ? ncl_import_axis(import, ncl_known_int64(known, 0), x->shape.rank) : 0;
    x = ncl_compose_cum_sum(import, x, axis, ncl_import_integer(import, node, "exclusive", 0) != 0,
                            ncl_import_integer(import, node, "reverse", 0) != 0);
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
    struct ncl_tensor *row = ncl_compose_grid(import, 2, 0, x->shape.extent[rank - 2]),
                      *column = ncl_compose_grid(import, 2, 1, x->shape.extent[rank - 1]),
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

void ncl_onnx_reverse_sequence(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const struct ncl_known *lengths = ncl_import_need(import, node, 1, "the lengths");
    const int time = ncl_import_axis(import, ncl_import_integer(import, node, "time_axis", 0), x->shape.rank),
              batch = ncl_import_axis(import, ncl_import_integer(import, node, "batch_axis", 1), x->shape.rank);
    if (!import->status)
        ncl_import_give_element(import, node, 0, ncl_compose_reverse_sequence(import, x, lengths, time, batch),
                                ncl_import_value(import, node, 0)->element);
}
