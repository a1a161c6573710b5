/* cast (4.5.8): the same contents as another element type, by the rules of the built-in functions (3.3.3). */
#include "ops/broadcast.h"

nnefcl_status ncl_cast_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    return ncl_infer_result(infer, node, 0, &ncl_node_tensor(node, "input")->shape);
}

nnefcl_status ncl_cast_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    static const char *const converts[] = {[NNEFCL_SCALAR] = "TO_FLOAT", [NNEFCL_INTEGER] = "TO_INT", [NNEFCL_LOGICAL] = "TO_BOOL"};
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *result = ncl_node_result(node, 0);
    const int64_t count = ncl_shape_volume(&result->shape), chunk = ncl_broadcast_chunk(&lower->plan->target, count);
    if (input->dtype == result->dtype) {
        ncl_lower_view(lower, result, input, 0);
        return ncl_lower_status(lower);
    }
    const ncl_ref in = ncl_lower_tensor(lower, input), out = ncl_lower_tensor(lower, result);
    struct ncl_emit *step = ncl_step_begin(lower, "cast");
    ncl_step_define_type(step, "FROM", input->dtype);
    ncl_step_define_type(step, "TO", result->dtype);
    ncl_step_define(step, "CONVERT", converts[result->dtype]);
    ncl_step_in(step, in);
    ncl_step_out(step, out);
    ncl_step_size(step, "COUNT", count);
    ncl_step_size(step, "CHUNK", chunk);
    return ncl_step_end(step, ncl_ceil_div(count, chunk));
}
