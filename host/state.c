/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a session from and to host memory (state.h). */
#include "nnefcl/state.h"

#include "base/filled.h"
#include "plan/saved_state.h"
#include "host.h"

#define PIECE ((size_t)1 << 20) /* of a save: host memory it takes */

static const struct ncl_plan_tensor *tensor_of(const struct nnefcl_session *session, size_t index)
{
    return &session->plan->tensor[session->plan->state[index].tensor];
}

/* ---- transfers ---- */

nnefcl_status ncl_state_enqueue_reset(struct nnefcl_session *session, struct ncl_diag *diag)
{
    nnefcl_status status = NNEFCL_OK;
    for (size_t i = 0; i < session->plan->reset.count && !status; i++)
        status = ncl_step_enqueue(session, &session->plan->reset.step[i], NULL, session->queue, 0, NULL, NULL, diag);
    return status;
}

static nnefcl_status read_part(struct nnefcl_session *session, size_t index, size_t first, size_t size, void *data,
                               struct ncl_diag *diag)
{
    uint64_t offset;
    const cl_mem memory = ncl_memory_place(session, session->plan->state[index].tensor, &offset);
    return ncl_bounce_read(session, memory, (size_t)offset + first, size, data, session->plan->state[index].label,
                           diag);
}

/* Room for all that is written. */
static nnefcl_status begin_writes(struct nnefcl_session *session, struct ncl_diag *diag)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < session->plan->state_count; i++)
        bytes += ncl_bounce_room(tensor_of(session, i)->bytes);
    return ncl_bounce_begin(session, bytes, diag);
}

/* `data` must stay until the queue is finished. */
static nnefcl_status enqueue_write(struct nnefcl_session *session, size_t index, const void *data,
                                   struct ncl_diag *diag)
{
    uint64_t offset;
    const cl_mem memory = ncl_memory_place(session, session->plan->state[index].tensor, &offset);
    const size_t bytes = (size_t)tensor_of(session, index)->bytes;
    const void *from = ncl_bounce_in(session, data, bytes);
    return ncl_opencl_check(
        diag, NCL_NOWHERE, session->plan->state[index].label, "clEnqueueWriteBuffer",
        clEnqueueWriteBuffer(session->queue, memory, CL_FALSE, (size_t)offset, bytes, from, 0, NULL, NULL));
}

static nnefcl_status finish_writes(struct nnefcl_session *session, struct ncl_diag *diag)
{
    return ncl_wait_queue(session, "the state", NULL, diag);
}

/* ---- a new life ---- */

/* How a run ended that came before does not matter any more, only that it did. */
static nnefcl_status outlive(struct nnefcl_session *session, struct ncl_diag *diag)
{
    struct ncl_diag ignored;
    nnefcl_error past = {0};
    ncl_diag_init(&ignored, &past, NULL, NULL, false);
    if (session->adrift)
        return ncl_error(diag, session->failure.status, NCL_NOWHERE,
                         "commands of a failed run are on a queue of the application, and no event tells when they "
                         "end: this session cannot go on");
    nnefcl_status status = ncl_wait_stuck(session, diag);
    if (status)
        return status;
    status = ncl_wait_event(session, session->last, &ignored);
    if (session->stuck)
        return ncl_error(diag, status, NCL_NOWHERE, "%s", past.message);
    ncl_run_forget_last(session);
    return finish_writes(session, diag);
}

/* What an error may have left half done: arguments of a binding, counters. */
static nnefcl_status repair(struct nnefcl_session *session, struct ncl_diag *diag)
{
    const struct ncl_plan *plan = session->plan;
    nnefcl_status status = ncl_memory_zero_counters(session, diag);
    for (uint32_t i = 0; i < plan->buffer_count && !status; i++)
        if (plan->buffer[i].storage == NCL_STORE_INPUT || plan->buffer[i].storage == NCL_STORE_OUTPUT)
            status = ncl_opencl_set_arguments(session, i, diag);
    return status;
}

static nnefcl_status write_whole_state(struct nnefcl_session *session, const void *const *data, struct ncl_diag *diag)
{
    nnefcl_status status = session->failure.status ? repair(session, diag) : NNEFCL_OK;
    if (!status && !data)
        status = ncl_state_enqueue_reset(session, diag);
    for (size_t i = 0; i < session->plan->state_count && data && !status; i++)
        status = enqueue_write(session, i, data[i], diag);
    const nnefcl_status finished =
        finish_writes(session, diag); /* also after an error: the writes use the caller's memory */
    return status ? status : finished;
}

/* All of the state becomes `data`, the elements of each variable; NULL: the initial values. A session that an error
 * ended begins anew. */
static nnefcl_status define(struct nnefcl_session *session, const void *const *data, nnefcl_error *error)
{
    nnefcl_error failure = {0};
    struct ncl_diag diag;
    ncl_diag_init(&diag, &failure, NULL, NULL, false);
    ncl_wait_begin(session);
    nnefcl_status status = outlive(session, &diag);
    if (!status)
        status = begin_writes(session, &diag);
    if (!status)
        status = write_whole_state(session, data, &diag);
    failure.status = status;
    if (!status || !session->failure.status)
        session->failure = failure;
    if (status && error)
        *error = failure;
    return status;
}

/* ---- the calls ---- */

size_t nnefcl_session_state_count(const nnefcl_session *session)
{
    return session ? session->plan->state_count : 0;
}

nnefcl_status(nnefcl_session_state)(const nnefcl_session *session, size_t index, nnefcl_tensor_info *info, size_t size)
{
    nnefcl_tensor_info made = {0};
    if (index >= nnefcl_session_state_count(session))
        return NCL_FILLED_GIVE(NNEFCL_ERR_ARGUMENT, info, size, made, bytes);
    const struct ncl_plan_tensor *tensor = tensor_of(session, index);
    const struct ncl_plan_state *state = &session->plan->state[index];
    made = (nnefcl_tensor_info){.name = state->name,
                                .label = state->label,
                                .dtype = tensor->dtype,
                                .shape = tensor->shape,
                                .bytes = (size_t)tensor->bytes};
    return NCL_FILLED_GIVE(NNEFCL_OK, info, size, made, bytes);
}

static nnefcl_status check_state_call(const nnefcl_session *session, size_t index, const void *data, const char *call,
                                      struct ncl_diag *diag)
{
    if (!session || !data)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "%s: %s is NULL", call, session ? "data" : "session");
    if (index >= session->plan->state_count)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "%s: there is no variable %zu, the state has %zu",
                         call, index, session->plan->state_count);
    return NNEFCL_OK;
}

nnefcl_status nnefcl_session_state_read(nnefcl_session *session, size_t index, void *data, nnefcl_error *error)
{
    struct ncl_diag diag;
    ncl_diag_init(&diag, error, NULL, NULL, false);
    nnefcl_status status = check_state_call(session, index, data, "nnefcl_session_state_read", &diag);
    if (status)
        return status;
    status = ncl_run_begin(session, &diag, error);
    if (status)
        return status;
    status = ncl_run_follow(session, &diag);
    if (!status)
        status = read_part(session, index, 0, (size_t)tensor_of(session, index)->bytes, data, &diag);
    return ncl_run_end(session, status, error);
}

nnefcl_status nnefcl_session_state_write(nnefcl_session *session, size_t index, const void *data, nnefcl_error *error)
{
    struct ncl_diag diag;
    ncl_diag_init(&diag, error, NULL, NULL, false);
    nnefcl_status status = check_state_call(session, index, data, "nnefcl_session_state_write", &diag);
    if (!status && tensor_of(session, index)->dtype == NNEFCL_LOGICAL)
        status = ncl_saved_check_logical(session->plan->state[index].label, data,
                                         (size_t)tensor_of(session, index)->bytes, &diag);
    if (status)
        return status;
    status = ncl_run_begin(session, &diag, error);
    if (status)
        return status;
    status = ncl_run_follow(session, &diag);
    if (!status)
        status = begin_writes(session, &diag);
    if (status)
        return ncl_run_end(session, status, error);
    status = enqueue_write(session, index, data, &diag);
    const nnefcl_status finished = finish_writes(session, &diag);
    return ncl_run_end(session, status ? status : finished, error);
}

nnefcl_status nnefcl_session_state_reset(nnefcl_session *session, nnefcl_error *error)
{
    struct ncl_diag diag;
    ncl_diag_init(&diag, error, NULL, NULL, false);
    if (!session)
        return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_session_state_reset: session is NULL");
    return define(session, NULL, error);
}

/* ---- saving and restoring ---- */

static nnefcl_status save_variable(struct nnefcl_session *session, struct ncl_saved_writer *writer, size_t index,
                                   void *piece, struct ncl_diag *diag)
{
    const size_t bytes = (size_t)tensor_of(session, index)->bytes;
    nnefcl_status status = NNEFCL_OK;
    ncl_saved_variable(writer, session->plan, index);
    for (size_t at = 0; at < bytes && !status && !writer->stopped; at += PIECE) {
        const size_t size = bytes - at < PIECE ? bytes - at : PIECE;
        status = read_part(session, index, at, size, piece, diag);
        if (!status)
            ncl_saved_bytes(writer, piece, size);
    }
    return status;
}

static nnefcl_status save(struct nnefcl_session *session, struct ncl_saved_writer *writer, void *piece,
                          struct ncl_diag *diag)
{
    nnefcl_status status = ncl_run_follow(session, diag);
    if (!status)
        ncl_saved_begin(writer, session->plan);
    for (size_t i = 0; i < session->plan->state_count && !status; i++)
        status = save_variable(session, writer, i, piece, diag);
    if (!status)
        ncl_saved_end(writer);
    return status;
}

nnefcl_status nnefcl_session_state_save(nnefcl_session *session, nnefcl_write_fn write, void *user, nnefcl_error *error)
{
    struct ncl_diag call, diag;
    ncl_diag_init(&call, error, NULL, NULL, false);
    if (!session || !write)
        return ncl_error(&call, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_session_state_save: %s is NULL",
                         session ? "write" : "session");
    nnefcl_status status = ncl_run_begin(session, &diag, error);
    if (status)
        return status;
    void *piece = ncl_resize(&session->arena.allocator, NULL, PIECE);
    if (!piece)
        return ncl_nomem(&call);
    struct ncl_saved_writer writer = {.write = write, .user = user};
    status = ncl_run_end(session, save(session, &writer, piece, &diag), error);
    ncl_resize(&session->arena.allocator, piece, 0);
    if (!status && writer.stopped)
        status = ncl_error(&call, NNEFCL_ERR_DATA, NCL_NOWHERE,
                           "nnefcl_session_state_save: the caller's function stopped it after %llu bytes",
                           (unsigned long long)writer.written);
    return status;
}

nnefcl_status nnefcl_session_state_restore(nnefcl_session *session, const void *data, size_t size, nnefcl_error *error)
{
    struct ncl_diag diag;
    ncl_diag_init(&diag, error, NULL, NULL, false);
    if (!session || !data)
        return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_session_state_restore: %s is NULL",
                         session ? "data" : "session");
    struct ncl_arena scratch;
    ncl_arena_init(&scratch, &session->arena.allocator, 0);
    const void **elements = NCL_NEW_ARRAY(&scratch, const void *, session->plan->state_count);
    nnefcl_status status = elements ? ncl_saved_check(session->plan, data, size, elements, &diag) : ncl_nomem(&diag);
    if (!status)
        status = define(session, elements, error);
    ncl_arena_free(&scratch);
    return status;
}
