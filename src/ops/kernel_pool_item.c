/* SPDX-License-Identifier: Apache-2.0 */
/* Pools over the last axes but the first one on devices of many narrow cores (pool_item.cl): those of images. */
#include "emit/after.h"
#include "emit/cost.h"
#include "emit/pitch.h"
#include "ops/pool.h"

#define AXES       3
#define TAPS_MAX   3 /* of a row, at a time */
#define EFFICIENCY 0.1

static const char *pool_item_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (target->cpu)
        return "needs a device of many narrow cores";
    if (!problem)
        return NULL;
    const struct ncl_window *w = &problem->pool.window;
    if (w->border > NCL_BORDER_CONSTANT)
        return "the border repeats the input";
    if (w->rank > 0 && !ncl_window_is_trivial(w, 0, 1))
        return "images join";
    return w->rank > AXES && !ncl_window_is_trivial(w, 0, w->rank - AXES) ? "more than the last three axes" : NULL;
}

static double pool_item_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                             const struct ncl_choice *choice)
{
    (void)choice;
    return ncl_cost_macs(target, problem->flops / (double)problem->pool.window.out.extent[0], EFFICIENCY);
}

static int64_t pool_item_taps(int64_t size)
{
    int64_t taps = TAPS_MAX;
    while (size % taps)
        taps--;
    return taps;
}

static nnefcl_status pool_item_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                    const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_pool *pool = &problem->pool;
    const struct ncl_window *window = &pool->window;
    const struct ncl_window_axes axes = ncl_window_last(window, 1, AXES);
    const ncl_ref input = ncl_pitch_in(lower, pool->input);
    struct ncl_emit *step = ncl_step_begin(lower, "pool_item");
    ncl_step_define_int(step, "TAPS", pool_item_taps(axes.size[AXES - 1]));
    ncl_pool_define_kind(step, pool);
    ncl_step_in(step, input);
    ncl_step_out(step, problem->out);
    ncl_step_after(lower, step, problem->out, -1, false);
    ncl_step_size(step, "VOLUME", ncl_window_volume(window));
    ncl_step_sizes(step, "IN", axes.in, AXES);
    ncl_step_sizes(step, "OUT", axes.out, AXES);
    ncl_step_sizes(step, "KERNEL", axes.size, AXES);
    ncl_step_sizes(step, "STRIDE", axes.stride, AXES);
    ncl_step_sizes(step, "DILATION", axes.dilation, AXES);
    ncl_step_sizes(step, "BEFORE", axes.before, AXES);
    ncl_pool_emit_images(lower, step, problem, input, AXES);
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, ncl_shape_volume(&window->out));
}

const struct ncl_variant ncl_variant_pool_item = {.name = "pool_item",
                                                  .family = NCL_FAMILY_POOL,
                                                  .about = "the last three axes, a row of taps at a time",
                                                  .unfit = pool_item_unfit,
                                                  .cost = pool_item_cost,
                                                  .emit = pool_item_emit,
                                                  .reads_pitched = true,
                                                  .writes_pitched = true};
