/* SPDX-License-Identifier: Apache-2.0 */
/* The plain kernel behind every move: rows along the innermost axis. */
#include "emit/cost.h"
#include "ops/broadcast.h"
#include "ops/strided.h"

#define RATE 2.0 /* GB/s where the rows are not contiguous */

static double move_rows_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                             const struct ncl_choice *choice)
{
    (void)target;
    (void)choice;
    return ncl_cost_bytes(8 * (double)ncl_strided_volume(&problem->move.strided), RATE);
}

static const char *row_kind(const struct ncl_strided_axis *inner)
{
    if (inner->out == 1 && inner->in == 1)
        return "COPY";
    if (inner->out == 1 && inner->in == 0)
        return "FILL";
    if (inner->out == 1 && inner->in == -1)
        return "REVERSE";
    return "STEP";
}

static nnefcl_status move_rows_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                    const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_strided *copy = &problem->move.strided;
    const int count = copy->rank ? copy->rank - 1 : 0;
    const struct ncl_strided_axis inner = copy->rank ? copy->axis[count] : (struct ncl_strided_axis){1, 1, 1};
    const int64_t chunk = ncl_broadcast_chunk(&lower->plan->target, ncl_strided_volume(copy));
    const int64_t piece = inner.extent < 2 * chunk ? inner.extent : chunk;
    const int64_t pieces = ncl_ceil_div(inner.extent, piece);
    const int64_t volume = ncl_strided_volume(copy) / inner.extent;
    const int64_t rows = pieces > 1 ? 1 : ncl_ceil_div(chunk, inner.extent);
    struct ncl_emit *step = ncl_strided_begin(lower, "strided_copy", problem);
    ncl_step_define(step, "ROW", row_kind(&inner));
    ncl_step_size(step, "ROW_COUNT", volume);
    ncl_step_size(step, "INNER", inner.extent);
    ncl_step_size(step, "INNER_IN", inner.in);
    ncl_step_size(step, "INNER_OUT", inner.out);
    ncl_step_size(step, "TASK_ROWS", rows);
    ncl_step_size(step, "PIECE", piece);
    ncl_step_size(step, "PIECES", pieces);
    ncl_step_size(step, "IN_FIRST", copy->in_first);
    ncl_step_size(step, "OUT_FIRST", copy->out_first);
    ncl_step_size(step, "RANK", count);
    ncl_strided_axes(step, copy->axis, count);
    return ncl_step_end(step, ncl_ceil_div(volume, rows) * pieces);
}

const struct ncl_variant ncl_variant_move_rows = {.name = "move_rows",
                                                  .family = NCL_FAMILY_MOVE,
                                                  .about = "rows along the innermost axis",
                                                  .cost = move_rows_cost,
                                                  .emit = move_rows_emit};
