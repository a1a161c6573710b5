/* SPDX-License-Identifier: Apache-2.0 */
/* The graph as a flat document (NNEF 6): one invocation for each node, all arguments written out. It can be opened
 * again. */
#include <ctype.h>
#include <string.h>

#include "model/dump.h"
#include "base/names.h"
#include "front/registered.h"
#include "nnef/lex.h"
#include "nnef/print.h"

struct flat {
    struct ncl_arena arena;
    struct ncl_text *text;
    const struct nnefcl_model *model;
    const struct ncl_graph *graph;
    const struct ncl_document *standard, *dialects;
    struct ncl_names operations; /* struct ncl_fragment */
    struct ncl_names taken;
    const char **name; /* by tensor */
    bool declares, failed;
};

/* ---- names: those of inputs and outputs stay, then those of the document, then the others get one ---- */

static bool take_name(struct flat *flat, const struct ncl_tensor *tensor, const char *name)
{
    if (flat->failed || flat->name[tensor->id] || ncl_names_find(&flat->taken, name))
        return false;
    flat->failed = !ncl_names_put(&flat->taken, &flat->arena, name, flat);
    flat->name[tensor->id] = name;
    return true;
}

static bool is_keyword(const char *name)
{
#define KEYWORD(name, text) text,
    static const char *const keywords[] = {NCL_KEYWORD_LIST(KEYWORD)};
#undef KEYWORD
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (strcmp(name, keywords[i]) == 0)
            return true;
    return false;
}

static bool is_legal_identifier(const char *name)
{
    for (const char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '_')
            return false;
    return *name && !isdigit((unsigned char)*name) && !is_keyword(name);
}

/* "y.1" gives y_1; NULL: out of memory. */
static const char *identifier_of(struct flat *flat, const char *name)
{
    char *made = ncl_arena_printf(&flat->arena, "%s%s", is_keyword(name) ? "_" : "", name);
    for (char *c = made; c && *c; c++)
        if (!isalnum((unsigned char)*c))
            *c = '_';
    if (made && isdigit((unsigned char)*made))
        *made = '_';
    flat->failed |= !made;
    return made;
}

/* An identifier of its own. */
static void invent(struct flat *flat, const struct ncl_tensor *tensor)
{
    const char *base = identifier_of(flat, tensor->name && *tensor->name ? tensor->name : "t");
    const char *name = base ? ncl_names_untaken(&flat->taken, &flat->arena, base) : NULL;
    if (!name || !take_name(flat, tensor, name))
        flat->failed = true;
}

static void name_tensors(struct flat *flat)
{
    const struct ncl_graph *graph = flat->graph;
    for (size_t i = 0; i < graph->output_count; i++)
        if (is_legal_identifier(graph->output[i]->name))
            take_name(flat, graph->output[i], graph->output[i]->name);
    for (size_t i = 0; i < graph->input_count; i++)
        if (is_legal_identifier(graph->input[i]->name))
            take_name(flat, graph->input[i], graph->input[i]->name);
    for (size_t i = 0; i < graph->tensor_count; i++)
        if (graph->tensor[i]->exported && is_legal_identifier(graph->tensor[i]->name))
            take_name(flat, graph->tensor[i], graph->tensor[i]->name);
    for (size_t i = 0; i < graph->tensor_count && !flat->failed; i++)
        if (!flat->name[i] && graph->tensor[i]->producer)
            invent(flat, graph->tensor[i]);
}

/* A graph that names a parameter as its result has a copy of it that cannot be written down. */
static bool is_input_as_output(const struct ncl_node *node)
{
    const struct ncl_value *from = &node->argument[0];
    return ncl_node_is(node, "copy") && from->tensor->role == NCL_ROLE_INPUT && node->result[0].tensor->exported &&
           strcmp(from->tensor->name, node->result[0].tensor->name) == 0;
}

static void merge_inputs(struct flat *flat)
{
    for (size_t i = 0; i < flat->graph->node_count; i++) {
        const struct ncl_node *node = flat->graph->node[i];
        if (is_input_as_output(node))
            flat->name[node->argument[0].tensor->id] = flat->name[node->result[0].tensor->id];
    }
}

/* ---- text ---- */

static void dump_list(struct flat *flat, struct ncl_tensor *const *tensor, size_t count)
{
    ncl_text_add(flat->text, "( ");
    for (size_t i = 0; i < count; i++)
        ncl_text_printf(flat->text, "%s%s", i ? ", " : "", flat->name[tensor[i]->id]);
    ncl_text_add(flat->text, " )");
}

static const struct ncl_tensor *first_tensor(const struct ncl_value *value)
{
    while ((value->kind == NCL_VALUE_ARRAY || value->kind == NCL_VALUE_TUPLE) && value->count)
        value = &value->item[0];
    return value->kind == NCL_VALUE_TENSOR ? value->tensor : NULL;
}

/* With another batch (--batch) the first item of a reshape follows without being written down; then the extent is. */
static struct ncl_value *resolved_shape(struct flat *flat, const struct ncl_node *node)
{
    const struct ncl_value *shape = ncl_node_arg(node, "shape");
    const nnefcl_shape *result = &node->result[0].tensor->shape;
    const int64_t start = ncl_node_integer(node, "axis_start");
    struct ncl_value *argument = NCL_NEW_ARRAY(&flat->arena, struct ncl_value, node->parameter_count);
    struct ncl_value *item = NCL_NEW_ARRAY(&flat->arena, struct ncl_value, shape->count);
    if (!argument || !item) {
        flat->failed = true;
        return node->argument;
    }
    for (size_t i = 0; i < node->parameter_count; i++)
        argument[i] = node->argument[i];
    for (size_t i = 0; i < shape->count; i++) {
        item[i] = shape->item[i];
        if (item[i].integer > 0 && (int64_t)i + start < result->rank)
            item[i].integer = result->extent[(int64_t)i + start];
    }
    argument[shape - node->argument].item = item;
    return argument;
}

/* What ? stands for: in all of chapter 4 it is the type of the first result. */
static void dump_type(struct flat *flat, const struct ncl_node *node)
{
    const struct ncl_custom *custom = node->op->custom;
    const struct ncl_fragment *fragment = custom ? NULL : ncl_names_find(&flat->operations, node->op->name);
    const struct ncl_tensor *result = first_tensor(&node->result[0]);
    if (custom && custom->generic)
        ncl_text_printf(flat->text, "<%s>", nnefcl_dtype_name(ncl_custom_dtype(custom, node)));
    else if (fragment && fragment->generic && result)
        ncl_text_printf(flat->text, "<%s>", nnefcl_dtype_name(result->dtype));
}

static void dump_flat_node(struct flat *flat, const struct ncl_node *node)
{
    if (is_input_as_output(node))
        return;
    ncl_text_add(flat->text, "    ");
    ncl_dump_results(flat->text, node, flat->name);
    ncl_text_printf(flat->text, " = %s", node->op->name);
    dump_type(flat, node);
    struct ncl_node written = *node;
    if (ncl_node_is(node, "reshape"))
        written.argument = resolved_shape(flat, node);
    ncl_dump_arguments(flat->text, &written, flat->name);
    ncl_text_add(flat->text, ";\n");
}

static bool is_used(const struct ncl_graph *graph, const struct ncl_custom *custom)
{
    for (size_t i = 0; i < graph->node_count; i++)
        if (graph->node[i]->op->custom == custom)
            return true;
    return false;
}

static void dump_declaration(struct flat *flat, const struct ncl_fragment *fragment)
{
    if (!flat->declares)
        ncl_text_add(flat->text, "extension KHR_enable_fragment_definitions;\n\n");
    flat->declares = true;
    ncl_print_fragment(flat->text, fragment);
}

static bool is_node_of(const struct ncl_graph *graph, const char *name)
{
    for (size_t i = 0; i < graph->node_count; i++)
        if (!graph->node[i]->op->custom && ncl_node_is(graph->node[i], name))
            return true;
    return false;
}

/* A document has to declare the operations that chapter 4 lacks: those of the application, and our own. */
static void dump_declarations(struct flat *flat)
{
    for (size_t i = 0; i < flat->model->registered_count; i++)
        if (is_used(flat->graph, &flat->model->registered[i].custom))
            dump_declaration(flat, flat->model->registered[i].fragment);
    for (size_t i = 0; i < flat->dialects->fragment_count; i++)
        if (!flat->dialects->fragment[i].has_body && is_node_of(flat->graph, flat->dialects->fragment[i].name))
            dump_declaration(flat, &flat->dialects->fragment[i]);
}

static nnefcl_status dump(struct flat *flat, struct ncl_diag *diag)
{
    const struct ncl_graph *graph = flat->graph;
    nnefcl_status status = ncl_stdlib(&flat->arena, diag, &flat->standard);
    if (!status)
        status = ncl_dialects(&flat->arena, diag, &flat->dialects);
    if (status)
        return status;
    for (size_t i = 0; i < flat->standard->fragment_count; i++) {
        struct ncl_fragment *fragment = &flat->standard->fragment[i];
        if (!ncl_names_put(&flat->operations, &flat->arena, fragment->name, fragment))
            return ncl_nomem(diag);
    }
    if (!(flat->name = NCL_NEW_ARRAY(&flat->arena, const char *, graph->tensor_count)))
        return ncl_nomem(diag);
    name_tensors(flat);
    if (flat->failed)
        return ncl_nomem(diag);
    merge_inputs(flat);
    ncl_text_add(flat->text, "version 1.0;\n");
    dump_declarations(flat);
    const char *name = identifier_of(flat, *graph->name ? graph->name : "g");
    ncl_text_printf(flat->text, "\ngraph %s", name ? name : "");
    dump_list(flat, graph->input, graph->input_count);
    ncl_text_add(flat->text, " -> ");
    dump_list(flat, graph->output, graph->output_count);
    ncl_text_add(flat->text, "\n{\n");
    for (size_t i = 0; i < graph->node_count; i++)
        dump_flat_node(flat, graph->node[i]);
    ncl_text_add(flat->text, "}\n");
    return flat->failed ? ncl_nomem(diag) : NNEFCL_OK;
}

nnefcl_status ncl_dump_flat(struct ncl_text *text, const struct nnefcl_model *model, struct ncl_diag *diag)
{
    struct flat flat = {.text = text, .model = model, .graph = model->graph};
    ncl_arena_init(&flat.arena, &model->arena.allocator, 0);
    const nnefcl_status status = dump(&flat, diag);
    ncl_arena_free(&flat.arena);
    return status;
}
