/* SPDX-License-Identifier: Apache-2.0 */
/* Moves on devices of many narrow cores, four elements of a row at a time (strided_item.cl). */
#include "emit/cost.h"
#include "ops/strided.h"

#define RUN  4   /* elements of a task */
#define RATE 4.0 /* GB/s */

static const char *move_item_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    (void)problem;
    return target->cpu ? "needs a device of many narrow cores" : NULL;
}

/* The innermost axis; nothing to go along: one element. */
static struct ncl_strided_axis inner_axis(const struct ncl_strided *copy)
{
    return copy->rank ? copy->axis[copy->rank - 1] : (struct ncl_strided_axis){1, 1, 1};
}

/* Elements of a row that are not there count. */
static double move_item_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                             const struct ncl_choice *choice)
{
    (void)target;
    (void)choice;
    const struct ncl_strided *copy = &problem->move.strided;
    const int64_t inner = inner_axis(copy).extent, rows = ncl_strided_volume(copy) / inner;
    return ncl_cost_bytes(8 * (double)(rows * ncl_ceil_div(inner, RUN) * RUN), RATE);
}

static nnefcl_status move_item_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                    const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_strided *copy = &problem->move.strided;
    const struct ncl_strided_axis inner = inner_axis(copy);
    const int count = copy->rank ? copy->rank - 1 : 0;
    struct ncl_emit *step = ncl_strided_begin(lower, "strided_item", problem);
    ncl_step_size(step, "INNER", inner.extent);
    ncl_step_size(step, "INNER_IN", inner.in);
    ncl_step_size(step, "INNER_OUT", inner.out);
    ncl_step_size(step, "IN_FIRST", copy->in_first);
    ncl_step_size(step, "OUT_FIRST", copy->out_first);
    ncl_step_size(step, "RANK", count);
    ncl_strided_axes(step, copy->axis, count);
    return ncl_step_end(step, ncl_strided_volume(copy) / inner.extent * ncl_ceil_div(inner.extent, RUN));
}

const struct ncl_variant ncl_variant_move_item = {.name = "move_item",
                                                  .family = NCL_FAMILY_MOVE,
                                                  .about = "four elements of a row at a time",
                                                  .unfit = move_item_unfit,
                                                  .cost = move_item_cost,
                                                  .emit = move_item_emit};
