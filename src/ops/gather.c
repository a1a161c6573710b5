/* SPDX-License-Identifier: Apache-2.0 */
/* gather (4.5.7): output[p, i, q] = input[p, indices[i], q], p and q along the axes before and behind `axis`. One index
 * has rank 0 (A-GATHER-1). */
#include "ops/broadcast.h"
#include "emit/reference.h"

/* Indices that the document writes are checked here; those of run time are clamped by the kernel. */
static nnefcl_status check_constant(struct ncl_infer *infer, const struct ncl_node *node,
                                    const struct ncl_tensor *indices, int64_t extent)
{
    if (indices->role != NCL_ROLE_CONSTANT)
        return NNEFCL_OK;
    const int32_t *value = indices->data;
    for (size_t i = 0; i < indices->data_count; i++)
        if (value[i] < 0 || value[i] >= extent)
            return ncl_infer_error(infer, node, "index %d is outside of extent %lld", (int)value[i], (long long)extent);
    return NNEFCL_OK;
}

nnefcl_status ncl_gather_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const nnefcl_shape *input = &ncl_node_tensor(node, "input")->shape;
    const struct ncl_tensor *indices = ncl_node_tensor(node, "indices");
    const int64_t axis = ncl_node_integer(node, "axis");
    nnefcl_shape output = {0};
    if (axis < 0 || axis >= input->rank)
        return ncl_infer_error(infer, node, "axis = %lld is outside of the input's rank %d", (long long)axis,
                               input->rank);
    if (input->rank - 1 + indices->shape.rank > NNEFCL_MAX_RANK)
        return ncl_infer_error(infer, node, "the result would have rank %d, more than %d",
                               input->rank - 1 + indices->shape.rank, NNEFCL_MAX_RANK);
    const nnefcl_status status = check_constant(infer, node, indices, input->extent[axis]);
    if (status)
        return status;
    for (int i = 0; i < axis; i++)
        output.extent[output.rank++] = input->extent[i];
    for (int i = 0; i < indices->shape.rank; i++)
        output.extent[output.rank++] = indices->shape.extent[i];
    for (int i = (int)axis + 1; i < input->rank; i++)
        output.extent[output.rank++] = input->extent[i];
    return ncl_infer_result(infer, node, 0, &output);
}

nnefcl_status ncl_gather_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *indices = ncl_node_tensor(node, "indices"),
                            *result = ncl_node_result(node, 0);
    const int axis = (int)ncl_node_integer(node, "axis");
    const int64_t inner = ncl_shape_span(&input->shape, axis + 1, input->shape.rank);
    const int64_t rows = ncl_shape_volume(&result->shape) / inner;
    const int64_t task_rows = ncl_ceil_div(ncl_broadcast_chunk(&lower->plan->target, rows * inner), inner);
    const ncl_ref in = ncl_lower_tensor(lower, input), at = ncl_lower_tensor(lower, indices),
                  out = ncl_lower_tensor(lower, result);
    struct ncl_emit *step = ncl_step_begin(lower, "gather");
    ncl_step_define_type(step, "T", result->dtype);
    ncl_step_in(step, in);
    ncl_step_in(step, at);
    ncl_step_out(step, out);
    ncl_step_size(step, "ROW_COUNT", rows);
    ncl_step_size(step, "TASK_ROWS", task_rows);
    ncl_step_size(step, "INDICES", ncl_shape_volume(&indices->shape));
    ncl_step_size(step, "EXTENT", input->shape.extent[axis]);
    ncl_step_size(step, "INNER", inner);
    return ncl_step_end(step, ncl_ceil_div(rows, task_rows));
}

/* ---- the definition ---- */

/* output[p, i, q] = input[p, indices[i], q]; an index outside, of which the text says nothing, reads the nearest. */
void ncl_gather_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *indices = ncl_node_tensor(node, "indices"),
                            *output = ncl_node_result(node, 0);
    const int axis = (int)ncl_node_integer(node, "axis"), width = indices->shape.rank;
    const double *x = ncl_reference_in(reference, input), *index = ncl_reference_in(reference, indices),
                 last = (double)input->shape.extent[axis] - 1;
    double *y = ncl_reference_out(reference, output);
    int64_t at[NNEFCL_MAX_RANK], from[NNEFCL_MAX_RANK];
    ncl_reference_outside(reference, indices, last + 1);
    for (bool more = ncl_position_first(&output->shape, at); more; more = ncl_position_next(&output->shape, at)) {
        const double i = index[ncl_position_index(&indices->shape, at + axis)];
        for (int k = 0; k < input->shape.rank; k++)
            from[k] = k < axis ? at[k] : k > axis ? at[k - 1 + width] : (int64_t)(i < 0 ? 0 : i > last ? last : i);
        *y++ = x[ncl_position_index(&input->shape, from)];
    }
}
