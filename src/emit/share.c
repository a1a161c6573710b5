/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/share.h"

/* ---- who reads what last ---- */

static void mark_value(uint32_t *last, const struct ncl_value *value, uint32_t place)
{
    if (value->kind == NCL_VALUE_TENSOR)
        last[value->tensor->id] = place;
    for (size_t i = 0; (value->kind == NCL_VALUE_ARRAY || value->kind == NCL_VALUE_TUPLE) && i < value->count; i++)
        mark_value(last, &value->item[i], place);
}

/* With what feeds it and what hangs on it, which is computed there too. */
static void mark_node(uint32_t *last, const struct ncl_node *node, uint32_t place)
{
    for (size_t k = 0; k < node->parameter_count; k++)
        mark_value(last, &node->argument[k], place);
    if (node->feeder)
        mark_node(last, node->feeder, place);
    for (const struct ncl_after *after = node->after; after; after = after->next)
        mark_node(last, after->node, place);
}

nnefcl_status ncl_share_begin(struct ncl_lower *lower)
{
    const struct ncl_graph *graph = lower->graph;
    uint32_t *last = lower->last_reader = NCL_NEW_ARRAY(lower->arena, uint32_t, graph->tensor_count);
    if (!last)
        return ncl_nomem(lower->diag);
    for (uint32_t i = 0; i < graph->node_count; i++)
        mark_node(last, graph->node[i], i);
    for (size_t i = 0; i < graph->node_count; i++) /* variables change behind the last node */
        if (ncl_node_is(graph->node[i], "update"))
            mark_node(last, graph->node[i], UINT32_MAX);
    for (size_t i = 0; i < graph->output_count; i++)
        last[graph->output[i]->id] = UINT32_MAX;
    return NNEFCL_OK;
}

/* ---- lives ---- */

static struct ncl_life *life_of(const struct ncl_lower *lower, ncl_ref ref)
{
    return &lower->life[ncl_plan_root(lower->plan, ref)];
}

static uint32_t later(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

void ncl_share_base(struct ncl_lower *lower, ncl_ref ref, ncl_ref base, uint64_t offset)
{
    const struct ncl_life *own = &lower->life[ref];
    struct ncl_life *life = life_of(lower, base);
    lower->plan->tensor[ref].base = base;
    lower->plan->tensor[ref].base_offset = offset;
    life->first = own->first < life->first ? own->first : life->first;
    life->last = later(own->last, life->last);
    life->reader = later(own->reader, life->reader);
    life->overwritten |= own->overwritten;
}

void ncl_share_tensor(struct ncl_lower *lower, ncl_ref ref, const struct ncl_tensor *tensor)
{
    struct ncl_life *life = life_of(lower, ref);
    life->reader = later(life->reader, lower->last_reader ? lower->last_reader[tensor->id] : UINT32_MAX);
}

void ncl_share_touch(struct ncl_lower *lower, ncl_ref ref)
{
    struct ncl_life *life = life_of(lower, ref);
    life->last = (uint32_t)lower->plan->run.count;
    if (life->first == UINT32_MAX)
        life->first = life->last;
}

bool ncl_share_overwritten(const struct ncl_lower *lower, ncl_ref ref)
{
    return life_of(lower, ref)->overwritten;
}
