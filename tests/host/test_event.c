/* SPDX-License-Identifier: Apache-2.0 */
/* Events of the application that fail, before a call or in front of a run. Every call comes back, with the error, and a
 * reset makes the session usable again. */

#include "host_case.h"
#include "nnefcl/opencl.h"

static const float x[4] = {1, 2, 3, 4};

/* Rows: what stands behind the event that fails. One run each: behind several, or where the event fails while another
 * thread waits, PoCL 3.1 itself aborts in pocl_update_event_failed now and then. */
static const struct failing {
    cl_command_queue_properties queue;
    nnefcl_execution execution;
} rows[] = {
    {0, NNEFCL_EXECUTION_LAUNCHES},
    {CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE, NNEFCL_EXECUTION_LAUNCHES},
    {0, NNEFCL_EXECUTION_PERSISTENT},
};

static int runs_here(const struct failing *row)
{
    nnefcl_device_info info;
    cl_command_queue_properties properties = 0;
    nnefcl_device_describe(device, &info);
    clGetDeviceInfo(nnefcl_device_id(device), CL_DEVICE_QUEUE_PROPERTIES, sizeof properties, &properties, NULL);
    return (info.type == NNEFCL_DEVICE_CPU || row->execution == NNEFCL_EXECUTION_LAUNCHES) &&
           (row->queue & properties) == row->queue;
}

struct failed_case {
    nnefcl_session *session;
    cl_command_queue queue;
    cl_event gate;
    const struct failing *row;
};

static void begin(struct failed_case *c, const struct failing *row)
{
    cl_int code;
    nnefcl_error error = {0};
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    options.execution = row->execution;
    c->row = row;
    c->session = host_ready(NET_STATE, &options);
    c->queue = clCreateCommandQueue(nnefcl_device_context(device), nnefcl_device_id(device), row->queue, &code);
    ck_assert_int_eq(code, CL_SUCCESS);
    c->gate = clCreateUserEvent(nnefcl_device_context(device), &code);
    ck_assert_int_eq(code, CL_SUCCESS);
    ck_assert_int_eq(nnefcl_session_enqueue(c->session, c->queue, 1, &c->gate, NULL, &error), NNEFCL_OK);
    clSetUserEventStatus(c->gate, -7);
}

static void end(struct failed_case *c)
{
    float before[4];
    void *outputs[] = {before, NULL};
    nnefcl_error error = {0};
    ck_assert_msg(nnefcl_session_state_reset(c->session, &error) == NNEFCL_OK, "%s", error.message);
    host_run(c->session, (const void *[]){x}, NULL);
    host_run(c->session, (const void *[]){x}, outputs);
    nnefcl_session_free(c->session);
    clReleaseEvent(c->gate);
    clReleaseCommandQueue(c->queue);
}

#define ROWS ((int)(sizeof rows / sizeof *rows))
#define CASE_OF(c)                                                                                                     \
    struct failed_case c;                                                                                              \
    if (!runs_here(&rows[_i]))                                                                                         \
        return;                                                                                                        \
    begin(&c, &rows[_i])

START_TEST(run_behind)
{
    nnefcl_error error = {0};
    CASE_OF(c);
    ck_assert_int_eq(nnefcl_session_run(c.session, (const void *[]){x}, NULL, &error), NNEFCL_ERR_DEVICE);
    ck_assert_int_lt(error.opencl_code, 0);
    ck_assert_int_eq(nnefcl_session_run(c.session, (const void *[]){x}, NULL, &error), NNEFCL_ERR_DEVICE);
    end(&c);
}
END_TEST

START_TEST(state_behind)
{
    float s[4];
    nnefcl_error error = {0};
    CASE_OF(c);
    ck_assert_int_eq(nnefcl_session_state_read(c.session, 0, s, &error), NNEFCL_ERR_DEVICE);
    ck_assert_int_eq(nnefcl_session_state_write(c.session, 0, x, &error), NNEFCL_ERR_DEVICE);
    end(&c);
}
END_TEST

/* Behind a run that failed nothing can be enqueued. */
START_TEST(enqueue_behind)
{
    nnefcl_error error = {0};
    CASE_OF(c);
    const nnefcl_status status = nnefcl_session_enqueue(c.session, c.queue, 0, NULL, NULL, &error);
    ck_assert_int_eq(status, NNEFCL_ERR_DEVICE);
    ck_assert_int_eq(nnefcl_session_run(c.session, (const void *[]){x}, NULL, &error), NNEFCL_ERR_DEVICE);
    end(&c);
}
END_TEST

START_TEST(free_behind)
{
    CASE_OF(c);
    nnefcl_session_free(c.session);
    clReleaseEvent(c.gate);
    clReleaseCommandQueue(c.queue);
}
END_TEST

/* An event of the caller that failed before the call is an error of the call: the session goes on. */
START_TEST(failed_already)
{
    nnefcl_error error = {0};
    cl_int code;
    nnefcl_session *session = host_ready(NET_STATE, NULL);
    const cl_command_queue queue =
        clCreateCommandQueue(nnefcl_device_context(device), nnefcl_device_id(device), 0, &code);
    const cl_event gate = clCreateUserEvent(nnefcl_device_context(device), &code);
    clSetUserEventStatus(gate, -7);
    ck_assert_int_eq(nnefcl_session_enqueue(session, queue, 1, &gate, NULL, &error), NNEFCL_ERR_DEVICE);
    ck_assert_int_eq(error.opencl_code, -7);
    ck_assert_int_eq(nnefcl_session_enqueue(session, queue, 1, (cl_event[]){NULL}, NULL, &error), NNEFCL_ERR_ARGUMENT);
    ck_assert(strstr(error.message, "wait_list[0]"));
    host_run(session, (const void *[]){x}, NULL);
    nnefcl_session_free(session);
    clReleaseEvent(gate);
    clReleaseCommandQueue(queue);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_loop_test(tests, run_behind, 0, ROWS);
    tcase_add_loop_test(tests, state_behind, 0, ROWS);
    tcase_add_loop_test(tests, enqueue_behind, 0, ROWS);
    tcase_add_loop_test(tests, free_behind, 0, ROWS);
    tcase_add_test(tests, failed_already);
}

int main(void)
{
    return host_main("event", add);
}
