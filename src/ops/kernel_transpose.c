/* SPDX-License-Identifier: Apache-2.0 */
/* Moves that exchange the contiguous axis: blocks that are contiguous on both sides. */
#include "emit/cost.h"
#include "ops/strided.h"

#define TILE 64  /* edge of a task of blocked_transpose.cl */
#define RATE 5.0 /* GB/s */

static int find_unit(const struct ncl_strided *copy, bool in)
{
    for (int i = 0; i < copy->rank; i++)
        if ((in ? copy->axis[i].in : copy->axis[i].out) == 1)
            return i;
    return -1;
}

/* The axis that is contiguous in the input and the one that is so in the output are two, both long enough for blocks of
 * `edge`. */
static bool is_transpose(const struct ncl_strided *copy, int64_t edge, int *row, int *column)
{
    *row = find_unit(copy, true);
    *column = find_unit(copy, false);
    return *row >= 0 && *column >= 0 && *row != *column && copy->axis[*row].extent >= edge &&
           copy->axis[*column].extent >= edge;
}

static const char *move_transpose_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    int row, column;
    return problem && !is_transpose(&problem->move.strided, target->lanes, &row, &column)
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

static nnefcl_status move_transpose_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                         const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_strided *copy = &problem->move.strided;
    int row, column;
    is_transpose(copy, lower->plan->target.lanes, &row, &column);
    struct ncl_strided_axis outer[NCL_STRIDED_RANK];
    int count = 0;
    int64_t volume = 1;
    for (int i = 0; i < copy->rank; i++) {
        if (i == row || i == column)
            continue;
        outer[count++] = copy->axis[i];
        volume *= copy->axis[i].extent;
    }
    const struct ncl_strided_axis a = copy->axis[row], b = copy->axis[column];
    const int64_t tile = lower->plan->target.cpu ? TILE : lower->plan->target.lanes;
    const int64_t tiles_a = ncl_ceil_div(a.extent, tile), tiles_b = ncl_ceil_div(b.extent, tile);
    struct ncl_emit *step = ncl_strided_begin(lower, "blocked_transpose", problem);
    ncl_step_size(step, "ROWS", b.extent);
    ncl_step_size(step, "COLUMNS", a.extent);
    ncl_step_size(step, "ROW_STRIDE", b.in);
    ncl_step_size(step, "COLUMN_STRIDE", a.out);
    ncl_step_size(step, "TILE", tile);
    ncl_step_size(step, "IN_FIRST", copy->in_first);
    ncl_step_size(step, "OUT_FIRST", copy->out_first);
    ncl_step_size(step, "RANK", count);
    ncl_strided_axes(step, outer, count);
    return ncl_step_end(step, volume * tiles_a * tiles_b);
}

const struct ncl_variant ncl_variant_move_transpose = {.name = "move_transpose",
                                                       .family = NCL_FAMILY_MOVE,
                                                       .about = "blocks that are contiguous on both sides",
                                                       .unfit = move_transpose_unfit,
                                                       .cost = move_transpose_cost,
                                                       .emit = move_transpose_emit};
