/* SPDX-License-Identifier: Apache-2.0 */
/* Host memory of a session between the caller's and the device. A call that comes back before the device does must not
 * leave it with memory of the caller's. */
#include <string.h>

#include "host.h"

#define ALIGNED 64

uint64_t ncl_bounce_room(uint64_t bytes)
{
    return (bytes + ALIGNED - 1) / ALIGNED * ALIGNED;
}

nnefcl_status ncl_bounce_begin(struct nnefcl_session *session, uint64_t bytes, struct ncl_diag *diag)
{
    struct ncl_bounce *bounce = &session->bounce;
    bounce->used = 0;
    if (!ncl_wait_is_limited(session) || bytes <= bounce->size)
        return NNEFCL_OK;
    void *data = bytes < SIZE_MAX ? ncl_resize(&session->arena.allocator, bounce->data, (size_t)bytes) : NULL;
    if (!data)
        return ncl_nomem(diag);
    *bounce = (struct ncl_bounce){data, (size_t)bytes, 0};
    return NNEFCL_OK;
}

void *ncl_bounce_take(struct nnefcl_session *session, const void *caller, size_t bytes)
{
    struct ncl_bounce *bounce = &session->bounce;
    if (!ncl_wait_is_limited(session))
        return (void *)caller; /* written only where it is memory for results */
    void *taken = bounce->data + bounce->used;
    bounce->used += (size_t)ncl_bounce_room(bytes);
    return taken;
}

const void *ncl_bounce_in(struct nnefcl_session *session, const void *caller, size_t bytes)
{
    void *taken = ncl_bounce_take(session, caller, bytes);
    return taken == caller ? caller : memcpy(taken, caller, bytes);
}

nnefcl_status ncl_bounce_read(struct nnefcl_session *session, cl_mem memory, size_t offset, size_t bytes, void *data,
                              const char *who, struct ncl_diag *diag)
{
    const bool limited = ncl_wait_is_limited(session);
    cl_event read = NULL;
    ncl_wait_begin(session); /* the caller may have been busy for long since the last one */
    nnefcl_status status = ncl_bounce_begin(session, ncl_bounce_room(bytes), diag);
    if (status)
        return status;
    void *into = ncl_bounce_take(session, data, bytes);
    status = ncl_opencl_check(diag, NCL_NOWHERE, who, "clEnqueueReadBuffer",
                              clEnqueueReadBuffer(session->queue, memory, limited ? CL_FALSE : CL_TRUE, offset, bytes,
                                                  into, 0, NULL, limited ? &read : NULL));
    if (status || !limited)
        return status;
    status = ncl_wait_queue(session, who, read, diag);
    clReleaseEvent(read);
    if (!status)
        memcpy(data, into, bytes);
    return status;
}

void ncl_bounce_free(struct nnefcl_session *session)
{
    ncl_resize(&session->arena.allocator, session->bounce.data, 0);
    session->bounce = (struct ncl_bounce){0};
}
