/* SPDX-License-Identifier: Apache-2.0 */
/* Events and how they ended. */
#include "host.h"

/* Negative: the error that ended it. */
static cl_int event_state(cl_event event, cl_int *state)
{
    *state = CL_COMPLETE;
    return clGetEventInfo(event, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof *state, state, NULL);
}

nnefcl_status ncl_event_state(cl_event event, cl_int *state, struct ncl_diag *diag)
{
    return ncl_opencl_check(diag, NCL_NOWHERE, NULL, "clGetEventInfo", event_state(event, state));
}

nnefcl_status ncl_event_check(cl_event event, struct ncl_diag *diag)
{
    cl_int state;
    const nnefcl_status status = event ? ncl_event_state(event, &state, diag) : NNEFCL_OK;
    if (!event || status)
        return status;
    return ncl_opencl_check(diag, NCL_NOWHERE, "the run", "a command", state < 0 ? state : CL_SUCCESS);
}

bool ncl_event_over(cl_event event)
{
    cl_int state;
    return event && event_state(event, &state) == CL_SUCCESS && state <= CL_COMPLETE;
}

static nnefcl_status event_refuse(cl_uint index, nnefcl_status status, const char *what, cl_int code,
                                  struct ncl_diag *diag)
{
    return ncl_error_opencl(diag, status, code, NCL_NOWHERE, "nnefcl_session_enqueue: wait_list[%u] %s: %s (%d)",
                            (unsigned)index, what, ncl_opencl_name(code), (int)code);
}

nnefcl_status ncl_event_pending(cl_context context, const cl_event *event, cl_uint count, cl_event *pending,
                                cl_uint *pending_count, struct ncl_diag *diag)
{
    for (cl_uint i = 0; i < count; i++) {
        cl_int state;
        cl_context of = NULL;
        cl_int code = event[i] ? event_state(event[i], &state) : CL_INVALID_EVENT;
        if (!code)
            code = clGetEventInfo(event[i], CL_EVENT_CONTEXT, sizeof of, &of, NULL);
        if (code)
            return event_refuse(i, NNEFCL_ERR_ARGUMENT, "is no event", code, diag);
        if (of != context)
            return event_refuse(i, NNEFCL_ERR_ARGUMENT, "is of another context", CL_INVALID_CONTEXT, diag);
        if (state < 0)
            return event_refuse(i, NNEFCL_ERR_DEVICE, "ended in an error", state, diag);
        if (state > CL_COMPLETE)
            pending[(*pending_count)++] = event[i];
    }
    return NNEFCL_OK;
}

void ncl_event_flush(cl_event event, cl_command_queue queue)
{
    cl_command_queue own = NULL;
    if (event && clGetEventInfo(event, CL_EVENT_COMMAND_QUEUE, sizeof own, &own, NULL) == CL_SUCCESS && own &&
        own != queue)
        clFlush(own);
}
