/* SPDX-License-Identifier: Apache-2.0 */
/* nnef/lex.c: texts to tokens, and texts that are none. */
#include <check.h>

#include "nnef/lex.h"
#include "nnef/parse_case.h"
#include "suite.h"

/* The kinds of all tokens as text: keywords and symbols as they are written, i identifier, n integer, s scalar, t
 * string, ! bad. */
static void kinds(struct ncl_lexer *lexer, char *out, size_t size)
{
    struct ncl_token token;
    size_t used = 0;
    out[0] = '\0';
    for (ncl_lex_next(lexer, &token); token.kind != NCL_TOKEN_END; ncl_lex_next(lexer, &token)) {
        static const char *const short_names[] = {"END", "BAD", "i", "n", "s", "t"};
        const char *name = token.kind < NCL_TOKEN_VERSION ? short_names[token.kind] : ncl_token_name(token.kind);
        int length = snprintf(out + used, size - used, "%s%s", used ? " " : "", name);
        used += (size_t)length;
        ck_assert_uint_lt(used, size);
    }
}

static const struct {
    const char *text, *kinds;
} valid[] = {
    {"", ""},
    {"  \t\v\f\r\n# only a comment", ""},
    {"a _b C9 version1 If", "i i i i i"},
    {"version extension graph fragment tensor", "version extension graph fragment tensor"},
    {"integer scalar logical string true false", "integer scalar logical string true false"},
    {"shape_of length_of range_of for in yield if else", "shape_of length_of range_of for in yield if else"},
    {"()[]{}:=,;->?", "( ) [ ] { } : = , ; -> ?"},
    {"+-*/^<<=>>===!=&&||!", "+ - * / ^ < <= > >= == != && || !"},
    {"a-1", "i - n"},
    {"a->b", "i -> i"},
    {"a<-b", "i < - i"},
    {"x==y=z", "i == i = i"},
    {"0 12 007 1.0 0.5e1 1e-3 12E+2 3e0", "n n n s s s s s"},
    {"'a' \"b\" 'it\\'s' \"\\\\\" 'say \"x\"' ''", "t t t t t t"},
    {"a # b\fc # d\re # f\r\ng", "i i i i"},
    {"i'x'", "i t"},
};

START_TEST(texts_become_tokens)
{
    struct ncl_lexer lexer;
    struct parse_case c = {0};
    char out[512];
    parse_case_begin(&c, valid[_i].text, strlen(valid[_i].text), true);
    ncl_lex_init(&lexer, &c.diag, &c.source, 0);
    kinds(&lexer, out, sizeof out);
    ck_assert_str_eq(out, valid[_i].kinds);
    ck_assert_int_eq(c.errors, 0);
    ck_assert_uint_eq(c.counting.calls, 0);
}
END_TEST

static const struct {
    const char *text, *kinds, *message;
    int column;
} invalid[] = {
    {"a @ b", "i BAD i", "unexpected character '@'", 3},
    {"a & b", "i BAD i", "the operator is '&&'", 3},
    {"a | b", "i BAD i", "the operator is '||'", 3},
    {"a // b", "i BAD i", "comments start with '#'", 3},
    {"/* b", "BAD i", "comments start with '#'", 1},
    {"\x01", "BAD", "unexpected byte 0x01", 1},
    {"x \xc3\xa4", "i BAD BAD", "unexpected byte 0xc3", 3},
    {"5L,", "BAD ,", "Python 2", 1},
    {"0x1F", "BAD", "numbers are decimal", 1},
    {"1.0f", "BAD", "no suffix", 1},
    {"1conv = 2", "BAD = n", "identifiers start with a letter", 1},
    {"1.0.0", "BAD", "one decimal point", 1},
    {"1.", "BAD", "digits on both sides", 1},
    {"1.e5", "BAD", "digits on both sides", 1},
    {"1 .", "n BAD", "unexpected character '.'", 3},
    {".5", "BAD n", "digits before the decimal point", 1},
    {"1e", "BAD", "an exponent needs digits", 1},
    {"1e+", "BAD +", "an exponent needs digits", 1},
    {"1E", "BAD", "an exponent needs digits", 1},
    {"1ex", "BAD", "numbers have no suffix", 1},
    {"0X1F", "BAD", "numbers are decimal", 1},
    {"1Lx", "BAD", "numbers have no suffix", 1},
    {"1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "BAD", "is no number", 1},
    {"2e5x", "BAD", "no suffix", 1},
    {"'abc", "BAD", "not closed with '", 1},
    {"'abc\n'", "BAD BAD", "not closed with '", 1},
    {"'abc\" x", "BAD", "not closed with '", 1},
    {"'abc\\", "BAD", "not closed", 1},
    {"'abc\\'", "BAD", "not closed", 1},
    {"  i\"a/b\" c", "BAD i", "--compat=tract", 3},
};

START_TEST(what_is_no_token_is_reported_where_it_stands)
{
    struct ncl_lexer lexer;
    struct parse_case c = {0};
    char out[512];
    parse_case_begin(&c, invalid[_i].text, strlen(invalid[_i].text), false);
    ncl_lex_init(&lexer, &c.diag, &c.source, 0);
    kinds(&lexer, out, sizeof out);
    ck_assert_str_eq(out, invalid[_i].kinds);
    ck_assert_msg(strstr(c.error.message, invalid[_i].message), "%s", c.error.message);
    ck_assert_int_eq(c.error.line, 1);
    ck_assert_int_eq(c.error.column, invalid[_i].column);
    ck_assert_int_eq(lexer.status, c.error.status);
}
END_TEST

START_TEST(a_quiet_lexer_reports_nothing)
{
    struct ncl_lexer lexer;
    struct parse_case c = {0};
    char out[512];
    static const char text[] = "@ 'a\n 5L '\xc3\xa4'";
    parse_case_begin(&c, text, strlen(text), true);
    ncl_lex_init(&lexer, &c.diag, &c.source, 0);
    lexer.quiet = true;
    kinds(&lexer, out, sizeof out);
    ck_assert_str_eq(out, "BAD BAD BAD t");
    ck_assert_int_eq(c.errors + c.warnings, 0);
    ck_assert_int_eq(lexer.status, NNEFCL_OK);
}
END_TEST

START_TEST(what_has_too_many_is_no_text)
{
    static char text[2 * NCL_MAX_BAD + 8];
    struct ncl_lexer lexer;
    struct ncl_token token;
    struct parse_case c = {0};
    size_t bad = 0;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 2 ? ' ' : '@';
    parse_case_begin(&c, text, sizeof text, false);
    ncl_lex_init(&lexer, &c.diag, &c.source, 0);
    for (ncl_lex_next(&lexer, &token); token.kind != NCL_TOKEN_END; ncl_lex_next(&lexer, &token))
        bad += token.kind == NCL_TOKEN_BAD;
    ck_assert_uint_eq(bad, NCL_MAX_BAD + 1); /* of NCL_MAX_BAD + 4 */
    ck_assert_uint_eq(lexer.at, sizeof text);
}
END_TEST

/* Bytes behind the length do not belong to the text. */
START_TEST(the_text_ends_at_its_length)
{
    static const char *const texts[] = {"abc", "123",   "1.5",    "1e5",  "'a'",         "->",
                                        "&&",  "# x\n", "i\"x\"", "\r\n", "\xef\xbb\xbf"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t length = 0; length <= strlen(texts[i]); length++) {
            char *copy = malloc(length ? length : 1); /* a sanitizer watches its end */
            memcpy(copy, texts[i], length);
            struct ncl_lexer lexer;
            struct ncl_token token;
            struct parse_case c = {0};
            parse_case_begin(&c, copy, length, false);
            ncl_lex_init(&lexer, &c.diag, &c.source, NNEFCL_COMPAT_TRACT);
            do {
                ncl_lex_next(&lexer, &token);
                ck_assert(token.text >= copy);
                ck_assert_uint_le((size_t)(token.text - copy) + token.length, length);
            } while (token.kind != NCL_TOKEN_END);
            free(copy);
        }
}
END_TEST

static const struct {
    const char *text;
    unsigned line, column;
} places[] = {
    {"x", 1, 1},     {"  x", 1, 3},          {"\n x", 2, 2},   {"\r\n\r\nx", 3, 1},
    {"\r\rx", 3, 1}, {"# a\n#b\n\tx", 3, 2}, {"# a\fx", 1, 5}, {"\xef\xbb\xbfx", 1, 4},
};

START_TEST(tokens_know_their_place)
{
    struct ncl_lexer lexer;
    struct ncl_token token;
    struct parse_case c = {0};
    parse_case_begin(&c, places[_i].text, strlen(places[_i].text), false);
    ncl_lex_init(&lexer, &c.diag, &c.source, 0);
    ncl_lex_next(&lexer, &token);
    ck_assert_int_eq(token.kind, NCL_TOKEN_IDENTIFIER);
    ck_assert_uint_eq(token.line, places[_i].line);
    ck_assert_uint_eq(token.column, places[_i].column);
}
END_TEST

static const struct {
    const char *text, *value;
} strings[] = {
    {"abc", "abc"},     {"'abc'", "abc"},
    {"\"a'b\"", "a'b"}, {"'it\\'s \\\\ \\x'", "it's \\ x"},
    {"''", ""},         {"i\"a/b \\\"c\"", "a/b \"c"},
    {"'\\\\'", "\\"},
};

START_TEST(names_and_strings_lose_quotes_and_escapes)
{
    struct ncl_lexer lexer;
    struct ncl_token token;
    struct parse_case c = {0};
    size_t length;
    parse_case_begin(&c, strings[_i].text, strlen(strings[_i].text), true);
    ncl_lex_init(&lexer, &c.diag, &c.source, NNEFCL_COMPAT_TRACT);
    ncl_lex_next(&lexer, &token);
    const char *value = ncl_lex_text(&c.arena, &token, &length);
    ck_assert_str_eq(value, strings[_i].value);
    ck_assert_uint_eq(length, strlen(value));
    ck_assert_int_eq(c.errors, 0);
    ck_assert(parse_case_end(&c));
}
END_TEST

/* What is not ASCII breaks the specification, but is clear inside of strings and before the text. */
START_TEST(other_characters_in_strings_are_lax)
{
    static const char *const texts[] = {"'gr\xc3\xbc\xc3\x9f'", "'a\tb'", "\xef\xbb\xbf'a'"};
    for (size_t i = 0; i < 3; i++)
        for (int strict = 0; strict < 2; strict++) {
            struct ncl_lexer lexer;
            struct ncl_token token;
            struct parse_case c = {0};
            parse_case_begin(&c, texts[i], strlen(texts[i]), strict);
            ncl_lex_init(&lexer, &c.diag, &c.source, 0);
            ncl_lex_next(&lexer, &token);
            ck_assert_int_eq(token.kind, NCL_TOKEN_STRING);
            ck_assert_int_eq(c.warnings, !strict);
            ck_assert_int_eq(lexer.status, strict ? NNEFCL_ERR_MODEL : NNEFCL_OK);
        }
    struct ncl_lexer lexer;
    struct ncl_token token;
    struct parse_case c = {0};
    parse_case_begin(&c, "'a\0b'", 5, false);
    ncl_lex_init(&lexer, &c.diag, &c.source, 0);
    ncl_lex_next(&lexer, &token);
    ck_assert_int_eq(token.kind, NCL_TOKEN_BAD);
    ck_assert_int_eq(lexer.status, NNEFCL_ERR_MODEL);
}
END_TEST

START_TEST(names_and_strings_are_bounded)
{
    static char text[NCL_MAX_NAME + 8];
    for (int string = 0; string < 2; string++)
        for (size_t length = NCL_MAX_NAME; length <= NCL_MAX_NAME + 1; length++) {
            memset(text, 'x', length);
            if (string)
                text[0] = text[length - 1] = '\'';
            struct ncl_lexer lexer;
            struct ncl_token token;
            struct parse_case c = {0};
            parse_case_begin(&c, text, length, false);
            ncl_lex_init(&lexer, &c.diag, &c.source, 0);
            ncl_lex_next(&lexer, &token);
            ck_assert_int_eq(lexer.status, length > NCL_MAX_NAME ? NNEFCL_ERR_LIMIT : NNEFCL_OK);
            ck_assert_uint_eq(token.length, length);
        }
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("lex");
    tcase_add_loop_test(cases, texts_become_tokens, 0, sizeof valid / sizeof *valid);
    tcase_add_loop_test(cases, what_is_no_token_is_reported_where_it_stands, 0, sizeof invalid / sizeof *invalid);
    tcase_add_test(cases, a_quiet_lexer_reports_nothing);
    tcase_add_test(cases, what_has_too_many_is_no_text);
    tcase_add_test(cases, the_text_ends_at_its_length);
    tcase_add_loop_test(cases, tokens_know_their_place, 0, sizeof places / sizeof *places);
    tcase_add_loop_test(cases, names_and_strings_lose_quotes_and_escapes, 0, sizeof strings / sizeof *strings);
    tcase_add_test(cases, other_characters_in_strings_are_lax);
    tcase_add_test(cases, names_and_strings_are_bounded);
    Suite *suite = suite_create("nnef/lex");
    suite_add_tcase(suite, cases);
    return suite_run(suite);
}
