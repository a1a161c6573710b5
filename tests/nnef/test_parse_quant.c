/* SPDX-License-Identifier: Apache-2.0 */
/* nnef/parse_quant.c: quantization files. */
#include <check.h>

#include "nnef/parse_case.h"
#include "suite.h"

START_TEST(entries_are_read)
{
    struct parse_case c = {0};
    const char *text = "# a comment\n"
                       "\"w\": linear_quantize(min = -2.0, max = 2.5, bits = 8);\n\n"
                       "  'net/y' :\n  zero_point_linear_quantize(symmetric = false, scale = [[0.5], [0.25]], "
                       "zero_point = -3, name = 'x'); # end";
    ck_assert_msg(parse_case_quant(&c, text, true) == NNEFCL_OK, "%s", c.error.message);
    ck_assert_uint_eq(c.quant->entry_count, 2);
    const struct ncl_quant_entry *entry = c.quant->entry;
    ck_assert_str_eq(entry[0].tensor, "w");
    ck_assert_str_eq(entry[0].algorithm->name, "linear_quantize");
    ck_assert_int_eq(entry[0].algorithm->kind, NCL_EXPR_INVOCATION);
    ck_assert_uint_eq(entry[0].algorithm->argument_count, 3);
    ck_assert_str_eq(entry[0].algorithm->argument[2].name, "bits");
    ck_assert_double_eq(entry[0].algorithm->argument[0].value->scalar, -2.0);
    ck_assert_int_eq(entry[0].at.line, 2);
    ck_assert_str_eq(entry[1].tensor, "net/y");
    ck_assert_int_eq(entry[1].at.line * 10 + entry[1].at.column, 43);
    ck_assert_int_eq(entry[1].algorithm->at.line, 5);
    ck_assert_uint_eq(entry[1].algorithm->argument[1].value->item[1]->item_count, 1);
    ck_assert_int_eq(entry[1].algorithm->argument[2].value->integer, -3);
    ck_assert(parse_case_end(&c));
}
END_TEST

START_TEST(an_empty_file_has_no_entries)
{
    static const char *const texts[] = {"", "\n\n", "# nothing"};
    for (size_t i = 0; i < 3; i++) {
        struct parse_case c = {0};
        ck_assert_int_eq(parse_case_quant(&c, texts[i], true), NNEFCL_OK);
        ck_assert_uint_eq(c.quant->entry_count, 0);
        ck_assert(parse_case_end(&c));
    }
}
END_TEST

static const struct {
    const char *text, *message;
    int line, column;
} refused[] = {
    {"\"w\" f(a = 1);", "expected ':' after the name of the tensor, found 'f'", 1, 5},
    {"w: f(a = 1);", "expected the name of a tensor in quotes, found 'w'", 1, 1},
    {"\"w\": f(a = 1)\n\"y\": f(a = 1);", "expected ';' after the algorithm, found \"y\"", 2, 1},
    {"\"w: f(a = 1);", "the string is not closed", 1, 1},
    {"\"w\": f(1);", "expected the name of a parameter, found '1'", 1, 8},
    {"\"w\": f(w, a = 1);", "parameters are given as name = literal", 1, 8},
    {"\"w\": f();", "expected the name of a parameter, found ')'", 1, 8},
    {"\"w\": f;", "expected '(' after the name of the algorithm", 1, 7},
    {"\"w\": 'f'(a = 1);", "expected the name of a quantization algorithm, found 'f'", 1, 6},
    {"\"w\": f(a = b);", "expected a literal, found 'b'", 1, 12},
    {"\"w\": f(a = 1 + 2);", "expected ')' after the parameters, found '+'", 1, 14},
    {"\"w\": f(a = [1, b]);", "expected a literal, found 'b'", 1, 16},
    {"\"w\": f(a = 1),", "expected ';' after the algorithm, found ','", 1, 14},
    {"\"w\": f(a = 1", "expected ')' after the parameters, found the end of the text", 1, 13},
    {"graph", "expected the name of a tensor in quotes, found 'graph', which is a keyword", 1, 1},
    {"}", "expected the name of a tensor in quotes, found '}'", 1, 1},
};

START_TEST(errors_stand_where_they_are)
{
    struct parse_case c = {0};
    ck_assert_int_eq(parse_case_quant(&c, refused[_i].text, false), NNEFCL_ERR_MODEL);
    ck_assert_ptr_null(c.quant);
    ck_assert_msg(strstr(c.error.message, refused[_i].message), "%s: %s", refused[_i].text, c.error.message);
    ck_assert_msg(c.error.line == refused[_i].line && c.error.column == refused[_i].column, "%s: %d:%d",
                  refused[_i].text, c.error.line, c.error.column);
    ck_assert_int_eq(c.errors, 1);
    ck_assert(parse_case_end(&c));
}
END_TEST

START_TEST(the_parser_goes_on_after_errors)
{
    struct parse_case c = {0};
    const char *text = "w: f(a = 1);\n\"x\": f(a = 1);\n\"y\" f(a = 1);\n}\ngraph\n\"z\": f(a = ;\n";
    ck_assert_int_eq(parse_case_quant(&c, text, false), NNEFCL_ERR_MODEL);
    static const int lines[] = {1, 3, 4, 5, 6};
    ck_assert_int_eq(c.errors, 5);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(c.lines[i], lines[i]);
    ck_assert(parse_case_end(&c));
}
END_TEST

START_TEST(memory_may_end_anywhere)
{
    char text[8192] = "";
    for (int i = 0; i < 100; i++)
        strcat(text, "'w': f(a = [1, [2, 'x']], b = true, c = (1, 2));\n");
    struct parse_case c = {0};
    ck_assert_int_eq(parse_case_quant(&c, text, true), NNEFCL_OK);
    size_t calls = c.counting.calls;
    ck_assert_uint_gt(calls, 3);
    ck_assert(parse_case_end(&c));
    for (size_t n = 1; n <= calls; n++) {
        c.counting = (struct counting_allocator){.fail_at = n};
        ck_assert_int_eq(parse_case_quant(&c, text, true), NNEFCL_ERR_NOMEM);
        ck_assert_ptr_null(c.quant);
        ck_assert_int_eq(c.errors, 1);
        ck_assert(parse_case_end(&c));
    }
}
END_TEST

START_TEST(depth_is_bounded)
{
    char text[2000] = "'w': f(a = ";
    size_t used = strlen(text);
    memset(text + used, '[', 300);
    text[used + 300] = '\0';
    struct parse_case c = {0};
    ck_assert_int_eq(parse_case_quant(&c, text, false), NNEFCL_ERR_LIMIT);
    ck_assert_int_eq(c.errors, 1);
    ck_assert(parse_case_end(&c));
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("parse_quant");
    tcase_add_test(cases, entries_are_read);
    tcase_add_test(cases, an_empty_file_has_no_entries);
    tcase_add_loop_test(cases, errors_stand_where_they_are, 0, sizeof refused / sizeof *refused);
    tcase_add_test(cases, the_parser_goes_on_after_errors);
    tcase_add_test(cases, memory_may_end_anywhere);
    tcase_add_test(cases, depth_is_bounded);
    Suite *suite = suite_create("nnef/parse_quant");
    suite_add_tcase(suite, cases);
    return suite_run(suite);
}
