/* SPDX-License-Identifier: Apache-2.0 */
/* Literals (NNEF 1.0.5, 3.1 and 3.2.2). */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "nnef/parser.h"

static const char *const number_words[] = {"inf", "nan", "NaN"};

void ncl_parse_note_name(struct ncl_parser *parser, const char *name)
{
    for (unsigned i = 0; i < sizeof number_words / sizeof *number_words; i++)
        if (strcmp(name, number_words[i]) == 0)
            parser->declared |= 1u << i;
}

/* Is the token one of the words for infinity or NaN, and not a name of the scope? */
static bool is_number_word(const struct ncl_parser *parser)
{
    const struct ncl_token *token = &parser->token;
    if (token->kind != NCL_TOKEN_IDENTIFIER || token->length != 3)
        return false;
    for (unsigned i = 0; i < sizeof number_words / sizeof *number_words; i++)
        if (memcmp(token->text, number_words[i], 3) == 0)
            return !(parser->declared & 1u << i) && ncl_parse_peek(parser, NULL) != NCL_TOKEN_LPAREN;
    return false;
}

bool ncl_parse_is_number(const struct ncl_parser *parser)
{
    return parser->token.kind == NCL_TOKEN_INTEGER || parser->token.kind == NCL_TOKEN_SCALAR || is_number_word(parser);
}

static struct ncl_expr *parse_number_word(struct ncl_parser *parser, struct ncl_expr *expr, bool negative)
{
    double value = parser->token.text[0] == 'i' ? INFINITY : NAN;
    ncl_parse_lax(parser, expr->at, "inf and nan are not literals of NNEF; taken as numbers");
    ncl_parse_advance(parser);
    expr->kind = NCL_EXPR_SCALAR;
    expr->scalar = negative ? -value : value;
    return expr;
}

/* The number at the token; a minus before it has been taken. */
struct ncl_expr *ncl_parse_number(struct ncl_parser *parser, struct ncl_loc at, bool negative)
{
    const struct ncl_token *token = &parser->token;
    struct ncl_expr *expr = ncl_parse_node(parser, NCL_EXPR_INTEGER, at);
    if (!expr)
        return NULL;
    if (token->kind == NCL_TOKEN_IDENTIFIER)
        return parse_number_word(parser, expr, negative);
    int shown = token->length < 40 ? (int)token->length : 40;
    if (token->kind == NCL_TOKEN_SCALAR) {
        expr->kind = NCL_EXPR_SCALAR;
        if (!ncl_parse_double(token->text, token->length, &expr->scalar))
            return ncl_parse_fail(parser, NNEFCL_ERR_LIMIT, at, "the number %.*s is beyond the range of a double",
                                  shown, token->text);
        if (negative)
            expr->scalar = -expr->scalar;
    } else {
        /* The lowest integer has no positive counterpart: the sign takes part in the conversion. */
        size_t length = token->length;
        const char *digits = token->text;
        while (length > 1 && *digits == '0') {
            digits++;
            length--;
        }
        char text[24] = "-";
        bool fits = length < sizeof text - 1;
        if (fits) {
            memcpy(text + 1, digits, length);
            fits = negative ? ncl_parse_int64(text, length + 1, &expr->integer)
                            : ncl_parse_int64(text + 1, length, &expr->integer);
        }
        if (!fits)
            return ncl_parse_fail(parser, NNEFCL_ERR_LIMIT, at, "the integer %s%.*s does not fit in 64 bits",
                                  negative ? "-" : "", shown, token->text);
    }
    ncl_parse_advance(parser);
    return expr;
}

struct ncl_expr *ncl_parse_string(struct ncl_parser *parser)
{
    struct ncl_expr *expr = ncl_parse_node(parser, NCL_EXPR_STRING, ncl_parse_here(parser));
    if (!expr)
        return NULL;
    expr->name = ncl_lex_text(parser->arena, &parser->token, &expr->name_length);
    if (!expr->name)
        return ncl_parse_nomem(parser);
    ncl_parse_advance(parser);
    return expr;
}

struct ncl_expr *ncl_parse_logical(struct ncl_parser *parser)
{
    struct ncl_expr *expr = ncl_parse_node(parser, NCL_EXPR_LOGICAL, ncl_parse_here(parser));
    if (expr)
        expr->logical = parser->token.kind == NCL_TOKEN_TRUE;
    ncl_parse_advance(parser);
    return expr;
}

static struct ncl_expr *parse_literal(struct ncl_parser *parser)
{
    struct ncl_loc at = ncl_parse_here(parser);
    bool negative = ncl_parse_accept(parser, NCL_TOKEN_MINUS);
    if (ncl_parse_is_number(parser))
        return ncl_parse_number(parser, at, negative);
    if (negative)
        return ncl_parse_unexpected(parser, "a number after '-'");
    switch (parser->token.kind) {
    case NCL_TOKEN_STRING:
        return ncl_parse_string(parser);
    case NCL_TOKEN_TRUE:
    case NCL_TOKEN_FALSE:
        return ncl_parse_logical(parser);
    case NCL_TOKEN_LBRACKET:
        return ncl_parse_list(parser, NCL_EXPR_ARRAY, NCL_TOKEN_RBRACKET, ncl_parse_literal);
    case NCL_TOKEN_LPAREN:
        return ncl_parse_check_tuple(parser,
                                     ncl_parse_list(parser, NCL_EXPR_TUPLE, NCL_TOKEN_RPAREN, ncl_parse_literal));
    default:
        return ncl_parse_unexpected(parser, "a literal");
    }
}

struct ncl_expr *ncl_parse_literal(struct ncl_parser *parser)
{
    struct ncl_expr *expr = ncl_parse_enter(parser) ? parse_literal(parser) : NULL;
    ncl_parse_leave(parser);
    return expr;
}
