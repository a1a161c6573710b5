/* SPDX-License-Identifier: Apache-2.0 */
/* OpenCL programs: created one by one, built several at a time. */
#include <pthread.h>
#include <string.h>

#include "host.h"

#define MAX_THREADS 16
#define MOST_LOG    ((size_t)16 << 20) /* bytes of what a compiler says */

/* PoCL has clang's passes run once, and LLVM's at the third level twice over what they leave: those of clang may stay
 * at the first level. PoCL knows no such option, and hands on what stands behind a tab. */
#define DECLARED "-cl-std=CL1.2 -w -D_OPENCL_H_ -DNCL_DECLARED\t-O1"
#define NAMELESS "\t-discard-value-names"

const char *ncl_program_options(const nnefcl_device *device, bool declares)
{
    if (declares)
        return device->nameless ? DECLARED NAMELESS : DECLARED;
    return strcmp(device->info.platform_name, "NVIDIA CUDA") == 0 ? "-cl-std=CL1.2 -w -cl-nv-maxrregcount=128"
                                                                  : "-cl-std=CL1.2 -w";
}

cl_int ncl_program_compile(const nnefcl_device *device, cl_program program, bool declares)
{
    cl_int code = CL_INVALID_BUILD_OPTIONS;
    if (declares)
        code = clBuildProgram(program, 1, &device->id, ncl_program_options(device, true), NULL, NULL);
    if (code == CL_INVALID_BUILD_OPTIONS || code == CL_BUILD_PROGRAM_FAILURE)
        code = clBuildProgram(program, 1, &device->id, ncl_program_options(device, false), NULL, NULL);
    return code;
}

nnefcl_status ncl_program_create(const nnefcl_device *device, const struct ncl_text *text,
                                 struct ncl_source_build *build, struct ncl_diag *diag)
{
    if (text->failed || !text->data)
        return ncl_nomem(diag);
    const char *source = text->data;
    const size_t length = text->length;
    cl_int code;
    build->declares = ncl_source_declares(source, length);
    build->program = clCreateProgramWithSource(device->context, 1, &source, &length, &code);
    return ncl_opencl_check(diag, NCL_NOWHERE, build->name, "clCreateProgramWithSource", code);
}

/* ---- what the compiler said ---- */

/* Where the interesting part of a log begins: at the first line with an error. */
static const char *first_error(const char *log)
{
    const char *error = strstr(log, "error");
    while (error && error > log && error[-1] != '\n')
        error--;
    return error ? error : log;
}

/* Some lines of a log as one: a message has no line ends. */
static void join_lines(char *text)
{
    size_t lines = 0;
    for (; *text; text++) {
        if (*text != '\n' && *text != '\r')
            continue;
        if (++lines == 4) {
            *text = '\0';
            return;
        }
        *text = text[1] ? ' ' : '\0';
    }
}

static nnefcl_status report_log(const nnefcl_device *device, const struct ncl_source_build *build,
                                const nnefcl_allocator *allocator, struct ncl_diag *diag)
{
    size_t size = 0;
    char *log = NULL;
    if (clGetProgramBuildInfo(build->program, device->id, CL_PROGRAM_BUILD_LOG, 0, NULL, &size) == CL_SUCCESS && size &&
        size < MOST_LOG)
        log = ncl_resize(allocator, NULL, size + 1);
    if (log)
        memset(log, 0, size + 1);
    if (log && clGetProgramBuildInfo(build->program, device->id, CL_PROGRAM_BUILD_LOG, size, log, NULL) != CL_SUCCESS)
        size = 0;
    nnefcl_status status;
    if (log && size) {
        char *begin = log + (first_error(log) - log);
        join_lines(begin);
        status = ncl_error_opencl(diag, NNEFCL_ERR_DEVICE, build->code, NCL_NOWHERE,
                                  "the OpenCL compiler refuses kernel '%s': %s", build->name, begin);
    } else {
        status = ncl_opencl_check(diag, NCL_NOWHERE, build->name, "clBuildProgram", build->code);
    }
    ncl_resize(allocator, log, 0);
    return status;
}

/* ---- threads ---- */

struct crew {
    const nnefcl_device *device;
    struct ncl_source_build *build;
    size_t count;
    atomic_size_t next, done;
};

/* False: there is none left. */
static bool build_one(struct crew *crew)
{
    const size_t i = atomic_fetch_add(&crew->next, 1);
    if (i >= crew->count)
        return false;
    struct ncl_source_build *build = &crew->build[i];
    build->code = ncl_program_compile(crew->device, build->program, build->declares);
    atomic_fetch_add(&crew->done, 1);
    return true;
}

/* Neither allocates nor reports: callbacks belong to the thread that called. */
static void *build_some(void *argument)
{
    while (build_one(argument))
        ;
    return NULL;
}

static nnefcl_status tell_built(const struct crew *crew, const struct nnefcl_session *session, size_t done,
                                struct ncl_diag *diag)
{
    return session ? ncl_progress_tell(session, NNEFCL_STAGE_PROGRAMS, done, crew->count, diag) : NNEFCL_OK;
}

/* The calling thread builds too, and tells how far all of them are. */
static nnefcl_status build_and_tell(struct crew *crew, const struct nnefcl_session *session, struct ncl_diag *diag)
{
    nnefcl_status status = tell_built(crew, session, 0, diag);
    while (!status && build_one(crew))
        status = tell_built(crew, session, atomic_load(&crew->done), diag);
    if (status)
        atomic_store(&crew->next, crew->count);
    return status;
}

static nnefcl_status check_builds(const nnefcl_device *device, const struct ncl_source_build *build, size_t count,
                                  const nnefcl_allocator *allocator, struct ncl_diag *diag)
{
    for (size_t i = 0; i < count; i++)
        if (build[i].code == CL_BUILD_PROGRAM_FAILURE)
            return report_log(device, &build[i], allocator, diag);
        else if (build[i].code)
            return ncl_opencl_check(diag, NCL_NOWHERE, build[i].name, "clBuildProgram", build[i].code);
    return NNEFCL_OK;
}

nnefcl_status ncl_program_build(const nnefcl_device *device, const struct nnefcl_session *session,
                                struct ncl_source_build *build, size_t count, struct ncl_diag *diag)
{
    const nnefcl_allocator *allocator = session ? &session->arena.allocator : &device->allocator;
    struct crew crew = {.device = device, .build = build, .count = count};
    pthread_t thread[MAX_THREADS];
    size_t threads = 0,
           wanted = device->target.compute_units < MAX_THREADS ? device->target.compute_units : MAX_THREADS;
    if (count == 0)
        return NNEFCL_OK;
    atomic_init(&crew.next, 0);
    atomic_init(&crew.done, 0);
    while (threads + 1 < wanted && threads + 1 < count &&
           pthread_create(&thread[threads], NULL, build_some, &crew) == 0)
        threads++;
    const nnefcl_status status = build_and_tell(&crew, session, diag);
    for (size_t i = 0; i < threads; i++)
        pthread_join(thread[i], NULL);
    return status ? status : check_builds(device, build, count, allocator, diag);
}
