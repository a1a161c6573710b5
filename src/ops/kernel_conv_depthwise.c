/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution of one channel to one channel on CPUs, in blocks of channels: conv_depthwise.cl. */
#include "emit/after.h"
#include "emit/blocks.h"
#include "emit/cost.h"
#include "ops/conv.h"
#include "ops/conv_narrow.h"

#define DEPTHWISE_EFFICIENCY 0.25

static const char *conv_depthwise_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (!target->cpu)
        return "needs a device with few wide cores";
    if (!problem)
        return NULL;
    if (problem->conv.in_channels > 1 || problem->conv.out_channels > 1)
        return "groups of more than one channel";
    return ncl_conv_border_unfit(&problem->conv.window);
}

static double conv_depthwise_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                                  const struct ncl_choice *choice)
{
    (void)choice;
    const int64_t channels = problem->conv.groups, lanes = target->lanes;
    return ncl_cost_macs(target,
                         problem->flops / 2 / (double)problem->conv.window.out.extent[0] / (double)channels *
                             (double)(ncl_ceil_div(channels, lanes) * lanes),
                         DEPTHWISE_EFFICIENCY);
}

static nnefcl_status conv_depthwise_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                         const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_conv *conv = &problem->conv;
    const struct ncl_window_axes image = ncl_window_last(&conv->window, 2, 2);
    const struct ncl_conv_narrow all = ncl_conv_narrow_none(problem);
    const int64_t taps = all.depth.taps * image.size[0] * image.size[1];
    const struct ncl_conv_matrix matrix = {
        .groups = 1, .rows = conv->groups, .depth = taps, .row_stride = taps, .column_stride = 1};
    const ncl_ref packed = ncl_conv_gemm_pack(lower, conv->filter, &matrix, lower->plan->target.lanes);
    const float whole = ncl_blocks_step(lower, conv->input);
    const ncl_ref x =
        whole > 0 ? ncl_blocks_in_whole(lower, conv->input, (double)whole) : ncl_blocks_in(lower, conv->input);
    const struct ncl_place from = ncl_blocks_place(lower, x), to = ncl_blocks_place(lower, problem->out);
    const struct ncl_blocks_tasks tasks = ncl_blocks_tasks(&lower->plan->target, &conv->window.out, &to);
    struct ncl_emit *step = ncl_step_begin(lower, "conv_depthwise");
    ncl_step_define_int(step, "WHOLE", whole > 0);
    ncl_step_in(step, x);
    ncl_step_in(step, packed);
    ncl_step_in(step, ncl_lower_tensor(lower, conv->bias));
    ncl_step_out(step, problem->out);
    ncl_step_after_shared(lower, step, problem->out, 1, true, x);
    ncl_blocks_emit_out(step, &to);
    ncl_step_size(step, "CHANNELS", conv->groups);
    ncl_step_size(step, "ROWS", tasks.rows);
    ncl_step_size(step, "BIAS", ncl_shape_volume(&conv->bias->shape) > 1);
    ncl_step_size(step, "BATCH", from.batch * from.planes);
    ncl_step_size(step, "CHANNEL", from.channel);
    ncl_step_size(step, "FIRST", from.first - image.before[0] * from.row - image.before[1] * from.block);
    ncl_step_sizes(step, "KERNEL", image.size, 2);
    ncl_step_sizes(step, "STEP", (const int64_t[]){image.stride[0] * from.row, image.stride[1] * from.block}, 2);
    ncl_step_sizes(step, "TAP", (const int64_t[]){image.dilation[0] * from.row, image.dilation[1] * from.block}, 2);
    ncl_step_real(step, "X_STEP", (double)whole);
    ncl_conv_depth_emit(step, &all.depth, &from);
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, tasks.count);
}

const struct ncl_variant ncl_variant_conv_depthwise = {.name = "conv_depthwise",
                                                       .family = NCL_FAMILY_CONV,
                                                       .about = "depthwise, channels in blocks",
                                                       .unfit = conv_depthwise_unfit,
                                                       .cost = conv_depthwise_cost,
                                                       .emit = conv_depthwise_emit,
                                                       .reads_blocks = true,
                                                       .writes_blocks = true,
                                                       .volumes = true,
                                                       .reads_whole = true,
                                                       .writes_whole = true,
                                                       .halo = ncl_conv_blocked_halo};
