/* Documents that a strict reader must accept (valid/) or refuse at a given line (invalid/, invalid.txt), and small ones
 * for what exporters write. */
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nnefcl/nnefcl.h"
#include "suite.h"

static nnefcl_status open_folder(const char *path, int random, nnefcl_error *error)
{
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_model *model = NULL;
    options.strict = 1;
    options.random_weights = random;
    memset(error, 0, sizeof *error);
    const nnefcl_status status = nnefcl_model_open(path, &options, &model, error);
    nnefcl_model_free(model);
    return status;
}

START_TEST(valid)
{
    DIR *folder = opendir("documents/valid");
    size_t count = 0;
    ck_assert_ptr_nonnull(folder);
    for (const struct dirent *entry; (entry = readdir(folder));) {
        char path[512];
        nnefcl_error error;
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "documents/valid/%s", entry->d_name);
        const nnefcl_status status = open_folder(path, 1, &error);
        ck_assert_msg(status == NNEFCL_OK, "%s:%d: %s", path, error.line, error.message);
        count++;
    }
    closedir(folder);
    ck_assert_uint_ge(count, 60);
}
END_TEST

START_TEST(invalid)
{
    char line[256], name[200], path[512];
    int expected;
    FILE *list = fopen("documents/invalid.txt", "r");
    ck_assert_ptr_nonnull(list);
    while (fgets(line, sizeof line, list)) {
        nnefcl_error error;
        if (line[0] == '#' || sscanf(line, "%199s %d", name, &expected) != 2)
            continue;
        snprintf(path, sizeof path, "documents/invalid/%s", name);
        const nnefcl_status status = open_folder(path, 0, &error);
        ck_assert_msg(status == NNEFCL_ERR_MODEL || status == NNEFCL_ERR_UNSUPPORTED, "%s: %s %s", name,
                      nnefcl_status_name(status), error.message);
        ck_assert_msg(expected == 0 || error.line == expected, "%s: line %d, not %d: %s", name, error.line, expected,
                      error.message);
        ck_assert_msg(error.message[0] != '\0' && !strchr(error.message, '\n'), "%s", name);
    }
    fclose(list);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("documents");
    TCase *tests = tcase_create("documents");
    tcase_set_timeout(tests, 200);
    tcase_add_test(tests, valid);
    tcase_add_test(tests, invalid);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
