/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions of literals: default values, arguments, parameters of quantization. Large arrays of numbers take this
 * way, without code. */
#include "front/literal.h"

bool ncl_literal_is(const struct ncl_expr *expr)
{
    switch (expr->kind) {
    case NCL_EXPR_INTEGER:
    case NCL_EXPR_SCALAR:
    case NCL_EXPR_STRING:
    case NCL_EXPR_LOGICAL:
        return true;
    case NCL_EXPR_UNARY:
        return (expr->op == NCL_OP_SUB || expr->op == NCL_OP_ADD) &&
               (expr->item[0]->kind == NCL_EXPR_INTEGER || expr->item[0]->kind == NCL_EXPR_SCALAR);
    case NCL_EXPR_ARRAY:
    case NCL_EXPR_TUPLE:
        for (size_t i = 0; i < expr->item_count; i++)
            if (!ncl_literal_is(expr->item[i]))
                return false;
        return true;
    default:
        return false;
    }
}

static bool items_value(struct ncl_arena *arena, const struct ncl_expr *expr, struct ncl_value *value)
{
    struct ncl_value *item = NCL_NEW_ARRAY(arena, struct ncl_value, expr->item_count);
    for (size_t i = 0; i < expr->item_count; i++)
        if (!item || !ncl_literal_value(arena, expr->item[i], &item[i]))
            return false;
    *value = (struct ncl_value){.kind = expr->kind == NCL_EXPR_ARRAY ? NCL_VALUE_ARRAY : NCL_VALUE_TUPLE,
                                .count = expr->item_count,
                                .item = item};
    return item != NULL;
}

bool ncl_literal_value(struct ncl_arena *arena, const struct ncl_expr *expr, struct ncl_value *value)
{
    switch (expr->kind) {
    case NCL_EXPR_INTEGER:
        *value = (struct ncl_value){.kind = NCL_VALUE_INTEGER, .integer = expr->integer};
        return true;
    case NCL_EXPR_SCALAR:
        *value = (struct ncl_value){.kind = NCL_VALUE_SCALAR, .scalar = expr->scalar};
        return true;
    case NCL_EXPR_STRING:
        *value = (struct ncl_value){.kind = NCL_VALUE_STRING, .count = expr->name_length, .string = expr->name};
        return true;
    case NCL_EXPR_LOGICAL:
        *value = (struct ncl_value){.kind = NCL_VALUE_LOGICAL, .logical = expr->logical};
        return true;
    case NCL_EXPR_UNARY:
        if (!ncl_literal_value(arena, expr->item[0], value))
            return false;
        if (expr->op == NCL_OP_SUB && value->kind == NCL_VALUE_INTEGER)
            value->integer = (int64_t)(0 - (uint64_t)value->integer);
        else if (expr->op == NCL_OP_SUB)
            value->scalar = -value->scalar;
        return true;
    default:
        return items_value(arena, expr, value);
    }
}

const struct ncl_type *ncl_literal_type(struct ncl_arena *arena, const struct ncl_expr *expr,
                                        const struct ncl_expr **culprit)
{
    const struct ncl_type *type = NULL, **item;
    switch (expr->kind) {
    case NCL_EXPR_INTEGER:
        return &ncl_type_integer;
    case NCL_EXPR_SCALAR:
        return &ncl_type_scalar;
    case NCL_EXPR_STRING:
        return &ncl_type_string;
    case NCL_EXPR_LOGICAL:
        return &ncl_type_logical;
    case NCL_EXPR_UNARY:
        return ncl_literal_type(arena, expr->item[0], culprit);
    case NCL_EXPR_ARRAY:
        for (size_t i = 0; i < expr->item_count; i++) {
            const struct ncl_type *next = ncl_literal_type(arena, expr->item[i], culprit);
            if (!next)
                return NULL;
            if (type == next)
                continue;
            if (type && !(next = ncl_type_common(arena, type, next))) {
                *culprit = expr->item[i];
                return NULL;
            }
            type = next;
        }
        return type ? ncl_type_array(arena, type) : &ncl_type_empty_array;
    case NCL_EXPR_TUPLE:
        item = NCL_NEW_ARRAY(arena, const struct ncl_type *, expr->item_count);
        for (size_t i = 0; item && i < expr->item_count; i++)
            if (!(item[i] = ncl_literal_type(arena, expr->item[i], culprit)))
                return NULL;
        return item ? ncl_type_tuple(arena, item, expr->item_count) : NULL;
    default:
        return NULL;
    }
}
