/* SPDX-License-Identifier: Apache-2.0 */
/* blocks_whole.c: which tensors lie in whole numbers between the steps of a plan. */
#include "model/frozen.h"
#include "model/model_text.h"
#include "suite.h"

#define Q(x) "zero_point_linear_quantize(" x ", 128, 0.5, bits = 8, signed = false, symmetric = false)"
#define FIRST "k = " Q("x") "; a = " Q("conv(k, w)") ";"

static const struct whole_case {
    const char *name, *body; /* makes y of the image x by filters w, quantized, and d, of one channel each */
    int wholes;
} cases[] = {
    {"a chain", FIRST "b = " Q("conv(a, d, groups = 0)") "; c = " Q("conv(b, w)") "; y = copy(c);", 2},
    {"an output", FIRST "y = conv(a, w);", 1},
    {"read twice as a window", FIRST "y = conv(a, w) + conv(a, d, groups = 0);", 1},
    {"added as well", FIRST "y = conv(a, w) + a;", 0},
    {"read by what knows floats only", FIRST "y = avg_pool(a, size = [1,1,2,2]);", 0},
    {"no multiples", "k = " Q("x") "; a = conv(k, w); y = conv(a, d, groups = 0);", 0},
    {"too many steps",
     "k = " Q("x") "; a = zero_point_linear_quantize(conv(k, w), 0, 0.5, bits = 16, signed = false, symmetric = false);"
     "y = conv(a, d, groups = 0);",
     0},
    {"a part of a larger one", FIRST "c = concat([a, x], axis = 1); y = conv(c, v);", 0},
};

/* Those that their writers leave so: what else reads whole numbers has them made. */
static int count_wholes(const struct ncl_plan *plan)
{
    int count = 0;
    for (size_t i = 0; i < plan->tensor_count; i++)
        count += plan->tensor[i].layout.element == NCL_ELEMENT_WHOLE;
    for (size_t i = 0; i < plan->run.count; i++)
        count -= strcmp(plan->kernel[plan->run.step[i].kernel].body, "convert_whole") == 0;
    return count;
}

START_TEST(between_steps)
{
    static const char *const kernels[] = {"blocked"};
    const struct whole_case *c = &cases[_i];
    const struct ncl_plan_options options = {.kernels = kernels, .kernel_count = 1};
    struct model_text text;
    struct ncl_arena arena;
    struct ncl_diag diag;
    nnefcl_error error = {0};
    const struct ncl_plan *plan;
    char document[2048];
    snprintf(document, sizeof document,
             MODEL_HEADER "graph g( x ) -> ( y )\n{\nx = external<scalar>(shape = [1,16,28,28]);\n"
                          "o = variable<scalar>(shape = [16,16,3,3], label = 'w'); d = variable<scalar>(shape = "
                          "[16,1,3,3], label = 'd'); v = variable<scalar>(shape = [16,32,1,1], label = 'v');\n"
                          "w = zero_point_linear_quantize(o, 0, 0.25, bits = 8, signed = true, symmetric = true);"
                          "\n%s\n}\n",
             c->body);
    model_text_open(&text, document, NULL);
    ck_assert_msg(text.status == NNEFCL_OK, "%s: %s", c->name, text.talk);
    ncl_arena_init(&arena, NULL, 0);
    ncl_diag_init(&diag, &error, NULL, NULL, false);
    ck_assert_msg(!ncl_model_plan(text.model, &ncl_target_generic_cpu, &options, &arena, &diag, NULL, &plan), "%s: %s",
                  c->name, error.message);
    ck_assert_msg(count_wholes(plan) == c->wholes, "%s: %d, expected %d", c->name, count_wholes(plan), c->wholes);
    ncl_arena_free(&arena);
    model_text_close(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("blocks_whole");
    TCase *tests = tcase_create("blocks_whole");
    tcase_add_loop_test(tests, between_steps, 0, (int)(sizeof cases / sizeof *cases));
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
