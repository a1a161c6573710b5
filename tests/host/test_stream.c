/* SPDX-License-Identifier: Apache-2.0 */
/* Streams: runs whose transfers overlap give what single runs give, in their order, and starting one waits for nothing.
 */
#include "host_case.h"
#include "nnefcl/opencl.h"

enum { RUNS = 7, FLOATS = 4 };

static nnefcl_session *session;
static nnefcl_stream *stream;
static nnefcl_error error;

static void stream_open(const char *net, nnefcl_execution execution)
{
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    options.execution = execution;
    session = host_ready(net, &options);
    ck_assert_msg(nnefcl_stream_create(session, &stream, &error) == NNEFCL_OK, "%s", error.message);
}

static void stream_close(void)
{
    nnefcl_stream_free(stream);
    nnefcl_session_free(session);
}

/* The variable is 0. */
static void sums_open(nnefcl_execution execution)
{
    static const float zeros[FLOATS];
    stream_open(NET_STATE, execution);
    ck_assert_int_eq(nnefcl_session_state_write(session, 0, zeros, &error), NNEFCL_OK);
}

/* All elements of the input are the number. */
static void enqueue(float number)
{
    float *input = nnefcl_stream_input(stream, 0);
    ck_assert_ptr_nonnull(input);
    for (int i = 0; i < FLOATS; i++)
        input[i] = number;
    ck_assert_msg(nnefcl_stream_enqueue(stream, &error) == NNEFCL_OK, "%s", error.message);
}

static void expect(size_t output, float number)
{
    const float *got = nnefcl_stream_output(stream, output);
    ck_assert_ptr_nonnull(got);
    for (int i = 0; i < FLOATS; i++)
        ck_assert_msg(got[i] == number, "output %zu has %g, not %g", output, (double)got[i], (double)number);
}

static void wait_sums(float before, float after)
{
    ck_assert_msg(nnefcl_stream_wait(stream, &error) == NNEFCL_OK, "%s", error.message);
    expect(0, before);
    expect(1, after);
}

/* The variable is a sum of all inputs: 1 + 2 + ... */
START_TEST(runs_follow_each_other)
{
    sums_open(_i ? NNEFCL_EXECUTION_AUTO : NNEFCL_EXECUTION_LAUNCHES);
    float sum = 0;
    for (int i = 0, ended = 0; ended < RUNS; i++) {
        if (i < RUNS)
            enqueue((float)(i + 1));
        if (nnefcl_stream_running(stream) < NNEFCL_STREAM_AHEAD && i < RUNS)
            continue;
        ended++;
        wait_sums(sum, sum + (float)ended);
        sum += (float)ended;
    }
    ck_assert_uint_eq(nnefcl_stream_running(stream), 0);
    stream_close();
}
END_TEST

/* What a run left stays while the next two are under way. */
START_TEST(outputs_stay)
{
    sums_open(NNEFCL_EXECUTION_AUTO);
    ck_assert_ptr_null(nnefcl_stream_output(stream, 0));
    enqueue(1);
    wait_sums(0, 1);
    enqueue(2);
    enqueue(4);
    expect(1, 1);
    wait_sums(1, 3);
    expect(1, 3);
    wait_sums(3, 7);
    stream_close();
}
END_TEST

START_TEST(limits)
{
    sums_open(NNEFCL_EXECUTION_AUTO);
    ck_assert_int_eq(nnefcl_stream_wait(stream, &error), NNEFCL_ERR_ARGUMENT);
    ck_assert_ptr_null(nnefcl_stream_input(stream, 1));
    for (int i = 0; i < NNEFCL_STREAM_AHEAD; i++)
        enqueue(1);
    ck_assert_ptr_null(nnefcl_stream_input(stream, 0));
    ck_assert_int_eq(nnefcl_stream_enqueue(stream, &error), NNEFCL_ERR_LIMIT);
    wait_sums(0, 1);
    ck_assert_ptr_nonnull(nnefcl_stream_input(stream, 0));
    ck_assert_ptr_null(nnefcl_stream_output(stream, 2));
    stream_close(); /* one is under way */
}
END_TEST

/* The input of the run that was started last is on the device, some time. */
static void await_input(float number)
{
    cl_int code;
    cl_mem memory;
    float got = 0;
    cl_command_queue queue = clCreateCommandQueue(nnefcl_device_context(device), nnefcl_device_id(device), 0, &code);
    ck_assert_int_eq(nnefcl_session_input_memory(session, 0, &memory, NULL), NNEFCL_OK);
    while (got != number)
        ck_assert_int_eq(clEnqueueReadBuffer(queue, memory, CL_TRUE, 0, sizeof got, &got, 0, NULL, NULL), CL_SUCCESS);
    clReleaseCommandQueue(queue);
}

/* Runs wait for an event that the test holds back: starting them does not, nor do their inputs. */
START_TEST(starting_waits_for_nothing)
{
    const float x[FLOATS] = {0};
    cl_int code;
    sums_open(NNEFCL_EXECUTION_LAUNCHES);
    ck_assert_int_eq(nnefcl_session_run(session, (const void *[]){x}, NULL, &error), NNEFCL_OK);
    cl_command_queue queue = clCreateCommandQueue(nnefcl_device_context(device), nnefcl_device_id(device), 0, &code);
    const cl_event gate = clCreateUserEvent(nnefcl_device_context(device), &code);
    ck_assert_int_eq(nnefcl_session_enqueue(session, queue, 1, &gate, NULL, &error), NNEFCL_OK);
    enqueue(1);
    await_input(1);
    enqueue(2);
    await_input(2);
    ck_assert_int_eq(clSetUserEventStatus(gate, CL_COMPLETE), CL_SUCCESS);
    wait_sums(0, 1);
    wait_sums(1, 3);
    stream_close();
    clReleaseEvent(gate);
    clReleaseCommandQueue(queue);
}
END_TEST

/* Other calls for the session wait for its runs; afterwards it has its own memory. */
START_TEST(runs_between)
{
    const float x[FLOATS] = {8, 8, 8, 8};
    float before[FLOATS], after[FLOATS];
    sums_open(NNEFCL_EXECUTION_AUTO);
    enqueue(1);
    nnefcl_stream_free(stream);
    stream = NULL;
    ck_assert_msg(nnefcl_session_run(session, (const void *[]){x}, (void *[]){before, after}, &error) == NNEFCL_OK,
                  "%s", error.message);
    ck_assert_float_eq(before[0], 1);
    ck_assert_float_eq(after[FLOATS - 1], 9);
    stream_close();
}
END_TEST

/* An input that is no output of a step, integers and logicals: bytes of every size. */
START_TEST(mixed_outputs)
{
    static const float want[FLOATS] = {1.6487213F, 2.7182818F, 4.4816891F, 7.3890561F};
    stream_open(NET_MIXED, NNEFCL_EXECUTION_AUTO);
    for (int i = 0; i < RUNS; i++) {
        enqueue((float)i);
        ck_assert_int_eq(nnefcl_stream_wait(stream, &error), NNEFCL_OK);
        expect(0, (float)i);
        const unsigned char *big = nnefcl_stream_output(stream, 1);
        const float *c = nnefcl_stream_output(stream, 2);
        for (int k = 0; k < FLOATS; k++) {
            ck_assert_int_eq(big[k] != 0, i > k + 1);
            ck_assert_float_eq_tol(c[k], want[k], 1e-5F * want[k]);
        }
    }
    stream_close();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stream");
    TCase *tests = tcase_create("stream");
    tcase_set_timeout(tests, 0);
    tcase_add_unchecked_fixture(tests, host_open, host_close);
    tcase_add_loop_test(tests, runs_follow_each_other, 0, 2);
    tcase_add_test(tests, outputs_stay);
    tcase_add_test(tests, limits);
    tcase_add_test(tests, starting_waits_for_nothing);
    tcase_add_test(tests, runs_between);
    tcase_add_test(tests, mixed_outputs);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
