/* SPDX-License-Identifier: Apache-2.0 */
/* Another batch than the one that the document writes: the shapes that follow it (reshape.c, reshape_inputs.c). */
#include <stdlib.h>
#include <string.h>

#include "nnefcl/nnefcl.h"
#include "suite.h"

#define X(shape, body) "version 1.0;\ngraph g( x ) -> ( y )\n{\n    x = external(shape = [" shape "]);\n" body "}\n"

static const struct batch_case {
    const char *name, *graph;
    nnefcl_shape expect;
    int warnings;
} cases[] = {
    {"the first item is the batch", X("1,3,4", "    y = reshape(x, shape = [1,12]);\n"), {2, {4, 12}}, 1},
    {"with a remainder to find", X("1,3,4", "    y = reshape(x, shape = [1,-1]);\n"), {2, {4, 12}}, 1},
    {"in several steps",
     X("1,12", "    a = reshape(x, shape = [1,3,4]);\n    y = reshape(a, shape = [1,4,3]);\n"),
     {3, {4, 4, 3}},
     2},
    {"a batch of two", X("2,3,4", "    y = reshape(x, shape = [2,12]);\n"), {2, {4, 12}}, 1},
    {"batch and channels as one axis",
     X("2,3,4", "    a = reshape(x, shape = [-1,4]);\n    y = reshape(a, shape = [6,2,2]);\n"),
     {3, {12, 2, 2}},
     1},
    {"inherited", X("1,3,4", "    y = reshape(x, shape = [0,-1]);\n"), {2, {4, 12}}, 0},
    {"found", X("1,3,4", "    y = reshape(x, shape = [-1,12]);\n"), {2, {4, 12}}, 0},
    {"not the first axis", X("1,3,4", "    y = reshape(x, shape = [12], axis_start = 1);\n"), {2, {4, 12}}, 0},
    {"of a constant",
     X("1,3,4",
       "    c = constant(shape = [4,3], value = [1.0]);\n    d = reshape(c, shape = [1,3,4]);\n    y = add(x, d);\n"),
     {3, {4, 3, 4}},
     0},
    {"a constant is repeated",
     X("1,3,4", "    c = constant(shape = [1,1,4], value = [9.0]);\n    y = concat([c, x], axis = 1);\n"),
     {3, {4, 4, 4}},
     1},
    {"a variable is repeated",
     X("1,3,4", "    v = variable(shape = [1,1,4], label = 'v');\n    y = concat([v, x], axis = 1);\n"),
     {3, {4, 4, 4}},
     1},
    {"nothing to repeat", X("1,3,4", "    y = concat([x, x], axis = 1);\n"), {3, {4, 6, 4}}, 0},
    {"along the batch", X("1,3,4", "    y = concat([x, x], axis = 0);\n"), {3, {8, 3, 4}}, 0},
    {"no batch there",
     X("1,3,4",
       "    c = constant(shape = [2,1,4], value = [9.0]);\n    d = concat([c, c], axis = 1);\n    y = relu(x);\n"),
     {3, {4, 3, 4}},
     0},
    {"constants alone",
     X("1,2,4",
       "    c = constant(shape = [1,1,4], value = [9.0]);\n    d = concat([c, c], axis = 1);\n    y = add(x, d);\n"),
     {3, {4, 2, 4}},
     0},
};

static void count_warning(void *user, nnefcl_severity severity, const nnefcl_error *diagnostic)
{
    (void)diagnostic;
    *(int *)user += severity == NNEFCL_WARNING;
}

START_TEST(follows_the_batch)
{
    const struct batch_case *c = &cases[_i];
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_tensor_info info;
    nnefcl_model *model;
    int warnings = 0;
    options.batch = 4;
    options.random_weights = 1;
    options.diagnostic = count_warning;
    options.diagnostic_user = &warnings;
    const nnefcl_status status = nnefcl_model_open_memory(c->graph, strlen(c->graph), &options, &model, &error);
    ck_assert_msg(status == NNEFCL_OK, "%s: %s", c->name, error.message);
    ck_assert_int_eq(nnefcl_model_output(model, 0, &info), NNEFCL_OK);
    ck_assert_msg(info.shape.rank == c->expect.rank, "%s: rank %d", c->name, info.shape.rank);
    for (int i = 0; i < info.shape.rank; i++)
        ck_assert_msg(info.shape.extent[i] == c->expect.extent[i], "%s: extent %lld of axis %d", c->name,
                      (long long)info.shape.extent[i], i);
    ck_assert_msg(warnings == c->warnings, "%s: %d warnings", c->name, warnings);
    nnefcl_model_free(model);
}
END_TEST

/* Extents that only the caller knows: symbols of tract, and a shape for an input. */
START_TEST(shapes_are_given)
{
    static const char graph[] = "version 1.0;\nextension tract_symbol\tB,N;\ngraph g( x, z ) -> ( y )\n{\n"
                                "    x = external(shape = [N,3]);\n    z = external(shape = [1,1]);\n"
                                "    y = add(x, z);\n}\n";
    const nnefcl_input_shape shapes[] = {{"N", {1, {5}}}, {"z", {2, {5, 3}}}, {"N", {2, {7, 7}}}};
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_tensor_info info;
    nnefcl_error error = {0};
    nnefcl_model *model;
    options.compat = NNEFCL_COMPAT_TRACT;
    options.shapes = shapes;
    options.shape_count = 3;
    ck_assert_msg(nnefcl_model_open_memory(graph, sizeof graph - 1, &options, &model, &error) == NNEFCL_OK, "%s",
                  error.message);
    ck_assert_int_eq(nnefcl_model_input(model, 1, &info), NNEFCL_OK);
    ck_assert(info.shape.rank == 2 && info.shape.extent[0] == 5 && info.shape.extent[1] == 3);
    ck_assert_int_eq(nnefcl_model_output(model, 0, &info), NNEFCL_OK);
    ck_assert(info.shape.rank == 2 && info.shape.extent[0] == 5 && info.shape.extent[1] == 3);
    nnefcl_model_free(model);
    options.shapes = shapes + 1;
    options.shape_count = 2;
    ck_assert_int_eq(nnefcl_model_open_memory(graph, sizeof graph - 1, &options, &model, &error),
                     NNEFCL_ERR_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(error.message, "the symbol 'N' has no extent"));
    options.shapes = &(const nnefcl_input_shape){"M", {1, {5}}};
    options.shape_count = 1;
    ck_assert_int_eq(nnefcl_model_open_memory(graph, sizeof graph - 1, &options, &model, &error), NNEFCL_ERR_ARGUMENT);
}
END_TEST

/* What the new batch does not divide stays wrong. */
START_TEST(does_not_fit)
{
    static const char graph[] = X("1,3,4", "    y = reshape(x, shape = [3,4]);\n");
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_model *model;
    options.batch = 4;
    ck_assert_int_eq(nnefcl_model_open_memory(graph, sizeof graph - 1, &options, &model, &error), NNEFCL_ERR_MODEL);
    ck_assert_int_eq(error.line, 5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("batch");
    TCase *tests = tcase_create("batch");
    tcase_add_loop_test(tests, follows_the_batch, 0, (int)(sizeof cases / sizeof *cases));
    tcase_add_test(tests, does_not_fit);
    tcase_add_test(tests, shapes_are_given);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
