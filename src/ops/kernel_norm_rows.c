/* SPDX-License-Identifier: Apache-2.0 */
/* Normalizations on CPUs along elements that follow each other in memory, in one step: a row stays near. */
#include "emit/cost.h"
#include "emit/variant.h"
#include "ops/norm.h"

#define RATE    20.0 /* GB/s of the result */
#define LONGEST 64   /* parts of 32 vectors: their sums are added up without compensation */
#define TASKS   4    /* for each core */
#define LITTLE  4096 /* elements of a row that is sooner repeated than computed by a text of its own */

static const char *norm_rows_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (!target->cpu)
        return "needs a device with few wide cores";
    if (!problem)
        return NULL;
    const struct ncl_norm *norm = &problem->norm;
    if (norm->run == 0)
        return "elements that do not follow each other share a mean";
    if (norm->run > LONGEST * 32 * (int64_t)target->lanes)
        return "rows that are too long";
    return norm->scale == NCL_NORM_OTHER || norm->offset == NCL_NORM_OTHER ? "parameters of another length" : NULL;
}

static double norm_rows_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                             const struct ncl_choice *choice)
{
    (void)target;
    (void)choice;
    return ncl_cost_bytes(ncl_norm_bytes(&problem->norm), RATE);
}

/* Rows of a task: whole tiles, where there are as many rows. */
static int64_t norm_rows_span(const struct ncl_target *target, int64_t rows, int64_t run)
{
    const int64_t full = ncl_ceil_div(target->chunk, run),
                  fair = ncl_ceil_div(rows, TASKS * (int64_t)target->compute_units), span = fair < full ? fair : full;
    return rows < target->lanes ? span : ncl_ceil_div(span, target->lanes) * target->lanes;
}

static nnefcl_status norm_rows_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                    const struct ncl_choice *choice)
{
    const struct ncl_norm *norm = &problem->norm;
    const struct ncl_target *target = &lower->plan->target;
    const int64_t rows = ncl_shape_volume(&norm->input->shape) / norm->run,
                  span = norm_rows_span(target, rows, norm->run);
    const ncl_ref x = ncl_lower_tensor(lower, norm->input);
    (void)choice;
    struct ncl_emit *step = ncl_step_begin(lower, "norm_rows");
    ncl_norm_define(step, norm);
    if (rows < target->lanes && norm->run > LITTLE)
        ncl_step_define_int(step, "TILE", 1);
    ncl_step_in(step, x);
    ncl_norm_parameters(lower, step, problem, x);
    ncl_step_out(step, problem->out);
    ncl_step_size(step, "ROWS", rows);
    ncl_step_size(step, "COLUMNS", norm->run);
    ncl_step_size(step, "SPAN", span);
    ncl_norm_reals(step, norm);
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, ncl_ceil_div(rows, span));
}

const struct ncl_variant ncl_variant_norm_rows = {.name = "norm_rows",
                                                  .family = NCL_FAMILY_NORM,
                                                  .about = "one step along elements that follow each other",
                                                  .unfit = norm_rows_unfit,
                                                  .cost = norm_rows_cost,
                                                  .emit = norm_rows_emit};
