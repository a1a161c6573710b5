/* SPDX-License-Identifier: Apache-2.0 */
/* Text to tokens (NNEF 1.0.5, 3.1). A token is a slice of the source, so lexing needs no memory; copying a lexer is how
 * the parser looks ahead. */
#ifndef NCL_LEX_H
#define NCL_LEX_H

#include "base/alloc.h"
#include "base/diag.h"

#define NCL_MAX_NAME 65535 /* bytes of an identifier or string */
#define NCL_MAX_BAD  1000  /* what has more tokens that are none is no text, and ends there; so it does at a byte 0 */

/* name of the kind, how it is written (keywords and symbols) or called (the others) */
/* clang-format off */
#define NCL_TOKEN_LIST(X) \
    X(END, "the end of the text") X(BAD, "") X(IDENTIFIER, "an identifier") X(INTEGER, "an integer") \
    X(SCALAR, "a number") X(STRING, "a string") \
    NCL_KEYWORD_LIST(X) \
    X(LPAREN, "(") X(RPAREN, ")") X(LBRACKET, "[") X(RBRACKET, "]") X(LBRACE, "{") X(RBRACE, "}") \
    X(COLON, ":") X(COMMA, ",") X(SEMICOLON, ";") X(ASSIGN, "=") X(ARROW, "->") X(QUESTION, "?") \
    X(PLUS, "+") X(MINUS, "-") X(STAR, "*") X(SLASH, "/") X(CARET, "^") \
    X(LT, "<") X(LE, "<=") X(GT, ">") X(GE, ">=") X(EQ, "==") X(NE, "!=") X(AND, "&&") X(OR, "||") X(NOT, "!")
/* The two logical literals behave like keywords. */
#define NCL_KEYWORD_LIST(X) \
    X(VERSION, "version") X(EXTENSION, "extension") X(GRAPH, "graph") X(FRAGMENT, "fragment") X(TENSOR, "tensor") \
    X(TYPE_INTEGER, "integer") X(TYPE_SCALAR, "scalar") X(TYPE_LOGICAL, "logical") X(TYPE_STRING, "string") \
    X(SHAPE_OF, "shape_of") X(LENGTH_OF, "length_of") X(RANGE_OF, "range_of") \
    X(FOR, "for") X(IN, "in") X(YIELD, "yield") X(IF, "if") X(ELSE, "else") X(TRUE, "true") X(FALSE, "false")
/* clang-format on */

enum ncl_token_kind {
#define NCL_TOKEN_ENUM(name, text) NCL_TOKEN_##name,
    NCL_TOKEN_LIST(NCL_TOKEN_ENUM)
#undef NCL_TOKEN_ENUM
};

struct ncl_token {
    enum ncl_token_kind kind;
    bool quoted; /* identifier written i"..." */
    unsigned line, column;
    const char *text; /* in the source, with quotes */
    size_t length;
};

struct ncl_lexer {
    const struct ncl_source *source;
    struct ncl_diag *diag;
    unsigned compat, line;
    size_t at, line_start;
    bool quiet;           /* errors are not reported: looking ahead, or skipping after an error */
    unsigned bad;         /* tokens that were none, also those that nobody was told of */
    nnefcl_status status; /* of the first error */
};

void ncl_lex_init(struct ncl_lexer *lexer, struct ncl_diag *diag, const struct ncl_source *source, unsigned compat);
/* The next token. NCL_TOKEN_BAD: an error that has been reported. */
void ncl_lex_next(struct ncl_lexer *lexer, struct ncl_token *token);
/* The raw text up to ';' (taken too, but not returned), for dialects with free text. False: no ';' on this line. */
bool ncl_lex_free_text(struct ncl_lexer *lexer, const char **text, size_t *length);
/* The name of an identifier or the characters of a string, unescaped; NULL: out of memory. */
char *ncl_lex_text(struct ncl_arena *arena, const struct ncl_token *token, size_t *length);
const char *ncl_token_name(enum ncl_token_kind kind);

#endif
