/* SPDX-License-Identifier: Apache-2.0 */
/* tile (4.5.6): output[..., i, ...] = input[..., i mod extent, ...]. */
#include "base/checked.h"
#include "ops/strided.h"
#include "emit/reference.h"

nnefcl_status ncl_tile_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const nnefcl_shape *input = &ncl_node_tensor(node, "input")->shape;
    const size_t count = ncl_node_count(node, "repeats");
    nnefcl_shape output = *input;
    if (count != (size_t)input->rank)
        return ncl_infer_error(infer, node, "repeats has %zu items, the input rank %d", count, input->rank);
    for (size_t i = 0; i < count; i++) {
        const int64_t repeats = ncl_node_integer_at(node, "repeats", i);
        if (repeats <= 0)
            return ncl_infer_error(infer, node, "repeats %lld is not positive", (long long)repeats);
        if (!ncl_mul_i64(output.extent[i], repeats, &output.extent[i]))
            return ncl_infer_error(infer, node, "the extent of axis %zu is too large", i);
    }
    return ncl_infer_result(infer, node, 0, &output);
}

nnefcl_status ncl_tile_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *result = ncl_node_result(node, 0);
    int64_t in[NNEFCL_MAX_RANK], out[NNEFCL_MAX_RANK];
    struct ncl_strided copy = {0};
    ncl_strided_dense(&input->shape, in);
    ncl_strided_dense(&result->shape, out);
    for (int i = 0; i < result->shape.rank; i++) {
        ncl_strided_add(&copy, ncl_node_integer_at(node, "repeats", (size_t)i), 0, out[i] * input->shape.extent[i]);
        ncl_strided_add(&copy, input->shape.extent[i], in[i], out[i]);
    }
    ncl_strided_lower(lower, &copy, input, result);
    return ncl_lower_status(lower);
}

/* ---- the definition ---- */

void ncl_tile_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *output = ncl_node_result(node, 0);
    const double *x = ncl_reference_in(reference, input);
    double *y = ncl_reference_out(reference, output);
    int64_t at[NNEFCL_MAX_RANK], from[NNEFCL_MAX_RANK];
    for (bool more = ncl_position_first(&output->shape, at); more; more = ncl_position_next(&output->shape, at)) {
        for (int i = 0; i < output->shape.rank; i++)
            from[i] = at[i] % input->shape.extent[i];
        *y++ = x[ncl_position_index(&input->shape, from)];
    }
}
