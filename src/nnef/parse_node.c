/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes of the AST and lists of them, with what bounds them. */
#include "nnef/parser.h"

struct ncl_expr *ncl_parse_node(struct ncl_parser *parser, enum ncl_expr_kind kind, struct ncl_loc at)
{
    struct ncl_expr *expr = NCL_NEW(parser->arena, struct ncl_expr);
    if (!expr)
        return ncl_parse_nomem(parser);
    *expr = (struct ncl_expr){.kind = kind, .at = at, .height = 1};
    return expr;
}

/* Accounts for a child. Chains of operators grow to the left without nesting, so height is bounded apart from nesting.
 */
bool ncl_parse_cover(struct ncl_parser *parser, struct ncl_expr *expr, const struct ncl_expr *child)
{
    if (child && child->height >= expr->height)
        expr->height = child->height + 1;
    if (expr->height <= NCL_MAX_HEIGHT)
        return true;
    ncl_parse_stop(parser, NNEFCL_ERR_LIMIT, expr->at, "an expression of more than %d levels", NCL_MAX_HEIGHT);
    return false;
}

bool ncl_parse_push(struct ncl_parser *parser, struct ncl_expr *expr)
{
    if (parser->stack_count == parser->stack_capacity) {
        size_t capacity = parser->stack_capacity ? parser->stack_capacity * 2 : 64;
        struct ncl_expr **stack = ncl_resize(&parser->arena->allocator, parser->stack, capacity * sizeof *stack);
        if (!stack) {
            ncl_parse_nomem(parser);
            return false;
        }
        parser->stack = stack;
        parser->stack_capacity = capacity;
    }
    parser->stack[parser->stack_count++] = expr;
    return true;
}

/* Moves what was pushed since `mark` into the node. */
struct ncl_expr *ncl_parse_set_items(struct ncl_parser *parser, struct ncl_expr *expr, size_t mark)
{
    size_t count = parser->stack_count - mark;
    expr->item = NCL_NEW_ARRAY(parser->arena, struct ncl_expr *, count);
    if (!expr->item)
        return ncl_parse_nomem(parser);
    expr->item_count = count;
    for (size_t i = 0; i < count; i++) {
        expr->item[i] = parser->stack[mark + i];
        if (!ncl_parse_cover(parser, expr, expr->item[i]))
            return NULL;
    }
    parser->stack_count = mark;
    return expr;
}

/* What only the extension for operator expressions allows. Said once for a document. */
void ncl_parse_need_expressions(struct ncl_parser *parser, struct ncl_loc at)
{
    if (parser->expressions)
        return;
    parser->expressions = true;
    ncl_parse_lax(parser, at, "operator expressions need 'extension KHR_enable_operator_expressions;'");
}

struct ncl_expr *ncl_parse_name(struct ncl_parser *parser, const char *what)
{
    struct ncl_expr *expr = ncl_parse_node(parser, NCL_EXPR_IDENTIFIER, ncl_parse_here(parser));
    if (!expr)
        return NULL;
    expr->name = ncl_parse_identifier(parser, what);
    return expr->name ? expr : NULL;
}

/* Items up to `close`, which is taken; the opening bracket is the token. */
struct ncl_expr *ncl_parse_list(struct ncl_parser *parser, enum ncl_expr_kind kind, enum ncl_token_kind close,
                                struct ncl_expr *(*parse_item)(struct ncl_parser *))
{
    struct ncl_expr *expr = ncl_parse_node(parser, kind, ncl_parse_here(parser));
    size_t mark = parser->stack_count;
    if (!expr)
        return NULL;
    ncl_parse_advance(parser);
    if (kind == NCL_EXPR_TUPLE || parser->token.kind != close) {
        do {
            struct ncl_expr *item = parse_item(parser);
            if (!item || !ncl_parse_push(parser, item))
                return NULL;
        } while (ncl_parse_accept(parser, NCL_TOKEN_COMMA));
    }
    if (!ncl_parse_expect(parser, close, kind == NCL_EXPR_TUPLE ? "or ','" : "or ',' in the array"))
        return NULL;
    expr->parenthesized = kind == NCL_EXPR_TUPLE;
    return ncl_parse_set_items(parser, expr, mark);
}

/* A tuple has at least two items. */
struct ncl_expr *ncl_parse_check_tuple(struct ncl_parser *parser, struct ncl_expr *expr)
{
    if (expr && expr->item_count < 2)
        return ncl_parse_fail(parser, NNEFCL_ERR_MODEL, expr->at, "a tuple has at least two items");
    return expr;
}

/* `first`, and what follows it behind commas: a tuple without parentheses. */
struct ncl_expr *ncl_parse_open_tuple(struct ncl_parser *parser, struct ncl_expr *first,
                                      struct ncl_expr *(*parse_item)(struct ncl_parser *))
{
    if (!first || parser->token.kind != NCL_TOKEN_COMMA)
        return first;
    struct ncl_expr *expr = ncl_parse_node(parser, NCL_EXPR_TUPLE, first->at);
    size_t mark = parser->stack_count;
    if (!expr || !ncl_parse_push(parser, first))
        return NULL;
    while (ncl_parse_accept(parser, NCL_TOKEN_COMMA)) {
        struct ncl_expr *item = parse_item(parser);
        if (!item || !ncl_parse_push(parser, item))
            return NULL;
    }
    return ncl_parse_set_items(parser, expr, mark);
}
