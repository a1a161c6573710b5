/* SPDX-License-Identifier: Apache-2.0 */
/* An OpenCL layer for tests: makes the n-th call fail, counts references, and makes devices look smaller or unfit. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_list.h"
#include "layer.h"
#include "layer_init.h"
#include "live_memory.h"

/* FAIL_CALL_SAID, a file: which call failed, and what was left alive at the end of the process. */
static void say(const char *call, const char *left_alive)
{
    const char *path = getenv("FAIL_CALL_SAID");
    FILE *file = path && call ? fopen(path, "w") : NULL;
    if (!file)
        return;
    fprintf(file, "%s\n%s\n", call, left_alive);
    fclose(file);
}

/* ---- failures ---- */

static atomic_ulong left; /* calls until one fails, 0: none does */
static atomic_int fail_code, paused;
static _Atomic(const char *) failed_call, only_call; /* only_call: alone counted, NULL: all are */

static int fails(const char *name)
{
    const char *only = atomic_load(&only_call);
    if (atomic_load(&paused) || (only && strcmp(only, name) != 0))
        return 0;
    unsigned long n = atomic_load(&left);
    while (n && !atomic_compare_exchange_weak(&left, &n, n - 1))
        ;
    if (n != 1)
        return 0;
    atomic_store(&failed_call, name);
    say(name, "");
    return 1;
}

static void set_fail_call(const char *name, unsigned long n, int code)
{
    atomic_store(&left, 0);
    atomic_store(&fail_code, code);
    atomic_store(&failed_call, NULL);
    atomic_store(&only_call, name);
    atomic_store(&left, n);
}

static void set_fail(unsigned long n, int code)
{
    set_fail_call(NULL, n, code);
}

static const char *get_failed(void)
{
    return atomic_load(&failed_call);
}

static void set_pause(int on)
{
    atomic_store(&paused, on);
}

/* ---- references ---- */

enum kind { CONTEXT, QUEUE, MEMORY, PROGRAM, KERNEL, EVENT, KINDS };
static atomic_long live[KINDS];

static long get_live(char *text, size_t size)
{
    static const char *const names[] = {"contexts", "queues", "buffers", "programs", "kernels", "events"};
    long sum = 0;
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < KINDS; i++) {
        const long n = atomic_load(&live[i]);
        sum += n < 0 ? -n : n; /* released too often is as bad */
        if (n && used < size)
            used += (size_t)snprintf(text + used, size - used, "%s %ld ", names[i], n);
    }
    return sum;
}

/* ---- for whole commands ---- */

/* FAIL_CALL=n in the environment: the n-th call fails, with FAIL_CODE. */
__attribute__((constructor)) static void begin_command(void)
{
    const char *n = getenv("FAIL_CALL"), *code = getenv("FAIL_CODE");
    if (n)
        set_fail(strtoul(n, NULL, 10), code ? atoi(code) : CL_OUT_OF_RESOURCES);
}

__attribute__((destructor)) static void end_command(void)
{
    char text[256];
    say(get_failed(), get_live(text, sizeof text) ? text : "");
}

/* ---- profiles of devices ---- */

struct profile {
    const char *name;
    cl_ulong max_allocation, local_memory;
    size_t max_work_group;
    cl_device_type type;
    const char *embedded_extensions; /* embedded profile with these */
    const char *version, *c_version;
    int unavailable, no_compiler, big_endian, no_infinities;
    int far; /* its memory is its own */
};

static const struct profile profiles[] = {
    {.name = "none"},
    {.name = "small",
     .max_allocation = 16u << 20,
     .local_memory = 16384,
     .max_work_group = 32,
     .type = CL_DEVICE_TYPE_GPU},
    {.name = "embedded", .embedded_extensions = "cl_khr_byte_addressable_store"},
    {.name = "embedded_int64", .embedded_extensions = "cl_khr_byte_addressable_store cles_khr_int64"},
    {.name = "old", .version = "OpenCL 1.1 old", .c_version = "OpenCL C 1.1 "},
    {.name = "old_language", .c_version = "OpenCL C 1.1 "},
    {.name = "new", .version = "OpenCL 3.0 new", .c_version = "OpenCL C 3.0 "},
    {.name = "unavailable", .unavailable = 1},
    {.name = "no_compiler", .no_compiler = 1},
    {.name = "big_endian", .big_endian = 1},
    {.name = "no_infinities", .no_infinities = 1},
    {.name = "custom", .type = CL_DEVICE_TYPE_CUSTOM},
    {.name = "far", .far = 1},
};
static const struct profile *current = profiles; /* changed while no other thread calls */

static int set_profile(const char *name)
{
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++)
        if (strcmp(profiles[i].name, name) == 0) {
            current = &profiles[i];
            return 1;
        }
    return 0;
}

#define ANSWER(condition, type_, value_)                                                                               \
    do {                                                                                                               \
        const type_ value = (value_);                                                                                  \
        if (condition)                                                                                                 \
            return layer_answer(&value, sizeof value, param_value_size, param_value, param_value_size_ret);            \
    } while (0)
#define ANSWER_TEXT(text_)                                                                                             \
    do {                                                                                                               \
        const char *text = (text_);                                                                                    \
        if (text)                                                                                                      \
            return layer_answer(text, strlen(text) + 1, param_value_size, param_value, param_value_size_ret);          \
    } while (0)

static cl_int CL_API_CALL my_clGetDeviceInfo(cl_device_id device, cl_device_info param_name, size_t param_value_size,
                                             void *param_value, size_t *param_value_size_ret)
{
    const struct profile *p = current;
    if (fails("clGetDeviceInfo"))
        return atomic_load(&fail_code);
    switch (param_name) {
    case CL_DEVICE_MAX_MEM_ALLOC_SIZE:
        ANSWER(p->max_allocation, cl_ulong, p->max_allocation);
        break;
    case CL_DEVICE_LOCAL_MEM_SIZE:
        ANSWER(p->local_memory, cl_ulong, p->local_memory);
        break;
    case CL_DEVICE_MAX_WORK_GROUP_SIZE:
        ANSWER(p->max_work_group, size_t, p->max_work_group);
        break;
    case CL_DEVICE_TYPE:
        ANSWER(p->type, cl_device_type, p->type);
        break;
    case CL_DEVICE_AVAILABLE:
        ANSWER(p->unavailable, cl_bool, CL_FALSE);
        break;
    case CL_DEVICE_COMPILER_AVAILABLE:
        ANSWER(p->no_compiler, cl_bool, CL_FALSE);
        break;
    case CL_DEVICE_ENDIAN_LITTLE:
        ANSWER(p->big_endian, cl_bool, CL_FALSE);
        break;
    case CL_DEVICE_HOST_UNIFIED_MEMORY:
        ANSWER(p->far, cl_bool, CL_FALSE);
        break;
    case CL_DEVICE_SINGLE_FP_CONFIG:
        ANSWER(p->no_infinities, cl_device_fp_config, CL_FP_ROUND_TO_ZERO);
        break;
    case CL_DEVICE_PROFILE:
        ANSWER_TEXT(p->embedded_extensions ? "EMBEDDED_PROFILE" : NULL);
        break;
    case CL_DEVICE_EXTENSIONS:
        ANSWER_TEXT(p->embedded_extensions);
        break;
    case CL_DEVICE_VERSION:
        ANSWER_TEXT(p->version);
        break;
    case CL_DEVICE_OPENCL_C_VERSION:
        ANSWER_TEXT(p->c_version);
        break;
    default:
        break;
    }
    return target->clGetDeviceInfo(device, param_name, param_value_size, param_value, param_value_size_ret);
}

/* ---- calls that return a code ---- */

#define PLAIN(name, parameters, arguments)                                                                             \
    static cl_int CL_API_CALL my_##name parameters                                                                     \
    {                                                                                                                  \
        return fails(#name) ? atomic_load(&fail_code) : target->name arguments;                                        \
    }
/* What waits does wait, and fails then: nobody can know what is still under way otherwise. */
#define WAITING(name, parameters, arguments)                                                                           \
    static cl_int CL_API_CALL my_##name parameters                                                                     \
    {                                                                                                                  \
        const cl_int code = target->name arguments;                                                                    \
        return fails(#name) ? atomic_load(&fail_code) : code;                                                          \
    }
#define ENQUEUE(name, parameters, arguments)                                                                           \
    static cl_int CL_API_CALL my_##name parameters                                                                     \
    {                                                                                                                  \
        if (fails(#name))                                                                                              \
            return atomic_load(&fail_code);                                                                            \
        const cl_int code = target->name arguments;                                                                    \
        if (code == CL_SUCCESS && event)                                                                               \
            atomic_fetch_add(&live[EVENT], 1);                                                                         \
        return code;                                                                                                   \
    }
#define CREATE(kind, type, name, parameters, arguments)                                                                \
    static type CL_API_CALL my_##name parameters                                                                       \
    {                                                                                                                  \
        if (fails(#name)) {                                                                                            \
            if (errcode_ret)                                                                                           \
                *errcode_ret = atomic_load(&fail_code);                                                                \
            return NULL;                                                                                               \
        }                                                                                                              \
        const type object = target->name arguments;                                                                    \
        if (object)                                                                                                    \
            atomic_fetch_add(&live[kind], 1);                                                                          \
        return object;                                                                                                 \
    }
#define HOLDS(kind, type, object)                                                                                      \
    static cl_int CL_API_CALL my_clRetain##object(type object)                                                         \
    {                                                                                                                  \
        if (fails("clRetain" #object))                                                                                 \
            return atomic_load(&fail_code);                                                                            \
        atomic_fetch_add(&live[kind], 1);                                                                              \
        return target->clRetain##object(object);                                                                       \
    }                                                                                                                  \
    static cl_int CL_API_CALL my_clRelease##object(type object)                                                        \
    {                                                                                                                  \
        atomic_fetch_sub(&live[kind], 1);                                                                              \
        return target->clRelease##object(object);                                                                      \
    }

PLAIN(clGetDeviceIDs, (cl_platform_id p, cl_device_type t, cl_uint n, cl_device_id *d, cl_uint *r), (p, t, n, d, r))
PLAIN(clGetPlatformInfo, (cl_platform_id p, cl_platform_info w, QUERY), (p, w, QUERY_ARGS))
PLAIN(clGetContextInfo, (cl_context c, cl_context_info w, QUERY), (c, w, QUERY_ARGS))
PLAIN(clGetCommandQueueInfo, (cl_command_queue q, cl_command_queue_info w, QUERY), (q, w, QUERY_ARGS))
PLAIN(clGetMemObjectInfo, (cl_mem m, cl_mem_info w, QUERY), (m, w, QUERY_ARGS))
PLAIN(clGetEventInfo, (cl_event e, cl_event_info w, QUERY), (e, w, QUERY_ARGS))
PLAIN(clGetEventProfilingInfo, (cl_event e, cl_profiling_info w, QUERY), (e, w, QUERY_ARGS))
PLAIN(clSetKernelArg, (cl_kernel k, cl_uint i, size_t s, const void *v), (k, i, s, v))
PLAIN(clFlush, (cl_command_queue q), (q))
WAITING(clFinish, (cl_command_queue q), (q))
WAITING(clWaitForEvents, (cl_uint n, const cl_event *e), (n, e))

ENQUEUE(clEnqueueNDRangeKernel,
        (cl_command_queue q, cl_kernel k, cl_uint d, const size_t *o, const size_t *g, const size_t *l, WAIT),
        (q, k, d, o, g, l, WAIT_ARGS))
ENQUEUE(clEnqueueWriteBuffer, (cl_command_queue q, cl_mem m, cl_bool b, size_t o, size_t s, const void *p, WAIT),
        (q, m, b, o, s, p, WAIT_ARGS))
ENQUEUE(clEnqueueReadBuffer, (cl_command_queue q, cl_mem m, cl_bool b, size_t o, size_t s, void *p, WAIT),
        (q, m, b, o, s, p, WAIT_ARGS))
ENQUEUE(clEnqueueCopyBuffer, (cl_command_queue q, cl_mem a, cl_mem b, size_t i, size_t o, size_t s, WAIT),
        (q, a, b, i, o, s, WAIT_ARGS))
ENQUEUE(clEnqueueUnmapMemObject, (cl_command_queue q, cl_mem m, void *p, WAIT), (q, m, p, WAIT_ARGS))
ENQUEUE(clEnqueueMarkerWithWaitList, (cl_command_queue q, WAIT), (q, WAIT_ARGS))
ENQUEUE(clEnqueueBarrierWithWaitList, (cl_command_queue q, WAIT), (q, WAIT_ARGS))

CREATE(CONTEXT, cl_context, clCreateContext,
       (const cl_context_properties *p, cl_uint n, const cl_device_id *d,
        void(CL_CALLBACK *f)(const char *, const void *, size_t, void *), void *u, cl_int *errcode_ret),
       (p, n, d, f, u, errcode_ret))
CREATE(QUEUE, cl_command_queue, clCreateCommandQueue,
       (cl_context c, cl_device_id d, cl_command_queue_properties p, cl_int *errcode_ret), (c, d, p, errcode_ret))
CREATE(PROGRAM, cl_program, clCreateProgramWithSource,
       (cl_context c, cl_uint n, const char **s, const size_t *l, cl_int *errcode_ret), (c, n, s, l, errcode_ret))
CREATE(EVENT, cl_event, clCreateUserEvent, (cl_context c, cl_int *errcode_ret), (c, errcode_ret))

HOLDS(CONTEXT, cl_context, Context)
HOLDS(QUEUE, cl_command_queue, CommandQueue)
HOLDS(PROGRAM, cl_program, Program)
HOLDS(EVENT, cl_event, Event)

CREATE(PROGRAM, cl_program, clCreateProgramWithBinary,
       (cl_context c, cl_uint n, const cl_device_id *d, const size_t *l, const unsigned char **b, cl_int *s,
        cl_int *errcode_ret),
       (c, n, d, l, b, s, errcode_ret))

static cl_kernel CL_API_CALL my_clCreateKernel(cl_program program, const char *name, cl_int *errcode_ret)
{
    if (fails("clCreateKernel")) {
        if (errcode_ret)
            *errcode_ret = atomic_load(&fail_code);
        return NULL;
    }
    const cl_kernel kernel = target->clCreateKernel(program, name, errcode_ret);
    if (kernel) {
        atomic_fetch_add(&live[KERNEL], 1);
        kernel_list_add(program, kernel);
    }
    return kernel;
}

static cl_int CL_API_CALL my_clRetainKernel(cl_kernel kernel)
{
    if (fails("clRetainKernel"))
        return atomic_load(&fail_code);
    atomic_fetch_add(&live[KERNEL], 1);
    kernel_list_hold(kernel);
    return target->clRetainKernel(kernel);
}

static cl_int CL_API_CALL my_clReleaseKernel(cl_kernel kernel)
{
    atomic_fetch_sub(&live[KERNEL], 1);
    kernel_list_release(kernel);
    return target->clReleaseKernel(kernel);
}

static cl_int CL_API_CALL my_clRetainMemObject(cl_mem memory)
{
    if (fails("clRetainMemObject"))
        return atomic_load(&fail_code);
    atomic_fetch_add(&live[MEMORY], 1);
    live_memory_hold(memory, 0);
    return target->clRetainMemObject(memory);
}

static cl_int CL_API_CALL my_clReleaseMemObject(cl_mem memory)
{
    atomic_fetch_sub(&live[MEMORY], 1);
    live_memory_release(memory);
    return target->clReleaseMemObject(memory);
}

/* A profile's largest allocation holds for all. */
static cl_mem CL_API_CALL my_clCreateBuffer(cl_context context, cl_mem_flags flags, size_t size, void *host,
                                            cl_int *errcode_ret)
{
    const int refused = current->max_allocation && size > current->max_allocation;
    if (fails("clCreateBuffer") || refused) {
        if (errcode_ret)
            *errcode_ret = refused ? CL_INVALID_BUFFER_SIZE : atomic_load(&fail_code);
        return NULL;
    }
    const cl_mem memory = target->clCreateBuffer(context, flags, size, host, errcode_ret);
    if (memory) {
        atomic_fetch_add(&live[MEMORY], 1);
        live_memory_hold(memory, size);
    }
    return memory;
}

static void *CL_API_CALL my_clEnqueueMapBuffer(cl_command_queue q, cl_mem m, cl_bool b, cl_map_flags f, size_t o,
                                               size_t s, WAIT, cl_int *errcode_ret)
{
    if (fails("clEnqueueMapBuffer")) {
        if (errcode_ret)
            *errcode_ret = atomic_load(&fail_code);
        return NULL;
    }
    void *pointer = target->clEnqueueMapBuffer(q, m, b, f, o, s, WAIT_ARGS, errcode_ret);
    if (pointer && event)
        atomic_fetch_add(&live[EVENT], 1);
    return pointer;
}

/* ---- the compiler ---- */

static atomic_ulong compilations;
static pthread_mutex_t options_lock = PTHREAD_MUTEX_INITIALIZER;
static char last_options[256];

static unsigned long get_compiled(void)
{
    return atomic_load(&compilations);
}

static const char *get_options(void)
{
    return last_options;
}

static void keep_options(const char *options)
{
    pthread_mutex_lock(&options_lock);
    snprintf(last_options, sizeof last_options, "%s", options ? options : "");
    pthread_mutex_unlock(&options_lock);
}

/* A program from a binary has no source. */
static cl_int CL_API_CALL my_clBuildProgram(cl_program program, cl_uint count, const cl_device_id *devices,
                                            const char *options,
                                            void(CL_CALLBACK *notify)(cl_program program, void *user_data), void *user)
{
    size_t source = 0;
    if (fails("clBuildProgram"))
        return atomic_load(&fail_code);
    if (target->clGetProgramInfo(program, CL_PROGRAM_SOURCE, 0, NULL, &source) == CL_SUCCESS && source > 1)
        atomic_fetch_add(&compilations, 1), keep_options(options);
    return target->clBuildProgram(program, count, devices, options, notify, user);
}

/* ---- the layer ---- */

LAYER_EXPORT const struct layer_control layer_control = {
    set_fail,    set_fail_call,   get_failed,         set_pause,    get_live,
    set_profile, live_memory_get, kernel_list_passed, get_compiled, get_options};

void layer_take(struct _cl_icd_dispatch *table)
{
#define TAKE(name)         table->name = my_##name;
#define TAKE_HOLDS(object) TAKE(clRetain##object) TAKE(clRelease##object)
    TAKE(clGetDeviceIDs)
    TAKE(clGetDeviceInfo)
    TAKE(clGetPlatformInfo)
    TAKE(clGetContextInfo)
    TAKE(clGetCommandQueueInfo)
    TAKE(clGetMemObjectInfo)
    TAKE(clGetEventInfo)
    TAKE(clGetEventProfilingInfo)
    TAKE(clBuildProgram)
    TAKE(clSetKernelArg)
    TAKE(clFlush)
    TAKE(clFinish)
    TAKE(clWaitForEvents)
    TAKE(clEnqueueNDRangeKernel)
    TAKE(clEnqueueWriteBuffer)
    TAKE(clEnqueueReadBuffer)
    TAKE(clEnqueueCopyBuffer)
    TAKE(clEnqueueMapBuffer)
    TAKE(clEnqueueUnmapMemObject)
    TAKE(clEnqueueMarkerWithWaitList)
    TAKE(clEnqueueBarrierWithWaitList)
    TAKE(clCreateContext)
    TAKE(clCreateCommandQueue)
    TAKE(clCreateProgramWithSource)
    TAKE(clCreateProgramWithBinary)
    TAKE(clCreateKernel)
    TAKE(clCreateBuffer)
    TAKE(clCreateUserEvent)
    TAKE_HOLDS(Context)
    TAKE_HOLDS(CommandQueue)
    TAKE_HOLDS(MemObject)
    TAKE_HOLDS(Program)
    TAKE_HOLDS(Kernel)
    TAKE_HOLDS(Event)
}
