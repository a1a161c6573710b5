/* softmax (NNEF 4.9.1) over any set of axes. */
#include "ops/axes.h"

nnefcl_status ncl_softmax_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "x");
    nnefcl_shape reduced;
    const nnefcl_status status = ncl_axes_infer(infer, node, input, &reduced);
    return status ? status : ncl_infer_result(infer, node, 0, &input->shape);
}

nnefcl_status ncl_softmax_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "x"), *output = ncl_node_result(node, 0);
    nnefcl_shape reduced = input->shape;
    for (size_t i = 0; i < ncl_node_count(node, "axes"); i++)
        reduced.extent[ncl_node_integer_at(node, "axes", i)] = 1;
    struct ncl_axes axes;
    ncl_axes_find(&axes, &input->shape, &reduced);
    struct ncl_emit *step = ncl_step_begin(lower, "softmax");
    ncl_step_in(step, ncl_lower_tensor(lower, input));
    ncl_step_out(step, ncl_lower_tensor(lower, output));
    const int64_t tasks = ncl_axes_emit(lower, step, &axes);
    ncl_step_flops(step, 4.0 * (double)ncl_shape_volume(&input->shape));
    return ncl_step_end(step, tasks);
}
