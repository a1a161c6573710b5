/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies: assignments, their left sides, identifiers (3.3.2). */
#include "front/translate.h"

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
static void unpack_left(struct ncl_scope *scope, const struct ncl_expr *left, const struct ncl_type *type)
{
    if (left->kind == NCL_EXPR_IDENTIFIER) {
        const struct ncl_local *local =
            scope->declared ? assign_in_fragment(scope, left, type) : assign_in_graph(scope, left, type);
        if (local)
            ncl_scope_code(scope, NCL_CODE_STORE, left, local->slot);
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
    ncl_scope_code(scope, NCL_CODE_UNPACK, left, left->item_count);
    for (size_t i = 0; i < left->item_count && !scope->failed; i++)
        unpack_left(scope, left->item[i], array ? (type->item_count ? type->item[0] : NULL) : type->item[i]);
}

void ncl_translate_assignment(struct ncl_scope *scope, const struct ncl_assignment *assignment)
{
    scope->failed = false;
    scope->loop = NULL;
    scope->unpacked = assignment->left->kind == NCL_EXPR_IDENTIFIER ? NULL : assignment->right;
    const struct ncl_type *type = ncl_translate_expr(scope, assignment->right);
    if (type && !scope->failed)
        unpack_left(scope, assignment->left, type);
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
    if (!ncl_scope_code(&scope, NCL_CODE_RETURN, NULL, 0))
        declared->bad = true;
    declared->slots = scope.slots;
}
