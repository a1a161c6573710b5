/* SPDX-License-Identifier: Apache-2.0 */
/* The run list as one command (cl_khr_command_buffer), for GPUs whose drivers offer it: a launch costs the host 5 to
 * 10 us there. Recorded at the second run in a row with the same buffers, since arguments are those of the recording;
 * whatever a driver refuses leaves the session with launches. The extension is provisional, and its functions are not
 * in all headers: what is called here is declared here. */
#include <string.h>

#include "host.h"

#define EXTENSION                    "cl_khr_command_buffer"
#define EXTENSIONS_NUMBERED          0x1060 /* CL_DEVICE_EXTENSIONS_WITH_VERSION, OpenCL 3.0 */
#define VERSION(major, minor, patch) ((cl_uint)(major) << 22 | (cl_uint)(minor) << 12 | (cl_uint)(patch))
#define COPY_HAS_PROPERTIES          VERSION(0, 9, 5)

typedef void *(CL_API_CALL *create_fn)(cl_uint count, const cl_command_queue *queue, const cl_ulong *properties,
                                       cl_int *code);
typedef cl_int(CL_API_CALL *of_buffer_fn)(void *buffer);
typedef cl_int(CL_API_CALL *enqueue_fn)(cl_uint count, cl_command_queue *queue, void *buffer, cl_uint wait_count,
                                        const cl_event *wait, cl_event *event);
typedef cl_int(CL_API_CALL *launch_fn)(void *buffer, cl_command_queue queue, const cl_ulong *properties,
                                       cl_kernel kernel, cl_uint dimensions, const size_t *first, const size_t *global,
                                       const size_t *local, cl_uint sync_count, const cl_uint *sync, cl_uint *point,
                                       void **handle);
typedef cl_int(CL_API_CALL *copy_fn)(void *buffer, cl_command_queue queue, cl_mem from, cl_mem to, size_t from_offset,
                                     size_t to_offset, size_t bytes, cl_uint sync_count, const cl_uint *sync,
                                     cl_uint *point, void **handle);
typedef cl_int(CL_API_CALL *copy_properties_fn)(void *buffer, cl_command_queue queue, const cl_ulong *properties,
                                                cl_mem from, cl_mem to, size_t from_offset, size_t to_offset,
                                                size_t bytes, cl_uint sync_count, const cl_uint *sync, cl_uint *point,
                                                void **handle);

struct ncl_recorded {
    create_fn create;
    of_buffer_fn finalize, release;
    enqueue_fn enqueue;
    launch_fn launch;
    void *copy;      /* copy_fn, or copy_properties_fn */
    cl_uint version; /* of the extension */
    void *buffer;    /* NULL: nothing is recorded */
};

struct numbered {
    cl_uint version;
    char name[64];
};

/* Of the extension, 0: the device has none. */
static cl_uint version_of(const nnefcl_device *device)
{
    size_t size = 0;
    cl_uint version = 0;
    if (clGetDeviceInfo(device->id, EXTENSIONS_NUMBERED, 0, NULL, &size) != CL_SUCCESS)
        return 0;
    struct numbered *list = ncl_resize(&device->allocator, NULL, size ? size : 1);
    if (list && clGetDeviceInfo(device->id, EXTENSIONS_NUMBERED, size, list, NULL) == CL_SUCCESS)
        for (size_t i = 0; i < size / sizeof *list; i++)
            if (strncmp(list[i].name, EXTENSION, sizeof list[i].name) == 0)
                version = list[i].version;
    ncl_resize(&device->allocator, list, 0);
    return version;
}

static void *function(cl_platform_id platform, const char *name)
{
    return clGetExtensionFunctionAddressForPlatform(platform, name);
}

static bool find_functions(const nnefcl_device *device, struct ncl_recorded *found)
{
    cl_platform_id platform;
    *found = (struct ncl_recorded){.version = version_of(device)};
    if (!found->version ||
        clGetDeviceInfo(device->id, CL_DEVICE_PLATFORM, sizeof platform, &platform, NULL) != CL_SUCCESS)
        return false;
    found->create = (create_fn)function(platform, "clCreateCommandBufferKHR");
    found->finalize = (of_buffer_fn)function(platform, "clFinalizeCommandBufferKHR");
    found->release = (of_buffer_fn)function(platform, "clReleaseCommandBufferKHR");
    found->enqueue = (enqueue_fn)function(platform, "clEnqueueCommandBufferKHR");
    found->launch = (launch_fn)function(platform, "clCommandNDRangeKernelKHR");
    found->copy = function(platform, "clCommandCopyBufferKHR");
    return found->create && found->finalize && found->release && found->enqueue && found->launch && found->copy;
}

nnefcl_status ncl_recorded_make(struct ncl_maker *maker)
{
    struct nnefcl_session *session = maker->session;
    struct ncl_recorded found;
    if (maker->options->execution != NNEFCL_EXECUTION_AUTO || session->execution != NNEFCL_EXECUTION_LAUNCHES ||
        maker->options->max_launch_ms > 0 || session->device->target.cpu || session->profiling || session->clblast)
        return NNEFCL_OK;
    if (session->command_count < 2 || !find_functions(session->device, &found))
        return NNEFCL_OK;
    session->recorded = NCL_NEW(&session->arena, struct ncl_recorded);
    if (!session->recorded)
        return ncl_nomem(maker->diag);
    *session->recorded = found;
    return NNEFCL_OK;
}

void ncl_recorded_drop(struct nnefcl_session *session)
{
    session->steady = false;
    if (session->recorded && session->recorded->buffer)
        session->recorded->release(session->recorded->buffer);
    if (session->recorded)
        session->recorded->buffer = NULL;
}

/* ---- recording ---- */

static cl_int record_copy(const struct ncl_recorded *recorded, const struct nnefcl_session *session,
                          const struct ncl_step *step)
{
    const struct ncl_copy_of copy = ncl_step_copy(session, step);
    return recorded->version < COPY_HAS_PROPERTIES
               ? ((copy_fn)recorded->copy)(recorded->buffer, NULL, copy.from, copy.to, copy.from_offset, copy.to_offset,
                                           copy.bytes, 0, NULL, NULL, NULL)
               : ((copy_properties_fn)recorded->copy)(recorded->buffer, NULL, NULL, copy.from, copy.to,
                                                      copy.from_offset, copy.to_offset, copy.bytes, 0, NULL, NULL,
                                                      NULL);
}

static cl_int record_command(const struct ncl_recorded *recorded, const struct nnefcl_session *session,
                             const struct ncl_command *command)
{
    const struct ncl_step *step = &session->plan->run.step[command->step];
    struct ncl_range range;
    if (step->kind == NCL_STEP_COPY)
        return record_copy(recorded, session, step);
    if (step->kind != NCL_STEP_KERNEL || !ncl_step_range(session, step, command->part, &range))
        return CL_INVALID_OPERATION;
    return recorded->launch(recorded->buffer, NULL, NULL, session->kernel[command->step], 1,
                            range.first ? &range.first : NULL, &range.global, &range.local, 0, NULL, NULL, NULL);
}

static bool record(struct nnefcl_session *session)
{
    struct ncl_recorded *recorded = session->recorded;
    cl_int code;
    recorded->buffer = recorded->create(1, &session->queue, NULL, &code);
    if (code)
        recorded->buffer = NULL;
    for (size_t i = 0; i < session->command_count && !code; i++)
        code = record_command(recorded, session, &session->command[i]);
    if (!code)
        code = recorded->finalize(recorded->buffer);
    return code == CL_SUCCESS;
}

/* What the driver refused once it is not asked again. */
static bool give_up(struct nnefcl_session *session)
{
    ncl_recorded_drop(session);
    session->recorded = NULL;
    return false;
}

bool ncl_recorded_enqueue(struct nnefcl_session *session)
{
    struct ncl_recorded *recorded = session->recorded;
    const bool steady = session->steady;
    session->steady = true;
    if (!recorded || (!recorded->buffer && !steady))
        return false;
    if (!recorded->buffer && !record(session))
        return give_up(session);
    if (recorded->enqueue(0, NULL, recorded->buffer, 0, NULL, NULL) != CL_SUCCESS)
        return give_up(session);
    return true;
}
