/* SPDX-License-Identifier: Apache-2.0 */
/* Host memory of a session between the caller's and the device. A call that comes back before the device does must not
 * leave it with memory of the caller's. To and from a device with memory of its own it is pinned, as that of streams:
 * such transfers need no copy of the driver's, and take place while another piece of the caller's is copied. */
#include <string.h>

#include "host.h"

#define ALIGNED     64
#define PINNED_MOST ((uint64_t)64 << 20) /* pinned memory is scarce: more goes by the driver's own */
#define PIECE       ((size_t)1 << 20)

uint64_t ncl_bounce_room(uint64_t bytes)
{
    return (bytes + ALIGNED - 1) / ALIGNED * ALIGNED;
}

/* Mapped for as long as the session lives: only the host uses it as such. */
static nnefcl_status bounce_map(struct nnefcl_session *session, struct ncl_bounce *made, struct ncl_diag *diag)
{
    cl_event mapped = NULL;
    cl_int code;
    made->data = clEnqueueMapBuffer(session->queue, made->pinned, CL_FALSE, CL_MAP_READ | CL_MAP_WRITE, 0, made->size,
                                    0, NULL, &mapped, &code);
    nnefcl_status status = ncl_opencl_check(diag, NCL_NOWHERE, "pinned memory", "clEnqueueMapBuffer", code);
    if (status)
        return status;
    status = ncl_wait_event(session, mapped, diag);
    clReleaseEvent(mapped);
    return status;
}

static nnefcl_status bounce_pin(struct nnefcl_session *session, size_t bytes, struct ncl_diag *diag)
{
    struct ncl_bounce made = {.size = bytes, .on = true};
    cl_int code;
    made.pinned =
        clCreateBuffer(session->device->context, CL_MEM_READ_WRITE | CL_MEM_ALLOC_HOST_PTR, bytes, NULL, &code);
    nnefcl_status status = ncl_opencl_check(diag, NCL_NOWHERE, "pinned memory", "clCreateBuffer", code);
    if (status)
        return status;
    status = bounce_map(session, &made, diag);
    if (status)
        clReleaseMemObject(made.pinned); /* a mapping on its way holds it */
    else
        session->bounce = made;
    return status;
}

static nnefcl_status bounce_allocate(struct nnefcl_session *session, uint64_t bytes, struct ncl_diag *diag)
{
    void *data = bytes < SIZE_MAX ? ncl_resize(&session->arena.allocator, NULL, (size_t)bytes) : NULL;
    if (!data)
        return ncl_nomem(diag);
    session->bounce = (struct ncl_bounce){.data = data, .size = (size_t)bytes, .on = true};
    return NNEFCL_OK;
}

nnefcl_status ncl_bounce_begin(struct nnefcl_session *session, uint64_t bytes, struct ncl_diag *diag)
{
    struct ncl_bounce *bounce = &session->bounce;
    const bool pinned = session->device->far && bytes <= PINNED_MOST;
    bounce->used = 0;
    bounce->on = ncl_wait_is_limited(session) || pinned;
    if (!bounce->on || bytes <= bounce->size)
        return NNEFCL_OK;
    ncl_bounce_free(session);
    return pinned ? bounce_pin(session, (size_t)bytes, diag) : bounce_allocate(session, bytes, diag);
}

size_t ncl_bounce_piece(const struct nnefcl_session *session, size_t bytes)
{
    return session->bounce.on && session->bounce.pinned && bytes > PIECE ? PIECE : bytes;
}

size_t ncl_bounce_pieces(uint64_t bytes)
{
    return bytes <= PINNED_MOST ? (size_t)(bytes / PIECE) + 1 : 1;
}

void *ncl_bounce_take(struct nnefcl_session *session, const void *caller, size_t bytes)
{
    struct ncl_bounce *bounce = &session->bounce;
    if (!bounce->on)
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
    if (!status && limited) {
        status = ncl_wait_queue(session, who, read, diag);
        clReleaseEvent(read);
    }
    if (!status && into != data)
        memcpy(data, into, bytes);
    return status;
}

void ncl_bounce_free(struct nnefcl_session *session)
{
    struct ncl_bounce *bounce = &session->bounce;
    if (bounce->pinned) {
        clEnqueueUnmapMemObject(session->queue, bounce->pinned, bounce->data, 0, NULL, NULL);
        clReleaseMemObject(bounce->pinned);
    } else
        ncl_resize(&session->arena.allocator, bounce->data, 0);
    *bounce = (struct ncl_bounce){0};
}
