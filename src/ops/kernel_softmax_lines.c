/* SPDX-License-Identifier: Apache-2.0 */
/* The plain kernel behind every softmax: lines along any set of axes, in vectors (softmax.cl). */
#include "emit/variant.h"
#include "ops/group_lines.h"

static double softmax_lines_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                                 const struct ncl_choice *choice)
{
    (void)choice;
    struct ncl_axes axes;
    ncl_axes_find(&axes, &problem->softmax.input->shape, &problem->softmax.reduced);
    return ncl_group_lines_alone_cost(target, &axes, 3);
}

static nnefcl_status softmax_lines_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                        const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_softmax *p = &problem->softmax;
    struct ncl_axes axes;
    ncl_axes_find(&axes, &p->input->shape, &p->reduced);
    struct ncl_emit *step = ncl_step_begin(lower, "softmax");
    ncl_step_in(step, ncl_lower_tensor(lower, p->input));
    ncl_step_out(step, problem->out);
    const int64_t tasks = ncl_axes_emit(lower, step, &axes);
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, tasks);
}

const struct ncl_variant ncl_variant_softmax_lines = {.name = "softmax_lines",
                                                      .family = NCL_FAMILY_SOFTMAX,
                                                      .about = "a line after the other, along any axes",
                                                      .cost = softmax_lines_cost,
                                                      .emit = softmax_lines_emit};
