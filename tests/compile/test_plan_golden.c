/* Plans without a device: plans/NAME.nnef lowered for the generic CPU and GPU give plans/NAME.cpu and NAME.gpu, to the letter. NNEFCL_UPDATE=1 writes
 * them anew: read the difference before you commit it. Every record of sizes is compared with the fields that the kernel's file defines. */
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "compile/stages.h"

#define FOLDER "compile/plans"

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    char *text = calloc(1, 1 << 20);
    ck_assert_uint_lt(fread(text, 1, (1 << 20) - 1, file), (1 << 20) - 1);
    fclose(file);
    return text;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static nnefcl_model *open_model(const char *path)
{
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_model *model = NULL;
    options.random_weights = 1;
    char *text = read_file(path);
    ck_assert_ptr_nonnull(text);
    const nnefcl_status status = nnefcl_model_open_memory(text, strlen(text), &options, &model, &error);
    ck_assert_msg(status == NNEFCL_OK, "%s:%d: %s", path, error.line, error.message);
    free(text);
    return model;
}

static int append(void *user, const char *text, size_t length)
{
    strncat(user, text, length);
    return 0;
}

static void compare(const nnefcl_model *model, const char *stem, int gpu)
{
    char path[512];
    char *got = calloc(1, 1 << 20);
    nnefcl_error error = {0};
    const nnefcl_status status = nnefcl_model_dump_plan(model, NULL, gpu, NNEFCL_DUMP_PLAN, append, got, &error);
    ck_assert_msg(status == NNEFCL_OK, "%s: %s", stem, error.message);
    snprintf(path, sizeof path, FOLDER "/%s.%s", stem, gpu ? "gpu" : "cpu");
    if (getenv("NNEFCL_UPDATE"))
        write_file(path, got);
    char *want = read_file(path);
    ck_assert_msg(want != NULL, "%s is missing", path);
    ck_assert_msg(strcmp(got, want) == 0, "%s differs; now:\n%s", path, got);
    free(want);
    free(got);
}

/* The k-th field stands in the file as `#define NAME SIZE(k)` or REAL(k), an array that starts at k as `#define NAME(i) SIZE(k + (i))`. */
static bool file_has_field(const char *source, const char *name, size_t k)
{
    static const char *const forms[] = {"#define %s SIZE(%zu)\n", "#define %s REAL(%zu)\n", "#define %s(i) SIZE(%zu + (i))\n",
                                        "#define %s(i) SIZE((i))\n"};
    char line[256];
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (i == 3 && k != 0)
            continue;
        snprintf(line, sizeof line, forms[i], name, k);
        if (strstr(source, line))
            return true;
    }
    return false;
}

static void check_records(const nnefcl_model *model, const struct ncl_target *target, bool plain)
{
    const struct ncl_plan_options options = {.plain_kernels = plain};
    struct ncl_arena arena;
    struct ncl_diag diag;
    struct ncl_plan *plan;
    ncl_arena_init(&arena, NULL, 0);
    ncl_diag_init(&diag, NULL, NULL, NULL, false);
    ck_assert_int_eq(ncl_plan_make(model, target, &options, &arena, &diag, &plan), NNEFCL_OK);
    for (size_t i = 0; i < plan->kernel_count; i++) {
        const struct ncl_kernel *kernel = &plan->kernel[i];
        char file[128];
        snprintf(file, sizeof file, "%s.cl", kernel->body);
        const char *source = ncl_embedded_find(file)->text;
        for (size_t k = 0; k < kernel->size_count; k++) {
            const bool same_array = k && strcmp(kernel->size_name[k], kernel->size_name[k - 1]) == 0;
            ck_assert_msg(same_array || file_has_field(source, kernel->size_name[k], k), "%s has no field %s at %zu", file, kernel->size_name[k], k);
        }
    }
    ncl_arena_free(&arena);
}

START_TEST(plans)
{
    DIR *folder = opendir(FOLDER);
    ck_assert_ptr_nonnull(folder);
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        char *dot = strrchr(entry->d_name, '.');
        char path[512], stem[256];
        if (!dot || strcmp(dot, ".nnef") != 0)
            continue;
        snprintf(path, sizeof path, FOLDER "/%s", entry->d_name);
        snprintf(stem, sizeof stem, "%.*s", (int)(dot - entry->d_name), entry->d_name);
        nnefcl_model *model = open_model(path);
        compare(model, stem, 0);
        compare(model, stem, 1);
        check_records(model, &ncl_target_generic_cpu, false);
        check_records(model, &ncl_target_generic_cpu, true);
        check_records(model, &ncl_target_generic_gpu, false);
        nnefcl_model_free(model);
        count++;
    }
    closedir(folder);
    ck_assert_uint_gt(count, 4);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plan_golden");
    TCase *tests = tcase_create("plan_golden");
    tcase_set_timeout(tests, 0);
    tcase_add_test(tests, plans);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
