/* SPDX-License-Identifier: Apache-2.0 */
/* A depthwise convolution or a maximum of windows on CPUs together with the convolution in front of it (node->feeder),
 * whose result never lies in memory as a whole: it is several times as large as what both read. That one has 1x1 taps
 * or, as the stem of a network, any window over few channels. */
#include <math.h>
#include <string.h>

#include "emit/after.h"
#include "emit/blocks.h"
#include "emit/cost.h"
#include "emit/expression.h"
#include "ops/conv.h"

#define OUTPUTS   7 /* as in conv_expand.cl: so many windows are read, also where there are fewer */
#define TASKS_MIN 4 /* for each core: fewer are shared out by rows of the image too */
#define TASKS_MAX 8
#define LINE      16 /* floats of a line of the caches */

#define EFFICIENCY           0.85
#define STEM_EFFICIENCY      0.68
#define DEPTHWISE_EFFICIENCY 0.3 /* of operands in the near caches */

/* What the two share. */
struct expand {
    const struct ncl_conv *outer; /* NULL: a maximum */
    struct ncl_conv inner;
    struct ncl_window_axes image; /* of the outer one */
    struct ncl_window_axes taps;  /* of the inner one */
    bool stem;
    struct ncl_tile tile;
    int64_t channels, panels, reach; /* rows of a window */
    int64_t share, rows, tasks;      /* panels and rows of a task */
    int64_t round, ring, pitch;
    int64_t strip[2]; /* rows and columns of a channel of a stem's input, laid out */
    int64_t ahead;    /* elements of the filter to those of the core's next task; 0: they are few */
    double flops;
};

/* Cells of a row of the ring: of windows that are read where there are fewer too, and those that no window reaches. */
static int64_t ring_pitch(const struct ncl_window_axes *image)
{
    const int64_t outputs = image->out[1] > OUTPUTS ? image->out[1] : OUTPUTS,
                  seen = (outputs - 1) * image->stride[1] + (image->size[1] - 1) * image->dilation[1] + 1,
                  padded = image->in[1] + image->before[1];
    return seen > padded ? seen : padded;
}

/* Tasks of panels, and of rows too where there would be few. */
static void share_panels(const struct ncl_target *target, struct expand *expand)
{
    const int64_t wanted = TASKS_MIN * (int64_t)target->compute_units, batch = expand->inner.window.in.extent[0];
    const int64_t width = ncl_tile_columns(target, expand->tile), near = (int64_t)target->l1;
    expand->share = batch * expand->panels / (TASKS_MAX * (int64_t)target->compute_units);
    expand->share = expand->share < 1 ? 1 : expand->share;
    const int64_t others = batch * ncl_ceil_div(expand->panels, expand->share);
    expand->rows = ncl_ceil_div(expand->image.out[0], ncl_ceil_div(wanted, others));
    expand->rows = ncl_ceil_div(expand->rows, expand->round) * expand->round;
    expand->tasks = others * ncl_ceil_div(expand->image.out[0], expand->rows);
    const int64_t panel = ncl_ceil_div(expand->inner.in_channels, target->lanes) * (int64_t)target->lanes * width;
    if (panel * (int64_t)sizeof(float) > near / 3 && expand->tasks == others)
        expand->ahead = expand->share * (int64_t)target->compute_units * panel;
}

static int64_t stem_strip_elements(const struct expand *expand)
{
    return expand->stem ? expand->inner.in_channels * expand->strip[0] * expand->strip[1] : 0;
}

static void lay_strip(struct expand *expand)
{
    const struct ncl_window_axes *taps = &expand->taps;
    const int64_t last[2] = {(expand->rows - 1) * expand->image.stride[0] + expand->reach - 1, taps->out[1] - 1};
    for (int i = 0; i < 2; i++)
        expand->strip[i] = last[i] * taps->stride[i] + (taps->size[i] - 1) * taps->dilation[i] + 1;
    const int64_t padded = taps->in[1] + taps->before[1] + taps->after[1],
                  columns = expand->strip[1] > padded ? expand->strip[1] : padded;
    expand->strip[1] = ncl_ceil_div(columns, LINE) * LINE;
}

/* Tasks of rows for all panels, which share what is laid out: a quarter of the second cache at most. */
static void share_ring_rows(const struct ncl_target *target, struct expand *expand)
{
    const int64_t wanted = TASKS_MIN * (int64_t)target->compute_units, batch = expand->inner.window.in.extent[0];
    expand->share = expand->panels;
    expand->rows = ncl_ceil_div(expand->image.out[0], ncl_ceil_div(wanted, batch));
    for (lay_strip(expand);
         expand->rows > 1 && stem_strip_elements(expand) > (int64_t)(target->l2 / 4 / sizeof(float));) {
        expand->rows = ncl_ceil_div(expand->rows, 2);
        lay_strip(expand);
    }
    expand->tasks = batch * ncl_ceil_div(expand->image.out[0], expand->rows);
}

static struct expand describe_expand(const struct ncl_target *target, const struct ncl_problem *problem)
{
    struct ncl_problem feeder;
    problem->node->feeder->op->problem(problem->node->feeder, &feeder);
    const bool pool = problem->family == NCL_FAMILY_POOL;
    const struct ncl_window *window = pool ? &problem->pool.window : &problem->conv.window;
    struct expand expand = {.outer = pool ? NULL : &problem->conv,
                            .inner = feeder.conv,
                            .image = ncl_window_last(window, 2, 2),
                            .taps = ncl_window_last(&feeder.conv.window, 2, 2),
                            .stem = feeder.conv.in_channels <= NCL_STEM_CHANNELS,
                            .channels = window->in.extent[1],
                            .flops = problem->flops + feeder.flops};
    const struct ncl_window_axes *image = &expand.image;
    expand.tile = ncl_target_low_tile(target, expand.channels);
    const int64_t width = ncl_tile_columns(target, expand.tile);
    expand.panels = ncl_ceil_div(expand.channels, width);
    expand.reach = (image->size[0] - 1) * image->dilation[0] + 1;
    expand.pitch = ring_pitch(image);
    const int64_t row = expand.pitch * width * (int64_t)sizeof(float);
    expand.round = 1;
    while (expand.round < image->out[0] &&
           (expand.round * image->stride[0] + expand.reach) * row <= (int64_t)target->l1)
        expand.round++;
    expand.ring = (expand.round - 1) * image->stride[0] + expand.reach;
    if (expand.stem)
        share_ring_rows(target, &expand);
    else
        share_panels(target, &expand);
    return expand;
}

/* Of a task. */
static int64_t scratch_elements(const struct ncl_target *target, const struct expand *expand)
{
    return expand->ring * expand->pitch * ncl_tile_columns(target, expand->tile) + stem_strip_elements(expand);
}

/* ---- does it fit ---- */

static bool is_pointwise_problem(const struct ncl_conv *conv)
{
    const struct ncl_window *w = &conv->window;
    bool same = w->rank == 4 && conv->groups == 1;
    for (int a = 2; a < w->rank; a++)
        same = same && w->size[a] == 1 && w->stride[a] == 1 && w->before[a] == 0 && w->after[a] == 0;
    return same;
}

static bool is_number(const struct ncl_value *value)
{
    return value->kind == NCL_VALUE_TENSOR && ncl_tensor_is_number(value->tensor);
}

/* What hangs on the feeder reads nothing else, and its only numbers are bounds. */
static bool chain_is_simple(const struct ncl_after *after)
{
    const struct ncl_node *node = after ? after->node : NULL;
    return !node || (!after->next &&
                     (node->parameter_count == 1 ||
                      (ncl_node_is(node, "clamp") && is_number(&node->argument[1]) && is_number(&node->argument[2]))));
}

/* Why neither fits whatever the outer one is; NULL: `expand` describes both. */
static const char *feeder_unfit(const struct ncl_target *target, const struct ncl_problem *problem,
                                struct expand *expand)
{
    const struct ncl_node *feeder = problem->node->feeder;
    if (!feeder)
        return "no convolution in front of it that it alone reads";
    if (!chain_is_simple(feeder->after))
        return "more than bounds hang on the convolution in front of it";
    *expand = describe_expand(target, problem);
    if (expand->image.before[0] < 0 || expand->image.before[1] < 0)
        return "a window that leaves out the first rows or columns";
    return (uint64_t)scratch_elements(target, expand) * sizeof(float) > target->l2 / 2
               ? "its rows are more than the second cache"
               : NULL;
}

static const char *depthwise_unfit(const struct ncl_problem *problem)
{
    const struct ncl_conv *conv = &problem->conv;
    if (conv->in_channels > 1 || conv->out_channels > 1)
        return "groups of more than one channel";
    return ncl_conv_border_unfit(&conv->window);
}

static const char *conv_expand_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (!target->cpu)
        return "needs a device with few wide cores";
    struct expand expand;
    const char *unfit = problem ? depthwise_unfit(problem) : NULL;
    unfit = problem && !unfit ? feeder_unfit(target, problem, &expand) : unfit;
    if (!problem || unfit)
        return unfit;
    return expand.stem || !is_pointwise_problem(&expand.inner)
               ? "the convolution in front of it has a window, or few channels"
               : NULL;
}

static const char *stem_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    struct expand expand;
    const char *unfit = feeder_unfit(target, problem, &expand);
    if (unfit)
        return unfit;
    if (!expand.stem || expand.inner.groups > 1)
        return "the convolution in front of it has many channels";
    if (expand.taps.before[0] < 0 || expand.taps.before[1] < 0)
        return "a window in front of it that leaves out the first rows or columns";
    if (expand.taps.out[1] < expand.tile.rows)
        return "rows shorter than a tile";
    return ncl_conv_border_unfit(&expand.inner.window);
}

static const char *conv_stem_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (!target->cpu)
        return "needs a device with few wide cores";
    const char *unfit = problem ? depthwise_unfit(problem) : NULL;
    return problem && !unfit ? stem_unfit(target, problem) : unfit;
}

/* Every window has values inside of the image. */
static bool windows_meet(const struct ncl_window *window)
{
    const struct ncl_window_axes image = ncl_window_last(window, 2, 2);
    bool meet = true;
    for (int i = 0; i < 2; i++)
        meet = meet && image.dilation[i] == 1 && image.before[i] < image.size[i] &&
               (image.out[i] - 1) * image.stride[i] - image.before[i] < image.in[i];
    return meet;
}

static const char *pool_stem_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (!target->cpu)
        return "needs a device with few wide cores";
    if (!problem)
        return NULL;
    const struct ncl_window *window = &problem->pool.window;
    if (!problem->pool.max)
        return "no maximum";
    if (window->rank != 4 || !ncl_window_is_trivial(window, 0, 2) || window->border > NCL_BORDER_CONSTANT ||
        !windows_meet(window))
        return "the window is not one over an image, dense and never beside it";
    return stem_unfit(target, problem);
}

/* Rows of the inner one that two tasks compute count twice. */
static double conv_expand_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                               const struct ncl_choice *choice)
{
    (void)choice;
    const struct expand expand = describe_expand(target, problem);
    const struct ncl_conv *inner = &expand.inner;
    const int64_t width = ncl_tile_columns(target, expand.tile), lanes = target->lanes, rows = expand.image.in[0];
    const int64_t depth = expand.stem ? inner->in_channels * ncl_window_volume(&inner->window)
                                      : ncl_ceil_div(inner->in_channels, lanes) * lanes;
    const double batch = (double)inner->window.in.extent[0],
                 strips = (double)ncl_ceil_div(expand.image.out[0], expand.rows),
                 twice = (double)(expand.reach - expand.image.stride[0]) * (strips - 1),
                 pixels = ((double)rows + twice) * (double)expand.image.in[1];
    return ncl_cost_macs(target, pixels * (double)(expand.panels * width) * (double)depth,
                         expand.stem ? STEM_EFFICIENCY : EFFICIENCY) +
           ncl_cost_macs(target, problem->flops / 2 / batch, DEPTHWISE_EFFICIENCY);
}

/* ---- the step ---- */

/* What hangs on the feeder: bounds, or a formula. */
struct feed {
    const char *text;
    double low, high;
};

static struct feed describe_feed(struct ncl_lower *lower, const struct ncl_node *feeder)
{
    const struct ncl_after *after = feeder->after;
    struct feed feed = {"const V r = after;", NAN, NAN};
    struct ncl_expression chain;
    if (!after || lower->status)
        return feed;
    ncl_expression_begin(&chain, lower, ncl_node_last_result(feeder));
    ncl_expression_give(&chain, ncl_node_result(feeder, 0), "after");
    ncl_expression_add_after(&chain, after);
    if (ncl_node_is(after->node, "clamp")) {
        feed.low = chain.real[0];
        feed.high = chain.real[1];
    } else if (ncl_node_is(after->node, "relu"))
        feed.low = 0;
    else
        feed.text = ncl_expression_text(&chain);
    return feed;
}

static ncl_ref pack_inner(struct ncl_lower *lower, const struct expand *expand)
{
    const struct ncl_conv *inner = &expand->inner;
    const int64_t taps = ncl_window_volume(&inner->window), elements = inner->in_channels * taps;
    const struct ncl_conv_matrix matrix = {.groups = 1,
                                           .rows = inner->out_channels,
                                           .depth = elements,
                                           .row_stride = elements,
                                           .column_stride = 1,
                                           .block = expand->stem ? 1 : lower->plan->target.lanes,
                                           .taps = taps};
    return ncl_conv_gemm_pack(lower, inner->filter, &matrix, ncl_tile_columns(&lower->plan->target, expand->tile));
}

static ncl_ref pack_outer(struct ncl_lower *lower, const struct expand *expand)
{
    const int64_t taps = expand->image.size[0] * expand->image.size[1];
    const struct ncl_conv_matrix matrix = {
        .groups = 1, .rows = expand->channels, .depth = taps, .row_stride = taps, .column_stride = 1};
    return ncl_conv_gemm_pack(lower, expand->outer->filter, &matrix, lower->plan->target.lanes);
}

/* Where what t is computed from lies: x, or for a stem the rows that a task lays out. */
static struct ncl_place place_input(const struct ncl_lower *lower, const struct expand *expand, ncl_ref x)
{
    const struct ncl_window_axes *taps = &expand->taps;
    const int64_t plane = taps->in[0] * taps->in[1];
    return expand->stem ? (struct ncl_place){.batch = expand->inner.in_channels * plane,
                                             .channel = plane,
                                             .row = taps->stride[0] * expand->strip[1],
                                             .block = 1}
                        : ncl_blocks_place(lower, x);
}

static void emit_stem(struct ncl_emit *step, const struct expand *expand)
{
    const struct ncl_window_axes *taps = &expand->taps;
    ncl_step_sizes(step, "IMAGE", taps->in, 2);
    ncl_step_sizes(step, "WINDOW", taps->size, 2);
    ncl_step_sizes(step, "STEP", taps->stride, 2);
    ncl_step_sizes(step, "SPREAD", taps->dilation, 2);
    ncl_step_sizes(step, "SKIP", taps->before, 2);
    ncl_step_sizes(step, "STRIP", expand->strip, 2);
}

static void emit_sizes(struct ncl_emit *step, const struct expand *expand, const struct ncl_place *x,
                       const struct ncl_place *y, const struct feed *feed)
{
    const struct ncl_window_axes *image = &expand->image;
    ncl_blocks_emit_out(step, y);
    ncl_blocks_emit_in(step, x, (const char *const[]){"BATCH", "CHANNEL", "ROW", "FIRST"});
    ncl_step_size(step, "CHANNELS", expand->channels);
    ncl_step_size(step, "BLOCKS", ncl_ceil_div(expand->inner.in_channels, x->block));
    ncl_step_sizes(step, "EXTENT", image->in, 2);
    ncl_step_sizes(step, "KERNEL", image->size, 2);
    ncl_step_sizes(step, "STRIDE", image->stride, 2);
    ncl_step_sizes(step, "DILATION", image->dilation, 2);
    ncl_step_sizes(step, "BEFORE", image->before, 2);
    ncl_step_size(step, "PANELS", expand->share);
    ncl_step_size(step, "ROWS", expand->rows);
    ncl_step_size(step, "ROUND", expand->round);
    ncl_step_size(step, "RING", expand->ring);
    ncl_step_size(step, "PITCH", expand->pitch);
    ncl_step_size(step, "BIAS_T", ncl_shape_volume(&expand->inner.bias->shape) > 1);
    ncl_step_size(step, "BIAS", expand->outer && ncl_shape_volume(&expand->outer->bias->shape) > 1);
    ncl_step_real(step, "LOW", feed->low);
    ncl_step_real(step, "HIGH", feed->high);
    ncl_step_size(step, "AHEAD", expand->ahead);
}

static void emit_tensors(struct ncl_lower *lower, struct ncl_emit *step, const struct expand *expand, ncl_ref x,
                         ncl_ref inner, ncl_ref outer)
{
    ncl_step_in(step, x);
    ncl_step_in(step, inner);
    ncl_step_in(step, ncl_lower_tensor(lower, expand->inner.bias));
    ncl_step_in_or(step, outer, inner);
    ncl_step_in(step, ncl_lower_tensor(lower, expand->outer ? expand->outer->bias : expand->inner.bias));
}

/* Which loop over the windows of y a step takes (BESIDE in cl/conv_expand.cl). */
static int64_t windows_beside(const struct ncl_window_axes *image)
{
    const int64_t columns = image->size[1], stride = image->stride[1];
    const bool own = image->dilation[1] == 1 && stride <= 2 && (columns == 3 || columns == 5);
    return own ? columns - 3 + stride - 1 : 4;
}

static nnefcl_status conv_expand_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                      const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_target *target = &lower->plan->target;
    const struct expand expand = describe_expand(target, problem);
    const struct feed feed = describe_feed(lower, problem->node->feeder);
    const ncl_ref inner = pack_inner(lower, &expand), outer = expand.outer ? pack_outer(lower, &expand) : NCL_NO_TENSOR,
                  x = expand.stem ? ncl_lower_tensor(lower, expand.inner.input)
                                  : ncl_blocks_in(lower, expand.inner.input),
                  ring =
                      ncl_lower_scratch(lower, "ring", NNEFCL_SCALAR, expand.tasks * scratch_elements(target, &expand));
    const struct ncl_place from = place_input(lower, &expand, x), to = ncl_blocks_place(lower, problem->out);
    const bool ignore = !expand.outer && problem->pool.window.border == NCL_BORDER_IGNORE;
    const int64_t beside = windows_beside(&expand.image);
    struct ncl_emit *step = ncl_step_begin(lower, "conv_expand");
    ncl_step_define_int(step, "PIXEL", expand.tile.rows);
    ncl_step_define_int(step, "VECTORS", expand.tile.vectors);
    ncl_step_define(step, "FEED", feed.text);
    ncl_step_define_int(step, "STEM", expand.stem);
    ncl_step_define_int(step, "MAX", !expand.outer);
    ncl_step_needs(step, 1U << beside);
    emit_tensors(lower, step, &expand, x, inner, outer);
    ncl_step_out(step, ring);
    ncl_step_out(step, problem->out);
    ncl_step_after_shared(lower, step, problem->out, 1, true, x);
    emit_sizes(step, &expand, &from, &to, &feed);
    ncl_step_real(step, "OUTSIDE", ignore ? -INFINITY : 0);
    emit_stem(step, &expand);
    ncl_step_size(step, "BESIDE", beside);
    ncl_step_flops(step, expand.flops);
    return ncl_step_end(step, expand.tasks);
}

const struct ncl_variant ncl_variant_conv_expand = {.name = "conv_expand",
                                                    .family = NCL_FAMILY_CONV,
                                                    .about = "depthwise, with the 1x1 convolution in front of it",
                                                    .unfit = conv_expand_unfit,
                                                    .cost = conv_expand_cost,
                                                    .emit = conv_expand_emit,
                                                    .reads_blocks = true,
                                                    .writes_blocks = true,
                                                    .takes_feeder = true};

const struct ncl_variant ncl_variant_conv_stem = {.name = "conv_stem",
                                                  .family = NCL_FAMILY_CONV,
                                                  .about = "depthwise, with the network's first convolution",
                                                  .unfit = conv_stem_unfit,
                                                  .cost = conv_expand_cost,
                                                  .emit = conv_expand_emit,
                                                  .writes_blocks = true,
                                                  .takes_feeder = true};

const struct ncl_variant ncl_variant_pool_stem = {.name = "pool_stem",
                                                  .family = NCL_FAMILY_POOL,
                                                  .about = "maxima, with the network's first convolution",
                                                  .unfit = pool_stem_unfit,
                                                  .cost = conv_expand_cost,
                                                  .emit = conv_expand_emit,
                                                  .writes_blocks = true,
                                                  .takes_feeder = true};
