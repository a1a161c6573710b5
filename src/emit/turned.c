/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/turned.h"

#include "emit/readers.h"

int ncl_turned_axis(const struct ncl_node *transpose, int i)
{
    return i < (int)ncl_node_count(transpose, "axes") ? (int)ncl_node_integer_at(transpose, "axes", (size_t)i) : i;
}

static int64_t dense_stride(const nnefcl_shape *shape, int axis)
{
    return ncl_shape_span(shape, axis + 1, shape->rank);
}

ncl_ref ncl_turned_tensor(struct ncl_lower *lower, const struct ncl_tensor *tensor, int64_t stride[NNEFCL_MAX_RANK])
{
    const struct ncl_node *transpose = lower->turned[tensor->id];
    const struct ncl_tensor *lies = transpose ? ncl_node_tensor(transpose, "input") : tensor;
    for (int i = 0; i < tensor->shape.rank; i++)
        stride[i] = dense_stride(&lies->shape, transpose ? ncl_turned_axis(transpose, i) : i);
    return ncl_lower_tensor(lower, lies);
}

/* The transpose that alone reads the result of a node, and leaves its last axis; NULL: none does. */
static const struct ncl_node *find_transpose(const struct ncl_lower *lower, const struct ncl_tensor *result)
{
    const struct ncl_node *only = NULL;
    for (size_t i = 0; i < lower->graph->node_count; i++) {
        const struct ncl_node *node = lower->graph->node[i];
        if (ncl_readers_company(node, result) || (only && ncl_readers_node(node, result)))
            return NULL;
        if (ncl_readers_node(node, result))
            only = node;
    }
    const int last = result->shape.rank - 1;
    const bool turns = only && ncl_node_is(only, "transpose") && ncl_turned_axis(only, last) == last;
    return turns && !ncl_readers_outside(lower->graph, result) ? only : NULL;
}

ncl_ref ncl_turned_result(struct ncl_lower *lower, const struct ncl_problem *problem)
{
    const struct ncl_node *transpose = problem->node->after ? NULL : find_transpose(lower, problem->result);
    lower->turned[problem->result->id] = transpose;
    return ncl_lower_tensor(lower, transpose ? ncl_node_result(transpose, 0) : problem->result);
}

void ncl_turned_strides(const struct ncl_lower *lower, const struct ncl_tensor *result, int64_t stride[NNEFCL_MAX_RANK])
{
    const struct ncl_node *transpose = lower->turned[result->id];
    for (int i = 0; i < result->shape.rank; i++)
        stride[transpose ? ncl_turned_axis(transpose, i) : i] =
            dense_stride(transpose ? &ncl_node_result(transpose, 0)->shape : &result->shape, i);
}
