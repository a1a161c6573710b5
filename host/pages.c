/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of a CPU device in large pages: it is the process's own, and a page of 4 KiB costs as much when it is touched
 * first as to pack what comes into it. Linux gives large ones only to who asks. */
#define _DEFAULT_SOURCE
#include <stdint.h>
#include <sys/mman.h>
#include <time.h>

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
nnefcl_status ncl_pages_enlarge(struct nnefcl_session *session, struct ncl_slot *slot, size_t bytes, size_t used,
                                struct ncl_diag *diag)
{
    cl_int code;
    if (!session->device->target.cpu || bytes < LARGE || ncl_wait_is_limited(session))
        return NNEFCL_OK;
    unsigned char *data = clEnqueueMapBuffer(session->queue, slot->own, CL_TRUE, CL_MAP_WRITE_INVALIDATE_REGION, 0,
                                             bytes, 0, NULL, NULL, &code);
    if (code)
        return ncl_opencl_check(diag, NCL_NOWHERE, "large pages", "clEnqueueMapBuffer", code);
    if (!atomic_load(&session->large_pages_late))
        ncl_pages_ask(data, bytes);
    slot->pages = data;
    slot->fresh_end = used;
    return ncl_opencl_check(diag, NCL_NOWHERE, "large pages", "clEnqueueUnmapMemObject",
                            clEnqueueUnmapMemObject(session->queue, slot->own, data, 0, NULL, NULL));
}

/* ---- touched beside other work ---- */

#define CHUNK ((size_t)128 << 10) /* of small pages: whoever maps memory waits meanwhile */

#if defined(MADV_POPULATE_WRITE) && defined(MADV_HUGEPAGE)
/* What is in it stays, so it may have been written meanwhile. */
static void pages_touch(uintptr_t at, uintptr_t end)
{
    (void)madvise((void *)at, end - at, MADV_POPULATE_WRITE);
}

static void pages_advise(uintptr_t at, uintptr_t end, bool large)
{
    (void)madvise((void *)at, end - at, large ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
}

/* Nothing of it is wanted any more. */
static void pages_give_back(uintptr_t at, uintptr_t end)
{
    (void)madvise((void *)at, end - at, MADV_DONTNEED);
}
#else
static void pages_touch(uintptr_t at, uintptr_t end)
{
    (void)at, (void)end;
}

static void pages_advise(uintptr_t at, uintptr_t end, bool large)
{
    (void)at, (void)end, (void)large;
}

static void pages_give_back(uintptr_t at, uintptr_t end)
{
    (void)at, (void)end;
}
#endif

/* Of this thread: what other threads take from it does not count. */
static double processor_ms(void)
{
    struct timespec time;
    return clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) ? 0 : (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* A guest that gives what is free back to its host, in blocks of large pages, waits 3 to 6 ms for each that comes
 * again, where to clear one takes 0.3, and its small pages, 1.2 together, come from pieces that it kept
 * (docs/start.md). So large pages go on as long as they take no more than small ones would, but for `PATIENCE` in all.
 */
#define SMALL_MS 1.2
#define PATIENCE 8.0

/* All pages of all buffers, large ones wherever they begin. */
struct touching {
    struct nnefcl_session *session;
    uint64_t left;  /* bytes to touch */
    double late_ms; /* that large pages took more than small ones would */
};

/* What is fresh of a buffer that is asked for in large pages; nothing of others. */
static void fresh_range(const struct ncl_slot *slot, uintptr_t *at, uintptr_t *end)
{
    const uintptr_t data = (uintptr_t)slot->pages;
    *at = (data + slot->fresh + PAGE - 1) / PAGE * PAGE;
    *end = (data + slot->fresh_end) / PAGE * PAGE;
}

/* All of those that are there, touched or not. */
static void buffers_advise(const struct nnefcl_session *session, bool large)
{
    for (size_t i = 0; i < session->plan->buffer_count; i++) {
        const struct ncl_slot *slot = &session->slot[i];
        const uintptr_t data = (uintptr_t)slot->pages, at = (data + PAGE - 1) / PAGE * PAGE;
        if (slot->own && slot->pages)
            pages_advise(at, (data + slot->fresh_end) / PAGE * PAGE, large);
    }
}

static bool large_pages_late(const struct touching *touching)
{
    return atomic_load(&touching->session->large_pages_late);
}

static void large_pages_judge(struct touching *touching, double took_ms)
{
    touching->late_ms += took_ms - SMALL_MS;
    if (touching->late_ms < 0)
        touching->late_ms = 0;
    if (touching->late_ms <= PATIENCE)
        return;
    atomic_store(&touching->session->large_pages_late, true);
    buffers_advise(touching->session, false);
}

/* Up to where the next large page begins, which may be less than one. A write that changes nothing has it come while
 * others map memory; madvise would keep them from it, and then finds it there, or small ones to come. */
static void large_page_touch(struct touching *touching, uintptr_t at, uintptr_t end)
{
    static volatile unsigned char nothing;
    const double begin = processor_ms();
    if (end - at == LARGE)
        atomic_fetch_or((_Atomic unsigned char *)at, nothing);
    pages_touch(at, end);
    if (end - at == LARGE)
        large_pages_judge(touching, processor_ms() - begin);
}

/* One page, or a piece where pages are small: what is fresh then begins behind it. */
static uintptr_t piece_touch(struct touching *touching, uintptr_t at, uintptr_t end)
{
    const bool late = large_pages_late(touching);
    const uintptr_t next = late ? at + CHUNK : at - at % LARGE + LARGE, last = next < end ? next : end;
    if (late)
        pages_touch(at, last);
    else
        large_page_touch(touching, at, last);
    touching->left -= touching->left < last - at ? touching->left : last - at;
    return last;
}

static bool goes_on(const struct touching *touching)
{
    return touching->left && !atomic_load(&touching->session->touch_stop);
}

static void buffer_touch(struct touching *touching, struct ncl_slot *slot)
{
    uintptr_t at, end;
    fresh_range(slot, &at, &end);
    while (at < end && goes_on(touching)) {
        at = piece_touch(touching, at, end);
        slot->fresh = at - (uintptr_t)slot->pages;
    }
}

/* When all is touched large pages are asked for again: the system (khugepaged) puts small ones together, some in a
 * second, when nobody waits. To have it done at once (MADV_COLLAPSE) costs what it would have cost before
 * (docs/start.md). */
static void *buffers_touch(void *argument)
{
    struct nnefcl_session *session = argument;
    struct touching touching = {.session = session, .left = session->touch_most};
    if (large_pages_late(&touching))
        buffers_advise(session, false);
    for (size_t i = 0; i < session->plan->buffer_count; i++)
        buffer_touch(&touching, &session->slot[i]);
    if (large_pages_late(&touching) && goes_on(&touching))
        buffers_advise(session, true);
    return NULL;
}

static void toucher_join(struct nnefcl_session *session)
{
    if (!session->touching)
        return;
    atomic_store(&session->touch_stop, true);
    pthread_join(session->toucher, NULL);
    atomic_store(&session->touch_stop, false);
    session->touching = false;
}

void ncl_pages_begin(struct nnefcl_session *session, uint64_t most)
{
    toucher_join(session);
    session->touch_most = most;
    for (size_t i = 0; i < session->plan->buffer_count && !session->touching; i++)
        if (session->slot[i].fresh < session->slot[i].fresh_end)
            session->touching = !pthread_create(&session->toucher, NULL, buffers_touch, session);
}

void ncl_pages_end(struct nnefcl_session *session)
{
    toucher_join(session);
    for (size_t i = 0; session->slot && i < session->plan->buffer_count; i++)
        session->slot[i].fresh = session->slot[i].fresh_end;
}

void ncl_pages_inherit(const struct ncl_slot *from, struct ncl_slot *to, size_t touched, size_t bytes)
{
    const uintptr_t data = (uintptr_t)from->pages;
    const uintptr_t rest = (data + bytes + PAGE - 1) / PAGE * PAGE, end = (data + touched) / PAGE * PAGE;
    to->pages = from->pages;
    to->fresh = touched < bytes ? touched : bytes;
    to->fresh_end = bytes;
    if (rest < end)
        pages_give_back(rest, end);
}
