/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution on CPUs of multiples of steps, as quantization makes them (multiples.h): two channels at a time as 16-bit
 * whole numbers. The sums are exact, whatever the order. */
#include "emit/after.h"
#include "emit/blocks.h"
#include "emit/cost.h"
#include "emit/multiples.h"
#include "ops/conv.h"

/* Of what floats would take at best: docs/kernels-blocked.md. Where x lies in floats, it costs as long to make whole
 * numbers of it as so many multiply-adds for each of them. */
static const struct ncl_conv_elements pair_elements = {1.5, sizeof(int16_t)};
#define MAKING 4

static int64_t pairs_magnitude(const struct ncl_multiples *multiples)
{
    return multiples->high > -multiples->low ? multiples->high : -multiples->low;
}

/* The products are summed up in 32 bits, the factors have 16. */
static bool sums_fit(const struct ncl_conv *conv, const struct ncl_multiples *x, const struct ncl_multiples *w)
{
    const double terms = (double)(conv->in_channels * ncl_window_volume(&conv->window));
    return pairs_magnitude(x) <= INT16_MAX && pairs_magnitude(w) <= INT16_MAX &&
           terms * (double)pairs_magnitude(x) * (double)pairs_magnitude(w) <= INT32_MAX;
}

static const char *conv_pairs_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    const char *reason = ncl_conv_blocked_unfit(target, problem);
    if (reason || !problem)
        return reason;
    const struct ncl_conv *conv = &problem->conv;
    struct ncl_multiples x, w;
    if (conv->groups > 1)
        return "groups";
    if (!ncl_multiples_of(conv->input, &x) || x.steps || !ncl_multiples_of(conv->filter, &w))
        return "its operands are not quantized to multiples of known steps";
    return sums_fit(conv, &x, &w) ? NULL : "sums of more than 32 bits";
}

static double conv_pairs_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                              const struct ncl_choice *choice)
{
    const struct ncl_conv *conv = &problem->conv;
    const double made = (double)ncl_shape_volume(&conv->window.in) / (double)conv->window.in.extent[0];
    return ncl_conv_blocked_cost(target, problem, choice, &pair_elements) + ncl_cost_macs(target, MAKING * made, 1);
}

/* ---- the steps ---- */

/* What the step of the filter is to be multiplied by for each output channel; `any`: it is one step. */
static ncl_ref filter_steps(struct ncl_lower *lower, const struct ncl_multiples *filter, ncl_ref any)
{
    return filter->steps ? ncl_lower_tensor(lower, filter->steps) : any;
}

static ncl_ref pack_pairs(struct ncl_lower *lower, const struct ncl_conv *conv, int64_t width,
                          const struct ncl_multiples *filter)
{
    const int64_t lanes = lower->plan->target.lanes, taps = ncl_window_volume(&conv->window),
                  panels = ncl_ceil_div(conv->out_channels, width),
                  pairs = ncl_ceil_div(conv->in_channels, lanes) * lanes / 2;
    const ncl_ref w = ncl_lower_tensor(lower, conv->filter), steps = filter_steps(lower, filter, w),
                  packed = ncl_lower_scratch(lower, "packed pairs", NNEFCL_INTEGER, panels * width * taps * pairs);
    struct ncl_emit *pack = ncl_step_begin(lower, "conv_pairs_pack");
    ncl_step_in(pack, w);
    ncl_step_in(pack, steps);
    ncl_step_out(pack, packed);
    ncl_step_size(pack, "ROWS", conv->out_channels);
    ncl_step_size(pack, "CHANNELS", conv->in_channels);
    ncl_step_size(pack, "TAPS", taps);
    ncl_step_size(pack, "PAIRS", pairs);
    ncl_step_size(pack, "WIDTH", width);
    ncl_step_real(pack, "STEP", filter->step);
    ncl_step_size(pack, "STEPS", filter->steps != NULL);
    ncl_step_end(pack, panels);
    return packed;
}

/* In pairs. */
static void emit_pairs_input(struct ncl_emit *step, const struct ncl_window_axes *image, const struct ncl_place *x)
{
    const int64_t row = x->row / 2, cell = x->block / 2;
    ncl_step_size(step, "BATCH", x->batch / 2);
    ncl_step_size(step, "CHANNEL", x->channel / 2);
    ncl_step_size(step, "FIRST", x->first / 2 - image->before[0] * row - image->before[1] * cell);
    ncl_step_sizes(step, "STEP", (const int64_t[]){image->stride[0] * row, image->stride[1] * cell}, 2);
    ncl_step_sizes(step, "TAP", (const int64_t[]){image->dilation[0] * row, image->dilation[1] * cell}, 2);
}

static nnefcl_status conv_pairs_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                     const struct ncl_choice *choice)
{
    const struct ncl_conv *conv = &problem->conv;
    const struct ncl_target *target = &lower->plan->target;
    const struct ncl_window_axes image = ncl_window_last(&conv->window, 2, 2);
    const struct ncl_conv_share share = ncl_conv_blocked_share(target, problem, choice->tile, &pair_elements);
    struct ncl_multiples multiples = {.step = 1}, filter = {.step = 1};
    ncl_multiples_of(conv->input, &multiples);
    ncl_multiples_of(conv->filter, &filter);
    const ncl_ref x = ncl_blocks_in_whole(lower, conv->input, multiples.step),
                  bias = ncl_lower_tensor(lower, conv->bias),
                  packed = pack_pairs(lower, conv, ncl_tile_columns(target, choice->tile), &filter);
    const struct ncl_place from = ncl_blocks_place(lower, x), to = ncl_blocks_place(lower, problem->out);
    struct ncl_emit *step = ncl_step_begin(lower, "conv_pairs");
    ncl_step_define_int(step, "PIXEL", choice->tile.rows);
    ncl_step_define_int(step, "VECTORS", choice->tile.vectors);
    ncl_step_define_int(step, "TILES_MAX", NCL_CONV_TILES);
    ncl_step_in(step, x);
    ncl_step_in(step, packed);
    ncl_step_in(step, bias);
    ncl_step_in(step, filter_steps(lower, &filter, bias));
    ncl_step_out(step, problem->out);
    ncl_step_after_shared(lower, step, problem->out, 1, true, bias);
    ncl_step_size(step, "PIXELS", image.out[0] * image.out[1]);
    ncl_step_size(step, "OUT_WIDTH", image.out[1]);
    ncl_step_size(step, "FILTERS", conv->out_channels);
    ncl_step_size(step, "BLOCKS", ncl_ceil_div(conv->in_channels, (int64_t)target->lanes));
    ncl_step_sizes(step, "KERNEL", image.size, 2);
    ncl_step_size(step, "TILES", share.tiles);
    ncl_step_size(step, "PANELS", share.panels);
    ncl_step_size(step, "BIAS", ncl_shape_volume(&conv->bias->shape) > 1);
    emit_pairs_input(step, &image, &from);
    ncl_blocks_emit_out(step, &to);
    ncl_step_real(step, "FACTOR", multiples.step * filter.step);
    ncl_step_size(step, "STEPS", filter.steps != NULL);
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, share.tasks);
}

const struct ncl_variant ncl_variant_conv_pairs = {.name = "conv_pairs",
                                                   .family = NCL_FAMILY_CONV,
                                                   .about =
                                                       "quantized: pairs of 16-bit whole numbers, channels in blocks",
                                                   .unfit = conv_pairs_unfit,
                                                   .choices = ncl_conv_blocked_choices,
                                                   .cost = conv_pairs_cost,
                                                   .emit = conv_pairs_emit,
                                                   .reads_blocks = true,
                                                   .writes_blocks = true,
                                                   .reads_whole = true,
                                                   .writes_whole = true,
                                                   .halo = ncl_conv_blocked_halo};
