/* SPDX-License-Identifier: Apache-2.0 */
/* Windows over the last two axes on CPUs, row by row: depthwise convolutions and pools. */
#include "emit/after.h"
#include "emit/cost.h"
#include "emit/pitch.h"
#include "ops/conv.h"

#define LINES_MAX 8192 /* as in window_rows.cl */

#define EFFICIENCY 0.19 /* of multiply-adds; docs/kernels.md */
#define WIDE       0.1  /* of windows whose taps are no constants of the kernel */
#define PLANE      0.08 /* microseconds of one core for each plane, and for each row that it copies first */
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
    ncl_ref input, filter, bias, out;
    bool part;                            /* another step goes on: what hangs on the node is not for this one */
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
    ncl_step_out(step, rows->out);
    if (!rows->part)
        ncl_step_after(lower, step, rows->out, rows->channels > 1 ? 1 : -1, false);
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
    ncl_pitch_emit(lower, step, rows->input, &window->in, rows->out, &window->out);
    ncl_step_flops(step, rows->part ? 0 : problem->flops);
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
                              .out = problem->out,
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
                              .out = problem->out,
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

/* ---- maxima of windows over three axes: over the last two, then over the one in front of them ---- */

/* The window over the last two axes alone, `down`: the other axis of what it gives, whose planes are rows. */
static void take_apart(const struct ncl_window *window, struct ncl_window *across, struct ncl_window *down)
{
    const int axis = window->rank - 3;
    *across = *down = *window;
    across->out.extent[axis] = window->in.extent[axis];
    across->size[axis] = across->stride[axis] = across->dilation[axis] = 1;
    across->before[axis] = across->after[axis] = 0;
    down->rank = down->in.rank = down->out.rank = window->rank - 1;
    down->in.extent[axis + 1] = down->out.extent[axis + 1] =
        window->out.extent[axis + 1] * window->out.extent[axis + 2];
    down->size[axis + 1] = down->stride[axis + 1] = down->dilation[axis + 1] = 1;
    down->before[axis + 1] = down->after[axis + 1] = 0;
}

static const char *pool_planes_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (!target->cpu)
        return "needs a device with few wide cores";
    if (!problem)
        return NULL;
    const struct ncl_window *window = &problem->pool.window;
    struct ncl_window across, down;
    if (!problem->pool.max)
        return "not a maximum";
    if (window->rank < 5 || ncl_window_is_trivial(window, window->rank - 3, window->rank - 2))
        return "the window is not one over the last three axes, behind two others";
    take_apart(window, &across, &down);
    const char *reason = window_lines_unfit(target, &across, 0);
    return reason ? reason : window_lines_unfit(target, &down, 0);
}

static double pool_planes_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                               const struct ncl_choice *choice)
{
    (void)choice;
    struct ncl_window across, down;
    take_apart(&problem->pool.window, &across, &down);
    const struct ncl_window_axes first = ncl_window_last(&across, 0, 2), second = ncl_window_last(&down, 0, 2);
    const double outputs[] = {(double)ncl_shape_span(&across.out, 1, across.rank),
                              (double)ncl_shape_span(&down.out, 1, down.rank)};
    return rows_cost(target, &first, outputs[0] * (double)(first.size[0] * first.size[1])) +
           rows_cost(target, &second, outputs[1] * (double)second.size[0]);
}

static nnefcl_status pool_planes_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                      const struct ncl_choice *choice)
{
    (void)choice;
    struct ncl_window across, down;
    take_apart(&problem->pool.window, &across, &down);
    const ncl_ref input = ncl_pitch_in(lower, problem->pool.input),
                  planes = ncl_lower_scratch(lower, "maxima", NNEFCL_SCALAR, ncl_shape_volume(&across.out));
    struct rows rows = {.kind = ROWS_MAX,
                        .window = &across,
                        .input = input,
                        .filter = input, /* neither is read */
                        .bias = input,
                        .out = planes,
                        .part = true,
                        .channels = 1,
                        .multiplier = 1,
                        .slices = 1};
    const nnefcl_status status = emit_window_rows(lower, problem, &rows);
    if (status)
        return status;
    rows.window = &down;
    rows.input = rows.filter = rows.bias = planes;
    rows.out = problem->out;
    rows.part = false;
    rows.channels = down.rank == 4 ? down.out.extent[1] : 1; /* for a chain */
    return emit_window_rows(lower, problem, &rows);
}

const struct ncl_variant ncl_variant_pool_planes = {.name = "pool_planes",
                                                    .family = NCL_FAMILY_POOL,
                                                    .about = "maxima over three axes, over two of them first",
                                                    .unfit = pool_planes_unfit,
                                                    .cost = pool_planes_cost,
                                                    .emit = pool_planes_emit,
                                                    .reads_pitched = true,
                                                    .writes_pitched = true};
