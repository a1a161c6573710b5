/* SPDX-License-Identifier: Apache-2.0 */
/* What is compiled, counted: nothing for another batch, another size or another model over bodies that are known, and
 * what is new alone for one that brings something new. And what sessions of one model share. */
#include <pthread.h>

#include "layer_case.h"

#include "host/host.h"
#include "nnefcl/opencl.h"
#include "patient_clock.h"

static const nnefcl_session_options launches = {.version = 1, .execution = NNEFCL_EXECUTION_LAUNCHES};

#define NET_IMAGE                                                                                                      \
    "graph image(x) -> (y)\n"                                                                                          \
    "{\n"                                                                                                              \
    "    x = external<scalar>(shape = [1, 3, 20, 20]);\n"                                                              \
    "    f = variable<scalar>(shape = [16, 3, 3, 3], label = 'f');\n"                                                  \
    "    g = variable<scalar>(shape = [24, 16, 1, 1], label = 'g');\n"                                                 \
    "    c = relu(conv(x, f, 0.0, border = 'constant', padding = [(1, 1), (1, 1)]));\n"                                \
    "    d = conv(c, g, 0.0, border = 'constant');\n"                                                                  \
    "    y = max_pool(d, size = [1, 1, 2, 2], stride = [1, 1, 2, 2], border = 'ignore');\n"                            \
    "}\n"

static void compile_as(const nnefcl_session_options *options, const char *path, const char *text,
                       nnefcl_model_options how)
{
    nnefcl_error error = {0};
    nnefcl_model *model;
    how.random_weights = 1;
    const nnefcl_status status = path ? nnefcl_model_open(path, &how, &model, &error)
                                      : nnefcl_model_open_memory(text, strlen(text), &how, &model, &error);
    ck_assert_msg(!status, "%s", error.message);
    nnefcl_session_free(host_session(model, options));
    nnefcl_model_free(model);
}

static void compile(const char *path, const char *text, nnefcl_model_options how)
{
    compile_as(&launches, path, text, how);
}

START_TEST(batches)
{
    static const int64_t sizes[] = {14, 33, 64};
    nnefcl_model_options how = NNEFCL_MODEL_OPTIONS_INIT;
    host_open();
    compile(NULL, "version 1.0;\n" NET_IMAGE, how);
    const unsigned long first = layer->compiled();
    for (how.batch = 1; how.batch <= 8; how.batch++)
        compile(NULL, "version 1.0;\n" NET_IMAGE, how);
    how.batch = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const nnefcl_input_shape shape = {"x", {.rank = 4, .extent = {1, 3, sizes[i], sizes[i]}}};
        how.shapes = &shape;
        how.shape_count = 1;
        compile(NULL, "version 1.0;\n" NET_IMAGE, how);
    }
    ck_assert_uint_gt(first, 0);
    ck_assert_uint_eq(layer->compiled(), first);
    host_close();
}
END_TEST

START_TEST(a_network)
{
    nnefcl_model_options how = NNEFCL_MODEL_OPTIONS_INIT;
    host_open();
    compile("cases/resnet18.nnef", NULL, how);
    const unsigned long first = layer->compiled();
    for (how.batch = 2; how.batch <= 8; how.batch += 3)
        compile("cases/resnet18.nnef", NULL, how);
    ck_assert_uint_eq(layer->compiled(), first);
    host_close();
}
END_TEST

/* Other names, other shapes: nothing. One operation more: one program, of that alone. */
START_TEST(another_model)
{
    const nnefcl_model_options how = NNEFCL_MODEL_OPTIONS_INIT;
    host_open();
    compile(NULL, "version 1.0; graph a(x) -> (y) { x = external<scalar>(shape = [3, 5]); y = exp(x); }", how);
    const unsigned long first = layer->compiled();
    compile(NULL, "version 1.0; graph b(z) -> (w) { z = external<scalar>(shape = [70]); w = exp(z); }", how);
    ck_assert_uint_eq(layer->compiled(), first);
    compile(NULL,
            "version 1.0; graph c(z) -> (w, v) { z = external<scalar>(shape = [7]); w = exp(z); v = softmax(w, axes = "
            "[0]); }",
            how);
    ck_assert_uint_eq(layer->compiled(), first + 1);
    host_close();
}
END_TEST

#define NET_HANGING(chain)                                                                                             \
    "version 1.0; graph hanging(x) -> (y) { x = external<scalar>(shape = [1, 24, 12, 12]);"                            \
    "    f = variable<scalar>(shape = [24, 24, 1, 1], label = 'f'); c = conv(x, f, 0.5); y = " chain "; }"

/* What hangs on most convolutions shares one text. */
START_TEST(chains)
{
    const nnefcl_model_options how = NNEFCL_MODEL_OPTIONS_INIT;
    host_open();
    if (device->target.cpu) {
        compile(NULL, NET_HANGING("copy(c)"), how);
        const unsigned long first = layer->compiled();
        compile(NULL, NET_HANGING("relu(c)"), how);
        compile(NULL, NET_HANGING("clamp(c, 0.0, 6.0)"), how);
        compile(NULL, NET_HANGING("relu(add(x, c))"), how);
        compile(NULL, NET_HANGING("add(c, x)"), how);
        ck_assert_uint_eq(layer->compiled(), first);
        compile(NULL, NET_HANGING("sigmoid(c)"), how);
        ck_assert_uint_eq(layer->compiled(), first + 1);
    }
    host_close();
}
END_TEST

/* The persistent form is a program of its own for each set of bodies, those of init among them; models, batches and
 * orders of them share it. */
START_TEST(sets_of_bodies)
{
    const nnefcl_session_options persistent = {.version = 1, .execution = NNEFCL_EXECUTION_PERSISTENT};
    nnefcl_model_options how = NNEFCL_MODEL_OPTIONS_INIT;
    host_open();
    if (device->target.cpu && device->target.relaxed_atomics) {
        compile_as(&persistent, NULL, NET_HANGING("relu(c)"), how);
        const unsigned long first = layer->compiled();
        compile_as(&persistent, NULL, NET_HANGING("softmax(relu(c), axes = [1])"), how);
        ck_assert_uint_eq(layer->compiled(), first + 1);
        how.batch = 3;
        compile_as(&persistent, NULL, NET_HANGING("softmax(clamp(c, 0.0, 6.0), axes = [1])"), how);
        compile_as(&persistent, NULL, NET_HANGING("add(x, c)"), how);
        ck_assert_uint_eq(layer->compiled(), first + 1);
    }
    host_close();
}
END_TEST

/* Behind a cache that holds what the compiler made, another device, as another process would, compiles nothing. */
START_TEST(from_disk)
{
    char folder[] = "/tmp/nnefcl_start_XXXXXX", command[64];
    nnefcl_device_options options = NNEFCL_DEVICE_OPTIONS_INIT;
    const nnefcl_model_options how = NNEFCL_MODEL_OPTIONS_INIT;
    unsigned long compiled[2];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    options.cache_dir = folder;
    options.cache_binaries = 1;
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(nnefcl_device_open(getenv("NNEFCL_DEVICE"), &options, &device, NULL), NNEFCL_OK);
        compile(NULL, "version 1.0;\n" NET_IMAGE, how);
        compiled[i] = layer->compiled();
        host_close();
    }
    ck_assert_uint_eq(compiled[1], compiled[0]);
    snprintf(command, sizeof command, "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

/* ---- programs without names ---- */

/* Was the program of a device of such options compiled without names of values? */
static bool compiles_nameless(nnefcl_device_options options)
{
    ck_assert_int_eq(nnefcl_device_open(getenv("NNEFCL_DEVICE"), &options, &device, NULL), NNEFCL_OK);
    const unsigned long before = layer->compiled();
    compile(NULL, "version 1.0;\n" NET_IMAGE, (nnefcl_model_options)NNEFCL_MODEL_OPTIONS_INIT);
    ck_assert_uint_gt(layer->compiled(), before);
    host_close();
    return strstr(layer->options(), "-discard-value-names") != NULL;
}

/* Only where nobody makes a barrier, and on the driver that gains by it. What is on disk is of the same options. */
START_TEST(nameless)
{
    char folder[] = "/tmp/nnefcl_start_XXXXXX", command[64];
    nnefcl_device_options options = NNEFCL_DEVICE_OPTIONS_INIT;
    host_open();
    const bool gains = device->target.cpu && strstr(device->info.platform_name, "Portable Computing Language");
    host_close();
    ck_assert_ptr_nonnull(mkdtemp(folder));
    options.cache_dir = folder;
    options.cache_binaries = 1;
    ck_assert(!compiles_nameless(options));
    options.no_barriers = 1;
    if (gains)
        ck_assert(compiles_nameless(options));
    snprintf(command, sizeof command, "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

/* The application's own context may hold whatever it compiled. */
START_TEST(named_in_a_foreign_context)
{
    const nnefcl_device_options options = {.version = 1, .no_barriers = 1};
    nnefcl_device *owner;
    host_open();
    owner = device;
    ck_assert_int_eq(
        nnefcl_device_from_opencl(nnefcl_device_context(owner), nnefcl_device_id(owner), &options, &device, NULL),
        NNEFCL_OK);
    const unsigned long before = layer->compiled();
    compile(NULL, "version 1.0;\n" NET_IMAGE, (nnefcl_model_options)NNEFCL_MODEL_OPTIONS_INIT);
    ck_assert_uint_gt(layer->compiled(), before);
    ck_assert_ptr_null(strstr(layer->options(), "-discard-value-names"));
    host_close();
    nnefcl_device_free(owner);
}
END_TEST

/* ---- shared weights ---- */

static size_t shared_buffers(const nnefcl_session *a, const nnefcl_session *b)
{
    size_t count = 0;
    for (size_t i = 0; i < a->plan->buffer_count; i++)
        if (a->plan->buffer[i].storage == NCL_STORE_WEIGHT)
            count += a->slot[i].own == b->slot[i].own;
    return count;
}

START_TEST(weights)
{
    float x[3 * 20 * 20], y[2][24 * 10 * 10] = {{0}};
    host_open();
    nnefcl_model *model = host_model(NET_IMAGE, 1), *other = host_model(NET_IMAGE, 1);
    nnefcl_session *first = host_session(model, NULL), *second = host_session(model, NULL),
                   *stranger = host_session(other, NULL);
    for (size_t i = 0; i < sizeof x / sizeof *x; i++)
        x[i] = (float)(i % 7) - 3;
    ck_assert_uint_gt(shared_buffers(first, second), 0);
    ck_assert_uint_eq(shared_buffers(first, stranger), 0);
    host_run(first, (const void *[]){x}, (void *[]){y[0]});
    nnefcl_session_free(first);
    host_run(second, (const void *[]){x}, (void *[]){y[1]});
    ck_assert_mem_eq(y[0], y[1], sizeof y[0]);
    nnefcl_session_free(second);
    nnefcl_session_free(stranger);
    second = host_session(model, NULL);
    host_run(second, (const void *[]){x}, (void *[]){y[1]});
    ck_assert_mem_eq(y[0], y[1], sizeof y[0]);
    nnefcl_session_free(second);
    nnefcl_model_free(model);
    nnefcl_model_free(other);
    host_close();
}
END_TEST

struct creation {
    const nnefcl_model *model;
    nnefcl_session *session;
    pthread_barrier_t *start;
};

static void *create(void *argument)
{
    struct creation *creation = argument;
    pthread_barrier_wait(creation->start);
    nnefcl_session_create(creation->model, device, &launches, &creation->session, NULL);
    return NULL;
}

/* Sessions that are made at the same moment: one makes the weights, the others wait for them. */
START_TEST(together)
{
    enum { THREADS = 3 };
    pthread_t thread[THREADS];
    pthread_barrier_t start;
    struct creation creation[THREADS];
    host_open();
    nnefcl_model *model = host_model(NET_IMAGE, 1);
    pthread_barrier_init(&start, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) {
        creation[i] = (struct creation){model, NULL, &start};
        ck_assert_int_eq(pthread_create(&thread[i], NULL, create, &creation[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    for (int i = 0; i < THREADS; i++) {
        ck_assert_ptr_nonnull(creation[i].session);
        ck_assert_uint_gt(shared_buffers(creation[0].session, creation[i].session), 0);
    }
    for (int i = 0; i < THREADS; i++)
        nnefcl_session_free(creation[i].session);
    pthread_barrier_destroy(&start);
    nnefcl_model_free(model);
    host_close();
}
END_TEST

/* Another batch: the same programs and the same weights. */
START_TEST(reshape)
{
    static float x[2 * 3 * 20 * 20], y[2][2 * 24 * 10 * 10];
    nnefcl_model *batch;
    nnefcl_error error = {0};
    host_open();
    nnefcl_model *model = host_model(NET_IMAGE, 1), *stranger = host_model(NET_IMAGE, 1);
    nnefcl_session *session = host_session(model, &launches), *kept = host_session(model, &launches);
    const unsigned long compiled = layer->compiled();
    for (size_t i = 0; i < sizeof x / sizeof *x; i++)
        x[i] = (float)(i % (3 * 20 * 20) % 7) - 3;
    host_run(session, (const void *[]){x}, (void *[]){y[0]});
    ck_assert_int_eq(nnefcl_session_reshape(&session, stranger, &launches, &error), NNEFCL_ERR_ARGUMENT);
    ck_assert_int_eq(nnefcl_model_reshape(model, 2, NULL, 0, &batch, &error), NNEFCL_OK);
    nnefcl_model_free(model);
    ck_assert_int_eq(nnefcl_session_reshape(&session, batch, &launches, &error), NNEFCL_OK);
    ck_assert_uint_eq(layer->compiled(), compiled);
    ck_assert_uint_gt(shared_buffers(session, kept), 0);
    host_run(session, (const void *[]){x}, (void *[]){y[1]});
    ck_assert_mem_eq(y[0], y[1], sizeof y[0] / 2);
    ck_assert_mem_eq(y[0], y[1] + 24 * 10 * 10, sizeof y[0] / 2);
    nnefcl_session_free(session);
    nnefcl_session_free(kept);
    nnefcl_model_free(batch);
    nnefcl_model_free(stranger);
    host_close();
}
END_TEST

/* ---- AUTO, progress ---- */

#define NET_TWICE(to, of) "    " of "0 = softmax(" of ", axes = [0]); " to " = softmax(" of "0, axes = [1]);\n"
#define NET_STEPS                                                                                                      \
    "graph steps(a) -> (i)\n{\n    a = external<scalar>(shape = [5, 6]);\n" NET_TWICE("b", "a") NET_TWICE("c", "b")    \
        NET_TWICE("d", "c") NET_TWICE("e", "d") NET_TWICE("f", "e") NET_TWICE("g", "f") NET_TWICE("h", "g")            \
            NET_TWICE("i", "h") "}\n"

/* Few steps are launches until somebody had the persistent form compiled. */
START_TEST(automatic)
{
    const nnefcl_session_options persistent = {.version = 1, .execution = NNEFCL_EXECUTION_PERSISTENT};
    host_open();
    if (device->target.cpu && device->target.relaxed_atomics) {
        nnefcl_session *many = host_ready(NET_STEPS, NULL);
        ck_assert_uint_eq(many->plan->run.count, 16);
        ck_assert_int_eq(many->execution, NNEFCL_EXECUTION_PERSISTENT);
        nnefcl_session_free(many);
        nnefcl_session *session = host_ready(NET_CHAIN, NULL);
        ck_assert_int_eq(session->execution, NNEFCL_EXECUTION_LAUNCHES);
        nnefcl_session_free(session);
        nnefcl_session_free(host_ready(NET_CHAIN, &persistent));
        session = host_ready(NET_CHAIN, NULL);
        ck_assert_int_eq(session->execution, NNEFCL_EXECUTION_PERSISTENT);
        nnefcl_session_free(session);
    }
    host_close();
}
END_TEST

/* A persistent form serves run lists of some of its bodies, and gives what a form of their own gives. */
START_TEST(some_bodies)
{
    static const char *const body[] = {
        "graph few(x) -> (y) { x = external<scalar>(shape = [2, 3]); y = softmax(x, axes = [1]); }",
        "graph more(x) -> (y) { x = external<scalar>(shape = [2, 3]); a = softmax(exp(x), axes = [1]); y = "
        "sum_reduce(a, axes = [0]); }"};
    static const float x[] = {1, 2, 3, 4, 5, 7};
    const nnefcl_session_options persistent = {.version = 1, .execution = NNEFCL_EXECUTION_PERSISTENT};
    float y[2][6];
    for (int more = 0; more < 2; more++) {
        host_open();
        if (device->target.cpu && device->target.relaxed_atomics) {
            if (more)
                nnefcl_session_free(host_ready(body[1], &persistent));
            const unsigned long compiled = layer->compiled();
            nnefcl_session *session = host_ready(body[0], &persistent);
            ck_assert(more ? layer->compiled() == compiled : layer->compiled() > compiled);
            host_run(session, (const void *[]){x}, (void *[]){y[more]});
            nnefcl_session_free(session);
            ck_assert_mem_eq(y[0], y[more], sizeof y[0]);
        }
        host_close();
    }
}
END_TEST

/* What another process had compiled counts too. */
START_TEST(automatic_from_disk)
{
    char folder[] = "/tmp/nnefcl_start_XXXXXX", command[64];
    const nnefcl_session_options persistent = {.version = 1, .execution = NNEFCL_EXECUTION_PERSISTENT};
    nnefcl_device_options options = NNEFCL_DEVICE_OPTIONS_INIT;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    options.cache_dir = folder;
    options.cache_binaries = 1;
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(nnefcl_device_open(getenv("NNEFCL_DEVICE"), &options, &device, NULL), NNEFCL_OK);
        if (device->target.cpu && device->target.relaxed_atomics) {
            nnefcl_session *session = host_ready(NET_IMAGE, i ? NULL : &persistent);
            ck_assert_int_eq(session->execution, NNEFCL_EXECUTION_PERSISTENT);
            nnefcl_session_free(session);
        }
        host_close();
    }
    snprintf(command, sizeof command, "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

/* A group that gave up waiting for another one ends the session, also where the application enqueued the run. */
START_TEST(stalled)
{
    const nnefcl_session_options persistent = {.version = 1, .execution = NNEFCL_EXECUTION_PERSISTENT};
    static const cl_int given_up = 1;
    const float x[6] = {0};
    float z[6];
    nnefcl_error error = {0};
    host_open();
    for (int enqueued = 0; enqueued < 2 && device->target.cpu && device->target.relaxed_atomics; enqueued++) {
        nnefcl_session *session = host_ready(NET_CHAIN, &persistent);
        cl_event done = NULL;
        ck_assert_int_eq(clEnqueueWriteBuffer(session->queue, session->counters, CL_TRUE,
                                              NCL_PERSISTENT_STALLED * sizeof given_up, sizeof given_up, &given_up, 0,
                                              NULL, NULL),
                         CL_SUCCESS);
        if (enqueued) {
            ck_assert_int_eq(nnefcl_session_enqueue(session, session->queue, 0, NULL, &done, &error), NNEFCL_OK);
            ck_assert_int_eq(clWaitForEvents(1, &done), CL_SUCCESS);
            clReleaseEvent(done);
        }
        ck_assert_int_eq(nnefcl_session_run(session, (const void *[]){x, x}, (void *[]){z, NULL}, &error),
                         NNEFCL_ERR_DEVICE);
        ck_assert_ptr_nonnull(strstr(error.message, "waited for another one"));
        ck_assert_int_eq(nnefcl_session_state_reset(session, &error), NNEFCL_OK);
        ck_assert_int_eq(nnefcl_session_run(session, (const void *[]){x, x}, (void *[]){z, NULL}, &error), NNEFCL_OK);
        nnefcl_session_free(session);
    }
    host_close();
}
END_TEST

/* What is left of a run that a deadline gave up ends, too: long before the minute that it has without one. */
START_TEST(stalled_behind_a_deadline)
{
    static const char net[] = "graph two(x) -> (y)\n"
                              "{\n"
                              "    x = external<scalar>(shape = [4, 8]);\n"
                              "    y = sum_reduce(softmax(x, axes = [1]), axes = [0]);\n"
                              "}\n";
    const nnefcl_session_options persistent = {.version = 1, .execution = NNEFCL_EXECUTION_PERSISTENT};
    static const cl_int never = -1000000;
    const float x[32] = {0};
    float y[8];
    nnefcl_error error = {0};
    host_open();
    patient_start();
    if (device->target.cpu && device->target.relaxed_atomics) {
        nnefcl_session *session = host_ready(net, &persistent);
        const cl_command_queue queue = session->queue;
        clRetainCommandQueue(queue);
        ck_assert_int_eq(nnefcl_session_set_timeout(session, 20), NNEFCL_OK);
        ck_assert_int_eq(clEnqueueWriteBuffer(queue, session->counters, CL_TRUE, NCL_PERSISTENT_DONE * sizeof never,
                                              sizeof never, &never, 0, NULL, NULL),
                         CL_SUCCESS);
        const nnefcl_status status = nnefcl_session_run(session, (const void *[]){x}, (void *[]){y}, &error);
        ck_assert_msg(status == NNEFCL_ERR_TIMEOUT || status == NNEFCL_ERR_DEVICE, "%d: %s", status, error.message);
        const long begun = atomic_load(&patient_ms);
        clFinish(queue);
        const long took = atomic_load(&patient_ms) - begun;
        ck_assert_msg(took < 20000, "%ld ms", took);
        clReleaseCommandQueue(queue);
        nnefcl_session_free(session);
    }
    host_close();
}
END_TEST

struct progress {
    int calls[3], stop_at;
};

static int progress_calls(const struct progress *progress)
{
    return progress->calls[0] + progress->calls[1] + progress->calls[2];
}

static int count_progress(void *user, nnefcl_stage stage, uint64_t done, uint64_t total)
{
    struct progress *progress = user;
    ck_assert_uint_le(done, total);
    progress->calls[stage]++;
    return progress->stop_at && progress_calls(progress) == progress->stop_at;
}

/* Every call can end it, and leaves nothing behind. How many there are depends on the thread that builds a program. */
START_TEST(cancelled)
{
    struct progress progress = {{0}, 0};
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_session *session;
    char text[256];
    options.progress = count_progress;
    options.progress_user = &progress;
    nnefcl_model *model = host_model(NET_IMAGE, 1);
    host_open();
    nnefcl_session_free(host_session(model, &options));
    host_close();
    ck_assert(progress.calls[0] && progress.calls[1] && progress.calls[2]);
    const int all = progress_calls(&progress);
    for (int i = 1; i <= all; i++) {
        progress = (struct progress){{0}, i};
        host_open();
        const nnefcl_status status = nnefcl_session_create(model, device, &options, &session, &error);
        ck_assert_int_eq(status, progress_calls(&progress) < i ? NNEFCL_OK : NNEFCL_ERR_CANCELLED);
        ck_assert(status == NNEFCL_OK || !session);
        nnefcl_session_free(session);
        host_close();
        ck_assert_msg(layer->live(text, sizeof text) == 0, "%d: %s", i, text);
    }
    nnefcl_model_free(model);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, batches);
    tcase_add_test(tests, a_network);
    tcase_add_test(tests, another_model);
    tcase_add_test(tests, chains);
    tcase_add_test(tests, sets_of_bodies);
    tcase_add_test(tests, from_disk);
    tcase_add_test(tests, nameless);
    tcase_add_test(tests, named_in_a_foreign_context);
    tcase_add_test(tests, weights);
    tcase_add_test(tests, together);
    tcase_add_test(tests, reshape);
    tcase_add_test(tests, stalled);
    tcase_add_test(tests, stalled_behind_a_deadline);
    tcase_add_test(tests, automatic);
    tcase_add_test(tests, some_bodies);
    tcase_add_test(tests, automatic_from_disk);
    tcase_add_test(tests, cancelled);
}

int main(void)
{
    return layer_main("start", add);
}
