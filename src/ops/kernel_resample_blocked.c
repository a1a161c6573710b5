/* SPDX-License-Identifier: Apache-2.0 */
/* Resampling of images in blocks of channels: nearest_blocked.cl, multilinear_blocked.cl. */
#include "emit/after.h"
#include "emit/blocks.h"
#include "emit/cost.h"
#include "ops/resample.h"
#include "ops/window.h"

#define EFFICIENCY 0.08 /* of multiply-adds: a store for each lane */
#define MIXING     0.05 /* the same, with arithmetic in front of it */

static bool is_mixed(const struct ncl_problem *problem)
{
    return problem->resample.method != NCL_RESAMPLE_NEAREST;
}

static const char *resample_blocked_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    (void)target;
    return problem && !ncl_blocks_can(problem->result) ? "the result is no image in blocks" : NULL;
}

static double resample_blocked_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                                    const struct ncl_choice *choice)
{
    (void)choice;
    const double elements = (double)ncl_blocks_elements(target, &problem->result->shape);
    return ncl_cost_macs(target, elements, is_mixed(problem) ? MIXING : EFFICIENCY);
}

/* Where outputs lie: FIRST, STEP and PARTS of H and W, an extent of 1 in the place of H where there is none. */
static void emit_lines(struct ncl_emit *step, const struct ncl_resample *p, const struct ncl_place *from,
                       const struct ncl_place *place)
{
    int64_t field[3][2];
    for (int i = 0; i < 2; i++) {
        const struct ncl_resample_line line = ncl_resample_line(p->method, from->extent[i], place->extent[i]);
        field[0][i] = line.first;
        field[1][i] = line.step;
        field[2][i] = line.parts;
    }
    ncl_step_sizes(step, "FIRST", field[0], 2);
    ncl_step_sizes(step, "STEP", field[1], 2);
    ncl_step_sizes(step, "PARTS", field[2], 2);
}

static nnefcl_status resample_blocked_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                           const struct ncl_choice *choice)
{
    (void)choice;
    const nnefcl_shape *out = &problem->result->shape;
    const ncl_ref input = ncl_blocks_in(lower, problem->resample.input);
    const struct ncl_place from = ncl_blocks_place(lower, input), place = ncl_blocks_place(lower, problem->out);
    const struct ncl_blocks_tasks tasks = ncl_blocks_tasks(&lower->plan->target, out, &place);
    struct ncl_emit *step = ncl_step_begin(lower, is_mixed(problem) ? "multilinear_blocked" : "nearest_blocked");
    if (is_mixed(problem))
        ncl_window_define_border(step, problem->resample.border);
    ncl_step_in(step, input);
    ncl_step_out(step, problem->out);
    ncl_step_after(lower, step, problem->out, 1, true);
    ncl_blocks_emit_out(step, &place);
    ncl_step_size(step, "CHANNELS", out->extent[1]);
    ncl_step_size(step, "ROWS", tasks.rows);
    ncl_blocks_emit_in(step, &from, (const char *const[]){"X_BATCH", "X_CHANNEL", "X_ROW", "X_FIRST"});
    ncl_step_sizes(step, "IN", from.extent, 2);
    if (is_mixed(problem))
        emit_lines(step, &problem->resample, &from, &place);
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, tasks.count);
}

const struct ncl_variant ncl_variant_resample_blocked = {.name = "resample_blocked",
                                                         .family = NCL_FAMILY_RESAMPLE,
                                                         .about = "images in blocks of channels",
                                                         .unfit = resample_blocked_unfit,
                                                         .cost = resample_blocked_cost,
                                                         .emit = resample_blocked_emit,
                                                         .reads_blocks = true,
                                                         .writes_blocks = true};
