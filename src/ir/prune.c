/* SPDX-License-Identifier: Apache-2.0 */
#include "ir/prune.h"

#include "ir/op.h"

typedef void (*visit_fn)(struct ncl_tensor *tensor, void *user);

static void visit_tensors(const struct ncl_value *value, visit_fn each, void *user)
{
    if (value->kind == NCL_VALUE_TENSOR)
        each(value->tensor, user);
    else if (value->kind == NCL_VALUE_ARRAY || value->kind == NCL_VALUE_TUPLE)
        for (size_t i = 0; i < value->count; i++)
            visit_tensors(&value->item[i], each, user);
}

static void mark_live(struct ncl_tensor *tensor, void *user)
{
    ((bool *)user)[tensor->id] = true;
}

struct search {
    const bool *live;
    bool found;
};

static void look(struct ncl_tensor *tensor, void *user)
{
    struct search *search = user;
    search->found |= search->live[tensor->id];
}

/* Inputs stay, and what has an effect. */
static bool is_root(const struct ncl_node *node)
{
    return ncl_node_is(node, "external") || ncl_node_is(node, "update");
}

static void find_live(const struct ncl_graph *graph, bool *live, bool *needed)
{
    for (size_t i = 0; i < graph->output_count; i++)
        live[graph->output[i]->id] = true;
    for (size_t i = graph->node_count; i > 0; i--) {
        const struct ncl_node *node = graph->node[i - 1];
        struct search search = {live, is_root(node)};
        for (size_t j = 0; j < node->result_count; j++)
            visit_tensors(&node->result[j], look, &search);
        if (!(needed[i - 1] = search.found))
            continue;
        for (size_t j = 0; j < node->parameter_count; j++)
            visit_tensors(&node->argument[j], mark_live, live);
        for (size_t j = 0; j < node->result_count; j++)
            visit_tensors(&node->result[j], mark_live, live);
    }
}

nnefcl_status ncl_prune(struct ncl_graph *graph, struct ncl_arena *scratch, struct ncl_diag *diag)
{
    bool *live = NCL_NEW_ARRAY(scratch, bool, graph->tensor_count),
         *needed = NCL_NEW_ARRAY(scratch, bool, graph->node_count);
    if (!live || !needed)
        return ncl_graph_nomem(diag, scratch);
    find_live(graph, live, needed);
    size_t nodes = 0, tensors = 0, variables = 0;
    for (size_t i = 0; i < graph->variable_count; i++)
        graph->variable[i]->index = SIZE_MAX;
    for (size_t i = 0; i < graph->tensor_count; i++) {
        struct ncl_tensor *tensor = graph->tensor[i];
        if (!live[i])
            continue;
        if (tensor->variable)
            tensor->variable->index = 0;
        tensor->id = (uint32_t)tensors;
        graph->tensor[tensors++] = tensor;
    }
    for (size_t i = 0; i < graph->node_count; i++)
        if (needed[i])
            graph->node[nodes++] = graph->node[i];
    for (size_t i = 0; i < graph->variable_count; i++)
        if (graph->variable[i]->index != SIZE_MAX) {
            graph->variable[i]->index = variables;
            graph->variable[variables++] = graph->variable[i];
        }
    graph->tensor_count = tensors;
    graph->node_count = nodes;
    graph->variable_count = variables;
    return NNEFCL_OK;
}
