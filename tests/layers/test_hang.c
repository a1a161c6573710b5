/* SPDX-License-Identifier: Apache-2.0 */
/* A device that hangs or fails: every call comes back in the time it was given, later ones at once, another context
 * works, and nothing is lost when the device goes on after all. A call that does not come back ends the process. What
 * has to be done in time is so by a clock that a busy machine does not use up, and what must come to its end has no limit. */
#include <dlfcn.h>
#include <stdbool.h>

#include "hang_layer.h"
#include "host/host_case.h"
#include "nnefcl/opencl.h"
#include "nnefcl/state.h"
#include "nnefcl/stream.h"
#include "nnefcl/verify.h"
#include "patient_clock.h"

#define TIME 300.0 /* ms of each call */

static const struct hang_control *hang;
static const float x[4] = {1, 2, 3, 4};

static void find_hang(void)
{
    void *handle = dlopen(getenv("OPENCL_LAYERS"), RTLD_NOW);
    ck_assert_msg(handle != NULL, "run this with OPENCL_LAYERS=<path of hang_layer>: %s", dlerror());
    hang = dlsym(handle, "hang_control");
    ck_assert_ptr_nonnull(hang);
}

/* What is asserted is a call's own time and a scheduler's. */
static void check_time(const char *what, long start, double most)
{
    const long ms = atomic_load(&patient_ms) - start;
    ck_assert_msg((double)ms < most * 1.1 + 1000, "%s took %ld ms of %.0f", what, ms, most);
}

static void limit(nnefcl_session *session, double ms)
{
    ck_assert_int_eq(nnefcl_session_set_timeout(session, ms), NNEFCL_OK);
}

static nnefcl_session *session_of(nnefcl_device *on, nnefcl_execution execution)
{
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_session *session;
    options.execution = execution;
    nnefcl_model *model = host_model(NET_STATE, 1);
    ck_assert_msg(!nnefcl_session_create(model, on, &options, &session, &error), "%s", error.message);
    nnefcl_model_free(model);
    return session;
}

static nnefcl_status run(nnefcl_session *session, nnefcl_error *error)
{
    float before[4], after[4];
    return nnefcl_session_run(session, (const void *[]){x}, (void *[]){before, after}, error);
}

static void check_works(nnefcl_device *on)
{
    nnefcl_error error = {0};
    nnefcl_session *session = session_of(on, NNEFCL_EXECUTION_LAUNCHES);
    ck_assert_msg(run(session, &error) == NNEFCL_OK, "%s", error.message);
    nnefcl_session_free(session);
}

/* What hangs goes on, and the device knows some time. */
static void go_on(void)
{
    nnefcl_error error = {0};
    hang->release();
    while (nnefcl_device_state(device, &error) != NNEFCL_OK)
        patient_nap();
}

static int fits(nnefcl_execution execution)
{
    nnefcl_device_info info;
    nnefcl_device_describe(device, &info);
    return execution != NNEFCL_EXECUTION_PERSISTENT || (info.type == NNEFCL_DEVICE_CPU && info.relaxed_atomics);
}

/* ---- a kernel that never ends ---- */

static void check_lost(nnefcl_session *session, nnefcl_device *on)
{
    nnefcl_error error = {0};
    nnefcl_session *other;
    nnefcl_model *model = host_model(NET_STATE, 1);
    const long start = atomic_load(&patient_ms);
    ck_assert_int_eq(run(session, &error), NNEFCL_ERR_TIMEOUT);
    ck_assert_int_eq(nnefcl_session_state_reset(session, &error), NNEFCL_ERR_DEVICE);
    ck_assert_int_eq(nnefcl_session_create(model, on, NULL, &other, &error), NNEFCL_ERR_DEVICE);
    ck_assert(strstr(error.message, "the device is lost"));
    ck_assert_int_eq(nnefcl_device_state(on, &error), NNEFCL_ERR_DEVICE);
    check_time("answers of a lost device", start, 0);
    nnefcl_model_free(model);
}

START_TEST(kernel_hangs)
{
    const nnefcl_execution execution = _i ? NNEFCL_EXECUTION_PERSISTENT : NNEFCL_EXECUTION_LAUNCHES;
    nnefcl_error error = {0};
    nnefcl_device *second;
    if (!fits(execution))
        return;
    ck_assert_int_eq(nnefcl_device_open(getenv("NNEFCL_DEVICE"), NULL, &second, &error), NNEFCL_OK);
    nnefcl_session *session = session_of(device, execution);
    ck_assert_int_eq(run(session, &error), NNEFCL_OK);
    limit(session, TIME);
    hang->hang_at(1);
    const long start = atomic_load(&patient_ms);
    ck_assert_int_eq(run(session, &error), NNEFCL_ERR_TIMEOUT);
    check_time("a run", start, TIME);
    check_lost(session, device);
    check_works(second);
    go_on();
    limit(session, 0);
    ck_assert_int_eq(nnefcl_session_state_reset(session, &error), NNEFCL_OK);
    ck_assert_int_eq(run(session, &error), NNEFCL_OK);
    nnefcl_session_free(session);
    check_works(device);
    nnefcl_device_free(second);
}
END_TEST

/* What commands use is there until they are over, then it goes. */
START_TEST(freed_while_it_hangs)
{
    nnefcl_error error = {0};
    nnefcl_session *session = session_of(device, NNEFCL_EXECUTION_LAUNCHES);
    limit(session, TIME);
    hang->hang_at(1);
    ck_assert_int_eq(run(session, &error), NNEFCL_ERR_TIMEOUT);
    const long start = atomic_load(&patient_ms);
    nnefcl_session_free(session);
    check_time("freeing", start, TIME);
    ck_assert_int_eq(nnefcl_device_state(device, &error), NNEFCL_ERR_DEVICE);
    go_on();
    check_works(device);
}
END_TEST

/* A session is made within so many ms while its n-th kernel hangs. */
static nnefcl_status make_hanging(const nnefcl_model *model, unsigned long n, double ms)
{
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_session *session;
    options.timeout_ms = ms;
    options.execution = NNEFCL_EXECUTION_LAUNCHES;
    hang->hang_at(n);
    const long start = atomic_load(&patient_ms);
    const nnefcl_status status = nnefcl_session_create(model, device, &options, &session, &error);
    check_time("making a session", start, 2 * ms); /* it is freed too */
    hang->hang_at(0);
    ck_assert(status == NNEFCL_ERR_TIMEOUT || (status == NNEFCL_OK && !hang->hangs()));
    nnefcl_session_free(session);
    return status;
}

/* Each kernel of a session that is made, in turn; false: there are fewer. What takes too long by itself, on a machine
 * that is busy, gets more time. */
static bool hang_nth(const nnefcl_model *model, unsigned long n)
{
    for (double ms = TIME;; ms *= 2) {
        const nnefcl_status status = make_hanging(model, n, ms);
        const bool hung = hang->hangs();
        go_on();
        if (hung || status == NNEFCL_OK)
            return hung;
    }
}

START_TEST(hangs_while_made)
{
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    nnefcl_model *model = host_model(NET_MIXED, 1);
    unsigned long n = 1;
    options.execution = NNEFCL_EXECUTION_LAUNCHES;
    nnefcl_session_free(host_session(model, &options)); /* what it compiles is there */
    while (hang_nth(model, n))
        n++;
    ck_assert_uint_gt(n, 2);
    nnefcl_model_free(model);
}
END_TEST

/* ---- calls that wait ---- */

static int no_verdict(void *user, const nnefcl_verdict *verdict)
{
    (void)user, (void)verdict;
    return 0;
}

static int drop(void *user, const char *text, size_t length)
{
    (void)user, (void)text, (void)length;
    return 0;
}

/* Behind a run of the application that hangs. */
static nnefcl_status call_waiting(int which, nnefcl_session *session, const nnefcl_model *model, nnefcl_error *error)
{
    float data[4];
    switch (which) {
    case 0:
        return run(session, error);
    case 1:
        return nnefcl_session_state_read(session, 0, data, error);
    case 2:
        return nnefcl_session_state_write(session, 0, x, error);
    case 3:
        return nnefcl_session_state_save(session, drop, NULL, error);
    case 4:
        return nnefcl_session_verify(session, model, (const void *[]){x}, (void *[]){data, data}, no_verdict, NULL,
                                     error);
    case 5:
        return nnefcl_session_state_reset(session, error);
    default:
        nnefcl_session_free(session);
        return NNEFCL_ERR_TIMEOUT;
    }
}
enum { CALLS = 7, FREES = 6 };

START_TEST(every_call_comes_back)
{
    cl_int code;
    nnefcl_error error = {0};
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    options.keep_tensors = 1;
    nnefcl_model *model = host_model(NET_STATE, 1);
    nnefcl_session *session = host_session(model, &options);
    limit(session, TIME);
    const cl_command_queue queue =
        clCreateCommandQueue(nnefcl_device_context(device), nnefcl_device_id(device), 0, &code);
    hang->hang_at(1);
    ck_assert_int_eq(nnefcl_session_enqueue(session, queue, 0, NULL, NULL, &error), NNEFCL_OK);
    const long start = atomic_load(&patient_ms);
    ck_assert_int_eq(call_waiting(_i, session, model, &error), NNEFCL_ERR_TIMEOUT);
    check_time("a call", start, TIME);
    go_on();
    clFinish(queue);
    if (_i != FREES)
        nnefcl_session_free(session);
    clReleaseCommandQueue(queue);
    nnefcl_model_free(model);
}
END_TEST

/* ---- streams ---- */

static nnefcl_stream *stream_of(nnefcl_session *session)
{
    nnefcl_error error = {0};
    nnefcl_stream *stream;
    ck_assert_msg(nnefcl_stream_create(session, &stream, &error) == NNEFCL_OK, "%s", error.message);
    return stream;
}

static void feed(nnefcl_stream *stream)
{
    nnefcl_error error = {0};
    memcpy(nnefcl_stream_input(stream, 0), x, sizeof x);
    const long start = atomic_load(&patient_ms);
    ck_assert_msg(nnefcl_stream_enqueue(stream, &error) == NNEFCL_OK, "%s", error.message);
    check_time("starting a run of a stream", start, 0);
}

/* A run that hangs and one behind it: waiting ends in time, what comes then at once. */
static void hang_stream(nnefcl_session *session, nnefcl_stream *stream)
{
    nnefcl_error error = {0};
    feed(stream);
    ck_assert_msg(nnefcl_stream_wait(stream, &error) == NNEFCL_OK, "%s", error.message);
    limit(session, TIME);
    hang->hang_at(1);
    feed(stream);
    feed(stream);
    long start = atomic_load(&patient_ms);
    ck_assert_int_eq(nnefcl_stream_wait(stream, &error), NNEFCL_ERR_TIMEOUT);
    check_time("waiting for a run of a stream", start, TIME);
    start = atomic_load(&patient_ms);
    ck_assert_int_ne(nnefcl_stream_wait(stream, &error), NNEFCL_OK);
    ck_assert_uint_eq(nnefcl_stream_running(stream), 2);
    ck_assert_ptr_null(nnefcl_stream_input(stream, 0));
    ck_assert_int_eq(nnefcl_device_state(device, &error), NNEFCL_ERR_DEVICE);
    check_time("answers of a stream that is stuck", start, 0);
}

START_TEST(stream_hangs)
{
    nnefcl_error error = {0};
    nnefcl_session *session = session_of(device, NNEFCL_EXECUTION_LAUNCHES);
    nnefcl_stream *stream = stream_of(session);
    hang_stream(session, stream);
    go_on();
    nnefcl_stream_free(stream);
    limit(session, 0);
    ck_assert_int_eq(nnefcl_session_state_reset(session, &error), NNEFCL_OK);
    stream = stream_of(session);
    feed(stream);
    ck_assert_msg(nnefcl_stream_wait(stream, &error) == NNEFCL_OK, "%s", error.message);
    nnefcl_stream_free(stream);
    nnefcl_session_free(session);
}
END_TEST

/* What is alive of a context counts there. */
static cl_uint references(void)
{
    cl_uint count = 0;
    ck_assert_int_eq(clGetContextInfo(nnefcl_device_context(device), CL_CONTEXT_REFERENCE_COUNT, sizeof count, &count,
                                      NULL),
                     CL_SUCCESS);
    return count;
}

/* Drivers release some of it in threads of their own, a little later. */
static cl_uint least_references(void)
{
    cl_uint least = references();
    for (int i = 0; i < 50; i++) {
        const cl_uint now = references();
        least = now < least ? now : least;
        patient_nap();
    }
    return least;
}

/* Its memory goes with that of the session, when the device has gone on. */
START_TEST(stream_freed_while_it_hangs)
{
    check_works(device);
    const cl_uint before = least_references();
    nnefcl_session *session = session_of(device, NNEFCL_EXECUTION_LAUNCHES);
    nnefcl_stream *stream = stream_of(session);
    hang_stream(session, stream);
    const long start = atomic_load(&patient_ms);
    nnefcl_stream_free(stream);
    nnefcl_session_free(session);
    check_time("freeing a stream that is stuck", start, TIME);
    go_on();
    check_works(device);
    while (references() > before)
        patient_nap();
}
END_TEST

/* ---- a result that comes in pieces ---- */

enum { MANY = 700000 }; /* 4 bytes each: three pieces */

static nnefcl_status run_many(nnefcl_session *session, nnefcl_error *error)
{
    static float many[MANY], got[MANY];
    for (size_t i = 0; i < MANY; i++)
        many[i] = (float)i;
    got[MANY - 1] = -1;
    const nnefcl_status status = nnefcl_session_run(session, (const void *[]){many}, (void *[]){got}, error);
    ck_assert_float_eq(got[MANY - 1], status ? -1 : MANY);
    return status;
}

/* The time is for the whole of it. */
START_TEST(piece_hangs)
{
    nnefcl_error error = {0};
    nnefcl_device *shared = device;
    setenv("FAR", "1", 1);
    ck_assert_int_eq(nnefcl_device_open(getenv("NNEFCL_DEVICE"), NULL, &device, &error), NNEFCL_OK);
    unsetenv("FAR");
    nnefcl_session *session =
        host_ready("graph far(x) -> (y) { x = external<scalar>(shape = [700000]); y = x + 1.0; }", NULL);
    ck_assert_int_eq(run_many(session, &error), NNEFCL_OK);
    limit(session, TIME);
    hang->hang_read_at((unsigned long)_i + 1);
    const long start = atomic_load(&patient_ms);
    ck_assert_int_eq(run_many(session, &error), NNEFCL_ERR_TIMEOUT);
    check_time("reading in pieces", start, TIME);
    go_on();
    limit(session, 0);
    ck_assert_int_eq(nnefcl_session_state_reset(session, &error), NNEFCL_OK);
    ck_assert_int_eq(run_many(session, &error), NNEFCL_OK);
    nnefcl_session_free(session);
    nnefcl_device_free(device);
    device = shared;
}
END_TEST

/* ---- events ---- */

START_TEST(events_never_fire)
{
    nnefcl_error error = {0};
    nnefcl_session *session = session_of(device, NNEFCL_EXECUTION_LAUNCHES);
    limit(session, TIME);
    hang->mute(1);
    const long start = atomic_load(&patient_ms);
    ck_assert_int_eq(run(session, &error), NNEFCL_ERR_TIMEOUT);
    check_time("a run", start, TIME);
    hang->mute(0);
    go_on();
    nnefcl_session_free(session);
}
END_TEST

/* With a limit or without: the session and the device are lost for good, other contexts are not. */
START_TEST(command_fails)
{
    nnefcl_error error = {0};
    nnefcl_device *own;
    ck_assert_int_eq(nnefcl_device_open(getenv("NNEFCL_DEVICE"), NULL, &own, &error), NNEFCL_OK);
    nnefcl_session *session = session_of(own, NNEFCL_EXECUTION_LAUNCHES);
    limit(session, _i ? 1e9 : 0);
    hang->end_in(CL_OUT_OF_RESOURCES);
    ck_assert_int_eq(run(session, &error), NNEFCL_ERR_DEVICE);
    hang->end_in(0);
    ck_assert_int_eq(error.opencl_code, CL_OUT_OF_RESOURCES);
    ck_assert_int_eq(run(session, &error), NNEFCL_ERR_DEVICE);
    ck_assert_int_eq(nnefcl_session_state_reset(session, &error), NNEFCL_ERR_DEVICE);
    ck_assert(strstr(error.message, "CL_OUT_OF_RESOURCES"));
    ck_assert_int_eq(nnefcl_device_state(own, &error), NNEFCL_ERR_DEVICE);
    check_works(device);
    nnefcl_session_free(session);
    nnefcl_device_free(own);
}
END_TEST

/* ---- the caller ends it ---- */

static int stop_at_third(void *user, double ms)
{
    ck_assert(ms >= 0);
    return ++*(int *)user == 3;
}

START_TEST(cancelled_while_it_waits)
{
    int asked = 0;
    nnefcl_error error = {0};
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    options.waiting = stop_at_third;
    options.waiting_user = &asked;
    nnefcl_session *session = host_ready(NET_STATE, &options);
    asked = 0;
    hang->hang_at(1);
    ck_assert_int_eq(run(session, &error), NNEFCL_ERR_CANCELLED);
    ck_assert_int_eq(asked, 3);
    go_on();
    nnefcl_session_free(session);
}
END_TEST

START_TEST(timeouts_that_are_none)
{
    const double bad[] = {-1, 0.0 / 0.0};
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    nnefcl_session *session = host_ready(NET_STATE, NULL), *other;
    nnefcl_error error = {0};
    nnefcl_model *model = host_model(NET_STATE, 1);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_int_eq(nnefcl_session_set_timeout(session, bad[i]), NNEFCL_ERR_ARGUMENT);
        options.timeout_ms = bad[i];
        ck_assert_int_eq(nnefcl_session_create(model, device, &options, &other, &error), NNEFCL_ERR_ARGUMENT);
    }
    nnefcl_session_free(session);
    nnefcl_model_free(model);
}
END_TEST

static void setup(void)
{
    patient_start();
    find_hang();
    host_open();
}

static void calm(void)
{
    patient_end_in(60000);
    hang->hang_at(0);
    hang->hang_read_at(0);
    hang->mute(0);
    hang->end_in(0);
    hang->release();
}

int main(void)
{
    Suite *suite = suite_create("hang");
    TCase *tests = tcase_create("hang");
    tcase_set_timeout(tests, 0);
    tcase_add_unchecked_fixture(tests, setup, host_close);
    tcase_add_checked_fixture(tests, calm, calm);
    tcase_add_loop_test(tests, kernel_hangs, 0, 2);
    tcase_add_test(tests, freed_while_it_hangs);
    tcase_add_test(tests, hangs_while_made);
    tcase_add_loop_test(tests, every_call_comes_back, 0, CALLS);
    tcase_add_test(tests, stream_hangs);
    tcase_add_test(tests, stream_freed_while_it_hangs);
    tcase_add_loop_test(tests, piece_hangs, 0, 3);
    tcase_add_test(tests, events_never_fire);
    tcase_add_loop_test(tests, command_fails, 0, 2);
    tcase_add_test(tests, cancelled_while_it_waits);
    tcase_add_test(tests, timeouts_that_are_none);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
