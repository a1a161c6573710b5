/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/norm.h"

#include <math.h>

#include "emit/blocks.h"
#include "emit/cost.h"

double ncl_norm_small(const struct ncl_norm *norm)
{
    const bool least = norm->bias == 0 && norm->epsilon >= 0x1p-40, most = fabs(norm->bias) + fabs(norm->epsilon) >= 1;
    return norm->kind == NCL_NORM_LENGTH && !least && !most ? 0x1p-80 : 0;
}

double ncl_norm_bytes(const struct ncl_norm *norm)
{
    const nnefcl_shape *shape = &norm->input->shape;
    return (double)sizeof(float) * (double)ncl_shape_span(shape, ncl_blocks_can(norm->input), shape->rank);
}

bool ncl_norm_gathers(const struct ncl_norm *norm, int first, int end)
{
    nnefcl_shape reduced = norm->input->shape;
    for (int i = first; i < end; i++)
        reduced.extent[i] = 1;
    return ncl_shape_equal(&norm->reduced, &reduced);
}

double ncl_norm_blocked_cost(const struct ncl_target *target, const struct ncl_norm *norm, double rate)
{
    const int64_t channels = norm->input->shape.extent[1],
                  filled = ncl_ceil_div(channels, target->lanes) * target->lanes;
    return ncl_cost_bytes(ncl_norm_bytes(norm) / (double)channels * (double)filled, rate);
}

static bool parameter_is_by_channels(const struct ncl_problem *problem, enum ncl_norm_parameter parameter,
                                     const char *name)
{
    const int64_t channels = problem->norm.input->shape.extent[1];
    if (parameter == NCL_NORM_NONE)
        return true;
    const nnefcl_shape *shape = &ncl_node_tensor(problem->node, name)->shape;
    return shape->rank > 1 && shape->extent[1] == channels && ncl_shape_volume(shape) == channels;
}

bool ncl_norm_is_by_channels(const struct ncl_problem *problem)
{
    return parameter_is_by_channels(problem, problem->norm.scale, "scale") &&
           parameter_is_by_channels(problem, problem->norm.offset, "offset");
}

void ncl_norm_define(struct ncl_emit *step, const struct ncl_norm *norm)
{
    ncl_step_define_int(step, "CENTRED", norm->kind == NCL_NORM_LAYER);
    if (norm->kind == NCL_NORM_LENGTH)
        ncl_step_define_int(step, "LENGTH", 1);
    ncl_step_define_int(step, "SCALED", norm->scale != NCL_NORM_NONE);
    ncl_step_define_int(step, "SHIFTED", norm->offset != NCL_NORM_NONE);
}

static ncl_ref parameter_lower(struct ncl_lower *lower, const struct ncl_node *node, enum ncl_norm_parameter parameter,
                               const char *name)
{
    return parameter == NCL_NORM_NONE ? NCL_NO_TENSOR : ncl_lower_tensor(lower, ncl_node_tensor(node, name));
}

void ncl_norm_parameters(struct ncl_lower *lower, struct ncl_emit *step, const struct ncl_problem *problem,
                         ncl_ref instead)
{
    const struct ncl_norm *norm = &problem->norm;
    ncl_step_in_or(step, parameter_lower(lower, problem->node, norm->scale, "scale"), instead);
    ncl_step_in_or(step, parameter_lower(lower, problem->node, norm->offset, "offset"), instead);
}

void ncl_norm_reals(struct ncl_emit *step, const struct ncl_norm *norm)
{
    ncl_step_real(step, "EPSILON", norm->epsilon);
    if (norm->kind == NCL_NORM_LENGTH) {
        ncl_step_real(step, "BIAS", norm->bias);
        ncl_step_real(step, "SMALL", ncl_norm_small(norm));
    }
}
