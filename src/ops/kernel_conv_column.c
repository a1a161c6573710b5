/* SPDX-License-Identifier: Apache-2.0 */
/* Depthwise convolution of images on devices of many narrow cores, columns of results in registers (conv_column.cl). */
#include "emit/after.h"
#include "emit/cost.h"
#include "emit/pitch.h"
#include "ops/conv.h"

#define AXES      2
#define LINES_MAX 20 /* elements of a column of x, which lie in registers */
#define DOWN_MAX  8
#define READ      2 /* multiply-adds in the time of a read, where neighbours read neighbours */
#define ISSUE     0.3
#define OCCUPANCY 128 /* work-items that a compute unit wants */

static int64_t count_conv_lines(const struct ncl_window_axes *axes, int64_t down)
{
    return (down - 1) * axes->stride[0] + (axes->size[0] - 1) * axes->dilation[0] + 1;
}

static int64_t count_conv_tasks(const struct ncl_conv *conv, const struct ncl_window_axes *axes, int64_t down)
{
    return conv->window.in.extent[0] * conv->groups * conv->out_channels * ncl_ceil_div(axes->out[0], down) *
           axes->out[1];
}

/* Longer columns read less for each result: twice as long where windows share most of their rows, and while there are
 * enough tasks for the device. */
static int64_t choose_down(const struct ncl_target *target, const struct ncl_conv *conv,
                           const struct ncl_window_axes *axes)
{
    const int64_t most = axes->size[0] > 3 * axes->stride[0] ? DOWN_MAX : DOWN_MAX / 2;
    int64_t down = 2;
    while (2 * down <= most && count_conv_lines(axes, 2 * down) <= LINES_MAX && down < axes->out[0] &&
           count_conv_tasks(conv, axes, 2 * down) >= (int64_t)target->compute_units * OCCUPANCY)
        down *= 2;
    return down;
}

static const char *conv_column_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (target->cpu)
        return "needs a device of many narrow cores";
    if (!problem)
        return NULL;
    const struct ncl_conv *conv = &problem->conv;
    if (conv->in_channels != 1 || conv->window.rank != 2 + AXES)
        return "one channel for each filter, and two axes";
    const struct ncl_window_axes axes = ncl_window_last(&conv->window, 2, AXES);
    if (count_conv_lines(&axes, 2) > LINES_MAX)
        return "a column of windows does not fit the registers";
    return axes.out[0] == 1 ? "columns of one" : NULL;
}

/* Multiply-adds, and what they read, by all work-items of one image. */
static double conv_column_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                               const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_conv *conv = &problem->conv;
    const struct ncl_window_axes axes = ncl_window_last(&conv->window, 2, AXES);
    const int64_t down = choose_down(target, conv, &axes);
    const double sums = (double)(down * axes.size[0] * axes.size[1]),
                 reads = (double)((count_conv_lines(&axes, down) + axes.size[0]) * axes.size[1]),
                 tasks = (double)count_conv_tasks(conv, &axes, down);
    const double work = tasks / (double)conv->window.in.extent[0] * (sums + READ * reads);
    return ncl_cost_macs(target, work, ISSUE) * ncl_cost_idle(target, OCCUPANCY, tasks);
}

static nnefcl_status conv_column_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                      const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_conv *conv = &problem->conv;
    const struct ncl_window_axes axes = ncl_window_last(&conv->window, 2, AXES);
    const int64_t down = choose_down(&lower->plan->target, conv, &axes);
    const ncl_ref input = ncl_pitch_in(lower, conv->input);
    struct ncl_emit *step = ncl_step_begin(lower, "conv_column");
    ncl_window_define_border(step, conv->window.border);
    ncl_step_define_int(step, "TALL", axes.size[0]);
    ncl_step_define_int(step, "STEP", axes.stride[0]);
    ncl_step_define_int(step, "DILATED", axes.dilation[0]);
    ncl_step_define_int(step, "DOWN", down);
    ncl_step_in(step, input);
    ncl_step_in(step, ncl_lower_tensor(lower, conv->filter));
    ncl_step_in(step, ncl_lower_tensor(lower, conv->bias));
    ncl_step_out(step, problem->out);
    ncl_step_after(lower, step, problem->out, 1, false);
    ncl_step_size(step, "CHANNELS", conv->groups * conv->out_channels);
    ncl_step_size(step, "FILTERS", conv->out_channels);
    ncl_step_size(step, "BIAS", ncl_shape_volume(&conv->bias->shape) > 1);
    ncl_step_sizes(step, "IN", axes.in, AXES);
    ncl_step_sizes(step, "OUT", axes.out, AXES);
    ncl_step_size(step, "TAPS", axes.size[1]);
    ncl_step_size(step, "STRIDE", axes.stride[1]);
    ncl_step_size(step, "DILATION", axes.dilation[1]);
    ncl_step_sizes(step, "BEFORE", axes.before, AXES);
    ncl_pitch_emit(lower, step, input, &conv->window.in, problem->out, &conv->window.out);
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, count_conv_tasks(conv, &axes, down));
}

const struct ncl_variant ncl_variant_conv_column = {.name = "conv_column",
                                                    .family = NCL_FAMILY_CONV,
                                                    .about = "depthwise, columns of results in registers",
                                                    .unfit = conv_column_unfit,
                                                    .cost = conv_column_cost,
                                                    .emit = conv_column_emit,
                                                    .reads_pitched = true,
                                                    .writes_pitched = true};
