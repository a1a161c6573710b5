/* SPDX-License-Identifier: Apache-2.0 */
/* The graph for graphviz: operations are boxes, tensors are edges, labelled with their shapes. */
#include <string.h>

#include "model/dump.h"

static void dump_quoted(struct ncl_text *text, const char *string)
{
    for (; *string; string++) {
        if (*string == '"' || *string == '\\')
            ncl_text_add(text, "\\");
        ncl_text_add_bytes(text, string, 1);
    }
}

static void dump_edges(struct ncl_text *text, const struct ncl_value *value, size_t to, const size_t *first)
{
    char shape[NCL_SHAPE_TEXT];
    if (value->kind == NCL_VALUE_ARRAY || value->kind == NCL_VALUE_TUPLE) {
        for (size_t i = 0; i < value->count; i++)
            dump_edges(text, &value->item[i], to, first);
    } else if (value->kind == NCL_VALUE_TENSOR && value->tensor->producer) {
        ncl_text_printf(text, "    n%zu -> n%zu [label=\"", first[value->tensor->id], to);
        dump_quoted(text, value->tensor->name);
        ncl_text_printf(text, "\\n%s\"];\n", ncl_shape_text(&value->tensor->shape, shape));
    }
}

static void dump_box(struct ncl_text *text, const struct ncl_node *node, size_t index)
{
    const char *op = node->op->name;
    const bool introduced = strcmp(op, "external") == 0 || strcmp(op, "variable") == 0 || strcmp(op, "constant") == 0;
    ncl_text_printf(text, "    n%zu [shape=%s, label=\"%s", index, introduced ? "ellipse" : "box", op);
    if (node->result[0].kind == NCL_VALUE_TENSOR) {
        ncl_text_add(text, "\\n");
        dump_quoted(text, node->result[0].tensor->name);
    }
    ncl_text_add(text, "\"];\n");
}

/* Where each tensor comes from. */
static void note(const struct ncl_value *value, size_t index, size_t *first)
{
    if (value->kind == NCL_VALUE_TENSOR)
        first[value->tensor->id] = index;
    else if (value->kind == NCL_VALUE_ARRAY)
        for (size_t i = 0; i < value->count; i++)
            note(&value->item[i], index, first);
}

void ncl_dump_dot(struct ncl_text *text, const struct ncl_graph *graph)
{
    char shape[NCL_SHAPE_TEXT];
    size_t *first = ncl_resize(&text->allocator, NULL, (graph->tensor_count + 1) * sizeof *first);
    if (!first) {
        text->failed = true;
        return;
    }
    ncl_text_add(text, "digraph \"");
    dump_quoted(text, graph->name);
    ncl_text_add(text, "\" {\n    rankdir=TB;\n");
    for (size_t i = 0; i < graph->node_count; i++) {
        for (size_t j = 0; j < graph->node[i]->result_count; j++)
            note(&graph->node[i]->result[j], i, first);
        dump_box(text, graph->node[i], i);
        for (size_t j = 0; j < graph->node[i]->parameter_count; j++)
            dump_edges(text, &graph->node[i]->argument[j], i, first);
    }
    for (size_t i = 0; i < graph->output_count; i++) {
        const struct ncl_tensor *tensor = graph->output[i];
        ncl_text_printf(text, "    o%zu [shape=ellipse, label=\"output\\n", i);
        dump_quoted(text, tensor->name);
        ncl_text_printf(text, "\"];\n    n%zu -> o%zu [label=\"%s\"];\n", first[tensor->id], i,
                        ncl_shape_text(&tensor->shape, shape));
    }
    ncl_text_add(text, "}\n");
    ncl_resize(&text->allocator, first, 0);
}
