/* SPDX-License-Identifier: Apache-2.0 */
/* Normalizations over all of an image in blocks of channels, or over all of each channel, in two steps: norm_moments.cl
 * and norm_whole.cl. */
#include "emit/blocks.h"
#include "emit/variant.h"
#include "ops/norm.h"

#define RATE 10.0 /* GB/s of the result */

static bool gathers_from(const struct ncl_norm *norm, int first)
{
    return ncl_norm_gathers(norm, first, norm->input->shape.rank);
}

static const char *norm_whole_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (!target->cpu)
        return "needs a device with few wide cores";
    if (!problem)
        return NULL;
    const struct ncl_norm *norm = &problem->norm;
    if (norm->kind == NCL_NORM_LENGTH)
        return "not for lengths";
    if (!gathers_from(norm, 1) && !gathers_from(norm, 2))
        return "the axes are not those of the image";
    return ncl_norm_is_by_channels(problem) ? NULL : "parameters of another length";
}

static double norm_whole_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                              const struct ncl_choice *choice)
{
    (void)choice;
    return ncl_norm_blocked_cost(target, &problem->norm, RATE);
}

static const char *const x_fields[] = {"X_BATCH", "X_CHANNEL", "X_ROW", "X_FIRST"};

/* Returns how many rows each of its tasks has. */
static int64_t emit_moments(struct ncl_lower *lower, const struct ncl_norm *norm, ncl_ref input, ncl_ref *moments)
{
    const nnefcl_shape *shape = &norm->input->shape;
    const struct ncl_place from = ncl_blocks_place(lower, input);
    const struct ncl_blocks_tasks tasks = ncl_blocks_tasks(&lower->plan->target, shape, &from);
    *moments = ncl_lower_scratch(lower, "moments", NNEFCL_SCALAR, 3 * tasks.count * lower->plan->target.lanes);
    struct ncl_emit *step = ncl_step_begin(lower, "norm_moments");
    ncl_step_define_int(step, "CENTRED", norm->kind == NCL_NORM_LAYER);
    ncl_step_in(step, input);
    ncl_step_out(step, *moments);
    ncl_blocks_emit_in(step, &from, x_fields);
    ncl_step_size(step, "HEIGHT", from.extent[0]);
    ncl_step_size(step, "WIDTH", from.extent[1]);
    ncl_step_size(step, "CHANNELS", shape->extent[1]);
    ncl_step_size(step, "ROWS", tasks.rows);
    ncl_step_end(step, tasks.count);
    return tasks.rows;
}

static nnefcl_status norm_whole_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                     const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_norm *norm = &problem->norm;
    const nnefcl_shape *shape = &norm->input->shape;
    const ncl_ref input = ncl_blocks_in(lower, norm->input);
    ncl_ref moments;
    const int64_t together = emit_moments(lower, norm, input, &moments);
    const struct ncl_place from = ncl_blocks_place(lower, input), place = ncl_blocks_place(lower, problem->out);
    const struct ncl_blocks_tasks tasks = ncl_blocks_tasks(&lower->plan->target, shape, &place);
    struct ncl_emit *step = ncl_step_begin(lower, "norm_whole");
    ncl_step_define_int(step, "ACROSS", gathers_from(norm, 1));
    ncl_norm_define(step, norm);
    ncl_step_in(step, input);
    ncl_step_in(step, moments);
    ncl_norm_parameters(lower, step, problem, moments);
    ncl_step_out(step, problem->out);
    ncl_blocks_emit_out(step, &place);
    ncl_step_size(step, "CHANNELS", shape->extent[1]);
    ncl_step_size(step, "ROWS", tasks.rows);
    ncl_blocks_emit_in(step, &from, x_fields);
    ncl_step_size(step, "TOGETHER", together);
    ncl_norm_reals(step, norm);
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, tasks.count);
}

const struct ncl_variant ncl_variant_norm_whole = {.name = "norm_whole",
                                                   .family = NCL_FAMILY_NORM,
                                                   .about = "over all of images in blocks of channels",
                                                   .unfit = norm_whole_unfit,
                                                   .cost = norm_whole_cost,
                                                   .emit = norm_whole_emit,
                                                   .reads_blocks = true,
                                                   .writes_blocks = true};
