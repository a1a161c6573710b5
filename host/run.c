/* SPDX-License-Identifier: Apache-2.0 */
/* Runs: the steps of a plan on a queue, with inputs and outputs in host memory, or alone. */
#include <string.h>

#include "host.h"

/* ---- the steps ---- */

size_t ncl_run_commands(const struct nnefcl_session *session)
{
    const size_t count = session->command_count;
    return session->execution == NNEFCL_EXECUTION_PERSISTENT && count ? ncl_persistent_rounds(session->plan) : count;
}

static nnefcl_status enqueue_command(const struct nnefcl_session *session, size_t index, cl_command_queue queue,
                                     cl_uint wait_count, const cl_event *wait, cl_event *event, struct ncl_diag *diag)
{
    if (session->execution == NNEFCL_EXECUTION_PERSISTENT)
        return ncl_persistent_enqueue(session, 0, queue, wait_count, wait, event, diag);
    const struct ncl_command *command = &session->command[index];
    return ncl_step_enqueue_part(session, &session->plan->run.step[command->step], command->part,
                                 session->kernel[command->step], queue, wait_count, wait, event, diag);
}

static nnefcl_status enqueue_marker(cl_command_queue queue, cl_uint wait_count, const cl_event *wait, cl_event *event,
                                    struct ncl_diag *diag)
{
    return ncl_opencl_check(diag, NCL_NOWHERE, NULL, "clEnqueueMarkerWithWaitList",
                            clEnqueueMarkerWithWaitList(queue, wait_count, wait_count ? wait : NULL, event));
}

/* One more hold on an event. */
static nnefcl_status hold_event(cl_event event, cl_event *out, struct ncl_diag *diag)
{
    const nnefcl_status status = ncl_opencl_check(diag, NCL_NOWHERE, NULL, "clRetainEvent", clRetainEvent(event));
    if (!status)
        *out = event;
    return status;
}

nnefcl_status ncl_run_enqueue(struct nnefcl_session *session, cl_command_queue queue, bool in_order, cl_uint wait_count,
                              const cl_event *wait, cl_event *events, cl_event *done, struct ncl_diag *diag)
{
    const size_t count = ncl_run_commands(session);
    const bool ends_only = events && events == session->event && session->profiling == NNEFCL_PROFILING_RUNS;
    cl_event previous = NULL; /* out-of-order: of the command before */
    nnefcl_status status = NNEFCL_OK;
    if (count == 0 && done)
        return enqueue_marker(queue, wait_count, wait, done, diag);
    for (size_t i = 0; i < count && !status; i++) {
        const bool last = i + 1 == count, kept = events && (!ends_only || i == 0 || last);
        cl_event event = NULL;
        status = enqueue_command(session, i, queue, wait_count, wait,
                                 !in_order || kept || (last && done) ? &event : NULL, diag);
        wait_count = 0;
        if (event && kept && !status)
            status = hold_event(event, &events[i], diag);
        if (event && last && done && !status)
            status = hold_event(event, done, diag);
        if (previous)
            clReleaseEvent(previous);
        previous = event;
        if (event && !in_order) {
            wait_count = 1;
            wait = &previous;
        }
    }
    if (previous)
        clReleaseEvent(previous);
    return status;
}

/* ---- the life of errors ---- */

nnefcl_status ncl_run_begin(struct nnefcl_session *session, struct ncl_diag *diag, nnefcl_error *error)
{
    ncl_diag_init(diag, &session->failure, NULL, NULL, false);
    ncl_wait_begin(session);
    if (!session->failure.status)
        session->failure.status = ncl_lost_check(session->device, diag);
    if (!session->failure.status && ncl_event_over(session->last)) /* what became of a run of the application */
        session->failure.status = ncl_persistent_judge(session, diag);
    if (session->failure.status && error)
        *error = session->failure;
    return session->failure.status;
}

nnefcl_status ncl_run_end(struct nnefcl_session *session, nnefcl_status status, nnefcl_error *error)
{
    if (status && !session->failure.status)
        session->failure.status = status;
    if (status && error)
        *error = session->failure;
    return status;
}

/* ---- one inference from and to host memory ---- */

/* Of all outputs, and with profiling of inputs too. */
static cl_event *next_transfer(struct nnefcl_session *session)
{
    return &session->transfer_event[session->transfer_count++];
}

static size_t piece_of(const struct nnefcl_session *session, size_t bytes)
{
    return session->profiling ? bytes : ncl_bounce_piece(session, bytes);
}

/* An input, in pieces where each goes while the next one is copied. */
static nnefcl_status write_input(struct nnefcl_session *session, const struct ncl_plan_tensor *tensor, cl_mem memory,
                                 size_t offset, const unsigned char *from, struct ncl_diag *diag)
{
    const size_t bytes = (size_t)tensor->bytes, piece = piece_of(session, bytes);
    unsigned char *by = ncl_bounce_take(session, from, bytes);
    nnefcl_status status = NNEFCL_OK;
    for (size_t at = 0; at < bytes && !status; at += piece) {
        const size_t size = bytes - at < piece ? bytes - at : piece;
        if (by != from)
            memcpy(by + at, from + at, size);
        const cl_int code = clEnqueueWriteBuffer(session->queue, memory, CL_FALSE, offset + at, size, by + at, 0, NULL,
                                                 session->profiling ? next_transfer(session) : NULL);
        status = ncl_opencl_check(diag, NCL_NOWHERE, tensor->name, "clEnqueueWriteBuffer", code);
        if (!status && piece < bytes)
            status = ncl_opencl_check(diag, NCL_NOWHERE, tensor->name, "clFlush", clFlush(session->queue));
    }
    return status;
}

static nnefcl_status write_inputs(struct nnefcl_session *session, const void *const *inputs, struct ncl_diag *diag)
{
    const struct ncl_plan *plan = session->plan;
    nnefcl_status status = NNEFCL_OK;
    for (size_t i = 0; i < plan->input_count && !status; i++) {
        const struct ncl_plan_tensor *tensor = &plan->tensor[plan->input[i]];
        uint64_t offset;
        const cl_mem memory = ncl_memory_place(session, plan->input[i], &offset);
        bool lent;
        if (session->slot[tensor->buffer].bound)
            continue;
        status = ncl_lend_input(session, tensor, offset, inputs[i], &lent, diag);
        if (!status && !lent)
            status = write_input(session, tensor, memory, (size_t)offset, inputs[i], diag);
    }
    return status;
}

/* An output, in the same pieces. */
static nnefcl_status read_output(struct nnefcl_session *session, const struct ncl_plan_tensor *tensor, cl_mem memory,
                                 size_t offset, unsigned char *to, cl_event *last, struct ncl_diag *diag)
{
    const size_t bytes = (size_t)tensor->bytes, piece = piece_of(session, bytes);
    nnefcl_status status = NNEFCL_OK;
    for (size_t at = 0; at < bytes && !status; at += piece) {
        const size_t size = bytes - at < piece ? bytes - at : piece;
        cl_event *event = next_transfer(session);
        const cl_int code =
            clEnqueueReadBuffer(session->queue, memory, CL_FALSE, offset + at, size, to + at, 0, NULL, event);
        status = ncl_opencl_check(diag, NCL_NOWHERE, tensor->name, "clEnqueueReadBuffer", code);
        *last = *event;
    }
    return status;
}

static nnefcl_status read_outputs(struct nnefcl_session *session, void *const *outputs, cl_event *last,
                                  struct ncl_diag *diag)
{
    const struct ncl_plan *plan = session->plan;
    nnefcl_status status = NNEFCL_OK;
    for (size_t i = 0; i < plan->output_count && !status; i++) {
        const struct ncl_plan_tensor *tensor = &plan->tensor[plan->output[i]];
        uint64_t offset;
        const cl_mem memory = ncl_memory_place(session, plan->output[i], &offset);
        if (!outputs || !outputs[i])
            continue;
        void *data = ncl_bounce_take(session, outputs[i], (size_t)tensor->bytes);
        status = read_output(session, tensor, memory, (size_t)offset, data, last, diag);
    }
    return status;
}

/* Room for all inputs and outputs. */
static nnefcl_status begin_transfers(struct nnefcl_session *session, struct ncl_diag *diag)
{
    const struct ncl_plan *plan = session->plan;
    uint64_t bytes = 0;
    for (size_t i = 0; i < plan->input_count; i++)
        bytes += ncl_bounce_room(plan->tensor[plan->input[i]].bytes);
    for (size_t i = 0; i < plan->output_count; i++)
        bytes += ncl_bounce_room(plan->tensor[plan->output[i]].bytes);
    return ncl_bounce_begin(session, bytes, diag);
}

/* What read_outputs took room for from `at` on. `piece`: its events; each piece is copied as it comes, while the next
 * one is on its way. NULL: all is there. */
static nnefcl_status give_outputs(struct nnefcl_session *session, void *const *outputs, size_t at,
                                  const cl_event *piece, struct ncl_diag *diag)
{
    const struct ncl_plan *plan = session->plan;
    nnefcl_status status = NNEFCL_OK;
    session->bounce.used = at;
    for (size_t i = 0; i < plan->output_count; i++) {
        const size_t bytes = (size_t)plan->tensor[plan->output[i]].bytes, most = piece_of(session, bytes);
        unsigned char *to = outputs ? outputs[i] : NULL;
        const unsigned char *from = to ? ncl_bounce_take(session, to, bytes) : NULL;
        for (size_t done = 0; from != to && done < bytes && !status; done += most) {
            status = piece ? ncl_wait_event(session, *piece++, diag) : NNEFCL_OK;
            if (!status)
                memcpy(to + done, from + done, bytes - done < most ? bytes - done : most);
        }
    }
    return status;
}

nnefcl_status ncl_run_follow(struct nnefcl_session *session, struct ncl_diag *diag)
{
    const nnefcl_status status = ncl_wait_event(session, session->last, diag);
    if (!status)
        ncl_run_forget_last(session);
    return status;
}

void ncl_run_forget_last(struct nnefcl_session *session)
{
    if (session->last)
        clReleaseEvent(session->last);
    session->last = NULL;
    ncl_flight_land(session, false);
}

static nnefcl_status run_from_host(struct nnefcl_session *session, const void *const *inputs, void *const *outputs,
                                   struct ncl_diag *diag)
{
    cl_event last = NULL; /* one of the transfers' */
    const double start = ncl_moment_now();
    ncl_times_forget(session);
    nnefcl_status status = ncl_run_follow(session, diag);
    if (!status)
        status = begin_transfers(session, diag);
    if (status)
        return status;
    status = write_inputs(session, inputs, diag);
    const size_t written_bytes = session->bounce.used;
    const double written = ncl_moment_now();
    if (!status && !ncl_recorded_enqueue(session))
        status = ncl_run_enqueue(session, session->queue, true, 0, NULL, session->event, NULL, diag);
    const double enqueued = ncl_moment_now();
    if (!status && session->counters)
        status = ncl_persistent_ask(session, session->queue, NULL, NULL, diag);
    const size_t first_read = session->transfer_count;
    if (!status)
        status = read_outputs(session, outputs, &last, diag);
    const bool early = !status && session->bounce.on && session->bounce.pinned;
    if (early)
        status = give_outputs(session, outputs, written_bytes, session->transfer_event + first_read, diag);
    const nnefcl_status finished = ncl_wait_queue(session, "the run", last, diag); /* also after an error */
    status = status ? status : finished;
    const nnefcl_status back = ncl_lend_end(session, diag);
    status = status ? status : back;
    if (!status)
        status = ncl_persistent_judge(session, diag);
    if (!status && !early)
        status = give_outputs(session, outputs, written_bytes, NULL, diag);
    const double end = ncl_moment_now();
    if (status || !session->profiling)
        ncl_times_forget(session);
    session->timing.total_ms = end - start;
    session->timing.enqueue_ms = enqueued - written;
    return status;
}

/* Problems of the call itself; they do not end the session. */
static nnefcl_status check_run_call(const struct nnefcl_session *session, const void *const *inputs,
                                    void *const *outputs, struct ncl_diag *diag)
{
    const struct ncl_plan *plan = session->plan;
    for (size_t i = 0; i < plan->input_count; i++) {
        const struct ncl_plan_tensor *tensor = &plan->tensor[plan->input[i]];
        if (!session->slot[tensor->buffer].bound && (!inputs || !inputs[i]))
            return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_session_run: input '%s' is NULL",
                             tensor->name);
    }
    for (size_t i = 0; i < plan->output_count; i++) {
        const struct ncl_plan_tensor *tensor = &plan->tensor[plan->output[i]];
        const struct ncl_slot *slot = &session->slot[plan->tensor[ncl_plan_root(plan, plan->output[i])].buffer];
        if (outputs && outputs[i] && slot->bound && (slot->flags & (CL_MEM_HOST_WRITE_ONLY | CL_MEM_HOST_NO_ACCESS)))
            return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                             "nnefcl_session_run: the host may not read the buffer of output '%s'", tensor->name);
    }
    return NNEFCL_OK;
}

nnefcl_status nnefcl_session_run(nnefcl_session *session, const void *const *inputs, void *const *outputs,
                                 nnefcl_error *error)
{
    struct ncl_diag diag;
    ncl_diag_init(&diag, error, NULL, NULL, false);
    if (!session)
        return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_session_run: session is NULL");
    nnefcl_status status = session->failure.status ? NNEFCL_OK : check_run_call(session, inputs, outputs, &diag);
    if (status)
        return status;
    status = ncl_run_begin(session, &diag, error);
    if (status)
        return status;
    return ncl_run_end(session, run_from_host(session, inputs, outputs, &diag), error);
}
