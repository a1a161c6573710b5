/* argmax_reduce and argmin_reduce (NNEF 4.4). Over several axes: the row-major position within them. */
#include <math.h>

#include "ops/axes.h"
#include "emit/reference.h"

enum { MAX, MIN };

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

nnefcl_status ncl_argreduce_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *output = ncl_node_result(node, 0);
    struct ncl_axes axes;
    ncl_axes_find(&axes, &input->shape, &output->shape);
    struct ncl_emit *step = ncl_step_begin(lower, "argreduce");
    ncl_step_define(step, "BETTER(v, a)", node->op->variant == MIN ? "v < a" : "v > a");
    ncl_step_define(step, "START", node->op->variant == MIN ? "INFINITY" : "-INFINITY");
    ncl_step_in(step, ncl_lower_tensor(lower, input));
    ncl_step_out(step, ncl_lower_tensor(lower, output));
    const int64_t tasks = ncl_axes_emit(lower, step, &axes);
    ncl_step_flops(step, (double)ncl_shape_volume(&input->shape));
    return ncl_step_end(step, tasks);
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
        double beyond = node->op->variant == MIN ? INFINITY : -INFINITY;
        for (bool next = ncl_position_first(&gathered, within); next;
             next = ncl_position_next(&gathered, within), number++) {
            for (int i = 0; i < input->shape.rank; i++)
                place[i] = at[i] + within[i];
            const double v = x[ncl_position_index(&input->shape, place)];
            if (isnan(beyond) || !(isnan(v) || (node->op->variant == MIN ? v < beyond : v > beyond)))
                continue;
            beyond = v;
            best = number;
        }
        *y++ = (double)best;
    }
}
