/* SPDX-License-Identifier: Apache-2.0 */
#include "front/translate_lenient.h"

#include <string.h>

#include "nnef/print.h"
#include "nnefcl/model.h"

static bool takes_torch(const struct ncl_scope *scope)
{
    return scope->build->options->compat & NNEFCL_COMPAT_TORCH;
}

/* ---- integers for scalars ---- */

static bool is_tensor_of(const struct ncl_type *type, enum ncl_type_kind kind)
{
    return type->kind == NCL_TYPE_TENSOR && type->item_count && type->item[0]->kind == kind;
}

bool ncl_translate_promotes(const struct ncl_type *given, const struct ncl_type *wanted)
{
    const bool tensor = is_tensor_of(wanted, NCL_TYPE_SCALAR);
    return given->kind == NCL_TYPE_INTEGER ? tensor || wanted->kind == NCL_TYPE_SCALAR
                                           : tensor && is_tensor_of(given, NCL_TYPE_INTEGER);
}

static const struct ncl_type *promote_literal(struct ncl_scope *scope, struct ncl_code_item *item)
{
    struct ncl_value *value = NCL_NEW(&scope->build->scratch, struct ncl_value);
    if (!value)
        return ncl_scope_nomem(scope);
    *value = ncl_value_scalar((double)item->value->integer);
    item->value = value;
    return &ncl_type_scalar;
}

static const struct ncl_type *promote_tensor(struct ncl_scope *scope, const struct ncl_expr *expr,
                                             const struct ncl_type *wanted)
{
    static const size_t first = 0;
    struct ncl_invoke *data = NCL_NEW(&scope->build->scratch, struct ncl_invoke);
    struct ncl_code_item *item = ncl_scope_code(scope, NCL_CODE_INVOKE, expr, 0);
    if (!data || !item)
        return ncl_scope_nomem(scope);
    *data = (struct ncl_invoke){ncl_build_find(scope->build, "cast"), 1, &first, &ncl_type_scalar};
    item->invoke = data;
    return wanted;
}

const struct ncl_type *ncl_translate_promote(struct ncl_scope *scope, const struct ncl_expr *expr, size_t first,
                                             const struct ncl_type *given, const struct ncl_type *wanted)
{
    if (!takes_torch(scope) || !ncl_translate_promotes(given, wanted))
        return given;
    const bool literal = given->kind == NCL_TYPE_INTEGER;
    if (literal && (scope->code->count != first + 1 || scope->code->item[first].op != NCL_CODE_PUSH))
        return given;
    ncl_scope_lax(scope, expr->at, "%s where a scalar is declared: it is converted",
                  literal ? "an integer" : "a tensor of integers");
    return literal ? promote_literal(scope, &scope->code->item[first]) : promote_tensor(scope, expr, wanted);
}

/* ---- one assignment twice ---- */

/* What depends on more than its arguments. */
static bool has_effects(const struct ncl_expr *expr)
{
    static const char *const names[] = {"external", "tract_core_external", "variable", "update"};
    if (expr->kind != NCL_EXPR_INVOCATION)
        return false;
    bool found = false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        found |= strcmp(expr->name, names[i]) == 0;
    return found;
}

static bool same_text(const struct ncl_scope *scope, const struct ncl_expr *a, const struct ncl_expr *b)
{
    struct ncl_text text[2];
    for (int i = 0; i < 2; i++) {
        ncl_text_init(&text[i], &scope->build->arena->allocator);
        ncl_print_expr(&text[i], i ? b : a);
    }
    const bool same = !text[0].failed && !text[1].failed && strcmp(text[0].data, text[1].data) == 0;
    for (int i = 0; i < 2; i++)
        ncl_text_free(&text[i]);
    return same;
}

/* Assignments stand in the order of the text: the one around that place. */
static const struct ncl_assignment *assignment_at(const struct ncl_scope *scope, struct ncl_loc at)
{
    size_t low = 0, high = scope->assignment_count;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        const struct ncl_loc *start = &scope->assignment[middle].at;
        if (start->line < at.line || (start->line == at.line && start->column <= at.column))
            low = middle;
        else
            high = middle;
    }
    return &scope->assignment[low];
}

bool ncl_translate_is_repeated(struct ncl_scope *scope, const struct ncl_assignment *assignment)
{
    const struct ncl_expr *left = assignment->left;
    const struct ncl_local *local =
        left->kind == NCL_EXPR_IDENTIFIER ? ncl_names_find(&scope->locals, left->name) : NULL;
    if (!local || has_effects(assignment->right))
        return false;
    const struct ncl_assignment *first = assignment_at(scope, local->at);
    if (first->left->kind != NCL_EXPR_IDENTIFIER || !same_text(scope, first->right, assignment->right))
        return false;
    if (takes_torch(scope))
        ncl_scope_lax(scope, left->at, "'%s' is assigned the expression of line %u again", left->name, local->at.line);
    else
        ncl_scope_error(scope, NNEFCL_ERR_UNSUPPORTED, left->at,
                        "'%s' is assigned a second time, the expression of line %u again; --compat=torch takes it",
                        left->name, local->at.line);
    return true;
}
