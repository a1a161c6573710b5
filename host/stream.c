/* SPDX-License-Identifier: Apache-2.0 */
/* nnefcl_stream: runs whose transfers overlap. Three queues, one for each direction and that of the session, tied
 * together by events; buffers of three runs take turns: those of two that are under way, and of one whose outputs are
 * read by the application. They are bound to the session for each run, which costs its arguments, and no copy. */
#include "host.h"
#include "nnefcl/stream.h"

#define SLOTS   (NNEFCL_STREAM_AHEAD + 1)
#define ALIGNED 64

/* What one run has. */
struct stream_slot {
    cl_mem *device; /* by input, then by output */
    cl_mem pinned;  /* all of them, where the host sees them */
    unsigned char *host;
    cl_event ended; /* of a run that is under way: its last transfer */
};

struct nnefcl_stream {
    struct ncl_arena arena; /* the stream itself too */
    nnefcl_session *session;
    cl_command_queue in, out;
    size_t *offset; /* in pinned memory, by input, then by output */
    size_t bytes;
    struct stream_slot slot[SLOTS];
    size_t first, running; /* slots of runs that are under way, in a ring */
    bool waited;           /* the slot before `first` has outputs */
    nnefcl_stream *next;   /* that the session keeps */
};

/* ---- inputs, then outputs ---- */

static size_t place_count(const struct ncl_plan *plan)
{
    return plan->input_count + plan->output_count;
}

static const struct ncl_plan_tensor *place_tensor(const struct ncl_plan *plan, size_t place)
{
    return &plan->tensor[place < plan->input_count ? plan->input[place] : plan->output[place - plan->input_count]];
}

static struct stream_slot *slot_at(const nnefcl_stream *stream, size_t ahead)
{
    return (struct stream_slot *)&stream->slot[(stream->first + ahead) % SLOTS];
}

/* ---- making ---- */

static nnefcl_status queue_make(const nnefcl_stream *stream, cl_command_queue *queue, struct ncl_diag *diag)
{
    const nnefcl_device *device = stream->session->device;
    cl_int code;
    *queue = clCreateCommandQueue(device->context, device->id, 0, &code);
    if (code)
        *queue = NULL;
    return ncl_opencl_check(diag, NCL_NOWHERE, "a stream", "clCreateCommandQueue", code);
}

static nnefcl_status buffer_make(const nnefcl_stream *stream, cl_mem_flags flags, size_t bytes, cl_mem *memory,
                                 struct ncl_diag *diag)
{
    cl_int code;
    *memory = clCreateBuffer(stream->session->device->context, flags, bytes, NULL, &code);
    if (code)
        *memory = NULL;
    return ncl_opencl_check(diag, NCL_NOWHERE, "a stream", "clCreateBuffer", code);
}

/* Mapped for as long as the stream lives: only the host uses it as such. */
static nnefcl_status slot_pin(nnefcl_stream *stream, struct stream_slot *slot, struct ncl_diag *diag)
{
    cl_event mapped = NULL;
    cl_int code;
    slot->host = clEnqueueMapBuffer(stream->in, slot->pinned, CL_FALSE, CL_MAP_READ | CL_MAP_WRITE, 0, stream->bytes, 0,
                                    NULL, &mapped, &code);
    if (code)
        slot->host = NULL;
    nnefcl_status status = ncl_opencl_check(diag, NCL_NOWHERE, "a stream", "clEnqueueMapBuffer", code);
    if (status)
        return status;
    status = ncl_wait_event(stream->session, mapped, diag);
    clReleaseEvent(mapped);
    return status;
}

static nnefcl_status slot_make(nnefcl_stream *stream, struct stream_slot *slot, struct ncl_diag *diag)
{
    const struct ncl_plan *plan = stream->session->plan;
    slot->device = NCL_NEW_ARRAY(&stream->arena, cl_mem, place_count(plan));
    if (!slot->device)
        return ncl_nomem(diag);
    nnefcl_status status =
        buffer_make(stream, CL_MEM_READ_WRITE | CL_MEM_ALLOC_HOST_PTR, stream->bytes, &slot->pinned, diag);
    for (size_t i = 0; i < place_count(plan) && !status; i++)
        status = buffer_make(stream, CL_MEM_READ_WRITE, (size_t)place_tensor(plan, i)->bytes, &slot->device[i], diag);
    return status ? status : slot_pin(stream, slot, diag);
}

static nnefcl_status stream_make(nnefcl_stream *stream, struct ncl_diag *diag)
{
    const struct ncl_plan *plan = stream->session->plan;
    stream->offset = NCL_NEW_ARRAY(&stream->arena, size_t, place_count(plan));
    if (!stream->offset)
        return ncl_nomem(diag);
    for (size_t i = 0; i < place_count(plan); i++) {
        stream->offset[i] = stream->bytes;
        stream->bytes += ((size_t)place_tensor(plan, i)->bytes + ALIGNED - 1) / ALIGNED * ALIGNED;
    }
    nnefcl_status status = queue_make(stream, &stream->in, diag);
    if (!status)
        status = queue_make(stream, &stream->out, diag);
    for (size_t i = 0; i < SLOTS && !status; i++)
        status = slot_make(stream, &stream->slot[i], diag);
    return status;
}

nnefcl_status nnefcl_stream_create(nnefcl_session *session, nnefcl_stream **stream, nnefcl_error *error)
{
    struct ncl_diag diag;
    struct ncl_arena arena;
    ncl_diag_init(&diag, error, NULL, NULL, false);
    if (stream)
        *stream = NULL;
    if (!session || !stream)
        return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_stream_create: %s is NULL",
                         session ? "stream" : "session");
    ncl_wait_begin(session);
    nnefcl_status status = ncl_wait_stuck(session, &diag);
    if (status)
        return status;
    ncl_arena_init(&arena, &session->arena.allocator, 0);
    nnefcl_stream *made = NCL_NEW(&arena, nnefcl_stream);
    if (!made)
        return ncl_nomem(&diag);
    made->arena = arena;
    made->session = session;
    status = stream_make(made, &diag);
    if (status)
        nnefcl_stream_free(made);
    else
        *stream = made;
    return status;
}

/* ---- runs ---- */

void *nnefcl_stream_input(nnefcl_stream *stream, size_t index)
{
    if (!stream || index >= stream->session->plan->input_count || stream->running == NNEFCL_STREAM_AHEAD)
        return NULL;
    return slot_at(stream, stream->running)->host + stream->offset[index];
}

const void *nnefcl_stream_output(const nnefcl_stream *stream, size_t index)
{
    if (!stream || index >= stream->session->plan->output_count || !stream->waited)
        return NULL;
    return slot_at(stream, SLOTS - 1)->host + stream->offset[stream->session->plan->input_count + index];
}

size_t nnefcl_stream_running(const nnefcl_stream *stream)
{
    return stream ? stream->running : 0;
}

/* *written: of the last input, NULL: there is none. */
static nnefcl_status inputs_write(nnefcl_stream *stream, const struct stream_slot *slot, cl_event *written,
                                  struct ncl_diag *diag)
{
    const struct ncl_plan *plan = stream->session->plan;
    nnefcl_status status = NNEFCL_OK;
    for (size_t i = 0; i < plan->input_count && !status; i++) {
        const struct ncl_plan_tensor *tensor = place_tensor(plan, i);
        const cl_int code =
            clEnqueueWriteBuffer(stream->in, slot->device[i], CL_FALSE, 0, (size_t)tensor->bytes,
                                 slot->host + stream->offset[i], 0, NULL, i + 1 == plan->input_count ? written : NULL);
        status = ncl_opencl_check(diag, NCL_NOWHERE, tensor->name, "clEnqueueWriteBuffer", code);
    }
    return status ? status : ncl_opencl_check(diag, NCL_NOWHERE, "a stream", "clFlush", clFlush(stream->in));
}

static nnefcl_status outputs_read(nnefcl_stream *stream, struct stream_slot *slot, cl_event done, struct ncl_diag *diag)
{
    const struct ncl_plan *plan = stream->session->plan;
    nnefcl_status status = NNEFCL_OK;
    for (size_t i = plan->input_count; i < place_count(plan) && !status; i++) {
        const struct ncl_plan_tensor *tensor = place_tensor(plan, i);
        const cl_int code = clEnqueueReadBuffer(stream->out, slot->device[i], CL_FALSE, 0, (size_t)tensor->bytes,
                                                slot->host + stream->offset[i], 1, &done,
                                                i + 1 == place_count(plan) ? &slot->ended : NULL);
        status = ncl_opencl_check(diag, NCL_NOWHERE, tensor->name, "clEnqueueReadBuffer", code);
    }
    return status ? status : ncl_opencl_check(diag, NCL_NOWHERE, "a stream", "clFlush", clFlush(stream->out));
}

static nnefcl_status slot_bind(nnefcl_stream *stream, const struct stream_slot *slot, nnefcl_error *error)
{
    const struct ncl_plan *plan = stream->session->plan;
    nnefcl_status status = NNEFCL_OK;
    for (size_t i = 0; i < place_count(plan) && !status; i++) {
        const cl_mem memory = slot->device[i];
        status = i < plan->input_count
                     ? nnefcl_session_bind_input(stream->session, i, memory, 0, error)
                     : nnefcl_session_bind_output(stream->session, i - plan->input_count, memory, 0, error);
    }
    return status;
}

/* The run itself, behind its inputs, on the session's queue. */
static nnefcl_status run_start(nnefcl_stream *stream, const struct stream_slot *slot, const cl_event *written,
                               cl_event *done, nnefcl_error *error)
{
    nnefcl_session *session = stream->session;
    const nnefcl_status status = slot_bind(stream, slot, error);
    return status ? status
                  : nnefcl_session_enqueue(session, session->queue, *written ? 1 : 0, *written ? written : NULL, done,
                                           error);
}

static nnefcl_status slot_enqueue(nnefcl_stream *stream, struct stream_slot *slot, struct ncl_diag *diag,
                                  nnefcl_error *error)
{
    nnefcl_session *session = stream->session;
    cl_event written = NULL, done = NULL;
    nnefcl_status status = ncl_run_end(session, inputs_write(stream, slot, &written, diag), error);
    if (!status)
        status = run_start(stream, slot, &written, &done, error);
    if (!status)
        status = ncl_run_end(
            session, ncl_opencl_check(diag, NCL_NOWHERE, "a stream", "clFlush", clFlush(session->queue)), error);
    if (!status)
        status = ncl_run_end(session, outputs_read(stream, slot, done, diag), error);
    if (written)
        clReleaseEvent(written);
    if (done)
        clReleaseEvent(done);
    return status;
}

nnefcl_status nnefcl_stream_enqueue(nnefcl_stream *stream, nnefcl_error *error)
{
    struct ncl_diag diag;
    ncl_diag_init(&diag, error, NULL, NULL, false);
    if (!stream)
        return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_stream_enqueue: stream is NULL");
    if (stream->running == NNEFCL_STREAM_AHEAD)
        return ncl_error(&diag, NNEFCL_ERR_LIMIT, NCL_NOWHERE, "nnefcl_stream_enqueue: %d runs are under way",
                         NNEFCL_STREAM_AHEAD);
    nnefcl_status status = ncl_run_begin(stream->session, &diag, error);
    if (!status)
        status = slot_enqueue(stream, slot_at(stream, stream->running), &diag, error);
    stream->running += !status;
    return status;
}

/* Its memory is free again, or has its outputs. */
static void slot_end(nnefcl_stream *stream, bool went_well)
{
    struct stream_slot *slot = slot_at(stream, 0);
    clReleaseEvent(slot->ended);
    slot->ended = NULL;
    stream->first = (stream->first + 1) % SLOTS;
    stream->running--;
    stream->waited = went_well;
}

static nnefcl_status oldest_wait(nnefcl_stream *stream, struct ncl_diag *diag)
{
    nnefcl_session *session = stream->session;
    nnefcl_status status = ncl_wait_event(session, slot_at(stream, 0)->ended, diag);
    if (status == NNEFCL_ERR_TIMEOUT || status == NNEFCL_ERR_CANCELLED)
        return status;
    if (!status && ncl_event_over(session->last))
        status = ncl_persistent_judge(session, diag);
    slot_end(stream, !status);
    return status;
}

nnefcl_status nnefcl_stream_wait(nnefcl_stream *stream, nnefcl_error *error)
{
    struct ncl_diag diag;
    ncl_diag_init(&diag, error, NULL, NULL, false);
    if (!stream || !stream->running)
        return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_stream_wait: %s",
                         stream ? "no run is under way" : "stream is NULL");
    const nnefcl_status status = ncl_run_begin(stream->session, &diag, error);
    return status ? status : ncl_run_end(stream->session, oldest_wait(stream, &diag), error);
}

/* ---- the end ---- */

static nnefcl_status slot_free(nnefcl_stream *stream, struct stream_slot *slot, struct ncl_diag *diag)
{
    cl_int code = CL_SUCCESS;
    if (slot->ended)
        clReleaseEvent(slot->ended);
    if (slot->host)
        code = clEnqueueUnmapMemObject(stream->in, slot->pinned, slot->host, 0, NULL, NULL);
    if (slot->pinned)
        clReleaseMemObject(slot->pinned);
    for (size_t i = 0; slot->device && i < place_count(stream->session->plan); i++)
        if (slot->device[i])
            clReleaseMemObject(slot->device[i]);
    return ncl_opencl_check(diag, NCL_NOWHERE, "a stream", "clEnqueueUnmapMemObject", code);
}

/* Is none of its memory in use any more? */
static bool stream_settle(nnefcl_stream *stream)
{
    nnefcl_session *session = stream->session;
    ncl_wait_begin(session);
    ncl_wait_idle(session, stream->in);
    ncl_wait_idle(session, session->queue);
    ncl_wait_idle(session, stream->out);
    return !session->stuck || ncl_event_over(session->stuck);
}

static void stream_destroy(nnefcl_stream *stream)
{
    nnefcl_session *session = stream->session;
    struct ncl_diag diag;
    ncl_diag_init(&diag, session->failure.status ? NULL : &session->failure, NULL, NULL, false);
    for (size_t i = 0; i < SLOTS; i++)
        ncl_run_end(session, slot_free(stream, &stream->slot[i], &diag), NULL);
    if (stream->in)
        clReleaseCommandQueue(stream->in);
    if (stream->out)
        clReleaseCommandQueue(stream->out);
    struct ncl_arena arena = stream->arena;
    ncl_arena_free(&arena);
}

void nnefcl_stream_free(nnefcl_stream *stream)
{
    struct ncl_diag diag;
    if (!stream)
        return;
    nnefcl_session *session = stream->session;
    ncl_diag_init(&diag, session->failure.status ? NULL : &session->failure, NULL, NULL, false);
    const bool settled = stream_settle(stream);
    ncl_run_end(session, ncl_opencl_unbind(session, &diag), NULL);
    if (settled) {
        stream_destroy(stream);
        return;
    }
    stream->next = session->kept_stream;
    session->kept_stream = stream;
}

void ncl_stream_sweep(struct nnefcl_session *session)
{
    for (nnefcl_stream *stream = session->kept_stream, *next; stream; stream = next) {
        next = stream->next;
        if (stream_settle(stream)) /* else its memory is in use for as long as the process lives */
            stream_destroy(stream);
    }
    session->kept_stream = NULL;
}
