/* SPDX-License-Identifier: Apache-2.0 */
/* reshape, squeeze, unsqueeze (4.5.1): another shape over the same elements, so a view. Axes outside of the range of
 * reshape stay (A-RESHAPE-1). */
#include <string.h>

#include "base/checked.h"
#include "ops/strided.h"
#include "emit/reference.h"

/* ---- reshape ---- */

struct range {
    int start, count; /* the axes that are replaced */
    int64_t volume;   /* elements along them */
};

static nnefcl_status read_axis_range(struct ncl_infer *infer, const struct ncl_node *node, const nnefcl_shape *input,
                                     struct range *range)
{
    const int64_t start = ncl_node_integer(node, "axis_start");
    int64_t count = ncl_node_integer(node, "axis_count");
    if (start < 0 || start > input->rank)
        return ncl_infer_error(infer, node, "axis_start = %lld is outside of the input's rank %d", (long long)start,
                               input->rank);
    if (count == -1)
        count = input->rank - start;
    if (count < 0 || count > input->rank - start)
        return ncl_infer_error(infer, node, "axis_count = %lld from axis_start = %lld on exceeds the input's rank %d",
                               (long long)count, (long long)start, input->rank);
    *range = (struct range){(int)start, (int)count, ncl_shape_span(input, (int)start, (int)(start + count))};
    return NNEFCL_OK;
}

/* Items of `shape` with 0 replaced by the input's extent; `unknown` is the index of the -1 item, or -1; `known` the
 * product of the others. */
static nnefcl_status read_items(struct ncl_infer *infer, const struct ncl_node *node, const nnefcl_shape *input,
                                const struct range *range, int64_t item[NNEFCL_MAX_RANK], int *unknown, int64_t *known)
{
    const int count = (int)ncl_node_count(node, "shape");
    *unknown = -1;
    *known = 1;
    for (int i = 0; i < count; i++) {
        item[i] = ncl_node_integer_at(node, "shape", (size_t)i);
        if (item[i] == -1 && *unknown < 0) {
            *unknown = i;
            continue;
        }
        if (item[i] < 0)
            return ncl_infer_error(infer, node,
                                   item[i] == -1 ? "shape has more than one item -1" : "item %lld of shape is below -1",
                                   (long long)item[i]);
        if (item[i] == 0 && range->start + i >= input->rank)
            return ncl_infer_error(infer, node, "item %d of shape is 0, but the input has no axis %d to inherit from",
                                   i, range->start + i);
        if (item[i] == 0)
            item[i] = input->extent[range->start + i];
        if (!ncl_mul_i64(*known, item[i], known))
            return ncl_infer_error(infer, node, "the product of the items of shape is too large");
    }
    return NNEFCL_OK;
}

/* Documents with the batch written into them: under --batch a first item that repeats the old leading extent of the
 * input follows the new one. */
static bool follows_batch(const struct ncl_infer *infer, const struct ncl_tensor *input, const struct range *range,
                          int64_t first, bool unknown, int64_t known)
{
    int64_t scaled;
    if (infer->new_batch == infer->old_batch || range->start != 0 || input->shape.rank == 0 ||
        ncl_tensor_is_constant(input))
        return false;
    if (!ncl_mul_i64(input->shape.extent[0], infer->old_batch, &scaled) || scaled % infer->new_batch != 0 ||
        first != scaled / infer->new_batch)
        return false;
    return unknown || known != range->volume;
}

nnefcl_status ncl_reshape_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const struct ncl_tensor *tensor = ncl_node_tensor(node, "input");
    const nnefcl_shape *input = &tensor->shape;
    const size_t count = ncl_node_count(node, "shape");
    char text[NCL_SHAPE_TEXT];
    struct range range = {0};
    int64_t item[NNEFCL_MAX_RANK], known;
    int unknown;
    nnefcl_status status = read_axis_range(infer, node, input, &range);
    if (status)
        return status;
    if (count + (size_t)(input->rank - range.count) > NNEFCL_MAX_RANK)
        return ncl_infer_error(infer, node, "the result would have rank %zu, more than %d",
                               count + (size_t)(input->rank - range.count), NNEFCL_MAX_RANK);
    status = read_items(infer, node, input, &range, item, &unknown, &known);
    if (status)
        return status;
    if (count && ncl_node_integer_at(node, "shape", 0) > 0 &&
        follows_batch(infer, tensor, &range, item[0], unknown >= 0, known)) {
        ncl_warning(infer->diag, node->at,
                    "reshape: the first item %lld of shape repeats the leading extent of the document; %lld taken for "
                    "the new batch",
                    (long long)item[0], (long long)input->extent[0]);
        if (!ncl_mul_i64(known / item[0], input->extent[0], &known))
            return ncl_infer_error(infer, node, "the product of the items of shape is too large");
        item[0] = input->extent[0];
    }
    if (unknown >= 0 ? range.volume % known != 0 : range.volume != known)
        return ncl_infer_error(infer, node,
                               "the items of shape make %lld elements, the input %s has %lld in axes %d to %d",
                               (long long)known, ncl_shape_text(input, text), (long long)range.volume, range.start,
                               range.start + range.count - 1);
    if (unknown >= 0)
        item[unknown] = range.volume / known;
    nnefcl_shape output = {0};
    for (int i = 0; i < range.start; i++)
        output.extent[output.rank++] = input->extent[i];
    for (size_t i = 0; i < count; i++)
        output.extent[output.rank++] = item[i];
    for (int i = range.start + range.count; i < input->rank; i++)
        output.extent[output.rank++] = input->extent[i];
    return ncl_infer_result(infer, node, 0, &output);
}

/* ---- squeeze, unsqueeze ---- */

/* Marks the axes of the argument, each of 0 .. rank-1 and given once. */
static nnefcl_status read_squeezed_axes(struct ncl_infer *infer, const struct ncl_node *node, size_t rank,
                                        bool marked[NNEFCL_MAX_RANK])
{
    for (size_t i = 0; i < rank; i++)
        marked[i] = false;
    for (size_t i = 0; i < ncl_node_count(node, "axes"); i++) {
        const int64_t axis = ncl_node_integer_at(node, "axes", i);
        if (axis < 0 || axis >= (int64_t)rank)
            return ncl_infer_error(infer, node, "axis %lld is outside of rank %zu", (long long)axis, rank);
        if (marked[axis])
            return ncl_infer_error(infer, node, "axis %lld is given twice", (long long)axis);
        marked[axis] = true;
    }
    return NNEFCL_OK;
}

nnefcl_status ncl_squeeze_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const nnefcl_shape *input = &ncl_node_tensor(node, "input")->shape;
    bool marked[NNEFCL_MAX_RANK];
    nnefcl_shape output = {0};
    const nnefcl_status status = read_squeezed_axes(infer, node, (size_t)input->rank, marked);
    if (status)
        return status;
    for (int i = 0; i < input->rank; i++) {
        if (!marked[i])
            output.extent[output.rank++] = input->extent[i];
        else if (input->extent[i] != 1)
            return ncl_infer_error(infer, node, "axis %d has extent %lld, not 1", i, (long long)input->extent[i]);
    }
    return ncl_infer_result(infer, node, 0, &output);
}

nnefcl_status ncl_unsqueeze_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const nnefcl_shape *input = &ncl_node_tensor(node, "input")->shape;
    const size_t rank = (size_t)input->rank + ncl_node_count(node, "axes");
    bool marked[NNEFCL_MAX_RANK];
    nnefcl_shape output = {0};
    if (rank > NNEFCL_MAX_RANK)
        return ncl_infer_error(infer, node, "the result would have rank %zu, more than %d", rank, NNEFCL_MAX_RANK);
    const nnefcl_status status = read_squeezed_axes(infer, node, rank, marked);
    if (status)
        return status;
    for (size_t i = 0, from = 0; i < rank; i++)
        output.extent[output.rank++] = marked[i] ? 1 : input->extent[from++];
    return ncl_infer_result(infer, node, 0, &output);
}

nnefcl_status ncl_reshape_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    ncl_lower_view(lower, ncl_node_result(node, 0), ncl_node_tensor(node, "input"), 0);
    return ncl_lower_status(lower);
}

/* ---- the definition ---- */

void ncl_reshape_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input");
    memcpy(ncl_reference_out(reference, ncl_node_result(node, 0)), ncl_reference_in(reference, input),
           (size_t)ncl_shape_volume(&input->shape) * sizeof(double));
}
