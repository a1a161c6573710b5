/* SPDX-License-Identifier: Apache-2.0 */
/* A depthwise convolution on CPUs together with the 1x1 one in front of it (node->feeder), whose result never lies in
 * memory as a whole: it is several times as large as what both read. */
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

#define EFFICIENCY           0.85
#define DEPTHWISE_EFFICIENCY 0.3 /* of operands in the near caches */

/* What the two share. */
struct expand {
    const struct ncl_conv *outer;
    struct ncl_conv inner;
    struct ncl_window_axes image; /* of the outer one */
    struct ncl_tile tile;
    int64_t panels, reach;      /* rows of a window */
    int64_t share, rows, tasks; /* panels and rows of a task */
    int64_t round, ring, pitch;
    int64_t ahead; /* elements of the filter to those of the core's next task; 0: they are few */
    double flops;
};

/* With 16 registers 4 pixels by 3 vectors, which leave room for addresses, unless it is more filling. */
static struct ncl_tile choose_tile(const struct ncl_target *target, int64_t channels)
{
    const struct ncl_tile usual = ncl_target_tile(target, 0, channels), narrow = {4, 3};
    const int64_t width = ncl_tile_columns(target, usual), other = ncl_tile_columns(target, narrow);
    const bool fits = ncl_ceil_div(channels, other) * other <= ncl_ceil_div(channels, width) * width;
    return target->registers < 32 && fits ? narrow : usual;
}

static struct expand describe_expand(const struct ncl_target *target, const struct ncl_problem *problem)
{
    struct ncl_problem feeder;
    problem->node->feeder->op->problem(problem->node->feeder, &feeder);
    struct expand expand = {.outer = &problem->conv,
                            .inner = feeder.conv,
                            .image = ncl_window_last(&problem->conv.window, 2, 2),
                            .flops = problem->flops + feeder.flops};
    const struct ncl_window_axes *image = &expand.image;
    const int64_t channels = problem->conv.groups, wanted = TASKS_MIN * (int64_t)target->compute_units;
    expand.tile = choose_tile(target, channels);
    const int64_t width = ncl_tile_columns(target, expand.tile), batch = feeder.conv.window.in.extent[0];
    expand.panels = ncl_ceil_div(channels, width);
    expand.reach = (image->size[0] - 1) * image->dilation[0] + 1;
    const int64_t outputs = image->out[1] > OUTPUTS ? image->out[1] : OUTPUTS,
                  seen = (outputs - 1) * image->stride[1] + (image->size[1] - 1) * image->dilation[1] + 1,
                  padded = image->in[1] + image->before[1] + image->after[1];
    expand.pitch = seen > padded ? seen : padded;
    const int64_t row = expand.pitch * width * (int64_t)sizeof(float), near = (int64_t)target->l1;
    expand.round = 1;
    while (expand.round < image->out[0] && (expand.round * image->stride[0] + expand.reach) * row <= near)
        expand.round++;
    expand.ring = (expand.round - 1) * image->stride[0] + expand.reach;
    expand.share = batch * expand.panels / (TASKS_MAX * (int64_t)target->compute_units);
    expand.share = expand.share < 1 ? 1 : expand.share;
    const int64_t others = batch * ncl_ceil_div(expand.panels, expand.share);
    expand.rows = ncl_ceil_div(image->out[0], ncl_ceil_div(wanted, others));
    expand.rows = ncl_ceil_div(expand.rows, expand.round) * expand.round;
    expand.tasks = others * ncl_ceil_div(image->out[0], expand.rows);
    const int64_t panel = ncl_ceil_div(expand.inner.in_channels, target->lanes) * (int64_t)target->lanes * width;
    if (panel * (int64_t)sizeof(float) > near / 3 && expand.tasks == others)
        expand.ahead = expand.share * (int64_t)target->compute_units * panel;
    return expand;
}

static uint64_t ring_bytes(const struct ncl_target *target, const struct expand *expand)
{
    return (uint64_t)(expand->ring * expand->pitch * ncl_tile_columns(target, expand->tile)) * sizeof(float);
}

/* ---- does it fit ---- */

static bool is_pointwise(const struct ncl_conv *conv)
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
                     (node->parameter_count == 1 || (strcmp(node->op->name, "clamp") == 0 &&
                                                     is_number(&node->argument[1]) && is_number(&node->argument[2]))));
}

static const char *conv_expand_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (!target->cpu)
        return "needs a device with few wide cores";
    if (!problem)
        return NULL;
    const struct ncl_conv *conv = &problem->conv;
    if (!problem->node->feeder)
        return "no convolution in front of it that it alone reads";
    if (conv->in_channels > 1 || conv->out_channels > 1)
        return "groups of more than one channel";
    if (ncl_conv_border_unfit(&conv->window))
        return ncl_conv_border_unfit(&conv->window);
    const struct expand expand = describe_expand(target, problem);
    if (!is_pointwise(&expand.inner) || !chain_is_simple(problem->node->feeder->after))
        return "the convolution in front of it has a window, or more than bounds hang on it";
    if (expand.image.before[0] < 0 || expand.image.before[1] < 0)
        return "a window that leaves out the first rows or columns";
    return ring_bytes(target, &expand) > target->l2 / 2 ? "its rows are more than the second cache" : NULL;
}

/* Rows of the inner one that two tasks compute count twice. */
static double conv_expand_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                               const struct ncl_choice *choice)
{
    (void)choice;
    const struct expand expand = describe_expand(target, problem);
    const struct ncl_conv *inner = &expand.inner;
    const int64_t width = ncl_tile_columns(target, expand.tile), lanes = target->lanes, rows = expand.image.in[0];
    const double batch = (double)inner->window.in.extent[0],
                 strips = (double)ncl_ceil_div(expand.image.out[0], expand.rows),
                 twice = (double)(expand.reach - expand.image.stride[0]) * (strips - 1),
                 pixels = ((double)rows + twice) * (double)expand.image.in[1],
                 depth = (double)(ncl_ceil_div(inner->in_channels, lanes) * lanes);
    return ncl_cost_macs(target, pixels * (double)(expand.panels * width) * depth, EFFICIENCY) +
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
    if (strcmp(after->node->op->name, "clamp") == 0) {
        feed.low = chain.real[0];
        feed.high = chain.real[1];
    } else if (strcmp(after->node->op->name, "relu") == 0)
        feed.low = 0;
    else
        feed.text = ncl_expression_text(&chain);
    return feed;
}

static ncl_ref pack_inner(struct ncl_lower *lower, const struct expand *expand)
{
    const struct ncl_conv *inner = &expand->inner;
    const struct ncl_conv_matrix matrix = {.groups = 1,
                                           .rows = inner->out_channels,
                                           .depth = inner->in_channels,
                                           .row_stride = inner->in_channels,
                                           .column_stride = 1,
                                           .block = lower->plan->target.lanes,
                                           .taps = 1};
    return ncl_conv_gemm_pack(lower, inner->filter, &matrix, ncl_tile_columns(&lower->plan->target, expand->tile));
}

static ncl_ref pack_outer(struct ncl_lower *lower, const struct expand *expand)
{
    const int64_t taps = expand->image.size[0] * expand->image.size[1];
    const struct ncl_conv_matrix matrix = {
        .groups = 1, .rows = expand->outer->groups, .depth = taps, .row_stride = taps, .column_stride = 1};
    return ncl_conv_gemm_pack(lower, expand->outer->filter, &matrix, lower->plan->target.lanes);
}

static void emit_sizes(struct ncl_emit *step, const struct expand *expand, const struct ncl_place *x,
                       const struct ncl_place *y, const struct feed *feed)
{
    const struct ncl_window_axes *image = &expand->image;
    ncl_blocks_emit_out(step, y);
    ncl_blocks_emit_in(step, x, (const char *const[]){"BATCH", "CHANNEL", "ROW", "FIRST"});
    ncl_step_size(step, "CHANNELS", expand->outer->groups);
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
    ncl_step_size(step, "BIAS", ncl_shape_volume(&expand->outer->bias->shape) > 1);
    ncl_step_real(step, "LOW", feed->low);
    ncl_step_real(step, "HIGH", feed->high);
    ncl_step_size(step, "AHEAD", expand->ahead);
}

static nnefcl_status conv_expand_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                      const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_target *target = &lower->plan->target;
    const struct expand expand = describe_expand(target, problem);
    const struct feed feed = describe_feed(lower, problem->node->feeder);
    const ncl_ref inner = pack_inner(lower, &expand), outer = pack_outer(lower, &expand),
                  x = ncl_blocks_in(lower, expand.inner.input),
                  ring = ncl_lower_scratch(lower, "ring", NNEFCL_SCALAR,
                                           expand.tasks * (int64_t)(ring_bytes(target, &expand) / sizeof(float)));
    const struct ncl_place from = ncl_blocks_place(lower, x), to = ncl_blocks_place(lower, problem->out);
    struct ncl_emit *step = ncl_step_begin(lower, "conv_expand");
    ncl_step_define_int(step, "PIXEL", expand.tile.rows);
    ncl_step_define_int(step, "VECTORS", expand.tile.vectors);
    ncl_step_define(step, "FEED", feed.text);
    ncl_step_in(step, x);
    ncl_step_in(step, inner);
    ncl_step_in(step, ncl_lower_tensor(lower, expand.inner.bias));
    ncl_step_in(step, outer);
    ncl_step_in(step, ncl_lower_tensor(lower, expand.outer->bias));
    ncl_step_out(step, ring);
    ncl_step_out(step, problem->out);
    ncl_step_after_shared(lower, step, problem->out, 1, true, x);
    emit_sizes(step, &expand, &from, &to, &feed);
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
