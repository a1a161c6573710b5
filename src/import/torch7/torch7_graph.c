/* SPDX-License-Identifier: Apache-2.0 */
/* nn.gModule of nngraph: nodes in the order in which they are run. A node is a module, or passes on what it reads, all
 * of it or one item (selectindex). What it reads is mapindex of its data: number i is the data of another node. Nodes
 * that read the graph's own operand (innode) have a number there. */
#include <string.h>

#include "import/torch7/torch7_walk.h"

#define MAX_GRAPH 4096 /* nodes: each one looks for those that it reads */

struct graph {
    const struct ncl_t7 *first; /* data of innode */
    size_t count;
    const struct ncl_t7 **data;     /* of nodes that have run, */
    struct ncl_torch7_names *given; /* and what they gave */
};

/* What stands at a key that is an object itself. */
static const struct ncl_t7 *entry_at(struct ncl_torch7 *r, const struct ncl_t7 *table, const struct ncl_t7 *key)
{
    for (size_t i = 0; table && i < table->count && ncl_torch7_step(r, "nn.gModule"); i++)
        if (table->entry[i].key == key)
            return table->entry[i].value;
    return NULL;
}

/* One of the operands of the graph: the number that innode has for the node that reads it. */
static struct ncl_torch7_names operand_of(struct ncl_torch7 *r, const struct graph *g, const struct ncl_t7 *data,
                                          struct ncl_torch7_names in)
{
    const struct ncl_t7 *map = ncl_t7_field(g->first, "mapindex"), *number = entry_at(r, map, data);
    const double at = number && number->kind == NCL_T7_NUMBER ? number->number : 1;
    if (!map || !ncl_t7_item(map, 2))
        return in; /* it has one only, which may be a table */
    if (!(at >= 1 && at <= (double)in.count))
        return ncl_torch7_refuse(r, "nn.gModule", "it reads more tensors than it is given");
    return (struct ncl_torch7_names){.count = 1, .name = in.name + (size_t)at - 1};
}

static struct ncl_torch7_names read_node(struct ncl_torch7 *r, const struct graph *g, const struct ncl_t7 *data,
                                         struct ncl_torch7_names in)
{
    const struct ncl_t7 *map = ncl_t7_field(data, "mapindex"), *from;
    struct ncl_torch7_names all = {0};
    for (size_t i = 1; map && (from = ncl_t7_item(map, i)) && ncl_torch7_step(r, "nn.gModule"); i++) {
        size_t k = 0;
        while (k < g->count && g->data[k] != from)
            k++;
        if (from != g->first && k == g->count)
            return ncl_torch7_refuse(r, "nn.gModule", "a node reads what no node before it gives");
        const struct ncl_torch7_names given = from == g->first ? operand_of(r, g, data, in) : g->given[k];
        if (i == 1 && !ncl_t7_item(map, 2))
            return given;
        all = ncl_torch7_names_append(r, all, given);
    }
    return all;
}

static struct ncl_torch7_names run_node(struct ncl_torch7 *r, const struct graph *g, const struct ncl_t7 *data,
                                        struct ncl_torch7_names in)
{
    const struct ncl_t7 *module = ncl_t7_field(data, "module"), *select = ncl_t7_field(data, "selectindex");
    const struct ncl_torch7_names reads = read_node(r, g, data, in);
    if (r->import->status || (!module && !select))
        return reads;
    if (module)
        return ncl_torch7_walk(r, module, reads);
    return ncl_torch7_item(r, "nn.gModule", reads, select->number);
}

struct ncl_torch7_names ncl_torch7_walk_graph(struct ncl_torch7 *r, const struct ncl_t7 *module,
                                              struct ncl_torch7_names in)
{
    const struct ncl_t7 *nodes = ncl_t7_field(module, "forwardnodes"), *node, *innode = ncl_t7_field(module, "innode"),
                        *outnode = ncl_t7_field(module, "outnode");
    struct graph g = {.first = innode ? ncl_t7_field(innode, "data") : NULL};
    const struct ncl_t7 *last = outnode ? ncl_t7_field(outnode, "data") : NULL;
    g.data = ncl_arena_array(&r->import->scratch, MAX_GRAPH, sizeof *g.data);
    g.given = ncl_arena_array(&r->import->scratch, MAX_GRAPH, sizeof *g.given);
    if (!g.data || !g.given) {
        ncl_import_nomem(r->import);
        return in;
    }
    if (!nodes || !g.first || !last)
        return ncl_torch7_refuse(r, module->class_name, "it has no nodes");
    for (size_t i = 1; (node = ncl_t7_item(nodes, i)) && !r->import->status; i++) {
        const struct ncl_t7 *data = ncl_t7_field(node, "data");
        if (!data || g.count == MAX_GRAPH)
            return ncl_torch7_refuse(r, module->class_name, "a node has no data, or there are too many");
        if (data == g.first || data == last)
            continue;
        const struct ncl_torch7_names given = run_node(r, &g, data, in);
        g.data[g.count] = data;
        g.given[g.count++] = given;
    }
    return read_node(r, &g, last, in);
}

static size_t graph_inputs(const struct ncl_t7 *module)
{
    const struct ncl_t7 *innode = ncl_t7_field(module, "innode"), *data = innode ? ncl_t7_field(innode, "data") : NULL,
                        *map = data ? ncl_t7_field(data, "mapindex") : NULL;
    size_t count = 0;
    while (map && count < MAX_GRAPH && ncl_t7_item(map, count + 1))
        count++;
    return count ? count : 1;
}

size_t ncl_torch7_inputs(const struct ncl_t7 *module)
{
    const struct ncl_t7 *modules;
    for (int depth = 0; depth < NCL_TORCH7_DEPTH && (modules = ncl_t7_field(module, "modules")); depth++) {
        const char *name = ncl_torch7_class(module);
        if (strcmp(name, "ParallelTable") == 0)
            return modules->count && modules->count < MAX_GRAPH ? modules->count : 1;
        if (strcmp(name, "Sequential") != 0 || !ncl_t7_item(modules, 1))
            break;
        module = ncl_t7_item(modules, 1);
    }
    return graph_inputs(module);
}
