/* Unary operations (NNEF 4.2.1), simplifiers (4.2.4) and activations (4.9.1) of one operand. */
#include <string.h>

#include "ops/unary.h"

nnefcl_status ncl_unary_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    return ncl_infer_result(infer, node, 0, &ncl_node_tensor(node, "x")->shape);
}

nnefcl_status ncl_copy_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    ncl_lower_view(lower, ncl_node_result(node, 0), ncl_node_tensor(node, "x"), 0);
    return ncl_lower_status(lower);
}

static double parameter(const struct ncl_node *node, const char *name)
{
    for (size_t i = 0; i < node->parameter_count; i++)
        if (strcmp(node->parameter[i], name) == 0)
            return ncl_node_scalar(node, name);
    return 0;
}

nnefcl_status ncl_unary_emit(struct ncl_lower *lower, const struct ncl_tensor *input, const struct ncl_tensor *output, const char *formula,
                             double alpha, double lambda)
{
    const int64_t count = ncl_shape_volume(&output->shape), chunk = ncl_broadcast_chunk(&lower->plan->target, count);
    struct ncl_emit *step = ncl_step_begin(lower, "unary");
    ncl_step_define(step, "FORMULA", formula);
    ncl_step_define_type(step, "T", output->dtype);
    ncl_step_in(step, ncl_lower_tensor(lower, input));
    ncl_step_out(step, ncl_lower_tensor(lower, output));
    ncl_step_size(step, "COUNT", count);
    ncl_step_size(step, "CHUNK", chunk);
    ncl_step_real(step, "ALPHA", alpha);
    ncl_step_real(step, "LAMBDA", lambda);
    ncl_step_flops(step, (double)count);
    return ncl_step_end(step, ncl_ceil_div(count, chunk));
}

nnefcl_status ncl_unary_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    return ncl_unary_emit(lower, ncl_node_tensor(node, "x"), ncl_node_result(node, 0), node->op->formula, parameter(node, "alpha"),
                          parameter(node, "lambda"));
}
