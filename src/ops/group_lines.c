/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/group_lines.h"

#include "emit/cost.h"

#define ITEMS_MIN 64
#define ITEMS_MAX 256
#define ACROSS    32 /* columns side by side at least, so that neighbours read neighbours */
#define TERMS     4  /* of a work-item: fewer do not pay for a level of the tree */

/* Estimates: an element for each work-item, a tree, an element where each work-item has a line of its own and
 * neighbours read far apart (0.05 to 0.1 on an H200), and groups that a compute unit runs at once. */
#define TERM          0.02 /* microseconds */
#define TREE          0.3  /* microseconds */
#define TERM_ALONE    0.07 /* microseconds */
#define TREE_BARRIERS 3
#define AT_ONCE       4

const char *ncl_group_lines_unfit(const struct ncl_target *target)
{
    if (target->cpu)
        return "barriers cost too much on a CPU";
    return !target->barriers || target->max_work_group < ITEMS_MIN ||
                   target->local_memory < ITEMS_MAX * 2 * sizeof(float)
               ? "needs work-groups of 64 work-items with local memory"
               : NULL;
}

struct ncl_group_lines ncl_group_lines_make(const struct ncl_target *target, const nnefcl_shape *in,
                                            const nnefcl_shape *reduced)
{
    struct ncl_group_lines lines = {.items = ITEMS_MIN, .share = 1};
    const struct ncl_axes *axes = &lines.axes;
    ncl_axes_find(&lines.axes, in, reduced);
    while (lines.items < ITEMS_MAX && 2 * lines.items <= (int64_t)target->max_work_group)
        lines.items *= 2;
    const int64_t most = axes->width >= ACROSS ? lines.items / ACROSS : lines.items;
    while (lines.share < most && 2 * TERMS * lines.share <= axes->volume)
        lines.share *= 2;
    /* Lines that are few have groups of their own, so that all compute units have some. */
    const int64_t side = axes->width >= ACROSS ? ACROSS : 1;
    while (lines.items > ITEMS_MIN && lines.items / 2 >= lines.share * side &&
           ncl_ceil_div(axes->results, lines.items / lines.share) < (int64_t)target->compute_units)
        lines.items /= 2;
    lines.groups = ncl_ceil_div(axes->results, lines.items / lines.share);
    return lines;
}

double ncl_group_lines_cost(const struct ncl_target *target, const struct ncl_group_lines *lines, double times)
{
    const double terms = (double)ncl_ceil_div(lines->axes.volume, lines->share);
    const double rounds = (double)lines->groups / ((double)target->compute_units * AT_ONCE);
    return times * (TREE + TERM * terms) * (rounds > 1 ? rounds : 1) +
           ncl_cost_barriers(target, (double)(lines->groups * lines->items), times * TREE_BARRIERS);
}

double ncl_group_lines_alone_cost(const struct ncl_target *target, const struct ncl_axes *axes, double times)
{
    const double rounds = (double)axes->results / ((double)target->compute_units * ITEMS_MAX);
    return times * TERM_ALONE * (double)axes->volume * (rounds > 1 ? rounds : 1);
}

static void emit_axes_list(struct ncl_emit *step, const struct ncl_axes_list *list, const char *extent,
                           const char *stride)
{
    ncl_step_sizes(step, extent, list->extent, NCL_AXES_GROUPS);
    ncl_step_sizes(step, stride, list->stride, NCL_AXES_GROUPS);
}

void ncl_group_lines_emit(struct ncl_emit *step, const struct ncl_group_lines *lines)
{
    const struct ncl_axes *axes = &lines->axes;
    ncl_step_size(step, "COLUMNS", axes->columns);
    ncl_step_size(step, "RESULTS", axes->results);
    ncl_step_size(step, "SHARE", lines->share);
    ncl_step_size(step, "WIDTH", axes->width);
    ncl_step_size(step, "RUN", axes->run);
    ncl_step_size(step, "STEP", axes->step);
    ncl_step_size(step, "ELEMENTS", axes->volume);
    ncl_step_size(step, "KEPT", axes->kept.count);
    ncl_step_size(step, "GATHERED", axes->gathered.count);
    emit_axes_list(step, &axes->kept, "EXTENT", "STRIDE");
    emit_axes_list(step, &axes->gathered, "GATHERED_EXTENT", "GATHERED_STRIDE");
}
