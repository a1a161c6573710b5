/* SPDX-License-Identifier: Apache-2.0 */
/* Normalizations along any axes: the moments, then one element-wise step. */
#include "emit/cost.h"
#include "emit/elements.h"
#include "emit/variant.h"
#include "ops/norm.h"
#include "ops/reduce.h"

#include <math.h>

#define RATE 9.0 /* GB/s of the result: its input is read three times */

static ncl_ref emit_moment(struct ncl_lower *lower, const struct ncl_norm *norm, enum ncl_reduction kind,
                           const char *name, ncl_ref mean)
{
    const ncl_ref ref = ncl_lower_scratch(lower, name, NNEFCL_SCALAR, ncl_shape_volume(&norm->reduced));
    ncl_reduce_emit(lower, kind, norm->input, mean, ref, &norm->reduced);
    return ref;
}

static const char *norm_scale(struct ncl_expression *expression, const struct ncl_node *node, const char *y)
{
    const char *const terms[] = {y, ncl_expression_tensor(expression, ncl_node_tensor(node, "scale"))};
    if (ncl_tensor_is_filled_with(ncl_node_tensor(node, "scale"), 1))
        return y;
    return ncl_expression_apply(expression, NNEFCL_SCALAR, "x * y", terms, 0, 0);
}

static nnefcl_status emit_centred(struct ncl_lower *lower, const struct ncl_problem *problem, ncl_ref out)
{
    const struct ncl_norm *norm = &problem->norm;
    const struct ncl_node *node = problem->node;
    const nnefcl_shape *shape = &norm->reduced;
    const ncl_ref mean = emit_moment(lower, norm, NCL_REDUCE_MEAN, "mean", NCL_NO_TENSOR),
                  deviation = emit_moment(lower, norm, NCL_REDUCE_DEVIATION, "deviation", mean);
    struct ncl_expression expression;
    ncl_expression_begin(&expression, lower, problem->result);
    const char *const terms[] = {ncl_expression_tensor(&expression, norm->input),
                                 ncl_expression_operand(&expression, mean, shape),
                                 ncl_expression_operand(&expression, deviation, shape)};
    const char *y = ncl_expression_apply(
        &expression, NNEFCL_SCALAR, "2.0f * ncl_over_root(0.5f * x - 0.5f * y, z, ALPHA)", terms, norm->epsilon, 0);
    y = norm_scale(&expression, node, y);
    const char *const sum[] = {y, ncl_expression_tensor(&expression, ncl_node_tensor(node, "offset"))};
    if (!ncl_tensor_is_filled_with(ncl_node_tensor(node, "offset"), 0))
        ncl_expression_apply(&expression, NNEFCL_SCALAR, "x + y", sum, 0, 0);
    return ncl_elements_emit(&expression, out);
}

static nnefcl_status emit_square(struct ncl_lower *lower, const struct ncl_problem *problem, ncl_ref out)
{
    const struct ncl_norm *norm = &problem->norm;
    const struct ncl_node *node = problem->node;
    const nnefcl_shape *shape = &norm->reduced;
    const ncl_ref root = emit_moment(lower, norm, NCL_REDUCE_ROOT_SQUARE, "root mean square", NCL_NO_TENSOR);
    struct ncl_expression expression;
    ncl_expression_begin(&expression, lower, problem->result);
    const char *const terms[] = {ncl_expression_tensor(&expression, norm->input),
                                 ncl_expression_operand(&expression, root, shape)};
    norm_scale(&expression, node,
               ncl_expression_apply(&expression, NNEFCL_SCALAR, "ncl_over_root(x, y, ALPHA)", terms, norm->epsilon, 0));
    return ncl_elements_emit(&expression, out);
}

/* By the root of the mean, which is a float where the length is none; the root of how many there are comes last, and
 * makes bias and epsilon less before. */
static nnefcl_status emit_length(struct ncl_lower *lower, const struct ncl_problem *problem, ncl_ref out)
{
    const struct ncl_norm *norm = &problem->norm;
    const nnefcl_shape *shape = &norm->reduced;
    const double count = sqrt((double)(ncl_shape_volume(&norm->input->shape) / ncl_shape_volume(shape))),
                 least = norm->epsilon > 0 ? fmax(norm->epsilon / count, 0x1p-126) : norm->epsilon / count;
    const bool small = ncl_norm_small(norm) > 0;
    const ncl_ref root = emit_moment(lower, norm, NCL_REDUCE_ROOT_SQUARE, "root mean square", NCL_NO_TENSOR);
    const ncl_ref more =
        small ? emit_moment(lower, norm, NCL_REDUCE_ROOT_SQUARE_SMALL, "root mean square of multiples", NCL_NO_TENSOR)
              : root;
    struct ncl_expression expression;
    ncl_expression_begin(&expression, lower, problem->result);
    const char *terms[] = {ncl_expression_tensor(&expression, norm->input),
                           ncl_expression_operand(&expression, root, shape),
                           small ? ncl_expression_operand(&expression, more, shape) : NULL};
    const char *const formula = small ? "ncl_over_small(x, y, z, ALPHA, BETA)" : "ncl_over_length(x, y, ALPHA, BETA)";
    terms[0] = ncl_expression_apply(&expression, NNEFCL_SCALAR, formula, terms, norm->bias / count, least);
    ncl_expression_apply(&expression, NNEFCL_SCALAR, "x * ALPHA", terms, 1 / count, 0);
    return ncl_elements_emit(&expression, out);
}

static double norm_steps_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                              const struct ncl_choice *choice)
{
    (void)target;
    (void)choice;
    return ncl_cost_bytes(ncl_norm_bytes(&problem->norm), RATE);
}

static nnefcl_status norm_steps_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                     const struct ncl_choice *choice)
{
    (void)choice;
    switch (problem->norm.kind) {
    case NCL_NORM_LAYER:
        return emit_centred(lower, problem, problem->out);
    case NCL_NORM_RMS:
        return emit_square(lower, problem, problem->out);
    default:
        return emit_length(lower, problem, problem->out);
    }
}

const struct ncl_variant ncl_variant_norm_steps = {.name = "norm_steps",
                                                   .family = NCL_FAMILY_NORM,
                                                   .about = "the moments, then element by element",
                                                   .cost = norm_steps_cost,
                                                   .emit = norm_steps_emit};
