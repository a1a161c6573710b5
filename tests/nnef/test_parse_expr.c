/* SPDX-License-Identifier: Apache-2.0 */
/* nnef/parse_expr.c: what binds to what, and the kinds of all expressions. */
#include <check.h>

#include "nnef/parse_case.h"
#include "suite.h"

/* The structure as (operator operand ...), so that precedence can be read off. */
static void show(struct ncl_text *text, const struct ncl_expr *expr)
{
    static const char *const heads[] = {
        [NCL_EXPR_ARRAY] = "array",       [NCL_EXPR_TUPLE] = "tuple",    [NCL_EXPR_SELECT] = "if",
        [NCL_EXPR_COMPREHENSION] = "for", [NCL_EXPR_SUBSCRIPT] = "at",   [NCL_EXPR_RANGE] = "range",
        [NCL_EXPR_BUILTIN] = "",          [NCL_EXPR_INVOCATION] = "call"};
    switch (expr->kind) {
    case NCL_EXPR_INTEGER:
        ncl_text_printf(text, "%lld", (long long)expr->integer);
        return;
    case NCL_EXPR_SCALAR:
        ncl_text_printf(text, "%gs", expr->scalar);
        return;
    case NCL_EXPR_STRING:
        ncl_text_printf(text, "'%s'", expr->name);
        return;
    case NCL_EXPR_LOGICAL:
        ncl_text_add(text, expr->logical ? "yes" : "no");
        return;
    case NCL_EXPR_IDENTIFIER:
        ncl_text_add(text, expr->name);
        return;
    case NCL_EXPR_UNARY:
    case NCL_EXPR_BINARY:
        ncl_text_printf(text, "(%s", ncl_operator_name(expr->op));
        break;
    case NCL_EXPR_BUILTIN:
    case NCL_EXPR_INVOCATION:
        ncl_text_printf(text, "(%s %s", heads[expr->kind], expr->name);
        break;
    default:
        ncl_text_printf(text, "(%s", heads[expr->kind]);
    }
    if (expr->type)
        ncl_text_printf(text, " <%d>", (int)expr->type->kind);
    for (size_t i = 0; i < expr->iterator_count; i++) {
        ncl_text_printf(text, " %s:", expr->iterator[i].name);
        show(text, expr->iterator[i].in);
    }
    for (size_t i = 0; i < expr->item_count; i++) {
        ncl_text_add(text, " ");
        if (expr->item[i])
            show(text, expr->item[i]);
        else
            ncl_text_add(text, "-");
    }
    for (size_t i = 0; i < expr->argument_count; i++) {
        ncl_text_printf(text, " %s%s", expr->argument[i].name ? expr->argument[i].name : "",
                        expr->argument[i].name ? "=" : "");
        show(text, expr->argument[i].value);
    }
    ncl_text_add(text, ")");
}

static const struct {
    const char *text, *shown;
} expressions[] = {
    /* literals */
    {"1", "1"},
    {"-1", "-1"},
    {"007", "7"},
    {"9223372036854775807", "9223372036854775807"},
    {"-9223372036854775808", "-9223372036854775808"},
    {"0000000000000000000000000000000000001", "1"},
    {"0000000000000000000000000000000000000000000000001", "1"},
    {"1.5", "1.5s"},
    {"-1.5e2", "-150s"},
    {"3e0", "3s"},
    {"true", "yes"},
    {"false", "no"},
    {"'a\\'b'", "'a'b'"},
    {"[]", "(array)"},
    {"[1, [2], []]", "(array 1 (array 2) (array))"},
    {"(1, 'a')", "(tuple 1 'a')"},
    {"((1))", "1"},
    /* precedence of 3.3.3, from lowest to highest */
    {"a && b in c", "(in (&& a b) c)"},
    {"a in b in c", "(in (in a b) c)"},
    {"a < b && c == d", "(&& (< a b) (== c d))"},
    {"a || b && c || d", "(|| (&& (|| a b) c) d)"},
    {"a + b < c - d", "(< (+ a b) (- c d))"},
    {"a < b <= c > d >= e == f != g", "(!= (== (>= (> (<= (< a b) c) d) e) f) g)"},
    {"a - b - c + d", "(+ (- (- a b) c) d)"},
    {"a + b * c - d / e", "(- (+ a (* b c)) (/ d e))"},
    {"a / b * c", "(* (/ a b) c)"},
    {"a * b ^ c", "(* a (^ b c))"},
    {"a ^ b ^ c", "(^ (^ a b) c)"},
    {"a * (b + c)", "(* a (+ b c))"},
    {"a in [1, 2]", "(in a (array 1 2))"},
    /* signs */
    {"-a + b", "(+ (- a) b)"},
    {"-a * b", "(* (- a) b)"},
    {"-a ^ b", "(- (^ a b))"},
    {"-2 ^ b", "(- (^ 2 b))"},
    {"a ^ -b ^ c", "(^ (^ a (- b)) c)"},
    {"a ^ -2", "(^ a -2)"},
    {"a ^ -2 ^ b", "(^ (^ a (- 2)) b)"},
    {"a - 1", "(- a 1)"},
    {"a -1", "(- a 1)"},
    {"a - -1", "(- a -1)"},
    {"- -1", "(- -1)"},
    {"--a", "(- (- a))"},
    {"+a", "(+ a)"},
    {"+1", "(+ 1)"},
    {"!a && b", "(&& (! a) b)"},
    {"!a == b", "(== (! a) b)"},
    {"-a[0]", "(- (at a 0))"},
    {"-2[0]", "(- (at 2 0))"},
    {"-f(x)", "(- (call f x))"},
    /* if-else */
    {"a if b else c", "(if a b c)"},
    {"a if b else c if d else e", "(if a b (if c d e))"},
    {"a + 1 if b < 2 else c * 3", "(if (+ a 1) (< b 2) (* c 3))"},
    {"0.0 if !s else -r if m else -r - 1.0", "(if 0s (! s) (if (- r) m (- (- r) 1s)))"},
    {"(a if b else c) + d", "(+ (if a b c) d)"},
    {"[a if b else c]", "(array (if a b c))"},
    {"(h, c) if n > 0 else f(h, c)", "(if (tuple h c) (> n 0) (call f h c))"},
    /* subscripts */
    {"a[0][1]", "(at (at a 0) 1)"},
    {"a[1:2]", "(range a 1 2)"},
    {"a[:2]", "(range a - 2)"},
    {"a[1:]", "(range a 1 -)"},
    {"a[:]", "(range a - -)"},
    {"'abc'[i + 1]", "(at 'abc' (+ i 1))"},
    {"[1, 2][0]", "(at (array 1 2) 0)"},
    {"(a + b)[0]", "(at (+ a b) 0)"},
    {"f(x)[0]", "(at (call f x) 0)"},
    {"shape_of(x)[1]", "(at ( shape_of x) 1)"},
    {"a[b if c else d]", "(at a (if b c d))"},
    /* comprehensions */
    {"[for i in a yield i * 2]", "(for i:a - (* i 2))"},
    {"[for i in a, j in b yield i + j]", "(for i:a j:b - (+ i j))"},
    {"[for i in range_of(a) if i > 1 yield f(i, a[i])]", "(for i:( range_of a) (> i 1) (call f i (at a i)))"},
    {"[for i in [for j in a yield j] yield i]", "(for i:(for j:a - j) - i)"},
    {"[for i in a yield b if c else d]", "(for i:a - (if b c d))"},
    {"[for i in a if (b if c else d) yield i]", "(for i:a (if b c d) i)"},
    {"[for i in (a if b else c) yield i]", "(for i:(if a b c) - i)"},
    /* invocations and comparisons that look like them */
    {"f(x, k = 1)", "(call f x k=1)"},
    {"f<integer>(x)", "(call f <0> x)"},
    {"f<?>(x)", "(call f <4> x)"},
    {"f(g(x), h = g(y))", "(call f (call g x) h=(call g y))"},
    {"a < scalar(b)", "(< a ( scalar b))"},
    {"a < integer(b) > c", "(> (< a ( integer b)) c)"},
    {"a < b", "(< a b)"},
    {"f(a == b)", "(call f (== a b))"},
    {"length_of('a')", "( length_of 'a')"},
    {"string(1.0) + logical(1)", "(+ ( string 1s) ( logical 1))"},
};

START_TEST(expressions_have_their_structure)
{
    char document[256];
    struct parse_case c = {0};
    struct ncl_text text;
    snprintf(document, sizeof document,
             "version 1.0; extension KHR_enable_operator_expressions; graph g( x ) -> ( y ) { y = %s; }",
             expressions[_i].text);
    ck_assert_msg(parse_case_text(&c, document, true, 0) == NNEFCL_OK, "%s: %s", expressions[_i].text, c.error.message);
    ncl_text_init(&text, NULL);
    show(&text, c.document->assignment[0].right);
    ck_assert_str_eq(text.data, expressions[_i].shown);
    ncl_text_free(&text);
    ck_assert(parse_case_end(&c));
}
END_TEST

static const struct {
    const char *text, *message;
    int column; /* in the expression */
    nnefcl_status status;
} refused[] = {
    {"", "expected an expression, found ';'", 1, NNEFCL_ERR_MODEL},
    {"a +", "expected an expression, found ';'", 4, NNEFCL_ERR_MODEL},
    {"* a", "expected an expression, found '*'", 1, NNEFCL_ERR_MODEL},
    {"a b", "expected ';' after the assignment, found 'b'", 3, NNEFCL_ERR_MODEL},
    {"(a", "expected ')' or ','", 3, NNEFCL_ERR_MODEL},
    {"()", "expected an expression, found ')'", 2, NNEFCL_ERR_MODEL},
    {"(a,)", "expected an expression, found ')'", 4, NNEFCL_ERR_MODEL},
    {"[a", "expected ']' or ','", 3, NNEFCL_ERR_MODEL},
    {"[,]", "expected an expression, found ','", 2, NNEFCL_ERR_MODEL},
    {"a[]", "expected an expression, found ']'", 3, NNEFCL_ERR_MODEL},
    {"a[1:2:3]", "expected ']' after a subscript, found ':'", 6, NNEFCL_ERR_MODEL},
    {"a if b", "expected 'else' after the condition", 7, NNEFCL_ERR_MODEL},
    {"a if else b", "expected an expression, found 'else'", 6, NNEFCL_ERR_MODEL},
    {"[for a yield b]", "expected 'in' after the iterator", 8, NNEFCL_ERR_MODEL},
    {"[for 1 in a yield b]", "expected the name of an iterator", 6, NNEFCL_ERR_MODEL},
    {"[for i in a]", "expected 'yield' in a comprehension", 12, NNEFCL_ERR_MODEL},
    {"[for i in a yield]", "expected an expression, found ']'", 18, NNEFCL_ERR_MODEL},
    {"[for i in a yield i, j]", "expected ']' after a comprehension", 20, NNEFCL_ERR_MODEL},
    {"length_of()", "expected an expression, found ')'", 11, NNEFCL_ERR_MODEL},
    {"length_of(a, b)", "expected ')' after the argument of a built-in function", 12, NNEFCL_ERR_MODEL},
    {"length_of a", "expected '(' after a built-in function", 11, NNEFCL_ERR_MODEL},
    {"f(k = )", "expected an expression, found ')'", 7, NNEFCL_ERR_MODEL},
    {"f(1 = 2)", "expected ')' or ',' after an argument", 5, NNEFCL_ERR_MODEL},
    {"f(g(x) = 2)", "expected ')' or ',' after an argument", 8, NNEFCL_ERR_MODEL},
    {"9223372036854775808", "the integer 9223372036854775808 does not fit in 64 bits", 1, NNEFCL_ERR_LIMIT},
    {"f(-9223372036854775809)", "the integer -9223372036854775809 does not fit in 64 bits", 3, NNEFCL_ERR_LIMIT},
    {"123456789012345678901234567890", "does not fit in 64 bits", 1, NNEFCL_ERR_LIMIT},
    {"1000000000000000000000000000000000000000000e300",
     "the number 1000000000000000000000000000000000000000 is beyond the range of a double", 1, NNEFCL_ERR_LIMIT},
    {"1e999", "the number 1e999 is beyond the range of a double", 1, NNEFCL_ERR_LIMIT},
};

START_TEST(what_is_no_expression_is_refused)
{
    char document[256];
    struct parse_case c = {0};
    snprintf(document, sizeof document,
             "version 1.0; extension KHR_enable_operator_expressions; graph g( x ) -> ( y ) { y =\n%s; }",
             refused[_i].text);
    ck_assert_int_eq(parse_case_text(&c, document, false, 0), refused[_i].status);
    ck_assert_msg(strstr(c.error.message, refused[_i].message), "%s: %s", refused[_i].text, c.error.message);
    ck_assert_msg(c.error.line == 2 && c.error.column == refused[_i].column, "%s: %d:%d", refused[_i].text,
                  c.error.line, c.error.column);
    ck_assert(parse_case_end(&c));
}
END_TEST

/* The place of an operator is the operator, so that a caret shows which of several is meant. */
START_TEST(operators_know_their_place)
{
    struct parse_case c = {0};
    const char *text = "version 1.0; extension KHR_enable_operator_expressions; graph g( x ) -> ( y ) {\n"
                       "y = a + b[1] * -c if d else [e];}";
    ck_assert_int_eq(parse_case_text(&c, text, true, 0), NNEFCL_OK);
    const struct ncl_expr *select = c.document->assignment[0].right, *sum = select->item[0], *product = sum->item[1];
    ck_assert_int_eq(c.document->assignment[0].at.column, 1);
    ck_assert_int_eq(select->at.column, 19);
    ck_assert_int_eq(sum->at.column, 7);
    ck_assert_int_eq(product->at.column, 14);
    ck_assert_int_eq(product->item[0]->at.column, 10);
    ck_assert_int_eq(product->item[1]->at.column, 16);
    ck_assert_int_eq(select->item[2]->at.column, 29);
    ck_assert_int_eq(select->item[2]->at.line, 2);
    ck_assert_uint_eq(product->height, 3);
    ck_assert_uint_eq(select->height, 5);
    ck_assert(parse_case_end(&c));
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("parse_expr");
    tcase_add_loop_test(cases, expressions_have_their_structure, 0, sizeof expressions / sizeof *expressions);
    tcase_add_loop_test(cases, what_is_no_expression_is_refused, 0, sizeof refused / sizeof *refused);
    tcase_add_test(cases, operators_know_their_place);
    Suite *suite = suite_create("nnef/parse_expr");
    suite_add_tcase(suite, cases);
    return suite_run(suite);
}
