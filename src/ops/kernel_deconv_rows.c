/* SPDX-License-Identifier: Apache-2.0 */
/* deconv on CPUs: the products of each filter element with the input, a matrix product over the channels, then added up
 * row by row where they fall. The second half alone is debox. */
#include "emit/after.h"
#include "base/checked.h"
#include "emit/cost.h"
#include "ops/conv.h"

#define AXES       (NNEFCL_MAX_RANK - 2)
#define RUN_SIZE   4096 /* elements of a task, about */
#define EFFICIENCY 0.1
#define PRODUCTS   0.65 /* likewise, of the products of a deconv */
#define JOIN_RATE  2.0  /* GB/s of products that a core adds up */

static const char *joined_rows_unfit(const struct ncl_target *target, const struct ncl_window *window)
{
    if (!target->cpu)
        return "needs a device with few wide cores";
    if (window && (window->rank <= 2 || !ncl_window_is_trivial(window, 0, 2)))
        return "the window is not one over spatial axes";
    return NULL;
}

struct rows {
    const struct ncl_window *window;
    ncl_ref input, bias; /* bias NCL_NO_TENSOR: none */
    int64_t channels;
    bool bias_each;
    int64_t tap; /* elements from tap to tap, 0: all taps read the input */
    double scale, flops;
};

static nnefcl_status emit_joined_rows(struct ncl_lower *lower, const struct ncl_problem *problem,
                                      const struct rows *rows)
{
    const struct ncl_window *window = rows->window;
    const nnefcl_shape *in = &window->in, *out = &window->out;
    const bool biased = rows->bias != NCL_NO_TENSOR;
    const int64_t count = ncl_shape_span(out, 0, out->rank - 1),
                  run = ncl_ceil_div(RUN_SIZE, out->extent[out->rank - 1]);
    const int64_t taps = rows->tap ? ncl_window_volume(window) : 1;
    struct ncl_emit *step = ncl_step_begin(lower, "deconv_rows");
    ncl_window_define_border(step, window->border);
    ncl_step_define_int(step, "CLIP", window->border <= NCL_BORDER_CONSTANT);
    ncl_step_define_int(step, "NO_BIAS", !biased);
    ncl_step_in(step, rows->input);
    ncl_step_in_or(step, biased ? rows->bias : NCL_NO_TENSOR, rows->input);
    ncl_step_out(step, problem->out);
    ncl_step_after(lower, step, problem->out, rows->channels > 1 ? 1 : -1, false);
    ncl_step_size(step, "ROWS", count);
    ncl_step_size(step, "RUN", run);
    ncl_step_size(step, "CHANNELS", rows->channels);
    ncl_step_size(step, "BIAS", rows->bias_each);
    ncl_step_size(step, "PLANE", taps * ncl_shape_span(in, 2, in->rank));
    ncl_step_size(step, "TAP", rows->tap);
    ncl_step_real(step, "SCALE", rows->scale);
    ncl_window_emit(step, window, 2, AXES);
    ncl_step_flops(step, rows->flops);
    return ncl_step_end(step, ncl_ceil_div(count, run));
}

/* ---- deconv ---- */

int64_t ncl_deconv_products(const struct ncl_target *target, const struct ncl_conv *conv)
{
    const struct ncl_window *window = &conv->window;
    int64_t size = ncl_shape_span(&window->in, 2, window->rank);
    if (!ncl_mul_i64(size, window->in.extent[0] * conv->groups, &size) ||
        !ncl_mul_i64(size, conv->out_channels, &size) || !ncl_mul_i64(size, ncl_window_volume(window), &size) ||
        (uint64_t)size > target->max_allocation / sizeof(float))
        return 0;
    return size;
}

static const char *deconv_rows_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    const char *reason = joined_rows_unfit(target, problem ? &problem->conv.window : NULL);
    if (reason || !problem)
        return reason;
    return ncl_deconv_products(target, &problem->conv) ? NULL : "the products are too large";
}

/* Of one image: the products, then each of them read and added. */
static double deconv_rows_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                               const struct ncl_choice *choice)
{
    (void)choice;
    const double images = (double)problem->conv.window.out.extent[0];
    const double bytes = sizeof(float) * (double)ncl_deconv_products(target, &problem->conv);
    return ncl_cost_macs(target, problem->flops / 2 / images, PRODUCTS) +
           ncl_cost_bytes(bytes / images, JOIN_RATE * target->compute_units);
}

static ncl_ref emit_rows_products(struct ncl_lower *lower, const struct ncl_conv *conv, int64_t pixels)
{
    static const int64_t no_taps[1] = {0};
    const int64_t filters = conv->out_channels * ncl_window_volume(&conv->window);
    const struct ncl_tile tile = ncl_target_tile(&lower->plan->target, filters, 0);
    const struct ncl_conv_matrix matrix = {.groups = conv->groups,
                                           .rows = filters,
                                           .depth = conv->in_channels,
                                           .group_stride = conv->in_channels * filters,
                                           .row_stride = 1,
                                           .column_stride = filters};
    const struct ncl_conv_product product = {
        .image = ncl_lower_tensor(lower, conv->input),
        .packed = ncl_conv_gemm_pack(lower, conv->filter, &matrix, tile.rows),
        .bias = NCL_NO_TENSOR,
        .output = ncl_lower_scratch(lower, "products", NNEFCL_SCALAR, ncl_deconv_products(&lower->plan->target, conv)),
        .batch = conv->window.in.extent[0],
        .groups = conv->groups,
        .channels = conv->in_channels,
        .filters = filters,
        .tile = tile,
        .pixels = pixels,
        .row = pixels,
        .height = 1,
        .pitch = pixels,
        .plane = pixels,
        .channel = pixels,
        .in_image = conv->groups * conv->in_channels * pixels,
        .out_image = conv->groups * filters * pixels,
        .tap = no_taps,
        .tap_count = 1,
    };
    ncl_conv_gemm_product(lower, &product);
    return product.output;
}

static nnefcl_status deconv_rows_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                      const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_conv *conv = &problem->conv;
    const int64_t pixels = ncl_shape_span(&conv->window.in, 2, conv->window.rank);
    const struct rows rows = {
        .window = &conv->window,
        .input = emit_rows_products(lower, conv, pixels),
        .bias = ncl_lower_tensor(lower, conv->bias),
        .channels = conv->groups * conv->out_channels,
        .bias_each = ncl_shape_volume(&conv->bias->shape) > 1,
        .tap = pixels,
        .scale = 1,
    };
    return emit_joined_rows(lower, problem, &rows);
}

const struct ncl_variant ncl_variant_deconv_rows = {.name = "deconv_rows",
                                                    .family = NCL_FAMILY_DECONV,
                                                    .about = "a matrix product, added up row by row",
                                                    .unfit = deconv_rows_unfit,
                                                    .cost = deconv_rows_cost,
                                                    .emit = deconv_rows_emit};

/* ---- debox ---- */

static const char *debox_rows_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    return joined_rows_unfit(target, problem ? &problem->debox.window : NULL);
}

static double debox_rows_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                              const struct ncl_choice *choice)
{
    (void)choice;
    return ncl_cost_macs(target, problem->flops / 2, EFFICIENCY);
}

static nnefcl_status debox_rows_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                     const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_debox *debox = &problem->debox;
    const struct rows rows = {.window = &debox->window,
                              .input = ncl_lower_tensor(lower, debox->input),
                              .bias = NCL_NO_TENSOR,
                              .channels = 1,
                              .scale = 1 / debox->divisor,
                              .flops = problem->flops};
    return emit_joined_rows(lower, problem, &rows);
}

const struct ncl_variant ncl_variant_debox_rows = {.name = "debox_rows",
                                                   .family = NCL_FAMILY_DEBOX,
                                                   .about = "added up row by row",
                                                   .unfit = debox_rows_unfit,
                                                   .cost = debox_rows_cost,
                                                   .emit = debox_rows_emit};
