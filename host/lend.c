/* SPDX-License-Identifier: Apache-2.0 */
/* Inputs that a run reads where the caller has them. On a CPU device a copy of an image and the command for it take as
 * long as one of the larger steps (docs/persistent.md). A buffer over the caller's memory lives for one run, so that a
 * driver that keeps a copy of such memory makes a new one. What is kept to be read behind the run is copied. */
#include "host.h"

#define LEAST_BYTES ((uint64_t)64 << 10) /* less is copied sooner than said */

static bool lends(const struct nnefcl_session *session, const struct ncl_plan_tensor *tensor, const void *from)
{
    return session->counters && !session->bounce.on && !session->plan->held && tensor->bytes >= LEAST_BYTES &&
           (uintptr_t)from % nnefcl_dtype_size(tensor->dtype) == 0;
}

nnefcl_status ncl_lend_input(struct nnefcl_session *session, const struct ncl_plan_tensor *tensor, uint64_t offset,
                             const void *from, bool *lent, struct ncl_diag *diag)
{
    struct ncl_slot *slot = &session->slot[tensor->buffer];
    cl_int code = CL_SUCCESS;
    *lent = false;
    if (offset || !lends(session, tensor, from))
        return NNEFCL_OK;
    slot->lent = clCreateBuffer(session->device->context, CL_MEM_READ_ONLY | CL_MEM_USE_HOST_PTR, (size_t)tensor->bytes,
                                (void *)from, &code);
    if (code)
        slot->lent = NULL;
    *lent = slot->lent != NULL;
    return *lent ? ncl_persistent_set_buffer(session, tensor->buffer, diag) : NNEFCL_OK;
}

nnefcl_status ncl_lend_end(struct nnefcl_session *session, struct ncl_diag *diag)
{
    const struct ncl_plan *plan = session->plan;
    nnefcl_status status = NNEFCL_OK;
    for (size_t i = 0; i < plan->input_count; i++) {
        const uint32_t buffer = plan->tensor[plan->input[i]].buffer;
        const cl_mem lent = session->slot[buffer].lent;
        if (!lent)
            continue;
        session->slot[buffer].lent = NULL;
        const nnefcl_status now = ncl_persistent_set_buffer(session, buffer, diag);
        status = status ? status : now;
        clReleaseMemObject(lent); /* no argument names it any more */
    }
    return status;
}
