/* The walk over the graph that decides which tensors lie in blocks: each node takes its cheapest variant, given what
 * the nodes before it decided. */
#include "emit/blocks_known.h"
#include "emit/elements.h"
#include "emit/parts.h"
#include "emit/variant.h"

static bool node_describe(const struct ncl_node *node, struct ncl_problem *problem)
{
    if (node->op->problem)
        node->op->problem(node, problem);
    else if (node->op->elements)
        ncl_elements_describe(node, problem);
    return node->op->problem || node->op->elements;
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

/* Element-wise nodes and chains take either form. */
static void mark_reads(struct ncl_lower *lower, const struct ncl_node *node)
{
    struct ncl_problem problem;
    const struct ncl_tensor *except = NULL;
    if (node->op->elements)
        return;
    if (node_describe(node, &problem) && family_reads_blocks(lower, &problem))
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

static void node_decide(struct ncl_lower *lower, const struct ncl_node *node)
{
    struct ncl_problem problem;
    int64_t before[2] = {0}, after[2] = {0};
    if (!node_describe(node, &problem))
        return;
    const struct ncl_variant *variant = ncl_choose_variant(lower, &problem);
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
    return lower->status;
}
