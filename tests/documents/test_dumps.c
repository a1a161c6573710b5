/* Every dump of every document of the tests that can be opened: folders of documents, texts of networks, graphs behind
 * passes. No name is missing in what the library tells. */
#include <check.h>
#include <glob.h>
#include <stdio.h>

#include "nnefcl/nnefcl.h"
#include "suite.h"

static const char *const places[] = {"documents/valid/*",  "documents/invalid/*", "nnef/documents/*.nnef",
                                     "cli/data/*",         "cases/*.nnef",        "mutate/seeds/*.nnef",
                                     "pass/graphs/*.nnef", "../examples/digits",  "../examples/integrator"};

static int add_length(void *user, const char *text, size_t length)
{
    ck_assert_ptr_nonnull(text);
    *(size_t *)user += length;
    return 0;
}

static void check_dumps(const char *path, const nnefcl_model *model)
{
    nnefcl_error error = {0};
    for (int what = NNEFCL_DUMP_AST; what <= NNEFCL_DUMP_CL; what++) {
        size_t length = 0;
        nnefcl_status status =
            what < NNEFCL_DUMP_PLAN
                ? nnefcl_model_dump(model, (nnefcl_dump)what, add_length, &length, &error)
                : nnefcl_model_dump_plan(model, NULL, 0, (nnefcl_dump)what, add_length, &length, &error);
        ck_assert_msg(status == NNEFCL_OK || (what >= NNEFCL_DUMP_PLAN && status == NNEFCL_ERR_LIMIT),
                      "%s: dump %d: %s", path, what, error.message);
        ck_assert_msg(length > 0 || status || what == NNEFCL_DUMP_CL, "%s: dump %d is empty", path, what);
    }
}

static void check_names(const char *path, const nnefcl_model *model)
{
    for (size_t i = 0; i < nnefcl_model_node_count(model); i++) {
        nnefcl_node_info info;
        ck_assert_int_eq(nnefcl_model_node(model, i, &info), NNEFCL_OK);
        ck_assert_msg(info.op && info.location && (info.output_count == 0 || info.output.name), "%s: node %zu", path,
                      i);
    }
}

/* Whatever opens in some dialect is looked at; returns whether it did. */
static int check_document(const char *path)
{
    static const unsigned compats[] = {0, NNEFCL_COMPAT_TRACT, NNEFCL_COMPAT_LEGACY | NNEFCL_COMPAT_TORCH};
    for (size_t i = 0; i < sizeof compats / sizeof *compats; i++) {
        nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
        nnefcl_model *model = NULL;
        options.compat = compats[i];
        options.random_weights = 1;
        if (nnefcl_model_open(path, &options, &model, NULL) != NNEFCL_OK)
            continue;
        check_dumps(path, model);
        check_names(path, model);
        nnefcl_model_free(model);
        return 1;
    }
    return 0;
}

START_TEST(every_dump)
{
    glob_t found;
    int opened = 0;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        glob(places[i], i ? GLOB_APPEND : 0, NULL, &found);
    for (size_t i = 0; i < found.gl_pathc; i++)
        opened += check_document(found.gl_pathv[i]);
    globfree(&found);
    ck_assert_int_ge(opened, 80);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dumps");
    TCase *tests = tcase_create("dumps");
    tcase_set_timeout(tests, 0);
    tcase_add_test(tests, every_dump);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
