/* SPDX-License-Identifier: Apache-2.0 */
/* Attention on CPUs in one step: scores stay in private memory. */
#include "emit/cost.h"
#include "ops/attention_step.h"

#define VECTORS 2 /* as in attention.cl */
#define TILE    4

#define EFFICIENCY 0.8
#define EXP_MACS   8     /* what a weight costs beside the products */
#define SHORT      60000 /* iterations of a task where loops are short */

static int64_t task_iterations(const struct ncl_attention *p)
{
    return p->keys * (p->depth + p->columns) / TILE + 4 * p->keys;
}

static const char *attention_tiles_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (!target->cpu)
        return "needs a device with few wide cores";
    if (problem && target->short_loops && task_iterations(&problem->attention) > SHORT)
        return "more iterations than the driver's loops have";
    return NULL;
}

/* Few queries leave lanes empty. */
static double attention_tiles_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                                   const struct ncl_choice *choice)
{
    const struct ncl_attention *p = &problem->attention;
    const int64_t width = VECTORS * (int64_t)target->lanes;
    const double filled = (double)p->queries / (double)(ncl_ceil_div(p->queries, width) * width);
    const double rows = (double)ncl_shape_volume(&problem->result->shape) / (double)p->columns;
    (void)choice;
    return ncl_cost_macs(target, (problem->flops / 2 + EXP_MACS * rows * (double)p->keys) / filled, EFFICIENCY);
}

static nnefcl_status attention_tiles_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                          const struct ncl_choice *choice)
{
    const int64_t width = VECTORS * (int64_t)lower->plan->target.lanes;
    (void)choice;
    return ncl_step_end(ncl_attention_step(lower, problem, "attention", width), ncl_attention_tasks(problem, width));
}

const struct ncl_variant ncl_variant_attention_tiles = {.name = "attention_tiles",
                                                        .family = NCL_FAMILY_ATTENTION,
                                                        .about = "one step, the scores in private memory",
                                                        .unfit = attention_tiles_unfit,
                                                        .cost = attention_tiles_cost,
                                                        .emit = attention_tiles_emit};
