/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the parser share: parse.c (documents), parse_sides.c, parse_expr.c, parse_literal.c, parse_node.c,
 * parse_type.c, parse_quant.c.
 *
 * Every parsing function returns NULL or false after an error, which has been reported; the caller gives up its
 * construct until someone recovers (after statements and declarations). When memory or a limit ends, `stop` is set:
 * then only END tokens come and nothing more is reported. */
#ifndef NCL_PARSER_H
#define NCL_PARSER_H

#include "nnef/lex.h"
#include "nnef/parse.h"

#define NCL_MAX_NESTING 256

struct ncl_parser {
    struct ncl_arena *arena;
    struct ncl_diag *diag;
    unsigned compat;
    struct ncl_lexer lexer;
    struct ncl_token token; /* the next one, not taken yet */
    struct ncl_token last;  /* the one taken before */
    unsigned depth;         /* of brackets and invocations around the token */
    bool stop;
    nnefcl_status status;        /* of the first error */
    bool fragments, expressions; /* the KHR extensions are enabled, or their absence has been reported */
    unsigned declared;           /* which of inf, nan, NaN are identifiers in this scope: see ncl_parse_note_name */
    struct ncl_expr **stack;     /* items of lists that are not complete yet */
    size_t stack_count, stack_capacity;
};

void ncl_parser_init(struct ncl_parser *parser, struct ncl_arena *arena, struct ncl_diag *diag,
                     const struct ncl_source *source, unsigned compat);
/* Frees what the parser kept outside the arena; returns the status of the parse. */
nnefcl_status ncl_parser_finish(struct ncl_parser *parser);

/* ---- tokens ---- */

void ncl_parse_advance(struct ncl_parser *parser);
/* Takes the token if it is of this kind. */
bool ncl_parse_accept(struct ncl_parser *parser, enum ncl_token_kind kind);
/* The same, else an error: "expected 'x' `where`, found 'y'". */
bool ncl_parse_expect(struct ncl_parser *parser, enum ncl_token_kind kind, const char *where);
/* An identifier: its name, or NULL. `what` says what it names. */
const char *ncl_parse_identifier(struct ncl_parser *parser, const char *what);
/* The kind of the token behind the next one; with `second` the one behind that too. */
enum ncl_token_kind ncl_parse_peek(const struct ncl_parser *parser, enum ncl_token_kind *second);
struct ncl_loc ncl_parse_here(const struct ncl_parser *parser);

/* ---- errors ---- */

/* "expected `what`, found ..." at the token; returns NULL for the caller to return. */
void *ncl_parse_unexpected(struct ncl_parser *parser, const char *what);
void *ncl_parse_fail(struct ncl_parser *parser, nnefcl_status status, struct ncl_loc at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Out of memory, or the arena's limit; returns NULL. */
void *ncl_parse_nomem(struct ncl_parser *parser);
/* An error that ends the parse. */
void *ncl_parse_stop(struct ncl_parser *parser, nnefcl_status status, struct ncl_loc at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Breaks the text of the specification, but clear (ncl_lax). */
void ncl_parse_lax(struct ncl_parser *parser, struct ncl_loc at, const char *message);
/* Skips to behind the next ';', or to a '}', 'graph' or 'fragment'. */
void ncl_parse_recover(struct ncl_parser *parser);
/* Goes one level of nesting down; ncl_parse_leave comes back up. */
bool ncl_parse_enter(struct ncl_parser *parser);
void ncl_parse_leave(struct ncl_parser *parser);

/* ---- nodes ---- */

struct ncl_expr *ncl_parse_node(struct ncl_parser *parser, enum ncl_expr_kind kind, struct ncl_loc at);
/* Accounts for a child in the height. False: too high. */
bool ncl_parse_cover(struct ncl_parser *parser, struct ncl_expr *expr, const struct ncl_expr *child);
/* Puts an item aside; ncl_parse_set_items moves all since `mark` (a stack_count) into the node. */
bool ncl_parse_push(struct ncl_parser *parser, struct ncl_expr *expr);
struct ncl_expr *ncl_parse_set_items(struct ncl_parser *parser, struct ncl_expr *expr, size_t mark);
/* An array or tuple up to `close`, which is taken; its opening bracket is the token. */
struct ncl_expr *ncl_parse_list(struct ncl_parser *parser, enum ncl_expr_kind kind, enum ncl_token_kind close,
                                struct ncl_expr *(*parse_item)(struct ncl_parser *));
/* `first` and what follows behind commas: a tuple without parentheses; just `first` when there is no comma. */
struct ncl_expr *ncl_parse_open_tuple(struct ncl_parser *parser, struct ncl_expr *first,
                                      struct ncl_expr *(*parse_item)(struct ncl_parser *));
/* A tuple has at least two items. */
struct ncl_expr *ncl_parse_check_tuple(struct ncl_parser *parser, struct ncl_expr *expr);
struct ncl_expr *ncl_parse_name(struct ncl_parser *parser, const char *what);
/* What only the extension for operator expressions allows. Said once for a document. */
void ncl_parse_need_expressions(struct ncl_parser *parser, struct ncl_loc at);

/* ---- constructs ---- */

bool ncl_parse_is_number(const struct ncl_parser *parser);
/* The number at the token; a minus before it has been taken. */
struct ncl_expr *ncl_parse_number(struct ncl_parser *parser, struct ncl_loc at, bool negative);
struct ncl_expr *ncl_parse_string(struct ncl_parser *parser);
struct ncl_expr *ncl_parse_logical(struct ncl_parser *parser);

struct ncl_expr *ncl_parse_expr(struct ncl_parser *parser);
/* The left side of an assignment. */
struct ncl_expr *ncl_parse_lvalue(struct ncl_parser *parser);
/* Literals and arrays and tuples of them: default values, quantization parameters. */
struct ncl_expr *ncl_parse_literal(struct ncl_parser *parser);
/* The right side of an assignment: an expression, or a tuple without parentheses. */
struct ncl_expr *ncl_parse_rvalue(struct ncl_parser *parser);
const struct ncl_type *ncl_parse_type(struct ncl_parser *parser);
/* integer, scalar, logical, string or ?; NULL without an error when the token is none of them. */
const struct ncl_type *ncl_parse_type_name(struct ncl_parser *parser);
/* Exporters print infinities and NaN as words. Where no identifier of that name is declared before, they are numbers
 * (with a warning). */
void ncl_parse_note_name(struct ncl_parser *parser, const char *name);

#endif
