/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/elements.h"

#include "emit/variant.h"

static struct ncl_problem elements_problem(const struct ncl_node *node, nnefcl_dtype dtype, const nnefcl_shape *shape)
{
    return (struct ncl_problem){
        .family = NCL_FAMILY_ELEMENTS, .node = node, .elements = {.dtype = dtype, .shape = *shape}};
}

void ncl_elements_describe(const struct ncl_node *node, struct ncl_problem *problem)
{
    const struct ncl_tensor *result = ncl_node_last_result(node);
    *problem = elements_problem(node, result->dtype, &result->shape);
    problem->result = result;
}

static struct ncl_problem expression_problem(const struct ncl_expression *expression)
{
    struct ncl_problem problem = elements_problem(expression->lower->node, expression->dtype, &expression->shape);
    problem.elements.expression = expression;
    problem.flops = (double)ncl_shape_volume(&expression->shape) * expression->node_count;
    return problem;
}

nnefcl_status ncl_elements_result(const struct ncl_expression *expression, const struct ncl_tensor *result)
{
    struct ncl_problem problem = expression_problem(expression);
    problem.result = result;
    return ncl_choose(expression->lower, &problem);
}

nnefcl_status ncl_elements_emit(const struct ncl_expression *expression, ncl_ref result)
{
    struct ncl_problem problem = expression_problem(expression);
    problem.out = result;
    return ncl_choose(expression->lower, &problem);
}

nnefcl_status ncl_elements_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *result = ncl_node_last_result(node);
    struct ncl_expression expression;
    ncl_expression_begin(&expression, lower, result);
    ncl_expression_add(&expression, node);
    ncl_expression_add_after(&expression, node->after);
    return ncl_elements_result(&expression, result);
}
