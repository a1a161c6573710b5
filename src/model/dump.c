/* SPDX-License-Identifier: Apache-2.0 */
/* nnefcl_model_dump, and the graph as text (--dump graph). */
#include "model/dump.h"

#include "nnef/print.h"

static void dump_types(struct ncl_text *text, const struct ncl_value *value)
{
    char shape[NCL_SHAPE_TEXT];
    if (value->kind == NCL_VALUE_TENSOR)
        ncl_text_printf(text, " %s%s", nnefcl_dtype_name(value->tensor->dtype),
                        ncl_shape_text(&value->tensor->shape, shape));
    else
        for (size_t i = 0; i < value->count; i++)
            dump_types(text, &value->item[i]);
}

static void dump_names(struct ncl_text *text, const char *what, struct ncl_tensor *const *tensor, size_t count)
{
    char shape[NCL_SHAPE_TEXT];
    for (size_t i = 0; i < count; i++)
        ncl_text_printf(text, "%s %s: %s%s\n", what, tensor[i]->name, nnefcl_dtype_name(tensor[i]->dtype),
                        ncl_shape_text(&tensor[i]->shape, shape));
}

static void dump_node(struct ncl_text *text, const struct ncl_node *node, int depth)
{
    ncl_text_printf(text, "%*s", 4 * depth, "");
    ncl_dump_results(text, node, NULL);
    ncl_text_add(text, ":");
    for (size_t j = 0; j < node->result_count; j++)
        dump_types(text, &node->result[j]);
    ncl_text_printf(text, " = %s", node->op->name);
    ncl_dump_arguments(text, node, NULL);
    char place[NCL_LOC_TEXT];
    ncl_text_printf(text, "  # %s\n", ncl_loc_text(node->at, place));
}

static void dump_after(struct ncl_text *text, const struct ncl_node *node, int depth)
{
    for (const struct ncl_after *after = node->after; after; after = after->next)
        dump_node(text, after->node, depth);
}

/* What a node was recognized from, where it is still computed so, and what hangs on it stand below it. */
static void dump_all(struct ncl_text *text, const struct ncl_node *node)
{
    if (node->feeder)
        dump_all(text, node->feeder);
    dump_node(text, node, 0);
    for (size_t i = 0; i < node->inner_count; i++) {
        dump_node(text, node->inner[i], 2);
        dump_after(text, node->inner[i], 3);
    }
    dump_after(text, node, 1);
}

void ncl_dump_graph(struct ncl_text *text, const struct ncl_graph *graph)
{
    ncl_text_printf(text, "graph %s\n", graph->name);
    dump_names(text, "input", graph->input, graph->input_count);
    dump_names(text, "output", graph->output, graph->output_count);
    for (size_t i = 0; i < graph->node_count; i++)
        dump_all(text, graph->node[i]);
}

nnefcl_status nnefcl_model_dump(const nnefcl_model *model, nnefcl_dump what, nnefcl_write_fn write, void *user,
                                nnefcl_error *error)
{
    struct ncl_text text;
    struct ncl_diag diag;
    nnefcl_status status = NNEFCL_OK;
    ncl_diag_init(&diag, error, NULL, NULL, false);
    if (!model || !write)
        return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_model_dump: %s is NULL",
                         model ? "write" : "model");
    diag.budget = model->budget;
    ncl_text_init(&text, &model->arena.allocator);
    if (what == NNEFCL_DUMP_AST && !model->document)
        status = ncl_error(&diag, NNEFCL_ERR_UNSUPPORTED, NCL_NOWHERE,
                           "a file of another system is no document that could be shown as parsed; the flat dump shows "
                           "what it became");
    else if (what == NNEFCL_DUMP_AST)
        ncl_print_document(&text, model->document);
    else if (what == NNEFCL_DUMP_GRAPH)
        ncl_dump_graph(&text, model->graph);
    else if (what == NNEFCL_DUMP_FLAT)
        status = ncl_dump_flat(&text, model, &diag);
    else if (what == NNEFCL_DUMP_DOT)
        ncl_dump_dot(&text, model->graph);
    else
        status = ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "a model without a session has no such dump");
    if (!status && text.failed)
        status = ncl_nomem(&diag);
    if (!status && text.data)
        write(user, text.data, text.length);
    ncl_text_free(&text);
    return status;
}
