/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions (NNEF 1.0.5, 3.2.1 and 3.2.3), by precedence climbing.
 *
 * From lowest: if-else (to the right), in, { && || }, comparisons, { + - }, { * / }, signs and !, ^, subscripts; all
 * binary operators to the left. The table of the specification has no place for unary operators: they bind tighter than
 * every binary operator but ^, so -x ^ 2.0 is -(x ^ 2.0). A sign in front of a number is part of the number, as in the
 * flat syntax. */
#include "nnef/parser.h"

enum { LEVEL_LOWEST = 1, LEVEL_POWER = 6 };

static const struct {
    enum ncl_token_kind token;
    enum ncl_operator op;
    int level;
} binary_operators[] = {
    {NCL_TOKEN_IN, NCL_OP_IN, 1},     {NCL_TOKEN_AND, NCL_OP_AND, 2},
    {NCL_TOKEN_OR, NCL_OP_OR, 2},     {NCL_TOKEN_LT, NCL_OP_LT, 3},
    {NCL_TOKEN_LE, NCL_OP_LE, 3},     {NCL_TOKEN_GT, NCL_OP_GT, 3},
    {NCL_TOKEN_GE, NCL_OP_GE, 3},     {NCL_TOKEN_EQ, NCL_OP_EQ, 3},
    {NCL_TOKEN_NE, NCL_OP_NE, 3},     {NCL_TOKEN_PLUS, NCL_OP_ADD, 4},
    {NCL_TOKEN_MINUS, NCL_OP_SUB, 4}, {NCL_TOKEN_STAR, NCL_OP_MUL, 5},
    {NCL_TOKEN_SLASH, NCL_OP_DIV, 5}, {NCL_TOKEN_CARET, NCL_OP_POW, LEVEL_POWER},
};

static struct ncl_expr *parse_binary(struct ncl_parser *parser, int level);

static struct ncl_expr *with_items(struct ncl_parser *parser, struct ncl_expr *expr, struct ncl_expr *a,
                                   struct ncl_expr *b, struct ncl_expr *c, size_t count)
{
    size_t mark = parser->stack_count;
    struct ncl_expr *const items[3] = {a, b, c};
    for (size_t i = 0; expr && i < count; i++)
        if (!ncl_parse_push(parser, items[i]))
            return NULL;
    return expr ? ncl_parse_set_items(parser, expr, mark) : NULL;
}

/* ---- invocations ---- */

static bool parse_argument(struct ncl_parser *parser, struct ncl_argument *argument)
{
    *argument = (struct ncl_argument){.at = ncl_parse_here(parser)};
    if (parser->token.kind == NCL_TOKEN_IDENTIFIER && ncl_parse_peek(parser, NULL) == NCL_TOKEN_ASSIGN) {
        argument->name = ncl_parse_identifier(parser, "the name of an argument");
        if (!argument->name)
            return false;
        ncl_parse_advance(parser);
    }
    argument->value = ncl_parse_expr(parser);
    return argument->value;
}

static struct ncl_expr *parse_invocation(struct ncl_parser *parser)
{
    struct ncl_expr *expr = ncl_parse_node(parser, NCL_EXPR_INVOCATION, ncl_parse_here(parser));
    size_t capacity = 0;
    if (!expr)
        return NULL;
    if (parser->depth > 1)
        ncl_parse_need_expressions(parser, expr->at);
    expr->name = ncl_parse_identifier(parser, "the name of an operation");
    if (!expr->name)
        return NULL;
    if (ncl_parse_accept(parser, NCL_TOKEN_LT)) {
        expr->type = ncl_parse_type_name(parser);
        if (!expr->type)
            return ncl_parse_unexpected(parser, "a data type");
        ncl_parse_advance(parser); /* '>', seen by the caller */
    }
    if (!ncl_parse_expect(parser, NCL_TOKEN_LPAREN, "after the name of an operation"))
        return NULL;
    do {
        struct ncl_argument argument;
        if (!parse_argument(parser, &argument))
            return NULL;
        if (!NCL_GROW(parser->arena, expr->argument, expr->argument_count, capacity))
            return ncl_parse_nomem(parser);
        expr->argument[expr->argument_count++] = argument;
        if (!ncl_parse_cover(parser, expr, argument.value))
            return NULL;
    } while (ncl_parse_accept(parser, NCL_TOKEN_COMMA));
    return ncl_parse_expect(parser, NCL_TOKEN_RPAREN, "or ',' after an argument") ? expr : NULL;
}

/* name( or name<type>( and not a comparison like name < scalar(x). */
static bool starts_invocation(const struct ncl_parser *parser)
{
    enum ncl_token_kind first = ncl_parse_peek(parser, NULL);
    if (first != NCL_TOKEN_LT)
        return first == NCL_TOKEN_LPAREN;
    struct ncl_parser ahead = *parser;
    enum ncl_token_kind second;
    ahead.lexer.quiet = true;
    ncl_lex_next(&ahead.lexer, &ahead.token);
    first = ncl_parse_peek(&ahead, &second);
    bool type = first == NCL_TOKEN_QUESTION || (first >= NCL_TOKEN_TYPE_INTEGER && first <= NCL_TOKEN_TYPE_STRING);
    return (type && second == NCL_TOKEN_GT) || first == NCL_TOKEN_GT;
}

static struct ncl_expr *parse_builtin(struct ncl_parser *parser)
{
    struct ncl_expr *expr = ncl_parse_node(parser, NCL_EXPR_BUILTIN, ncl_parse_here(parser));
    if (!expr)
        return NULL;
    ncl_parse_need_expressions(parser, expr->at);
    expr->name = ncl_token_name(parser->token.kind);
    ncl_parse_advance(parser);
    if (!ncl_parse_expect(parser, NCL_TOKEN_LPAREN, "after a built-in function"))
        return NULL;
    struct ncl_expr *item = ncl_parse_expr(parser);
    if (!item || !ncl_parse_expect(parser, NCL_TOKEN_RPAREN, "after the argument of a built-in function"))
        return NULL;
    return with_items(parser, expr, item, NULL, NULL, 1);
}

/* ---- brackets ---- */

static struct ncl_expr *parse_parentheses(struct ncl_parser *parser)
{
    struct ncl_expr *expr = ncl_parse_list(parser, NCL_EXPR_TUPLE, NCL_TOKEN_RPAREN, ncl_parse_expr);
    if (!expr || expr->item_count > 1)
        return expr;
    ncl_parse_need_expressions(parser, expr->at);
    expr->item[0]->parenthesized = true;
    return expr->item[0];
}

static bool parse_iterator(struct ncl_parser *parser, struct ncl_iterator *iterator)
{
    *iterator = (struct ncl_iterator){.at = ncl_parse_here(parser)};
    iterator->name = ncl_parse_identifier(parser, "the name of an iterator");
    if (!iterator->name || !ncl_parse_expect(parser, NCL_TOKEN_IN, "after the iterator"))
        return false;
    ncl_parse_note_name(parser, iterator->name);
    iterator->in = parse_binary(parser, LEVEL_LOWEST); /* an 'if' belongs to the comprehension */
    return iterator->in;
}

static struct ncl_expr *parse_comprehension(struct ncl_parser *parser)
{
    struct ncl_expr *expr = ncl_parse_node(parser, NCL_EXPR_COMPREHENSION, ncl_parse_here(parser)), *condition = NULL;
    size_t capacity = 0;
    if (!expr)
        return NULL;
    ncl_parse_need_expressions(parser, expr->at);
    ncl_parse_advance(parser); /* '[' */
    ncl_parse_advance(parser); /* 'for' */
    do {
        struct ncl_iterator iterator;
        if (!parse_iterator(parser, &iterator))
            return NULL;
        if (!NCL_GROW(parser->arena, expr->iterator, expr->iterator_count, capacity))
            return ncl_parse_nomem(parser);
        expr->iterator[expr->iterator_count++] = iterator;
        if (!ncl_parse_cover(parser, expr, iterator.in))
            return NULL;
    } while (ncl_parse_accept(parser, NCL_TOKEN_COMMA));
    if (ncl_parse_accept(parser, NCL_TOKEN_IF)) {
        condition = ncl_parse_expr(parser);
        if (!condition)
            return NULL;
    }
    if (!ncl_parse_expect(parser, NCL_TOKEN_YIELD, "in a comprehension"))
        return NULL;
    struct ncl_expr *yield = ncl_parse_expr(parser);
    if (!yield || !ncl_parse_expect(parser, NCL_TOKEN_RBRACKET, "after a comprehension"))
        return NULL;
    return with_items(parser, expr, condition, yield, NULL, 2);
}

/* ---- operators ---- */

static struct ncl_expr *parse_primary(struct ncl_parser *parser)
{
    if (ncl_parse_is_number(parser))
        return ncl_parse_number(parser, ncl_parse_here(parser), false);
    switch (parser->token.kind) {
    case NCL_TOKEN_IDENTIFIER:
        return starts_invocation(parser) ? parse_invocation(parser) : ncl_parse_name(parser, "an identifier");
    case NCL_TOKEN_STRING:
        return ncl_parse_string(parser);
    case NCL_TOKEN_TRUE:
    case NCL_TOKEN_FALSE:
        return ncl_parse_logical(parser);
    case NCL_TOKEN_LPAREN:
        return parse_parentheses(parser);
    case NCL_TOKEN_LBRACKET:
        if (ncl_parse_peek(parser, NULL) == NCL_TOKEN_FOR)
            return parse_comprehension(parser);
        return ncl_parse_list(parser, NCL_EXPR_ARRAY, NCL_TOKEN_RBRACKET, ncl_parse_expr);
    case NCL_TOKEN_SHAPE_OF:
    case NCL_TOKEN_LENGTH_OF:
    case NCL_TOKEN_RANGE_OF:
    case NCL_TOKEN_TYPE_INTEGER:
    case NCL_TOKEN_TYPE_SCALAR:
    case NCL_TOKEN_TYPE_LOGICAL:
    case NCL_TOKEN_TYPE_STRING:
        return parse_builtin(parser);
    default:
        return ncl_parse_unexpected(parser, "an expression");
    }
}

/* base[index], base[begin:end] */
static struct ncl_expr *parse_subscript(struct ncl_parser *parser, struct ncl_expr *base)
{
    struct ncl_expr *expr = ncl_parse_node(parser, NCL_EXPR_SUBSCRIPT, ncl_parse_here(parser)), *begin = NULL,
                    *end = NULL;
    if (!expr)
        return NULL;
    ncl_parse_need_expressions(parser, expr->at);
    ncl_parse_advance(parser);
    if (parser->token.kind != NCL_TOKEN_COLON && !(begin = ncl_parse_expr(parser)))
        return NULL;
    if (ncl_parse_accept(parser, NCL_TOKEN_COLON)) {
        expr->kind = NCL_EXPR_RANGE;
        if (parser->token.kind != NCL_TOKEN_RBRACKET && !(end = ncl_parse_expr(parser)))
            return NULL;
    }
    if (!ncl_parse_expect(parser, NCL_TOKEN_RBRACKET, "after a subscript"))
        return NULL;
    return with_items(parser, expr, base, begin, end, expr->kind == NCL_EXPR_RANGE ? 3 : 2);
}

/* A minus and a number make one literal, unless a power or a subscript takes the number first. */
static bool starts_negative_number(const struct ncl_parser *parser)
{
    struct ncl_parser ahead = *parser;
    ahead.lexer.quiet = true;
    ncl_lex_next(&ahead.lexer, &ahead.token);
    if (!ncl_parse_is_number(&ahead))
        return false;
    enum ncl_token_kind next = ncl_parse_peek(&ahead, NULL);
    return next != NCL_TOKEN_CARET && next != NCL_TOKEN_LBRACKET;
}

static struct ncl_expr *parse_unary(struct ncl_parser *parser, int level)
{
    struct ncl_loc at = ncl_parse_here(parser);
    enum ncl_token_kind kind = parser->token.kind;
    if (kind == NCL_TOKEN_MINUS && starts_negative_number(parser)) {
        ncl_parse_advance(parser);
        return ncl_parse_number(parser, at, true);
    }
    if (kind == NCL_TOKEN_MINUS || kind == NCL_TOKEN_PLUS || kind == NCL_TOKEN_NOT) {
        ncl_parse_need_expressions(parser, at);
        if (!ncl_parse_enter(parser))
            return NULL;
        ncl_parse_advance(parser);
        struct ncl_expr *item = parse_binary(parser, level > LEVEL_POWER ? level : LEVEL_POWER);
        struct ncl_expr *expr = item ? ncl_parse_node(parser, NCL_EXPR_UNARY, at) : NULL;
        if (!expr)
            return NULL;
        ncl_parse_leave(parser);
        expr->op = kind == NCL_TOKEN_MINUS ? NCL_OP_SUB : kind == NCL_TOKEN_PLUS ? NCL_OP_ADD : NCL_OP_NOT;
        return with_items(parser, expr, item, NULL, NULL, 1);
    }
    struct ncl_expr *expr = parse_primary(parser);
    while (expr && parser->token.kind == NCL_TOKEN_LBRACKET)
        expr = parse_subscript(parser, expr);
    return expr;
}

/* Operands and the operators of at least this level between them. */
static struct ncl_expr *parse_binary(struct ncl_parser *parser, int level)
{
    struct ncl_expr *left = parse_unary(parser, level);
    while (left) {
        size_t i = 0, count = sizeof binary_operators / sizeof *binary_operators;
        while (i < count && binary_operators[i].token != parser->token.kind)
            i++;
        if (i == count || binary_operators[i].level < level)
            return left;
        struct ncl_expr *expr = ncl_parse_node(parser, NCL_EXPR_BINARY, ncl_parse_here(parser));
        if (!expr)
            return NULL;
        ncl_parse_need_expressions(parser, expr->at);
        expr->op = binary_operators[i].op;
        ncl_parse_advance(parser);
        struct ncl_expr *right = parse_binary(parser, binary_operators[i].level + 1);
        left = right ? with_items(parser, expr, left, right, NULL, 2) : NULL;
    }
    return NULL;
}

struct ncl_expr *ncl_parse_expr(struct ncl_parser *parser)
{
    if (!ncl_parse_enter(parser))
        return NULL;
    struct ncl_expr *expr = parse_binary(parser, LEVEL_LOWEST);
    if (expr && parser->token.kind == NCL_TOKEN_IF) {
        struct ncl_expr *select = ncl_parse_node(parser, NCL_EXPR_SELECT, ncl_parse_here(parser)), *condition, *other;
        if (!select)
            return NULL;
        ncl_parse_need_expressions(parser, select->at);
        ncl_parse_advance(parser);
        condition = parse_binary(parser, LEVEL_LOWEST);
        if (!condition || !ncl_parse_expect(parser, NCL_TOKEN_ELSE, "after the condition"))
            return NULL;
        other = ncl_parse_expr(parser);
        expr = other ? with_items(parser, select, expr, condition, other, 3) : NULL;
    }
    ncl_parse_leave(parser);
    return expr;
}
