/* pass_linear.c: which pairs of matmul and add become one step, counted in the plan. That the values stay is in
 * tests/ops/test_linear.c. */
#include <stdlib.h>
#include <string.h>

#include "model/frozen.h"
#include "nnefcl/nnefcl.h"
#include "suite.h"

#define G(results, body)                                                                                               \
    "version 1.0;\ngraph g( x, b ) -> ( " results                                                                      \
    " )\n{\n    x = external(shape = [6,8]);\n    b = external(shape = [1,20]);\n"                                     \
    "    w = variable(shape = [20,8], label = 'w');\n    v = variable(shape = [8,20], label = 'v');\n" body "}\n"

static const struct pass_case {
    const char *name, *graph;
    size_t without, with; /* run steps */
} cases[] = {
    {"on the left", G("y", "    p = matmul(x, w, transposeB = true);\n    y = add(p, b);\n"), 2, 1},
    {"on the right", G("y", "    p = matmul(x, w, transposeB = true);\n    y = add(b, p);\n"), 2, 1},
    {"two of them",
     G("y", "    p = matmul(x, w, transposeB = true);\n    q = add(p, b);\n    r = matmul(x, w, transposeB = true);\n  "
            "  y = add(r, q);\n"),
     4, 2},
    {"read twice", G("y", "    p = matmul(x, w, transposeB = true);\n    q = add(p, b);\n    y = mul(p, q);\n"), 3, 3},
    {"an output", G("y, p", "    p = matmul(x, w, transposeB = true);\n    y = add(p, b);\n"), 2, 2},
    {"not transposed", G("y", "    p = matmul(x, v);\n    y = add(p, b);\n"), 2, 2},
    {"by itself", G("y", "    p = matmul(x, w, transposeB = true);\n    y = add(p, p);\n"), 2, 2},
    {"another rank",
     G("y", "    c = variable(shape = [6], label = 'c');\n    p = matmul(x, w, transposeB = true);\n    q = add(p, "
            "c);\n    y = add(q, b);\n"),
     3, 3},
};

static size_t run_steps(const nnefcl_model *model, bool disabled)
{
    static const char *const names[] = {"epilogue", "linear"}; /* an epilogue joins more than this pass does */
    const struct ncl_plan_options options = {.disabled_passes = names, .disabled_pass_count = 1 + disabled};
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
    Suite *suite = suite_create("pass_linear");
    TCase *tests = tcase_create("pass_linear");
    tcase_add_loop_test(tests, joins, 0, (int)(sizeof cases / sizeof *cases));
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
