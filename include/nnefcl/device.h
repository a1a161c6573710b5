/* SPDX-License-Identifier: Apache-2.0 */
/* OpenCL devices as nnefcl sees them. No OpenCL header is needed for this file; applications that own OpenCL objects
 * include opencl.h.
 *
 * Thread rule: an nnefcl_device may be used from any number of threads at once. After fork() the child leaves alone
 * what the parent made of devices and sessions, and opens its own: drivers have threads that a fork does not copy. */
#ifndef NNEFCL_DEVICE_H
#define NNEFCL_DEVICE_H

#include "model.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nnefcl_device nnefcl_device;

typedef enum nnefcl_device_type {
    NNEFCL_DEVICE_CPU,
    NNEFCL_DEVICE_GPU,
    NNEFCL_DEVICE_ACCELERATOR,
    NNEFCL_DEVICE_OTHER
} nnefcl_device_type;

/* What is known of a device without using it. */
typedef struct nnefcl_device_info {
    int platform, index; /* position of its platform, and among the devices of that platform (P:D) */
    nnefcl_device_type type;
    int usable; /* 0: `reason` says why nnefcl cannot use it */
    char reason[256];
    char platform_name[128], name[128], vendor[128], version[128], driver[128];
    unsigned compute_units;
    uint64_t global_memory;  /* bytes */
    uint64_t max_allocation; /* bytes, largest single buffer */
    uint64_t local_memory;   /* bytes */
    size_t max_work_group;   /* work-items */
    int fp16, fp64;          /* cl_khr_fp16 with denormals, cl_khr_fp64 */
    /* what kernels are made for */
    size_t max_parameter_bytes; /* of the arguments of one kernel */
    unsigned lanes;             /* floats of a vector in kernels: 16 where the device's native width is 16, else 8 */
    unsigned registers;         /* vectors of that width that the registers of a core hold */
    uint64_t l1, l2, l3;        /* bytes of cache: nearest to a core, second, shared. The driver tells the largest one,
                                   the others are what such devices have at least */
    int barriers;               /* work-groups of 64 work-items and more that share local memory */
    int relaxed_atomics;        /* work-groups can hand data to each other by an atomic and mem_fence: CPUs of x86 */
    unsigned alignment;         /* bytes that the start of a buffer is a multiple of */
    int local_is_global;        /* local memory is a part of the global one, no faster: CPUs, Mali */
} nnefcl_device_info;

/* Calls `visit` for every device of every platform in platform order, usable or not. A platform that shows no device,
 * because it has none or because it fails, is visited itself: usable 0, index -1, no name, and the reason. Stops when
 * visit returns non-zero. NNEFCL_ERR_DEVICE: there is no OpenCL platform at all. */
NNEFCL_API nnefcl_status nnefcl_device_list(int (*visit)(void *user, const nnefcl_device_info *info), void *user,
                                            nnefcl_error *error);

/* Devices that plans can be made for where they are not at hand (target of nnefcl_session_options): "cpu8" and "cpu16",
 * CPUs with vectors of so many floats; "gpu", a small one of any maker; "nvidia", "amd", "intel", "mali". Their facts,
 * with `name` as here. NNEFCL_ERR_ARGUMENT: there are no more. */
NNEFCL_API nnefcl_status nnefcl_target(size_t index, nnefcl_device_info *info, size_t size);
#define nnefcl_target(index, info) nnefcl_target(index, info, sizeof(nnefcl_device_info))

typedef struct nnefcl_device_options {
    uint32_t version; /* 1 */
    nnefcl_allocator allocator;
    nnefcl_diagnostic_fn diagnostic; /* notes: which device was taken of several that match; the cache */
    void *diagnostic_user;
    const char *cache_dir; /* folder for programs that were compiled, private to the user; made if it is not
                              there. NULL: none. What is wrong with it only costs time, and is a note */
    uint64_t cache_limit;  /* bytes that it may take; the longest unused go first; 0: 256 MiB */
    int cache_binaries;    /* keep what the compiler made also where a driver has a cache of its own and takes
                              seconds to hand it out (PoCL, unless the environment has
                              POCL_WORK_GROUP_SPECIALIZATION=0): at the end of nnefcl_session_create */
    int no_barriers;       /* a promise for CPUs, whose kernels have no barriers: nobody makes another one in the
                              context of the device. The library does not take CLBlast there, and refuses operations of
                              the application that have one (NNEFCL_ERR_UNSUPPORTED); the application compiles none in
                              nnefcl_device_context. PoCL then leaves out the names of values in programs, in a context
                              of our own (nnefcl_device_open): they start faster. Other devices ignore it */
} nnefcl_device_options;
NNEFCL_INIT_DECLARE(nnefcl_device_options)
#define NNEFCL_DEVICE_OPTIONS_INIT NNEFCL_INIT(nnefcl_device_options)

/* Opens the device that `spec` names: an index over all usable devices, "gpu", "cpu", "accelerator", a part of a
 * platform's or device's name (case-insensitive), or P:D (platform and device index). NULL or "": the first GPU, then
 * accelerator, then CPU. Makes a context of its own. NNEFCL_ERR_DEVICE: nothing matches (the message lists what there
 * is), or OpenCL failed. */
NNEFCL_API nnefcl_status nnefcl_device_open(const char *spec, const nnefcl_device_options *options,
                                            nnefcl_device **device, nnefcl_error *error);
/* NNEFCL_OK, or NNEFCL_ERR_DEVICE: the device is lost, as all calls for it answer. It is lost for good when a command
 * of a run ended in an error (other than a lack of memory): what its context holds cannot be relied on, another
 * nnefcl_device_open of it may work. And it is lost until they end when a call came back before its commands did
 * (session.h). */
NNEFCL_API nnefcl_status nnefcl_device_state(const nnefcl_device *device, nnefcl_error *error);
/* Releases the caller's hold; sessions keep what they need. NULL is allowed. */
NNEFCL_API void nnefcl_device_free(nnefcl_device *device);
NNEFCL_API void nnefcl_device_describe(const nnefcl_device *device, nnefcl_device_info *info, size_t size);
#define nnefcl_device_describe(device, info) nnefcl_device_describe(device, info, sizeof(nnefcl_device_info))

#ifdef __cplusplus
}
#endif
#endif
