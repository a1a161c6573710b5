/* SPDX-License-Identifier: Apache-2.0 */
/* An OpenCL layer for tests: a device that hangs. A kernel or a read may never end (it waits for a user event that nobody
 * sets), events may never say that they are over, and commands may end in an error. A test in this process steers it by
 * hang_control; of a command the environment says it: HANG_KERNEL=n, HANG_ERROR=code. With SLOW_BUILD=ms the first
 * program takes so long more, with SLOW_KERNEL=ms each kernel. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "hang_layer.h"
#include "layer_init.h"

static atomic_ulong left, left_reads; /* kernels, reads until one hangs, 0: none does */
static atomic_int muted, failing;
static atomic_long slow_build; /* milliseconds */
static long slow_kernel;
static _Atomic(cl_event) gate; /* what the kernel that hangs waits for */

static void set_hang(unsigned long n)
{
    atomic_store(&left, n);
}

static void set_hang_read(unsigned long n)
{
    atomic_store(&left_reads, n);
}

static void release(void)
{
    const cl_event event = atomic_exchange(&gate, NULL);
    if (!event)
        return;
    target->clSetUserEventStatus(event, CL_COMPLETE);
    target->clReleaseEvent(event);
}

static int is_hanging(void)
{
    return atomic_load(&gate) != NULL;
}

static void set_mute(int on)
{
    atomic_store(&muted, on);
}

static void set_end(int code)
{
    atomic_store(&failing, code);
}

LAYER_EXPORT const struct hang_control hang_control = {set_hang, set_hang_read, release, is_hanging, set_mute, set_end};

static int is_time(atomic_ulong *until)
{
    unsigned long n = atomic_load(until);
    while (n && !atomic_compare_exchange_weak(until, &n, n - 1))
        ;
    return n == 1;
}

static cl_event new_gate(cl_command_queue queue)
{
    cl_context context = NULL;
    cl_int code;
    target->clGetCommandQueueInfo(queue, CL_QUEUE_CONTEXT, sizeof context, &context, NULL);
    const cl_event event = target->clCreateUserEvent(context, &code);
    if (!event) {
        fprintf(stderr, "hang layer: no user event\n");
        abort();
    }
    atomic_store(&gate, event);
    return event;
}

/* What comes next in the queue waits for the gate, if it is its time. */
static cl_int close_gate(cl_command_queue queue, atomic_ulong *until)
{
    if (!is_time(until))
        return CL_SUCCESS;
    const cl_event hangs = new_gate(queue);
    return target->clEnqueueBarrierWithWaitList(queue, 1, &hangs, NULL);
}

static void be_slow(long ms)
{
    if (ms > 0)
        nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static cl_int CL_API_CALL my_clBuildProgram(cl_program program, cl_uint count, const cl_device_id *devices,
                                            const char *options, void(CL_CALLBACK *notify)(cl_program, void *),
                                            void *user)
{
    be_slow(atomic_exchange(&slow_build, 0));
    return target->clBuildProgram(program, count, devices, options, notify, user);
}

static cl_int CL_API_CALL my_clEnqueueNDRangeKernel(cl_command_queue q, cl_kernel k, cl_uint d, const size_t *o,
                                                    const size_t *g, const size_t *l, WAIT)
{
    be_slow(slow_kernel);
    const cl_int code = close_gate(q, &left);
    return code ? code : target->clEnqueueNDRangeKernel(q, k, d, o, g, l, WAIT_ARGS);
}

static cl_int CL_API_CALL my_clEnqueueReadBuffer(cl_command_queue q, cl_mem m, cl_bool b, size_t o, size_t s, void *p,
                                                 WAIT)
{
    const cl_int code = close_gate(q, &left_reads);
    return code ? code : target->clEnqueueReadBuffer(q, m, b, o, s, p, WAIT_ARGS);
}

static cl_int CL_API_CALL my_clGetEventInfo(cl_event event, cl_event_info param_name, QUERY)
{
    cl_int state;
    const cl_int code = target->clGetEventInfo(event, param_name, QUERY_ARGS);
    if (code || param_name != CL_EVENT_COMMAND_EXECUTION_STATUS || !param_value)
        return code;
    state = *(cl_int *)param_value;
    if (atomic_load(&muted))
        state = CL_SUBMITTED;
    else if (state == CL_COMPLETE)
        state = atomic_load(&failing);
    *(cl_int *)param_value = state;
    return CL_SUCCESS;
}

void layer_take(struct _cl_icd_dispatch *table)
{
    const char *kernel = getenv("HANG_KERNEL"), *error = getenv("HANG_ERROR");
    const char *build = getenv("SLOW_BUILD"), *each = getenv("SLOW_KERNEL");
    set_hang(kernel ? strtoul(kernel, NULL, 10) : 0);
    set_end(error ? atoi(error) : 0);
    atomic_store(&slow_build, build ? atol(build) : 0);
    slow_kernel = each ? atol(each) : 0;
    table->clBuildProgram = my_clBuildProgram;
    table->clEnqueueNDRangeKernel = my_clEnqueueNDRangeKernel;
    table->clEnqueueReadBuffer = my_clEnqueueReadBuffer;
    table->clGetEventInfo = my_clGetEventInfo;
}
