/* SPDX-License-Identifier: Apache-2.0 */
/* Plans without a device: plans/NAME.nnef lowered for the generic CPU and GPU give plans/NAME.cpu and NAME.gpu, to the
 * letter. NNEFCL_UPDATE=1 writes them anew: read the difference before you commit it. Every record of sizes is compared
 * with the fields that the kernel's file defines. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nnefcl/nnefcl.h"
#include "ops/records.h"
#include "suite.h"

#define FOLDER "plan/plans"

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
        records_check(model);
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
    return suite_run(suite);
}
