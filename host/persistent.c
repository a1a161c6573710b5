/* SPDX-License-Identifier: Apache-2.0 */
/* The whole run list as one kernel (ncl_source_persistent): on CPU devices a launch with work costs more than a small
 * step. */
#include "host.h"

enum { ARG_RECORDS, ARG_COUNTERS, ARG_LOOKS, ARG_LIST, ARG_BUFFERS }; /* two for each buffer behind them */

/* The run steps do not touch buffers that are gone after init, nor those that only fill the number of parameters;
 * something valid stands in for them. */
nnefcl_status ncl_persistent_set_buffer(const struct nnefcl_session *session, uint32_t buffer, struct ncl_diag *diag)
{
    static const struct ncl_slot none;
    const struct ncl_slot *slot = buffer < session->plan->buffer_count ? &session->slot[buffer] : &none;
    const cl_mem there = ncl_slot_memory(slot), memory = there ? there : session->counters;
    const cl_ulong offset = slot->bound ? slot->offset : 0;
    cl_int code = clSetKernelArg(session->kernel[0], ARG_BUFFERS + 2 * buffer, sizeof memory, &memory);
    if (!code)
        code = clSetKernelArg(session->kernel[0], ARG_BUFFERS + 2 * buffer + 1, sizeof offset, &offset);
    return ncl_opencl_check(diag, NCL_NOWHERE, "persistent", "clSetKernelArg", code);
}

static nnefcl_status set_records(const struct nnefcl_session *session, cl_mem records, struct ncl_diag *diag)
{
    return ncl_opencl_check(diag, NCL_NOWHERE, "persistent", "clSetKernelArg",
                            clSetKernelArg(session->kernel[0], ARG_RECORDS, sizeof records, &records));
}

/* Buffers of init, or those of a run: whichever are there. */
static nnefcl_status set_arguments(struct nnefcl_session *session, unsigned buffers, struct ncl_diag *diag)
{
    nnefcl_status status = ncl_opencl_check(
        diag, NCL_NOWHERE, "persistent", "clSetKernelArg",
        clSetKernelArg(session->kernel[0], ARG_COUNTERS, sizeof session->counters, &session->counters));
    for (uint32_t i = 0; i < buffers && !status; i++)
        status = ncl_persistent_set_buffer(session, i, diag);
    return status;
}

nnefcl_status ncl_persistent_kernel(struct nnefcl_session *session, cl_program program, unsigned buffers,
                                    struct ncl_diag *diag)
{
    cl_int code;
    session->kernel[0] = clCreateKernel(program, "persistent", &code);
    if (code)
        session->kernel[0] = NULL;
    nnefcl_status status = ncl_opencl_check(diag, NCL_NOWHERE, "persistent", "clCreateKernel", code);
    if (!status)
        status = set_records(session, session->records, diag);
    return status ? status : set_arguments(session, buffers, diag);
}

/* The counters are zeros, which as records are a run list without steps. */
nnefcl_status ncl_persistent_ready(struct nnefcl_session *session, unsigned buffers, struct ncl_diag *diag)
{
    nnefcl_status status = set_arguments(session, buffers, diag);
    if (!status)
        status = set_records(session, session->counters, diag);
    if (!status)
        status = ncl_persistent_enqueue(session, 0, session->queue, 0, NULL, NULL, diag);
    if (!status)
        status = ncl_wait_queue(session, "the first launch", NULL, diag);
    return status ? status : set_records(session, session->records, diag);
}

nnefcl_status ncl_persistent_enqueue(const struct nnefcl_session *session, uint64_t list, cl_command_queue queue,
                                     cl_uint wait_count, const cl_event *wait, cl_event *event, struct ncl_diag *diag)
{
    const size_t global = session->plan->target.compute_units, local = 1;
    const cl_long looks = ncl_persistent_looks(session->patience.timeout_ms), place = (cl_long)list;
    cl_int code = clSetKernelArg(session->kernel[0], ARG_LOOKS, sizeof looks, &looks);
    if (!code)
        code = clSetKernelArg(session->kernel[0], ARG_LIST, sizeof place, &place);
    if (code)
        return ncl_opencl_check(diag, NCL_NOWHERE, "persistent", "clSetKernelArg", code);
    return ncl_opencl_check(diag, NCL_NOWHERE, "persistent", "clEnqueueNDRangeKernel",
                            clEnqueueNDRangeKernel(queue, session->kernel[0], 1, NULL, &global, &local, wait_count,
                                                   wait_count ? wait : NULL, event));
}

nnefcl_status ncl_persistent_ask(struct nnefcl_session *session, cl_command_queue queue, const cl_event *after,
                                 cl_event *event, struct ncl_diag *diag)
{
    return ncl_opencl_check(
        diag, NCL_NOWHERE, "persistent", "clEnqueueReadBuffer",
        clEnqueueReadBuffer(queue, session->counters, CL_FALSE, NCL_PERSISTENT_STALLED * sizeof session->stalled,
                            sizeof session->stalled, &session->stalled, after != NULL, after, event));
}

nnefcl_status ncl_persistent_judge(const struct nnefcl_session *session, struct ncl_diag *diag)
{
    if (!session->stalled)
        return NNEFCL_OK;
    return ncl_error(diag, NNEFCL_ERR_DEVICE, NCL_NOWHERE,
                     "persistent execution: a work-group waited for another one without end");
}
