/* SPDX-License-Identifier: Apache-2.0 */
/* Plans of one model made at the same time, with different passes left out: passes share the frozen graph and must not
 * write to it. The texts are those of plans that were made alone. Built with NNEFCL_SANITIZE=thread, a write shows even
 * where it does no harm; .ci/run does that. */
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/frozen.h"
#include "suite.h"

#define FOLDER "plan/plans"
enum { THREADS = 4, ROUNDS = 4, PASSES = 32 };

/* The plan of a model as text. Bit i of `without`: pass i is left out. The caller frees; NULL: an error. */
static char *plan_text(const nnefcl_model *model, unsigned without)
{
    const char *disabled[PASSES];
    struct ncl_plan_options options = {.disabled_passes = disabled};
    struct ncl_arena arena;
    struct ncl_diag diag;
    struct ncl_text text;
    const struct ncl_plan *plan;
    for (size_t i = 0; i < ncl_pass_count; i++)
        if (without >> i & 1)
            disabled[options.disabled_pass_count++] = ncl_passes[i].name;
    ncl_arena_init(&arena, NULL, 0);
    ncl_diag_init(&diag, NULL, NULL, NULL, false);
    ncl_text_init(&text, NULL);
    if (!ncl_model_plan(model, &ncl_target_generic_cpu, &options, &arena, &diag, NULL, &plan))
        ncl_plan_print(&text, plan);
    ncl_arena_free(&arena);
    return text.data;
}

struct job {
    const nnefcl_model *model;
    unsigned without;
    const char *alone;
    bool wrong; /* Check's assertions belong to the main thread */
};

static void *make_plans(void *argument)
{
    struct job *job = argument;
    for (int round = 0; round < ROUNDS; round++) {
        char *text = plan_text(job->model, job->without);
        job->wrong |= !text || strcmp(text, job->alone) != 0;
        free(text);
    }
    return NULL;
}

/* THREADS at a time: none left out, each alone, and all but each. */
static void compare_plans(const nnefcl_model *model, const char *name)
{
    pthread_t thread[THREADS];
    struct job job[THREADS];
    const unsigned all = (1u << ncl_pass_count) - 1;
    for (unsigned first = 0; first < ncl_pass_count; first += THREADS / 2) {
        for (unsigned i = 0; i < THREADS; i++) {
            const unsigned one = 1u << (first + i / 2) & all;
            job[i] = (struct job){.model = model, .without = i % 2 ? all & ~one : one};
            job[i].alone = plan_text(model, job[i].without);
            ck_assert_msg(job[i].alone != NULL, "%s: no plan", name);
        }
        for (unsigned i = 0; i < THREADS; i++)
            ck_assert_int_eq(pthread_create(&thread[i], NULL, make_plans, &job[i]), 0);
        for (unsigned i = 0; i < THREADS; i++)
            pthread_join(thread[i], NULL);
        for (unsigned i = 0; i < THREADS; i++) {
            ck_assert_msg(!job[i].wrong, "%s without %x: another plan beside others", name, job[i].without);
            free((char *)job[i].alone);
        }
    }
}

static int is_model(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && strcmp(dot, ".nnef") == 0;
}

START_TEST(beside_each_other)
{
    struct dirent **entry;
    const int count = scandir(FOLDER, &entry, is_model, alphasort);
    ck_assert_int_gt(count, 4);
    ck_assert_uint_lt(ncl_pass_count, PASSES);
    for (int i = 0; i < count; i++) {
        char path[512];
        nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
        nnefcl_error error = {0};
        nnefcl_model *model;
        snprintf(path, sizeof path, FOLDER "/%s", entry[i]->d_name);
        options.random_weights = 1;
        ck_assert_msg(nnefcl_model_open(path, &options, &model, &error) == NNEFCL_OK, "%s: %s", path, error.message);
        compare_plans(model, entry[i]->d_name);
        nnefcl_model_free(model);
        free(entry[i]);
    }
    free(entry);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plan_threads");
    TCase *tests = tcase_create("plan_threads");
    tcase_set_timeout(tests, 0);
    tcase_add_test(tests, beside_each_other);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
