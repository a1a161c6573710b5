/* SPDX-License-Identifier: Apache-2.0 */
/* Dumps: the flat document opens again and is its own dump; graph and dot have what they should; nodes and operations.
 */
#include "model/model_text.h"

static const char *const documents[] = {
    /* recursion, arrays, tuples, literals of every type, strings, state */
    "fragment scan( xs: tensor<scalar>[], h: tensor<scalar> ) -> ( hs: tensor<scalar>[], last: tensor<scalar> )\n"
    "{ n = tanh(h + xs[0]); rest, last = scan(xs[1:], n) if length_of(xs) > 1 else ([], n); hs = [n] + rest; }\n"
    "graph g( x ) -> ( y, last, z )\n"
    "{ x = external(shape = [3,2]); s = variable(shape = [2], label = 'a/b-c.d'); [a, b, c] = unstack(x, axis = 0); "
    "[p, q, y], last = scan([a, b, "
    "c], s);\n"
    "  z = update(s, s * 0.1); }\n",
    "graph g( x ) -> ( y, z, i, l, q )\n"
    "{ x = external(shape = [2,6]); [a, b, c] = split(x, axis = 1, ratios = [1,2,3]); m, v = moments(x, axes = [0]);\n"
    "  y = x; z = m + 1e-7 * v - 3.4028234e38; i = gather(constant<integer>(shape = [3], value = [1,-2,3]), 1);\n"
    "  l = select(c < 0.1, true, c > 16777217.0); q = max_pool(reshape(x, shape = [1,1,2,-1], axis_count = 2), size = "
    "[1,1,2,2], padding = "
    "[(0,0),(0,0),(0,1),(1,0)], border = 'ignore'); }\n",
    "graph g( x ) -> ( w, y )\n{ x = external<logical>(shape = [3]); w = variable<integer>(shape = [3], label = 'w'); "
    "y = not(x); y_1 = not(y); a = "
    "and(y, not(y_1)); }\n",
};

START_TEST(flat)
{
    struct model_text first, second;
    char source[4096];
    snprintf(source, sizeof source, MODEL_HEADER "%s", documents[_i]);
    model_text_open(&first, source, NULL);
    ck_assert_msg(first.status == NNEFCL_OK, "%s", first.talk);
    model_text_dump(&first, NNEFCL_DUMP_FLAT);
    nnefcl_model_options strict = NNEFCL_MODEL_OPTIONS_INIT;
    strict.strict = 1;
    model_text_open(&second, first.dump, &strict);
    ck_assert_msg(second.status == NNEFCL_OK, "%s\n%s", second.talk, first.dump);
    ck_assert_str_eq(model_text_dump(&second, NNEFCL_DUMP_FLAT), first.dump);
    ck_assert_uint_eq(nnefcl_model_node_count(first.model), nnefcl_model_node_count(second.model));
    model_text_close(&second);
    model_text_close(&first);
}
END_TEST

/* What --batch changed is written out. */
START_TEST(flat_with_batch)
{
    static const char source[] = "version 1.0;\ngraph g( x ) -> ( y )\n{ x = external(shape = [1,3,4]); c = "
                                 "constant(shape = [1,1,4], value = [0.5]);\n"
                                 "  a = concat([c, x], axis = 1); y = reshape(a, shape = [1,16]); }\n";
    struct model_text first, second;
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_tensor_info info;
    options.batch = 5;
    model_text_open(&first, source, &options);
    ck_assert_msg(first.status == NNEFCL_OK, "%s", first.talk);
    ck_assert_ptr_nonnull(strstr(first.talk, "warning 4: concat: 'c' is written for a batch of 1"));
    ck_assert_ptr_nonnull(strstr(first.talk, "warning 4: reshape"));
    model_text_dump(&first, NNEFCL_DUMP_FLAT);
    model_text_open(&second, first.dump, NULL);
    ck_assert_msg(second.status == NNEFCL_OK && second.talk[0] == '\0', "%s\n%s", second.talk, first.dump);
    ck_assert_int_eq(nnefcl_model_output(second.model, 0, &info), NNEFCL_OK);
    ck_assert_int_eq(info.shape.rank, 2);
    ck_assert_int_eq((int)info.shape.extent[0], 5);
    ck_assert_int_eq((int)info.shape.extent[1], 16);
    model_text_close(&second);
    model_text_close(&first);
}
END_TEST

static const char small[] = MODEL_HEADER
    "fragment f( t: tensor<scalar> ) -> ( r: tensor<scalar> ) { r = matmul(exp(t), t, transposeB = true); }\n"
    "graph g( x ) -> ( y ) { x = external(shape = [2,3]);\n"
    "w = variable(shape = [4,3], label = 'w'); y = matmul(f(x), matmul(x, w, transposeB = true)); }\n";

START_TEST(graph_and_dot)
{
    struct model_text text;
    nnefcl_error error = {0};
    model_text_open(&text, small, NULL);
    ck_assert_msg(text.status == NNEFCL_OK, "%s", text.talk);
    model_text_dump(&text, NNEFCL_DUMP_GRAPH);
    ck_assert_ptr_nonnull(strstr(text.dump, "input x: scalar[2,3]\noutput y: scalar[2,4]\n"));
    ck_assert_ptr_nonnull(strstr(text.dump, "y.1: scalar[2,3] = exp(x)  # graph.nnef:4:"));
    model_text_dump(&text, NNEFCL_DUMP_DOT);
    ck_assert_ptr_nonnull(strstr(text.dump, "n0 -> n2 [label=\"x\\n[2,3]\"];"));
    model_text_dump(&text, NNEFCL_DUMP_AST);
    ck_assert_ptr_nonnull(strstr(text.dump, "fragment f"));
    ck_assert_int_eq(nnefcl_model_dump(text.model, NNEFCL_DUMP_PLAN, model_text_append, &text, &error),
                     NNEFCL_ERR_ARGUMENT);
    ck_assert_int_ne(error.message[0], '\0');
    model_text_close(&text);
}
END_TEST

START_TEST(nodes)
{
    struct model_text text;
    nnefcl_node_info info;
    uint64_t macs = 0, parameters = 0;
    model_text_open(&text, small, NULL);
    ck_assert_msg(text.status == NNEFCL_OK, "%s", text.talk);
    ck_assert_uint_eq(nnefcl_model_node_count(text.model), 6);
    for (size_t i = 0; i < 6; i++) {
        ck_assert_int_eq(nnefcl_model_node(text.model, i, &info), NNEFCL_OK);
        macs += info.macs;
        parameters += info.parameters;
        ck_assert_uint_eq(info.output_count, 1);
    }
    ck_assert_uint_eq(macs, 2 * 2 * 3 + 2 * 4 * 3 + 2 * 4 * 2);
    ck_assert_uint_eq(parameters, 12);
    ck_assert_str_eq(info.op, "matmul");
    ck_assert_str_eq(info.output.name, "y");
    ck_assert_str_eq(info.location, "graph.nnef:6:47");
    ck_assert_int_eq(nnefcl_model_node(text.model, 6, &info), NNEFCL_ERR_ARGUMENT);
    ck_assert_ptr_null(info.op);
    model_text_close(&text);
}
END_TEST

START_TEST(operations)
{
    nnefcl_op_info op;
    size_t found = 0;
    ck_assert_uint_eq(nnefcl_op_count(), 118);
    for (size_t i = 0; i < nnefcl_op_count(); i++) {
        ck_assert_int_eq(nnefcl_op(i, &op), NNEFCL_OK);
        ck_assert_msg(op.chapter[0] == '4' && op.chapter[1] == '.', "%s: chapter '%s'", op.name, op.chapter);
        if (strcmp(op.name, "conv") == 0) {
            ck_assert_str_eq(op.chapter, "4.3.1");
            ck_assert_str_eq(op.runs, "kernel");
            found++;
        } else if (strcmp(op.name, "separable_conv") == 0) {
            ck_assert_str_eq(op.chapter, "4.9.2");
            ck_assert_str_eq(op.runs, "by its body");
            found++;
        } else if (strcmp(op.name, "external") == 0) {
            ck_assert_uint_eq(i, 0);
            ck_assert_str_eq(op.chapter, "4.1.1");
            found++;
        }
    }
    ck_assert_uint_eq(found, 3);
    ck_assert_int_eq(nnefcl_op(118, &op), NNEFCL_ERR_ARGUMENT);
}
END_TEST

/* Behind `transpose` both are gone, behind `linear` the product too; the model's own graph keeps them all. */
START_TEST(passes)
{
    static const char *const disabled[] = {"transpose"};
    struct model_text text;
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    nnefcl_error error = {0};
    model_text_open(&text,
                    "version 1.0;\ngraph g( x ) -> ( y )\n{\n    x = external(shape = [6,8]);\n"
                    "    w = variable(shape = [20,8], label = 'w');\n    b = variable(shape = [1,20], label = 'b');\n"
                    "    s = transpose(x, axes = [1,0]);\n    t = transpose(s, axes = [1,0]);\n"
                    "    p = matmul(t, w, transposeB = true);\n    y = add(p, b);\n}\n",
                    NULL);
    ck_assert_int_eq(text.status, NNEFCL_OK);
    text.dump[0] = '\0';
    ck_assert_int_eq(nnefcl_model_dump_pass(text.model, NULL, "transpose", model_text_append, &text, &error),
                     NNEFCL_OK);
    ck_assert_ptr_nonnull(strstr(text.dump, "p: scalar[6,20] = matmul(x, w, "));
    ck_assert_ptr_null(strstr(text.dump, "= transpose("));
    text.dump[0] = '\0';
    options.disabled_passes = disabled;
    options.disabled_pass_count = 1;
    ck_assert_int_eq(nnefcl_model_dump_pass(text.model, &options, "linear", model_text_append, &text, &error),
                     NNEFCL_OK);
    ck_assert_ptr_nonnull(strstr(text.dump, "y: scalar[6,20] = linear(t, w, b)"));
    ck_assert_ptr_nonnull(strstr(text.dump, "= transpose("));
    model_text_dump(&text, NNEFCL_DUMP_GRAPH);
    ck_assert_ptr_nonnull(strstr(text.dump, "p: scalar[6,20] = matmul(t, w, "));
    ck_assert_int_eq(nnefcl_model_dump_pass(text.model, NULL, "none", model_text_append, &text, &error),
                     NNEFCL_ERR_ARGUMENT);
    ck_assert_msg(strstr(error.message, "no pass 'none'; there are pointwise, ") != NULL, "%s", error.message);
    ck_assert_int_eq(nnefcl_model_dump_pass(NULL, NULL, "linear", model_text_append, &text, &error),
                     NNEFCL_ERR_ARGUMENT);
    model_text_close(&text);
}
END_TEST

/* Plans without a device read the options of a session. */
START_TEST(long_index)
{
    struct model_text text;
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    nnefcl_error error = {0};
    model_text_open(&text, "version 1.0;\ngraph g( x ) -> ( y ) { x = external(shape = [6,8]); y = exp(x); }\n", NULL);
    for (options.long_index = 0; options.long_index < 2; options.long_index++) {
        text.dump[0] = '\0';
        ck_assert_int_eq(
            nnefcl_model_dump_plan(text.model, &options, 0, NNEFCL_DUMP_PLAN, model_text_append, &text, &error),
            NNEFCL_OK);
        ck_assert_int_eq(strstr(text.dump, "INDEX=long") != NULL, options.long_index);
    }
    model_text_close(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dump");
    TCase *tests = tcase_create("dump");
    tcase_add_loop_test(tests, flat, 0, sizeof documents / sizeof *documents);
    tcase_add_test(tests, flat_with_batch);
    tcase_add_test(tests, graph_and_dot);
    tcase_add_test(tests, passes);
    tcase_add_test(tests, long_index);
    tcase_add_test(tests, nodes);
    tcase_add_test(tests, operations);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
