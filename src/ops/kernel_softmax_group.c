/* SPDX-License-Identifier: Apache-2.0 */
/* softmax by work-groups: softmax_group.cl. */
#include "emit/variant.h"
#include "ops/group_lines.h"

static const char *softmax_group_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    (void)problem;
    return ncl_group_lines_unfit(target);
}

static struct ncl_group_lines softmax_lines(const struct ncl_target *target, const struct ncl_softmax *p)
{
    return ncl_group_lines_make(target, &p->input->shape, &p->reduced);
}

static double softmax_group_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                                 const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_group_lines lines = softmax_lines(target, &problem->softmax);
    return ncl_group_lines_cost(target, &lines, 3);
}

static nnefcl_status softmax_group_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                        const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_group_lines lines = softmax_lines(&lower->plan->target, &problem->softmax);
    struct ncl_emit *step = ncl_step_begin(lower, "softmax_group");
    ncl_step_group(step, (unsigned)lines.items, (uint32_t)lines.items * (uint32_t)sizeof(float));
    ncl_step_in(step, ncl_lower_tensor(lower, problem->softmax.input));
    ncl_step_out(step, problem->out);
    ncl_group_lines_emit(step, &lines);
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, lines.groups);
}

const struct ncl_variant ncl_variant_softmax_group = {.name = "softmax_group",
                                                      .family = NCL_FAMILY_SOFTMAX,
                                                      .about = "lines of work-groups, joined as trees",
                                                      .unfit = softmax_group_unfit,
                                                      .cost = softmax_group_cost,
                                                      .emit = softmax_group_emit};
