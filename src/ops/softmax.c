/* SPDX-License-Identifier: Apache-2.0 */
/* softmax (NNEF 4.9.1) over any set of axes. */
#include <math.h>

#include "emit/problem.h"
#include "emit/reference.h"
#include "ops/axes.h"

nnefcl_status ncl_softmax_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "x");
    nnefcl_shape reduced;
    const nnefcl_status status = ncl_axes_infer(infer, node, input, &reduced);
    return status ? status : ncl_infer_result(infer, node, 0, &input->shape);
}

void ncl_softmax_problem(const struct ncl_node *node, struct ncl_problem *problem)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "x");
    *problem = (struct ncl_problem){.family = NCL_FAMILY_SOFTMAX,
                                    .node = node,
                                    .result = ncl_node_result(node, 0),
                                    .flops = 4.0 * (double)ncl_shape_volume(&input->shape),
                                    .softmax = {.input = input, .reduced = input->shape}};
    for (size_t i = 0; i < ncl_node_count(node, "axes"); i++)
        problem->softmax.reduced.extent[ncl_node_integer_at(node, "axes", i)] = 1;
}

/* ---- the definition ---- */

/* exp(x) / sum of exp(x), with the maximum taken off so that nothing overflows. The difference x - max rounds by half a
 * unit, and the result by as many as the difference is large; the sum by the mean of them. */
void ncl_softmax_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "x"), *output = ncl_node_result(node, 0);
    nnefcl_shape gathered = {.rank = input->shape.rank}, kept = input->shape;
    int64_t at[NNEFCL_MAX_RANK], within[NNEFCL_MAX_RANK], place[NNEFCL_MAX_RANK] = {0};
    for (int i = 0; i < gathered.rank; i++)
        gathered.extent[i] = 1;
    for (size_t i = 0; i < ncl_node_count(node, "axes"); i++) {
        const int64_t axis = ncl_node_integer_at(node, "axes", i);
        gathered.extent[axis] = input->shape.extent[axis];
        kept.extent[axis] = 1;
    }
    const double *x = ncl_reference_in(reference, input);
    double *y = ncl_reference_out(reference, output),
           *scale = ncl_reference_scale(reference, output, (uint64_t)ncl_shape_volume(&gathered));
    for (bool more = ncl_position_first(&kept, at); more; more = ncl_position_next(&kept, at)) {
        double max = -INFINITY, sum = 0, slope = 0;
        for (int round = 0; round < 3; round++)
            for (bool next = ncl_position_first(&gathered, within); next; next = ncl_position_next(&gathered, within)) {
                for (int i = 0; i < gathered.rank; i++)
                    place[i] = at[i] + within[i];
                const int64_t index = ncl_position_index(&input->shape, place);
                if (round == 0) {
                    max = x[index] > max || isnan(x[index]) ? x[index] : max;
                } else if (round == 1) {
                    y[index] = exp(x[index] - max);
                    sum += y[index];
                    slope += y[index] > 0 ? y[index] * (max - x[index]) : 0;
                } else {
                    y[index] /= sum;
                    scale[index] = y[index] > 0 ? y[index] * (1 + max - x[index] + slope / sum) : 0;
                }
            }
    }
}
