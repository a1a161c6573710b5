/* SPDX-License-Identifier: Apache-2.0 */
/* Which tensors in blocks lie in whole numbers of 16 bits (layout.h): those whose elements are multiples of a step, as
 * quantization makes them, whose writer stores them so and whose readers all read them so. Nothing is ever converted
 * for it, and half as much is written and read. */
#include "emit/blocks_known.h"
#include "emit/blocks_whole.h"
#include "emit/multiples.h"
#include "emit/variant.h"

/* Who computes a node that is a step: NULL, it has no problem. */
static const struct ncl_variant *node_variant(const struct ncl_lower *lower, const struct ncl_node *node,
                                              struct ncl_problem *problem)
{
    if (!node->op->problem)
        return NULL;
    node->op->problem(node, problem);
    return ncl_choose_decided(lower, problem);
}

/* As after.c has it, for lanes that run along channels. A number is none, nor is a zero point that is one. */
static bool operand_hangs(const struct ncl_tensor *operand, const nnefcl_shape *result)
{
    const nnefcl_shape *shape = &operand->shape;
    const int64_t volume = ncl_shape_volume(shape);
    if (operand->role == NCL_ROLE_CONSTANT && operand->data_count == 1)
        return true;
    return operand->dtype == NNEFCL_SCALAR &&
           (volume == 1 || ncl_shape_equal(shape, result) ||
            (shape->rank > 1 && shape->extent[1] == volume && volume == result->extent[1]));
}

/* All that hangs on the node is computed in its step. */
static bool chain_hangs(const struct ncl_node *node)
{
    const struct ncl_tensor *result = ncl_node_result(node, 0);
    for (const struct ncl_after *after = node->after; after; after = after->next)
        for (size_t k = 0; k < after->node->parameter_count; k++) {
            const struct ncl_value *value = &after->node->argument[k];
            if (value->kind == NCL_VALUE_TENSOR && !ncl_node_makes(node, value->tensor) &&
                !operand_hangs(value->tensor, &result->shape))
                return false;
        }
    return node->after;
}

/* The step of what the node leaves, if its writer can store it so; 0: it cannot be. */
static float result_step(const struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *last = ncl_node_last_result(node);
    const struct ncl_blocks *blocks = &lower->blocks[last->id];
    struct ncl_multiples multiples;
    const bool fits = blocks->held && !blocks->pitch && chain_hangs(node) && ncl_multiples_of(last, &multiples) &&
                      !multiples.steps && multiples.low >= INT16_MIN && multiples.high <= INT16_MAX;
    return fits ? (float)multiples.step : 0;
}

/* Networks of floats, which are most, are not asked who computes what once more. */
static bool any_is_whole(const struct ncl_lower *lower)
{
    for (size_t i = 0; i < lower->graph->node_count; i++)
        for (const struct ncl_node *node = lower->graph->node[i]; node; node = node->feeder)
            if (node->op->problem && result_step(lower, node) > 0)
                return true;
    return false;
}

static void take_back_whole(struct ncl_lower *lower, const struct ncl_value *value, const struct ncl_tensor *except)
{
    if (value->kind == NCL_VALUE_TENSOR && value->tensor != except)
        lower->blocks[value->tensor->id].step = 0;
    for (size_t i = 0; (value->kind == NCL_VALUE_ARRAY || value->kind == NCL_VALUE_TUPLE) && i < value->count; i++)
        take_back_whole(lower, &value->item[i], except);
}

static void take_back_operands(struct ncl_lower *lower, const struct ncl_node *node, const struct ncl_tensor *except)
{
    for (size_t k = 0; k < node->parameter_count; k++)
        take_back_whole(lower, &node->argument[k], except);
    for (const struct ncl_after *after = node->after; after; after = after->next)
        take_back_operands(lower, after->node, NULL);
}

/* The node, behind what feeds it where that is a step of its own. */
static void node_whole(struct ncl_lower *lower, const struct ncl_node *node)
{
    struct ncl_problem problem;
    if (node->feeder && !ncl_blocks_fed(lower, node))
        node_whole(lower, node->feeder);
    else if (node->feeder)
        take_back_operands(lower, node->feeder, NULL);
    const struct ncl_variant *variant = node_variant(lower, node, &problem);
    take_back_operands(lower, node, variant && variant->reads_whole ? ncl_blocks_input(&problem) : NULL);
    if (variant && variant->writes_whole)
        lower->blocks[ncl_node_last_result(node)->id].step = result_step(lower, node);
}

static void node_hands_on(struct ncl_lower *lower, const struct ncl_node *node)
{
    if (node->feeder)
        node_hands_on(lower, node->feeder);
    if (node->op->problem)
        lower->blocks[ncl_node_result(node, 0)->id].step = lower->blocks[ncl_node_last_result(node)->id].step;
}

void ncl_blocks_whole_decide(struct ncl_lower *lower)
{
    const struct ncl_graph *graph = lower->graph;
    if (!any_is_whole(lower))
        return;
    for (size_t i = 0; i < graph->node_count; i++)
        node_whole(lower, graph->node[i]);
    for (size_t i = 0; i < graph->output_count; i++)
        lower->blocks[graph->output[i]->id].step = 0;
    for (size_t i = 0; i < graph->node_count; i++)
        node_hands_on(lower, graph->node[i]);
}
