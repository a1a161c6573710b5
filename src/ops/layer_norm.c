/* SPDX-License-Identifier: Apache-2.0 */
/* What the pass `recognize` makes of normalizations along axes:
 *
 * layer_norm  y = (x - mean) / sqrt(variance + epsilon) scale + offset, mean and variance of x along the axes
 * rms_norm    y = x / sqrt(mean of x^2 + epsilon) scale
 * l2_norm     y = x / sqrt(max(sum of x^2, epsilon))
 *
 * Scale and offset have extents along these axes only. Of the standard (4.9.4):
 *
 * l2_normalization  y = x / max(sqrt(sum of x^2) + bias, epsilon) */
#include <math.h>

#include "ops/broadcast.h"
#include "ops/norm.h"
#include "ops/reduce.h"
#include "emit/reference.h"

/* ---- shapes ---- */

static bool parameter_runs_along(const nnefcl_shape *parameter, const nnefcl_shape *input, const nnefcl_shape *reduced)
{
    for (int i = 0; i < parameter->rank; i++)
        if (parameter->extent[i] != 1 &&
            (i >= input->rank || parameter->extent[i] != input->extent[i] || reduced->extent[i] == input->extent[i]))
            return false;
    return true;
}

/* Of both: the tensors behind x are scale and offset. */
nnefcl_status ncl_layer_norm_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const struct ncl_tensor *x = ncl_node_tensor(node, "x");
    nnefcl_shape reduced;
    const nnefcl_status status = ncl_axes_infer(infer, node, x, &reduced);
    if (status)
        return status;
    if (ncl_shape_equal(&reduced, &x->shape))
        return ncl_infer_error(infer, node, "there is one element along the axes");
    for (size_t i = 1; i < node->parameter_count; i++) {
        const struct ncl_value *value = &node->argument[i];
        if (value->kind == NCL_VALUE_TENSOR && !parameter_runs_along(&value->tensor->shape, &x->shape, &reduced))
            return ncl_infer_error(infer, node, "'%s' does not run along the axes", node->parameter[i]);
    }
    return ncl_infer_result(infer, node, 0, &x->shape);
}

/* Of both that have a length. */
nnefcl_status ncl_l2_norm_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const struct ncl_tensor *x = node->argument[0].tensor;
    nnefcl_shape reduced;
    const nnefcl_status status = ncl_axes_infer(infer, node, x, &reduced);
    return status ? status : ncl_infer_result(infer, node, 0, &x->shape);
}

static nnefcl_shape norm_reduced_shape(const struct ncl_node *node)
{
    nnefcl_shape shape = node->argument[0].tensor->shape;
    for (size_t i = 0; i < ncl_node_count(node, "axes"); i++)
        shape.extent[ncl_node_integer_at(node, "axes", i)] = 1;
    return shape;
}

/* ---- the problem ---- */

/* Elements that follow each other in memory and share a mean; 0: they do not. */
static int64_t norm_run(const nnefcl_shape *shape, const nnefcl_shape *reduced)
{
    int64_t run = 1;
    int i = shape->rank;
    while (i > 0 && reduced->extent[i - 1] == 1)
        run *= shape->extent[--i];
    return ncl_shape_volume(reduced) == ncl_shape_span(shape, 0, i) ? run : 0;
}

static enum ncl_norm_parameter norm_parameter(const struct ncl_tensor *tensor, double neutral, int64_t run)
{
    return ncl_tensor_is_filled_with(tensor, neutral)       ? NCL_NORM_NONE
           : ncl_shape_volume(&tensor->shape) == run && run ? NCL_NORM_ALONG
                                                            : NCL_NORM_OTHER;
}

/* What they have in common. */
static void norm_problem(const struct ncl_node *node, enum ncl_norm_kind kind, struct ncl_problem *problem)
{
    const struct ncl_tensor *x = node->argument[0].tensor;
    *problem = (struct ncl_problem){.family = NCL_FAMILY_NORM,
                                    .node = node,
                                    .result = ncl_node_result(node, 0),
                                    .flops = 8.0 * (double)ncl_shape_volume(&x->shape)};
    struct ncl_norm *norm = &problem->norm;
    norm->input = x;
    norm->reduced = norm_reduced_shape(node);
    norm->kind = kind;
    norm->run = norm_run(&x->shape, &norm->reduced);
}

void ncl_layer_norm_problem(const struct ncl_node *node, struct ncl_problem *problem)
{
    struct ncl_norm *norm = &problem->norm;
    norm_problem(node, node->op->variant == 0 ? NCL_NORM_LAYER : NCL_NORM_RMS, problem);
    norm->epsilon = ncl_node_scalar(node, "epsilon");
    norm->scale = norm_parameter(ncl_node_tensor(node, "scale"), 1, norm->run);
    norm->offset =
        norm->kind == NCL_NORM_LAYER ? norm_parameter(ncl_node_tensor(node, "offset"), 0, norm->run) : NCL_NORM_NONE;
}

static double least_length(const struct ncl_node *node)
{
    const double epsilon = ncl_node_scalar(node, "epsilon");
    return node->op->variant == 0 ? epsilon : sqrt(epsilon > 0 ? epsilon : 0);
}

static double length_bias(const struct ncl_node *node)
{
    return node->op->variant == 0 ? ncl_node_scalar(node, "bias") : 0;
}

void ncl_l2_norm_problem(const struct ncl_node *node, struct ncl_problem *problem)
{
    norm_problem(node, NCL_NORM_LENGTH, problem);
    problem->norm.bias = length_bias(node);
    problem->norm.epsilon = least_length(node);
}

/* ---- the definition ---- */

/* One line: the elements that share a mean. */
struct line {
    const struct ncl_reference *reference;
    const struct ncl_node *node;
    const struct ncl_tensor *x;
    nnefcl_shape along; /* extents of the axes that are gathered, 1 elsewhere */
    int64_t first[NNEFCL_MAX_RANK];
    double mean, variance, epsilon, bias;
};

static double line_parameter(const struct line *line, const char *name, const int64_t *at)
{
    const struct ncl_tensor *tensor = ncl_node_tensor(line->node, name);
    return ncl_reference_in(line->reference, tensor)[ncl_position_repeated(&tensor->shape, at)];
}

/* Calls `each` with the position and the index of every element of the line. */
static void line_walk(struct line *line, void (*each)(struct line *line, const int64_t *at, int64_t index))
{
    int64_t within[NNEFCL_MAX_RANK], at[NNEFCL_MAX_RANK];
    for (bool more = ncl_position_first(&line->along, within); more; more = ncl_position_next(&line->along, within)) {
        for (int i = 0; i < line->along.rank; i++)
            at[i] = line->first[i] + within[i];
        each(line, at, ncl_position_index(&line->x->shape, at));
    }
}

static void line_add_to_mean(struct line *line, const int64_t *at, int64_t index)
{
    (void)at;
    line->mean += ncl_reference_in(line->reference, line->x)[index] / (double)ncl_shape_volume(&line->along);
}

static void line_add_to_variance(struct line *line, const int64_t *at, int64_t index)
{
    (void)at;
    const double from = ncl_reference_in(line->reference, line->x)[index] - line->mean;
    line->variance += from * from / (double)ncl_shape_volume(&line->along);
}

/* A difference from the mean rounds in units of the mean. */
static void line_set_layer_norm(struct line *line, const int64_t *at, int64_t index)
{
    const struct ncl_tensor *result = ncl_node_result(line->node, 0);
    const double x = ncl_reference_in(line->reference, line->x)[index],
                 factor = line_parameter(line, "scale", at) / sqrt(line->variance + line->epsilon),
                 offset = line_parameter(line, "offset", at);
    ncl_reference_out(line->reference, result)[index] = (x - line->mean) * factor + offset;
    ncl_reference_scale(line->reference, result, (uint64_t)ncl_shape_volume(&line->along))[index] =
        (fabs(x) + fabs(line->mean)) * fabs(factor) + fabs(offset);
}

static void line_set_rms_norm(struct line *line, const int64_t *at, int64_t index)
{
    const struct ncl_tensor *result = ncl_node_result(line->node, 0);
    const double x = ncl_reference_in(line->reference, line->x)[index];
    ncl_reference_out(line->reference, result)[index] =
        x * line_parameter(line, "scale", at) / sqrt(line->variance + line->epsilon);
    ncl_reference_scale(line->reference, result, (uint64_t)ncl_shape_volume(&line->along));
}

/* The root rounds in units of itself, before the bias takes some of it away. */
static void line_set_l2_norm(struct line *line, const int64_t *at, int64_t index)
{
    (void)at;
    const struct ncl_tensor *result = ncl_node_result(line->node, 0);
    const double root = sqrt(line->variance * (double)ncl_shape_volume(&line->along)), length = root + line->bias,
                 y = ncl_reference_in(line->reference, line->x)[index] /
                     (length > line->epsilon ? length : line->epsilon);
    ncl_reference_out(line->reference, result)[index] = y;
    ncl_reference_scale(line->reference, result, (uint64_t)ncl_shape_volume(&line->along))[index] =
        length > line->epsilon ? fabs(y) * (root + fabs(line->bias)) / length : 0;
}

static void norm_define(struct line line, bool centred,
                        void (*set)(struct line *line, const int64_t *at, int64_t index))
{
    const nnefcl_shape reduced = norm_reduced_shape(line.node);
    line.x = line.node->argument[0].tensor;
    line.along.rank = reduced.rank;
    for (int i = 0; i < reduced.rank; i++)
        line.along.extent[i] = line.x->shape.extent[i] / reduced.extent[i];
    for (bool more = ncl_position_first(&reduced, line.first); more; more = ncl_position_next(&reduced, line.first)) {
        line.mean = line.variance = 0;
        if (centred)
            line_walk(&line, line_add_to_mean);
        line_walk(&line, line_add_to_variance);
        line_walk(&line, set);
    }
}

static struct line line_begin(const struct ncl_reference *reference, const struct ncl_node *node, double epsilon)
{
    return (struct line){.reference = reference, .node = node, .epsilon = epsilon};
}

void ncl_layer_norm_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    norm_define(line_begin(reference, node, ncl_node_scalar(node, "epsilon")), true, line_set_layer_norm);
}

void ncl_rms_norm_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    norm_define(line_begin(reference, node, ncl_node_scalar(node, "epsilon")), false, line_set_rms_norm);
}

void ncl_l2_norm_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    struct line line = line_begin(reference, node, least_length(node));
    line.bias = length_bias(node);
    norm_define(line, false, line_set_l2_norm);
}
