/* SPDX-License-Identifier: Apache-2.0 */
/* split, unstack (4.5.3): each result is a section of the operand. Those of a vector have rank 0 (A-UNSTACK-1). */
#include "base/checked.h"
#include "emit/blocks.h"
#include "emit/cut.h"
#include "emit/pitch.h"
#include "emit/reference.h"
#include "ops/axes.h"
#include "ops/strided.h"

#define MAX_RESULTS 65536 /* of unstack: the document does not have to list them */

static nnefcl_status sum_ratios(struct ncl_infer *infer, const struct ncl_node *node, size_t count, int64_t *sum)
{
    *sum = 0;
    for (size_t i = 0; i < count; i++) {
        const int64_t ratio = ncl_node_integer_at(node, "ratios", i);
        if (ratio <= 0)
            return ncl_infer_error(infer, node, "ratio %lld is not positive", (long long)ratio);
        if (!ncl_add_i64(*sum, ratio, sum))
            return ncl_infer_error(infer, node, "the sum of the ratios is too large");
    }
    return NNEFCL_OK;
}

nnefcl_status ncl_split_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const nnefcl_shape *value = &ncl_node_tensor(node, "value")->shape;
    const size_t count = ncl_node_count(node, "ratios");
    int64_t sum;
    nnefcl_status status = ncl_axis_infer(infer, node, value->rank);
    if (status)
        return status;
    if (count == 0)
        return ncl_infer_error(infer, node, "ratios is empty");
    status = sum_ratios(infer, node, count, &sum);
    if (status)
        return status;
    const int axis = (int)ncl_node_integer(node, "axis");
    const int64_t extent = value->extent[axis];
    if (extent % sum != 0)
        return ncl_infer_error(infer, node, "the sum %lld of the ratios does not divide the extent %lld of axis %d",
                               (long long)sum, (long long)extent, axis);
    nnefcl_shape *shapes = NCL_NEW_ARRAY(infer->arena, nnefcl_shape, count);
    if (!shapes)
        return ncl_nomem(infer->diag);
    for (size_t i = 0; i < count; i++) {
        shapes[i] = *value;
        shapes[i].extent[axis] = extent / sum * ncl_node_integer_at(node, "ratios", i);
    }
    return ncl_infer_results(infer, node, 0, count, shapes);
}

nnefcl_status ncl_unstack_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const nnefcl_shape *value = &ncl_node_tensor(node, "value")->shape;
    const nnefcl_status status = ncl_axis_infer(infer, node, value->rank);
    if (status)
        return status;
    const int axis = (int)ncl_node_integer(node, "axis");
    if (value->extent[axis] > MAX_RESULTS)
        return ncl_error(infer->diag, NNEFCL_ERR_LIMIT, node->at, "unstack: %lld results, more than %d",
                         (long long)value->extent[axis], MAX_RESULTS);
    const size_t count = (size_t)value->extent[axis];
    nnefcl_shape item = {0};
    for (int i = 0; i < value->rank; i++)
        if (i != axis)
            item.extent[item.rank++] = value->extent[i];
    nnefcl_shape *shapes = NCL_NEW_ARRAY(infer->arena, nnefcl_shape, count);
    if (!shapes)
        return ncl_nomem(infer->diag);
    for (size_t i = 0; i < count; i++)
        shapes[i] = item;
    return ncl_infer_results(infer, node, 0, count, shapes);
}

bool ncl_split_cut(const struct ncl_node *node, struct ncl_cut *cut)
{
    *cut = (struct ncl_cut){
        .whole = ncl_node_tensor(node, "value"), .part = node->result[0].item, .count = node->result[0].count};
    return ncl_node_integer(node, "axis") == 1;
}

/* [outer, first .. first + width, inner] of the value to the result; along axis 1, images of the value may lie apart.
 */
static void emit_part(struct ncl_lower *lower, const struct ncl_tensor *value, const struct ncl_tensor *result,
                      int axis, int64_t width, int64_t first)
{
    const int64_t outer = ncl_shape_span(&value->shape, 0, axis), total = value->shape.extent[axis],
                  inner = ncl_shape_span(&value->shape, axis + 1, value->shape.rank);
    struct ncl_strided copy = {.in_first = first * inner};
    ncl_strided_add(&copy, outer, axis == 1 ? ncl_strided_image(lower, value) : total * inner, width * inner);
    ncl_strided_add(&copy, width * inner, 1, 1);
    ncl_strided_images(lower, &copy, value, result, axis == 1);
}

nnefcl_status ncl_split_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *value = ncl_node_tensor(node, "value");
    const int axis = (int)ncl_node_integer(node, "axis");
    int64_t first = 0;
    if (node->op->cut && ncl_blocks_held(lower, ncl_node_result_at(node, 0, 0)))
        return ncl_cut_lower(lower, node);
    for (size_t i = 0; i < node->result[0].count; i++) {
        const struct ncl_tensor *result = ncl_node_result_at(node, 0, i);
        const int64_t width = node->op->variant ? 1 : result->shape.extent[axis]; /* unstack: one each */
        if (!ncl_cut_view(lower, result, value, first))
            emit_part(lower, value, result, axis, width, first);
        first += width;
    }
    return ncl_lower_status(lower);
}

/* ---- the definition ---- */

/* values[k][..., i, ...] = value[..., first + i, ...], `first` the extents of the results before k; results of unstack
 * lack the axis. */
void ncl_split_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *value = ncl_node_tensor(node, "value");
    const int64_t axis = ncl_node_integer(node, "axis");
    const double *x = ncl_reference_in(reference, value);
    int64_t at[NNEFCL_MAX_RANK], first = 0;
    for (size_t k = 0; k < node->result[0].count; k++) {
        const struct ncl_tensor *result = ncl_node_result_at(node, 0, k);
        double *y = ncl_reference_out(reference, result);
        nnefcl_shape shape = value->shape;
        shape.extent[axis] = node->op->variant ? 1 : result->shape.extent[axis];
        for (bool more = ncl_position_first(&shape, at); more; more = ncl_position_next(&shape, at)) {
            at[axis] += first;
            *y++ = x[ncl_position_index(&value->shape, at)];
            at[axis] -= first;
        }
        first += shape.extent[axis];
    }
}
