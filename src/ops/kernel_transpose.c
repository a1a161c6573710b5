/* SPDX-License-Identifier: Apache-2.0 */
/* Moves that exchange the contiguous axis: blocks that are contiguous on both sides. */
#include "emit/cost.h"
#include "ops/strided.h"

#define TILE       64   /* edge of a task of blocked_transpose.cl */
#define EDGE       32   /* and of transpose_group.cl */
#define ITEMS      256  /* of a group */
#define RATE       5.0  /* GB/s */
#define GROUP_RATE 20.0 /* GB/s where neighbours write neighbours */

static int find_unit(const struct ncl_strided *copy, bool in)
{
    for (int i = 0; i < copy->rank; i++)
        if ((in ? copy->axis[i].in : copy->axis[i].out) == 1)
            return i;
    return -1;
}

/* The axis that is contiguous in the input and the one that is so in the output are two, both long enough for blocks of
 * `edge`. */
static bool is_transposed_move(const struct ncl_strided *copy, int64_t edge, int *row, int *column)
{
    *row = find_unit(copy, true);
    *column = find_unit(copy, false);
    return *row >= 0 && *column >= 0 && *row != *column && copy->axis[*row].extent >= edge &&
           copy->axis[*column].extent >= edge;
}

static const char *move_transpose_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    int row, column;
    return problem && !is_transposed_move(&problem->move.strided, target->lanes, &row, &column)
               ? "no two long axes change places"
               : NULL;
}

static double move_transpose_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                                  const struct ncl_choice *choice)
{
    (void)target;
    (void)choice;
    return ncl_cost_bytes(8 * (double)ncl_strided_volume(&problem->move.strided), RATE);
}

/* The axes of a move that changes places of two: those two, and the others around them. */
struct transpose {
    struct ncl_strided_axis row, column, outer[NCL_STRIDED_RANK];
    int rank; /* of `outer` */
    int64_t tiles;
};

static struct transpose describe_transpose(const struct ncl_strided *copy, int64_t edge, int64_t tile)
{
    struct transpose t = {.tiles = 1};
    int row, column;
    is_transposed_move(copy, edge, &row, &column);
    for (int i = 0; i < copy->rank; i++) {
        if (i == row || i == column)
            continue;
        t.outer[t.rank++] = copy->axis[i];
        t.tiles *= copy->axis[i].extent;
    }
    t.row = copy->axis[row];
    t.column = copy->axis[column];
    t.tiles *= ncl_ceil_div(t.row.extent, tile) * ncl_ceil_div(t.column.extent, tile);
    return t;
}

static void emit_sides(struct ncl_emit *step, const struct transpose *t)
{
    ncl_step_size(step, "ROWS", t->column.extent);
    ncl_step_size(step, "COLUMNS", t->row.extent);
    ncl_step_size(step, "ROW_STRIDE", t->column.in);
    ncl_step_size(step, "COLUMN_STRIDE", t->row.out);
}

static nnefcl_status emit_rest(struct ncl_emit *step, const struct transpose *t, const struct ncl_strided *copy)
{
    ncl_step_size(step, "IN_FIRST", copy->in_first);
    ncl_step_size(step, "OUT_FIRST", copy->out_first);
    ncl_step_size(step, "RANK", t->rank);
    ncl_strided_axes(step, t->outer, t->rank);
    return ncl_step_end(step, t->tiles);
}

static nnefcl_status move_transpose_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                         const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_target *target = &lower->plan->target;
    const int64_t tile = target->cpu ? TILE : target->lanes;
    const struct transpose t = describe_transpose(&problem->move.strided, target->lanes, tile);
    struct ncl_emit *step = ncl_strided_begin(lower, "blocked_transpose", problem);
    emit_sides(step, &t);
    ncl_step_size(step, "TILE", tile);
    return emit_rest(step, &t, &problem->move.strided);
}

const struct ncl_variant ncl_variant_move_transpose = {.name = "move_transpose",
                                                       .family = NCL_FAMILY_MOVE,
                                                       .about = "blocks that are contiguous on both sides",
                                                       .unfit = move_transpose_unfit,
                                                       .cost = move_transpose_cost,
                                                       .emit = move_transpose_emit};

/* ---- by work-groups ---- */

#define SHORTEST 8 /* axis that pays for a tile */

static unsigned group_items(const struct ncl_target *target)
{
    return (unsigned)(target->max_work_group < ITEMS ? target->max_work_group / EDGE * EDGE : ITEMS);
}

static const char *move_group_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    int row, column;
    if (target->cpu)
        return "barriers cost too much on a CPU";
    if (target->local_is_global)
        return "local memory is no nearer than memory";
    if (!target->barriers || group_items(target) == 0 || target->local_memory < EDGE * (EDGE + 1) * sizeof(float))
        return "needs work-groups of 32 work-items with local memory";
    return problem && !is_transposed_move(&problem->move.strided, SHORTEST, &row, &column)
               ? "no two long axes change places"
               : NULL;
}

static double move_group_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                              const struct ncl_choice *choice)
{
    (void)choice;
    const struct transpose t = describe_transpose(&problem->move.strided, SHORTEST, EDGE);
    return ncl_cost_bytes(8 * (double)ncl_strided_volume(&problem->move.strided), GROUP_RATE) +
           ncl_cost_barriers(target, (double)t.tiles * ITEMS, 1);
}

static nnefcl_status move_group_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                     const struct ncl_choice *choice)
{
    (void)choice;
    const struct transpose t = describe_transpose(&problem->move.strided, SHORTEST, EDGE);
    struct ncl_emit *step = ncl_strided_begin(lower, "transpose_group", problem);
    if (lower->status)
        return lower->status;
    const size_t element = nnefcl_dtype_size(lower->plan->tensor[problem->out].dtype);
    ncl_step_group(step, group_items(&lower->plan->target), (uint32_t)(EDGE * (EDGE + 1) * element));
    emit_sides(step, &t);
    return emit_rest(step, &t, &problem->move.strided);
}

const struct ncl_variant ncl_variant_move_group = {.name = "move_group",
                                                   .family = NCL_FAMILY_MOVE,
                                                   .about = "tiles that pass through local memory",
                                                   .unfit = move_group_unfit,
                                                   .cost = move_group_cost,
                                                   .emit = move_group_emit};
