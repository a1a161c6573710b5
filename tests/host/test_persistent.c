/* SPDX-License-Identifier: Apache-2.0 */
/* The persistent form runs whole networks and gives the same bits as the launches. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host_random.h"
#include "nnefcl/nnefcl.h"
#include "suite.h"

static nnefcl_device *device;

static void open_device(void)
{
    nnefcl_error error = {0};
    ck_assert_msg(nnefcl_device_open("cpu", NULL, &device, &error) == NNEFCL_OK, "%s", error.message);
}

static void close_device(void)
{
    nnefcl_device_free(device);
}

/* Threads that take the cores from the work-groups, which have to wait for each other then. */
#define FOREIGN 2
static atomic_bool foreign_over;

static void *be_busy(void *unused)
{
    while (!atomic_load(&foreign_over))
        ;
    return unused;
}

static void foreign_start(pthread_t thread[FOREIGN])
{
    atomic_store(&foreign_over, false);
    for (int i = 0; i < FOREIGN; i++)
        ck_assert_int_eq(pthread_create(&thread[i], NULL, be_busy, NULL), 0);
}

static void foreign_end(pthread_t thread[FOREIGN])
{
    atomic_store(&foreign_over, true);
    for (int i = 0; i < FOREIGN; i++)
        pthread_join(thread[i], NULL);
}

/* Runs of one form, the last ones beside others; the outputs of the last, one after another. */
#define RUNS 3
static unsigned char *run(const nnefcl_model *model, nnefcl_execution execution, size_t *size)
{
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_session *session;
    nnefcl_tensor_info info;
    void *inputs[4] = {0}, *outputs[4] = {0};
    unsigned char *all;
    pthread_t foreign[FOREIGN];
    options.execution = execution;
    nnefcl_status status = nnefcl_session_create(model, device, &options, &session, &error);
    ck_assert_msg(status == NNEFCL_OK, "%s", error.message);
    *size = 0;
    for (size_t i = 0; i < nnefcl_model_input_count(model); i++) {
        nnefcl_model_input(model, i, &info);
        inputs[i] = random_input(&info);
    }
    for (size_t i = 0; i < nnefcl_model_output_count(model); i++) {
        nnefcl_model_output(model, i, &info);
        *size += info.bytes;
    }
    all = calloc(1, *size);
    for (size_t i = 0, at = 0; i < nnefcl_model_output_count(model); i++) {
        nnefcl_model_output(model, i, &info);
        outputs[i] = all + at;
        at += info.bytes;
    }
    for (int i = 0; i < RUNS; i++) {
        if (i == 1)
            foreign_start(foreign);
        status = nnefcl_session_run(session, (const void *const *)inputs, outputs, &error);
        ck_assert_msg(status == NNEFCL_OK, "%s", error.message);
    }
    foreign_end(foreign);
    for (size_t i = 0; i < 4; i++)
        free(inputs[i]);
    nnefcl_session_free(session);
    return all;
}

static void compare_forms(const char *path)
{
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_model *model;
    options.random_weights = 1;
    const nnefcl_status status = nnefcl_model_open(path, &options, &model, &error);
    ck_assert_msg(status == NNEFCL_OK, "%s: %s", path, error.message);
    size_t launch_size, persistent_size;
    unsigned char *launches = run(model, NNEFCL_EXECUTION_LAUNCHES, &launch_size);
    unsigned char *persistent = run(model, NNEFCL_EXECUTION_PERSISTENT, &persistent_size);
    ck_assert_uint_eq(launch_size, persistent_size);
    bool any = false;
    for (size_t i = 0; i < launch_size; i++) {
        any |= launches[i] != 0;
        ck_assert_msg(launches[i] == persistent[i], "%s: byte %zu of the outputs differs", path, i);
    }
    ck_assert(any);
    free(launches);
    free(persistent);
    nnefcl_model_free(model);
}

START_TEST(digits)
{
    compare_forms("../examples/digits");
}
END_TEST

START_TEST(resnet18)
{
    compare_forms("cases/resnet18.nnef");
}
END_TEST

/* A run list of copies only has no body, whose text brings the prelude along. */
START_TEST(copies_alone)
{
    static const char net[] = "version 1.0; graph g(x) -> (y) { x = external(shape = [2, 3]); "
                              "y = reshape(x, shape = [6]); }";
    static const float x[6] = {1, 2, 3, 4, 5, 6};
    const nnefcl_session_options options = {.version = 1, .execution = NNEFCL_EXECUTION_PERSISTENT};
    nnefcl_error error = {0};
    nnefcl_device *fresh;
    nnefcl_model *model;
    nnefcl_session *session;
    float y[6] = {0};
    ck_assert_msg(!nnefcl_device_open("cpu", NULL, &fresh, &error), "%s", error.message);
    ck_assert_msg(!nnefcl_model_open_memory(net, sizeof net - 1, NULL, &model, &error), "%s", error.message);
    ck_assert_msg(!nnefcl_session_create(model, fresh, &options, &session, &error), "%s", error.message);
    ck_assert_msg(!nnefcl_session_run(session, (const void *[]){x}, (void *[]){y}, &error), "%s", error.message);
    ck_assert_mem_eq(x, y, sizeof x);
    nnefcl_session_free(session);
    nnefcl_model_free(model);
    nnefcl_device_free(fresh);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("persistent");
    TCase *tests = tcase_create("persistent");
    tcase_set_timeout(tests, 0);
    tcase_add_unchecked_fixture(tests, open_device, close_device);
    tcase_add_test(tests, digits);
    tcase_add_test(tests, resnet18);
    tcase_add_test(tests, copies_alone);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
