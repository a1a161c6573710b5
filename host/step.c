/* SPDX-License-Identifier: Apache-2.0 */
/* One step on the device. */
#include "host.h"

enum {
    ARG_RECORDS,
    ARG_RECORD,
    ARG_TASKS,
    ARG_TENSORS
}; /* of a launch (ncl_source_launch); two for each tensor behind them */

nnefcl_status ncl_step_set_tensor(const struct nnefcl_session *session, const struct ncl_step *step, unsigned operand,
                                  cl_kernel kernel, struct ncl_diag *diag)
{
    uint64_t place;
    const cl_mem memory = ncl_memory_place(session, step->tensor[operand], &place);
    const cl_ulong offset = place;
    if (!memory)
        return ncl_error(diag, NNEFCL_ERR_INTERNAL, step->at, "%s: tensor %u has no memory", step->name, operand);
    const cl_uint argument = ARG_TENSORS + 2 * operand;
    cl_int code = clSetKernelArg(kernel, argument, sizeof memory, &memory);
    if (!code)
        code = clSetKernelArg(kernel, argument + 1, sizeof offset, &offset);
    return ncl_opencl_check(diag, step->at, step->name, "clSetKernelArg", code);
}

nnefcl_status ncl_step_set_tasks(const struct ncl_step *step, cl_kernel kernel, uint64_t tasks, struct ncl_diag *diag)
{
    const cl_ulong count = tasks;
    return ncl_opencl_check(diag, step->at, step->name, "clSetKernelArg",
                            clSetKernelArg(kernel, ARG_TASKS, sizeof count, &count));
}

nnefcl_status ncl_step_kernel(const struct nnefcl_session *session, const struct ncl_step *step, cl_program program,
                              const char *name, cl_kernel *kernel, struct ncl_diag *diag)
{
    const cl_ulong record = step->record;
    cl_int code;
    *kernel = clCreateKernel(program, name, &code);
    if (code)
        *kernel = NULL;
    nnefcl_status status = ncl_opencl_check(diag, step->at, step->name, "clCreateKernel", code);
    if (status)
        return status;
    code = clSetKernelArg(*kernel, ARG_RECORDS, sizeof session->records, &session->records);
    if (!code)
        code = clSetKernelArg(*kernel, ARG_RECORD, sizeof record, &record);
    status = ncl_opencl_check(diag, step->at, step->name, "clSetKernelArg", code);
    if (!status)
        status = ncl_step_set_tasks(step, *kernel, step->tasks, diag);
    for (unsigned i = 0; i < step->tensor_count && !status; i++)
        status = ncl_step_set_tensor(session, step, i, *kernel, diag);
    return status;
}

bool ncl_step_range(const struct nnefcl_session *session, const struct ncl_step *step, struct ncl_part part,
                    struct ncl_range *range)
{
    const struct ncl_kernel *of = &session->plan->kernel[step->kernel];
    const uint64_t group = ncl_plan_group(session->plan, of);
    const bool whole = of->map == NCL_MAP_GROUP; /* a task is a work-group */
    const uint64_t groups = whole ? part.tasks : part.tasks / group + (part.tasks % group != 0);
    if (part.first > SIZE_MAX / group || groups > (SIZE_MAX - part.first * group) / group)
        return false;
    range->first = (size_t)(whole ? part.first * group : part.first);
    range->global = (size_t)(groups * group);
    range->local = (size_t)group;
    return true;
}

static nnefcl_status launch(const struct nnefcl_session *session, const struct ncl_step *step, struct ncl_part part,
                            cl_kernel kernel, cl_command_queue queue, cl_uint wait_count, const cl_event *wait,
                            cl_event *event, struct ncl_diag *diag)
{
    struct ncl_range range;
    if (!ncl_step_range(session, step, part, &range))
        return ncl_error(diag, NNEFCL_ERR_LIMIT, step->at, "%s: %llu tasks are more than a launch can have", step->name,
                         (unsigned long long)step->tasks);
    return ncl_opencl_check(diag, step->at, step->name, "clEnqueueNDRangeKernel",
                            clEnqueueNDRangeKernel(queue, kernel, 1, range.first ? &range.first : NULL, &range.global,
                                                   &range.local, wait_count, wait, event));
}

struct ncl_copy_of ncl_step_copy(const struct nnefcl_session *session, const struct ncl_step *step)
{
    uint64_t from_offset, to_offset;
    const cl_mem from = ncl_memory_place(session, step->tensor[0], &from_offset),
                 to = ncl_memory_place(session, step->tensor[1], &to_offset);
    return (struct ncl_copy_of){from, to, (size_t)from_offset, (size_t)to_offset,
                                (size_t)session->plan->tensor[step->tensor[1]].bytes};
}

static nnefcl_status copy(const struct nnefcl_session *session, const struct ncl_step *step, cl_command_queue queue,
                          cl_uint wait_count, const cl_event *wait, cl_event *event, struct ncl_diag *diag)
{
    const struct ncl_copy_of copy = ncl_step_copy(session, step);
    return ncl_opencl_check(diag, step->at, step->name, "clEnqueueCopyBuffer",
                            clEnqueueCopyBuffer(queue, copy.from, copy.to, copy.from_offset, copy.to_offset, copy.bytes,
                                                wait_count, wait, event));
}

/* The library has no wait list: what it must wait for becomes a barrier in front of it. */
static nnefcl_status gemm(const struct nnefcl_session *session, const struct ncl_step *step, cl_command_queue queue,
                          cl_uint wait_count, const cl_event *wait, cl_event *event, struct ncl_diag *diag)
{
    nnefcl_status status = NNEFCL_OK;
    if (wait_count)
        status = ncl_opencl_check(diag, step->at, step->name, "clEnqueueBarrierWithWaitList",
                                  clEnqueueBarrierWithWaitList(queue, wait_count, wait, NULL));
    return status ? status : ncl_clblast_gemm(session, step, queue, event, diag);
}

nnefcl_status ncl_step_enqueue_part(const struct nnefcl_session *session, const struct ncl_step *step,
                                    struct ncl_part part, cl_kernel kernel, cl_command_queue queue, cl_uint wait_count,
                                    const cl_event *wait, cl_event *event, struct ncl_diag *diag)
{
    if (wait_count == 0)
        wait = NULL;
    switch (step->kind) {
    case NCL_STEP_KERNEL:
        return launch(session, step, part, kernel, queue, wait_count, wait, event, diag);
    case NCL_STEP_COPY:
        return copy(session, step, queue, wait_count, wait, event, diag);
    case NCL_STEP_GEMM:
        return gemm(session, step, queue, wait_count, wait, event, diag);
    case NCL_STEP_LOAD:
        break;
    }
    return ncl_error(diag, NNEFCL_ERR_INTERNAL, step->at, "%s: a load among the run steps", step->name);
}

nnefcl_status ncl_step_enqueue(const struct nnefcl_session *session, const struct ncl_step *step, cl_kernel kernel,
                               cl_command_queue queue, cl_uint wait_count, const cl_event *wait, cl_event *event,
                               struct ncl_diag *diag)
{
    return ncl_step_enqueue_part(session, step, (struct ncl_part){0, step->tasks}, kernel, queue, wait_count, wait,
                                 event, diag);
}
