/* SPDX-License-Identifier: Apache-2.0 */
/* Reductions by work-groups, in two steps where there are few long lines: reduce_group.cl. */
#include <math.h>

#include "emit/variant.h"
#include "ops/group_lines.h"
#include "ops/reduction.h"

#define TERMS_MIN 16  /* of a work-item when a line is split */
#define STEP      5.0 /* microseconds of the step that joins the parts */

static const char *reduce_group_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    (void)problem;
    return ncl_group_lines_unfit(target);
}

static struct ncl_group_lines reduce_lines(const struct ncl_target *target, const struct ncl_reduce *p)
{
    return ncl_group_lines_make(target, &p->input->shape, &p->shape);
}

/* Tasks that share a line, so that the device is full. Positions have no parts. */
static int64_t choose_splits(const struct ncl_target *target, const struct ncl_reduce *p,
                             const struct ncl_group_lines *lines)
{
    int64_t splits = 1;
    while (!ncl_reduction_is_arg(p->kind) && lines->groups * splits < 2 * (int64_t)target->compute_units &&
           lines->axes.volume >= 2 * splits * lines->share * TERMS_MIN)
        splits *= 2;
    return splits;
}

static double reduce_group_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                                const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_group_lines lines = reduce_lines(target, &problem->reduce);
    const int64_t splits = choose_splits(target, &problem->reduce, &lines);
    return ncl_group_lines_cost(target, &lines, 1) / (double)splits + (splits > 1 ? STEP : 0);
}

/* From `in` to `out`, which has so many parts of each result; a mean is the sum by `volume`. */
static nnefcl_status emit_stage(struct ncl_lower *lower, const struct ncl_problem *problem, const struct ncl_reduce *p,
                                ncl_ref in, ncl_ref out, const struct ncl_group_lines *lines, int64_t splits,
                                double volume)
{
    const bool arg = ncl_reduction_is_arg(p->kind);
    struct ncl_emit *step = ncl_step_begin(lower, "reduce_group");
    ncl_step_group(step, (unsigned)lines->items, (uint32_t)lines->items * (1 + arg) * (uint32_t)sizeof(float));
    ncl_reduction_define(step, p);
    if (arg) {
        ncl_step_define_int(step, "ARG", 1);
        ncl_step_define_int(step, "SUM", 0);
        ncl_step_define(step, "Y", "int");
    }
    ncl_step_in(step, in);
    ncl_step_in(step, p->mean == NCL_NO_TENSOR ? in : p->mean);
    ncl_step_out(step, out);
    ncl_group_lines_emit(step, lines);
    ncl_step_size(step, "SPLITS", splits);
    ncl_step_size(step, "TERMS", ncl_ceil_div(lines->axes.volume, splits));
    ncl_step_real(step, "VOLUME", volume);
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, splits * lines->groups);
}

/* Parts of a mean are themselves sums by a power of two that is no less than their terms, so within floats. */
static nnefcl_status reduce_group_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                       const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_target *target = &lower->plan->target;
    const struct ncl_reduce *p = &problem->reduce;
    const ncl_ref in = ncl_lower_tensor(lower, p->input);
    const struct ncl_group_lines lines = reduce_lines(target, p);
    const int64_t splits = choose_splits(target, p, &lines), results = lines.axes.results;
    const double volume = (double)lines.axes.volume;
    if (splits == 1)
        return emit_stage(lower, problem, p, in, problem->out, &lines, 1, volume);
    const ncl_ref parts = ncl_lower_scratch(lower, "parts", p->input->dtype, splits * results);
    const nnefcl_shape from = {.rank = 2, .extent = {splits, results}}, to = {.rank = 2, .extent = {1, results}};
    const struct ncl_group_lines joined = ncl_group_lines_make(target, &from, &to);
    struct ncl_reduce last = *p;
    last.kind = ncl_reduction_of_parts(p->kind);
    last.mean = NCL_NO_TENSOR;
    const double terms = exp2(ceil(log2(volume / (double)splits)));
    const nnefcl_status status = emit_stage(lower, problem, p, in, parts, &lines, splits, terms);
    return status ? status : emit_stage(lower, problem, &last, parts, problem->out, &joined, 1, volume / terms);
}

const struct ncl_variant ncl_variant_reduce_group = {.name = "reduce_group",
                                                     .family = NCL_FAMILY_REDUCE,
                                                     .about = "lines of work-groups, joined as trees",
                                                     .unfit = reduce_group_unfit,
                                                     .cost = reduce_group_cost,
                                                     .emit = reduce_group_emit};
