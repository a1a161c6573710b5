/* The whole run list as one kernel (ncl_source_persistent): on CPU devices a launch with work costs more than a small
 * step. */
#include "host.h"
#include "plan/source.h"

enum { ARG_RECORDS, ARG_COUNTERS, ARG_BUFFERS }; /* two for each buffer of the plan behind them */

nnefcl_status ncl_persistent_check(const struct nnefcl_session *session, struct ncl_diag *diag)
{
    const struct ncl_plan *plan = session->plan;
    uint64_t tasks = 0;
    size_t parameter_bytes = 0;
    for (size_t i = 0; i < plan->run.count; i++) {
        const struct ncl_step *step = &plan->run.step[i];
        if (step->kind == NCL_STEP_GEMM)
            return ncl_error(diag, NNEFCL_ERR_UNSUPPORTED, step->at,
                             "%s: CLBlast cannot be part of persistent execution", step->name);
        tasks += step->kind == NCL_STEP_KERNEL ? step->tasks : plan->tensor[step->tensor[1]].bytes / 65536 + 1;
        if (step->tasks > INT32_MAX || tasks > INT32_MAX)
            return ncl_error(diag, NNEFCL_ERR_UNSUPPORTED, step->at, "%s: more than 2^31 tasks in persistent execution",
                             step->name);
    }
    const size_t wanted = ARG_BUFFERS * sizeof(cl_mem) + plan->buffer_count * (sizeof(cl_mem) + sizeof(cl_ulong));
    const cl_int code = clGetDeviceInfo(session->device->id, CL_DEVICE_MAX_PARAMETER_SIZE, sizeof parameter_bytes,
                                        &parameter_bytes, NULL);
    if (code)
        return ncl_opencl_check(diag, NCL_NOWHERE, "persistent", "clGetDeviceInfo", code);
    if (wanted > parameter_bytes)
        return ncl_error(diag, NNEFCL_ERR_UNSUPPORTED, NCL_NOWHERE,
                         "persistent execution of %zu buffers needs %zu bytes of kernel arguments, the device has %zu",
                         plan->buffer_count, wanted, parameter_bytes);
    return NNEFCL_OK;
}

/* For the compiler's complaints: not every driver tells the file of a line. NULL: out of memory. */
static const char *program_name(const struct nnefcl_session *session, struct ncl_arena *arena)
{
    const char *name = "persistent";
    for (size_t i = 0; i < session->plan->kernel_count && name; i++)
        if (session->plan->kernel[i].source)
            name = ncl_arena_printf(arena, "%s, %s", name, session->plan->kernel[i].body);
    return name;
}

nnefcl_status ncl_persistent_program(struct nnefcl_session *session, struct ncl_build *build, struct ncl_diag *diag)
{
    struct ncl_text text;
    build->name = program_name(session, &session->arena);
    if (!build->name)
        return ncl_nomem(diag);
    ncl_text_init(&text, &session->arena.allocator);
    ncl_source_persistent(&text, session->plan);
    const nnefcl_status status = ncl_program_create(session->device, &text, build, diag);
    ncl_text_free(&text);
    return status;
}

/* The run steps do not touch buffers that are gone after init; something valid stands in for them. */
nnefcl_status ncl_persistent_set_buffer(const struct nnefcl_session *session, uint32_t buffer, struct ncl_diag *diag)
{
    const struct ncl_slot *slot = &session->slot[buffer];
    const cl_mem memory = slot->bound ? slot->bound : slot->own ? slot->own : session->counters;
    const cl_ulong offset = slot->bound ? slot->offset : 0;
    cl_int code = clSetKernelArg(session->kernel[0], ARG_BUFFERS + 2 * buffer, sizeof memory, &memory);
    if (!code)
        code = clSetKernelArg(session->kernel[0], ARG_BUFFERS + 2 * buffer + 1, sizeof offset, &offset);
    return ncl_opencl_check(diag, NCL_NOWHERE, "persistent", "clSetKernelArg", code);
}

nnefcl_status ncl_persistent_kernel(const struct nnefcl_session *session, cl_program program, struct ncl_diag *diag)
{
    cl_int code;
    session->kernel[0] = clCreateKernel(program, "persistent", &code);
    if (code) {
        session->kernel[0] = NULL;
        return ncl_opencl_check(diag, NCL_NOWHERE, "persistent", "clCreateKernel", code);
    }
    code = clSetKernelArg(session->kernel[0], ARG_RECORDS, sizeof session->records, &session->records);
    if (!code)
        code = clSetKernelArg(session->kernel[0], ARG_COUNTERS, sizeof session->counters, &session->counters);
    nnefcl_status status = ncl_opencl_check(diag, NCL_NOWHERE, "persistent", "clSetKernelArg", code);
    for (uint32_t i = 0; i < session->plan->buffer_count && !status; i++)
        status = ncl_persistent_set_buffer(session, i, diag);
    return status;
}

nnefcl_status ncl_persistent_enqueue(const struct nnefcl_session *session, cl_command_queue queue, cl_uint wait_count,
                                     const cl_event *wait, cl_event *event, struct ncl_diag *diag)
{
    const size_t global = session->plan->target.compute_units, local = 1;
    return ncl_opencl_check(diag, NCL_NOWHERE, "persistent", "clEnqueueNDRangeKernel",
                            clEnqueueNDRangeKernel(queue, session->kernel[0], 1, NULL, &global, &local, wait_count,
                                                   wait_count ? wait : NULL, event));
}
