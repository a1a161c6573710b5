/* SPDX-License-Identifier: Apache-2.0 */
/* tuning.c, candidate.c: what a table says decides, on its device only; tables are read with their mistakes named, and
 * written so that what others measured stays. */
#include "emit/tuning.h"
#include "model/frozen.h"
#include "model/model_text.h"
#include "suite.h"

static struct model_text model;
static struct ncl_arena arena;
static struct ncl_diag diag;
static nnefcl_error error;

static void open_all(void)
{
    model_text_open(&model,
                    "version 1.0;\ngraph g( x ) -> ( y )\n{\n"
                    "x = external<scalar>(shape = [1,8,28,28]);\n"
                    "f = variable<scalar>(shape = [8,8,3,3], label = 'f');\n"
                    "y = conv(x, f);\n}\n",
                    NULL);
    ck_assert_msg(model.status == NNEFCL_OK, "%s", model.talk);
    ncl_arena_init(&arena, NULL, 0);
    ncl_diag_init(&diag, &error, NULL, NULL, false);
}

static void close_all(void)
{
    ncl_arena_free(&arena);
    model_text_close(&model);
}

/* The step that computes the convolution. */
static const struct ncl_step *conv_step(const struct ncl_plan_options *options)
{
    const struct ncl_plan *plan;
    const nnefcl_status status =
        ncl_model_plan(model.model, &ncl_target_generic_cpu, options, &arena, &diag, NULL, &plan);
    ck_assert_msg(status == NNEFCL_OK, "%s", error.message);
    for (size_t i = 0; i < plan->run.count; i++)
        if (plan->run.step[i].variant)
            return &plan->run.step[i];
    ck_abort_msg("no step has a variant");
    return NULL;
}

static const char *conv_variant(const char *kernels, const char *tuning)
{
    return conv_step(&(struct ncl_plan_options){.kernels = &kernels, .kernel_count = kernels != NULL, .tuning = tuning})
        ->variant;
}

/* What a forced variant is called in tables. */
static const char *candidate_of(const char *kernels)
{
    const char *name =
        conv_step(&(struct ncl_plan_options){.kernels = &kernels, .kernel_count = 1, .measured = true})->candidate;
    ck_assert_ptr_nonnull(name);
    return name;
}

START_TEST(what_was_measured_decides)
{
    const char *candidate = candidate_of("conv=conv_gemm");
    const char *title = "nnefcl tuning 1\n", *ours = "device generic CPU, driver \n";
    char *table = ncl_arena_printf(&arena, "%s%s0.5 %s\n", title, ours, candidate);
    ck_assert_str_eq(conv_variant(NULL, NULL), "conv_into_blocks");
    ck_assert_str_eq(conv_variant(NULL, table), "conv_gemm");
    ck_assert_str_eq(conv_variant("conv=conv_direct", table), "conv_direct");
    table = ncl_arena_printf(&arena, "%s%s0.5 %s\n%s1e9 %s\n", title, ours, candidate, ours, candidate);
    ck_assert_str_eq(conv_variant(NULL, table), "conv_into_blocks"); /* the last row counts */
    table = ncl_arena_printf(&arena, "%s%s# nothing\n\ndevice another, driver 1\n0.5 %s\n", title, ours, candidate);
    ck_assert_str_eq(conv_variant(NULL, table), "conv_into_blocks");
    table = ncl_arena_printf(&arena, "%s%s0.5 conv_of_tomorrow x\n", title, ours);
    ck_assert_str_eq(conv_variant(NULL, table), "conv_into_blocks");
}
END_TEST

START_TEST(what_is_exact_is_neither_measured_nor_transformed)
{
    const char *candidate = candidate_of("conv=conv_gemm"), *kernels = "conv=conv_winograd4";
    char *table = ncl_arena_printf(&arena, "nnefcl tuning 1\ndevice generic CPU, driver \n0.5 %s\n", candidate);
    ck_assert_str_eq(conv_variant(kernels, NULL), kernels + strlen("conv="));
    struct ncl_plan_options options = {.tuning = table, .exact = true};
    ck_assert_str_eq(conv_step(&options)->variant, "conv_into_blocks");
    options.kernels = &kernels;
    options.kernel_count = 1;
    const struct ncl_plan *plan;
    ck_assert_int_eq(ncl_model_plan(model.model, &ncl_target_generic_cpu, &options, &arena, &diag, NULL, &plan),
                     NNEFCL_ERR_ARGUMENT);
    ck_assert_str_eq(error.message, "conv_winograd4 is not exact, as the precision is to be");
}
END_TEST

START_TEST(candidates_have_what_their_time_depends_on)
{
    ck_assert_str_eq(candidate_of("conv=conv_gemm"),
                     "conv_gemm conv in 1x8x28x28 out 1x8x28x28 size 1x1x3x3 stride 1x1x1x1 dilation 1x1x1x1 "
                     "before 0x0x1x1 after 0x0x1x1 constant groups 1 channels 8x8");
    ck_assert_ptr_null(conv_step(&(struct ncl_plan_options){0})->candidate);
}
END_TEST

START_TEST(far_ones_are_not_tried)
{
    ck_assert_str_eq(conv_variant("conv=conv_direct", NULL), "conv_direct");
    ck_assert_str_eq(conv_variant("conv~conv_direct", NULL), "conv_into_blocks");
    ck_assert_str_eq(conv_variant("conv~conv_gemm", NULL), "conv_gemm");
}
END_TEST

static const struct {
    const char *text;
    int line;
} wrong[] = {
    {"", 0},
    {"something else\n", 1},
    {"nnefcl tuning 2\n", 1},
    {"device generic CPU, driver \n1.0 a x\n", 1},
    {"nnefcl tuning 1\n12.0\n", 2},
    {"nnefcl tuning 1\n\n# x\n-1.0 conv_gemm x\n", 4},
    {"nnefcl tuning 1\ndevice a, driver b\n1.0 a\nnan conv_gemm x\n", 4},
    {"nnefcl tuning 1\n1e300 conv_gemm x\n", 2},
    {"nnefcl tuning 1\n1.0 ", 2},
};

START_TEST(mistakes_are_named)
{
    struct ncl_tuning tuning = {{0}};
    const nnefcl_status status = ncl_tuning_read(&tuning, wrong[_i].text, &ncl_target_generic_cpu, &arena, &diag);
    ck_assert_int_eq(status, wrong[_i].line ? NNEFCL_ERR_ARGUMENT : NNEFCL_OK);
    ck_assert_int_eq(error.line, wrong[_i].line);
}
END_TEST

START_TEST(tables_keep_what_others_measured)
{
    static const char old[] =
        "nnefcl tuning 1\n# mine\ndevice another, driver 1\n3.0 b x\ndevice generic CPU, driver \n"
        "1.0 a x\n2.5 c x\nnnefcl tuning 1\ndevice another, driver 2\n4.0 b x\n";
    static const char new[] = "nnefcl tuning 1\n# mine\ndevice another, driver 1\n3.0 b x\ndevice another, driver 2\n"
                              "4.0 b x\ndevice generic CPU, driver \n1.0 a x\n7.5 c x\n";
    struct ncl_tuning tuning = {{0}};
    struct ncl_text text;
    double time = 7.5;
    const char *in[] = {old, new};
    ncl_text_init(&text, NULL);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(ncl_tuning_read(&tuning, in[i], &ncl_target_generic_cpu, &arena, &diag), NNEFCL_OK);
        ck_assert(ncl_names_put(&tuning.microseconds, &arena, "c x", &time));
        text.length = 0;
        ck_assert_int_eq(ncl_tuning_write(&tuning, in[i], &ncl_target_generic_cpu, &arena, &text), NNEFCL_OK);
        ck_assert_str_eq(text.data, new);
    }
    ncl_text_free(&text);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("tuning");
    tcase_add_checked_fixture(cases, open_all, close_all);
    tcase_add_test(cases, what_was_measured_decides);
    tcase_add_test(cases, what_is_exact_is_neither_measured_nor_transformed);
    tcase_add_test(cases, candidates_have_what_their_time_depends_on);
    tcase_add_test(cases, far_ones_are_not_tried);
    tcase_add_loop_test(cases, mistakes_are_named, 0, sizeof wrong / sizeof *wrong);
    tcase_add_test(cases, tables_keep_what_others_measured);
    Suite *suite = suite_create("emit/tuning");
    suite_add_tcase(suite, cases);
    return suite_run(suite);
}
