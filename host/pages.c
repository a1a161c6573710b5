/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of a CPU device in large pages: it is the process's own, and a page of 4 KiB costs as much when it is touched
 * first as to pack what comes into it. Linux gives large ones only to who asks. */
#define _DEFAULT_SOURCE
#include <stdint.h>
#include <sys/mman.h>

#include "host.h"

#define LARGE ((size_t)8 << 20) /* below, what is filled up to a whole page counts */
#define PAGE  ((uintptr_t)4096)

#ifdef MADV_HUGEPAGE
/* A hint: whatever becomes of it, the memory stays as it is. */
static void pages_ask(void *data, size_t bytes)
{
    const uintptr_t first = ((uintptr_t)data + PAGE - 1) / PAGE * PAGE, end = (uintptr_t)data + bytes;
    (void)madvise((void *)first, end - first, MADV_HUGEPAGE);
}
#else
static void pages_ask(void *data, size_t bytes)
{
    (void)data, (void)bytes;
}
#endif

/* Mapped for a moment, as long as there is nothing in it: on these devices a mapping is the memory itself. */
nnefcl_status ncl_pages_enlarge(struct nnefcl_session *session, cl_mem memory, size_t bytes, struct ncl_diag *diag)
{
    cl_int code;
    if (!session->device->target.cpu || bytes < LARGE || ncl_wait_is_limited(session))
        return NNEFCL_OK;
    void *data = clEnqueueMapBuffer(session->queue, memory, CL_TRUE, CL_MAP_WRITE_INVALIDATE_REGION, 0, bytes, 0, NULL,
                                    NULL, &code);
    if (code)
        return ncl_opencl_check(diag, NCL_NOWHERE, "large pages", "clEnqueueMapBuffer", code);
    pages_ask(data, bytes);
    return ncl_opencl_check(diag, NCL_NOWHERE, "large pages", "clEnqueueUnmapMemObject",
                            clEnqueueUnmapMemObject(session->queue, memory, data, 0, NULL, NULL));
}
