/* SPDX-License-Identifier: Apache-2.0 */
/* argmax_reduce and argmin_reduce (NNEF 4.4). Over several axes: the row-major position within them. */
#include <math.h>

#include "emit/problem.h"
#include "emit/reference.h"
#include "ops/axes.h"

nnefcl_status ncl_argreduce_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input");
    nnefcl_shape shape;
    const nnefcl_status status = ncl_axes_infer(infer, node, input, &shape);
    if (status)
        return status;
    const int64_t volume = ncl_shape_volume(&input->shape) / ncl_shape_volume(&shape);
    if (volume > INT32_MAX)
        return ncl_infer_error(infer, node, "positions among %lld elements do not fit 32 bits", (long long)volume);
    return ncl_infer_result(infer, node, 0, &shape);
}

void ncl_argreduce_problem(const struct ncl_node *node, struct ncl_problem *problem)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *output = ncl_node_result(node, 0);
    *problem = (struct ncl_problem){.family = NCL_FAMILY_REDUCE,
                                    .node = node,
                                    .result = output,
                                    .flops = (double)ncl_shape_volume(&input->shape),
                                    .reduce = {.kind = (enum ncl_reduction)node->op->variant,
                                               .input = input,
                                               .mean = NCL_NO_TENSOR,
                                               .shape = output->shape}};
}

/* ---- the definition ---- */

/* The first of equals (A-ARG-1); over several axes the row-major position within them, in increasing order (A-ARG-2). A
 * NaN is beyond every number.
 */
void ncl_argreduce_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *output = ncl_node_result(node, 0);
    const double *x = ncl_reference_in(reference, input);
    double *y = ncl_reference_out(reference, output);
    nnefcl_shape gathered = input->shape; /* the positions that one result chooses from */
    int64_t at[NNEFCL_MAX_RANK], within[NNEFCL_MAX_RANK], place[NNEFCL_MAX_RANK] = {0};
    for (int i = 0; i < input->shape.rank; i++)
        gathered.extent[i] = output->shape.extent[i] == 1 ? input->shape.extent[i] : 1;
    for (bool more = ncl_position_first(&output->shape, at); more; more = ncl_position_next(&output->shape, at)) {
        int64_t number = 0, best = 0;
        double beyond = node->op->variant == NCL_REDUCE_ARGMIN ? INFINITY : -INFINITY;
        for (bool next = ncl_position_first(&gathered, within); next;
             next = ncl_position_next(&gathered, within), number++) {
            for (int i = 0; i < input->shape.rank; i++)
                place[i] = at[i] + within[i];
            const double v = x[ncl_position_index(&input->shape, place)];
            if (isnan(beyond) || !(isnan(v) || (node->op->variant == NCL_REDUCE_ARGMIN ? v < beyond : v > beyond)))
                continue;
            beyond = v;
            best = number;
        }
        *y++ = (double)best;
    }
}
