/* SPDX-License-Identifier: Apache-2.0 */
/* Indices of 64 bits: in the steps that touch a tensor of 2^31 elements or nearly so, and in no others. Plans only: no
 * device has to hold them. */
#include "model/model_text.h"
#include "model/frozen.h"
#include "suite.h"

static const struct large {
    const char *name, *body; /* x is [65536,40000], 2.6e9 elements */
    const char *cpu, *gpu;   /* the kernels in their order; L: long, i: int */
} larges[] = {
    {"a reduction comes back to int", "y = relu(x); s = sum_reduce(y, axes = [1]); z = exp(s);",
     "elements L, reduce L, elements i", "elements L, reduce_group L, elements i"},
    {"an operand is large",
     "i = constant<integer>(shape = [5], value = [0, 1, 2, 3, 4]); g = gather(x, i); z = exp(g);",
     "gather L, elements i", "gather L, elements i"},
    {"a result is large",
     "s = slice(x, axes = [1], begin = [0], end = [2]); e = exp(s); z = tile(e, repeats = [1, 20000]);",
     "strided_copy L, elements i, strided_copy L", "strided_copy L, elements i, strided_copy L"},
    {"transpose", "z = transpose(x, axes = [1, 0]);", "blocked_transpose L", "transpose_group L"},
    {"pad", "z = pad(x, padding = [(1,1),(0,2)], border = 'reflect');", "pad L", "pad L"},
    {"windows", "z = max_pool(x, size = [2,2], stride = [2,2], border = 'reflect');", "pool L", "pool L"},
    {"argmax_pool", "z = argmax_pool(x, size = [2,2], stride = [2000,2000]);", "argmax_pool L", "argmax_pool L"},
    {"softmax", "z = softmax(x, axes = [1]);", "softmax L", "softmax_group L"},
    {"concat", "s = slice(x, axes = [1], begin = [0], end = [2]); t = exp(s); z = concat([t, x], axis = 1);",
     "strided_copy L, elements i, strided_copy L, strided_copy L",
     "strided_copy L, elements i, strided_copy L, strided_item L"},
    {"just below", "s = slice(x, axes = [1], begin = [0], end = [30000]); t = exp(s); z = sum_reduce(t, axes = [0]);",
     "strided_copy L, elements i, reduce i", "strided_item L, elements i, reduce_group i"},
};

static void list_kernels(const struct ncl_plan *plan, char *text)
{
    *text = '\0';
    for (size_t i = 0; i < plan->run.count; i++) {
        const struct ncl_step *step = &plan->run.step[i];
        if (step->kind != NCL_STEP_KERNEL)
            continue;
        const struct ncl_kernel *kernel = &plan->kernel[step->kernel];
        bool wide = false;
        for (size_t k = 0; k < kernel->define_count; k++)
            wide |= strcmp(kernel->define[k].name, "INDEX") == 0 && strcmp(kernel->define[k].text, "long") == 0;
        sprintf(text + strlen(text), "%s%s %c", *text ? ", " : "", kernel->body, wide ? 'L' : 'i');
    }
}

static void check(const struct large *c, const struct ncl_target *generic, bool forced, const char *expected)
{
    char document[512], text[512];
    struct model_text model;
    struct ncl_arena arena;
    struct ncl_diag diag;
    const struct ncl_plan *plan;
    nnefcl_error error = {0};
    struct ncl_target target = *generic;
    const struct ncl_plan_options options = {.long_index = forced};
    target.max_allocation = target.global_memory = UINT64_C(1) << 40;
    snprintf(document, sizeof document,
             "version 1.0;\ngraph g( x ) -> ( z )\n{ x = external<scalar>(shape = [65536,40000]);\n%s }\n", c->body);
    model_text_open(&model, document, NULL);
    ck_assert_msg(model.status == NNEFCL_OK, "%s: %s", c->name, model.talk);
    ncl_arena_init(&arena, NULL, 0);
    ncl_diag_init(&diag, &error, NULL, NULL, false);
    ck_assert_msg(ncl_model_plan(model.model, &target, &options, &arena, &diag, NULL, &plan) == NNEFCL_OK, "%s: %s",
                  c->name, error.message);
    list_kernels(plan, text);
    if (forced)
        ck_assert_msg(!strstr(text, " i"), "%s: %s", c->name, text);
    else
        ck_assert_msg(strcmp(text, expected) == 0, "%s: %s, expected %s", c->name, text, expected);
    ncl_arena_free(&arena);
    model_text_close(&model);
}

START_TEST(where_needed)
{
    check(&larges[_i], &ncl_target_generic_cpu, false, larges[_i].cpu);
    check(&larges[_i], &ncl_target_generic_gpu, false, larges[_i].gpu);
}
END_TEST

START_TEST(everywhere_when_forced)
{
    check(&larges[_i], &ncl_target_generic_cpu, true, NULL);
    check(&larges[_i], &ncl_target_generic_gpu, true, NULL);
}
END_TEST

int main(void)
{
    const int count = (int)(sizeof larges / sizeof *larges);
    Suite *suite = suite_create("long_index");
    TCase *tests = tcase_create("long_index");
    tcase_add_loop_test(tests, where_needed, 0, count);
    tcase_add_loop_test(tests, everywhere_when_forced, 0, count);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
