/* SPDX-License-Identifier: Apache-2.0 */
/* The plain kernels behind every reduction: lines along any set of axes, in vectors (reduce.cl, argreduce.cl). */
#include "emit/cost.h"
#include "emit/variant.h"
#include "ops/group_lines.h"
#include "ops/reduction.h"

#define READ_RATE 5.0 /* GB/s of a core */
#define SHORT     4   /* vectors: runs that end sooner are gathered for a result in each lane */

/* On a CPU that of one image, so that the batch decides nothing. */
static double reduce_lines_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                                const struct ncl_choice *choice)
{
    (void)choice;
    const nnefcl_shape *in = &problem->reduce.input->shape, *out = &problem->reduce.shape;
    if (!target->cpu) {
        struct ncl_axes axes;
        ncl_axes_find(&axes, in, out);
        return ncl_group_lines_alone_cost(target, &axes, 1);
    }
    const double elements = (double)ncl_shape_span(in, 1, in->rank), lines = (double)ncl_shape_span(out, 1, out->rank);
    const double busy = lines < target->compute_units ? lines : target->compute_units;
    return ncl_cost_bytes(elements * sizeof(float), busy * READ_RATE);
}

static nnefcl_status reduce_lines_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                       const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_reduce *p = &problem->reduce;
    const struct ncl_target *target = &lower->plan->target;
    const bool arg = ncl_reduction_is_arg(p->kind);
    struct ncl_axes axes;
    ncl_axes_find(&axes, &p->input->shape, &p->shape);
    const bool turned = target->cpu && !axes.columns && axes.run < SHORT * (int64_t)target->lanes;
    const int64_t beside = turned ? ncl_axes_turn(&axes) : 1;
    struct ncl_emit *step = ncl_step_begin(lower, arg ? "argreduce" : "reduce");
    ncl_reduction_define(step, p);
    ncl_step_in(step, ncl_lower_tensor(lower, p->input));
    if (!arg)
        ncl_step_in(step, p->mean == NCL_NO_TENSOR ? ncl_lower_tensor(lower, p->input) : p->mean);
    ncl_step_out(step, problem->out);
    const int64_t tasks = ncl_axes_emit(lower, step, &axes);
    if (turned)
        ncl_step_define_int(step, "APART", 1);
    ncl_step_size(step, "BESIDE", beside);
    if (!arg)
        ncl_step_real(step, "VOLUME", (double)axes.volume);
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, tasks);
}

const struct ncl_variant ncl_variant_reduce_lines = {.name = "reduce_lines",
                                                     .family = NCL_FAMILY_REDUCE,
                                                     .about = "a line after the other, along any axes",
                                                     .cost = reduce_lines_cost,
                                                     .emit = reduce_lines_emit};
