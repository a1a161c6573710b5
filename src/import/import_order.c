/* SPDX-License-Identifier: Apache-2.0 */
/* Which nodes a graph needs, and in which order they can be made. */
#include "import/import_scope.h"

#define MAX_DEPTH 64 /* of graphs within attributes; readers refuse more */

struct order {
    struct ncl_import *import;
    const struct ncl_import_graph *graph;
    struct ncl_names makers; /* struct ncl_import_node, by result */
    enum { NOT_SEEN, ENTERED, DONE } * state;
    struct frame { /* a node whose operands are looked at */
        size_t node, next;
        const char **reads;
        size_t read_count;
    } * stack;
    size_t depth, count, *list;
};

/* ---- what a node reads: also what graphs in its attributes take from outside ---- */

struct reads {
    struct ncl_import *import;
    const char **name;
    size_t count, capacity;
};

static void reads_add(struct reads *reads, const char *name)
{
    if (!name || !*name || reads->import->status)
        return;
    if (NCL_GROW(&reads->import->scratch, reads->name, reads->count, reads->capacity))
        reads->name[reads->count++] = name;
    else
        ncl_import_nomem(reads->import);
}

static void reads_of_node(struct reads *reads, const struct ncl_import_node *node, int depth);

static void reads_of_graph(struct reads *reads, const struct ncl_import_graph *graph, int depth)
{
    for (size_t i = 0; i < graph->node_count; i++)
        reads_of_node(reads, &graph->node[i], depth);
    for (size_t i = 0; i < graph->output_count; i++)
        reads_add(reads, graph->output[i]);
}

static void reads_of_node(struct reads *reads, const struct ncl_import_node *node, int depth)
{
    for (size_t i = 0; i < node->input_count; i++)
        reads_add(reads, node->input[i]);
    for (size_t i = 0; i < node->attribute_count && depth < MAX_DEPTH; i++)
        if (node->attribute[i].kind == NCL_ATTRIBUTE_GRAPH && !node->attribute[i].graph->closed)
            reads_of_graph(reads, node->attribute[i].graph, depth + 1);
}

/* ---- the walk: depth first, without recursion, as chains of nodes may be long ---- */

static void order_enter(struct order *order, const struct ncl_import_node *node)
{
    struct reads reads = {.import = order->import};
    const size_t index = (size_t)(node - order->graph->node);
    reads_of_node(&reads, node, 0);
    order->state[index] = ENTERED;
    order->stack[order->depth++] = (struct frame){index, 0, reads.name, reads.count};
}

static void order_visit(struct order *order, const struct ncl_import_node *node)
{
    if (order->state[node - order->graph->node] != NOT_SEEN)
        return;
    order_enter(order, node);
    while (order->depth > 0 && !order->import->status) {
        struct frame *top = &order->stack[order->depth - 1];
        if (top->next == top->read_count) {
            order->state[top->node] = DONE;
            order->list[order->count++] = top->node;
            order->depth--;
            continue;
        }
        const char *name = top->reads[top->next++];
        const struct ncl_import_node *maker = ncl_names_find(&order->makers, name);
        const size_t index = maker ? (size_t)(maker - order->graph->node) : 0;
        if (maker && order->state[index] == NOT_SEEN)
            order_enter(order, maker);
        else if (maker && order->state[index] == ENTERED && index != top->node)
            ncl_import_invalid(order->import, "the nodes that give '%.100s' read each other in a circle", name);
        else if (maker && order->state[index] == ENTERED)
            ncl_import_invalid(order->import, "the node that gives '%.100s' reads it", name);
    }
}

static void makers_collect(struct order *order)
{
    struct ncl_import *import = order->import;
    for (size_t i = 0; i < order->graph->node_count && !import->status; i++) {
        const struct ncl_import_node *node = &order->graph->node[i];
        for (size_t j = 0; j < node->output_count && !import->status; j++) {
            if (!ncl_import_wants(import, node, j))
                continue;
            if (ncl_names_find(&order->makers, node->output[j]))
                ncl_import_invalid(import, "two nodes give '%.100s'", node->output[j]);
            else if (!ncl_names_put(&order->makers, &import->scratch, node->output[j], (void *)node))
                ncl_import_nomem(import);
        }
    }
}

/* Marks what the outputs need, by the same walk; then the walk is made again in the order of the file, so that a file
 * in order keeps it. */
static void order_restart(struct order *order)
{
    for (size_t i = 0; i < order->count; i++)
        order->state[order->list[i]] = NOT_SEEN;
    bool *needed = NCL_NEW_ARRAY(&order->import->scratch, bool, order->graph->node_count);
    if (!needed) {
        ncl_import_nomem(order->import);
        return;
    }
    for (size_t i = 0; i < order->count; i++)
        needed[order->list[i]] = true;
    order->count = 0;
    for (size_t i = 0; i < order->graph->node_count && !order->import->status; i++)
        if (needed[i])
            order_visit(order, &order->graph->node[i]);
}

const size_t *ncl_import_order(struct ncl_import *import, const struct ncl_import_graph *graph, size_t *count)
{
    struct order order = {.import = import, .graph = graph};
    order.state = ncl_arena_array(&import->scratch, graph->node_count, sizeof *order.state);
    order.stack = NCL_NEW_ARRAY(&import->scratch, struct frame, graph->node_count);
    order.list = NCL_NEW_ARRAY(&import->scratch, size_t, graph->node_count);
    if (!order.state || !order.stack || !order.list)
        ncl_import_nomem(import);
    makers_collect(&order);
    for (size_t i = 0; i < graph->output_count && !import->status; i++) {
        const struct ncl_import_node *maker = graph->output[i] ? ncl_names_find(&order.makers, graph->output[i]) : NULL;
        if (maker)
            order_visit(&order, maker);
    }
    if (!import->status)
        order_restart(&order);
    *count = import->status ? 0 : order.count;
    return order.list;
}
