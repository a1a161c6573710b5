/* argmax_reduce and argmin_reduce (NNEF 4.4). Over several axes: the row-major position within them. */
#include "ops/axes.h"

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
