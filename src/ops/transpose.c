/* SPDX-License-Identifier: Apache-2.0 */
/* transpose (4.5.2): output[i_axes[0], ..., i_axes[n-1], rest] = input[i_0, ..., i_(n-1), rest]. */
#include "emit/blocks.h"
#include "emit/reference.h"
#include "ops/strided.h"

nnefcl_status ncl_transpose_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const nnefcl_shape *input = &ncl_node_tensor(node, "input")->shape;
    const size_t count = ncl_node_count(node, "axes");
    nnefcl_shape output = *input;
    unsigned seen = 0;
    if (count > (size_t)input->rank)
        return ncl_infer_error(infer, node, "axes has %zu items, the input only rank %d", count, input->rank);
    for (size_t i = 0; i < count; i++) {
        const int64_t axis = ncl_node_integer_at(node, "axes", i);
        if (axis < 0 || axis >= (int64_t)count || seen >> axis & 1)
            return ncl_infer_error(infer, node, "axes are not a permutation of 0 to %zu: item %zu is %lld", count - 1,
                                   i, (long long)axis);
        seen |= 1u << axis;
        output.extent[i] = input->extent[axis];
    }
    return ncl_infer_result(infer, node, 0, &output);
}

/* The axis of the input that becomes axis i of the result. */
static int axis_from(const struct ncl_node *node, int i)
{
    return i < (int)ncl_node_count(node, "axes") ? (int)ncl_node_integer_at(node, "axes", (size_t)i) : i;
}

/* Images in whole blocks of channels, which come last: a cell is a run of the result, and nothing is converted. */
static bool cells_last(const struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input");
    return ncl_blocks_held(lower, input) && input->shape.rank == 4 && axis_from(node, 3) == 1 &&
           input->shape.extent[1] % lower->plan->target.lanes == 0;
}

static void lower_cells(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *result = ncl_node_result(node, 0);
    const ncl_ref x = ncl_blocks_in(lower, input);
    if (lower->status)
        return;
    const struct ncl_place place = ncl_blocks_place(lower, x);
    const int64_t in[] = {place.batch, 0, place.row, place.block};
    int64_t out[NNEFCL_MAX_RANK];
    struct ncl_strided copy = {.in_first = place.first};
    ncl_strided_dense(&result->shape, out);
    for (int i = 0; i < 3; i++)
        ncl_strided_add(&copy, result->shape.extent[i], in[axis_from(node, i)], out[i]);
    ncl_strided_add(&copy, result->shape.extent[3] / place.block, place.channel, place.block);
    ncl_strided_add(&copy, place.block, 1, 1);
    ncl_strided_choose(lower, &copy, x, ncl_lower_tensor(lower, result), true);
}

nnefcl_status ncl_transpose_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *result = ncl_node_result(node, 0);
    int64_t in[NNEFCL_MAX_RANK], out[NNEFCL_MAX_RANK];
    struct ncl_strided copy = {0};
    if (cells_last(lower, node)) {
        lower_cells(lower, node);
        return ncl_lower_status(lower);
    }
    ncl_strided_dense(&input->shape, in);
    ncl_strided_dense(&result->shape, out);
    for (int i = 0; i < result->shape.rank; i++)
        ncl_strided_add(&copy, result->shape.extent[i], in[axis_from(node, i)], out[i]);
    ncl_strided_lower(lower, &copy, input, result);
    return ncl_lower_status(lower);
}

/* ---- the definition ---- */

void ncl_transpose_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *output = ncl_node_result(node, 0);
    const double *x = ncl_reference_in(reference, input);
    double *y = ncl_reference_out(reference, output);
    int64_t at[NNEFCL_MAX_RANK], from[NNEFCL_MAX_RANK];
    for (bool more = ncl_position_first(&output->shape, at); more; more = ncl_position_next(&output->shape, at)) {
        for (int i = 0; i < NNEFCL_MAX_RANK; i++)
            from[i] = at[i];
        for (size_t i = 0; i < ncl_node_count(node, "axes"); i++)
            from[ncl_node_integer_at(node, "axes", i)] = at[i];
        *y++ = x[ncl_position_index(&input->shape, from)];
    }
}
