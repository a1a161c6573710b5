/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of a CPU device in large pages: it is the process's own, and a page of 4 KiB costs as much when it is touched
 * first as to pack what comes into it. Linux gives large ones only to who asks. */
#define _DEFAULT_SOURCE
#include <stdint.h>
#include <sys/mman.h>

#include "host.h"

#define LARGE ((size_t)2 << 20)
#define PAGE  ((uintptr_t)4096)

#ifdef MADV_HUGEPAGE
/* A hint: whatever becomes of it, the memory stays as it is. */
void ncl_pages_ask(void *data, size_t bytes)
{
    const uintptr_t first = ((uintptr_t)data + PAGE - 1) / PAGE * PAGE, end = (uintptr_t)data + bytes;
    (void)madvise((void *)first, end - first, MADV_HUGEPAGE);
}
#else
void ncl_pages_ask(void *data, size_t bytes)
{
    (void)data, (void)bytes;
}
#endif

/* Mapped for a moment, as long as there is nothing in it: on these devices a mapping is the memory itself. */
nnefcl_status ncl_pages_enlarge(struct nnefcl_session *session, struct ncl_slot *slot, size_t bytes,
                                struct ncl_diag *diag)
{
    cl_int code;
    if (!session->device->target.cpu || bytes < LARGE || ncl_wait_is_limited(session))
        return NNEFCL_OK;
    void *data = clEnqueueMapBuffer(session->queue, slot->own, CL_TRUE, CL_MAP_WRITE_INVALIDATE_REGION, 0, bytes, 0,
                                    NULL, NULL, &code);
    if (code)
        return ncl_opencl_check(diag, NCL_NOWHERE, "large pages", "clEnqueueMapBuffer", code);
    ncl_pages_ask(data, bytes);
    slot->pages = data;
    return ncl_opencl_check(diag, NCL_NOWHERE, "large pages", "clEnqueueUnmapMemObject",
                            clEnqueueUnmapMemObject(session->queue, slot->own, data, 0, NULL, NULL));
}

/* ---- touched beside other work ---- */

#ifdef MADV_POPULATE_WRITE
/* What is in it stays, so it may have been written meanwhile. */
static void pages_touch(void *data, size_t bytes)
{
    (void)madvise(data, bytes, MADV_POPULATE_WRITE);
}
#else
static void pages_touch(void *data, size_t bytes)
{
    (void)data, (void)bytes;
}
#endif

/* A large page at a time: whoever maps memory waits for it. */
static void *buffers_touch(void *argument)
{
    const struct nnefcl_session *session = argument;
    for (size_t i = 0; i < session->plan->buffer_count; i++) {
        const uintptr_t data = (uintptr_t)session->slot[i].pages;
        const uintptr_t end = data ? (data + (size_t)session->plan->buffer[i].bytes) / PAGE * PAGE : 0;
        for (uintptr_t at = (data + PAGE - 1) / PAGE * PAGE; at < end; at += LARGE)
            pages_touch((void *)at, end - at < LARGE ? end - at : LARGE);
    }
    return NULL;
}

void ncl_pages_begin(struct ncl_maker *maker)
{
    struct nnefcl_session *session = maker->session;
    for (size_t i = 0; i < session->plan->buffer_count && !maker->touching; i++)
        if (session->slot[i].pages)
            maker->touching = !pthread_create(&maker->toucher, NULL, buffers_touch, session);
}

void ncl_pages_end(struct ncl_maker *maker)
{
    if (maker->touching)
        pthread_join(maker->toucher, NULL);
    maker->touching = false;
}
