/* SPDX-License-Identifier: Apache-2.0 */
/* nnef/print.c: what is printed reads back as the same. */
#include <check.h>
#include <math.h>

#include "base/embedded.h"
#include "nnef/parse_case.h"
#include "suite.h"

static const struct {
    const char *text, *printed; /* NULL: the same */
} statements[] = {
    {"y = f(x);", NULL},
    {"y=f<integer>( x ,k=1 , l = [ 1,2 ] );", "y = f<integer>(x, k = 1, l = [1, 2]);"},
    {"a, b = f(x);", NULL},
    {"(a, [b, c], ()) = f(x);", ""},
    {"(a, [b, c], []) = f(x);", NULL},
    {"y = f(1, -1, 1.0, -0.5, 1e-05, 100000000000000000000.0, 0.1, -0.0);",
     "y = f(1, -1, 1.0, -0.5, 1e-05, 1e+20, 0.1, -0.0);"},
    {"y = f('it\\'s \"\\\\\"', \"'\");", "y = f('it\\'s \"\\\\\"', '\\'');"},
    {"y = f(true, (1, 'a'), [], [[]]);", NULL},
    {"y = ((a + b)) * c - (d);", "y = (a + b) * c - (d);"},
    {"y = -a ^ -2.0 + !b;", NULL},
    {"y = -(-1) - -1;", NULL},
    {"y = (a if b else c) if d in e else f if g else h;", NULL},
    {"y = a[0][1:][:2][:][i + 1];", NULL},
    {"y = [for i in a, j in (b if c else d) if i < j yield f(i)[j]];", NULL},
    {"y = shape_of(x)[0] + integer(scalar('1') ^ 2.0);", NULL},
    {"i\"a \\\"b\" = i\"9\"(x, i\"k-k\" = i\"_ok\");", "i\"a \\\"b\" = i\"9\"(x, i\"k-k\" = _ok);"},
    {"y = f(inf, -inf, nan, [NaN]);", "y = f(inf, -inf, nan, [nan]);"},
};

START_TEST(statements_are_printed)
{
    char document[512];
    struct parse_case c = {0};
    struct ncl_text text;
    snprintf(document, sizeof document,
             "version 1.0; extension KHR_enable_operator_expressions; graph g(x)->(y) { %s }", statements[_i].text);
    const char *expect = statements[_i].printed ? statements[_i].printed : statements[_i].text;
    nnefcl_status status = parse_case_text(&c, document, false, NNEFCL_COMPAT_TRACT);
    ck_assert_msg((status == NNEFCL_OK) == (*expect != '\0'), "%s: %s", statements[_i].text, c.error.message);
    if (status == NNEFCL_OK) {
        ncl_text_init(&text, NULL);
        ncl_print_expr(&text, c.document->assignment[0].left);
        ncl_text_add(&text, " = ");
        ncl_print_expr(&text, c.document->assignment[0].right);
        ncl_text_add(&text, ";");
        ck_assert_str_eq(text.data, expect);
        ncl_text_free(&text);
    }
    ck_assert(parse_case_end(&c));
}
END_TEST

START_TEST(documents_are_printed)
{
    const char *text =
        "version 1.0;\nextension KHR_enable_fragment_definitions;\nextension tract_registry tract_core;\n\n"
        "fragment f<? = scalar>( a: tensor<>, b: (integer,scalar[])[] = [(1, [])], c: ? = 1.5 ) -> ( d: tensor<?>[] "
        ");\n\n"
        "fragment h( a: tensor<scalar> ) -> ( b: tensor<scalar>, c: tensor<logical> )\n{\n    b, c = k(a);\n}\n\n"
        "graph g( x, y ) -> ( z )\n{\n    z = f(x);\n}\n";
    struct parse_case c = {0};
    struct ncl_text printed;
    ck_assert_msg(parse_case_text(&c, text, true, NNEFCL_COMPAT_TRACT) == NNEFCL_OK, "%s", c.error.message);
    ncl_text_init(&printed, NULL);
    ncl_print_document(&printed, c.document);
    ck_assert_str_eq(printed.data, text);
    ncl_text_free(&printed);
    ck_assert(parse_case_end(&c));
}
END_TEST

/* Printing, parsing and printing gives the same text again, and the first parse loses nothing that the second sees. */
static void check_fixed_point(const char *text, size_t length, struct ncl_parse_options options)
{
    struct parse_case first = {0}, second = {0};
    struct ncl_text once, twice;
    ck_assert_msg(parse_case_bytes(&first, text, length, false, options) == NNEFCL_OK, "%d: %s", first.error.line,
                  first.error.message);
    ncl_text_init(&once, NULL);
    ncl_text_init(&twice, NULL);
    ncl_print_document(&once, first.document);
    ck_assert(!once.failed);
    ck_assert_msg(parse_case_bytes(&second, once.data, once.length, false, options) == NNEFCL_OK, "%d: %s",
                  second.error.line, second.error.message);
    ncl_print_document(&twice, second.document);
    ck_assert_str_eq(once.data, twice.data);
    ck_assert_int_eq(first.warnings, second.warnings);
    ck_assert_uint_eq(first.document->assignment_count, second.document->assignment_count);
    ck_assert_uint_eq(first.document->fragment_count, second.document->fragment_count);
    ncl_text_free(&once);
    ncl_text_free(&twice);
    ck_assert(parse_case_end(&first));
    ck_assert(parse_case_end(&second));
}

static const struct {
    const char *path;
    unsigned compat;
} documents[] = {
    {"nnef/documents/flat.nnef", 0},
    {"nnef/documents/compositional.nnef", 0},
    {"nnef/documents/dialects.nnef", NNEFCL_COMPAT_LEGACY | NNEFCL_COMPAT_TRACT},
    {"cases/resnet18.nnef", 0},
};

START_TEST(documents_survive_printing)
{
    FILE *file = fopen(documents[_i].path, "rb");
    ck_assert_msg(file != NULL, "%s", documents[_i].path);
    static char text[1 << 20];
    size_t length = fread(text, 1, sizeof text, file);
    fclose(file);
    ck_assert_uint_lt(length, sizeof text);
    check_fixed_point(text, length, (struct ncl_parse_options){.compat = documents[_i].compat});
}
END_TEST

START_TEST(the_standard_operations_survive_printing)
{
    const struct ncl_embedded *file = ncl_embedded_find("stdlib.nnef");
    check_fixed_point(file->text, file->length, (struct ncl_parse_options){.stdlib = true});
}
END_TEST

START_TEST(types_are_printed)
{
    static const struct ncl_type integer = {.kind = NCL_TYPE_INTEGER}, unbound = {.kind = NCL_TYPE_TENSOR},
                                 empty = {.kind = NCL_TYPE_ARRAY};
    static const struct ncl_type *const items[] = {&integer, &unbound, &empty};
    const struct ncl_type tuple = {.kind = NCL_TYPE_TUPLE, .item_count = 3, .item = items};
    struct ncl_text text;
    ncl_text_init(&text, NULL);
    ncl_print_type(&text, &tuple);
    ck_assert_str_eq(text.data, "(integer,tensor<>,[])");
    ncl_text_free(&text);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("print");
    tcase_add_loop_test(cases, statements_are_printed, 0, sizeof statements / sizeof *statements);
    tcase_add_test(cases, documents_are_printed);
    tcase_add_loop_test(cases, documents_survive_printing, 0, sizeof documents / sizeof *documents);
    tcase_add_test(cases, the_standard_operations_survive_printing);
    tcase_add_test(cases, types_are_printed);
    Suite *suite = suite_create("nnef/print");
    suite_add_tcase(suite, cases);
    return suite_run(suite);
}
