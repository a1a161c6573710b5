/* SPDX-License-Identifier: Apache-2.0 */
/* Matrix products through CLBlast. The only global state of the library lives here: CLBlast before 1.6.1 keeps a cache
 * that threads race for (CNugteren/CLBlast #486), so one lock stands around every call, and the cache is emptied before
 * a context may vanish, since it finds contexts by their address.
 *
 * It is loaded at the first product that asks for it: to be linked with it costs each process that starts 3 ms. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "host.h"

#ifdef NNEFCL_CLBLAST_FILE
#include <clblast_c.h>
#include <dlfcn.h>

#define VERSION_NUMBER (CLBLAST_VERSION_MAJOR * 10000 + CLBLAST_VERSION_MINOR * 100 + CLBLAST_VERSION_PATCH)
enum { NEEDS_LOCK = VERSION_NUMBER < 10601 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- the library ---- */

static struct {
    __typeof__(&CLBlastSgemm) gemm;
    __typeof__(&CLBlastSgemmStridedBatched) batched;
    __typeof__(&CLBlastClearCache) clear;
    bool complete;
    char reason[256]; /* why it is not */
} library;

static bool library_find(void *file, const char *name, void *function)
{
    void *found = dlsym(file, name);
    memcpy(function, &found, sizeof found); /* C has no conversion */
    return found;
}

/* It stays loaded: nobody knows when the last of its objects is gone. */
static void library_load(void)
{
    void *file = dlopen(NNEFCL_CLBLAST_FILE, RTLD_NOW | RTLD_LOCAL);
    library.complete = file && library_find(file, "CLBlastSgemm", &library.gemm) &&
                       library_find(file, "CLBlastSgemmStridedBatched", &library.batched) &&
                       library_find(file, "CLBlastClearCache", &library.clear);
    const char *why = library.complete ? NULL : dlerror();
    snprintf(library.reason, sizeof library.reason, "%s", why ? why : NNEFCL_CLBLAST_FILE);
}

static bool library_is_loaded(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, library_load);
    return library.complete;
}

/* ---- products ---- */

static void enter(void)
{
    if (NEEDS_LOCK)
        pthread_mutex_lock(&lock);
}

static void leave(void)
{
    if (NEEDS_LOCK)
        pthread_mutex_unlock(&lock);
}

struct operand {
    cl_mem memory;
    size_t first; /* elements */
    size_t leading;
};

static struct operand operand(const struct nnefcl_session *session, const struct ncl_step *step, unsigned index,
                              int64_t leading)
{
    struct operand result = {.leading = (size_t)leading};
    uint64_t offset;
    result.memory = ncl_memory_place(session, step->tensor[index], &offset);
    result.first = (size_t)(offset / sizeof(float));
    return result;
}

/* Are the offsets of all batches one after another at the same distance? */
static bool is_strided(const int64_t *offset, int64_t count, size_t *stride)
{
    const int64_t distance = offset[1] - offset[0];
    if (distance < 0)
        return false;
    for (int64_t i = 2; i < count; i++)
        if (offset[i] - offset[i - 1] != distance)
            return false;
    *stride = (size_t)distance;
    return true;
}

static CLBlastStatusCode run_gemm(const struct nnefcl_session *session, const struct ncl_step *step,
                                  cl_command_queue *queue, cl_event *event)
{
    const struct ncl_gemm *g = step->gemm;
    const CLBlastTranspose ta = g->transpose_a ? CLBlastTransposeYes : CLBlastTransposeNo;
    const CLBlastTranspose tb = g->transpose_b ? CLBlastTransposeYes : CLBlastTransposeNo;
    const struct operand a = operand(session, step, 0, g->transpose_a ? g->m : g->k),
                         b = operand(session, step, 1, g->transpose_b ? g->k : g->n),
                         c = operand(session, step, 2, g->n);
    const size_t m = (size_t)g->m, n = (size_t)g->n, k = (size_t)g->k;
    const float beta = g->add ? 1.0f : 0.0f;
    size_t sa, sb, sc;
    /* The batched form with an array of offsets waits for its upload: never used. A C that does not move would be
     * written by all batches. */
    if (g->batch > 1 && is_strided(g->offset_a, g->batch, &sa) && is_strided(g->offset_b, g->batch, &sb) &&
        is_strided(g->offset_c, g->batch, &sc) && sc >= m * n)
        return library.batched(CLBlastLayoutRowMajor, ta, tb, m, n, k, 1.0f, a.memory, a.first + (size_t)g->offset_a[0],
                               a.leading, sa, b.memory, b.first + (size_t)g->offset_b[0], b.leading, sb, beta, c.memory,
                               c.first + (size_t)g->offset_c[0], c.leading, sc, (size_t)g->batch, queue, event);
    CLBlastStatusCode code = CLBlastSuccess;
    for (int64_t i = 0; i < g->batch && code == CLBlastSuccess; i++)
        code = library.gemm(CLBlastLayoutRowMajor, ta, tb, m, n, k, 1.0f, a.memory, a.first + (size_t)g->offset_a[i],
                            a.leading, b.memory, b.first + (size_t)g->offset_b[i], b.leading, beta, c.memory,
                            c.first + (size_t)g->offset_c[i], c.leading, queue, g->batch == 1 ? event : NULL);
    if (code == CLBlastSuccess && g->batch > 1 && event) /* of all of them, on any queue */
        code = (CLBlastStatusCode)clEnqueueMarkerWithWaitList(*queue, 0, NULL, event);
    return code;
}

bool ncl_clblast_available(void)
{
    return true;
}

nnefcl_status ncl_clblast_gemm(const struct nnefcl_session *session, const struct ncl_step *step,
                               cl_command_queue queue, cl_event *event, struct ncl_diag *diag)
{
    if (!library_is_loaded())
        return ncl_error(diag, NNEFCL_ERR_UNSUPPORTED, step->at, "%s: CLBlast cannot be loaded: %s", step->name,
                         library.reason);
    enter();
    const CLBlastStatusCode code = run_gemm(session, step, &queue, event);
    leave();
    if (code == CLBlastSuccess)
        return NNEFCL_OK;
    if (code > -1000)
        return ncl_opencl_check(diag, step->at, step->name, "CLBlast", (cl_int)code);
    return ncl_error_opencl(diag, NNEFCL_ERR_DEVICE, (int)code, step->at, "%s: CLBlast failed with its status %d",
                            step->name, (int)code);
}

void ncl_clblast_forget(void)
{
    if (!library_is_loaded())
        return;
    enter();
    library.clear();
    leave();
}

#else

bool ncl_clblast_available(void)
{
    return false;
}

nnefcl_status ncl_clblast_gemm(const struct nnefcl_session *session, const struct ncl_step *step,
                               cl_command_queue queue, cl_event *event, struct ncl_diag *diag)
{
    (void)session, (void)queue, (void)event;
    return ncl_error(diag, NNEFCL_ERR_UNSUPPORTED, step->at, "%s: this build has no CLBlast", step->name);
}

void ncl_clblast_forget(void)
{
}

#endif
