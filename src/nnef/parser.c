/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens, errors and recovery for the parts of the parser. */
#include "nnef/parser.h"

#include <stdio.h>

void ncl_parser_init(struct ncl_parser *parser, struct ncl_arena *arena, struct ncl_diag *diag,
                     const struct ncl_source *source, unsigned compat)
{
    *parser = (struct ncl_parser){.arena = arena, .diag = diag, .compat = compat};
    ncl_lex_init(&parser->lexer, diag, source, compat);
    ncl_parse_advance(parser);
}

nnefcl_status ncl_parser_finish(struct ncl_parser *parser)
{
    if (parser->stack)
        ncl_resize(&parser->arena->allocator, parser->stack, 0);
    return parser->status;
}

static void set_status(struct ncl_parser *parser, nnefcl_status status)
{
    if (parser->status == NNEFCL_OK)
        parser->status = status;
}

static void stop(struct ncl_parser *parser)
{
    parser->stop = true;
    parser->token.kind = NCL_TOKEN_END;
}

void ncl_parse_advance(struct ncl_parser *parser)
{
    if (parser->stop)
        return;
    parser->last = parser->token;
    ncl_lex_next(&parser->lexer, &parser->token);
    set_status(parser, parser->lexer.status);
    if (parser->diag->errors >= NCL_MAX_ERRORS)
        stop(parser);
}

bool ncl_parse_accept(struct ncl_parser *parser, enum ncl_token_kind kind)
{
    if (parser->token.kind != kind)
        return false;
    ncl_parse_advance(parser);
    return true;
}

bool ncl_parse_expect(struct ncl_parser *parser, enum ncl_token_kind kind, const char *where)
{
    if (ncl_parse_accept(parser, kind))
        return true;
    char what[64];
    snprintf(what, sizeof what, "'%s' %s", ncl_token_name(kind), where);
    ncl_parse_unexpected(parser, what);
    return false;
}

const char *ncl_parse_identifier(struct ncl_parser *parser, const char *what)
{
    if (parser->token.kind != NCL_TOKEN_IDENTIFIER)
        return ncl_parse_unexpected(parser, what);
    char *name = ncl_lex_text(parser->arena, &parser->token, NULL);
    if (!name)
        return ncl_parse_nomem(parser);
    ncl_parse_advance(parser);
    return name;
}

enum ncl_token_kind ncl_parse_peek(const struct ncl_parser *parser, enum ncl_token_kind *second)
{
    struct ncl_lexer ahead = parser->lexer;
    struct ncl_token token, after;
    ahead.quiet = true;
    ncl_lex_next(&ahead, &token);
    if (second) {
        ncl_lex_next(&ahead, &after);
        *second = after.kind;
    }
    return token.kind;
}

struct ncl_loc ncl_parse_here(const struct ncl_parser *parser)
{
    return (struct ncl_loc){.source = parser->lexer.source, .line = parser->token.line, .column = parser->token.column};
}

static void report(struct ncl_parser *parser, nnefcl_status status, struct ncl_loc at, const char *format, va_list args)
{
    if (parser->stop)
        return;
    ncl_verror(parser->diag, status, at, format, args);
    set_status(parser, status);
}

void *ncl_parse_fail(struct ncl_parser *parser, nnefcl_status status, struct ncl_loc at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report(parser, status, at, format, args);
    va_end(args);
    return NULL;
}

void *ncl_parse_stop(struct ncl_parser *parser, nnefcl_status status, struct ncl_loc at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report(parser, status, at, format, args);
    va_end(args);
    stop(parser);
    return NULL;
}

void *ncl_parse_nomem(struct ncl_parser *parser)
{
    if (parser->stop)
        return NULL;
    if (parser->arena->over_limit)
        return ncl_parse_stop(parser, NNEFCL_ERR_LIMIT, NCL_NOWHERE,
                              "the document needs more than the %zu bytes of memory allowed for it",
                              parser->arena->limit);
    set_status(parser, ncl_nomem(parser->diag));
    stop(parser);
    return NULL;
}

/* Identifiers with characters that are none of an identifier are frequent in exported files; the rest of the name
 * arrives as operators. */
static const char *hint(const struct ncl_parser *parser)
{
    const struct ncl_token *last = &parser->last, *token = &parser->token;
    bool adjacent = last->text && last->text + last->length == token->text;
    if (adjacent && last->kind == NCL_TOKEN_IDENTIFIER &&
        (token->kind == NCL_TOKEN_MINUS || token->kind == NCL_TOKEN_SLASH || token->kind == NCL_TOKEN_COLON))
        return "; identifiers consist of letters, digits and '_'";
    if (token->kind >= NCL_TOKEN_VERSION && token->kind <= NCL_TOKEN_FALSE)
        return ", which is a keyword";
    return "";
}

void *ncl_parse_unexpected(struct ncl_parser *parser, const char *what)
{
    const struct ncl_token *token = &parser->token;
    if (token->kind == NCL_TOKEN_BAD) /* the lexer has reported it */
        return NULL;
    if (token->kind == NCL_TOKEN_END)
        return ncl_parse_fail(parser, NNEFCL_ERR_MODEL, ncl_parse_here(parser),
                              "expected %s, found the end of the text", what);
    int shown = token->length < 40 ? (int)token->length : 40;
    const char *quote = token->kind == NCL_TOKEN_STRING ? "" : "'"; /* it brings its own */
    return ncl_parse_fail(parser, NNEFCL_ERR_MODEL, ncl_parse_here(parser), "expected %s, found %s%.*s%s%s%s", what,
                          quote, shown, token->text, (size_t)shown < token->length ? "..." : "", quote, hint(parser));
}

void ncl_parse_lax(struct ncl_parser *parser, struct ncl_loc at, const char *message)
{
    if (!parser->stop)
        set_status(parser, ncl_lax(parser->diag, at, "%s", message));
}

void ncl_parse_recover(struct ncl_parser *parser)
{
    parser->depth = 0;
    parser->stack_count = 0;
    parser->lexer.quiet = true;
    for (;;) {
        enum ncl_token_kind kind = parser->token.kind;
        if (kind == NCL_TOKEN_END || kind == NCL_TOKEN_SEMICOLON || kind == NCL_TOKEN_RBRACE ||
            kind == NCL_TOKEN_GRAPH || kind == NCL_TOKEN_FRAGMENT)
            break;
        ncl_parse_advance(parser);
    }
    parser->lexer.quiet = false;
    ncl_parse_accept(parser, NCL_TOKEN_SEMICOLON);
}

bool ncl_parse_enter(struct ncl_parser *parser)
{
    if (parser->depth++ < NCL_MAX_NESTING)
        return true;
    ncl_parse_stop(parser, NNEFCL_ERR_LIMIT, ncl_parse_here(parser), "nested more than %d levels deep",
                   NCL_MAX_NESTING);
    return false;
}

void ncl_parse_leave(struct ncl_parser *parser)
{
    parser->depth--;
}
