/* SPDX-License-Identifier: Apache-2.0 */
/* The plain kernel behind every debox: one output after the other, any window. */
#include "emit/cost.h"
#include "emit/variant.h"
#include "ops/window.h"

#define AXES       NNEFCL_MAX_RANK
#define RUN        16 /* outputs of a task on a CPU */
#define EFFICIENCY 0.01

static double debox_direct_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                                const struct ncl_choice *choice)
{
    (void)choice;
    return ncl_cost_macs(target, problem->flops / 2, EFFICIENCY);
}

static nnefcl_status debox_direct_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                       const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_debox *debox = &problem->debox;
    const int64_t count = ncl_shape_volume(&debox->window.out), run = lower->plan->target.cpu ? RUN : 1;
    struct ncl_emit *step = ncl_step_begin(lower, "debox");
    ncl_window_define_border(step, debox->window.border);
    ncl_step_in(step, ncl_lower_tensor(lower, debox->input));
    ncl_step_out(step, problem->out);
    ncl_step_size(step, "COUNT", count);
    ncl_step_size(step, "RUN", run);
    ncl_step_real(step, "DIVISOR", debox->divisor);
    ncl_window_emit(step, &debox->window, 0, AXES);
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, ncl_ceil_div(count, run));
}

const struct ncl_variant ncl_variant_debox_direct = {.name = "debox_direct",
                                                     .family = NCL_FAMILY_DEBOX,
                                                     .about = "one output after the other, any window",
                                                     .cost = debox_direct_cost,
                                                     .emit = debox_direct_emit};
