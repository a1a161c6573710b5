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

int main(void)
{
    Suite *suite = suite_create("delay");
    TCase *tests = tcase_create("delay");
    tcase_set_timeout(tests, 0);
    tcase_add_unchecked_fixture(tests, open_queues, close_queues);
    tcase_add_loop_test(tests, writes_late, 0, (int)(sizeof releases / sizeof *releases));
    tcase_add_test(tests, waits_for_other);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
