/* pass_norm.c: which batch normalizations go into a convolution, counted in the plan. That the values stay is in
 * tests/ops/test_chains.c. */
#include <stdlib.h>
#include <string.h>

#include "model/frozen.h"
#include "nnefcl/nnefcl.h"
#include "suite.h"

#define G(results, body)                                                                                               \
    "version 1.0;\ngraph g( x, z ) -> ( " results " )\n{\n    x = external(shape = [1,2,4,4]);\n"                      \
    "    z = external(shape = [1,2]);\n    w = variable(shape = [2,2,1,1], label = 'w');\n"                            \
    "    s = variable(shape = [1,2], label = 's');\n    u = variable(shape = [1,2,4,4], label = 'u');\n" body "}\n"
#define NORM(input, mean, scale)                                                                                       \
    "    y = batch_normalization(" input ", " mean ", 0.5, s, " scale ", epsilon = 0.001);\n"

static const struct pass_case {
    const char *name, *graph;
    size_t without, with; /* run steps */
} cases[] = {
    {"of constants", G("y", "    c = conv(x, w, s);\n" NORM("c", "s", "s")), 2, 1},
    {"numbers", G("y", "    c = conv(x, w, 0.0);\n" NORM("c", "0.25", "2.0")), 2, 1},
    {"in groups",
     G("y",
       "    v = variable(shape = [2,1,1,1], label = 'v');\n    c = conv(x, v, s, groups = 2);\n" NORM("c", "s", "s")),
     2, 1},
    {"read twice", G("y, m", "    c = conv(x, w, s);\n" NORM("c", "s", "s") "    m = mean_reduce(c, axes = [3]);\n"), 3,
     3},
    {"an output", G("y, c", "    c = conv(x, w, s);\n" NORM("c", "s", "s")), 2, 2},
    {"a mean from outside", G("y", "    c = conv(x, w, s);\n" NORM("c", "z", "s")), 2, 2},
    {"a mean for each element", G("y", "    c = conv(x, w, s);\n" NORM("c", "u", "s")), 2, 2},
    {"a filter from outside",
     G("y", "    f = reshape(z, shape = [2,1,1,1]);\n    c = conv(x, f, s, groups = 2);\n" NORM("c", "s", "s")), 2, 2},
    {"of a deconvolution", G("y", "    c = deconv(x, w, s);\n" NORM("c", "s", "s")), 2, 1},
    {"of a deconvolution in groups",
     G("y",
       "    v = variable(shape = [2,1,1,1], label = 'v');\n    c = deconv(x, v, s, groups = 2);\n" NORM("c", "s", "s")),
     2, 2},
    {"of a product",
     G("y", "    v = variable(shape = [2,2], label = 'v');\n    c = linear(z, v, s);\n" NORM("c", "s", "s")), 2, 1},
    {"no convolution", G("y", "    c = max_pool(x, size = [1,1,1,1]);\n" NORM("c", "s", "s")), 2, 2},
};

static size_t run_steps(const nnefcl_model *model, bool disabled)
{
    static const char *const names[] = {"epilogue", "norm"}; /* an epilogue would take in both */
    const struct ncl_plan_options options = {.disabled_passes = names, .disabled_pass_count = 1 + disabled};
    struct ncl_arena arena;
    struct ncl_diag diag;
    const struct ncl_plan *plan;
    ncl_arena_init(&arena, NULL, 0);
    ncl_diag_init(&diag, NULL, NULL, NULL, false);
    ck_assert_int_eq(ncl_model_plan(model, &ncl_target_generic_gpu, &options, &arena, &diag, NULL, &plan), NNEFCL_OK);
    const size_t count = plan->run.count;
    ncl_arena_free(&arena);
    return count;
}

START_TEST(joins)
{
    const struct pass_case *c = &cases[_i];
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_model *model;
    options.random_weights = 1;
    const nnefcl_status status = nnefcl_model_open_memory(c->graph, strlen(c->graph), &options, &model, &error);
    ck_assert_msg(status == NNEFCL_OK, "%s: %s", c->name, error.message);
    const size_t without = run_steps(model, true), with = run_steps(model, false);
    ck_assert_msg(without == c->without, "%s: %zu steps without the pass", c->name, without);
    ck_assert_msg(with == c->with, "%s: %zu steps", c->name, with);
    nnefcl_model_free(model);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pass_norm");
    TCase *tests = tcase_create("pass_norm");
    tcase_add_loop_test(tests, joins, 0, (int)(sizeof cases / sizeof *cases));
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
