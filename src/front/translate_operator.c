/* SPDX-License-Identifier: Apache-2.0 */
/* Operators (3.3.3, table 1): on values known while compiling they are computed, on tensors they are invocations of
 * operations. */
#include "front/translate.h"
#include "nnef/print.h"

static const char *const fragment_of[] = {
    [NCL_OP_ADD] = "add", [NCL_OP_SUB] = "sub", [NCL_OP_MUL] = "mul", [NCL_OP_DIV] = "div", [NCL_OP_POW] = "pow",
    [NCL_OP_LT] = "lt",   [NCL_OP_LE] = "le",   [NCL_OP_GT] = "gt",   [NCL_OP_GE] = "ge",   [NCL_OP_EQ] = "eq",
    [NCL_OP_NE] = "ne",   [NCL_OP_AND] = "and", [NCL_OP_OR] = "or",   [NCL_OP_NOT] = "not",
};

static const struct ncl_type *mismatch(struct ncl_scope *scope, const struct ncl_expr *expr, const struct ncl_type *a,
                                       const struct ncl_type *b)
{
    struct ncl_arena *arena = &scope->build->scratch;
    const char *name = ncl_operator_name(expr->op);
    if (!b)
        ncl_scope_error(scope, NNEFCL_ERR_MODEL, expr->at, "operator '%s' cannot be applied to %s", name,
                        ncl_type_text(arena, a));
    else
        ncl_scope_error(scope, NNEFCL_ERR_MODEL, expr->at, "operator '%s' cannot be applied to %s and %s%s", name,
                        ncl_type_text(arena, a), ncl_type_text(arena, b),
                        ncl_type_is_number(a) && ncl_type_is_number(b)
                            ? "; integer and scalar do not mix, convert one: scalar(...)"
                            : "");
    return NULL;
}

static const struct ncl_type *translate_unary(struct ncl_scope *scope, const struct ncl_expr *expr)
{
    const struct ncl_type *type = ncl_translate_expr(scope, expr->item[0]);
    if (!type)
        return NULL;
    if (type->kind == NCL_TYPE_TENSOR) {
        const char *name = expr->op == NCL_OP_NOT ? "not" : expr->op == NCL_OP_SUB ? "neg" : "copy";
        if (expr->op == NCL_OP_ADD && (type->item_count == 0 || type->item[0]->kind != NCL_TYPE_SCALAR))
            return mismatch(scope, expr, type, NULL);
        return ncl_translate_fragment_operator(scope, expr, name, &type, 1);
    }
    if (expr->op == NCL_OP_NOT ? type->kind != NCL_TYPE_LOGICAL : !ncl_type_is_number(type))
        return mismatch(scope, expr, type, NULL);
    return ncl_scope_code(scope, NCL_CODE_UNARY, expr, 0) ? type : NULL;
}

/* The type of an operator on values known while compiling; NULL: it does not apply. */
static const struct ncl_type *computed_type(struct ncl_arena *arena, enum ncl_operator op, const struct ncl_type *a,
                                            const struct ncl_type *b)
{
    const bool equal = ncl_type_equal(a, b);
    switch (op) {
    case NCL_OP_ADD:
        if (a->kind == NCL_TYPE_ARRAY && b->kind == NCL_TYPE_ARRAY)
            return ncl_type_common(arena, a, b);
        return equal && (ncl_type_is_number(a) || a->kind == NCL_TYPE_STRING) ? a : NULL;
    case NCL_OP_MUL:
        if ((a->kind == NCL_TYPE_ARRAY || a->kind == NCL_TYPE_STRING) && b->kind == NCL_TYPE_INTEGER)
            return a;
        return equal && ncl_type_is_number(a) ? a : NULL;
    case NCL_OP_SUB:
    case NCL_OP_DIV:
    case NCL_OP_POW:
        return equal && ncl_type_is_number(a) ? a : NULL;
    case NCL_OP_LT:
    case NCL_OP_LE:
    case NCL_OP_GT:
    case NCL_OP_GE:
        return equal && ncl_type_is_number(a) ? &ncl_type_logical : NULL;
    case NCL_OP_EQ:
    case NCL_OP_NE:
        return equal && ncl_type_is_primitive(a) ? &ncl_type_logical : NULL;
    case NCL_OP_IN:
        if (b->kind != NCL_TYPE_ARRAY || ncl_type_has_tensor(a) || ncl_type_has_tensor(b))
            return NULL;
        return b->item_count == 0 || ncl_type_common(arena, a, b->item[0]) ? &ncl_type_logical : NULL;
    default:
        return NULL;
    }
}

const struct ncl_type *ncl_translate_operator(struct ncl_scope *scope, const struct ncl_expr *expr)
{
    if (expr->kind == NCL_EXPR_UNARY)
        return translate_unary(scope, expr);
    const struct ncl_type *type[2];
    if (!(type[0] = ncl_translate_expr(scope, expr->item[0])))
        return NULL;
    /* Of && and || the right operand is computed only when it decides; unless it turns out to be a tensor, then the
     * jump just goes on. */
    const bool shortcut = (expr->op == NCL_OP_AND || expr->op == NCL_OP_OR) && type[0]->kind == NCL_TYPE_LOGICAL;
    const size_t jump = scope->code->count;
    if (shortcut && !ncl_scope_code(scope, NCL_CODE_JUMP, expr, jump + 1))
        return NULL;
    if (!(type[1] = ncl_translate_expr(scope, expr->item[1])))
        return NULL;
    if (shortcut && type[1]->kind == NCL_TYPE_LOGICAL) {
        scope->code->item[jump].op = NCL_CODE_SHORTCUT;
        scope->code->item[jump].count = scope->code->count;
        return type[1];
    }
    if ((type[0]->kind == NCL_TYPE_TENSOR || type[1]->kind == NCL_TYPE_TENSOR) && expr->op != NCL_OP_IN) {
        for (size_t i = 0; i < 2; i++)
            if (type[i]->kind != NCL_TYPE_TENSOR && !ncl_type_is_primitive(type[i]))
                return mismatch(scope, expr, type[0], type[1]);
        return ncl_translate_fragment_operator(scope, expr, fragment_of[expr->op], type, 2);
    }
    const struct ncl_type *result = computed_type(&scope->build->scratch, expr->op, type[0], type[1]);
    if (!result)
        return mismatch(scope, expr, type[0], type[1]);
    return ncl_scope_code(scope, NCL_CODE_BINARY, expr, 0) ? result : NULL;
}
