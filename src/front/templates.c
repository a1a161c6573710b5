/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns to templates: the code that the translator makes of a fragment's body is run with terms in the place of
 * values. An invocation of an operation becomes a term, one of a fragment with a body its body. */
#include "front/templates.h"

#include <string.h>

#include "base/embedded.h"
#include "front/constant_math.h"
#include "front/declare.h"
#include "front/translate.h"
#include "nnef/parse.h"
#include "nnefcl/model.h"

#define MAX_STACK 64 /* terms of one body at a time: a pattern is small, and our own text */
#define MAX_DEPTH 8  /* fragments within each other */

struct tracer {
    struct ncl_build *build;
    int depth;
    nnefcl_status status;
};

struct trace {
    struct tracer *tracer;
    const struct ncl_term *stack[MAX_STACK];
    size_t count;
    const struct ncl_term **slot;
};

static void tracer_fail(struct tracer *tracer, struct ncl_loc at, const char *what)
{
    if (!tracer->status)
        tracer->status = ncl_error(tracer->build->diag, NNEFCL_ERR_INTERNAL, at, "a pattern %s", what);
}

static struct ncl_term *term_new(struct tracer *tracer, enum ncl_term_kind kind, size_t count)
{
    struct ncl_term *term = NCL_NEW(tracer->build->arena, struct ncl_term);
    const struct ncl_term **item = NCL_NEW_ARRAY(tracer->build->arena, const struct ncl_term *, count);
    if (!term || !item) {
        if (!tracer->status)
            tracer->status = ncl_build_nomem(tracer->build);
        return NULL;
    }
    *term = (struct ncl_term){.kind = kind, .count = count, .item = item};
    return term;
}

/* Items can only be set before the term is handed on. */
static const struct ncl_term **term_items(struct ncl_term *term)
{
    return (const struct ncl_term **)term->item;
}

/* Literals live as long as the build, or are computed here. */
static struct ncl_value value_keep(struct tracer *tracer, const struct ncl_value *value)
{
    struct ncl_value copy = *value;
    struct ncl_value *item = NCL_NEW_ARRAY(tracer->build->arena, struct ncl_value, value->count);
    const bool list = value->kind == NCL_VALUE_ARRAY || value->kind == NCL_VALUE_TUPLE;
    if (!item && !tracer->status)
        tracer->status = ncl_build_nomem(tracer->build);
    for (size_t i = 0; list && item && i < value->count; i++)
        item[i] = value_keep(tracer, &value->item[i]);
    if (list)
        copy.item = item;
    if (value->kind == NCL_VALUE_STRING)
        copy.string = ncl_arena_strndup(tracer->build->arena, value->string, value->count);
    return copy;
}

static const struct ncl_term *term_of_value(struct tracer *tracer, const struct ncl_value *value)
{
    struct ncl_term *term = term_new(tracer, NCL_TERM_VALUE, 0);
    if (term)
        term->value = value_keep(tracer, value);
    return term;
}

static void trace_push(struct trace *trace, const struct ncl_term *term)
{
    if (trace->count == MAX_STACK)
        tracer_fail(trace->tracer, NCL_NOWHERE, "takes too many terms at a time");
    else if (term)
        trace->stack[trace->count++] = term;
}

static const struct ncl_term *trace_pop(struct trace *trace)
{
    return trace->stack[--trace->count];
}

/* ---- invocations ---- */

static const struct ncl_term *body_run(struct tracer *tracer, const struct ncl_declared *declared,
                                       const struct ncl_term *const *argument);

static const struct ncl_term *node_result(struct tracer *tracer, const struct ncl_signature *signature,
                                          const struct ncl_term *const *argument, size_t result)
{
    struct ncl_term *node = term_new(tracer, NCL_TERM_NODE, signature->parameter_count);
    if (!node)
        return NULL;
    memcpy(term_items(node), argument, node->count * sizeof *argument);
    node->signature = signature;
    node->result = result;
    return node;
}

static const struct ncl_term *node_new(struct tracer *tracer, const struct ncl_signature *signature,
                                       const struct ncl_term *const *argument)
{
    if (signature->result_count == 1)
        return node_result(tracer, signature, argument, 0);
    struct ncl_term *list = term_new(tracer, NCL_TERM_LIST, signature->result_count);
    for (size_t i = 0; list && i < list->count; i++)
        if (!(term_items(list)[i] = node_result(tracer, signature, argument, i)))
            return NULL;
    return list;
}

static void trace_invoke(struct trace *trace, const struct ncl_invoke *invoke)
{
    const struct ncl_signature *signature = &invoke->callee->signature;
    const struct ncl_term *argument[MAX_STACK];
    trace->count -= invoke->given;
    for (size_t i = 0; i < signature->parameter_count; i++) {
        argument[i] = invoke->from[i] == SIZE_MAX ? term_of_value(trace->tracer, &signature->initial[i])
                                                  : trace->stack[trace->count + invoke->from[i]];
        if (!argument[i])
            return;
    }
    trace_push(trace, signature->op ? node_new(trace->tracer, signature, argument)
                                    : body_run(trace->tracer, invoke->callee, argument));
}

/* ---- the other instructions ---- */

static void trace_list(struct trace *trace, size_t count)
{
    struct ncl_term *list = term_new(trace->tracer, NCL_TERM_LIST, count);
    if (!list)
        return;
    trace->count -= count;
    memcpy(term_items(list), trace->stack + trace->count, count * sizeof *list->item);
    trace_push(trace, list);
}

/* Pushes the items, the first on top. */
static void trace_unpack(struct trace *trace, size_t count)
{
    const struct ncl_term *list = trace_pop(trace);
    if (list->kind != NCL_TERM_LIST || list->count != count)
        tracer_fail(trace->tracer, NCL_NOWHERE, "takes something apart that is no list");
    for (size_t i = count; i > 0 && !trace->tracer->status; i--)
        trace_push(trace, list->item[i - 1]);
}

/* The sign of a literal. */
static void trace_unary(struct trace *trace, const struct ncl_expr *expr)
{
    const struct ncl_term *term = trace_pop(trace);
    struct ncl_value value = term->value;
    if (term->kind != NCL_TERM_VALUE || ncl_constant_unary(trace->tracer->build, expr->op, expr->at, &value))
        tracer_fail(trace->tracer, expr->at, "calculates with what is no literal");
    else
        trace_push(trace, term_of_value(trace->tracer, &value));
}

static void trace_step(struct trace *trace, const struct ncl_code_item *item)
{
    switch (item->op) {
    case NCL_CODE_PUSH:
        trace_push(trace, term_of_value(trace->tracer, item->value));
        break;
    case NCL_CODE_LOAD:
        trace_push(trace, trace->slot[item->count]);
        break;
    case NCL_CODE_STORE:
        trace->slot[item->count] = trace_pop(trace);
        break;
    case NCL_CODE_ARRAY:
    case NCL_CODE_TUPLE:
        trace_list(trace, item->count);
        break;
    case NCL_CODE_UNARY:
        trace_unary(trace, item->expr);
        break;
    case NCL_CODE_INVOKE:
        trace_invoke(trace, item->invoke);
        break;
    case NCL_CODE_UNPACK:
        trace_unpack(trace, item->count);
        break;
    case NCL_CODE_RETURN:
        break;
    default:
        tracer_fail(trace->tracer, item->expr ? item->expr->at : NCL_NOWHERE,
                    "may hold literals, parameters and invocations only");
    }
}

/* The only result, or the list of them. */
static const struct ncl_term *body_run(struct tracer *tracer, const struct ncl_declared *declared,
                                       const struct ncl_term *const *argument)
{
    const struct ncl_fragment *fragment = declared->fragment;
    struct trace trace = {.tracer = tracer,
                          .slot = NCL_NEW_ARRAY(&tracer->build->scratch, const struct ncl_term *, declared->slots)};
    if (!trace.slot && !tracer->status)
        tracer->status = ncl_build_nomem(tracer->build);
    if (tracer->depth == MAX_DEPTH)
        tracer_fail(tracer, fragment->at, "is nested too deep");
    if (tracer->status)
        return NULL;
    tracer->depth++;
    memcpy(trace.slot, argument, fragment->parameter_count * sizeof *argument);
    for (size_t i = 0; i < declared->code.count && !tracer->status; i++)
        trace_step(&trace, &declared->code.item[i]);
    for (size_t i = 0; i < fragment->result_count && !tracer->status; i++)
        trace_push(&trace, trace.slot[fragment->parameter_count + i]);
    if (fragment->result_count > 1 && !tracer->status)
        trace_list(&trace, fragment->result_count);
    tracer->depth--;
    return tracer->status ? NULL : trace_pop(&trace);
}

/* ---- the document ---- */

/* Operations of our own are declared without a body; helpers have one result, patterns two: what is written, what is
 * meant. */
static bool is_pattern(const struct ncl_fragment *fragment)
{
    return fragment->has_body && fragment->result_count == 2 && strcmp(fragment->result[0].name, "written") == 0;
}

static void template_make(struct tracer *tracer, const struct ncl_declared *declared, struct ncl_template *template)
{
    const struct ncl_signature *signature = &declared->signature;
    const struct ncl_term *argument[MAX_STACK];
    for (size_t i = 0; i < signature->parameter_count; i++) {
        struct ncl_term *parameter = term_new(tracer, NCL_TERM_PARAMETER, 0);
        if (!(argument[i] = parameter))
            return;
        parameter->parameter = i;
    }
    const struct ncl_term *sides = body_run(tracer, declared, argument);
    if (!sides)
        return;
    *template = (struct ncl_template){.name = signature->name,
                                      .parameter_count = signature->parameter_count,
                                      .parameter = signature->takes,
                                      .written = sides->item[0],
                                      .meant = sides->item[1]};
    if (template->written->kind != NCL_TERM_NODE || template->meant->kind != NCL_TERM_NODE)
        tracer_fail(tracer, declared->fragment->at, "is no operation");
}

static void own_keep(struct tracer *tracer, struct ncl_declared *declared, struct ncl_names *own)
{
    if (!ncl_names_put(own, tracer->build->arena, declared->signature.name, &declared->signature))
        tracer->status = ncl_build_nomem(tracer->build);
}

static nnefcl_status templates_trace(struct ncl_build *build, struct ncl_templates *templates)
{
    const struct ncl_document *document = build->document;
    struct ncl_template *item = NCL_NEW_ARRAY(build->arena, struct ncl_template, document->fragment_count);
    const unsigned before = build->diag->errors;
    struct tracer tracer = {.build = build, .status = item ? ncl_declare_all(build) : ncl_build_nomem(build)};
    if (!tracer.status && build->diag->errors > before)
        tracer.status = build->diag->status; /* a body that could not be translated */
    *templates = (struct ncl_templates){.item = item};
    for (size_t i = 0; i < document->fragment_count && !tracer.status; i++)
        if (is_pattern(&document->fragment[i]) && build->declared[i])
            template_make(&tracer, build->declared[i], &item[templates->count++]);
        else if (!document->fragment[i].has_body && build->declared[i])
            own_keep(&tracer, build->declared[i], &templates->own);
    return tracer.status;
}

static nnefcl_status patterns_parse(struct ncl_arena *arena, struct ncl_diag *diag, struct ncl_document **document)
{
    static const struct ncl_parse_options library = {.stdlib = true};
    const struct ncl_embedded *file = ncl_embedded_find("patterns.nnef");
    struct ncl_source *source = NCL_NEW(arena, struct ncl_source);
    if (!file)
        return ncl_error(diag, NNEFCL_ERR_INTERNAL, NCL_NOWHERE, "patterns.nnef is not in the library");
    const size_t head = strlen(ncl_op_inner_declarations); /* of one line: places stay those of the file */
    char *text = NCL_NEW_ARRAY(arena, char, head + file->length);
    if (!source || !text)
        return ncl_nomem(diag);
    memcpy(text, ncl_op_inner_declarations, head);
    memcpy(text + head, file->text, file->length);
    *source = (struct ncl_source){.name = file->name, .text = text, .length = head + file->length};
    return ncl_parse_document(arena, diag, source, &library, document);
}

nnefcl_status ncl_templates_make(struct ncl_arena *arena, struct ncl_diag *diag, struct ncl_templates *templates)
{
    static const struct ncl_build_options options = {.compat = NNEFCL_COMPAT_TORCH, .internal = true};
    struct ncl_document *document;
    nnefcl_status status = patterns_parse(arena, diag, &document);
    if (status)
        return status;
    struct ncl_build build = {.arena = arena, .diag = diag, .document = document, .options = &options};
    build.graph = NCL_NEW(arena, struct ncl_graph);
    if (!build.graph)
        return ncl_nomem(diag);
    ncl_arena_init(&build.scratch, &arena->allocator, NCL_MAX_SCRATCH);
    status = templates_trace(&build, templates);
    ncl_arena_free(&build.scratch);
    return status;
}
