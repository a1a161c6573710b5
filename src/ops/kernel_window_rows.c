/* SPDX-License-Identifier: Apache-2.0 */
/* Windows over the last three axes on CPUs, row by row: depthwise convolutions and pools. */
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

/* The last three axes of the window: the depth, whose extents are 1 when the window does nothing along it, rows and
 * columns; rank 1: one row. */
struct plane {
    struct ncl_window_axes axes;
    int64_t layers, lines; /* private rows for one row of outputs: a layer for each plane */
    int64_t pitch;
};

static struct ncl_window_axes last_axes(const struct ncl_window *w, int first)
{
    struct ncl_window_axes axes = ncl_window_last(w, first, 3);
    if (axes.size[0] == 1 && axes.stride[0] == 1 && !axes.before[0] && axes.in[0] == axes.out[0])
        axes.in[0] = axes.out[0] = axes.dilation[0] = 1; /* as many planes */
    return axes;
}

static void read_plane(const struct ncl_window *w, int first, int64_t lanes, struct plane *p)
{
    p->axes = last_axes(w, first);
    const int64_t width = p->axes.out[2] < lanes ? lanes : p->axes.out[2];
    p->layers = (p->axes.size[0] - 1) * p->axes.dilation[0] + 1;
    p->lines = (p->axes.size[1] - 1) * p->axes.dilation[1] + 1;
    p->pitch = (width - 1) * p->axes.stride[2] + (p->axes.size[2] - 1) * p->axes.dilation[2] +
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
    if (window->rank < first + 1 ||
        !ncl_window_is_trivial(window, first, window->rank > 3 ? window->rank - 3 : window->rank - 2))
        return "the window is not one over the last two axes, or three behind another";
    read_plane(window, first, target->lanes, &p);
    return p.pitch <= LINES_MAX && p.lines <= LINES_MAX / p.pitch && p.layers <= LINES_MAX / (p.pitch * p.lines)
               ? NULL
               : "its rows do not fit private memory";
}

static int64_t known_depth(const struct ncl_window_axes *axes)
{
    return axes->size[0] <= TAPS_MAX ? axes->size[0] : 0;
}

/* The extent of a square of the window that the kernel is compiled for; 0: it takes any. */
static int64_t known_taps(const struct ncl_window_axes *axes)
{
    return axes->size[1] == axes->size[2] && axes->size[1] <= TAPS_MAX && known_depth(axes) ? axes->size[1] : 0;
}

/* Rows are filled up to whole vectors. */
static double rows_cost(const struct ncl_target *target, const struct ncl_window_axes *axes, double macs)
{
    const int64_t lanes = target->lanes, row = axes->out[2], whole = ncl_ceil_div(row, lanes) * lanes;
    return ncl_cost_macs(target, macs * (row ? (double)whole / (double)row : 1), known_taps(axes) ? EFFICIENCY : WIDE);
}

/* What a task computes, and the private rows that it copies first. */
struct block {
    int64_t planes, rows;
    int64_t plane_blocks, row_blocks;
    int64_t copies;
};

static struct block block_of(const struct plane *p, int64_t planes, int64_t rows)
{
    struct block b = {.planes = planes, .rows = rows < p->axes.out[1] ? rows : p->axes.out[1]};
    b.plane_blocks = ncl_ceil_div(p->axes.out[0], b.planes);
    b.row_blocks = ncl_ceil_div(p->axes.out[1], b.rows);
    b.copies = ((b.planes - 1) * p->axes.stride[0] + p->layers) * ((b.rows - 1) * p->axes.stride[1] + p->lines);
    return b;
}

/* Of the blocks that private memory holds one that copies least, cut to enough tasks for all cores. */
static struct block choose_block(const struct ncl_target *target, const struct plane *p, int64_t volumes)
{
    const int64_t fit = LINES_MAX / p->pitch;
    struct block best = {0};
    for (int64_t n = 1; n <= p->axes.out[0]; n++) {
        const int64_t layers = (n - 1) * p->axes.stride[0] + p->layers;
        if (fit / layers < p->lines)
            break;
        const struct block b = block_of(p, n, (fit / layers - p->lines) / p->axes.stride[1] + 1);
        if (!best.planes ||
            b.copies * b.plane_blocks * b.row_blocks < best.copies * best.plane_blocks * best.row_blocks)
            best = b;
    }
    const int64_t blocks = ncl_ceil_div(8 * (int64_t)target->compute_units, volumes * best.plane_blocks),
                  share = ncl_ceil_div(p->axes.out[1], blocks < p->axes.out[1] ? blocks : p->axes.out[1]);
    return share < best.rows ? block_of(p, best.planes, share) : best;
}

enum rows_kind { ROWS_WEIGHTED, ROWS_SUM, ROWS_MAX }; /* as in window_rows.cl */

/* What a convolution and a pool have in common. */
struct rows {
    enum rows_kind kind;
    bool normalize;
    const struct ncl_window *window;
    ncl_ref input, filter, bias, out;
    bool part;                    /* another step goes on: what hangs on the node is not for this one */
    int64_t channels, multiplier; /* of the output; outputs of one input channel */
    bool bias_each;
};

static nnefcl_status emit_window_rows(struct ncl_lower *lower, const struct ncl_problem *problem,
                                      const struct rows *rows)
{
    const struct ncl_window *window = rows->window;
    const bool weighted = rows->kind == ROWS_WEIGHTED;
    struct plane p;
    read_plane(window, weighted ? 2 : 0, lower->plan->target.lanes, &p);
    const int64_t volumes = ncl_shape_volume(&window->out) / (p.axes.out[0] * p.axes.out[1] * p.axes.out[2]),
                  images = window->out.rank > 2 ? window->out.extent[0] : 1, /* axes in front of the last two */
        slices = weighted ? ncl_shape_span(&window->out, 2, window->rank - 2) / p.axes.out[0] : 1;
    const struct block block = choose_block(&lower->plan->target, &p, volumes);
    struct ncl_emit *step = ncl_step_begin(lower, "window_rows");
    ncl_window_define_border(step, window->border);
    ncl_step_define_int(step, "KIND", rows->kind);
    ncl_step_define_int(step, "STEP", p.axes.stride[2] <= 2 ? p.axes.stride[2] : 0);
    ncl_step_define_int(step, "DEPTH", known_depth(&p.axes));
    ncl_step_define_int(step, "TAPS", known_taps(&p.axes));
    ncl_step_define_int(step, "IGNORE", window->border == NCL_BORDER_IGNORE); /* also of a size that needs none */
    ncl_step_define_int(step, "NORMALIZE", rows->normalize);
    ncl_step_in(step, rows->input);
    ncl_step_in(step, rows->filter);
    ncl_step_in(step, rows->bias);
    ncl_step_out(step, rows->out);
    if (!rows->part)
        ncl_step_after(lower, step, rows->out, rows->channels > 1 ? 1 : -1, false);
    ncl_step_sizes(step, "IN", p.axes.in, 3);
    ncl_step_sizes(step, "OUT", p.axes.out, 3);
    ncl_step_sizes(step, "KERNEL", p.axes.size, 3);
    ncl_step_sizes(step, "STRIDE", p.axes.stride, 3);
    ncl_step_sizes(step, "DILATION", p.axes.dilation, 3);
    ncl_step_sizes(step, "BEFORE", p.axes.before, 3);
    ncl_step_size(step, "DEEP", block.planes);
    ncl_step_size(step, "ROWS", block.rows);
    ncl_step_size(step, "PITCH", p.pitch);
    ncl_step_size(step, "MULTIPLIER", rows->multiplier);
    ncl_step_size(step, "CHANNELS", rows->channels);
    ncl_step_size(step, "BIAS", rows->bias_each);
    ncl_step_size(step, "SLICES", slices);
    ncl_step_size(step, "VOLUMES", volumes / images);
    ncl_pitch_emit(lower, step, rows->input, &window->in, rows->out, &window->out);
    ncl_step_flops(step, rows->part ? 0 : problem->flops);
    return ncl_step_end(step, volumes * block.plane_blocks * block.row_blocks);
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
    const int64_t volumes = ncl_shape_span(out, 1, out->rank > 3 ? out->rank - 2 : 2) / p.axes.out[0];
    const struct block block = choose_block(target, &p, volumes);
    const double planes = (double)(volumes * block.plane_blocks), rows = (double)(block.row_blocks * block.copies);
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
    const struct ncl_window_axes axes = last_axes(&problem->pool.window, 0);
    return rows_cost(target, &axes, problem->flops / (double)problem->pool.window.out.extent[0]);
}

/* For a chain. */
static int64_t channels_of(const struct ncl_window *window)
{
    return window->rank == 4 && ncl_window_is_trivial(window, 1, 2) ? window->out.extent[1] : 1;
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
                              .channels = channels_of(&pool->window),
                              .multiplier = 1};
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
    const struct ncl_window_axes first = last_axes(&across, 0), second = last_axes(&down, 0);
    const double outputs[] = {(double)ncl_shape_span(&across.out, 1, across.rank),
                              (double)ncl_shape_span(&down.out, 1, down.rank)};
    return rows_cost(target, &first, outputs[0] * (double)(first.size[1] * first.size[2])) +
           rows_cost(target, &second, outputs[1] * (double)second.size[1]);
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
                        .multiplier = 1};
    const nnefcl_status status = emit_window_rows(lower, problem, &rows);
    if (status)
        return status;
    rows.window = &down;
    rows.input = rows.filter = rows.bias = planes;
    rows.out = problem->out;
    rows.part = false;
    rows.channels = channels_of(&down);
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
