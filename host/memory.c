/* SPDX-License-Identifier: Apache-2.0 */
/* The buffers of a plan on the device. */
#include "base/filled.h"
#include "host.h"

static nnefcl_status create_buffer(struct nnefcl_session *session, uint64_t bytes, const char *what,
                                   struct ncl_slot *slot, struct ncl_diag *diag)
{
    cl_int code = CL_INVALID_BUFFER_SIZE;
    if (bytes <= SIZE_MAX)
        slot->own = clCreateBuffer(session->device->context, CL_MEM_READ_WRITE, bytes ? (size_t)bytes : 1, NULL, &code);
    if (code)
        slot->own = NULL;
    const nnefcl_status status = ncl_opencl_check(diag, NCL_NOWHERE, what, "clCreateBuffer", code);
    return status ? status : ncl_pages_enlarge(session, slot, (size_t)bytes, diag);
}

nnefcl_status ncl_memory_create(struct nnefcl_session *session, const bool wanted[NCL_STORAGE_KINDS],
                                struct ncl_diag *diag)
{
    const struct ncl_plan *plan = session->plan;
    nnefcl_status status = NNEFCL_OK;
    for (size_t i = 0; i < plan->buffer_count && !status; i++)
        if (wanted[plan->buffer[i].storage])
            status = create_buffer(session, plan->buffer[i].bytes, ncl_storage_name(plan->buffer[i].storage),
                                   &session->slot[i], diag);
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
    if (!slot->bound)
        return slot->own;
    *offset += slot->offset;
    return slot->bound;
}

static void memory_count(const struct nnefcl_session *session, nnefcl_memory *memory)
{
    memory->weights = session->plan->weight_bytes;
    memory->arena = session->plan->arena_bytes;
    memory->io = session->plan->io_bytes;
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
