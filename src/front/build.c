/* SPDX-License-Identifier: Apache-2.0 */
/* Document to graph: the order of it all, and the rules of the graph itself (3.3.2, 3.3.4). */
#include "front/after_body.h"
#include "front/declare.h"
#include "front/evaluate.h"
#include "front/nodes.h"
#include "front/quantize.h"
#include "front/translate.h"
#include "ir/prune.h"
#include "front/translate_lenient.h"
#include "front/translate_tract.h"

#include <string.h>

/* ---- the header ---- */

static bool is_input_listed(const struct ncl_name *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].text, name) == 0)
            return true;
    return false;
}

static nnefcl_status refuse_shape(struct ncl_build *build, const char *name)
{
    char meant[NCL_NEAREST_TEXT];
    return ncl_error(build->diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                     "a shape is given for '%.100s', which is no input of the graph%s", name,
                     ncl_names_nearest(&build->inputs, name, build->diag, meant));
}

static nnefcl_status check_header(struct ncl_build *build)
{
    const struct ncl_document *document = build->document;
    struct ncl_names inputs = {0}, outputs = {0};
    for (size_t i = 0; i < document->input_count; i++) {
        const struct ncl_name *name = &document->input[i];
        if (ncl_names_find(&inputs, name->text))
            ncl_error(build->diag, NNEFCL_ERR_MODEL, name->at, "the graph has two parameters '%s'", name->text);
        if (!ncl_names_put(&inputs, &build->scratch, name->text, document->input + i))
            return ncl_build_nomem(build);
    }
    for (size_t i = 0; i < document->output_count; i++) {
        const struct ncl_name *name = &document->output[i];
        if (ncl_names_find(&outputs, name->text))
            ncl_error(build->diag, NNEFCL_ERR_MODEL, name->at, "the graph has two results '%s'", name->text);
        else if (ncl_names_find(&inputs, name->text))
            ncl_lax(build->diag, name->at, "'%s' is a parameter and a result of the graph", name->text);
        if (!ncl_names_put(&outputs, &build->scratch, name->text, document->output + i))
            return ncl_build_nomem(build);
    }
    build->inputs = inputs;
    for (size_t i = 0; i < build->options->shape_count; i++)
        if (!is_input_listed(document->input, document->input_count, build->options->shapes[i].name) &&
            !ncl_translate_is_symbol(build, build->options->shapes[i].name))
            return refuse_shape(build, build->options->shapes[i].name);
    return NNEFCL_OK;
}

/* ---- the body ---- */

static const struct ncl_expr *first_identifier(const struct ncl_expr *left)
{
    while (left && left->kind != NCL_EXPR_IDENTIFIER)
        left = left->item_count ? left->item[0] : NULL;
    return left;
}

static bool is_external(const struct ncl_tensor *tensor)
{
    return ncl_node_is(tensor->producer, "external");
}

/* Names the tensors of a left side, and checks that parameters of the graph come from external and nothing else does.
 */
static void name_left(struct ncl_build *build, const struct ncl_expr *left, size_t *externals)
{
    for (size_t i = 0; i < left->item_count; i++)
        name_left(build, left->item[i], externals);
    if (left->kind != NCL_EXPR_IDENTIFIER)
        return;
    struct ncl_local *local = ncl_names_find(&build->scope.locals, left->name);
    struct ncl_value *value = &build->machine.stack[local->slot];
    if (value->kind != NCL_VALUE_TENSOR && ncl_nodes_cast(build, local->type, NULL, left->at, value))
        return;
    struct ncl_tensor *tensor = value->tensor;
    const bool input = ncl_names_find(&build->inputs, left->name) != NULL,
               introduced = is_external(tensor) && !tensor->exported;
    if (!tensor->exported) {
        tensor->name = left->name;
        tensor->exported = true;
    }
    *externals += input && introduced;
    if (input && !introduced)
        ncl_error(build->diag, NNEFCL_ERR_MODEL, left->at,
                  "'%s' is a parameter of the graph, so it must be the result of an external", left->name);
}

static nnefcl_status run_assignment(struct ncl_build *build, const struct ncl_assignment *assignment)
{
    const struct ncl_graph *graph = build->graph;
    const struct ncl_expr *first = first_identifier(assignment->left);
    const size_t tensors = graph->tensor_count, nodes = graph->node_count;
    size_t named = 0, made = 0;
    build->assigning = assignment->left->kind == NCL_EXPR_IDENTIFIER ? first->name : NULL;
    nnefcl_status status = ncl_evaluate(build, build->scope.code, build->scope.slots);
    if (status)
        return status;
    name_left(build, assignment->left, &named);
    for (size_t i = nodes; i < graph->node_count; i++)
        made += ncl_node_is(graph->node[i], "external");
    if (made > named)
        ncl_error(build->diag, NNEFCL_ERR_MODEL, assignment->at,
                  "the result of an external has to be a parameter of the graph");
    return ncl_build_name_others(build, first ? first->name : "_", tensors);
}

static nnefcl_status build_body(struct ncl_build *build)
{
    struct ncl_scope *scope = &build->scope;
    struct ncl_code *code = NCL_NEW(&build->scratch, struct ncl_code);
    if (!code || !ncl_scope_init(scope, build, NULL))
        return ncl_build_nomem(build);
    scope->code = code;
    for (size_t i = 0; i < scope->assignment_count && build->diag->errors < NCL_MAX_ERRORS; i++) {
        const struct ncl_assignment *assignment = &scope->assignment[i];
        code->count = 0;
        if (ncl_translate_is_repeated(scope, assignment))
            continue;
        ncl_translate_assignment(scope, assignment);
        if (scope->failed)
            continue;
        const nnefcl_status status = run_assignment(build, assignment);
        if (status == NNEFCL_ERR_NOMEM || status == NNEFCL_ERR_LIMIT)
            return status;
        if (status)
            ncl_translate_poison(scope, assignment->left);
    }
    return NNEFCL_OK;
}

/* ---- parameters and results ---- */

static nnefcl_status collect_inputs(struct ncl_build *build)
{
    const struct ncl_document *document = build->document;
    struct ncl_graph *graph = build->graph;
    graph->input = NCL_NEW_ARRAY(build->arena, struct ncl_tensor *, document->input_count);
    if (!graph->input)
        return ncl_build_nomem(build);
    for (size_t i = 0; i < document->input_count; i++) {
        const struct ncl_local *local = ncl_names_find(&build->scope.locals, document->input[i].text);
        if (!local)
            ncl_error(build->diag, NNEFCL_ERR_MODEL, document->input[i].at,
                      "parameter '%s' of the graph is not defined by an external", document->input[i].text);
        else if (local->type)
            graph->input[graph->input_count++] = build->machine.stack[local->slot].tensor;
    }
    return NNEFCL_OK;
}

/* Outputs have a tensor of their own each: one that is something else too, or has another name, is copied. */
static nnefcl_status copy_output(struct ncl_build *build, const struct ncl_name *name, struct ncl_tensor **tensor)
{
    const struct ncl_named_value given = {"x", ncl_value_tensor(*tensor)};
    struct ncl_node *copy;
    const nnefcl_status status = ncl_make_node(&build->infer, "copy", &given, 1, name->at, &copy);
    if (status)
        return status;
    *tensor = ncl_node_result(copy, 0);
    (*tensor)->name = name->text;
    (*tensor)->exported = true;
    return NNEFCL_OK;
}

static nnefcl_status collect_outputs(struct ncl_build *build)
{
    const struct ncl_document *document = build->document;
    struct ncl_graph *graph = build->graph;
    graph->output = NCL_NEW_ARRAY(build->arena, struct ncl_tensor *, document->output_count);
    if (!graph->output)
        return ncl_build_nomem(build);
    for (size_t i = 0; i < document->output_count; i++) {
        const struct ncl_name *name = &document->output[i];
        const struct ncl_local *local = ncl_names_find(&build->scope.locals, name->text);
        if (!local)
            ncl_error(build->diag, NNEFCL_ERR_MODEL, name->at, "result '%s' of the graph is never assigned",
                      name->text);
        if (!local || !local->type)
            continue;
        struct ncl_tensor *tensor = build->machine.stack[local->slot].tensor;
        nnefcl_status status = NNEFCL_OK;
        if (tensor->role != NCL_ROLE_ACTIVATION || strcmp(tensor->name, name->text) != 0)
            status = copy_output(build, name, &tensor);
        if (status)
            return status;
        graph->output[graph->output_count++] = tensor;
    }
    return NNEFCL_OK;
}

/* A variable that served as an attribute must keep its value. */
static void check_literals(struct ncl_build *build)
{
    for (size_t i = 0; i < build->literal_count; i++)
        if (build->literal[i].variable->updated)
            ncl_error(build->diag, NNEFCL_ERR_MODEL, build->literal[i].at,
                      "the variable '%.100s' is used as an attribute, but an update writes it",
                      build->literal[i].variable->label);
}

/* ---- all of it ---- */

static nnefcl_status finish_graph(struct ncl_build *build, const struct ncl_quant_file *quant)
{
    nnefcl_status status = quant ? ncl_quantize_attach(build, quant) : NNEFCL_OK;
    if (!status)
        status = ncl_prune(build->graph, &build->scratch, build->diag);
    if (!status)
        status = ncl_after_body_files(build);
    if (!status && quant)
        status = ncl_quantize_apply(build);
    if (!status)
        ncl_after_body_random(build->graph);
    return status;
}

static nnefcl_status build_graph(struct ncl_build *build, const struct ncl_quant_file *quant)
{
    const unsigned before = build->diag->errors;
    nnefcl_status status = ncl_declare_all(build);
    if (!status)
        status = check_header(build);
    if (!status)
        status = build_body(build);
    if (!status)
        status = collect_inputs(build);
    if (!status)
        status = collect_outputs(build);
    if (!status)
        check_literals(build);
    if (!status && build->diag->errors > before)
        status = build->diag->status;
    return status ? status : finish_graph(build, quant);
}

nnefcl_status ncl_build(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_document *document,
                        const struct ncl_quant_file *quant, const struct ncl_container *container,
                        const struct ncl_build_options *options, const struct ncl_graph **graph)
{
    struct ncl_build build = {
        .arena = arena, .diag = diag, .document = document, .container = container, .options = options};
    build.graph = NCL_NEW(arena, struct ncl_graph);
    if (!build.graph)
        return ncl_nomem(diag);
    build.graph->name = document->graph_name.text;
    build.graph->source = document->source;
    build.infer = (struct ncl_infer){.arena = arena, .diag = diag, .graph = build.graph, .compat = options->compat};
    ncl_arena_init(&build.scratch, &arena->allocator, NCL_MAX_SCRATCH);
    const nnefcl_status status = build_graph(&build, quant);
    ncl_evaluate_free(&build);
    ncl_arena_free(&build.scratch);
    if (!status)
        *graph = build.graph;
    return status;
}
