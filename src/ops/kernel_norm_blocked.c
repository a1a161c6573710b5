/* SPDX-License-Identifier: Apache-2.0 */
/* Normalizations over the channels of images in blocks of channels, at each place: norm_blocked.cl. */
#include "emit/blocks.h"
#include "emit/variant.h"
#include "ops/norm.h"

#define RATE    12.0 /* GB/s of the result */
#define LONGEST 32   /* parts of 32 vectors: their sums are added up without compensation */
#define TASKS   4    /* for each core */

static const char *norm_blocked_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (!target->cpu)
        return "needs a device with few wide cores";
    if (!problem)
        return NULL;
    const struct ncl_norm *norm = &problem->norm;
    if (!ncl_norm_gathers(norm, 1, 2))
        return "the axis is not that of channels";
    if (norm->input->shape.extent[1] > LONGEST * 32 * (int64_t)target->lanes)
        return "channels that are too many";
    return ncl_norm_is_by_channels(problem) ? NULL : "parameters of another length";
}

static double norm_blocked_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                                const struct ncl_choice *choice)
{
    (void)choice;
    return ncl_norm_blocked_cost(target, &problem->norm, RATE);
}

/* Rows of a task, and cells of a row. */
struct part {
    int64_t rows, cells;
};

static struct part norm_blocked_part(const struct ncl_target *target, const nnefcl_shape *shape,
                                     const struct ncl_place *place)
{
    const int64_t height = place->extent[0], width = place->extent[1],
                  fair = ncl_ceil_div(shape->extent[0] * height * width, TASKS * (int64_t)target->compute_units),
                  full = ncl_ceil_div(target->chunk, shape->extent[1]), cells = fair < full ? fair : full;
    if (cells < width)
        return (struct part){1, cells};
    return (struct part){cells / width < height ? cells / width : height, width};
}

static nnefcl_status norm_blocked_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                       const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_norm *norm = &problem->norm;
    const nnefcl_shape *shape = &norm->input->shape;
    const ncl_ref input = ncl_blocks_in(lower, norm->input);
    const struct ncl_place from = ncl_blocks_place(lower, input), place = ncl_blocks_place(lower, problem->out);
    const struct part part = norm_blocked_part(&lower->plan->target, shape, &place);
    struct ncl_emit *step = ncl_step_begin(lower, "norm_blocked");
    ncl_norm_define(step, norm);
    ncl_step_in(step, input);
    ncl_norm_parameters(lower, step, problem, input);
    ncl_step_out(step, problem->out);
    ncl_blocks_emit_out(step, &place);
    ncl_step_size(step, "CHANNELS", shape->extent[1]);
    ncl_step_size(step, "ROWS", part.rows);
    ncl_step_size(step, "CELLS", part.cells);
    ncl_blocks_emit_in(step, &from, (const char *const[]){"X_BATCH", "X_CHANNEL", "X_ROW", "X_FIRST"});
    ncl_norm_reals(step, norm);
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, shape->extent[0] * ncl_ceil_div(place.extent[0], part.rows) *
                                  ncl_ceil_div(place.extent[1], part.cells));
}

const struct ncl_variant ncl_variant_norm_blocked = {.name = "norm_blocked",
                                                     .family = NCL_FAMILY_NORM,
                                                     .about = "over channels, images in blocks of channels",
                                                     .unfit = norm_blocked_unfit,
                                                     .cost = norm_blocked_cost,
                                                     .emit = norm_blocked_emit,
                                                     .reads_blocks = true,
                                                     .writes_blocks = true};
