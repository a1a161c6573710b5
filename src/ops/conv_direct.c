/* The plain kernels behind every conv and deconv. */
#include "ops/conv.h"

#define AXES (NNEFCL_MAX_RANK - 2)
#define RUN  16 /* outputs of a task on a CPU */

nnefcl_status ncl_conv_emit_direct(struct ncl_lower *lower, const struct ncl_node *node, const char *body,
                                   const struct ncl_conv *conv, const struct ncl_window *window)
{
    const struct ncl_tensor *output = ncl_node_result(node, 0);
    const int64_t count = ncl_shape_volume(&output->shape), run = lower->plan->target.cpu ? RUN : 1;
    struct ncl_emit *step = ncl_step_begin(lower, body);
    ncl_window_define_border(step, window->border);
    ncl_step_in(step, ncl_lower_tensor(lower, conv->input));
    ncl_step_in(step, ncl_lower_tensor(lower, conv->filter));
    ncl_step_in(step, ncl_lower_tensor(lower, conv->bias));
    ncl_step_out(step, ncl_lower_tensor(lower, output));
    ncl_step_size(step, "COUNT", count);
    ncl_step_size(step, "RUN", run);
    ncl_step_size(step, "GROUPS", conv->groups);
    ncl_step_size(step, "CHANNELS", conv->in_channels);
    ncl_step_size(step, "FILTERS", conv->out_channels);
    ncl_step_size(step, "BIAS", ncl_shape_volume(&conv->bias->shape) > 1);
    ncl_window_emit(step, window, 2, AXES);
    ncl_step_flops(step, 2.0 * (double)node->op->macs(node));
    return ncl_step_end(step, ncl_ceil_div(count, run));
}
