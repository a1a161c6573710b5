/* SPDX-License-Identifier: Apache-2.0 */
/* Declarations: the standard library, the fragments of the document and their rules (3.3.2), and which of them the
 * graph reaches. */
#include <string.h>

#include "base/embedded.h"
#include "front/declare.h"
#include "front/literal.h"
#include "front/registered.h"
#include "front/signature_make.h"
#include "front/translate.h"
#include "nnef/parse.h"
#include "nnefcl/model.h"

static const struct ncl_parse_options library = {.stdlib = true};

static nnefcl_status parse_embedded(struct ncl_arena *arena, struct ncl_diag *diag, const char *name,
                                    const struct ncl_document **document)
{
    const struct ncl_embedded *file = ncl_embedded_find(name);
    struct ncl_source *source = NCL_NEW(arena, struct ncl_source);
    struct ncl_document *parsed;
    if (!file)
        return ncl_error(diag, NNEFCL_ERR_INTERNAL, NCL_NOWHERE, "%s is not in the library", name);
    if (!source)
        return ncl_nomem(diag);
    *source = (struct ncl_source){.name = file->name, .text = file->text, .length = file->length};
    const nnefcl_status status = ncl_parse_document(arena, diag, source, &library, &parsed);
    if (!status)
        *document = parsed;
    return status;
}

nnefcl_status ncl_stdlib(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_document **document)
{
    return parse_embedded(arena, diag, "stdlib.nnef", document);
}

nnefcl_status ncl_dialects(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_document **document)
{
    return parse_embedded(arena, diag, "dialects.nnef", document);
}

/* ---- rules for one declaration ---- */

struct check {
    struct ncl_build *build;
    struct ncl_declared *declared;
    struct ncl_names names; /* struct ncl_parameter: those declared so far */
};

static void broken(struct check *check, struct ncl_loc at, const char *what, const char *name)
{
    struct ncl_scope scope = {.build = check->build, .declared = check->declared};
    const nnefcl_status status =
        check->declared->origin == NCL_ORIGIN_REGISTERED ? NNEFCL_ERR_ARGUMENT : NNEFCL_ERR_MODEL;
    ncl_scope_error(&scope, status, at, "fragment '%s': '%s' %s", check->declared->fragment->name, name, what);
    check->declared->bad = true;
}

static void unclean(struct check *check, struct ncl_loc at, const char *what, const char *name)
{
    struct ncl_scope scope = {.build = check->build, .declared = check->declared};
    if (check->declared->origin == NCL_ORIGIN_REGISTERED) {
        broken(check, at, what, name);
        return;
    }
    ncl_scope_lax(&scope, at, "fragment '%s': '%s' %s", check->declared->fragment->name, name, what);
    check->declared->bad |= scope.failed;
}

static bool mixes(const struct ncl_type *type)
{
    bool tensor = false, attribute = false;
    for (size_t i = 0; i < type->item_count; i++) {
        if (mixes(type->item[i]))
            return true;
        if (ncl_type_has_tensor(type->item[i]))
            tensor = true;
        else
            attribute = true;
    }
    return type->kind == NCL_TYPE_TUPLE && tensor && attribute;
}

static bool has_tensor_without(const struct ncl_type *type, bool (*what)(const struct ncl_type *))
{
    if (type->kind == NCL_TYPE_TENSOR)
        return what(type);
    for (size_t i = 0; i < type->item_count; i++)
        if (has_tensor_without(type->item[i], what))
            return true;
    return false;
}

static bool is_unbound(const struct ncl_type *tensor)
{
    return tensor->item_count == 0;
}

static bool is_of_strings(const struct ncl_type *tensor)
{
    return tensor->item_count && tensor->item[0]->kind == NCL_TYPE_STRING;
}

static void check_field_type(struct check *check, const struct ncl_parameter *item)
{
    const bool generic = check->declared->fragment->generic;
    if (mixes(item->type))
        broken(check, item->at, "mixes tensors and attributes in a tuple", item->name);
    else if (has_tensor_without(item->type, is_of_strings))
        broken(check, item->at, "is a tensor of strings, which no operation handles", item->name);
    else if (!generic && ncl_type_has_generic(item->type))
        broken(check, item->at, "has a generic type, but the fragment is not declared with <?>", item->name);
}

static void check_default(struct check *check, const struct ncl_parameter *parameter)
{
    const struct ncl_expr *culprit = NULL;
    const struct ncl_type *type = ncl_literal_type(&check->build->scratch, parameter->initial, &culprit);
    if (!type && !culprit) {
        ncl_build_nomem(check->build);
        check->declared->bad = true;
    } else if (!type || !ncl_type_castable(type, parameter->type)) {
        if (type && ncl_type_has_generic(parameter->type) && ncl_type_is_primitive(type))
            return; /* checked when ? is known */
        broken(check, parameter->initial->at, "has a default value of another type", parameter->name);
    }
}

static void check_declared_name(struct check *check, const struct ncl_parameter *item)
{
    if (ncl_names_find(&check->names, item->name)) {
        broken(check, item->at, "is declared twice", item->name);
    } else if (!ncl_names_put(&check->names, &check->build->scratch, item->name, (void *)item)) {
        ncl_build_nomem(check->build);
        check->declared->bad = true;
    }
}

static void check_declaration(struct check *check)
{
    const struct ncl_fragment *fragment = check->declared->fragment;
    bool generic = false, attribute = false;
    for (size_t i = 0; i < fragment->parameter_count; i++) {
        const struct ncl_parameter *parameter = &fragment->parameter[i];
        const bool tensor = ncl_type_has_tensor(parameter->type);
        check_declared_name(check, parameter);
        if (tensor && attribute)
            unclean(check, parameter->at, "is a tensor behind an attribute", parameter->name);
        check_field_type(check, parameter);
        if (parameter->initial)
            check_default(check, parameter);
        generic |= ncl_type_has_generic(parameter->type);
        attribute |= !tensor;
    }
    for (size_t i = 0; i < fragment->result_count; i++) {
        const struct ncl_parameter *result = &fragment->result[i];
        check_declared_name(check, result);
        check_field_type(check, result);
        if (!ncl_type_has_tensor(result->type))
            unclean(check, result->at, "is a result, but no tensor", result->name);
        else if (has_tensor_without(result->type, is_unbound))
            broken(check, result->at, "is a result without a data type", result->name);
        generic |= ncl_type_has_generic(result->type);
    }
    if (fragment->generic && !generic)
        unclean(check, fragment->at, "is declared as generic, but uses ? nowhere", fragment->name);
    if (fragment->generic_default && fragment->generic_default->kind == NCL_TYPE_GENERIC)
        broken(check, fragment->at, "has ? as the default of its type", fragment->name);
}

/* ---- records ---- */

static const struct ncl_type *result_type(struct ncl_arena *arena, const struct ncl_fragment *fragment)
{
    const struct ncl_type **type = NCL_NEW_ARRAY(arena, const struct ncl_type *, fragment->result_count);
    for (size_t i = 0; type && i < fragment->result_count; i++)
        type[i] = fragment->result[i].type;
    if (!type || fragment->result_count == 1)
        return type ? type[0] : NULL;
    return ncl_type_tuple(arena, type, fragment->result_count);
}

static struct ncl_declared *declare_add(struct ncl_build *build, const struct ncl_fragment *fragment,
                                        enum ncl_origin origin)
{
    struct ncl_declared *declared = NCL_NEW(build->arena, struct ncl_declared);
    if (!declared)
        return NULL;
    *declared = (struct ncl_declared){.fragment = fragment, .origin = origin, .used = origin != NCL_ORIGIN_DOCUMENT};
    declared->type = result_type(&build->scratch, fragment);
    if (!declared->type || !ncl_signature_make(build->arena, fragment, &declared->signature) ||
        !ncl_names_put(&build->operations, &build->scratch, fragment->name, declared))
        return NULL;
    return declared;
}

/* The library: its signatures are kept with the graph. */
static bool add_fragments(struct ncl_build *build, const struct ncl_document *document, enum ncl_origin origin,
                          struct ncl_names *signatures)
{
    for (size_t i = 0; i < document->fragment_count; i++) {
        const struct ncl_fragment *fragment = &document->fragment[i];
        struct ncl_declared *declared = declare_add(build, fragment, origin);
        if (!declared)
            return false;
        declared->signature.op = ncl_op_find(fragment->name);
        if (!ncl_names_put(signatures, build->arena, fragment->name, &declared->signature))
            return false;
    }
    return true;
}

static nnefcl_status add_library(struct ncl_build *build)
{
    const struct ncl_document *standard, *dialects;
    struct ncl_names *signatures = NCL_NEW(build->arena, struct ncl_names);
    nnefcl_status status = ncl_stdlib(build->arena, build->diag, &standard);
    if (!status)
        status = ncl_dialects(build->arena, build->diag, &dialects);
    if (status)
        return status;
    build->graph->signatures = signatures;
    return signatures && add_fragments(build, standard, NCL_ORIGIN_STANDARD, signatures) &&
                   add_fragments(build, dialects, NCL_ORIGIN_DIALECT, signatures)
               ? NNEFCL_OK
               : ncl_build_nomem(build);
}

static nnefcl_status add_registered(struct ncl_build *build)
{
    for (size_t i = 0; i < build->options->registered_count; i++) {
        const struct ncl_registered *registered = &build->options->registered[i];
        const struct ncl_fragment *fragment = registered->fragment;
        const struct ncl_declared *earlier = ncl_build_find(build, fragment->name);
        if (earlier && earlier->origin != NCL_ORIGIN_DIALECT)
            return ncl_error(build->diag, NNEFCL_ERR_ARGUMENT, fragment->at, "operations[%zu] %s: %s", i,
                             fragment->name,
                             earlier->origin == NCL_ORIGIN_STANDARD ? "this is the name of a standard operation"
                                                                    : "an operation of this name is registered before");
        struct ncl_declared *declared = declare_add(build, fragment, NCL_ORIGIN_REGISTERED);
        if (!declared)
            return ncl_build_nomem(build);
        declared->signature.op = &registered->custom.op;
        check_declaration(&(struct check){.build = build, .declared = declared});
        if (declared->bad)
            return build->diag->status;
    }
    return NNEFCL_OK;
}

static const struct ncl_registered *find_registered(const struct ncl_build *build, const char *name)
{
    for (size_t i = 0; i < build->options->registered_count; i++)
        if (strcmp(build->options->registered[i].fragment->name, name) == 0)
            return &build->options->registered[i];
    return NULL;
}

/* What the exporter of that time means by the name is known better than its body says. */
static bool is_misdefined(struct ncl_build *build, const struct ncl_fragment *fragment,
                          const struct ncl_declared *earlier)
{
    static const char *const names[] = {"space_to_depth", "depth_to_space"};
    bool found = false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        found |= strcmp(fragment->name, names[i]) == 0;
    return found && (build->options->compat & NNEFCL_COMPAT_LEGACY) && earlier->origin == NCL_ORIGIN_DIALECT &&
           !ncl_registered_differs(&build->scratch, earlier->fragment, fragment);
}

/* The document declares what is registered: its default values are taken, its body is not. */
static nnefcl_status redeclare(struct ncl_build *build, const struct ncl_registered *registered, size_t index)
{
    const struct ncl_fragment *fragment = &build->document->fragment[index];
    const char *differs = ncl_registered_differs(&build->scratch, registered->fragment, fragment);
    if (differs) {
        ncl_error(build->diag, NNEFCL_ERR_MODEL, fragment->at, "fragment '%s' is declared with %s", fragment->name,
                  differs);
        return NNEFCL_OK;
    }
    if (!(build->declared[index] = declare_add(build, fragment, NCL_ORIGIN_DOCUMENT)))
        return ncl_build_nomem(build);
    build->declared[index]->signature.op = &registered->custom.op;
    return NNEFCL_OK;
}

static nnefcl_status add_document(struct ncl_build *build)
{
    const struct ncl_document *document = build->document;
    build->declared = NCL_NEW_ARRAY(&build->scratch, struct ncl_declared *, document->fragment_count);
    if (!build->declared)
        return ncl_build_nomem(build);
    for (size_t i = 0; i < document->fragment_count; i++) {
        const struct ncl_fragment *fragment = &document->fragment[i];
        struct ncl_declared *earlier = ncl_build_find(build, fragment->name);
        if (earlier && earlier->origin == NCL_ORIGIN_DOCUMENT) {
            ncl_error(build->diag, NNEFCL_ERR_MODEL, fragment->at, "a second fragment '%s', the first is in line %u",
                      fragment->name, earlier->fragment->at.line);
            continue;
        }
        if (earlier && earlier->origin == NCL_ORIGIN_STANDARD && !(build->options->compat & NNEFCL_COMPAT_TORCH)) {
            ncl_error(build->diag, NNEFCL_ERR_UNSUPPORTED, fragment->at,
                      "fragment '%s' redefines a standard operation; with --compat=torch the definition of the "
                      "document is taken",
                      fragment->name);
            continue;
        }
        const struct ncl_registered *registered = find_registered(build, fragment->name);
        if (registered) {
            if (redeclare(build, registered, i))
                return build->diag->status;
            continue;
        }
        if (earlier && (!fragment->has_body || is_misdefined(build, fragment, earlier))) {
            earlier->meant =
                fragment->has_body || !ncl_registered_differs(&build->scratch, earlier->fragment, fragment);
            continue; /* the known one is meant */
        }
        if (!(build->declared[i] = declare_add(build, fragment, NCL_ORIGIN_DOCUMENT)))
            return ncl_build_nomem(build);
        if (build->options->internal && !fragment->has_body)
            build->declared[i]->signature.op = ncl_op_find(fragment->name);
    }
    return NNEFCL_OK;
}

/* ---- use ---- */

static void reach(struct ncl_build *build, const struct ncl_expr *expr, struct ncl_declared **queue, size_t *count)
{
    if (!expr)
        return;
    for (size_t i = 0; i < expr->item_count; i++)
        reach(build, expr->item[i], queue, count);
    for (size_t i = 0; i < expr->iterator_count; i++)
        reach(build, expr->iterator[i].in, queue, count);
    for (size_t i = 0; i < expr->argument_count; i++)
        reach(build, expr->argument[i].value, queue, count);
    if (expr->kind != NCL_EXPR_INVOCATION)
        return;
    struct ncl_declared *declared = ncl_build_find(build, expr->name);
    if (declared && !declared->used) {
        declared->used = true;
        queue[(*count)++] = declared;
    }
}

static nnefcl_status find_used(struct ncl_build *build)
{
    const struct ncl_document *document = build->document;
    struct ncl_declared **queue = NCL_NEW_ARRAY(&build->scratch, struct ncl_declared *, document->fragment_count);
    size_t count = 0;
    if (!queue)
        return ncl_build_nomem(build);
    for (size_t i = 0; i < document->assignment_count; i++)
        reach(build, document->assignment[i].right, queue, &count);
    for (size_t next = 0; next < count; next++)
        for (size_t i = 0; i < queue[next]->fragment->assignment_count; i++)
            reach(build, queue[next]->fragment->assignment[i].right, queue, &count);
    return NNEFCL_OK;
}

/* tract and torch_to_nnef keep their metadata in a fragment that breaks the rules for types. */
static bool is_metadata(const struct ncl_declared *declared)
{
    return !declared->used && strcmp(declared->fragment->name, "tract_core_properties") == 0;
}

nnefcl_status ncl_declare_all(struct ncl_build *build)
{
    nnefcl_status status = add_library(build);
    if (!status)
        status = add_registered(build);
    if (!status)
        status = add_document(build);
    if (!status)
        status = find_used(build);
    for (size_t i = 0; !status && i < build->document->fragment_count; i++) {
        struct ncl_declared *declared = build->declared[i];
        if (!declared || is_metadata(declared))
            continue;
        check_declaration(&(struct check){.build = build, .declared = declared});
        ncl_translate_body(build, declared);
    }
    return status;
}
