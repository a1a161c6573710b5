/* SPDX-License-Identifier: Apache-2.0 */
/* Pools of images in blocks of channels: pool_blocked.cl. */
#include "emit/after.h"
#include "emit/blocks.h"
#include "emit/cost.h"
#include "ops/pool.h"

#define EFFICIENCY 0.2 /* of multiply-adds: a load and a sum or comparison for each element of a window */

static const char *pool_blocked_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    (void)target;
    if (!problem)
        return NULL;
    const struct ncl_window *window = &problem->pool.window;
    if (!ncl_window_is_trivial(window, 0, 2))
        return "the window is not one over the axes of the image";
    return window->border > NCL_BORDER_CONSTANT ? "its border repeats the image" : NULL;
}

static double pool_blocked_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                                const struct ncl_choice *choice)
{
    (void)choice;
    const int64_t lanes = target->lanes, channels = problem->pool.window.out.extent[1];
    const double macs = problem->flops / (double)problem->pool.window.out.extent[0];
    return ncl_cost_macs(target, macs / (double)channels * (double)(ncl_ceil_div(channels, lanes) * lanes), EFFICIENCY);
}

/* H and W of the window; of a line the second one only. D of a volume. */
static void emit_window(struct ncl_emit *step, const struct ncl_window *window)
{
    const struct ncl_window_axes axes = ncl_window_last(window, 2, 2);
    const struct ncl_window_depth depth = ncl_window_depth_of(window);
    ncl_step_sizes(step, "IN", axes.in, 2);
    ncl_step_sizes(step, "KERNEL", axes.size, 2);
    ncl_step_sizes(step, "STRIDE", axes.stride, 2);
    ncl_step_sizes(step, "DILATION", axes.dilation, 2);
    ncl_step_sizes(step, "BEFORE", axes.before, 2);
    ncl_step_size(step, "PLANES", depth.out);
    ncl_window_depth_emit(step, &depth);
}

static nnefcl_status pool_blocked_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                       const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_pool *pool = &problem->pool;
    const struct ncl_window *window = &pool->window;
    const ncl_ref input = ncl_blocks_in(lower, pool->input);
    const struct ncl_place from = ncl_blocks_place(lower, input), place = ncl_blocks_place(lower, problem->out);
    const struct ncl_blocks_tasks tasks = ncl_blocks_tasks(&lower->plan->target, &window->out, &place);
    struct ncl_emit *step = ncl_step_begin(lower, "pool_blocked");
    ncl_pool_define_kind(step, pool);
    ncl_step_in(step, input);
    ncl_step_out(step, problem->out);
    ncl_step_after(lower, step, problem->out, 1, true);
    ncl_blocks_emit_out(step, &place);
    ncl_step_size(step, "CHANNELS", window->out.extent[1]);
    ncl_step_size(step, "ROWS", tasks.rows);
    ncl_blocks_emit_in(step, &from, (const char *const[]){"X_BATCH", "X_CHANNEL", "X_ROW", "X_FIRST"});
    emit_window(step, window);
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, tasks.count);
}

const struct ncl_variant ncl_variant_pool_blocked = {.name = "pool_blocked",
                                                     .family = NCL_FAMILY_POOL,
                                                     .about = "images in blocks of channels",
                                                     .unfit = pool_blocked_unfit,
                                                     .cost = pool_blocked_cost,
                                                     .emit = pool_blocked_emit,
                                                     .reads_blocks = true,
                                                     .writes_blocks = true,
                                                     .volumes = true};
