/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions inside an application's own OpenCL world: its buffers as inputs and outputs, its queue, its events
 * (opencl.h). */
#include "host.h"

/* The buffer that the plan gives an input or output. */
static uint32_t io_buffer(const struct nnefcl_session *session, bool output, size_t index, uint64_t *bytes)
{
    const struct ncl_plan *plan = session->plan;
    const ncl_ref ref = output ? plan->output[index] : plan->input[index];
    *bytes = plan->tensor[ref].bytes;
    return plan->tensor[ncl_plan_root(plan, ref)].buffer;
}

static size_t io_count(const struct nnefcl_session *session, bool output)
{
    return output ? session->plan->output_count : session->plan->input_count;
}

static const char *io_name(const struct nnefcl_session *session, bool output, size_t index)
{
    return session->plan->tensor[output ? session->plan->output[index] : session->plan->input[index]].name;
}

/* ---- checks of a binding ---- */

/* Bytes [first, first + bytes) of a buffer that is no sub-buffer. */
struct range {
    cl_mem root;
    uint64_t first, bytes;
};

static cl_int range_of(cl_mem memory, uint64_t offset, uint64_t bytes, struct range *range)
{
    cl_mem parent = NULL;
    size_t origin = 0;
    cl_int code = clGetMemObjectInfo(memory, CL_MEM_ASSOCIATED_MEMOBJECT, sizeof parent, &parent, NULL);
    if (!code && parent)
        code = clGetMemObjectInfo(memory, CL_MEM_OFFSET, sizeof origin, &origin, NULL);
    *range = (struct range){parent ? parent : memory, offset + origin, bytes};
    return code;
}

static bool bindings_overlap(const struct range *a, const struct range *b)
{
    return a->root == b->root && a->first < b->first + b->bytes && b->first < a->first + a->bytes;
}

static nnefcl_status check_overlap(const struct nnefcl_session *session, bool output, size_t index, cl_mem memory,
                                   uint64_t offset, struct ncl_diag *diag)
{
    uint64_t bytes;
    struct range mine, other;
    io_buffer(session, output, index, &bytes);
    cl_int code = range_of(memory, offset, bytes, &mine);
    for (int o = 0; o < 2 && !code; o++)
        for (size_t i = 0; i < io_count(session, o) && !code; i++) {
            if ((!o && !output) || (o == output && i == index))
                continue; /* inputs may share memory */
            const struct ncl_slot *slot = &session->slot[io_buffer(session, o, i, &bytes)];
            code = range_of(ncl_slot_memory(slot), slot->bound ? slot->offset : 0, bytes, &other);
            if (!code && bindings_overlap(&mine, &other))
                return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                                 "the memory for %s '%s' overlaps that of %s '%s'", output ? "output" : "input",
                                 io_name(session, output, index), o ? "output" : "input", io_name(session, o, i));
        }
    return ncl_opencl_check(diag, NCL_NOWHERE, io_name(session, output, index), "clGetMemObjectInfo", code);
}

static nnefcl_status check_memory(const struct nnefcl_session *session, bool output, size_t index, cl_mem memory,
                                  size_t offset, cl_mem_flags *flags, struct ncl_diag *diag)
{
    cl_mem_object_type type;
    cl_context context;
    size_t size;
    uint64_t bytes;
    io_buffer(session, output, index, &bytes);
    const char *name = io_name(session, output, index);
    const size_t item = nnefcl_dtype_size(
        session->plan->tensor[output ? session->plan->output[index] : session->plan->input[index]].dtype);
    cl_int code = clGetMemObjectInfo(memory, CL_MEM_TYPE, sizeof type, &type, NULL);
    if (!code)
        code = clGetMemObjectInfo(memory, CL_MEM_CONTEXT, sizeof context, &context, NULL);
    if (!code)
        code = clGetMemObjectInfo(memory, CL_MEM_FLAGS, sizeof *flags, flags, NULL);
    if (!code)
        code = clGetMemObjectInfo(memory, CL_MEM_SIZE, sizeof size, &size, NULL);
    if (code)
        return ncl_error_opencl(diag, NNEFCL_ERR_ARGUMENT, code, NCL_NOWHERE,
                                "'%s': clGetMemObjectInfo failed: %s (%d)", name, ncl_opencl_name(code), (int)code);
    if (type != CL_MEM_OBJECT_BUFFER)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "'%s': the memory object is not a buffer", name);
    if (context != session->device->context)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "'%s': the buffer is of another context", name);
    if (*flags & (output ? CL_MEM_READ_ONLY : CL_MEM_WRITE_ONLY))
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "'%s': kernels may not %s the buffer", name,
                         output ? "write" : "read");
    if (offset % item != 0)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                         "'%s': offset %zu is not a multiple of %zu bytes, an element", name, offset, item);
    if (offset > size || bytes > size - offset)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                         "'%s': a buffer of %zu bytes has no %llu bytes behind offset %zu", name, size,
                         (unsigned long long)bytes, offset);
    return NNEFCL_OK;
}

/* ---- binding ---- */

nnefcl_status ncl_opencl_set_arguments(struct nnefcl_session *session, uint32_t buffer, struct ncl_diag *diag)
{
    const struct ncl_slot *slot = &session->slot[buffer];
    nnefcl_status status = NNEFCL_OK;
    ncl_recorded_drop(session);
    if (session->execution == NNEFCL_EXECUTION_PERSISTENT)
        return ncl_run_commands(session) ? ncl_persistent_set_buffer(session, buffer, diag) : NNEFCL_OK;
    for (size_t i = 0; i < slot->use_count && !status; i++)
        status = ncl_step_set_tensor(session, &session->plan->run.step[slot->use[i].step], slot->use[i].operand,
                                     session->kernel[slot->use[i].step], diag);
    return status;
}

static nnefcl_status rebind(struct nnefcl_session *session, uint32_t buffer, cl_mem memory, size_t offset,
                            cl_mem_flags flags, struct ncl_diag *diag)
{
    struct ncl_slot *slot = &session->slot[buffer];
    if (memory) {
        const nnefcl_status status =
            ncl_opencl_check(diag, NCL_NOWHERE, NULL, "clRetainMemObject", clRetainMemObject(memory));
        if (status)
            return status;
    }
    const cl_mem old = slot->bound;
    slot->bound = memory;
    slot->offset = memory ? offset : 0;
    slot->flags = flags;
    const nnefcl_status status = ncl_opencl_set_arguments(session, buffer, diag);
    if (old)
        clReleaseMemObject(old); /* no argument names it any more */
    return status;
}

nnefcl_status ncl_opencl_unbind(struct nnefcl_session *session, struct ncl_diag *diag)
{
    nnefcl_status status = NNEFCL_OK;
    for (int output = 0; output < 2; output++)
        for (size_t i = 0; i < io_count(session, output); i++) {
            uint64_t bytes;
            const nnefcl_status own = rebind(session, io_buffer(session, output, i, &bytes), NULL, 0, 0, diag);
            status = status ? status : own;
        }
    return status;
}

static nnefcl_status bind(nnefcl_session *session, bool output, size_t index, cl_mem memory, size_t offset,
                          nnefcl_error *error)
{
    struct ncl_diag diag;
    ncl_diag_init(&diag, error, NULL, NULL, false);
    if (!session || index >= io_count(session, output))
        return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "binding: there is no %s %zu",
                         output ? "output" : "input", index);
    uint64_t bytes;
    cl_mem_flags flags = 0;
    const uint32_t buffer = io_buffer(session, output, index, &bytes);
    nnefcl_status status = NNEFCL_OK;
    if (memory)
        status = check_memory(session, output, index, memory, offset, &flags, &diag);
    if (!status)
        status = check_overlap(session, output, index, memory ? memory : session->slot[buffer].own, memory ? offset : 0,
                               &diag);
    if (status)
        return status;
    status = ncl_run_begin(session, &diag, error);
    return status ? status : ncl_run_end(session, rebind(session, buffer, memory, offset, flags, &diag), error);
}

nnefcl_status nnefcl_session_bind_input(nnefcl_session *session, size_t index, cl_mem memory, size_t byte_offset,
                                        nnefcl_error *error)
{
    return bind(session, false, index, memory, byte_offset, error);
}

nnefcl_status nnefcl_session_bind_output(nnefcl_session *session, size_t index, cl_mem memory, size_t byte_offset,
                                         nnefcl_error *error)
{
    return bind(session, true, index, memory, byte_offset, error);
}

static nnefcl_status get_memory(const nnefcl_session *session, bool output, size_t index, cl_mem *memory,
                                size_t *byte_offset)
{
    if (memory)
        *memory = NULL;
    if (byte_offset)
        *byte_offset = 0;
    if (!session || index >= io_count(session, output))
        return NNEFCL_ERR_ARGUMENT;
    uint64_t bytes;
    const struct ncl_slot *slot = &session->slot[io_buffer(session, output, index, &bytes)];
    if (memory)
        *memory = ncl_slot_memory(slot);
    if (byte_offset && slot->bound)
        *byte_offset = (size_t)slot->offset;
    return NNEFCL_OK;
}

nnefcl_status nnefcl_session_input_memory(const nnefcl_session *session, size_t index, cl_mem *memory,
                                          size_t *byte_offset)
{
    return get_memory(session, false, index, memory, byte_offset);
}

nnefcl_status nnefcl_session_output_memory(const nnefcl_session *session, size_t index, cl_mem *memory,
                                           size_t *byte_offset)
{
    return get_memory(session, true, index, memory, byte_offset);
}

/* ---- enqueueing ---- */

static nnefcl_status check_queue(const struct nnefcl_session *session, cl_command_queue queue, bool *in_order,
                                 struct ncl_diag *diag)
{
    cl_context context = NULL;
    cl_device_id id = NULL;
    cl_command_queue_properties properties = 0;
    cl_int code = queue ? clGetCommandQueueInfo(queue, CL_QUEUE_CONTEXT, sizeof context, &context, NULL)
                        : CL_INVALID_COMMAND_QUEUE;
    if (!code)
        code = clGetCommandQueueInfo(queue, CL_QUEUE_DEVICE, sizeof id, &id, NULL);
    if (!code)
        code = clGetCommandQueueInfo(queue, CL_QUEUE_PROPERTIES, sizeof properties, &properties, NULL);
    if (code)
        return ncl_error_opencl(diag, NNEFCL_ERR_ARGUMENT, code, NCL_NOWHERE,
                                "nnefcl_session_enqueue: clGetCommandQueueInfo failed: %s (%d)", ncl_opencl_name(code),
                                (int)code);
    if (context != session->device->context || id != session->device->id)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_session_enqueue: the queue is of another %s",
                         context != session->device->context ? "context" : "device");
    if (session->profiling && !(properties & CL_QUEUE_PROFILING_ENABLE))
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                         "nnefcl_session_enqueue: the session measures its runs (profiling), but the queue lacks "
                         "CL_QUEUE_PROFILING_ENABLE");
    *in_order = !(properties & CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE);
    return NNEFCL_OK;
}

/* After an error some steps may be under way: what comes behind them on the queue tells when they are over. */
static void mark_rest(cl_command_queue queue, cl_event *done)
{
    if (clEnqueueMarkerWithWaitList(queue, 0, NULL, done) != CL_SUCCESS)
        *done = NULL;
}

/* The last command of a persistent run becomes the question how it went; the next call reads the answer. */
static nnefcl_status ask_behind(nnefcl_session *session, cl_command_queue queue, cl_event *over, struct ncl_diag *diag)
{
    cl_event asked = NULL;
    const nnefcl_status status = ncl_persistent_ask(session, queue, over, &asked, diag);
    if (!status) {
        clReleaseEvent(*over);
        *over = asked;
    }
    return status;
}

/* `wait` has room for the session's last run behind the `wait_count` events of the caller that are not over. */
static nnefcl_status enqueue(nnefcl_session *session, cl_command_queue queue, bool in_order, cl_uint wait_count,
                             cl_event *wait, cl_event *done, struct ncl_diag *diag)
{
    cl_event over = NULL;
    struct ncl_flight *flight = NULL;
    nnefcl_status status = ncl_event_check(session->last, diag);
    if (!status && session->last)
        status = ncl_event_pending(session->device->context, &session->last, 1, wait, &wait_count, diag);
    if (!status)
        ncl_event_flush(session->last, queue);
    if (!status && wait_count && !(flight = ncl_flight_new(session)))
        status = ncl_nomem(diag);
    if (status)
        return status;
    const double start = ncl_moment_now();
    ncl_times_forget(session);
    status = ncl_run_enqueue(session, queue, in_order, wait_count, wait,
                             flight ? ncl_flight_events(flight) : session->event, &over, diag);
    if (!status && session->counters)
        status = ask_behind(session, queue, &over, diag);
    session->timing.enqueue_ms = ncl_moment_now() - start;
    if (flight)
        ncl_times_hold(session, ncl_flight_events(flight));
    if (status && !over)
        mark_rest(queue, &over);
    session->adrift = !over;
    const nnefcl_status held = flight ? ncl_flight_start(session, flight, over, diag) : NNEFCL_OK;
    if (!status)
        status = held;
    if (over) {
        ncl_run_forget_last(session);
        session->last = over;
    }
    if (!status && done) {
        status = ncl_opencl_check(diag, NCL_NOWHERE, NULL, "clRetainEvent", clRetainEvent(over));
        *done = status ? NULL : over;
    }
    return status;
}

nnefcl_status nnefcl_session_enqueue(nnefcl_session *session, cl_command_queue queue, cl_uint wait_count,
                                     const cl_event *wait_list, cl_event *done, nnefcl_error *error)
{
    struct ncl_diag diag;
    bool in_order = true;
    cl_uint pending = 0;
    ncl_diag_init(&diag, error, NULL, NULL, false);
    if (done)
        *done = NULL;
    if (!session || (wait_count != 0) != (wait_list != NULL))
        return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_session_enqueue: %s",
                         session ? "wait_count and wait_list do not agree" : "session is NULL");
    nnefcl_status status = check_queue(session, queue, &in_order, &diag);
    if (status)
        return status;
    const nnefcl_allocator *allocator = &session->arena.allocator;
    cl_event *wait = ncl_resize(allocator, NULL, ((size_t)wait_count + 1) * sizeof *wait);
    if (!wait)
        return ncl_nomem(&diag);
    status = ncl_event_pending(session->device->context, wait_list, wait_count, wait, &pending, &diag);
    if (!status)
        status = ncl_run_begin(session, &diag, error);
    if (!status)
        status = ncl_run_end(session, enqueue(session, queue, in_order, pending, wait, done, &diag), error);
    ncl_resize(allocator, wait, 0);
    return status;
}
