/* SPDX-License-Identifier: Apache-2.0 */
/* The two sides of an assignment (NNEF 1.0.5, 3.2.1). */
#include "nnef/parser.h"

static struct ncl_expr *parse_pattern(struct ncl_parser *parser)
{
    struct ncl_expr *expr = NULL;
    if (!ncl_parse_enter(parser))
        return NULL;
    if (parser->token.kind == NCL_TOKEN_LBRACKET)
        expr = ncl_parse_list(parser, NCL_EXPR_ARRAY, NCL_TOKEN_RBRACKET, parse_pattern);
    else if (parser->token.kind == NCL_TOKEN_LPAREN)
        expr = ncl_parse_check_tuple(parser, ncl_parse_list(parser, NCL_EXPR_TUPLE, NCL_TOKEN_RPAREN, parse_pattern));
    else if ((expr = ncl_parse_name(parser, "an identifier to assign to")))
        ncl_parse_note_name(parser, expr->name);
    ncl_parse_leave(parser);
    return expr;
}

struct ncl_expr *ncl_parse_lvalue(struct ncl_parser *parser)
{
    return ncl_parse_open_tuple(parser, parse_pattern(parser), parse_pattern);
}

/* 3.3.3 says that tuples may be written without parentheses, the grammar does not. */
struct ncl_expr *ncl_parse_rvalue(struct ncl_parser *parser)
{
    struct ncl_expr *expr = ncl_parse_expr(parser);
    if (expr && expr->kind != NCL_EXPR_INVOCATION)
        ncl_parse_need_expressions(parser, expr->at);
    if (expr && parser->token.kind == NCL_TOKEN_COMMA)
        ncl_parse_lax(parser, ncl_parse_here(parser), "a tuple on the right side needs parentheses");
    return ncl_parse_open_tuple(parser, expr, ncl_parse_expr);
}
