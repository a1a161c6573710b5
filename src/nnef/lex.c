/* SPDX-License-Identifier: Apache-2.0 */
#include "nnef/lex.h"

#include <string.h>

#include "nnefcl/model.h"

static const char *const token_names[] = {
#define NAME(name, text) text,
    NCL_TOKEN_LIST(NAME)
#undef NAME
};

const char *ncl_token_name(enum ncl_token_kind kind)
{
    return token_names[kind];
}

#define WORD(name, text) {text, sizeof text - 1, NCL_TOKEN_##name},

static const struct word {
    const char *text;
    size_t length;
    enum ncl_token_kind kind;
} keywords[] = {NCL_KEYWORD_LIST(WORD)};

/* clang-format off */
/* The longer one first of those with a common beginning; then as often as they are met. */
static const struct word symbols[] = {
    WORD(COMMA, ",") WORD(COLON, ":") WORD(SEMICOLON, ";") WORD(LPAREN, "(") WORD(RPAREN, ")") WORD(EQ, "==")
    WORD(ASSIGN, "=") WORD(LBRACKET, "[") WORD(RBRACKET, "]") WORD(LE, "<=") WORD(LT, "<") WORD(GE, ">=") WORD(GT, ">")
    WORD(ARROW, "->") WORD(MINUS, "-") WORD(PLUS, "+") WORD(STAR, "*") WORD(SLASH, "/") WORD(CARET, "^")
    WORD(LBRACE, "{") WORD(RBRACE, "}") WORD(NE, "!=") WORD(NOT, "!") WORD(AND, "&&") WORD(OR, "||") WORD(QUESTION, "?")
};
/* clang-format on */
#undef WORD

static bool is_decimal(int c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* The byte `ahead` of the place, -1 behind the end. */
static int peek(const struct ncl_lexer *lexer, size_t ahead)
{
    size_t left = lexer->source->length - lexer->at;
    return ahead < left ? (unsigned char)lexer->source->text[lexer->at + ahead] : -1;
}

static struct ncl_loc lex_place(const struct ncl_lexer *lexer, size_t at)
{
    return (struct ncl_loc){
        .source = lexer->source, .line = lexer->line, .column = (unsigned)(at - lexer->line_start) + 1};
}

static void lex_fail(struct ncl_lexer *lexer, struct ncl_token *token, nnefcl_status status, size_t at,
                     const char *format, ...) __attribute__((format(printf, 5, 6)));
static void lex_fail(struct ncl_lexer *lexer, struct ncl_token *token, nnefcl_status status, size_t at,
                     const char *format, ...)
{
    token->kind = NCL_TOKEN_BAD;
    if (++lexer->bad > NCL_MAX_BAD)
        lexer->at = lexer->source->length;
    if (lexer->quiet)
        return;
    va_list args;
    va_start(args, format);
    ncl_verror(lexer->diag, status, lex_place(lexer, at), format, args);
    va_end(args);
    if (lexer->status == NNEFCL_OK)
        lexer->status = status;
}

void ncl_lex_init(struct ncl_lexer *lexer, struct ncl_diag *diag, const struct ncl_source *source, unsigned compat)
{
    *lexer = (struct ncl_lexer){.source = source, .diag = diag, .compat = compat, .line = 1};
    if (source->length >= 3 && memcmp(source->text, "\xef\xbb\xbf", 3) == 0) {
        lexer->status =
            ncl_lax(diag, lex_place(lexer, 0), "the text starts with a byte order mark, which is not ASCII");
        lexer->at = 3;
    }
}

/* Takes a line end if there is one: LF, CR LF or CR. */
static bool take_newline(struct ncl_lexer *lexer)
{
    int c = peek(lexer, 0);
    if (c != '\n' && c != '\r')
        return false;
    lexer->at += c == '\r' && peek(lexer, 1) == '\n' ? 2 : 1;
    lexer->line++;
    lexer->line_start = lexer->at;
    return true;
}

/* A comment ends with the line or at a form feed. */
static void skip_between_tokens(struct ncl_lexer *lexer)
{
    for (;;) {
        int c = peek(lexer, 0);
        if (c == ' ' || c == '\t' || c == '\v' || c == '\f')
            lexer->at++;
        else if (c == '#')
            while (c != -1 && c != '\n' && c != '\r' && c != '\f') {
                lexer->at++;
                c = peek(lexer, 0);
            }
        else if (!take_newline(lexer))
            return;
    }
}

static void lex_word(struct ncl_lexer *lexer, struct ncl_token *token)
{
    size_t begin = lexer->at;
    while (is_letter(peek(lexer, 0)) || is_decimal(peek(lexer, 0)))
        lexer->at++;
    token->length = lexer->at - begin;
    token->kind = NCL_TOKEN_IDENTIFIER;
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (keywords[i].length == token->length && keywords[i].text[0] == token->text[0] &&
            memcmp(keywords[i].text, token->text, token->length) == 0)
            token->kind = keywords[i].kind;
    if (token->length > NCL_MAX_NAME)
        lex_fail(lexer, token, NNEFCL_ERR_LIMIT, begin, "an identifier of %zu characters is longer than %d",
                 token->length, NCL_MAX_NAME);
}

static void take_digits(struct ncl_lexer *lexer)
{
    while (is_decimal(peek(lexer, 0)))
        lexer->at++;
}

/* Letters, digits or a point that stick to a number. */
static void fail_number(struct ncl_lexer *lexer, struct ncl_token *token, size_t begin)
{
    size_t number = lexer->at - begin;
    int next = peek(lexer, 0);
    while (is_letter(peek(lexer, 0)) || is_decimal(peek(lexer, 0)) || peek(lexer, 0) == '.')
        lexer->at++;
    size_t all = lexer->at - begin;
    int shown = all < 40 ? (int)all : 40;
    const char *hint = "numbers have no suffix, and identifiers start with a letter or '_'";
    if (next == '.')
        hint = "a number has one decimal point with digits on both sides";
    else if ((next == 'e' || next == 'E') && all == number + 1)
        hint = "an exponent needs digits";
    else if ((next == 'x' || next == 'X') && number == 1)
        hint = "numbers are decimal";
    else if (next == 'L' && all == number + 1)
        hint = "integers have no suffix; the file may come from an exporter under Python 2";
    lex_fail(lexer, token, NNEFCL_ERR_MODEL, begin, "'%.*s' is no number: %s", shown, token->text, hint);
}

static void lex_number(struct ncl_lexer *lexer, struct ncl_token *token)
{
    size_t begin = lexer->at;
    token->kind = NCL_TOKEN_INTEGER;
    take_digits(lexer);
    if (peek(lexer, 0) == '.' && is_decimal(peek(lexer, 1))) {
        token->kind = NCL_TOKEN_SCALAR;
        lexer->at++;
        take_digits(lexer);
    }
    int e = peek(lexer, 0), sign = peek(lexer, 1);
    if ((e == 'e' || e == 'E') && is_decimal(sign == '-' || sign == '+' ? peek(lexer, 2) : sign)) {
        token->kind = NCL_TOKEN_SCALAR;
        lexer->at += 2;
        take_digits(lexer);
    }
    token->length = lexer->at - begin;
    int next = peek(lexer, 0);
    if (is_letter(next) || next == '.')
        fail_number(lexer, token, begin);
}

/* From the opening quote to its match on the same line. */
static void lex_string(struct ncl_lexer *lexer, struct ncl_token *token)
{
    size_t begin = lexer->at;
    int quote = peek(lexer, 0), odd = -1;
    size_t odd_at = 0;
    lexer->at++;
    for (int c = peek(lexer, 0); c != quote; c = peek(lexer, 0)) {
        if (c == '\\' && peek(lexer, 1) != -1) {
            lexer->at++;
            c = peek(lexer, 0);
        }
        if (c == -1 || c == '\n' || c == '\r') {
            lex_fail(lexer, token, NNEFCL_ERR_MODEL, begin, "the string is not closed with %c on its line", quote);
            return;
        }
        if (c == 0) {
            lex_fail(lexer, token, NNEFCL_ERR_MODEL, lexer->at, "a string must not contain a byte 0");
            lexer->at++;
            return;
        }
        if (odd == -1 && (c < ' ' || c > '~')) {
            odd = c;
            odd_at = lexer->at;
        }
        lexer->at++;
    }
    lexer->at++;
    token->length = lexer->at - (size_t)(token->text - lexer->source->text);
    if (token->length > NCL_MAX_NAME)
        lex_fail(lexer, token, NNEFCL_ERR_LIMIT, begin, "a string of %zu characters is longer than %d", token->length,
                 NCL_MAX_NAME);
    else if (odd != -1 && !lexer->quiet) {
        nnefcl_status status = ncl_lax(lexer->diag, lex_place(lexer, odd_at),
                                       "byte 0x%02x in a string is not a printable ASCII character", (unsigned)odd);
        if (lexer->status == NNEFCL_OK)
            lexer->status = status;
    }
}

static void lex_symbol(struct ncl_lexer *lexer, struct ncl_token *token)
{
    int c = peek(lexer, 0), next = peek(lexer, 1);
    size_t begin = lexer->at;
    if (c == '/' && (next == '/' || next == '*')) {
        lexer->at += 2;
        lex_fail(lexer, token, NNEFCL_ERR_MODEL, begin, "comments start with '#'");
        return;
    }
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        const struct word *symbol = &symbols[i];
        if (c == symbol->text[0] && (symbol->length == 1 || next == symbol->text[1])) {
            token->kind = symbol->kind;
            token->length = symbol->length;
            lexer->at += token->length;
            return;
        }
    }
    lexer->at++;
    if (c == '.' && is_decimal(next))
        lex_fail(lexer, token, NNEFCL_ERR_MODEL, begin, "a number needs digits before the decimal point");
    else if (c == '&' || c == '|')
        lex_fail(lexer, token, NNEFCL_ERR_MODEL, begin, "unexpected '%c', the operator is '%c%c'", c, c, c);
    else if (c > ' ' && c <= '~')
        lex_fail(lexer, token, NNEFCL_ERR_MODEL, begin, "unexpected character '%c'", c);
    else
        lex_fail(lexer, token, NNEFCL_ERR_MODEL, begin, "unexpected byte 0x%02x", (unsigned)c);
    if (c == 0)
        lexer->at = lexer->source->length;
}

void ncl_lex_next(struct ncl_lexer *lexer, struct ncl_token *token)
{
    skip_between_tokens(lexer);
    *token = (struct ncl_token){.line = lexer->line,
                                .column = (unsigned)(lexer->at - lexer->line_start) + 1,
                                .text = lexer->source->text + lexer->at};
    int c = peek(lexer, 0);
    if (c == -1)
        token->kind = NCL_TOKEN_END;
    else if (c == 'i' && peek(lexer, 1) == '"') {
        size_t begin = lexer->at++;
        token->kind = NCL_TOKEN_IDENTIFIER;
        token->quoted = true;
        lex_string(lexer, token);
        if (token->kind != NCL_TOKEN_BAD && !(lexer->compat & NNEFCL_COMPAT_TRACT))
            lex_fail(lexer, token, NNEFCL_ERR_UNSUPPORTED, begin,
                     "identifiers in quotes are a dialect of tract (--compat=tract)");
    } else if (c == '"' || c == '\'') {
        token->kind = NCL_TOKEN_STRING;
        lex_string(lexer, token);
    } else if (is_letter(c))
        lex_word(lexer, token);
    else if (is_decimal(c))
        lex_number(lexer, token);
    else
        lex_symbol(lexer, token);
}

bool ncl_lex_free_text(struct ncl_lexer *lexer, const char **text, size_t *length)
{
    size_t begin = lexer->at, end;
    for (int c = peek(lexer, 0); c != ';'; c = peek(lexer, 0)) {
        if (c == -1 || c == '\n' || c == '\r')
            return false;
        lexer->at++;
    }
    end = lexer->at++;
    while (begin < end && lexer->source->text[begin] == ' ')
        begin++;
    while (end > begin && lexer->source->text[end - 1] == ' ')
        end--;
    *text = lexer->source->text + begin;
    *length = end - begin;
    return true;
}

char *ncl_lex_text(struct ncl_arena *arena, const struct ncl_token *token, size_t *length)
{
    const char *from = token->text, *end = token->text + token->length;
    bool string = token->quoted || token->kind == NCL_TOKEN_STRING;
    if (string) {
        from += token->quoted ? 2 : 1;
        end--;
    }
    char *copy = ncl_arena_strndup(arena, from, (size_t)(end - from));
    if (!copy)
        return NULL;
    size_t used = (size_t)(end - from);
    if (string && memchr(from, '\\', used)) {
        used = 0;
        for (; from < end; from++) {
            if (*from == '\\')
                from++;
            copy[used++] = *from;
        }
        copy[used] = '\0';
    }
    if (length)
        *length = used;
    return copy;
}
