/* nnefcl_model_dump, and the graph as text (--dump graph). */
#include "model/dump.h"

#include <inttypes.h>

#include "base/number.h"
#include "nnef/print.h"

static double element(const struct ncl_tensor *tensor)
{
    switch (tensor->dtype) {
    case NNEFCL_SCALAR:
        return *(const float *)tensor->data;
    case NNEFCL_INTEGER:
        return *(const int32_t *)tensor->data;
    default:
        return *(const uint8_t *)tensor->data;
    }
}

static void dump_scalar(struct ncl_text *text, double value)
{
    char number[NCL_NUMBER_SIZE];
    ncl_text_add(text, ncl_format_double(value, number));
}

static void dump_tensor(struct ncl_text *text, const struct ncl_tensor *tensor, const char *const *name)
{
    if (tensor->producer)
        ncl_text_add(text, name ? name[tensor->id] : tensor->name);
    else if (tensor->dtype == NNEFCL_SCALAR)
        dump_scalar(text, element(tensor));
    else if (tensor->dtype == NNEFCL_INTEGER)
        ncl_text_printf(text, "%d", (int)element(tensor));
    else
        ncl_text_add(text, element(tensor) != 0 ? "true" : "false");
}

static void dump_string(struct ncl_text *text, const struct ncl_value *value)
{
    ncl_text_add(text, "'");
    for (size_t i = 0; i < value->count; i++) {
        if (value->string[i] == '\'' || value->string[i] == '\\')
            ncl_text_add(text, "\\");
        ncl_text_add_bytes(text, &value->string[i], 1);
    }
    ncl_text_add(text, "'");
}

void ncl_dump_value(struct ncl_text *text, const struct ncl_value *value, const char *const *name)
{
    const bool tuple = value->kind == NCL_VALUE_TUPLE;
    switch (value->kind) {
    case NCL_VALUE_NONE:
        break;
    case NCL_VALUE_INTEGER:
        ncl_text_printf(text, "%" PRId64, value->integer);
        break;
    case NCL_VALUE_SCALAR:
        dump_scalar(text, value->scalar);
        break;
    case NCL_VALUE_LOGICAL:
        ncl_text_add(text, value->logical ? "true" : "false");
        break;
    case NCL_VALUE_STRING:
        dump_string(text, value);
        break;
    case NCL_VALUE_TENSOR:
        dump_tensor(text, value->tensor, name);
        break;
    case NCL_VALUE_ARRAY:
    case NCL_VALUE_TUPLE:
        ncl_text_add(text, tuple ? "(" : "[");
        for (size_t i = 0; i < value->count; i++) {
            ncl_text_add(text, i ? ", " : "");
            ncl_dump_value(text, &value->item[i], name);
        }
        ncl_text_add(text, tuple ? ")" : "]");
        break;
    }
}

bool ncl_dump_has_tensor(const struct ncl_value *value)
{
    return value->kind == NCL_VALUE_TENSOR || ((value->kind == NCL_VALUE_ARRAY || value->kind == NCL_VALUE_TUPLE) &&
                                               value->count && ncl_dump_has_tensor(&value->item[0]));
}

void ncl_dump_arguments(struct ncl_text *text, const struct ncl_node *node, const char *const *name)
{
    ncl_text_add(text, "(");
    for (size_t i = 0; i < node->parameter_count; i++) {
        ncl_text_add(text, i ? ", " : "");
        if (!ncl_dump_has_tensor(&node->argument[i]))
            ncl_text_printf(text, "%s = ", node->parameter[i]);
        ncl_dump_value(text, &node->argument[i], name);
    }
    ncl_text_add(text, ")");
}

void ncl_dump_results(struct ncl_text *text, const struct ncl_node *node, const char *const *name)
{
    for (size_t i = 0; i < node->result_count; i++) {
        ncl_text_add(text, i ? ", " : "");
        ncl_dump_value(text, &node->result[i], name);
    }
}

/* ---- --dump graph ---- */

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

static void dump_node(struct ncl_text *text, const struct ncl_node *node)
{
    ncl_dump_results(text, node, NULL);
    ncl_text_add(text, ":");
    for (size_t j = 0; j < node->result_count; j++)
        dump_types(text, &node->result[j]);
    ncl_text_printf(text, " = %s", node->op->name);
    ncl_dump_arguments(text, node, NULL);
    ncl_text_printf(text, "  # %s:%u:%u\n", node->at.source ? node->at.source->name : "?", node->at.line,
                    node->at.column);
}

/* What hangs on a node stands below it. */
void ncl_dump_graph(struct ncl_text *text, const struct ncl_graph *graph)
{
    ncl_text_printf(text, "graph %s\n", graph->name);
    dump_names(text, "input", graph->input, graph->input_count);
    dump_names(text, "output", graph->output, graph->output_count);
    for (size_t i = 0; i < graph->node_count; i++) {
        dump_node(text, graph->node[i]);
        for (const struct ncl_after *after = graph->node[i]->after; after; after = after->next) {
            ncl_text_add(text, "    ");
            dump_node(text, after->node);
        }
    }
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
    ncl_text_init(&text, &model->arena.allocator);
    if (what == NNEFCL_DUMP_AST)
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
