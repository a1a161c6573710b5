/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions: their types, and the code that computes them (3.3.3). */
#include <string.h>

#include "front/translate.h"
#include "front/translate_tract.h"
#include "front/literal.h"

static const struct ncl_type *expr_fail(struct ncl_scope *scope, const struct ncl_expr *expr, const char *what,
                                        const struct ncl_type *type)
{
    ncl_scope_error(scope, NNEFCL_ERR_MODEL, expr->at, "%s, not %s", what, ncl_type_text(&scope->build->scratch, type));
    return NULL;
}

static const struct ncl_type *made(struct ncl_scope *scope, const struct ncl_type *type)
{
    return type ? type : ncl_scope_nomem(scope);
}

static struct ncl_code_item *push_constant(struct ncl_scope *scope, const struct ncl_expr *expr, struct ncl_value value)
{
    struct ncl_value *constant = NCL_NEW(&scope->build->scratch, struct ncl_value);
    struct ncl_code_item *item = ncl_scope_code(scope, NCL_CODE_PUSH, expr, 0);
    if (!constant || !item)
        return ncl_scope_nomem(scope);
    *constant = value;
    item->value = constant;
    return item;
}

static void jump_here(struct ncl_scope *scope, size_t from)
{
    scope->code->item[from].count = scope->code->count;
}

/* ---- literals, identifiers ---- */

static const struct ncl_type *translate_literal(struct ncl_scope *scope, const struct ncl_expr *expr)
{
    const struct ncl_expr *culprit = NULL;
    struct ncl_value value;
    const struct ncl_type *type = ncl_literal_type(&scope->build->scratch, expr, &culprit);
    if (culprit) {
        ncl_scope_error(scope, NNEFCL_ERR_MODEL, culprit->at,
                        "the items of an array need one type, and this one differs from those before it");
        return NULL;
    }
    if (!type || !ncl_literal_value(&scope->build->scratch, expr, &value))
        return ncl_scope_nomem(scope);
    return push_constant(scope, expr, value) ? type : NULL;
}

static bool names_it(const struct ncl_expr *left, const char *name)
{
    bool found = left->kind == NCL_EXPR_IDENTIFIER && strcmp(left->name, name) == 0;
    for (size_t i = 0; i < left->item_count && !found; i++)
        found = names_it(left->item[i], name);
    return found;
}

static const struct ncl_type *translate_identifier(struct ncl_scope *scope, const struct ncl_expr *expr)
{
    const struct ncl_local *local = ncl_scope_find(scope, expr->name);
    if (local && local->assigned) {
        if (!local->type)
            scope->failed = true;
        else if (ncl_scope_code(scope, NCL_CODE_LOAD, expr, local->slot))
            return local->type;
        return NULL;
    }
    char meant[NCL_NEAREST_TEXT];
    if (!local && ncl_translate_is_symbol(scope->build, expr->name)) {
        int64_t extent;
        return ncl_translate_symbol(scope, expr, &extent) && push_constant(scope, expr, ncl_value_integer(extent))
                   ? &ncl_type_integer
                   : NULL;
    }
    bool later = local != NULL;
    for (size_t i = 0; i < scope->assignment_count && !later; i++)
        later = names_it(scope->assignment[i].left, expr->name);
    if (later)
        ncl_scope_error(scope, NNEFCL_ERR_MODEL, expr->at, "'%s' is used before it is assigned", expr->name);
    else
        ncl_scope_error(scope, NNEFCL_ERR_MODEL, expr->at, "'%s' is not defined%s", expr->name,
                        ncl_names_nearest(&scope->locals, expr->name, scope->build->diag, meant));
    return NULL;
}

/* ---- arrays and tuples ---- */

static const struct ncl_type *translate_array(struct ncl_scope *scope, const struct ncl_expr *expr)
{
    struct ncl_arena *arena = &scope->build->scratch;
    const struct ncl_type *type = NULL;
    for (size_t i = 0; i < expr->item_count; i++) {
        const struct ncl_type *next = ncl_translate_expr(scope, expr->item[i]);
        if (!next)
            return NULL;
        const struct ncl_type *both = type ? ncl_type_common(arena, type, next) : next;
        if (!both) {
            ncl_scope_error(scope, NNEFCL_ERR_MODEL, expr->item[i]->at,
                            "the items of an array need one type, but this is %s and those before are %s",
                            ncl_type_text(arena, next), ncl_type_text(arena, type));
            return NULL;
        }
        type = both;
    }
    return ncl_scope_code(scope, NCL_CODE_ARRAY, expr, expr->item_count) ? made(scope, ncl_type_array(arena, type))
                                                                         : NULL;
}

static const struct ncl_type *translate_tuple(struct ncl_scope *scope, const struct ncl_expr *expr)
{
    const struct ncl_type **item = NCL_NEW_ARRAY(&scope->build->scratch, const struct ncl_type *, expr->item_count);
    if (!item)
        return ncl_scope_nomem(scope);
    for (size_t i = 0; i < expr->item_count; i++)
        if (!(item[i] = ncl_translate_expr(scope, expr->item[i])))
            return NULL;
    if (!ncl_scope_code(scope, NCL_CODE_TUPLE, expr, expr->item_count))
        return NULL;
    return made(scope, ncl_type_tuple(&scope->build->scratch, item, expr->item_count));
}

static bool translate_integer(struct ncl_scope *scope, const struct ncl_expr *expr, const char *what)
{
    const struct ncl_type *type = ncl_translate_expr(scope, expr);
    if (type && type->kind != NCL_TYPE_INTEGER)
        expr_fail(scope, expr, what, type);
    return !scope->failed;
}

static const struct ncl_type *translate_subscript(struct ncl_scope *scope, const struct ncl_expr *expr)
{
    const struct ncl_type *type = ncl_translate_expr(scope, expr->item[0]), *result = &ncl_type_string;
    if (!type)
        return NULL;
    if (type->kind == NCL_TYPE_TUPLE) {
        const struct ncl_expr *index = expr->item[1];
        if (index->kind != NCL_EXPR_INTEGER || index->integer < 0 || (uint64_t)index->integer >= type->item_count) {
            ncl_scope_error(scope, NNEFCL_ERR_MODEL, index->at,
                            "the subscript of a tuple of %zu items is a literal from 0 to %zu", type->item_count,
                            type->item_count - 1);
            return NULL;
        }
        result = type->item[index->integer];
    } else if (type->kind == NCL_TYPE_ARRAY) {
        if (type->item_count == 0) {
            ncl_scope_error(scope, NNEFCL_ERR_MODEL, expr->at, "subscript of an empty array");
            return NULL;
        }
        result = type->item[0];
    } else if (type->kind != NCL_TYPE_STRING) {
        return expr_fail(scope, expr, "only arrays, tuples and strings have subscripts", type);
    }
    if (!translate_integer(scope, expr->item[1], "a subscript is an integer"))
        return NULL;
    return ncl_scope_code(scope, NCL_CODE_INDEX, expr, 0) ? result : NULL;
}

static const struct ncl_type *translate_range(struct ncl_scope *scope, const struct ncl_expr *expr)
{
    const struct ncl_type *type = ncl_translate_expr(scope, expr->item[0]);
    if (!type)
        return NULL;
    if (type->kind != NCL_TYPE_ARRAY && type->kind != NCL_TYPE_STRING)
        return expr_fail(scope, expr, "only arrays and strings have ranges", type);
    for (size_t i = 1; i < 3; i++)
        if (expr->item[i] && !translate_integer(scope, expr->item[i], "the ends of a range are integers"))
            return NULL;
    return ncl_scope_code(scope, NCL_CODE_RANGE, expr, (expr->item[1] ? 1u : 0u) | (expr->item[2] ? 2u : 0u)) ? type
                                                                                                              : NULL;
}

/* ---- branches and loops ---- */

static bool translate_condition(struct ncl_scope *scope, const struct ncl_expr *expr)
{
    const struct ncl_type *type = ncl_translate_expr(scope, expr);
    if (type && type->kind != NCL_TYPE_LOGICAL)
        expr_fail(scope, expr, "a condition is a logical known while compiling", type);
    return !scope->failed;
}

static const struct ncl_type *translate_select(struct ncl_scope *scope, const struct ncl_expr *expr)
{
    const bool unpacked = scope->unpacked == expr;
    if (!translate_condition(scope, expr->item[1]))
        return NULL;
    const size_t unless = scope->code->count;
    ncl_scope_code(scope, NCL_CODE_JUMP_UNLESS, expr, 0);
    if (unpacked)
        scope->unpacked = expr->item[0];
    const struct ncl_type *a = ncl_translate_expr(scope, expr->item[0]);
    if (!a)
        return NULL;
    const size_t over = scope->code->count;
    if (!ncl_scope_code(scope, NCL_CODE_JUMP, expr, 0))
        return NULL;
    jump_here(scope, unless);
    if (unpacked)
        scope->unpacked = expr->item[2];
    const struct ncl_type *b = ncl_translate_expr(scope, expr->item[2]);
    if (!b)
        return NULL;
    jump_here(scope, over);
    const struct ncl_type *type = ncl_type_common(&scope->build->scratch, a, b);
    if (!type)
        ncl_scope_error(scope, NNEFCL_ERR_MODEL, expr->at, "the branches have no common type: %s and %s",
                        ncl_type_text(&scope->build->scratch, a), ncl_type_text(&scope->build->scratch, b));
    return type;
}

/* The arrays are outside the scope of the names. */
static struct ncl_loop_name *translate_iterators(struct ncl_scope *scope, const struct ncl_expr *expr)
{
    struct ncl_loop_name *name = NCL_NEW_ARRAY(&scope->build->scratch, struct ncl_loop_name, expr->iterator_count);
    if (!name)
        return ncl_scope_nomem(scope);
    for (size_t i = 0; i < expr->iterator_count; i++) {
        const struct ncl_iterator *iterator = &expr->iterator[i];
        const struct ncl_type *type = ncl_translate_expr(scope, iterator->in);
        if (!type)
            return NULL;
        if (type->kind != NCL_TYPE_ARRAY) {
            expr_fail(scope, iterator->in, "a loop runs through an array", type);
            return NULL;
        }
        name[i].local = (struct ncl_local){.name = iterator->name,
                                           .type = type->item_count ? type->item[0] : &ncl_type_empty_array,
                                           .at = iterator->at,
                                           .slot = scope->slots + i,
                                           .assigned = true};
        for (size_t j = 0; j < i; j++)
            if (strcmp(name[j].local.name, iterator->name) == 0) {
                ncl_scope_error(scope, NNEFCL_ERR_MODEL, iterator->at, "'%s' names two loop variables", iterator->name);
                return NULL;
            }
    }
    return name;
}

static const struct ncl_type *translate_comprehension(struct ncl_scope *scope, const struct ncl_expr *expr)
{
    struct ncl_loop_name *const outer = scope->loop;
    struct ncl_loop_name *name = translate_iterators(scope, expr);
    if (!name || !ncl_scope_code(scope, NCL_CODE_LOOP, expr, scope->slots))
        return NULL;
    scope->slots += expr->iterator_count;
    for (size_t i = 0; i < expr->iterator_count; i++) {
        name[i].outer = scope->loop;
        scope->loop = &name[i];
    }
    const size_t next = scope->code->count;
    const struct ncl_type *type = NULL;
    ncl_scope_code(scope, NCL_CODE_NEXT, expr, 0);
    if (!expr->item[0] || translate_condition(scope, expr->item[0])) {
        if (expr->item[0])
            ncl_scope_code(scope, NCL_CODE_JUMP_UNLESS, expr, next);
        type = ncl_translate_expr(scope, expr->item[1]);
    }
    scope->loop = outer;
    if (!type || !ncl_scope_code(scope, NCL_CODE_YIELD, expr, next))
        return NULL;
    jump_here(scope, next);
    return made(scope, ncl_type_array(&scope->build->scratch, type));
}

/* ---- built-in functions ---- */

static const struct ncl_type *translate_builtin(struct ncl_scope *scope, const struct ncl_expr *expr)
{
    static const struct {
        const char *name;
        const struct ncl_type *type;
    } cast[] = {{"integer", &ncl_type_integer},
                {"scalar", &ncl_type_scalar},
                {"logical", &ncl_type_logical},
                {"string", &ncl_type_string}};
    const struct ncl_type *type = ncl_translate_expr(scope, expr->item[0]), *result = NULL;
    if (!type)
        return NULL;
    for (size_t i = 0; i < sizeof cast / sizeof *cast; i++)
        if (strcmp(expr->name, cast[i].name) == 0) {
            result = cast[i].type;
            if (!ncl_type_is_primitive(type)) {
                ncl_scope_error(scope, NNEFCL_ERR_MODEL, expr->at,
                                "%s() converts values known while compiling, not %s%s", expr->name,
                                ncl_type_text(&scope->build->scratch, type),
                                type->kind == NCL_TYPE_TENSOR ? "; the operation cast is for tensors" : "");
                return NULL;
            }
        }
    if (!result) {
        const bool array = type->kind == NCL_TYPE_ARRAY || type->kind == NCL_TYPE_STRING;
        if (strcmp(expr->name, "shape_of") != 0 && !array)
            return expr_fail(scope, expr, "length_of() and range_of() take an array or a string", type);
        result = strcmp(expr->name, "length_of") == 0
                     ? &ncl_type_integer
                     : made(scope, ncl_type_array(&scope->build->scratch, &ncl_type_integer));
    }
    return ncl_scope_code(scope, NCL_CODE_BUILTIN, expr, 0) ? result : NULL;
}

const struct ncl_type *ncl_translate_expr(struct ncl_scope *scope, const struct ncl_expr *expr)
{
    if (ncl_literal_is(expr))
        return translate_literal(scope, expr);
    switch (expr->kind) {
    case NCL_EXPR_IDENTIFIER:
        return translate_identifier(scope, expr);
    case NCL_EXPR_ARRAY:
        return translate_array(scope, expr);
    case NCL_EXPR_TUPLE:
        return translate_tuple(scope, expr);
    case NCL_EXPR_UNARY:
    case NCL_EXPR_BINARY:
        return ncl_translate_operator(scope, expr);
    case NCL_EXPR_SELECT:
        return translate_select(scope, expr);
    case NCL_EXPR_COMPREHENSION:
        return translate_comprehension(scope, expr);
    case NCL_EXPR_SUBSCRIPT:
        return translate_subscript(scope, expr);
    case NCL_EXPR_RANGE:
        return translate_range(scope, expr);
    case NCL_EXPR_BUILTIN:
        return translate_builtin(scope, expr);
    case NCL_EXPR_INVOCATION:
        return ncl_translate_invocation(scope, expr);
    default:
        return translate_literal(scope, expr);
    }
}
