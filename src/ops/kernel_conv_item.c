/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution on devices of many narrow cores, without local memory: depthwise layers, few filters, and all that
 * convolution does where local memory is no faster than the other (conv_item.cl). */
#include "emit/after.h"
#include "emit/cost.h"
#include "emit/pitch.h"
#include "ops/conv.h"

#define TAPS_MAX  11 /* of a row, at a time */
#define LINE_MAX  48 /* elements of a row of x in registers */
#define AXES      3
#define LOOPS_MAX 10000 /* rounds, where the driver's loops are short */
#define EACH_MAX  8     /* filters of a task */
#define READ      4     /* multiply-adds in the time of a read */
#define ISSUE     0.3
#define OCCUPANCY 128 /* work-items that a compute unit wants */

/* The last three axes; a window that does nothing sees the whole image as one row. */
static struct ncl_window_axes read_item_axes(const struct ncl_conv *conv)
{
    const struct ncl_window *w = &conv->window;
    struct ncl_window_axes axes = ncl_window_last(w, 2, AXES);
    if (ncl_window_is_trivial(w, 2, w->rank)) {
        axes.in[2] = axes.out[2] = ncl_shape_span(&w->in, 2, w->rank);
        axes.in[1] = axes.out[1] = axes.in[0] = axes.out[0] = 1;
    }
    return axes;
}

/* Taps of a row at a time: the row is a multiple of them. */
static int64_t conv_item_taps(const struct ncl_window_axes *axes)
{
    int64_t taps = axes->size[2] < TAPS_MAX ? axes->size[2] : TAPS_MAX;
    while (axes->size[2] % taps)
        taps--;
    return taps;
}

struct tile {
    int64_t each, pixels, tasks;
};

/* Elements of a row of x that are read for so many pixels. */
static int64_t line_elements(const struct ncl_window_axes *axes, int64_t pixels)
{
    const int64_t taps = conv_item_taps(axes),
                  span = (pixels - 1) * axes->stride[2] + (taps - 1) * axes->dilation[2] + 1;
    return span < pixels * taps ? span : pixels * taps;
}

/* As many filters as there are, but enough tasks for the device; few filters have more pixels. */
static struct tile conv_item_tile(const struct ncl_target *target, const struct ncl_conv *conv,
                                  const struct ncl_window_axes *axes)
{
    const int64_t rows = conv->window.in.extent[0] * conv->groups * axes->out[0] * axes->out[1];
    struct tile tile = {.each = 1, .pixels = 4};
    while (2 * tile.each <= EACH_MAX && tile.each < conv->out_channels &&
           rows * ncl_ceil_div(conv->out_channels, 2 * tile.each) * ncl_ceil_div(axes->out[2], tile.pixels) >=
               (int64_t)target->compute_units * OCCUPANCY)
        tile.each *= 2;
    if (tile.each <= 2 && axes->out[2] > 4 && line_elements(axes, 8) <= LINE_MAX)
        tile.pixels = 8;
    tile.tasks = rows * ncl_ceil_div(conv->out_channels, tile.each) * ncl_ceil_div(axes->out[2], tile.pixels);
    return tile;
}

static const char *conv_item_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (target->cpu)
        return "needs a device of many narrow cores";
    if (!problem)
        return NULL;
    const struct ncl_window *w = &problem->conv.window;
    const struct ncl_window_axes axes = read_item_axes(&problem->conv);
    if (w->rank > 2 + AXES && !ncl_window_is_trivial(w, 2, w->rank))
        return "more than three spatial axes";
    if (line_elements(&axes, 4) > LINE_MAX)
        return "a row of taps does not fit the registers";
    return target->short_loops && problem->conv.in_channels * ncl_window_volume(w) / conv_item_taps(&axes) > LOOPS_MAX
               ? "the sums are too long for the driver's loops"
               : NULL;
}

/* Multiply-adds, and what they read, by all work-items of one image. */
static double conv_item_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                             const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_conv *conv = &problem->conv;
    const struct ncl_window_axes axes = read_item_axes(conv);
    const struct tile tile = conv_item_tile(target, conv, &axes);
    const double sums = (double)(tile.each * tile.pixels * axes.size[2]),
                 reads = (double)(line_elements(&axes, tile.pixels) * axes.size[2] / conv_item_taps(&axes) +
                                  tile.each * axes.size[2]),
                 tasks = (double)tile.tasks / (double)conv->window.in.extent[0];
    const double work = tasks * (double)(conv->in_channels * axes.size[0] * axes.size[1]) * (sums + READ * reads);
    return ncl_cost_macs(target, work, ISSUE) * ncl_cost_idle(target, OCCUPANCY, (double)tile.tasks);
}

static nnefcl_status conv_item_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                    const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_conv *conv = &problem->conv;
    const struct ncl_window_axes axes = read_item_axes(conv);
    const struct tile tile = conv_item_tile(&lower->plan->target, conv, &axes);
    const int64_t taps = conv_item_taps(&axes), kernel[AXES] = {axes.size[0], axes.size[1], axes.size[2] / taps};
    const ncl_ref input = ncl_pitch_in(lower, conv->input);
    struct ncl_emit *step = ncl_step_begin(lower, "conv_item");
    ncl_window_define_border(step, conv->window.border);
    ncl_step_define_int(step, "TAPS", taps);
    ncl_step_define_int(step, "STEP", axes.stride[2]);
    ncl_step_define_int(step, "DILATED", axes.dilation[2]);
    ncl_step_define_int(step, "EACH", tile.each);
    ncl_step_define_int(step, "PIXELS", tile.pixels);
    ncl_step_in(step, input);
    ncl_step_in(step, ncl_lower_tensor(lower, conv->filter));
    ncl_step_in(step, ncl_lower_tensor(lower, conv->bias));
    ncl_step_out(step, problem->out);
    ncl_step_after(lower, step, problem->out, 1, false);
    ncl_step_size(step, "GROUPS", conv->groups);
    ncl_step_size(step, "CHANNELS", conv->in_channels);
    ncl_step_size(step, "FILTERS", conv->out_channels);
    ncl_step_size(step, "BIAS", ncl_shape_volume(&conv->bias->shape) > 1);
    ncl_step_sizes(step, "IN", axes.in, AXES);
    ncl_step_sizes(step, "OUT", axes.out, AXES);
    ncl_step_sizes(step, "KERNEL", kernel, AXES);
    ncl_step_sizes(step, "STRIDE", axes.stride, AXES);
    ncl_step_sizes(step, "DILATION", axes.dilation, AXES);
    ncl_step_sizes(step, "BEFORE", axes.before, AXES);
    ncl_pitch_emit(lower, step, input, &conv->window.in, problem->out, &conv->window.out);
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, tile.tasks);
}

const struct ncl_variant ncl_variant_conv_item = {.name = "conv_item",
                                                  .family = NCL_FAMILY_CONV,
                                                  .about = "neighbours of a row and filters in registers",
                                                  .unfit = conv_item_unfit,
                                                  .cost = conv_item_cost,
                                                  .emit = conv_item_emit,
                                                  .reads_pitched = true,
                                                  .writes_pitched = true};
