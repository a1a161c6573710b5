/* SPDX-License-Identifier: Apache-2.0 */
/* What a session does once: load steps, packing, constants, the initial state. */
#include "host.h"

/* `list`: the step's own, in the persistent form. */
static nnefcl_status run_init_step(struct ncl_maker *maker, struct ncl_upload *upload, const struct ncl_step *step,
                                   uint64_t list)
{
    struct nnefcl_session *session = maker->session;
    cl_kernel kernel = NULL;
    if (step->kind == NCL_STEP_LOAD)
        return ncl_upload_load(upload, step, maker->diag);
    if (step->kind == NCL_STEP_KERNEL && session->execution == NNEFCL_EXECUTION_PERSISTENT)
        return ncl_persistent_enqueue(session, list, session->queue, 0, NULL, NULL, maker->diag);
    nnefcl_status status = NNEFCL_OK;
    if (step->kind == NCL_STEP_KERNEL)
        status = ncl_ready_kernel(maker, step, &kernel);
    uint64_t at = 0;
    do {
        const struct ncl_part part = ncl_launch_parts_next(session->plan, step, maker->options->max_launch_ms, at);
        if (!status)
            status = ncl_step_enqueue_part(session, step, part, kernel, session->queue, 0, NULL, NULL, maker->diag);
        at += part.tasks;
    } while (at < step->tasks);
    if (kernel)
        clReleaseKernel(kernel);
    return status;
}

static uint64_t loaded_bytes(const struct ncl_plan *plan, size_t step)
{
    return plan->init.step[step].kind == NCL_STEP_LOAD ? plan->tensor[plan->init.step[step].tensor[0]].bytes : 0;
}

static nnefcl_status run_init_steps(struct ncl_maker *maker, struct ncl_upload *upload)
{
    const struct ncl_plan *plan = maker->session->plan;
    uint64_t done = 0, total = 0, list = ncl_persistent_init_lists(plan);
    nnefcl_status status = NNEFCL_OK;
    for (size_t i = 0; i < plan->init.count; i++)
        total += loaded_bytes(plan, i);
    for (size_t i = 0; i < plan->init.count && !status; i++) {
        status = ncl_progress_tell(maker->session, NNEFCL_STAGE_WEIGHTS, done, total, maker->diag);
        if (i == 0 && !status)
            ncl_pages_begin(maker->session, UINT64_MAX);
        if (!status)
            status = run_init_step(maker, upload, &plan->init.step[i], list);
        list += ncl_persistent_init_list_size(&plan->init.step[i]);
        done += loaded_bytes(plan, i);
    }
    return status;
}

static nnefcl_status fill_weights(struct ncl_maker *maker)
{
    struct nnefcl_session *session = maker->session;
    struct ncl_upload upload;
    nnefcl_status status = ncl_upload_open(&upload, session, maker->model, maker->graph, maker->diag);
    if (!status)
        status = run_init_steps(maker, &upload);
    if (!status)
        status = ncl_wait_queue(session, "init", NULL, maker->diag);
    ncl_upload_close(&upload);
    return status;
}

nnefcl_status ncl_init_run(struct ncl_maker *maker)
{
    struct nnefcl_session *session = maker->session;
    nnefcl_status status = maker->weights_are_there ? NNEFCL_OK : fill_weights(maker);
    if (!status)
        status = ncl_state_enqueue_reset(session, maker->diag);
    if (!status)
        status = ncl_wait_queue(session, "init", NULL, maker->diag);
    return status || maker->weights_are_there ? status : ncl_shared_offer(maker);
}
