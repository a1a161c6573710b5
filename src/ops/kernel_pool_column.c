/* SPDX-License-Identifier: Apache-2.0 */
/* Pools of images on devices of many narrow cores, columns of results in registers (pool_column.cl). */
#include "emit/after.h"
#include "emit/cost.h"
#include "emit/pitch.h"
#include "ops/pool.h"

#define AXES       2
#define LINES_MAX  20 /* rows of x that a task joins, in registers */
#define DOWN       4
#define EFFICIENCY 0.2

static int64_t count_pool_lines(const struct ncl_window_axes *axes)
{
    return (DOWN - 1) * axes->stride[0] + axes->size[0];
}

static int64_t count_pool_tasks(const struct ncl_window *window, const struct ncl_window_axes *axes)
{
    return ncl_shape_volume(&window->out) / axes->out[0] * ncl_ceil_div(axes->out[0], DOWN);
}

static const char *pool_column_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (target->cpu)
        return "needs a device of many narrow cores";
    if (!problem)
        return NULL;
    const struct ncl_window *w = &problem->pool.window;
    if (w->border > NCL_BORDER_CONSTANT)
        return "the border repeats the input";
    if (w->rank < AXES || !ncl_window_is_trivial(w, 0, w->rank - AXES))
        return "needs the last two axes";
    const struct ncl_window_axes axes = ncl_window_last(w, 0, AXES);
    if (axes.dilation[0] != 1 || axes.dilation[1] != 1)
        return "the window is dilated";
    return count_pool_lines(&axes) > LINES_MAX ? "a column of windows does not fit the registers" : NULL;
}

/* Rows of a column that are not there count. */
static double pool_column_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                               const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_window *window = &problem->pool.window;
    const struct ncl_window_axes axes = ncl_window_last(window, 0, AXES);
    const double outputs = (double)(count_pool_tasks(window, &axes) * DOWN) / (double)window->out.extent[0];
    return ncl_cost_macs(target, outputs * (double)ncl_window_volume(window), EFFICIENCY);
}

static nnefcl_status pool_column_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                      const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_pool *pool = &problem->pool;
    const struct ncl_window_axes axes = ncl_window_last(&pool->window, 0, AXES);
    const ncl_ref input = ncl_pitch_in(lower, pool->input);
    struct ncl_emit *step = ncl_step_begin(lower, "pool_column");
    ncl_step_define_int(step, "TALL", axes.size[0]);
    ncl_step_define_int(step, "STEP", axes.stride[0]);
    ncl_step_define_int(step, "DOWN", DOWN);
    ncl_pool_define_kind(step, pool);
    ncl_step_in(step, input);
    ncl_step_out(step, problem->out);
    ncl_step_after(lower, step, problem->out, -1, false);
    ncl_step_sizes(step, "IN", axes.in, AXES);
    ncl_step_sizes(step, "OUT", axes.out, AXES);
    ncl_step_size(step, "TAPS", axes.size[1]);
    ncl_step_size(step, "STRIDE", axes.stride[1]);
    ncl_step_sizes(step, "BEFORE", axes.before, AXES);
    ncl_pool_emit_images(lower, step, problem, input, AXES);
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, count_pool_tasks(&pool->window, &axes));
}

const struct ncl_variant ncl_variant_pool_column = {.name = "pool_column",
                                                    .family = NCL_FAMILY_POOL,
                                                    .about = "the last two axes, columns of results in registers",
                                                    .unfit = pool_column_unfit,
                                                    .cost = pool_column_cost,
                                                    .emit = pool_column_emit,
                                                    .reads_pitched = true,
                                                    .writes_pitched = true};
