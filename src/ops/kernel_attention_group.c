/* SPDX-License-Identifier: Apache-2.0 */
/* Attention on devices whose work-items share local memory: a block of queries for each work-group. */
#include "emit/cost.h"
#include "ops/attention_step.h"
#include "ops/group_product.h"

#define ACROSS     16 /* as in attention_group.cl, where DOWN is one of the two */
#define DOWN_MOST  16
#define DOWN_LEAST 8
#define EDGE       (4 * ACROSS)
#define GAP        4

#define EFFICIENCY 0.5
#define EXP_MACS   16 /* what a weight costs beside the products */

static int64_t local_floats(int64_t down)
{
    return 2 * EDGE * (EDGE + GAP) + ACROSS * (4 * down + GAP);
}

static const char *attention_group_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    const char *device = ncl_group_long_unfit(target);
    if (device)
        return device;
    if (target->max_work_group < DOWN_MOST * ACROSS ||
        target->local_memory < (uint64_t)local_floats(DOWN_MOST) * sizeof(float))
        return "needs work-groups of 256 work-items with 39 KiB of local memory";
    (void)problem;
    return NULL;
}

/* Fewer queries for each group where there are too few groups. */
static int64_t find_down(const struct ncl_target *target, const struct ncl_problem *problem)
{
    return ncl_attention_tasks(problem, 4 * DOWN_MOST) < 2 * (int64_t)target->compute_units ? DOWN_LEAST : DOWN_MOST;
}

/* Few queries and few columns leave work-items idle, few groups compute units. */
static double attention_group_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                                   const struct ncl_choice *choice)
{
    const struct ncl_attention *p = &problem->attention;
    const int64_t width = 4 * find_down(target, problem), tasks = ncl_attention_tasks(problem, width);
    const int64_t keys = ncl_ceil_div(p->keys, EDGE) * EDGE, parts = ncl_ceil_div(p->columns, EDGE);
    const double scores = (double)(tasks * width * keys * parts);
    (void)choice;
    return ncl_cost_macs(target, scores * (double)(p->depth + EDGE + EXP_MACS), EFFICIENCY) *
           ncl_cost_idle(target, 1, (double)tasks);
}

static nnefcl_status attention_group_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                          const struct ncl_choice *choice)
{
    const int64_t down = find_down(&lower->plan->target, problem), width = 4 * down;
    struct ncl_emit *step = ncl_attention_step(lower, problem, "attention_group", width);
    (void)choice;
    ncl_step_group(step, (unsigned)(down * ACROSS), (uint32_t)local_floats(down) * (uint32_t)sizeof(float));
    ncl_step_define_int(step, "DOWN", down);
    return ncl_step_end(step, ncl_attention_tasks(problem, width));
}

const struct ncl_variant ncl_variant_attention_group = {.name = "attention_group",
                                                        .family = NCL_FAMILY_ATTENTION,
                                                        .about = "one step, blocks of queries and keys in local memory",
                                                        .unfit = attention_group_unfit,
                                                        .cost = attention_group_cost,
                                                        .emit = attention_group_emit};
