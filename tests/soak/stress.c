/* SPDX-License-Identifier: Apache-2.0 */
/* stress SECONDS SEED: eight threads make, run, save, reset and free models, sessions and devices in random order, some
 * of them in one context, and from within callbacks. For a build with -DNNEFCL_SANITIZE=thread, and for any other. */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mutate/mutation.h"
#include "nnefcl/nnefcl.h"
#include "nnefcl/opencl.h"

enum { THREADS = 8, ELEMENTS = 4 };

static const char net[] = "version 1.0;\n"
                          "graph g(x) -> (before, after)\n"
                          "{\n"
                          "    x = external<scalar>(shape = [1, 4]);\n"
                          "    s = variable<scalar>(shape = [1, 4], label = 's');\n"
                          "    before = s + 0.0;\n"
                          "    after = s + x;\n"
                          "    u = update(s, after);\n"
                          "}\n";
static nnefcl_model *shared_model;
static nnefcl_device *shared_device;
static time_t end;

struct life {
    struct dice dice;
    nnefcl_model *model;   /* NULL: the shared one serves */
    nnefcl_device *device; /* likewise */
    nnefcl_session *session;
    size_t calls, saved;
    char failed[768];
};

static void life_note(struct life *life, nnefcl_status status, const nnefcl_error *error)
{
    life->calls++;
    if (status && !life->failed[0])
        snprintf(life->failed, sizeof life->failed, "%s", error->message);
}

static nnefcl_status model_open(nnefcl_model **model, nnefcl_diagnostic_fn diagnostic, nnefcl_error *error)
{
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    options.random_weights = 1;
    options.diagnostic = diagnostic;
    return nnefcl_model_open_memory(net, strlen(net), &options, model, error);
}

/* ---- callbacks that call ---- */

/* The net has warnings. */
static void open_another(void *user, nnefcl_severity severity, const nnefcl_error *diagnostic)
{
    nnefcl_model *model;
    (void)user, (void)severity, (void)diagnostic;
    if (model_open(&model, NULL, NULL))
        abort();
    nnefcl_model_free(model);
}

static int read_state(void *user, const char *text, size_t length)
{
    struct life *life = user;
    float values[ELEMENTS];
    nnefcl_error error = {0};
    life->saved += length;
    life_note(life, nnefcl_session_state_read(life->session, 0, values, &error), &error);
    return text == NULL;
}

/* ---- what a thread does ---- */

static nnefcl_status renew_model(struct life *life, nnefcl_error *error)
{
    nnefcl_model_free(life->model);
    life->model = NULL;
    return dice_below(&life->dice, 2) ? model_open(&life->model, open_another, error) : NNEFCL_OK;
}

/* None, one of its own, one in everybody's context. */
static nnefcl_status renew_device(struct life *life, nnefcl_error *error)
{
    nnefcl_device_free(life->device);
    life->device = NULL;
    switch (dice_below(&life->dice, 3)) {
    case 0:
        return nnefcl_device_open(getenv("NNEFCL_DEVICE"), NULL, &life->device, error);
    case 1:
        return nnefcl_device_from_opencl(nnefcl_device_context(shared_device), nnefcl_device_id(shared_device), NULL,
                                         &life->device, error);
    default:
        return NNEFCL_OK;
    }
}

static nnefcl_status renew_session(struct life *life, nnefcl_error *error)
{
    nnefcl_session_free(life->session);
    life->session = NULL;
    return nnefcl_session_create(life->model ? life->model : shared_model, life->device ? life->device : shared_device,
                                 NULL, &life->session, error);
}

static nnefcl_status run(struct life *life, nnefcl_error *error)
{
    const float x[ELEMENTS] = {1, 2, 3, 4};
    float before[ELEMENTS], after[ELEMENTS];
    if (!life->session)
        return NNEFCL_OK;
    const nnefcl_status status =
        nnefcl_session_run(life->session, (const void *[]){x}, (void *[]){before, after}, error);
    if (!status && fabsf(after[0] - before[0] - 1) > 1e-3f)
        snprintf(life->failed, sizeof life->failed, "wrong numbers");
    return status;
}

static nnefcl_status reset(struct life *life, nnefcl_error *error)
{
    return life->session ? nnefcl_session_state_reset(life->session, error) : NNEFCL_OK;
}

static nnefcl_status save(struct life *life, nnefcl_error *error)
{
    return life->session ? nnefcl_session_state_save(life->session, read_state, life, error) : NNEFCL_OK;
}

static nnefcl_status (*const acts[])(struct life *life, nnefcl_error *error) = {
    run, run, run, run, save, reset, renew_session, renew_model, renew_device};

static void *live(void *user)
{
    struct life *life = user;
    while (time(NULL) < end && !life->failed[0]) {
        nnefcl_error error = {0};
        life_note(life, acts[dice_below(&life->dice, sizeof acts / sizeof *acts)](life, &error), &error);
    }
    nnefcl_model_free(life->model);
    nnefcl_device_free(life->device);
    nnefcl_session_free(life->session);
    return NULL;
}

int main(int argc, char **argv)
{
    static struct life lives[THREADS];
    pthread_t threads[THREADS];
    nnefcl_error error = {0};
    size_t calls = 0;
    int bad = 0;
    if (argc != 3) {
        fprintf(stderr, "usage: stress SECONDS SEED\n");
        return 2;
    }
    if (model_open(&shared_model, NULL, &error) ||
        nnefcl_device_open(getenv("NNEFCL_DEVICE"), NULL, &shared_device, &error)) {
        fprintf(stderr, "stress: %s\n", error.message);
        return 1;
    }
    end = time(NULL) + atol(argv[1]);
    for (size_t i = 0; i < THREADS; i++) {
        lives[i].dice.state = strtoull(argv[2], NULL, 10) * THREADS + i;
        if (pthread_create(&threads[i], NULL, live, &lives[i]))
            abort();
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        calls += lives[i].calls;
        if (lives[i].failed[0])
            bad = fprintf(stderr, "stress: thread %zu: %s\n", i, lives[i].failed) > 0;
    }
    nnefcl_device_free(shared_device);
    nnefcl_model_free(shared_model);
    printf("%zu calls\n", calls);
    return bad;
}
