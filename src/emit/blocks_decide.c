/* SPDX-License-Identifier: Apache-2.0 */
/* The walk over the graph that decides which tensors lie in blocks: each node takes its cheapest variant, given what
 * the nodes before it decided. */
#include "emit/blocks_known.h"
#include "emit/blocks_whole.h"
#include "emit/cost.h"
#include "emit/cut.h"
#include "emit/elements.h"
#include "emit/parts.h"
#include "emit/pitch.h"
#include "emit/variant.h"

#define BETWEEN_RATE 30.0 /* GB/s of the third cache */

static bool node_problem(const struct ncl_node *node, struct ncl_problem *problem)
{
    if (node->op->problem)
        node->op->problem(node, problem);
    else if (node->op->elements)
        ncl_elements_describe(node, problem);
    return node->op->problem || node->op->elements;
}

static bool node_cuts(const struct ncl_lower *lower, const struct ncl_node *node, struct ncl_cut *cut)
{
    return node->op->cut && node->op->cut(node, cut) && ncl_cut_fits(cut, lower->plan->target.lanes);
}

/* ---- who reads what ---- */

static bool family_reads_blocks(const struct ncl_lower *lower, const struct ncl_problem *problem)
{
    for (size_t i = 0; i < ncl_variant_count; i++)
        if (ncl_variants[i]->family == problem->family && ncl_variants[i]->reads_blocks &&
            !ncl_variant_unfit(ncl_variants[i], &lower->plan->target, problem))
            return true;
    return false;
}

static void mark_plain(struct ncl_lower *lower, const struct ncl_value *value, const struct ncl_tensor *except)
{
    if (value->kind == NCL_VALUE_TENSOR && value->tensor != except)
        lower->blocks[value->tensor->id].read_plain = true;
    for (size_t i = 0; (value->kind == NCL_VALUE_ARRAY || value->kind == NCL_VALUE_TUPLE) && i < value->count; i++)
        mark_plain(lower, &value->item[i], except);
}

/* Element-wise nodes and chains take either form, and so do cuts at blocks. */
static void mark_reads(struct ncl_lower *lower, const struct ncl_node *node)
{
    struct ncl_problem problem;
    struct ncl_cut cut;
    const struct ncl_tensor *except = NULL;
    if (node->op->elements || node_cuts(lower, node, &cut))
        return;
    if (node->feeder)
        mark_reads(lower, node->feeder);
    if (node_problem(node, &problem) && family_reads_blocks(lower, &problem))
        except = ncl_blocks_input(&problem);
    for (size_t k = 0; k < node->parameter_count; k++)
        mark_plain(lower, &node->argument[k], except);
}

/* ---- halos ---- */

static struct ncl_blocks *last_of_same(struct ncl_lower *lower, const struct ncl_tensor *tensor)
{
    uint32_t id = tensor->id;
    while (lower->blocks[id].same != id)
        id = lower->blocks[id].same;
    return &lower->blocks[id];
}

static void raise_halo(struct ncl_blocks *blocks, const int64_t before[2], const int64_t after[2])
{
    for (int i = 0; i < 2; i++) {
        if (before[i] > blocks->before[i])
            blocks->before[i] = (uint16_t)before[i];
        if (after[i] > blocks->after[i])
            blocks->after[i] = (uint16_t)after[i];
    }
}

/* Both have the wider halo of the two from now on. */
static void join_halos(struct ncl_lower *lower, const struct ncl_tensor *a, const struct ncl_tensor *b)
{
    struct ncl_blocks *from = last_of_same(lower, a), *to = last_of_same(lower, b);
    if (from == to)
        return;
    raise_halo(to, (const int64_t[]){from->before[0], from->before[1]},
               (const int64_t[]){from->after[0], from->after[1]});
    from->same = (uint32_t)(to - lower->blocks);
}

static void spread_halos(struct ncl_lower *lower)
{
    for (size_t i = 0; i < lower->graph->tensor_count; i++) {
        const struct ncl_blocks *last = last_of_same(lower, lower->graph->tensor[i]);
        for (int k = 0; k < 2; k++) {
            lower->blocks[i].before[k] = last->before[k];
            lower->blocks[i].after[k] = last->after[k];
        }
    }
}

/* ---- decisions ---- */

/* The operands of a chain lie as its result does, so that one address serves them all. */
static void hold_result(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *operand[NCL_BLOCKS_OPERANDS], *result = ncl_node_last_result(node);
    const size_t count = ncl_blocks_operands(node, operand);
    lower->blocks[ncl_node_result(node, 0)->id].held = true;
    lower->blocks[result->id].held = true;
    join_halos(lower, ncl_node_result(node, 0), result);
    for (size_t i = 0; i < count; i++)
        join_halos(lower, operand[i], result);
}

/* What the whole and its parts cost when the results lie in blocks, or plain: those which do not so now. */
static double cut_cost(const struct ncl_lower *lower, const struct ncl_cut *cut, bool blocks)
{
    double cost = 0;
    for (size_t i = 0; i <= cut->count; i++) {
        const struct ncl_tensor *tensor = i < cut->count ? cut->part[i].tensor : cut->whole;
        const bool read = (i < cut->count) == cut->joins;
        if (read ? ncl_blocks_held(lower, tensor) != blocks : blocks && lower->blocks[tensor->id].read_plain)
            cost += ncl_blocks_conversion(tensor);
    }
    return cost;
}

static void cut_decide(struct ncl_lower *lower, const struct ncl_cut *cut)
{
    const bool forced = lower->forced && lower->forced->blocks;
    if (!forced && cut_cost(lower, cut, true) >= cut_cost(lower, cut, false))
        return;
    lower->blocks[cut->whole->id].held |= cut->joins;
    for (size_t i = 0; i < cut->count; i++) {
        lower->blocks[cut->part[i].tensor->id].held |= !cut->joins;
        join_halos(lower, cut->part[i].tensor, cut->whole);
    }
}

/* What lies between two steps and in no second cache is written and read again. */
static double between_cost(const struct ncl_lower *lower, const struct ncl_tensor *tensor)
{
    const double bytes =
        (double)ncl_shape_span(&tensor->shape, 1, tensor->shape.rank) * (double)nnefcl_dtype_size(tensor->dtype);
    return bytes > (double)lower->plan->target.l2 ? ncl_cost_bytes(2 * bytes, BETWEEN_RATE) : 0;
}

/* The feeder has been decided as a step of its own. */
static void feeder_decide(struct ncl_lower *lower, const struct ncl_problem *problem)
{
    struct ncl_problem feeder;
    double apart, own, both;
    bool *fed = &lower->blocks[problem->result->id].fed;
    const enum ncl_choose_feeder open = ncl_choose_feeder(lower, problem);
    node_problem(problem->node->feeder, &feeder);
    ncl_choose_variant(lower, &feeder, &apart);
    ncl_choose_variant(lower, problem, &own);
    if (!(*fed = open != NCL_FEEDER_APART))
        return;
    ncl_choose_variant(lower, problem, &both);
    const double between = between_cost(lower, ncl_node_last_result(problem->node->feeder));
    *fed = open == NCL_FEEDER_TAKEN || both < apart + between + own;
}

static void node_decide(struct ncl_lower *lower, const struct ncl_node *node)
{
    struct ncl_problem problem;
    struct ncl_cut cut;
    int64_t before[2] = {0}, after[2] = {0};
    double cost;
    if (node_cuts(lower, node, &cut))
        cut_decide(lower, &cut);
    if (node->feeder)
        node_decide(lower, node->feeder);
    if (!node_problem(node, &problem))
        return;
    if (node->feeder)
        feeder_decide(lower, &problem);
    const struct ncl_variant *variant = ncl_choose_variant(lower, &problem, &cost);
    if (variant->writes_blocks)
        hold_result(lower, node);
    if (variant->halo) {
        variant->halo(&problem, before, after);
        raise_halo(last_of_same(lower, ncl_blocks_input(&problem)), before, after);
    }
}

nnefcl_status ncl_blocks_decide(struct ncl_lower *lower)
{
    const struct ncl_graph *graph = lower->graph;
    lower->blocks = NCL_NEW_ARRAY(lower->arena, struct ncl_blocks, graph->tensor_count);
    if (!lower->blocks)
        return ncl_parts_nomem(lower);
    for (uint32_t i = 0; i < graph->tensor_count; i++)
        lower->blocks[i].same = i;
    for (size_t i = 0; i < graph->output_count; i++)
        lower->blocks[graph->output[i]->id].read_plain = true;
    for (size_t i = 0; i < graph->node_count; i++)
        mark_reads(lower, graph->node[i]);
    for (size_t i = 0; i < graph->node_count; i++)
        node_decide(lower, graph->node[i]);
    spread_halos(lower);
    if (!ncl_pitch_decide(lower))
        ncl_blocks_whole_decide(lower);
    return lower->status;
}
