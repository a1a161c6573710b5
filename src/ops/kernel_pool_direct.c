/* SPDX-License-Identifier: Apache-2.0 */
/* The plain kernel behind every pool: one output after the other, any window. */
#include "emit/after.h"
#include "emit/cost.h"
#include "ops/pool.h"

#define AXES       NNEFCL_MAX_RANK
#define RUN        16 /* outputs of a task on a CPU */
#define EFFICIENCY 0.025

static double pool_direct_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                               const struct ncl_choice *choice)
{
    (void)choice;
    return ncl_cost_macs(target, problem->flops / (double)problem->pool.window.out.extent[0], EFFICIENCY);
}

static nnefcl_status pool_direct_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                      const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_pool *pool = &problem->pool;
    const struct ncl_window *window = &pool->window;
    const int64_t count = ncl_shape_volume(&window->out), run = lower->plan->target.cpu ? RUN : 1;
    struct ncl_emit *step = ncl_step_begin(lower, "pool");
    ncl_window_define_border(step, window->border);
    ncl_pool_define_kind(step, pool);
    ncl_step_define_int(step, "CLIP", window->border <= NCL_BORDER_CONSTANT);
    ncl_step_in(step, ncl_lower_tensor(lower, pool->input));
    ncl_step_out(step, problem->out);
    ncl_step_after(lower, step, problem->out, -1, false);
    ncl_step_size(step, "COUNT", count);
    ncl_step_size(step, "RUN", run);
    ncl_step_size(step, "VOLUME", ncl_window_volume(window));
    ncl_window_emit(step, window, 0, AXES);
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, ncl_ceil_div(count, run));
}

const struct ncl_variant ncl_variant_pool_direct = {.name = "pool_direct",
                                                    .family = NCL_FAMILY_POOL,
                                                    .about = "one output after the other, any window",
                                                    .cost = pool_direct_cost,
                                                    .emit = pool_direct_emit};
