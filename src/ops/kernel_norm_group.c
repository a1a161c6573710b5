/* SPDX-License-Identifier: Apache-2.0 */
/* Layer, RMS and L2 normalization by work-groups: norm_group.cl. */
#include "emit/variant.h"
#include "ops/group_lines.h"
#include "ops/norm.h"

/* Does it have one element, or one for each of a line in their order? */
static bool parameter_fits(const struct ncl_tensor *parameter, int64_t volume)
{
    const int64_t count = parameter ? ncl_shape_volume(&parameter->shape) : 1;
    return count == 1 || count == volume;
}

/* NULL: there is none. */
static const struct ncl_tensor *group_norm_scale(const struct ncl_problem *problem)
{
    return problem->norm.kind == NCL_NORM_LENGTH ? NULL : ncl_node_tensor(problem->node, "scale");
}

static const struct ncl_tensor *group_norm_offset(const struct ncl_problem *problem)
{
    return problem->norm.kind == NCL_NORM_LAYER ? ncl_node_tensor(problem->node, "offset") : NULL;
}

static const char *norm_group_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    const char *device = ncl_group_lines_unfit(target);
    if (device || !problem)
        return device;
    const struct ncl_norm *p = &problem->norm;
    const int64_t volume = ncl_shape_volume(&p->input->shape) / ncl_shape_volume(&p->reduced);
    return parameter_fits(group_norm_scale(problem), volume) && parameter_fits(group_norm_offset(problem), volume)
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
    const struct ncl_tensor *scale = group_norm_scale(problem), *offset = group_norm_offset(problem);
    const bool length = p->kind == NCL_NORM_LENGTH;
    const struct ncl_group_lines lines = norm_lines(&lower->plan->target, p);
    const ncl_ref x = ncl_lower_tensor(lower, p->input);
    struct ncl_emit *step = ncl_step_begin(lower, "norm_group");
    ncl_step_group(step, (unsigned)lines.items, (uint32_t)lines.items * (uint32_t)sizeof(float));
    if (length)
        ncl_step_define_int(step, "LENGTH", 1);
    ncl_step_in(step, x);
    ncl_step_in_or(step, scale ? ncl_lower_tensor(lower, scale) : NCL_NO_TENSOR, x);
    ncl_step_in_or(step, offset ? ncl_lower_tensor(lower, offset) : NCL_NO_TENSOR, x);
    ncl_step_out(step, problem->out);
    ncl_group_lines_emit(step, &lines);
    ncl_step_size(step, "CENTRED", p->kind == NCL_NORM_LAYER);
    ncl_step_size(step, "SCALE_STEP", scale && ncl_shape_volume(&scale->shape) > 1);
    ncl_step_size(step, "OFFSET_STEP", offset && ncl_shape_volume(&offset->shape) > 1);
    ncl_step_size(step, "HAS_OFFSET", offset != NULL);
    ncl_step_real(step, "EPSILON", p->epsilon);
    ncl_step_real(step, "VOLUME", length ? 1 : (double)lines.axes.volume);
    if (length) {
        ncl_step_real(step, "BIAS", p->bias);
        ncl_step_real(step, "SMALL", ncl_norm_small(p));
    }
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, lines.groups);
}

const struct ncl_variant ncl_variant_norm_group = {.name = "norm_group",
                                                   .family = NCL_FAMILY_NORM,
                                                   .about = "lines of work-groups, joined as trees",
                                                   .unfit = norm_group_unfit,
                                                   .cost = norm_group_cost,
                                                   .emit = norm_group_emit};
