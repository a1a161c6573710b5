/* SPDX-License-Identifier: Apache-2.0 */
/* The plain kernels behind every conv and deconv: one output after the other, any window. */
#include "emit/after.h"
#include "emit/cost.h"
#include "ops/conv.h"

#define AXES       (NNEFCL_MAX_RANK - 2)
#define RUN        16   /* outputs of a task on a CPU */
#define EFFICIENCY 0.01 /* docs/kernels.md */
#define OCCUPANCY  256  /* work-items that a compute unit of a GPU wants */

static double conv_direct_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                               const struct ncl_choice *choice)
{
    (void)choice;
    const nnefcl_shape *out = &problem->conv.window.out;
    const double work = ncl_cost_macs(target, problem->flops / 2 / (double)out->extent[0], EFFICIENCY);
    return target->cpu ? work : work * ncl_cost_idle(target, OCCUPANCY, (double)ncl_shape_volume(out));
}

static nnefcl_status emit_direct(struct ncl_lower *lower, const struct ncl_problem *problem, const char *body)
{
    const struct ncl_conv *conv = &problem->conv;
    const int64_t count = ncl_shape_volume(&conv->window.out), run = lower->plan->target.cpu ? RUN : 1;
    struct ncl_emit *step = ncl_step_begin(lower, body);
    ncl_window_define_border(step, conv->window.border);
    ncl_step_in(step, ncl_lower_tensor(lower, conv->input));
    ncl_step_in(step, ncl_lower_tensor(lower, conv->filter));
    ncl_step_in(step, ncl_lower_tensor(lower, conv->bias));
    ncl_step_out(step, problem->out);
    ncl_step_after(lower, step, problem->out, 1, false);
    ncl_step_size(step, "COUNT", count);
    ncl_step_size(step, "RUN", run);
    ncl_step_size(step, "GROUPS", conv->groups);
    ncl_step_size(step, "CHANNELS", conv->in_channels);
    ncl_step_size(step, "FILTERS", conv->out_channels);
    ncl_step_size(step, "BIAS", ncl_shape_volume(&conv->bias->shape) > 1);
    ncl_window_emit(step, &conv->window, 2, AXES);
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, ncl_ceil_div(count, run));
}

static nnefcl_status conv_direct_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                      const struct ncl_choice *choice)
{
    (void)choice;
    return emit_direct(lower, problem, "conv_direct");
}

static nnefcl_status deconv_direct_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                        const struct ncl_choice *choice)
{
    (void)choice;
    return emit_direct(lower, problem, "deconv_direct");
}

const struct ncl_variant ncl_variant_conv_direct = {.name = "conv_direct",
                                                    .family = NCL_FAMILY_CONV,
                                                    .about = "one output after the other, any window",
                                                    .cost = conv_direct_cost,
                                                    .emit = conv_direct_emit};
const struct ncl_variant ncl_variant_deconv_direct = {.name = "deconv_direct",
                                                      .family = NCL_FAMILY_DECONV,
                                                      .about = "one output after the other, any window",
                                                      .cost = conv_direct_cost,
                                                      .emit = deconv_direct_emit};
