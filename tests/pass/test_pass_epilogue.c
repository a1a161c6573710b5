/* pass_epilogue.c: what becomes one step, counted in the plan. That the values stay is in tests/ops/test_chains.c. */
#include <stdlib.h>
#include <string.h>

#include "model/frozen.h"
#include "nnefcl/nnefcl.h"
#include "suite.h"

#define G(results, body)                                                                                               \
    "version 1.0;\ngraph g( x, z ) -> ( " results " )\n{\n    x = external(shape = [1,2,4,4]);\n"                      \
    "    z = external(shape = [1,2,4,4]);\n    w = variable(shape = [2,2,1,1], label = 'w');\n"                        \
    "    s = variable(shape = [1,2], label = 's');\n    u = variable(shape = [1,2,4,4], label = 'u');\n" body "}\n"

static const struct pass_case {
    const char *name, *graph;
    size_t without, with; /* run steps; one for each group */
} cases[] = {
    {"a chain", G("y", "    a = exp(x);\n    b = neg(a);\n    y = sqr(b);\n"), 3, 1},
    {"a tree", G("y", "    a = exp(x);\n    b = neg(z);\n    y = mul(a, b);\n"), 3, 1},
    {"read twice inside", G("y", "    a = sigmoid(x);\n    b = neg(a);\n    y = mul(a, b);\n"), 3, 1},
    {"read twice, once elsewhere", G("y, m", "    a = exp(x);\n    y = neg(a);\n    m = mean_reduce(a, axes = [3]);\n"),
     3, 3},
    {"an output on the way", G("y, a", "    a = exp(x);\n    y = neg(a);\n"), 2, 2},
    {"another shape on the way", G("y", "    a = exp(s);\n    b = exp(x);\n    c = mul(b, a);\n    y = neg(c);\n"), 3,
     1},
    {"twelve and two",
     G("y", "    a = neg(x);\n    b = neg(a);\n    c = neg(b);\n    d = neg(c);\n    e = neg(d);\n    f = neg(e);\n"
            "    g = neg(f);\n    h = neg(g);\n    i = neg(h);\n    j = neg(i);\n    k = neg(j);\n    l = neg(k);\n"
            "    m = neg(l);\n    y = neg(m);\n"),
     14, 2},
    {"what is known at init stays there", G("y", "    a = exp(u);\n    b = neg(a);\n    y = mul(x, b);\n"), 1, 1},
    {"through a view", G("y", "    a = exp(x);\n    b = reshape(a, shape = [1,32]);\n    y = neg(b);\n"), 2, 2},
};

static size_t run_steps(const nnefcl_model *model, bool disabled)
{
    static const char *const names[] = {"epilogue"};
    const struct ncl_plan_options options = {.disabled_passes = names, .disabled_pass_count = disabled};
    struct ncl_arena arena;
    struct ncl_diag diag;
    const struct ncl_plan *plan;
    ncl_arena_init(&arena, NULL, 0);
    ncl_diag_init(&diag, NULL, NULL, NULL, false);
    ck_assert_int_eq(ncl_model_plan(model, &ncl_target_generic_cpu, &options, &arena, &diag, NULL, &plan), NNEFCL_OK);
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
    Suite *suite = suite_create("pass_epilogue");
    TCase *tests = tcase_create("pass_epilogue");
    tcase_add_loop_test(tests, joins, 0, (int)(sizeof cases / sizeof *cases));
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
