/* SPDX-License-Identifier: Apache-2.0 */
/* The run steps of a session made ready: kernel objects, and what is known of them. */
#include "host.h"

nnefcl_status ncl_ready_kernel(const struct ncl_maker *maker, const struct ncl_step *step, cl_kernel *kernel)
{
    char name[NCL_LAUNCH_NAME];
    ncl_source_launch_name(maker->session->plan->kernel[step->kernel].key, name);
    return ncl_step_kernel(maker->session, step, maker->program[step->kernel], name, kernel, maker->diag);
}

/* The operands of run steps that lie in buffers an application may replace. */
static nnefcl_status find_uses(struct ncl_maker *maker)
{
    struct nnefcl_session *session = maker->session;
    const struct ncl_plan *plan = session->plan;
    for (int round = 0; round < 2; round++) { /* count, then fill */
        for (size_t i = 0; i < plan->buffer_count; i++) {
            struct ncl_slot *slot = &session->slot[i];
            if (round == 1 && slot->use_count &&
                !(slot->use = NCL_NEW_ARRAY(&session->arena, struct ncl_use, slot->use_count)))
                return ncl_nomem(maker->diag);
            slot->use_count = 0;
        }
        for (size_t i = 0; i < plan->run.count; i++)
            for (unsigned k = 0; k < plan->run.step[i].tensor_count && plan->run.step[i].kind == NCL_STEP_KERNEL; k++) {
                const uint32_t buffer = plan->tensor[ncl_plan_root(plan, plan->run.step[i].tensor[k])].buffer;
                struct ncl_slot *slot = &session->slot[buffer];
                if (plan->buffer[buffer].storage != NCL_STORE_INPUT && plan->buffer[buffer].storage != NCL_STORE_OUTPUT)
                    continue;
                if (round == 1)
                    slot->use[slot->use_count] = (struct ncl_use){(uint32_t)i, k};
                slot->use_count++;
            }
    }
    return NNEFCL_OK;
}

static const char *make_location(struct ncl_arena *arena, const struct ncl_step *step)
{
    if (!step->at.source)
        return step->name;
    char text[NCL_LOC_TEXT];
    return ncl_arena_printf(arena, "%s %s", ncl_loc_text(step->at, text), step->name);
}

static nnefcl_status make_locations(struct ncl_maker *maker)
{
    struct nnefcl_session *session = maker->session;
    for (size_t i = 0; i < session->plan->run.count; i++)
        if (!(session->location[i] = make_location(&session->arena, &session->plan->run.step[i])))
            return ncl_nomem(maker->diag);
    return NNEFCL_OK;
}

static nnefcl_status make_kernels(struct ncl_maker *maker)
{
    struct nnefcl_session *session = maker->session;
    const struct ncl_plan *plan = session->plan;
    nnefcl_status status = NNEFCL_OK;
    for (size_t i = 0; i < plan->run.count && !status; i++)
        if (plan->run.step[i].kind == NCL_STEP_KERNEL)
            status = ncl_ready_kernel(maker, &plan->run.step[i], &session->kernel[i]);
    return status;
}

/* ---- first launches ---- */

/* The steps that launch a kernel with the fewest and the most tasks: some drivers compile again for large launches. */
struct extremes {
    size_t fewest, most; /* index + 1; 0: none yet */
};

static void find_extremes(const struct ncl_maker *maker, struct extremes *extremes)
{
    const struct ncl_steps *run = &maker->session->plan->run;
    for (size_t i = 0; i < run->count; i++) {
        if (run->step[i].kind != NCL_STEP_KERNEL)
            continue;
        struct extremes *of = &extremes[run->step[i].kernel];
        if (!of->fewest || run->step[i].tasks < run->step[of->fewest - 1].tasks)
            of->fewest = i + 1;
        if (!of->most || run->step[i].tasks > run->step[of->most - 1].tasks)
            of->most = i + 1;
    }
}

/* As large as the step's own launch, up to what any driver calls large. */
static nnefcl_status launch_empty(struct ncl_maker *maker, size_t index)
{
    struct nnefcl_session *session = maker->session;
    const uint64_t large = ((uint64_t)1 << 17) * session->plan->target.group;
    struct ncl_step step = session->plan->run.step[index];
    nnefcl_status status = ncl_step_set_tasks(&step, session->kernel[index], 0, maker->diag);
    step.tasks = step.tasks < large ? step.tasks : large;
    if (!status)
        status = ncl_step_enqueue(session, &step, session->kernel[index], session->queue, 0, NULL, NULL, maker->diag);
    return status
               ? status
               : ncl_step_set_tasks(&step, session->kernel[index], session->plan->run.step[index].tasks, maker->diag);
}

/* A library compiles when it is called: what such a step writes now is written again by every run. */
static nnefcl_status call_libraries(struct ncl_maker *maker)
{
    struct nnefcl_session *session = maker->session;
    nnefcl_status status = NNEFCL_OK;
    for (size_t i = 0; i < session->plan->run.count && !status; i++)
        if (session->plan->run.step[i].kind == NCL_STEP_GEMM)
            status = ncl_step_enqueue(session, &session->plan->run.step[i], NULL, session->queue, 0, NULL, NULL,
                                      maker->diag);
    return status;
}

static nnefcl_status launch_first_all(struct ncl_maker *maker)
{
    const struct ncl_plan *plan = maker->session->plan;
    struct extremes *extremes = NCL_NEW_ARRAY(&maker->scratch, struct extremes, plan->kernel_count);
    nnefcl_status status = NNEFCL_OK;
    if (!extremes)
        return ncl_nomem(maker->diag);
    find_extremes(maker, extremes);
    for (size_t k = 0; k < plan->kernel_count && !status; k++) {
        status = ncl_progress_tell(maker->session, NNEFCL_STAGE_FIRST_LAUNCHES, k, plan->kernel_count, maker->diag);
        if (!status && extremes[k].fewest)
            status = launch_empty(maker, extremes[k].fewest - 1);
        if (!status && extremes[k].most != extremes[k].fewest)
            status = launch_empty(maker, extremes[k].most - 1);
    }
    if (!status)
        status = call_libraries(maker);
    const nnefcl_status finished = ncl_wait_queue(maker->session, "the first launches", NULL, maker->diag);
    return status ? status : finished;
}

nnefcl_status ncl_ready_make(struct ncl_maker *maker)
{
    struct nnefcl_session *session = maker->session;
    nnefcl_status status = NNEFCL_OK;
    if (session->execution == NNEFCL_EXECUTION_LAUNCHES) {
        status = make_kernels(maker);
        if (!status)
            status = launch_first_all(maker);
    } else if (session->kernel[0]) {
        status = ncl_progress_tell(maker->session, NNEFCL_STAGE_FIRST_LAUNCHES, 0, 1, maker->diag);
        if (!status)
            status = ncl_persistent_ready(session, maker->bodies.buffers, maker->diag);
    }
    if (!status)
        status = find_uses(maker);
    if (!status)
        status = ncl_recorded_make(maker);
    return status ? status : make_locations(maker);
}
