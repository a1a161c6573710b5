/* SPDX-License-Identifier: Apache-2.0 */
/* Layer and RMS normalization by work-groups: norm_group.cl. */
#include "emit/variant.h"
#include "ops/group_lines.h"

/* Does it have one element, or one for each of a line in their order? */
static bool parameter_fits(const struct ncl_tensor *parameter, int64_t volume)
{
    const int64_t count = ncl_shape_volume(&parameter->shape);
    return count == 1 || count == volume;
}

static const struct ncl_tensor *norm_offset(const struct ncl_problem *problem)
{
    return problem->norm.centred ? ncl_node_tensor(problem->node, "offset") : NULL;
}

static const char *norm_group_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    const char *device = ncl_group_lines_unfit(target);
    if (device || !problem)
        return device;
    const struct ncl_norm *p = &problem->norm;
    const struct ncl_tensor *offset = norm_offset(problem);
    const int64_t volume = ncl_shape_volume(&p->input->shape) / ncl_shape_volume(&p->reduced);
    return parameter_fits(ncl_node_tensor(problem->node, "scale"), volume) &&
                   (!offset || parameter_fits(offset, volume))
               ? NULL
               : "a parameter runs along some of the axes only";
}

static struct ncl_group_lines norm_lines(const struct ncl_target *target, const struct ncl_norm *p)
{
    return ncl_group_lines_make(target, &p->input->shape, &p->reduced);
}

static double norm_group_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                              const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_group_lines lines = norm_lines(target, &problem->norm);
    return ncl_group_lines_cost(target, &lines, 3);
}

static nnefcl_status norm_group_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                     const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_norm *p = &problem->norm;
    const struct ncl_tensor *scale = ncl_node_tensor(problem->node, "scale"), *offset = norm_offset(problem);
    const struct ncl_group_lines lines = norm_lines(&lower->plan->target, p);
    struct ncl_emit *step = ncl_step_begin(lower, "norm_group");
    ncl_step_group(step, (unsigned)lines.items, (uint32_t)lines.items * (uint32_t)sizeof(float));
    ncl_step_in(step, ncl_lower_tensor(lower, p->input));
    ncl_step_in(step, ncl_lower_tensor(lower, scale));
    ncl_step_in(step, ncl_lower_tensor(lower, offset ? offset : scale));
    ncl_step_out(step, problem->out);
    ncl_group_lines_emit(step, &lines);
    ncl_step_size(step, "CENTRED", p->centred);
    ncl_step_size(step, "SCALE_STEP", ncl_shape_volume(&scale->shape) > 1);
    ncl_step_size(step, "OFFSET_STEP", offset && ncl_shape_volume(&offset->shape) > 1);
    ncl_step_size(step, "HAS_OFFSET", offset != NULL);
    ncl_step_real(step, "EPSILON", ncl_node_scalar(problem->node, "epsilon"));
    ncl_step_real(step, "VOLUME", (double)lines.axes.volume);
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, lines.groups);
}

const struct ncl_variant ncl_variant_norm_group = {.name = "norm_group",
                                                   .family = NCL_FAMILY_NORM,
                                                   .about = "lines of work-groups, joined as trees",
                                                   .unfit = norm_group_unfit,
                                                   .cost = norm_group_cost,
                                                   .emit = norm_group_emit};
