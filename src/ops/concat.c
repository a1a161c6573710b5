/* SPDX-License-Identifier: Apache-2.0 */
/* concat, stack (4.5.3): each operand goes to its own section of the result. */
#include "base/checked.h"
#include "emit/blocks.h"
#include "emit/cut.h"
#include "emit/forms.h"
#include "emit/join.h"
#include "emit/pitch.h"
#include "emit/reference.h"
#include "emit/share.h"
#include "ops/axes.h"
#include "ops/strided.h"

static nnefcl_status add_extent(struct ncl_infer *infer, struct ncl_node *node, size_t index, int axis,
                                nnefcl_shape *output)
{
    const struct ncl_tensor *tensor = ncl_node_tensor_at(node, "values", index);
    char got[NCL_SHAPE_TEXT], want[NCL_SHAPE_TEXT];
    bool same = tensor->shape.rank == output->rank;
    for (int i = 0; same && i < output->rank; i++)
        same = i == axis || tensor->shape.extent[i] == output->extent[i];
    if (!same)
        return ncl_infer_error(infer, node, "operand %zu of shape %s differs from %s in more than axis %d", index,
                               ncl_shape_text(&tensor->shape, got), ncl_shape_text(output, want), axis);
    if (!ncl_add_i64(output->extent[axis], tensor->shape.extent[axis], &output->extent[axis]))
        return ncl_infer_error(infer, node, "the extents along axis %d are too large", axis);
    return NNEFCL_OK;
}

nnefcl_status ncl_concat_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const size_t count = ncl_node_count(node, "values");
    if (count == 0)
        return ncl_infer_error(infer, node, "there is nothing to concatenate");
    nnefcl_shape output = ncl_node_tensor_at(node, "values", 0)->shape;
    nnefcl_status status = ncl_axis_infer(infer, node, output.rank);
    if (status)
        return status;
    const int axis = (int)ncl_node_integer(node, "axis");
    output.extent[axis] = 0;
    for (size_t i = 0; i < count && !status; i++)
        status = add_extent(infer, node, i, axis, &output);
    return status ? status : ncl_infer_result(infer, node, 0, &output);
}

nnefcl_status ncl_stack_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const size_t count = ncl_node_count(node, "values");
    char got[NCL_SHAPE_TEXT], want[NCL_SHAPE_TEXT];
    if (count == 0)
        return ncl_infer_error(infer, node, "there is nothing to stack");
    const nnefcl_shape *first = &ncl_node_tensor_at(node, "values", 0)->shape;
    if (first->rank >= NNEFCL_MAX_RANK)
        return ncl_infer_error(infer, node, "the result would have rank %d, more than %d", first->rank + 1,
                               NNEFCL_MAX_RANK);
    const nnefcl_status status = ncl_axis_infer(infer, node, first->rank + 1);
    if (status)
        return status;
    for (size_t i = 1; i < count; i++) {
        const nnefcl_shape *shape = &ncl_node_tensor_at(node, "values", i)->shape;
        if (!ncl_shape_equal(shape, first))
            return ncl_infer_error(infer, node, "operand %zu has shape %s, the first %s", i, ncl_shape_text(shape, got),
                                   ncl_shape_text(first, want));
    }
    const int axis = (int)ncl_node_integer(node, "axis");
    nnefcl_shape output = {.rank = first->rank + 1};
    for (int i = 0; i < output.rank; i++)
        output.extent[i] = i < axis ? first->extent[i] : i == axis ? (int64_t)count : first->extent[i - 1];
    return ncl_infer_result(infer, node, 0, &output);
}

/* Of operand i in the result; of a stack one each. */
static int64_t width_along(const struct ncl_node *node, size_t i, int axis)
{
    return node->op->variant ? 1 : ncl_node_arg(node, "values")->item[i].tensor->shape.extent[axis];
}

/* Operand [outer, width, inner] to [outer, first .. first + width, inner] of the result; along axis 1, images may lie
 * apart on both sides, and what is held in blocks is converted to where it belongs. */
static void emit_section(struct ncl_lower *lower, const struct ncl_tensor *operand, const struct ncl_tensor *result,
                         ncl_ref whole, int axis, int64_t width, int64_t first)
{
    const int64_t outer = ncl_shape_span(&result->shape, 0, axis), total = result->shape.extent[axis],
                  inner = ncl_shape_span(&result->shape, axis + 1, result->shape.rank);
    const bool images = axis == 1 && outer > 1;
    if (images && ncl_blocks_held(lower, operand) && lower->tensor[operand->id] == NCL_NO_TENSOR) {
        ncl_cut_convert(lower, operand, whole, first);
        return;
    }
    struct ncl_strided copy = {.out_first = first * inner};
    const ncl_ref in = images ? ncl_pitch_in(lower, operand) : ncl_lower_tensor(lower, operand);
    ncl_strided_add(&copy, outer, images ? ncl_pitch_of(lower, in, &operand->shape) : width * inner,
                    images ? ncl_pitch_of(lower, whole, &result->shape) : total * inner);
    ncl_strided_add(&copy, width * inner, 1, 1);
    ncl_strided_choose(lower, &copy, in, whole, width == total);
}

bool ncl_concat_cut(const struct ncl_node *node, struct ncl_cut *cut)
{
    const struct ncl_value *values = ncl_node_arg(node, "values");
    *cut = (struct ncl_cut){
        .joins = true, .whole = ncl_node_result(node, 0), .part = values->item, .count = values->count};
    return ncl_node_integer(node, "axis") == 1;
}

/* How many of the first operands an earlier concat has joined already, the latest that begins with the first of them: 0
 * or all of its own. In a dense block that is all of ours but the last one. */
static size_t find_joined(struct ncl_lower *lower, const struct ncl_node *node, const struct ncl_node **earlier)
{
    const struct ncl_value *values = ncl_node_arg(node, "values"), *joined;
    const struct ncl_node **latest = &lower->joined[values->item[0].tensor->id];
    *earlier = *latest;
    *latest = node;
    if (!*earlier || (*earlier)->op != node->op || node->op->variant ||
        ncl_node_integer(*earlier, "axis") != ncl_node_integer(node, "axis") ||
        ncl_blocks_held(lower, ncl_node_result(*earlier, 0)))
        return 0;
    joined = ncl_node_arg(*earlier, "values");
    for (size_t i = 0; i < joined->count; i++)
        if (i >= values->count || joined->item[i].tensor != values->item[i].tensor)
            return 0;
    return ncl_share_overwritten(lower, ncl_forms_some(lower, ncl_node_result(*earlier, 0))) ? 0 : joined->count;
}

/* Each operand that does not lie in the result already, or with others in an earlier one, is a step. */
static void emit_sections(struct ncl_lower *lower, const struct ncl_node *node, const struct ncl_section *section,
                          ncl_ref whole, int axis)
{
    const struct ncl_value *values = ncl_node_arg(node, "values");
    const struct ncl_tensor *result = ncl_node_result(node, 0);
    const struct ncl_node *earlier;
    size_t done = find_joined(lower, node, &earlier);
    if (done > 1 && !ncl_join_lies(lower, section, whole)) {
        const struct ncl_tensor *before = ncl_node_result(earlier, 0);
        emit_section(lower, before, result, whole, axis, before->shape.extent[axis], 0);
    } else
        done = 0;
    int64_t first = 0;
    for (size_t i = 0; i < values->count; i++) {
        const int64_t width = width_along(node, i, axis);
        if (i >= done && !ncl_join_lies(lower, &section[i], whole))
            emit_section(lower, values->item[i].tensor, result, whole, axis, width, first);
        first += width;
    }
}

/* Where each operand is, if it has the form that it would have in the result, and where it belongs. */
static struct ncl_section *find_sections(struct ncl_lower *lower, const struct ncl_node *node,
                                         const struct ncl_layout *layout, int axis)
{
    const struct ncl_value *values = ncl_node_arg(node, "values");
    const struct ncl_tensor *result = ncl_node_result(node, 0);
    const struct ncl_layout part = ncl_layout_part(layout, &result->shape);
    const uint64_t inner =
        (uint64_t)ncl_shape_span(&result->shape, axis + 1, result->shape.rank) * nnefcl_dtype_size(result->dtype);
    const bool images = axis == 1 && part.outer;
    struct ncl_section *section = NCL_NEW_ARRAY(lower->arena, struct ncl_section, values->count);
    int64_t first = 0;
    for (size_t i = 0; section && i < values->count; i++) {
        const struct ncl_tensor *operand = values->item[i].tensor;
        section[i] = (struct ncl_section){.tensor = operand,
                                          .part = images ? ncl_forms_find(lower, operand, &part)
                                                         : ncl_lower_tensor(lower, operand),
                                          .offset = (uint64_t)first * inner};
        first += width_along(node, i, axis);
    }
    return section;
}

nnefcl_status ncl_concat_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_value *values = ncl_node_arg(node, "values");
    const struct ncl_tensor *result = ncl_node_result(node, 0);
    if (ncl_blocks_held(lower, result))
        return ncl_cut_lower(lower, node);
    if (values->count == 1) {
        if (!ncl_cut_view(lower, result, values->item[0].tensor, 0))
            ncl_lower_view(lower, result, values->item[0].tensor, 0);
        return ncl_lower_status(lower);
    }
    const int axis = (int)ncl_node_integer(node, "axis");
    const struct ncl_layout layout = ncl_pitch_layout(lower, result);
    struct ncl_section *section = find_sections(lower, node, &layout, axis);
    if (!section)
        return ncl_nomem(lower->diag);
    const ncl_ref whole = ncl_lower_result(lower, result, &layout);
    if (axis == 1 || ncl_shape_span(&result->shape, 0, axis) == 1)
        ncl_join_parts(lower, section, values->count, whole);
    emit_sections(lower, node, section, whole, axis);
    return ncl_lower_status(lower);
}

/* ---- the definition ---- */

/* value[..., first + i, ...] = values[k][..., i, ...], `first` the extents of the operands before k; a stack is that of
 * operands with an axis of extent 1. */
void ncl_concat_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *result = ncl_node_result(node, 0);
    const int64_t axis = ncl_node_integer(node, "axis");
    double *value = ncl_reference_out(reference, result);
    int64_t at[NNEFCL_MAX_RANK], first = 0;
    for (size_t k = 0; k < ncl_node_count(node, "values"); k++) {
        const struct ncl_tensor *operand = ncl_node_tensor_at(node, "values", k);
        const double *x = ncl_reference_in(reference, operand);
        nnefcl_shape shape = result->shape;
        shape.extent[axis] = node->op->variant ? 1 : operand->shape.extent[axis];
        for (bool more = ncl_position_first(&shape, at); more; more = ncl_position_next(&shape, at)) {
            at[axis] += first;
            value[ncl_position_index(&result->shape, at)] = *x++;
            at[axis] -= first;
        }
        first += shape.extent[axis];
    }
}
