/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions in an application's own OpenCL world: its context, buffers, queue and events. */
#include <math.h>

#include "host/host.h"
#include "host_case.h"
#include "nnefcl/opencl.h"

static const float x[6] = {1, -2, 3, -4, 5, -6}, y[6] = {0.5f, 1, -1, 2, 4, -2};
enum { BYTES = sizeof x };

static cl_command_queue new_queue(cl_command_queue_properties properties)
{
    cl_int code;
    const cl_command_queue queue =
        clCreateCommandQueue(nnefcl_device_context(device), nnefcl_device_id(device), properties, &code);
    ck_assert_int_eq(code, CL_SUCCESS);
    return queue;
}

static cl_mem new_buffer(size_t bytes, cl_mem_flags flags)
{
    cl_int code;
    const cl_mem memory = clCreateBuffer(nnefcl_device_context(device), flags, bytes, NULL, &code);
    ck_assert_int_eq(code, CL_SUCCESS);
    return memory;
}

static void write_floats(cl_command_queue queue, cl_mem memory, size_t offset, const float *data)
{
    ck_assert_int_eq(clEnqueueWriteBuffer(queue, memory, CL_TRUE, offset, BYTES, data, 0, NULL, NULL), CL_SUCCESS);
}

static void expect_chain(const float *z, const float *r, float scale)
{
    for (int k = 0; k < 6; k++) {
        const float relu = x[k] > 0 ? scale * x[k] : 0, expected = expf(relu - y[k]);
        ck_assert_float_eq(r[k], relu);
        ck_assert_msg(fabsf(z[k] - expected) <= 1e-5f * expected, "%d: %g, not %g", k, (double)z[k], (double)expected);
    }
}

static void read_and_expect(cl_command_queue queue, cl_mem z_memory, size_t z_offset, cl_mem r_memory, size_t r_offset,
                            cl_event after, float scale)
{
    float z[6], r[6];
    ck_assert_int_eq(
        clEnqueueReadBuffer(queue, z_memory, CL_TRUE, z_offset, BYTES, z, after ? 1 : 0, after ? &after : NULL, NULL),
        CL_SUCCESS);
    ck_assert_int_eq(
        clEnqueueReadBuffer(queue, r_memory, CL_TRUE, r_offset, BYTES, r, after ? 1 : 0, after ? &after : NULL, NULL),
        CL_SUCCESS);
    expect_chain(z, r, scale);
}

static void bind(nnefcl_session *session, int output, size_t index, cl_mem memory, size_t offset)
{
    nnefcl_error error = {0};
    ck_assert_msg((output ? nnefcl_session_bind_output : nnefcl_session_bind_input)(session, index, memory, offset,
                                                                                    &error) == NNEFCL_OK,
                  "%s", error.message);
}

static cl_event enqueue(nnefcl_session *session, cl_command_queue queue, cl_uint count, const cl_event *wait)
{
    nnefcl_error error = {0};
    cl_event done = NULL;
    ck_assert_msg(nnefcl_session_enqueue(session, queue, count, wait, &done, &error) == NNEFCL_OK, "%s", error.message);
    ck_assert_ptr_nonnull(done);
    return done;
}

/* ---- forms: in-order or out-of-order queue, launches or persistent ---- */

static const struct {
    cl_command_queue_properties queue;
    nnefcl_session_options options;
} forms[] = {
    {0, {.version = 1}},
    {CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE, {.version = 1}},
    {CL_QUEUE_PROFILING_ENABLE, {.version = 1, .profiling = NNEFCL_PROFILING_STEPS}},
    {CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE, {.version = 1, .execution = NNEFCL_EXECUTION_PERSISTENT}},
    {0, {.version = 1, .execution = NNEFCL_EXECUTION_PERSISTENT}},
};

static int runs_here(int form)
{
    nnefcl_device_info info;
    cl_command_queue_properties properties = 0;
    nnefcl_device_describe(device, &info);
    clGetDeviceInfo(nnefcl_device_id(device), CL_DEVICE_QUEUE_PROPERTIES, sizeof properties, &properties, NULL);
    return (info.type == NNEFCL_DEVICE_CPU || forms[form].options.execution == NNEFCL_EXECUTION_LAUNCHES) &&
           (forms[form].queue & properties) == forms[form].queue;
}

/* One buffer holds everything, at offsets that are multiples of an element and of nothing else. */
START_TEST(bind_offsets)
{
    if (!runs_here(_i))
        return;
    nnefcl_session *session = host_ready(NET_CHAIN, &forms[_i].options);
    const cl_command_queue queue = new_queue(forms[_i].queue);
    const cl_mem all = new_buffer(5 * BYTES, CL_MEM_READ_WRITE);
    const size_t x_at = 4, y_at = BYTES + 8, z_at = 2 * BYTES + 12, r_at = 3 * BYTES + 20;
    write_floats(queue, all, x_at, x);
    write_floats(queue, all, y_at, y);
    bind(session, 0, 0, all, x_at);
    bind(session, 0, 1, all, y_at);
    bind(session, 1, 0, all, z_at);
    bind(session, 1, 1, all, r_at);
    cl_mem memory;
    size_t offset;
    ck_assert_int_eq(nnefcl_session_output_memory(session, 1, &memory, &offset), NNEFCL_OK);
    ck_assert(memory == all && offset == r_at);
    const cl_event done = enqueue(session, queue, 0, NULL);
    read_and_expect(queue, all, z_at, all, r_at, done, 1);
    clReleaseEvent(done);
    nnefcl_session_free(session);
    clReleaseMemObject(all);
    clReleaseCommandQueue(queue);
}
END_TEST

/* Nothing runs before the wait list is complete, and *done only after the run; the host is never made to wait. */
START_TEST(events)
{
    if (!runs_here(_i))
        return;
    cl_int code, state;
    nnefcl_session *session = host_ready(NET_CHAIN, &forms[_i].options);
    const cl_command_queue queue = new_queue(forms[_i].queue),
                           other = new_queue(forms[_i].queue & CL_QUEUE_PROFILING_ENABLE);
    cl_mem inputs[2], outputs[2];
    for (int i = 0; i < 2; i++) {
        bind(session, 0, (size_t)i, inputs[i] = new_buffer(BYTES, CL_MEM_READ_ONLY), 0);
        bind(session, 1, (size_t)i, outputs[i] = new_buffer(BYTES, CL_MEM_WRITE_ONLY), 0);
    }
    const cl_event gate = clCreateUserEvent(nnefcl_device_context(device), &code);
    ck_assert_int_eq(code, CL_SUCCESS);
    cl_event wait[2];
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(clEnqueueWriteBuffer(other, inputs[i], CL_FALSE, 0, BYTES, i ? y : x, 1, &gate, &wait[i]),
                         CL_SUCCESS);
    const cl_event done = enqueue(session, queue, 2, wait), again = enqueue(session, queue, 1, &wait[0]);
    clFlush(other);
    clFlush(queue);
    ck_assert_int_eq(clGetEventInfo(done, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof state, &state, NULL), CL_SUCCESS);
    ck_assert_int_ne(state, CL_COMPLETE);
    ck_assert_int_eq(clSetUserEventStatus(gate, CL_COMPLETE), CL_SUCCESS);
    ck_assert_int_eq(clWaitForEvents(1, &again), CL_SUCCESS);
    ck_assert_int_eq(clGetEventInfo(done, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof state, &state, NULL), CL_SUCCESS);
    ck_assert_int_eq(state, CL_COMPLETE); /* earlier runs of a session come first */
    read_and_expect(other, outputs[0], 0, outputs[1], 0, NULL, 1);
    nnefcl_session_free(session);
    for (int i = 0; i < 2; i++) {
        clReleaseMemObject(inputs[i]);
        clReleaseMemObject(outputs[i]);
        clReleaseEvent(wait[i]);
    }
    clReleaseEvent(done);
    clReleaseEvent(again);
    clReleaseEvent(gate);
    clReleaseCommandQueue(queue);
    clReleaseCommandQueue(other);
}
END_TEST

/* What is enqueued keeps the buffers it was enqueued with; the next run takes the new ones. The application's holds may
 * be gone. */
START_TEST(rebind)
{
    if (!runs_here(_i))
        return;
    cl_int code;
    float twice[6];
    nnefcl_session *session = host_ready(NET_CHAIN, &forms[_i].options);
    const cl_command_queue queue = new_queue(forms[_i].queue);
    const cl_event gate = clCreateUserEvent(nnefcl_device_context(device), &code);
    const cl_mem x1 = new_buffer(BYTES, CL_MEM_READ_WRITE), x2 = new_buffer(BYTES, CL_MEM_READ_WRITE),
                 y1 = new_buffer(BYTES, CL_MEM_READ_WRITE), out = new_buffer(4 * BYTES, CL_MEM_READ_WRITE);
    for (int k = 0; k < 6; k++)
        twice[k] = 2 * x[k];
    write_floats(queue, x1, 0, x);
    write_floats(queue, x2, 0, twice);
    write_floats(queue, y1, 0, y);
    bind(session, 0, 0, x1, 0);
    bind(session, 0, 1, y1, 0);
    bind(session, 1, 0, out, 0);
    bind(session, 1, 1, out, BYTES);
    clReleaseMemObject(x1);
    clReleaseMemObject(y1);
    const cl_event first = enqueue(session, queue, 1, &gate);
    bind(session, 0, 0, x2, 0);
    bind(session, 1, 0, out, 2 * BYTES);
    bind(session, 1, 1, out, 3 * BYTES);
    clReleaseMemObject(x2);
    const cl_event second = enqueue(session, queue, 0, NULL);
    clSetUserEventStatus(gate, CL_COMPLETE);
    read_and_expect(queue, out, 0, out, BYTES, first, 1);
    read_and_expect(queue, out, 2 * BYTES, out, 3 * BYTES, second, 2);
    clReleaseEvent(first);
    clReleaseEvent(second);
    clReleaseEvent(gate);
    nnefcl_session_free(session);
    clReleaseMemObject(out);
    clReleaseCommandQueue(queue);
}
END_TEST

/* State goes from run to run whatever queue a run is on: enqueued ones first, then one from host memory, which ignores
 * bound inputs. */
START_TEST(state_across_queues)
{
    if (!runs_here(_i))
        return;
    const float ones[4] = {1, 1, 1, 1};
    float before[4], after[4];
    nnefcl_session *session = host_ready(NET_STATE, &forms[_i].options);
    const cl_command_queue a = new_queue(forms[_i].queue), b = new_queue(forms[_i].queue & CL_QUEUE_PROFILING_ENABLE);
    const cl_mem input = new_buffer(sizeof ones, CL_MEM_READ_WRITE);
    ck_assert_int_eq(clEnqueueWriteBuffer(a, input, CL_TRUE, 0, sizeof ones, ones, 0, NULL, NULL), CL_SUCCESS);
    host_run(session, (const void *[]){ones}, (void *[]){NULL, before});
    bind(session, 0, 0, input, 0);
    for (int i = 0; i < 4; i++) /* never flushed here: a run behind one on another queue must do it */
        clReleaseEvent(enqueue(session, i % 2 ? b : a, 0, NULL));
    clFinish(b);
    nnefcl_error error = {0};
    ck_assert_int_eq(nnefcl_session_enqueue(session, a, 0, NULL, NULL, &error),
                     NNEFCL_OK); /* neither: waiting for it must do it */
    host_run(session, NULL, (void *[]){NULL, after});
    for (int k = 0; k < 4; k++)
        ck_assert_float_eq_tol(after[k], before[k] + 6, 1e-5f);
    bind(session, 0, 0, NULL, 0);
    ck_assert_int_eq(nnefcl_session_run(session, NULL, NULL, &error), NNEFCL_ERR_ARGUMENT);
    nnefcl_session_free(session);
    clReleaseMemObject(input);
    clReleaseCommandQueue(a);
    clReleaseCommandQueue(b);
}
END_TEST

/* Without a binding the session's own buffers hold inputs and outputs. */
START_TEST(own_buffers)
{
    nnefcl_session *session = host_ready(NET_CHAIN, NULL);
    const cl_command_queue queue = new_queue(0);
    cl_mem memory[4];
    size_t offset;
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(nnefcl_session_input_memory(session, i, &memory[i], &offset), NNEFCL_OK);
        ck_assert_int_eq(nnefcl_session_output_memory(session, i, &memory[2 + i], &offset), NNEFCL_OK);
        ck_assert(memory[i] && memory[2 + i] && offset == 0);
    }
    write_floats(queue, memory[0], 0, x);
    write_floats(queue, memory[1], 0, y);
    clReleaseEvent(enqueue(session, queue, 0, NULL));
    read_and_expect(queue, memory[2], 0, memory[3], 0, NULL, 1);
    ck_assert_int_eq(nnefcl_session_input_memory(session, 2, memory, &offset), NNEFCL_ERR_ARGUMENT);
    ck_assert_ptr_null(memory[0]);
    ck_assert_int_eq(nnefcl_session_output_memory(NULL, 0, NULL, NULL), NNEFCL_ERR_ARGUMENT);
    nnefcl_session_free(session);
    clReleaseCommandQueue(queue);
}
END_TEST

/* A session is freed while the application's queue still has to run it. */
START_TEST(free_early)
{
    nnefcl_session *session = host_ready(NET_CHAIN, NULL);
    const cl_command_queue queue = new_queue(0);
    const cl_mem z = new_buffer(BYTES, CL_MEM_READ_WRITE), r = new_buffer(BYTES, CL_MEM_READ_WRITE);
    cl_mem own[2];
    for (size_t i = 0; i < 2; i++) {
        nnefcl_session_input_memory(session, i, &own[i], NULL);
        write_floats(queue, own[i], 0, i ? y : x);
    }
    bind(session, 1, 0, z, 0);
    bind(session, 1, 1, r, 0);
    clReleaseEvent(enqueue(session, queue, 0, NULL));
    nnefcl_session_free(session);
    read_and_expect(queue, z, 0, r, 0, NULL, 1);
    clReleaseMemObject(z);
    clReleaseMemObject(r);
    clReleaseCommandQueue(queue);
}
END_TEST

/* ---- refusals ---- */

static void refuse(nnefcl_session *session, int output, size_t index, cl_mem memory, size_t offset, const char *message)
{
    nnefcl_error error = {0};
    ck_assert_int_eq(
        (output ? nnefcl_session_bind_output : nnefcl_session_bind_input)(session, index, memory, offset, &error),
        NNEFCL_ERR_ARGUMENT);
    ck_assert_msg(strstr(error.message, message), "%s", error.message);
}

START_TEST(bad_bindings)
{
    nnefcl_session *session = host_ready(NET_CHAIN, NULL);
    const cl_mem small = new_buffer(BYTES - 4, CL_MEM_READ_WRITE), good = new_buffer(2 * BYTES, CL_MEM_READ_WRITE),
                 read_only = new_buffer(BYTES, CL_MEM_READ_ONLY), write_only = new_buffer(BYTES, CL_MEM_WRITE_ONLY);
    cl_device_id id = nnefcl_device_id(device);
    cl_int code;
    const cl_context other = clCreateContext(NULL, 1, &id, NULL, NULL, &code);
    const cl_mem foreign = clCreateBuffer(other, CL_MEM_READ_WRITE, BYTES, NULL, &code);
    refuse(session, 0, 2, good, 0, "no input 2");
    refuse(session, 1, 2, good, 0, "no output 2");
    refuse(NULL, 1, 0, good, 0, "no output 0");
    refuse(session, 0, 0, small, 0, "'x': a buffer of 20 bytes");
    refuse(session, 0, 0, good, BYTES + 4, "behind offset 28");
    refuse(session, 0, 0, good, (size_t)-4, "behind offset");
    refuse(session, 0, 0, good, 2, "multiple of 4");
    refuse(session, 0, 0, write_only, 0, "may not read");
    refuse(session, 1, 0, read_only, 0, "may not write");
    refuse(session, 0, 0, foreign, 0, "another context");
    bind(session, 0, 0, good, 0);
    bind(session, 0, 1, good, 4); /* inputs may share memory */
    refuse(session, 1, 0, good, BYTES, "overlaps that of input 'y'");
    bind(session, 0, 1, NULL, 0);
    bind(session, 1, 0, good, BYTES);
    refuse(session, 1, 1, good, 2 * BYTES - BYTES, "overlaps that of output 'z'");
    refuse(session, 0, 1, good, BYTES, "overlaps that of output 'z'");
    const cl_buffer_region region = {0, BYTES};
    const cl_mem part = clCreateSubBuffer(good, CL_MEM_READ_WRITE, CL_BUFFER_CREATE_TYPE_REGION, &region, &code);
    ck_assert_int_eq(code, CL_SUCCESS);
    refuse(session, 1, 1, part, 0, "overlaps that of input 'x'");
    bind(session, 0, 1, part, 0);
    cl_mem own;
    nnefcl_session_output_memory(session, 1, &own, NULL);
    refuse(session, 0, 1, own, 0, "overlaps that of output 'r'");
    nnefcl_session_free(session);
    clReleaseMemObject(part);
    clReleaseMemObject(small);
    clReleaseMemObject(good);
    clReleaseMemObject(read_only);
    clReleaseMemObject(write_only);
    clReleaseMemObject(foreign);
    clReleaseContext(other);
}
END_TEST

/* Enqueued runs are measured too, by the events of the application's queue; where that has none they are refused. */
static void enqueued_times(cl_command_queue_properties order)
{
    const nnefcl_session_options options = {.version = 1, .profiling = NNEFCL_PROFILING_STEPS};
    nnefcl_session *session = host_ready(NET_CHAIN, &options);
    const cl_command_queue queue = new_queue(order | CL_QUEUE_PROFILING_ENABLE), plain = new_queue(order);
    nnefcl_error error = {0};
    nnefcl_timing timing;
    nnefcl_step_info step;
    ck_assert_int_eq(nnefcl_session_enqueue(session, plain, 0, NULL, NULL, &error), NNEFCL_ERR_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(error.message, "CL_QUEUE_PROFILING_ENABLE"));
    cl_event before = enqueue(session, queue, 0, NULL), done = enqueue(session, queue, 1, &before);
    ck_assert_int_eq(clWaitForEvents(1, &done), CL_SUCCESS);
    nnefcl_session_timing(session, &timing);
    ck_assert(timing.device_ms > 0 && timing.enqueue_ms >= 0 && timing.total_ms < 0 && timing.transfer_ms < 0);
    for (size_t i = 0; i < nnefcl_session_step_count(session); i++) {
        ck_assert_int_eq(nnefcl_session_step(session, i, &step), NNEFCL_OK);
        ck_assert(step.device_ms >= 0 && step.start_ms + step.device_ms <= timing.device_ms + 1e-9);
    }
    nnefcl_session_free(session);
    clReleaseEvent(before);
    clReleaseEvent(done);
    clReleaseCommandQueue(queue);
    clReleaseCommandQueue(plain);
}

START_TEST(times_of_enqueued_runs)
{
    cl_command_queue_properties properties = 0;
    clGetDeviceInfo(nnefcl_device_id(device), CL_DEVICE_QUEUE_PROPERTIES, sizeof properties, &properties, NULL);
    enqueued_times(0);
    enqueued_times(properties & CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE);
}
END_TEST

/* An output that the host may not read cannot be asked for by a run from host memory; the session goes on. */
START_TEST(unreadable_output)
{
    nnefcl_session *session = host_ready(NET_CHAIN, NULL);
    const cl_mem hidden = new_buffer(BYTES, CL_MEM_READ_WRITE | CL_MEM_HOST_NO_ACCESS);
    nnefcl_error error = {0};
    float z[6], r[6];
    bind(session, 1, 0, hidden, 0);
    ck_assert_int_eq(nnefcl_session_run(session, (const void *[]){x, y}, (void *[]){z, r}, &error),
                     NNEFCL_ERR_ARGUMENT);
    ck_assert(strstr(error.message, "'z'"));
    host_run(session, (const void *[]){x, y}, (void *[]){NULL, r});
    ck_assert_float_eq(r[4], 5);
    nnefcl_session_free(session);
    clReleaseMemObject(hidden);
}
END_TEST

static int count_verdict(void *user, const nnefcl_verdict *verdict)
{
    *(size_t *)user += verdict->bad == 0;
    return 0;
}

/* Verification reads what the application bound; what it may not read it refuses, and the session goes on. */
START_TEST(verified_through_bindings)
{
    static const char *const epilogue[] = {"epilogue"}; /* it would leave no step for d */
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    options.keep_tensors = 1;
    options.disabled_passes = epilogue;
    options.disabled_pass_count = 1;
    nnefcl_model *model = host_model(NET_CHAIN, 1);
    nnefcl_session *session = host_session(model, &options);
    const cl_mem hidden = new_buffer(BYTES, CL_MEM_READ_WRITE | CL_MEM_HOST_NO_ACCESS),
                 open = new_buffer(2 * BYTES, CL_MEM_READ_WRITE);
    nnefcl_error error = {0};
    size_t good = 0;
    bind(session, 1, 0, hidden, 0);
    ck_assert_int_eq(nnefcl_session_verify(session, model, (const void *[]){x, y}, NULL, count_verdict, &good, &error),
                     NNEFCL_ERR_ARGUMENT);
    ck_assert(strstr(error.message, "output"));
    ck_assert_uint_eq(good, 0);
    bind(session, 1, 0, open, BYTES);
    ck_assert_int_eq(nnefcl_session_verify(session, model, (const void *[]){x, y}, NULL, count_verdict, &good, &error),
                     NNEFCL_OK);
    ck_assert_uint_eq(good, 3);
    nnefcl_session_free(session);
    nnefcl_model_free(model);
    clReleaseMemObject(hidden);
    clReleaseMemObject(open);
}
END_TEST

/* A persistent run reads a large input where the caller has it, wherever that is in this run, and leaves the session's
 * own buffer alone; launches, and where tensors are kept, copy it there. The caller's output may be what the input
 * was. */
enum { LENT = 64 * 1024 };
#define NET_LENT                                                                                                       \
    "graph lent(x) -> (y)\n"                                                                                           \
    "{\n"                                                                                                              \
    "    x = external<scalar>(shape = [256, 256]);\n"                                                                  \
    "    y = x + 1.0;\n"                                                                                               \
    "}\n"

static float first_of_own(const nnefcl_session *session, cl_command_queue queue)
{
    float value;
    cl_mem memory;
    size_t offset;
    ck_assert_int_eq(nnefcl_session_input_memory(session, 0, &memory, &offset), NNEFCL_OK);
    ck_assert_int_eq(clEnqueueReadBuffer(queue, memory, CL_TRUE, offset, sizeof value, &value, 0, NULL, NULL),
                     CL_SUCCESS);
    return value;
}

static void run_lent(nnefcl_execution execution, nnefcl_profiling profiling, bool keep, bool stays)
{
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    options.execution = execution;
    options.profiling = profiling;
    options.keep_tensors = keep;
    nnefcl_session *session = host_ready(NET_LENT, &options);
    const cl_command_queue queue = new_queue(0);
    float *data = malloc((LENT + 4) * sizeof *data);
    float own = -7;
    cl_mem memory;
    size_t offset;
    ck_assert_int_eq(nnefcl_session_input_memory(session, 0, &memory, &offset), NNEFCL_OK);
    ck_assert_int_eq(clEnqueueWriteBuffer(queue, memory, CL_TRUE, offset, sizeof own, &own, 0, NULL, NULL), CL_SUCCESS);
    for (int at = 0; at < 4; at++) {
        for (int i = 0; i < LENT; i++)
            data[at + i] = (float)(i + at);
        host_run(session, (const void *[]){data + at}, (void *[]){data + at});
        for (int i = 0; i < LENT; i++)
            ck_assert_float_eq(data[at + i], (float)(i + at + 1));
        ck_assert_float_eq(first_of_own(session, queue), stays ? own : (float)at);
    }
    free(data);
    clReleaseCommandQueue(queue);
    nnefcl_session_free(session);
}

START_TEST(lent)
{
    run_lent(NNEFCL_EXECUTION_LAUNCHES, NNEFCL_PROFILING_NONE, false, false);
    if (!device->target.cpu || !device->target.relaxed_atomics)
        return;
    run_lent(NNEFCL_EXECUTION_PERSISTENT, NNEFCL_PROFILING_NONE, false, true);
    run_lent(NNEFCL_EXECUTION_PERSISTENT, NNEFCL_PROFILING_NONE, true, false);
    run_lent(NNEFCL_EXECUTION_PERSISTENT, NNEFCL_PROFILING_RUNS, false, true);
}
END_TEST

static void add(TCase *tests)
{
    const int n = (int)(sizeof forms / sizeof *forms);
    tcase_add_loop_test(tests, bind_offsets, 0, n);
    tcase_add_loop_test(tests, events, 0, n);
    tcase_add_loop_test(tests, rebind, 0, n);
    tcase_add_loop_test(tests, state_across_queues, 0, n);
    tcase_add_test(tests, times_of_enqueued_runs);
    tcase_add_test(tests, own_buffers);
    tcase_add_test(tests, free_early);
    tcase_add_test(tests, bad_bindings);
    tcase_add_test(tests, unreadable_output);
    tcase_add_test(tests, verified_through_bindings);
    tcase_add_test(tests, lent);
}

int main(void)
{
    return host_main("opencl", add);
}
