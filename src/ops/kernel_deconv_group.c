/* SPDX-License-Identifier: Apache-2.0 */
/* deconv on devices of many narrow cores: the products of each filter element with the input, a matrix product over
 * the channels, then added up where they fall (deconv_join.cl). */
#include "emit/after.h"
#include "emit/cost.h"
#include "emit/pitch.h"
#include "ops/conv.h"
#include "ops/matmul.h"

#define AXES       (NNEFCL_MAX_RANK - 2)
#define EFFICIENCY 0.1

static const char *deconv_group_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (target->cpu)
        return "needs a device of many narrow cores";
    return !problem || ncl_deconv_products(target, &problem->conv) ? NULL : "the products are too large";
}

static double deconv_group_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                                const struct ncl_choice *choice)
{
    (void)choice;
    return ncl_cost_macs(target, problem->flops / 2 / (double)problem->conv.window.out.extent[0], EFFICIENCY);
}

/* For each image and group: filters and taps x channels times channels x pixels. */
static ncl_ref emit_group_products(struct ncl_lower *lower, const struct ncl_problem *problem, int64_t taps,
                                   int64_t pixels)
{
    const struct ncl_conv *conv = &problem->conv;
    const int64_t rows = conv->out_channels * taps, depth = conv->in_channels, groups = conv->groups;
    const ncl_ref input = ncl_pitch_in(lower, conv->input);
    struct ncl_problem products = {.family = NCL_FAMILY_PRODUCT, .node = problem->node};
    products.out = ncl_lower_scratch(lower, "products", NNEFCL_SCALAR, ncl_deconv_products(&lower->plan->target, conv));
    products.product = (struct ncl_matmul){
        .m = rows,
        .n = pixels,
        .k = depth,
        .rank = 2,
        .extent = {conv->window.in.extent[0], groups},
        .a = {.ref = ncl_lower_tensor(lower, conv->filter), .row = 1, .column = rows, .batch = {0, depth * rows}},
        .b = {.ref = input,
              .row = pixels,
              .column = 1,
              .batch = {ncl_pitch_of(lower, input, &conv->window.in), depth * pixels}},
        .c = {.ref = products.out, .row = pixels, .column = 1, .batch = {groups * rows * pixels, rows * pixels}},
        .bias = {.ref = NCL_NO_TENSOR}};
    ncl_product_choose(lower, &products);
    return products.out;
}

static nnefcl_status deconv_group_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                       const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_conv *conv = &problem->conv;
    const struct ncl_window *window = &conv->window;
    const int64_t pixels = ncl_shape_span(&window->in, 2, window->rank), taps = ncl_window_volume(window);
    const ncl_ref products = emit_group_products(lower, problem, taps, pixels);
    if (lower->status)
        return lower->status;
    struct ncl_emit *step = ncl_step_begin(lower, "deconv_join");
    ncl_window_define_border(step, window->border);
    ncl_step_in(step, products);
    ncl_step_in(step, ncl_lower_tensor(lower, conv->bias));
    ncl_step_out(step, problem->out);
    ncl_step_after(lower, step, problem->out, 1, false);
    ncl_step_size(step, "COUNT", ncl_shape_volume(&window->out));
    ncl_step_size(step, "CHANNELS", conv->groups * conv->out_channels);
    ncl_step_size(step, "BIAS", ncl_shape_volume(&conv->bias->shape) > 1);
    ncl_step_size(step, "TAPS", taps);
    ncl_step_size(step, "TAP", pixels);
    ncl_window_emit(step, window, 2, AXES);
    ncl_step_size(step, "VOLUME", ncl_shape_span(&window->out, 1, window->rank));
    ncl_step_size(step, "IMAGE", ncl_pitch_of(lower, problem->out, &window->out));
    return ncl_step_end(step, ncl_shape_volume(&window->out));
}

const struct ncl_variant ncl_variant_deconv_group = {.name = "deconv_group",
                                                     .family = NCL_FAMILY_DECONV,
                                                     .about = "a matrix product, gathered by each output",
                                                     .unfit = deconv_group_unfit,
                                                     .cost = deconv_group_cost,
                                                     .emit = deconv_group_emit,
                                                     .reads_pitched = true,
                                                     .writes_pitched = true};
