/* SPDX-License-Identifier: Apache-2.0 */
/* Windows over the last two axes on CPUs, row by row: depthwise convolutions and pools. */
#include "emit/after.h"
#include "emit/cost.h"
#include "emit/pitch.h"
#include "ops/conv.h"

#define LINES_MAX 8192 /* as in window_rows.cl */

#define EFFICIENCY 0.19 /* of multiply-adds; docs/kernels.md */
#define WIDE       0.1  /* of windows whose taps are no constants of the kernel */
#define PLANE      0.18 /* microseconds of one core for each plane, and for each row that it copies first */
#define ROW        0.03
#define TAPS_MAX   5

/* The last two axes of the window; rank 1: one row. */
struct plane {
    struct ncl_window_axes axes;
    int64_t lines; /* private rows for one row of outputs */
    int64_t pitch;
};

static void read_plane(const struct ncl_window *w, int first, int64_t lanes, struct plane *p)
{
    p->axes = ncl_window_last(w, first, 2);
    const int64_t width = p->axes.out[1] < lanes ? lanes : p->axes.out[1];
    p->lines = (p->axes.size[0] - 1) * p->axes.dilation[0] + 1;
    p->pitch = (width - 1) * p->axes.stride[1] + (p->axes.size[1] - 1) * p->axes.dilation[1] +
               2; /* one more for the odd half of the last even load */
}

/* Axes from `first` on are looked at. */
static const char *window_lines_unfit(const struct ncl_target *target, const struct ncl_window *window, int first)
{
    struct plane p;
    if (!target->cpu)
        return "needs a device with few wide cores";
    if (!window)
        return NULL;
    if (window->rank < first + 1 || !ncl_window_is_trivial(window, first, window->rank - 2))
        return "the window is not one over the last two axes";
    read_plane(window, first, target->lanes, &p);
    return p.pitch <= LINES_MAX && p.lines <= LINES_MAX / p.pitch ? NULL : "its rows do not fit private memory";
}

/* The extent of a square window that the kernel is compiled for; 0: it takes any. */
static int64_t known_taps(const struct ncl_window_axes *axes)
{
    return axes->size[0] == axes->size[1] && axes->size[0] <= TAPS_MAX ? axes->size[0] : 0;
}

/* Rows are filled up to whole vectors. */
static double rows_cost(const struct ncl_target *target, const struct ncl_window_axes *axes, double macs)
{
    const int64_t lanes = target->lanes, row = axes->out[1], whole = ncl_ceil_div(row, lanes) * lanes;
    return ncl_cost_macs(target, macs * (row ? (double)whole / (double)row : 1), known_taps(axes) ? EFFICIENCY : WIDE);
}

/* As many rows as private memory holds, but enough tasks for all cores. */
static int64_t rows_of_task(const struct ncl_target *target, const struct plane *p, int64_t planes)
{
    const int64_t fit = (LINES_MAX / p->pitch - p->lines) / p->axes.stride[0] + 1,
                  wanted = 8 * (int64_t)target->compute_units;
    const int64_t blocks = ncl_ceil_div(wanted, planes),
                  share = ncl_ceil_div(p->axes.out[0], blocks < p->axes.out[0] ? blocks : p->axes.out[0]);
    return fit < share ? fit : share;
}

enum rows_kind { ROWS_WEIGHTED, ROWS_SUM, ROWS_MAX }; /* as in window_rows.cl */

/* What a convolution and a pool have in common. */
struct rows {
    enum rows_kind kind;
    bool normalize;
    const struct ncl_window *window;
    ncl_ref input, filter, bias;
    int64_t channels, multiplier, slices; /* of the output; outputs of one input channel; planes of a channel */
    bool bias_each;
};

static nnefcl_status emit_window_rows(struct ncl_lower *lower, const struct ncl_problem *problem,
                                      const struct rows *rows)
{
    const struct ncl_window *window = rows->window;
    struct plane p;
    read_plane(window, rows->kind == ROWS_WEIGHTED ? 2 : 0, lower->plan->target.lanes, &p);
    const int64_t planes = ncl_shape_volume(&window->out) / (p.axes.out[0] * p.axes.out[1]),
                  images = window->out.rank > 2 ? window->out.extent[0] : 1, /* axes in front of the last two */
        run = rows_of_task(&lower->plan->target, &p, planes);
    struct ncl_emit *step = ncl_step_begin(lower, "window_rows");
    ncl_window_define_border(step, window->border);
    ncl_step_define_int(step, "KIND", rows->kind);
    ncl_step_define_int(step, "STEP", p.axes.stride[1] <= 2 ? p.axes.stride[1] : 0);
    ncl_step_define_int(step, "TAPS", known_taps(&p.axes));
    ncl_step_define_int(step, "IGNORE", window->border == NCL_BORDER_IGNORE); /* also of a size that needs none */
    ncl_step_define_int(step, "NORMALIZE", rows->normalize);
    ncl_step_in(step, rows->input);
    ncl_step_in(step, rows->filter);
    ncl_step_in(step, rows->bias);
    ncl_step_out(step, problem->out);
    ncl_step_after(lower, step, problem->out, rows->channels > 1 ? 1 : -1, false);
    ncl_step_sizes(step, "IN", p.axes.in, 2);
    ncl_step_sizes(step, "OUT", p.axes.out, 2);
    ncl_step_sizes(step, "KERNEL", p.axes.size, 2);
    ncl_step_sizes(step, "STRIDE", p.axes.stride, 2);
    ncl_step_sizes(step, "DILATION", p.axes.dilation, 2);
    ncl_step_sizes(step, "BEFORE", p.axes.before, 2);
    ncl_step_size(step, "ROWS", run);
    ncl_step_size(step, "PITCH", p.pitch);
    ncl_step_size(step, "MULTIPLIER", rows->multiplier);
    ncl_step_size(step, "CHANNELS", rows->channels);
    ncl_step_size(step, "BIAS", rows->bias_each);
    ncl_step_size(step, "SLICES", rows->slices);
    ncl_step_size(step, "PLANES", planes / images);
    ncl_pitch_emit(lower, step, rows->input, &window->in, problem->out, &window->out);
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, planes * ncl_ceil_div(p.axes.out[0], run));
}

/* ---- depthwise convolution ---- */

static const char *conv_rows_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    const char *reason = window_lines_unfit(target, problem ? &problem->conv.window : NULL, 2);
    if (reason || !problem)
        return reason;
    return problem->conv.in_channels > 1 ? "groups of more than one input channel" : NULL;
}

static double conv_rows_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                             const struct ncl_choice *choice)
{
    (void)choice;
    struct plane p;
    read_plane(&problem->conv.window, 2, target->lanes, &p);
    const nnefcl_shape *out = &problem->conv.window.out;
    const double rows = (double)((p.axes.out[0] - 1) * p.axes.stride[0] + p.lines),
                 planes = (double)ncl_shape_span(out, 1, out->rank > 3 ? out->rank - 2 : 2);
    return rows_cost(target, &p.axes, problem->flops / 2 / (double)out->extent[0]) +
           planes * (PLANE + ROW * rows) / (double)target->compute_units;
}

static nnefcl_status conv_rows_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                    const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_conv *conv = &problem->conv;
    const struct rows rows = {.kind = ROWS_WEIGHTED,
                              .window = &conv->window,
                              .input = ncl_pitch_in(lower, conv->input),
                              .filter = ncl_lower_tensor(lower, conv->filter),
                              .bias = ncl_lower_tensor(lower, conv->bias),
                              .channels = conv->window.out.extent[1],
                              .multiplier = conv->out_channels,
                              .slices = ncl_shape_span(&conv->window.out, 2, conv->window.rank - 2),
                              .bias_each = ncl_shape_volume(&conv->bias->shape) > 1};
    return emit_window_rows(lower, problem, &rows);
}

const struct ncl_variant ncl_variant_conv_rows = {.name = "conv_rows",
                                                  .family = NCL_FAMILY_CONV,
                                                  .about = "depthwise, row by row",
                                                  .unfit = conv_rows_unfit,
                                                  .cost = conv_rows_cost,
                                                  .emit = conv_rows_emit,
                                                  .reads_pitched = true,
                                                  .writes_pitched = true};

/* ---- pools ---- */

static const char *pool_rows_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    return window_lines_unfit(target, problem ? &problem->pool.window : NULL, 0);
}

static double pool_rows_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                             const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_window_axes axes = ncl_window_last(&problem->pool.window, 0, 2);
    return rows_cost(target, &axes, problem->flops / (double)problem->pool.window.out.extent[0]);
}

static nnefcl_status pool_rows_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                    const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_pool *pool = &problem->pool;
    const ncl_ref input = ncl_pitch_in(lower, pool->input);
    const struct rows rows = {.kind = pool->max ? ROWS_MAX : ROWS_SUM,
                              .normalize = pool->normalize,
                              .window = &pool->window,
                              .input = input,
                              .filter = input, /* neither is read */
                              .bias = input,
                              .channels = pool->window.rank == 4 ? pool->window.out.extent[1] : 1, /* for a chain */
                              .multiplier = 1,
                              .slices = 1};
    return emit_window_rows(lower, problem, &rows);
}

const struct ncl_variant ncl_variant_pool_rows = {.name = "pool_rows",
                                                  .family = NCL_FAMILY_POOL,
                                                  .about = "row by row",
                                                  .unfit = pool_rows_unfit,
                                                  .cost = pool_rows_cost,
                                                  .emit = pool_rows_emit,
                                                  .reads_pitched = true,
                                                  .writes_pitched = true};
