/* SPDX-License-Identifier: Apache-2.0 */
/* What the plans of whole networks come to, a line for each and for CPU and GPU: launches, kernels to compile, memory,
 * steps by kernel. A pass that stops firing, or a tensor that gets a form it does not need, shows here and nowhere
 * else. And for GPUs of four makers: launches, and which products and convolutions of more than a million multiply-adds
 * have a plain kernel: none should.
 *
 * NNEFCL_ZOO names the folder of the networks (../shared/zoo/networks beside the project); without it there is nothing
 * to compare. NNEFCL_UPDATE=1 writes plan/zoo.golden anew: read the difference before you commit it. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emit/variant.h"
#include "model/frozen.h"
#include "suite.h"

#define GOLDEN "plan/zoo.golden"

/* ---- one plan as a line ---- */

static int by_body(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "broadcast 28, conv_gemm 20": what the steps of a list are, sorted. */
static void add_kernels(struct ncl_text *text, const struct ncl_plan *plan, const struct ncl_steps *steps)
{
    const char **body = calloc(steps->count + 1, sizeof *body);
    static const char *const kinds[] = {[NCL_STEP_LOAD] = "load", [NCL_STEP_COPY] = "copy", [NCL_STEP_GEMM] = "gemm"};
    for (size_t i = 0; i < steps->count; i++) {
        const struct ncl_step *step = &steps->step[i];
        body[i] = step->kind == NCL_STEP_KERNEL ? plan->kernel[step->kernel].body : kinds[step->kind];
    }
    qsort(body, steps->count, sizeof *body, by_body);
    for (size_t i = 0, n; i < steps->count; i += n) {
        for (n = 1; i + n < steps->count && strcmp(body[i], body[i + n]) == 0; n++)
            ;
        ncl_text_printf(text, "%s %s %zu", i ? "," : "", body[i], n);
    }
    free(body);
}

static size_t count_body(const struct ncl_plan *plan, const struct ncl_steps *steps, const char *body)
{
    size_t count = 0;
    for (size_t i = 0; i < steps->count; i++)
        count += steps->step[i].kind == NCL_STEP_KERNEL && strcmp(plan->kernel[steps->step[i].kernel].body, body) == 0;
    return count;
}

static void add_plan(struct ncl_text *text, const char *name, const struct ncl_plan *plan)
{
    ncl_text_printf(text, "%s %s: %zu launches, %zu kernels, %zu conversions, ", name, plan->target.cpu ? "cpu" : "gpu",
                    plan->run.count, plan->kernel_count,
                    count_body(plan, &plan->run, "convert") + count_body(plan, &plan->run, "convert_rows"));
    ncl_text_printf(text, "arena %llu, weights %llu, io %llu, init %llu\n", (unsigned long long)plan->arena_bytes,
                    (unsigned long long)plan->weight_bytes, (unsigned long long)plan->io_bytes,
                    (unsigned long long)plan->init_bytes);
    ncl_text_add(text, "    run: ");
    add_kernels(text, plan, &plan->run);
    ncl_text_add(text, "\n    init:");
    add_kernels(text, plan, &plan->init);
    ncl_text_add(text, "\n");
}

/* ---- GPUs that are not here ---- */

#define SMALL 2e6 /* operations: of so many a plain kernel may be made */

static bool is_plain(const char *variant)
{
    const struct ncl_variant *found = variant ? ncl_variant_find(variant) : NULL;
    if (!found ||
        (found->family != NCL_FAMILY_CONV && found->family != NCL_FAMILY_DECONV && found->family != NCL_FAMILY_PRODUCT))
        return false;
    for (size_t i = 0; i < ncl_variant_count; i++)
        if (ncl_variants[i]->family == found->family)
            return ncl_variants[i] == found;
    return false;
}

static void check_plain(const struct ncl_plan *plan, const char *name, const char *gpu)
{
    for (size_t i = 0; i < plan->run.count; i++)
        ck_assert_msg(!is_plain(plan->run.step[i].variant) || plan->run.step[i].flops <= SMALL, "%s, %s: %s by %s",
                      name, gpu, plan->run.step[i].name, plan->run.step[i].variant);
}

static void add_gpu(struct ncl_text *text, const nnefcl_model *model, const char *name, const char *gpu)
{
    const struct ncl_plan_options settings = {0};
    struct ncl_target target = {0};
    nnefcl_error error = {0};
    nnefcl_device_info info;
    const struct ncl_plan *plan;
    struct ncl_arena arena;
    struct ncl_diag diag;
    for (size_t i = 0; !nnefcl_target(i, &info); i++)
        if (strcmp(info.name, gpu) == 0) {
            ncl_target_describe(&target, &info);
            break;
        }
    ncl_arena_init(&arena, NULL, 0);
    ncl_diag_init(&diag, &error, NULL, NULL, false);
    ck_assert_msg(ncl_model_plan(model, &target, &settings, &arena, &diag, NULL, &plan) == NNEFCL_OK, "%s: %s", name,
                  error.message);
    ncl_text_printf(text, "%s %s: %zu launches\n", name, gpu, plan->run.count);
    check_plain(plan, name, gpu);
    ncl_arena_free(&arena);
}

static void add_network(struct ncl_text *text, const char *folder, const char *name)
{
    static const char *const gpus[] = {"nvidia", "amd", "intel", "mali"};
    const struct ncl_target *targets[] = {&ncl_target_generic_cpu, &ncl_target_generic_gpu};
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_model *model;
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    options.random_weights = 1;
    ck_assert_msg(nnefcl_model_open(path, &options, &model, &error) == NNEFCL_OK, "%s:%d: %s", name, error.line,
                  error.message);
    for (int i = 0; i < 2; i++) {
        const struct ncl_plan_options settings = {0};
        const struct ncl_plan *plan;
        struct ncl_arena arena;
        struct ncl_diag diag;
        ncl_arena_init(&arena, NULL, 0);
        ncl_diag_init(&diag, &error, NULL, NULL, false);
        ck_assert_msg(ncl_model_plan(model, targets[i], &settings, &arena, &diag, NULL, &plan) == NNEFCL_OK, "%s: %s",
                      name, error.message);
        add_plan(text, name, plan);
        ncl_arena_free(&arena);
    }
    for (size_t i = 0; i < sizeof gpus / sizeof *gpus; i++)
        add_gpu(text, model, name, gpus[i]);
    nnefcl_model_free(model);
}

/* ---- all of them ---- */

static int is_network(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void add_zoo(struct ncl_text *text, const char *folder)
{
    struct dirent **entry;
    const int count = scandir(folder, &entry, is_network, alphasort);
    ck_assert_msg(count > 0, "no networks in %s", folder);
    for (int i = 0; i < count; i++) {
        add_network(text, folder, entry[i]->d_name);
        free(entry[i]);
    }
    free(entry);
    ck_assert(!text->failed);
}

static void compare_lines(const char *got)
{
    char want[4096];
    FILE *file = fopen(GOLDEN, "rb");
    ck_assert_msg(file != NULL, GOLDEN " is missing");
    while (fgets(want, sizeof want, file)) {
        const size_t length = strcspn(got, "\n") + 1;
        ck_assert_msg(strncmp(got, want, length) == 0 && strlen(want) == length,
                      "was: %snow: %.*sNNEFCL_UPDATE=1 writes " GOLDEN " anew", want, (int)length, got);
        got += length;
    }
    fclose(file);
    ck_assert_msg(!*got, "not in " GOLDEN ": %s", got);
}

START_TEST(zoo)
{
    const char *folder = getenv("NNEFCL_ZOO");
    struct ncl_text text;
    if (!folder)
        return;
    ncl_text_init(&text, NULL);
    add_zoo(&text, folder);
    if (getenv("NNEFCL_UPDATE")) {
        FILE *file = fopen(GOLDEN, "wb");
        ck_assert_ptr_nonnull(file);
        fwrite(text.data, 1, text.length, file);
        fclose(file);
    }
    compare_lines(text.data);
    ncl_text_free(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("zoo");
    TCase *tests = tcase_create("zoo");
    tcase_set_timeout(tests, 0);
    tcase_add_test(tests, zoo);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
