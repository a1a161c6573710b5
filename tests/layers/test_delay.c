/* SPDX-License-Identifier: Apache-2.0 */
/* The delaying layer keeps what OpenCL allows it to keep, and lets go what it must. */
#include "host/host_case.h"
#include "nnefcl/opencl.h"

static cl_command_queue queue, other;
static cl_mem memory;

static void open_queues(void)
{
    cl_int code;
    const char *path = getenv("OPENCL_LAYERS");
    ck_assert_msg(path && strstr(path, "delay_layer"), "run this with OPENCL_LAYERS=<path of the delaying layer>");
    host_open();
    queue = clCreateCommandQueue(nnefcl_device_context(device), nnefcl_device_id(device), 0, &code);
    other = clCreateCommandQueue(nnefcl_device_context(device), nnefcl_device_id(device), 0, &code);
    memory = clCreateBuffer(nnefcl_device_context(device), CL_MEM_READ_WRITE, sizeof(int), NULL, &code);
    ck_assert(queue && other && memory);
}

static void close_queues(void)
{
    clReleaseMemObject(memory);
    clReleaseCommandQueue(other);
    clReleaseCommandQueue(queue);
    host_close();
}

static cl_int state_of(cl_event event)
{
    cl_int state = CL_COMPLETE;
    clGetEventInfo(event, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof state, &state, NULL);
    return state;
}

static void write_later(const int *value, cl_event *event)
{
    ck_assert_int_eq(clEnqueueWriteBuffer(queue, memory, CL_FALSE, 0, sizeof *value, value, 0, NULL, event), 0);
    ck_assert_int_ne(state_of(*event), CL_COMPLETE);
}

static void flush_queue(cl_event event)
{
    clFlush(queue);
    while (state_of(event) > CL_COMPLETE) /* nothing else lets it go */
        ;
}

static void finish_queue(cl_event event)
{
    (void)event;
    clFinish(queue);
}

static void wait_event(cl_event event)
{
    clWaitForEvents(1, &event);
}

static void read_blocking(cl_event event)
{
    int value;
    (void)event;
    clEnqueueReadBuffer(queue, memory, CL_TRUE, 0, sizeof value, &value, 0, NULL, NULL);
}

static void (*const releases[])(cl_event) = {flush_queue, finish_queue, wait_event, read_blocking};

/* The host's memory is read when the queue is let go, not before. */
START_TEST(writes_late)
{
    int value = 1, got = 0;
    cl_event event;
    write_later(&value, &event);
    value = 2;
    releases[_i](event);
    ck_assert_int_eq(state_of(event), CL_COMPLETE);
    clEnqueueReadBuffer(queue, memory, CL_TRUE, 0, sizeof got, &got, 0, NULL, NULL);
    ck_assert_int_eq(got, 2);
    clReleaseEvent(event);
}
END_TEST

/* Another queue does not let go what it waits for. */
START_TEST(waits_for_other)
{
    int value = 3, got = 0;
    cl_event event, behind;
    write_later(&value, &event);
    ck_assert_int_eq(clEnqueueMarkerWithWaitList(other, 1, &event, &behind), 0);
    clFlush(other);
    ck_assert_int_ne(state_of(event), CL_COMPLETE);
    ck_assert_int_ne(state_of(behind), CL_COMPLETE);
    clFlush(queue);
    clFinish(other);
    ck_assert_int_eq(state_of(behind), CL_COMPLETE);
    clEnqueueReadBuffer(other, memory, CL_TRUE, 0, sizeof got, &got, 0, NULL, NULL);
    ck_assert_int_eq(got, 3);
    clReleaseEvent(behind);
    clReleaseEvent(event);
}
END_TEST

/* ---- weights ---- */

enum { VARIABLES = 48, FLOATS = 32768 }; /* three times a half of the block on which small weights travel (host/upload.c) */

static nnefcl_model *variables_model(void)
{
    char text[256 * VARIABLES], *at = text;
    at += sprintf(at, "graph g(x) -> (y)\n{\n    x = external(shape = [1]);\n    t0 = copy(x);\n");
    for (int i = 0; i < VARIABLES; i++)
        at += sprintf(at,
                      "    v%d = variable<scalar>(shape = [%d], label = 'v%d');\n"
                      "    s%d = sum_reduce(v%d * x, axes = [0]);\n    t%d = t%d + s%d;\n",
                      i, FLOATS, i, i, i, i + 1, i, i);
    sprintf(at, "    y = copy(t%d);\n}\n", VARIABLES);
    return host_model(text, 1);
}

static int expect_right(void *user, const nnefcl_verdict *verdict)
{
    (void)user;
    ck_assert_msg(verdict->bad == 0, "%s: %llu values are wrong", verdict->result.name,
                  (unsigned long long)verdict->bad);
    return 0;
}

/* The block is used again only when all that lies in it has been read. */
START_TEST(weights_arrive)
{
    const float x[1] = {1};
    nnefcl_error error = {0};
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    options.keep_tensors = 1;
    nnefcl_model *model = variables_model();
    nnefcl_session *session = host_session(model, &options);
    const nnefcl_status status =
        nnefcl_session_verify(session, model, (const void *[]){x}, NULL, expect_right, NULL, &error);
    ck_assert_msg(status == NNEFCL_OK, "%s", error.message);
    nnefcl_session_free(session);
    nnefcl_model_free(model);
}
END_TEST

/* ---- results in pieces ---- */

/* Whoever waits for a piece lets go what it waits for. */
START_TEST(pieces_come)
{
    enum { COUNT = 700000 };
    static float x[COUNT], y[COUNT];
    nnefcl_device *shared = device;
    nnefcl_error error = {0};
    setenv("FAR", "1", 1);
    ck_assert_int_eq(nnefcl_device_open(getenv("NNEFCL_DEVICE"), NULL, &device, &error), NNEFCL_OK);
    unsetenv("FAR");
    nnefcl_session *session =
        host_ready("graph far(x) -> (y) { x = external<scalar>(shape = [700000]); y = x + 1.0; }", NULL);
    for (size_t i = 0; i < COUNT; i++)
        x[i] = (float)i;
    ck_assert_int_eq(nnefcl_session_set_timeout(session, _i ? 60000 : 0), NNEFCL_OK);
    host_run(session, (const void *[]){x}, (void *[]){y});
    for (size_t i = 0; i < COUNT; i++)
        if (y[i] != x[i] + 1)
            ck_abort_msg("element %zu is %g", i, (double)y[i]);
    nnefcl_session_free(session);
    nnefcl_device_free(device);
    device = shared;
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("delay");
    TCase *tests = tcase_create("delay");
    tcase_set_timeout(tests, 0);
    tcase_add_unchecked_fixture(tests, open_queues, close_queues);
    tcase_add_loop_test(tests, writes_late, 0, (int)(sizeof releases / sizeof *releases));
    tcase_add_test(tests, waits_for_other);
    tcase_add_test(tests, weights_arrive);
    tcase_add_loop_test(tests, pieces_come, 0, 2);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
