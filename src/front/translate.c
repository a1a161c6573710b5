/* Bodies: assignments, their left sides, identifiers (3.3.2). */
#include <stdio.h>
#include <string.h>

#include "front/build.h"

/* An error in a fragment that nothing uses cannot change the meaning of the model. */
void ncl_scope_error(struct ncl_scope *scope, nnefcl_status status, struct ncl_loc at, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    scope->failed = true;
    if (scope->declared && !scope->declared->used)
        ncl_lax(scope->build->diag, at, "in the unused fragment '%s': %s", scope->declared->fragment->name, text);
    else
        ncl_error(scope->build->diag, status, at, "%s", text);
}

void ncl_scope_lax(struct ncl_scope *scope, struct ncl_loc at, const char *format, ...)
{
    char text[512];
    va_list args;
    if (scope->declared && scope->declared->origin != NCL_ORIGIN_DOCUMENT)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (ncl_lax(scope->build->diag, at, "%s", text))
        scope->failed = true;
}

void *ncl_scope_nomem(struct ncl_scope *scope)
{
    ncl_build_nomem(scope->build);
    scope->failed = true;
    return NULL;
}

struct ncl_local *ncl_scope_find(const struct ncl_scope *scope, const char *name)
{
    for (struct ncl_loop_name *loop = scope->loop; loop; loop = loop->outer)
        if (strcmp(loop->local.name, name) == 0)
            return &loop->local;
    return ncl_names_find(&scope->locals, name);
}

struct ncl_local *ncl_scope_add(struct ncl_scope *scope, const char *name, struct ncl_loc at,
                                const struct ncl_type *type)
{
    struct ncl_arena *arena = &scope->build->scratch;
    struct ncl_local *local = NCL_NEW(arena, struct ncl_local);
    if (!local || !ncl_names_put(&scope->locals, arena, name, local))
        return ncl_scope_nomem(scope);
    *local = (struct ncl_local){.name = name, .type = type, .at = at, .slot = scope->slots++};
    return local;
}

bool ncl_scope_init(struct ncl_scope *scope, struct ncl_build *build, struct ncl_declared *declared)
{
    *scope = (struct ncl_scope){.build = build, .declared = declared};
    if (!declared) {
        scope->assignment = build->document->assignment;
        scope->assignment_count = build->document->assignment_count;
        return true;
    }
    const struct ncl_fragment *fragment = declared->fragment;
    scope->assignment = fragment->assignment;
    scope->assignment_count = fragment->assignment_count;
    scope->code = &declared->code;
    for (size_t i = 0; i < fragment->parameter_count; i++) {
        struct ncl_local *local =
            ncl_scope_add(scope, fragment->parameter[i].name, fragment->parameter[i].at, fragment->parameter[i].type);
        if (!local)
            return false;
        local->assigned = local->parameter = true;
    }
    for (size_t i = 0; i < fragment->result_count; i++)
        if (!ncl_scope_add(scope, fragment->result[i].name, fragment->result[i].at, fragment->result[i].type))
            return false;
    return true;
}

struct ncl_code_item *ncl_code_add(struct ncl_scope *scope, enum ncl_code_op op, const struct ncl_expr *expr,
                                   size_t count)
{
    struct ncl_code *code = scope->code;
    if (!NCL_GROW(&scope->build->scratch, code->item, code->count, code->capacity))
        return ncl_scope_nomem(scope);
    struct ncl_code_item *item = &code->item[code->count++];
    *item = (struct ncl_code_item){.op = op, .count = count, .expr = expr};
    return item;
}

/* ---- left sides ---- */

/* An identifier on the left side in a fragment. Returns its local, or NULL after an error. */
static struct ncl_local *assign_in_fragment(struct ncl_scope *scope, const struct ncl_expr *left,
                                            const struct ncl_type *type)
{
    struct ncl_local *local = ncl_names_find(&scope->locals, left->name);
    if (!local) {
        if ((local = ncl_scope_add(scope, left->name, left->at, type)))
            local->assigned = true;
        return local;
    }
    if (local->parameter)
        ncl_scope_error(scope, NNEFCL_ERR_MODEL, left->at, "'%s' is a parameter of the fragment and cannot be assigned",
                        left->name);
    else if (local->assigned)
        ncl_scope_error(scope, NNEFCL_ERR_MODEL, left->at, "'%s' is assigned a second time", left->name);
    else if (type && local->type && !ncl_type_castable(type, local->type))
        ncl_scope_error(scope, NNEFCL_ERR_MODEL, left->at, "result '%s' is declared as %s, but this is %s", left->name,
                        ncl_type_text(&scope->build->scratch, local->type),
                        ncl_type_text(&scope->build->scratch, type));
    local->assigned = true;
    return scope->failed ? NULL : local;
}

static struct ncl_local *assign_in_graph(struct ncl_scope *scope, const struct ncl_expr *left,
                                         const struct ncl_type *type)
{
    const struct ncl_local *earlier = ncl_names_find(&scope->locals, left->name);
    if (earlier) {
        ncl_scope_error(scope, NNEFCL_ERR_MODEL, left->at, "'%s' is assigned a second time, first in line %u",
                        left->name, earlier->at.line);
        return NULL;
    }
    if (type && type->kind != NCL_TYPE_TENSOR) {
        ncl_scope_error(scope, NNEFCL_ERR_MODEL, left->at,
                        "'%s' would be %s, but an identifier of the graph is a tensor%s", left->name,
                        ncl_type_text(&scope->build->scratch, type),
                        type->kind == NCL_TYPE_ARRAY   ? "; take the array apart: [a, b, ...] = ..."
                        : type->kind == NCL_TYPE_TUPLE ? "; take the tuple apart: a, b = ..."
                                                       : "");
        type = NULL;
    }
    struct ncl_local *local = ncl_scope_add(scope, left->name, left->at, type);
    if (local)
        local->assigned = true;
    return local;
}

/* Declares the identifiers of a left side without a value: what uses them stays silent. */
void ncl_translate_poison(struct ncl_scope *scope, const struct ncl_expr *left)
{
    for (size_t i = 0; i < left->item_count; i++)
        ncl_translate_poison(scope, left->item[i]);
    if (left->kind != NCL_EXPR_IDENTIFIER)
        return;
    struct ncl_local *local = ncl_names_find(&scope->locals, left->name);
    if (!local)
        local = ncl_scope_add(scope, left->name, left->at, NULL);
    if (local && !local->parameter) {
        local->type = NULL;
        local->assigned = true;
    }
}

/* Code that takes the value on the stack apart into the identifiers of `left`. */
static void unpack(struct ncl_scope *scope, const struct ncl_expr *left, const struct ncl_type *type)
{
    if (left->kind == NCL_EXPR_IDENTIFIER) {
        const struct ncl_local *local =
            scope->declared ? assign_in_fragment(scope, left, type) : assign_in_graph(scope, left, type);
        if (local)
            ncl_code_add(scope, NCL_CODE_STORE, left, local->slot);
        return;
    }
    const bool array = left->kind == NCL_EXPR_ARRAY;
    if ((array ? NCL_TYPE_ARRAY : NCL_TYPE_TUPLE) != type->kind) {
        ncl_scope_error(scope, NNEFCL_ERR_MODEL, left->at, "%s of identifiers on the left, but the value is %s",
                        array ? "an array" : "a tuple", ncl_type_text(&scope->build->scratch, type));
        return;
    }
    if (!array && left->item_count != type->item_count) {
        ncl_scope_error(scope, NNEFCL_ERR_MODEL, left->at, "%zu identifiers on the left, but the value has %zu items",
                        left->item_count, type->item_count);
        return;
    }
    ncl_code_add(scope, NCL_CODE_UNPACK, left, left->item_count);
    for (size_t i = 0; i < left->item_count && !scope->failed; i++)
        unpack(scope, left->item[i], array ? (type->item_count ? type->item[0] : NULL) : type->item[i]);
}

void ncl_translate_assignment(struct ncl_scope *scope, const struct ncl_assignment *assignment)
{
    scope->failed = false;
    scope->loop = NULL;
    scope->unpacked = assignment->left->kind == NCL_EXPR_IDENTIFIER ? NULL : assignment->right;
    const struct ncl_type *type = ncl_translate_expr(scope, assignment->right);
    if (type && !scope->failed)
        unpack(scope, assignment->left, type);
    if (scope->failed)
        ncl_translate_poison(scope, assignment->left);
}

void ncl_translate_body(struct ncl_build *build, struct ncl_declared *declared)
{
    struct ncl_scope scope;
    const struct ncl_fragment *fragment = declared->fragment;
    declared->translated = true;
    if (declared->bad || !fragment->has_body)
        return;
    if (!ncl_scope_init(&scope, build, declared)) {
        declared->bad = true;
        return;
    }
    for (size_t i = 0; i < fragment->assignment_count; i++) {
        ncl_translate_assignment(&scope, &fragment->assignment[i]);
        declared->bad |= scope.failed;
    }
    for (size_t i = 0; i < fragment->result_count; i++) {
        const struct ncl_local *local = ncl_names_find(&scope.locals, fragment->result[i].name);
        if (!local->assigned) {
            ncl_scope_error(&scope, NNEFCL_ERR_MODEL, fragment->result[i].at,
                            "result '%s' of fragment '%s' is never assigned", local->name, fragment->name);
            declared->bad = true;
        }
    }
    if (!ncl_code_add(&scope, NCL_CODE_RETURN, NULL, 0))
        declared->bad = true;
    declared->slots = scope.slots;
}
