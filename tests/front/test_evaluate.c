/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time expressions (3.3.3): what `x * scalar(EXPRESSION)` becomes, and what is refused. */
#include "model/model_text.h"

struct value_case {
    const char *expression; /* of type scalar */
    const char *expected;   /* the literal in the graph, or the message of the error */
};

static const struct value_case values[] = {
    {"1.0 + 2.0 * 3.0", "7.0"},
    {"(1.0 + 2.0) * 3.0", "9.0"},
    {"7.0 - 2.0 - 1.0", "4.0"},
    {"2.0 ^ 3.0", "8.0"},
    {"-2.0 * 3.0", "-6.0"},
    {"+2.5", "2.5"},
    {"scalar(7 / 2)", "3.0"},
    {"scalar(2 ^ 10 - 1)", "1023.0"},
    {"scalar(integer(2.75))", "2.0"},
    {"scalar(integer(-2.75))", "-2.0"},
    {"scalar(true) + scalar(false)", "1.0"},
    {"scalar('2.5e1')", "25.0"},
    {"scalar(integer('-12'))", "-12.0"},
    {"scalar(length_of(string(12345)))", "5.0"},
    {"scalar(string(0.5))", "0.5"},
    {"scalar(length_of([1, 2, 3] + [4]))", "4.0"},
    {"scalar(([1, 2] * 2)[2])", "1.0"},
    {"scalar([1, 2, 3][1:][0])", "2.0"},
    {"scalar(length_of([1, 2, 3][2:1]))", "0.0"},
    {"scalar(length_of([1][5:5]))", "0.0"},
    {"scalar(length_of('ab' + 'c' * 3))", "5.0"},
    {"scalar('x12'[1:])", "12.0"},
    {"scalar('123'[1])", "2.0"},
    {"scalar(range_of('abc')[2])", "2.0"},
    {"scalar(length_of(shape_of(x)))", "2.0"},
    {"scalar(shape_of(x)[1])", "4.0"},
    {"scalar(length_of(shape_of(1.0)))", "0.0"},
    {"1.0 if 2 in [1, 2] else 0.0", "1.0"},
    {"1.0 if [1, 2] in [[1, 2], [3]] else 0.0", "1.0"},
    {"1.0 if (1, 'a') in [(1, 'b')] else 0.0", "0.0"},
    {"1.0 if 1 in [] else 0.0", "0.0"},
    {"1.0 if 'a' == 'a' && !(true != true) else 0.0", "1.0"},
    {"1.0 if 1 < 2 && 2.0 >= 2.0 || false else 0.0", "1.0"},
    {"1.0 if true else [1.0][5]", "1.0"},
    {"1.0 if false && [true][3] else 2.0", "2.0"},
    {"1.0 if true || [true][3] else 2.0", "1.0"},
    {"1.0 if logical('') else 2.0", "2.0"},
    {"1.0 if logical(3) && logical(0.5) else 2.0", "1.0"},
    {"[for i in [1.0, 2.0], j in [3.0, 4.0] yield i * j][1]", "8.0"},
    {"scalar(length_of([for i in [1, 2, 3, 4] if i != 2 yield i]))", "3.0"},
    {"[for i in [1.0, 2.0] yield [for j in [i] yield j + i][0]][1]", "4.0"},
    {"(1.0, 'a')[0]", "1.0"},
    {"1.0 if 2 <= 1 else 0.0", "0.0"},
    {"1.0 if 1 <= 2 && 2 <= 2 && 2 > 1 && 2 >= 2 else 0.0", "1.0"},
    {"1.0 if 1.0 > 2.0 || 2 >= 3 || 2.0 < 1.0 else 0.0", "0.0"},
    {"1.0 if 1.0 <= 1.0 && 2.0 >= 1.0 else 0.0", "1.0"},
    {"scalar(-integer(2.0))", "-2.0"},
    {"1.0 if !logical(0) else 2.0", "1.0"},
    {"scalar(length_of([] + [1]))", "1.0"},
    {"scalar(length_of([1] + []))", "1.0"},
    {"scalar(length_of('a' * 0))", "0.0"},
    {"scalar('+25E-2')", "0.25"},
    {"scalar('2e+1')", "20.0"},
    {"scalar(length_of(string('ab')))", "2.0"},
    {"scalar(length_of(string(true)) + length_of(string(false)))", "9.0"},
    {"scalar(integer(true) + integer(3))", "4.0"},
    {"scalar(2.5)", "2.5"},
    {"1.0 if logical(true) && !logical(0.0) else 0.0", "1.0"},
    {"1.0 if 'ab' == 'abc' else 0.0", "0.0"},
    {"1.0 if [1] in [[1, 2]] else 0.0", "0.0"},
    {"scalar(length_of([1, 2, 3][:2]))", "2.0"},
    {"scalar(length_of('abc'[2:2]))", "0.0"},
    {"scalar(7 / -1)", "-7.0"},
    {"scalar((-9223372036854775807 - 1) / 2 + 4611686018427387904)", "0.0"},
    {"scalar(+integer(2.0)) + +scalar(3) + -scalar(1)", "4.0"},
    {"scalar([-1, +2][0] + [-1, +2][1]) + [-1.5, +2.5][1]", "3.5"},
    {"scalar(length_of([([], [1]), ([2], [])]))", "2.0"},
    {"scalar(length_of([([] + [], [1]), ([2], [] + [])]))", "2.0"},
    {"scalar(length_of([[([], [1])], [([2], [])]]))", "2.0"},
    {"1.0 if 1 != 2 && 'a' != 'b' && true != false && 1.5 != 2.5 else 0.0", "1.0"},
    {"scalar(length_of([for i in [] yield 1.0]))", "0.0"},
    {"scalar(length_of([for i in [1, 2], j in ['a', 'bc'] if length_of(j) == i yield j]))", "2.0"},
    {"scalar(3 ^ 5) + 2.0 ^ -1.0", "243.5"},
};

static const struct value_case errors[] = {
    {"1.0 + 1", "integer and scalar do not mix"},
    {"scalar(2 ^ 70)", "does not fit 64 bits"},
    {"scalar(9223372036854775807 + 1)", "does not fit 64 bits"},
    {"scalar(1 / 0)", "by zero"},
    {"scalar(2 ^ -1)", "is no integer"},
    {"scalar(integer(1e30))", "does not fit an integer"},
    {"scalar('1.0x')", "is no literal of type scalar"},
    {"scalar(integer('1.5'))", "is no literal of type integer"},
    {"scalar(integer(''))", "is no literal of type integer"},
    {"[1.0, 2.0][2]", "subscript 2 is outside"},
    {"[1.0, 2.0][-1]", "subscript -1 is outside"},
    {"scalar([1, 2][0:3][0])", "range 0:3 is outside"},
    {"scalar('abc'[3])", "subscript 3 is outside"},
    {"1.0[0]", "only arrays, tuples and strings"},
    {"(1.0, 2.0)[2]", "subscript of a tuple"},
    {"(1.0, 2.0)[0 + 1]", "subscript of a tuple"},
    {"[1.0]['0']", "a subscript is an integer"},
    {"1.0 if 1 else 2.0", "a condition is a logical"},
    {"1.0 if true else 'a'", "no common type"},
    {"1.0 if 'a' < 'b' else 2.0", "operator '<' cannot be applied"},
    {"1.0 if 1 in 2 else 2.0", "operator 'in' cannot be applied"},
    {"1.0 if 1.0 && 2.0 else 3.0", "operator '&&' cannot be applied"},
    {"-'a'", "operator '-' cannot be applied"},
    {"[for i in 3 yield 1.0][0]", "a loop runs through an array"},
    {"[for i in [1, 2], j in [1] yield 1.0][0]", "different lengths: 2 and 1"},
    {"[for i in [1], i in [1] yield 1.0][0]", "two loop variables"},
    {"([1.0] * -1)[0]", "cannot repeat -1 times"},
    {"([1.0] * 1000000000000)[0]", "gives more than"},
    {"[1.0, 'a'][0]", "need one type"},
    {"scalar(x)", "converts values known while compiling"},
    {"scalar(length_of(3))", "take an array or a string"},
    {"nothing", "'nothing' is not defined"},
    {"scalar((-9223372036854775807 - 1) / -1)", "does not fit 64 bits"},
    {"scalar(-integer('-9223372036854775808'))", "does not fit 64 bits"},
    {"scalar([1, 2][-1:2][0])", "range -1:2 is outside"},
    {"scalar('1e')", "is no literal of type scalar"},
    {"scalar(integer('99999999999999999999'))", "does not fit 64 bits"},
    {"scalar(integer(-1e30))", "does not fit an integer"},
    {"scalar(length_of('abc' * 10000000))", "more than"},
    {"scalar(length_of('abc' * 1000000000))", "gives more than"},
    {"scalar(length_of([1, 2] * 9223372036854775807))", "gives more than"},
    {"scalar(3 ^ 60)", "does not fit 64 bits"},
    {"scalar(1 + 'a')", "operator '+' cannot be applied to integer and string"},
    {"scalar(length_of([1] + 1))", "operator '+' cannot be applied to integer[] and integer"},
    {"1.0 if true + true else 0.0", "operator '+' cannot be applied to logical and logical"},
    {"scalar(length_of([1] * 1.0))", "operator '*' cannot be applied to integer[] and scalar"},
    {"scalar(length_of('a' * 'b'))", "operator '*' cannot be applied to string and string"},
    {"scalar(1 * 1.0)", "integer and scalar do not mix"},
    {"scalar(1 - 1.0)", "operator '-' cannot be applied to integer and scalar"},
    {"scalar(length_of('a' - 'a'))", "operator '-' cannot be applied to string and string"},
    {"1.0 if 1 < 1.0 else 0.0", "operator '<' cannot be applied to integer and scalar"},
    {"1.0 if 1 == 1.0 else 0.0", "operator '==' cannot be applied to integer and scalar"},
    {"1.0 if [1] == [1] else 0.0", "operator '==' cannot be applied to integer[] and integer[]"},
    {"1.0 if x in [1.0] else 0.0", "operator 'in' cannot be applied to tensor<scalar>"},
    {"1.0 if 1.0 in [x] else 0.0", "operator 'in' cannot be applied to scalar and tensor<scalar>[]"},
    {"1.0 if 'a' in [1] else 0.0", "operator 'in' cannot be applied to string and integer[]"},
    {"1.0 if true && x else 0.0", "and: 'y' is tensor<logical>"},
    {"x + [1.0]", "operator '+' cannot be applied to tensor<scalar> and scalar[]"},
    {"[1.0] + x", "operator '+' cannot be applied to scalar[] and tensor<scalar>"},
    {"+(x > 0.0)", "operator '+' cannot be applied to tensor<logical>"},
    {"!1.0", "operator '!' cannot be applied to scalar"},
    {"-nothing", "'nothing' is not defined"},
    {"nothing + 1.0", "'nothing' is not defined"},
    {"1.0 + nothing", "'nothing' is not defined"},
    {"nothing[0]", "'nothing' is not defined"},
    {"nothing[1:][0]", "'nothing' is not defined"},
    {"[1.0][nothing:][0]", "'nothing' is not defined"},
    {"[nothing, 1.0][0]", "'nothing' is not defined"},
    {"(1.0, nothing)[0]", "'nothing' is not defined"},
    {"1.0 if nothing else 2.0", "'nothing' is not defined"},
    {"nothing if true else 2.0", "'nothing' is not defined"},
    {"1.0 if true else nothing", "'nothing' is not defined"},
    {"[for i in nothing yield 1.0][0]", "'nothing' is not defined"},
    {"[for i in [1] yield nothing][0]", "'nothing' is not defined"},
    {"[for i in [1] if nothing yield 1.0][0]", "'nothing' is not defined"},
    {"[for i in [1] if 1 yield 1.0][0]", "a condition is a logical"},
    {"scalar(1[0:1])", "only arrays and strings"},
    {"[1.0]['a':][0]", "the ends of a range are integers"},
    {"[1.0][:'a'][0]", "the ends of a range are integers"},
    {"(1.0, 2.0)[-1]", "subscript of a tuple"},
    {"scalar([][0])", "subscript"},
    {"scalar(length_of([([], [1], 'a'), ([2], [], 1)]))", "need one type"},
    {"scalar(length_of([([] + [], [1], 'a'), ([2], [] + [], 1)]))", "need one type"},
    {"scalar(nothing)", "'nothing' is not defined"},
    {"scalar(length_of(nothing))", "'nothing' is not defined"},
    {"scalar([1, 2])", "converts"},
};

static void open_expression(struct model_text *text, const char *expression, char *source, size_t size)
{
    snprintf(source, size,
             MODEL_HEADER "graph g( x ) -> ( y )\n{\n    x = external(shape = [3,4]);\n    y = x * (%s);\n}\n",
             expression);
    model_text_open(text, source, NULL);
}

START_TEST(computed)
{
    struct model_text text;
    char source[1024], expected[256];
    open_expression(&text, values[_i].expression, source, sizeof source);
    ck_assert_msg(text.status == NNEFCL_OK, "%s: %s", values[_i].expression, text.error.message);
    snprintf(expected, sizeof expected, "y = mul(x, %s);", values[_i].expected);
    ck_assert_msg(strstr(model_text_dump(&text, NNEFCL_DUMP_FLAT), expected), "%s: no %s in %s", values[_i].expression,
                  expected, text.dump);
    model_text_close(&text);
}
END_TEST

START_TEST(refused)
{
    struct model_text text;
    char source[1024];
    open_expression(&text, errors[_i].expression, source, sizeof source);
    ck_assert_msg(text.status != NNEFCL_OK, "%s", errors[_i].expression);
    ck_assert_msg(strstr(text.error.message, errors[_i].expected), "%s: %s", errors[_i].expression, text.error.message);
    ck_assert_int_eq(text.error.line, 7);
}
END_TEST

/* ---- limits: each ends with an error, soon and with little memory ---- */

struct limit_case {
    const char *name, *fragment, *call, *message;
};

static const struct limit_case limits[] = {
    {"endless", "y = f(x, n = n);", "f(x, n = 1)", "seems to call itself without an end"},
    {"wide", "a = f(x, n = n - 1) if n > 0 else x; y = f(x, n = n - 1) if n > 0 else a;", "f(x, n = 60)", "steps"},
    {"nodes", "y = f(x, n = n - 1) + f(x, n = n - 1) if n > 0 else x;", "f(x, n = 40)", "more than 1000000 operations"},
};

START_TEST(limit)
{
    struct model_text text;
    char source[1024];
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    options.memory_limit = (uint64_t)4 << 30; /* the number ends it, not the memory */
    snprintf(source, sizeof source,
             MODEL_HEADER "fragment f( x: tensor<scalar>, n: integer ) -> ( y: tensor<scalar> )\n{ %s }\n"
                          "graph g( x ) -> ( y ) { x = external(shape = [3]); y = %s; }\n",
             limits[_i].fragment, limits[_i].call);
    model_text_open(&text, source, &options);
    ck_assert_msg(text.status == NNEFCL_ERR_LIMIT || text.status == NNEFCL_ERR_MODEL, "%s: %s", limits[_i].name,
                  nnefcl_status_name(text.status));
    ck_assert_msg(strstr(text.error.message, limits[_i].message), "%s: %s", limits[_i].name, text.error.message);
    ck_assert_msg(strstr(text.error.trace, "in fragment 'f' called at graph.nnef:5"), "%s", text.error.trace);
    ck_assert_int_eq(text.error.line, 5);
}
END_TEST

/* One counter stands behind all of a model, and behind a plan of it: both numbers are named. */
START_TEST(memory)
{
    static const char source[] = MODEL_HEADER
        "fragment f( x: tensor<scalar> ) -> ( y: tensor<scalar> ) { y = concat([x] * 100000, axis = 0); }\n"
        "graph g( x ) -> ( y ) { x = external(shape = [3]); y = f(x); }\n";
    struct model_text text;
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_needs needs;
    nnefcl_error error = {0};
    options.memory_limit = 1 << 20;
    model_text_open(&text, source, &options);
    ck_assert_int_eq(text.status, NNEFCL_ERR_LIMIT);
    ck_assert_ptr_nonnull(strstr(text.error.message, "of host memory and more, the limit is 1048576"));
    options.memory_limit = 64 << 20;
    model_text_open(&text, source, &options);
    ck_assert_msg(text.status == NNEFCL_OK, "%s", text.error.message);
    ck_assert_int_eq(nnefcl_model_check(text.model, NULL, &needs, &error), NNEFCL_ERR_LIMIT);
    ck_assert_ptr_nonnull(strstr(error.message, "of host memory and more, the limit is 67108864"));
    model_text_close(&text);
}
END_TEST

START_TEST(doubled)
{
    struct model_text text;
    model_text_open(&text,
                    MODEL_HEADER "fragment f( x: tensor<scalar>, k: integer[] ) -> ( y: tensor<scalar> ) { y = f(x, k "
                                 "= k * 2) if length_of(k) > 0 else x; }\n"
                                 "graph g( x ) -> ( y ) { x = external(shape = [3]); y = f(x, k = [1]); }\n",
                    NULL);
    ck_assert_int_eq(text.status, NNEFCL_ERR_LIMIT);
    ck_assert_ptr_nonnull(strstr(text.error.message, "an array of"));
}
END_TEST

/* Recursion almost as deep as allowed needs no C stack. */
START_TEST(deep)
{
    struct model_text text;
    model_text_open(&text,
                    MODEL_HEADER "fragment f( x: tensor<scalar>, n: integer ) -> ( y: tensor<scalar> ) { y = ((f(x * "
                                 "0.5, n = n - 1) + 1.0)) if n > 0 else x; }\n"
                                 "graph g( x ) -> ( y ) { x = external(shape = [3]); y = f(x, n = 65000); }\n",
                    NULL);
    ck_assert_msg(text.status == NNEFCL_OK, "%s", text.error.message);
    ck_assert_uint_eq(nnefcl_model_node_count(text.model), 1 + 2 * 65000);
    model_text_close(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("evaluate");
    TCase *tests = tcase_create("evaluate");
    tcase_set_timeout(tests, 200);
    tcase_add_loop_test(tests, computed, 0, sizeof values / sizeof *values);
    tcase_add_loop_test(tests, refused, 0, sizeof errors / sizeof *errors);
    tcase_add_loop_test(tests, limit, 0, sizeof limits / sizeof *limits);
    tcase_add_test(tests, memory);
    tcase_add_test(tests, doubled);
    tcase_add_test(tests, deep);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
