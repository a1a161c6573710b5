/* SPDX-License-Identifier: Apache-2.0 */
/* The buffers of a plan on the device. */
#include "base/filled.h"
#include "host.h"

/* `used` bytes of it, for now. */
static nnefcl_status create_buffer(struct nnefcl_session *session, uint64_t bytes, uint64_t used, const char *what,
                                   struct ncl_slot *slot, struct ncl_diag *diag)
{
    cl_int code = CL_INVALID_BUFFER_SIZE;
    if (bytes <= SIZE_MAX)
        slot->own = clCreateBuffer(session->device->context, CL_MEM_READ_WRITE, bytes ? (size_t)bytes : 1, NULL, &code);
    if (code)
        slot->own = NULL;
    const nnefcl_status status = ncl_opencl_check(diag, NCL_NOWHERE, what, "clCreateBuffer", code);
    return status ? status : ncl_pages_enlarge(session, slot, (size_t)bytes, (size_t)used, diag);
}

/* ---- one that goes on ---- */

static size_t first_buffer(const struct ncl_plan *plan, enum ncl_storage storage)
{
    size_t i = 0;
    while (i < plan->buffer_count && plan->buffer[i].storage != storage)
        i++;
    return i;
}

/* On a CPU device memory whose pages are there is worth keeping: what was init's first buffer goes on as the first of
 * those that live between run steps (docs/start.md). With a buffer for each tensor none does: that is for checkers of
 * memory. */
static bool init_goes_on(const struct nnefcl_session *session)
{
    const struct ncl_plan *plan = session->plan;
    return session->device->target.cpu && !session->separate &&
           first_buffer(plan, NCL_STORE_INIT) < plan->buffer_count &&
           first_buffer(plan, NCL_STORE_ARENA) < plan->buffer_count;
}

static uint64_t bytes_of(const struct nnefcl_session *session, size_t buffer)
{
    const struct ncl_plan *plan = session->plan;
    const uint64_t bytes = plan->buffer[buffer].bytes;
    if (buffer != first_buffer(plan, NCL_STORE_INIT) || !init_goes_on(session))
        return bytes;
    const uint64_t later = plan->buffer[first_buffer(plan, NCL_STORE_ARENA)].bytes;
    return later > bytes ? later : bytes;
}

static void init_go_on(struct nnefcl_session *session)
{
    const size_t from = first_buffer(session->plan, NCL_STORE_INIT), to = first_buffer(session->plan, NCL_STORE_ARENA);
    struct ncl_slot *init = &session->slot[from], *arena = &session->slot[to];
    if (!init->own || !init->pages)
        return;
    const uint64_t before = session->plan->buffer[from].bytes, now = session->plan->buffer[to].bytes;
    arena->own = init->own;
    arena->surplus = before > now ? before - now : 0;
    init->own = NULL;
    ncl_pages_inherit(init, arena, (size_t)before, (size_t)now);
}

void ncl_memory_end_init(struct nnefcl_session *session)
{
    if (init_goes_on(session))
        init_go_on(session);
    ncl_memory_release(session, NCL_STORE_INIT);
}

/* ---- making and releasing ---- */

nnefcl_status ncl_memory_create(struct nnefcl_session *session, const bool wanted[NCL_STORAGE_KINDS],
                                struct ncl_diag *diag)
{
    const struct ncl_plan *plan = session->plan;
    nnefcl_status status = NNEFCL_OK;
    for (size_t i = 0; i < plan->buffer_count && !status; i++)
        if (wanted[plan->buffer[i].storage] && !session->slot[i].own)
            status = create_buffer(session, bytes_of(session, i), plan->buffer[i].bytes,
                                   ncl_storage_name(plan->buffer[i].storage), &session->slot[i], diag);
    return status;
}

static nnefcl_status create_filled(struct nnefcl_session *session, cl_mem_flags flags, const void *data, size_t bytes,
                                   const char *what, cl_mem *memory, struct ncl_diag *diag)
{
    cl_int code;
    *memory = clCreateBuffer(session->device->context, flags | CL_MEM_COPY_HOST_PTR, bytes, (void *)data,
                             &code); /* only read */
    if (code)
        *memory = NULL;
    return ncl_opencl_check(diag, NCL_NOWHERE, what, "clCreateBuffer", code);
}

static const cl_int zeros[NCL_PERSISTENT_COUNTERS];

nnefcl_status ncl_memory_records(struct ncl_maker *maker)
{
    struct nnefcl_session *session = maker->session;
    const bool persistent = session->execution == NNEFCL_EXECUTION_PERSISTENT;
    int64_t *records;
    size_t count;
    if (ncl_source_records(session->plan, persistent ? &maker->bodies : NULL, &maker->scratch, &records, &count))
        return ncl_nomem(maker->diag);
    session->record_bytes = count * sizeof *records;
    nnefcl_status status = create_filled(session, CL_MEM_READ_ONLY, records, session->record_bytes, "records",
                                         &session->records, maker->diag);
    if (!status && persistent)
        status =
            create_filled(session, CL_MEM_READ_WRITE, zeros, sizeof zeros, "counters", &session->counters, maker->diag);
    return status;
}

nnefcl_status ncl_memory_zero_counters(struct nnefcl_session *session, struct ncl_diag *diag)
{
    if (!session->counters)
        return NNEFCL_OK;
    session->stalled = 0;
    return ncl_opencl_check(
        diag, NCL_NOWHERE, "counters", "clEnqueueWriteBuffer",
        clEnqueueWriteBuffer(session->queue, session->counters, CL_FALSE, 0, sizeof zeros, zeros, 0, NULL, NULL));
}

static void release_slot(cl_mem *memory)
{
    if (*memory)
        clReleaseMemObject(*memory);
    *memory = NULL;
}

void ncl_memory_release(struct nnefcl_session *session, enum ncl_storage storage)
{
    for (size_t i = 0; i < session->plan->buffer_count; i++)
        if (session->plan->buffer[i].storage == storage)
            release_slot(&session->slot[i].own);
}

void ncl_memory_free(struct nnefcl_session *session)
{
    for (size_t i = 0; session->slot && i < session->plan->buffer_count; i++) {
        release_slot(&session->slot[i].own);
        release_slot(&session->slot[i].bound);
    }
    release_slot(&session->records);
    release_slot(&session->counters);
}

cl_mem ncl_memory_place(const struct nnefcl_session *session, ncl_ref tensor, uint64_t *offset)
{
    uint32_t buffer;
    ncl_plan_place(session->plan, tensor, &buffer, offset);
    const struct ncl_slot *slot = &session->slot[buffer];
    if (slot->bound)
        *offset += slot->offset;
    return ncl_slot_memory(slot);
}

static void memory_count(const struct nnefcl_session *session, nnefcl_memory *memory)
{
    memory->weights = session->plan->weight_bytes;
    memory->arena = session->plan->arena_bytes;
    memory->io = session->plan->io_bytes;
    for (size_t i = 0; i < session->plan->buffer_count; i++)
        memory->arena += session->slot[i].surplus;
    memory->total = memory->weights + memory->arena + memory->io + session->record_bytes;
    if (session->counters)
        memory->total += sizeof zeros;
    memory->buffers = (session->records != NULL) + (session->counters != NULL);
    for (size_t i = 0; i < session->plan->buffer_count; i++)
        memory->buffers += session->slot[i].own != NULL;
}

void(nnefcl_session_memory)(const nnefcl_session *session, nnefcl_memory *memory, size_t size)
{
    nnefcl_memory made = {0};
    if (session)
        memory_count(session, &made);
    NCL_FILLED_GIVE(NNEFCL_OK, memory, size, made, buffers);
}
