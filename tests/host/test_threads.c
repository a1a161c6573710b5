/* SPDX-License-Identifier: Apache-2.0 */
/* Threads: sessions of one model and one device, each on a thread of its own; made, run and freed at the same time. */
#include <math.h>
#include <pthread.h>

#include "host_case.h"

enum { THREADS = 4, ROUNDS = 2, RUNS = 5 };

struct job {
    const nnefcl_model *model;
    nnefcl_session_options options;
    float step;
    char failed[768]; /* Check's assertions belong to the main thread */
};

static void note_failure(struct job *job, const char *message)
{
    snprintf(job->failed, sizeof job->failed, "%s", message);
}

static void run_some(struct job *job, nnefcl_session *session)
{
    const float x[4] = {job->step, job->step, job->step, job->step};
    float before[4], after[4], last = 0;
    nnefcl_error error = {0};
    for (int i = 0; i < RUNS; i++) {
        if (nnefcl_session_run(session, (const void *[]){x}, (void *[]){before, after}, &error)) {
            note_failure(job, error.message);
            return;
        }
        if (fabsf(after[3] - before[3] - job->step) > 1e-4f || (i > 0 && fabsf(before[3] - last) > 0))
            note_failure(job, "wrong numbers");
        last = after[3];
    }
}

static void *work(void *argument)
{
    struct job *job = argument;
    nnefcl_error error = {0};
    for (int round = 0; round < ROUNDS; round++) {
        nnefcl_session *session;
        if (nnefcl_session_create(job->model, device, &job->options, &session, &error)) {
            note_failure(job, error.message);
            return NULL;
        }
        run_some(job, session);
        nnefcl_session_free(session);
    }
    return NULL;
}

/* Each leaves out another pass: the graph that they share stays as it is. */
static void run_threads(nnefcl_execution execution)
{
    static const char *const passes[] = {"epilogue", "linear"};
    pthread_t thread[THREADS];
    struct job job[THREADS];
    nnefcl_model *model = host_model(NET_STATE, 1);
    for (int i = 0; i < THREADS; i++) {
        job[i] = (struct job){.model = model, .options = NNEFCL_SESSION_OPTIONS_INIT, .step = (float)(i + 1)};
        job[i].options.execution = execution;
        if (i % 2)
            job[i].options.profiling =
                execution == NNEFCL_EXECUTION_LAUNCHES ? NNEFCL_PROFILING_STEPS : NNEFCL_PROFILING_RUNS;
        job[i].options.disabled_passes = &passes[i / 2 % 2];
        job[i].options.disabled_pass_count = 1;
        ck_assert_int_eq(pthread_create(&thread[i], NULL, work, &job[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    for (int i = 0; i < THREADS; i++)
        ck_assert_msg(!job[i].failed[0], "thread %d: %s", i, job[i].failed);
    nnefcl_model_free(model);
}

START_TEST(launches)
{
    run_threads(NNEFCL_EXECUTION_LAUNCHES);
}
END_TEST

/* Kernels that hand out work among themselves share the same few cores: none may wait for groups that never start. */
START_TEST(persistent)
{
    nnefcl_device_info info;
    nnefcl_device_describe(device, &info);
    if (info.type == NNEFCL_DEVICE_CPU)
        run_threads(NNEFCL_EXECUTION_PERSISTENT);
}
END_TEST

/* Devices are opened and released by many threads; the last session keeps what it needs. */
static void *open_and_close(void *argument)
{
    nnefcl_device *own;
    nnefcl_session *session;
    nnefcl_error error = {0};
    const nnefcl_model *model = ((struct job *)argument)->model;
    if (nnefcl_device_open(NULL, NULL, &own, &error)) {
        note_failure(argument, error.message);
        return NULL;
    }
    const nnefcl_status status = nnefcl_session_create(model, own, NULL, &session, &error);
    nnefcl_device_free(own);
    if (status) {
        note_failure(argument, error.message);
        return NULL;
    }
    run_some(argument, session);
    nnefcl_session_free(session);
    return NULL;
}

START_TEST(devices)
{
    pthread_t thread[THREADS];
    struct job job[THREADS];
    nnefcl_model *model = host_model(NET_STATE, 1);
    for (int i = 0; i < THREADS; i++) {
        job[i] = (struct job){.model = model, .step = 1};
        ck_assert_int_eq(pthread_create(&thread[i], NULL, open_and_close, &job[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    for (int i = 0; i < THREADS; i++)
        ck_assert_msg(!job[i].failed[0], "thread %d: %s", i, job[i].failed);
    nnefcl_model_free(model);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, launches);
    tcase_add_test(tests, persistent);
    tcase_add_test(tests, devices);
}

int main(void)
{
    return host_main("threads", add);
}
