/* SPDX-License-Identifier: Apache-2.0 */
/* nnefcl_session: a plan made ready on a device. */
#include <stdio.h>
#include <string.h>

#include "base/filled.h"
#include "host.h"

/* ---- the plan ---- */

/* Steps from which on the persistent form is worth a program that serves this set of bodies alone (docs/start.md). */
#define PERSISTENT_STEPS 16
#define MUCH             ((uint64_t)64 << 20) /* bytes of weights */

/* Steps are measured by launches. Else AUTO takes the persistent form for many steps, and where its program is there
 * already. */
static nnefcl_status choose_execution(struct ncl_maker *maker)
{
    struct nnefcl_session *session = maker->session;
    const nnefcl_execution wish = maker->options->execution;
    const char *unfit = ncl_persistent_unfit(session->plan);
    session->execution = NNEFCL_EXECUTION_LAUNCHES;
    if (wish == NNEFCL_EXECUTION_LAUNCHES || (wish == NNEFCL_EXECUTION_AUTO && unfit))
        return NNEFCL_OK;
    if (maker->options->max_launch_ms > 0 && wish == NNEFCL_EXECUTION_AUTO)
        return NNEFCL_OK;
    if (maker->options->max_launch_ms > 0)
        unfit = "its launches cannot be split (max_launch_ms)";
    if (unfit)
        return ncl_error(maker->diag, NNEFCL_ERR_UNSUPPORTED, NCL_NOWHERE, "persistent execution: %s", unfit);
    if (session->profiling == NNEFCL_PROFILING_STEPS && wish == NNEFCL_EXECUTION_PERSISTENT)
        return ncl_error(maker->diag, NNEFCL_ERR_UNSUPPORTED, NCL_NOWHERE,
                         "persistent execution: its steps are one kernel, and no step can be measured");
    if (session->profiling == NNEFCL_PROFILING_STEPS)
        return NNEFCL_OK;
    if (ncl_persistent_set(session->plan, &maker->scratch, &maker->set) ||
        ncl_persistent_bodies(session->plan, &maker->set, &maker->scratch, &maker->bodies))
        return ncl_nomem(maker->diag);
    if (wish == NNEFCL_EXECUTION_AUTO && session->plan->run.count < PERSISTENT_STEPS &&
        !ncl_programs_find_persistent(maker))
        return NNEFCL_OK;
    session->execution = NNEFCL_EXECUTION_PERSISTENT;
    return NNEFCL_OK;
}

static nnefcl_status make_plan(struct ncl_maker *maker, const struct ncl_plan_options *options)
{
    struct nnefcl_session *session = maker->session;
    const nnefcl_status status = ncl_model_plan(maker->model, &session->device->target, options, &session->arena,
                                                maker->diag, &maker->graph, &session->plan);
    if (status)
        return status;
    const struct ncl_plan *plan = session->plan;
    for (size_t i = 0; i < plan->run.count; i++)
        session->clblast |= plan->run.step[i].kind == NCL_STEP_GEMM;
    size_t transfers = plan->input_count;
    for (size_t i = 0; i < plan->output_count; i++)
        transfers += ncl_bounce_pieces(plan->tensor[plan->output[i]].bytes);
    if (ncl_commands_make(session, maker->options->max_launch_ms, maker->diag))
        return maker->diag->status;
    session->slot = NCL_NEW_ARRAY(&session->arena, struct ncl_slot, plan->buffer_count);
    session->kernel = NCL_NEW_ARRAY(&session->arena, cl_kernel, plan->run.count + 1);
    session->location = NCL_NEW_ARRAY(&session->arena, const char *, plan->run.count);
    session->transfer_event = NCL_NEW_ARRAY(&session->arena, cl_event, transfers);
    if (session->profiling)
        session->event = NCL_NEW_ARRAY(&session->arena, cl_event, session->command_count + 1);
    if (!session->slot || !session->kernel || !session->location || !session->transfer_event ||
        (session->profiling && !session->event))
        return ncl_nomem(maker->diag);
    return choose_execution(maker);
}

/* What is there before anything runs. */
static nnefcl_status make_first_memory(struct ncl_maker *maker)
{
    static const bool own[NCL_STORAGE_KINDS] = {
        [NCL_STORE_STATE] = true, [NCL_STORE_INPUT] = true, [NCL_STORE_OUTPUT] = true};
    static const bool weights[NCL_STORAGE_KINDS] = {[NCL_STORE_INIT] = true, [NCL_STORE_WEIGHT] = true};
    const nnefcl_status status = ncl_memory_create(maker->session, own, maker->diag);
    return status || maker->weights_are_there ? status : ncl_memory_create(maker->session, weights, maker->diag);
}

/* The compiler, or who reads what it made, takes one core: meanwhile another has the system give memory for weights.
 * The compiler's own may go behind it (NNEFCL_STAGE_WEIGHTS): where weights are many, as much of them as that is comes
 * beside their reading. */
static nnefcl_status make_programs(struct ncl_maker *maker)
{
    const uint64_t weights = maker->session->plan->weight_bytes;
    ncl_pages_begin(maker->session, weights < MUCH ? UINT64_MAX : weights - MUCH);
    return ncl_programs_make(maker);
}

/* Buffers that live between run steps come after those of init are gone, or go on from them: the plan counts the larger
 * of the two. With a buffer for each tensor they come before: that is for checkers of memory, and Oclgrind takes a new
 * buffer for what it knew of a released one (docs/drivers). What is left to touch of them is touched beside what comes
 * next, the first run too. */
static nnefcl_status fill_memory(struct ncl_maker *maker)
{
    static const bool between[NCL_STORAGE_KINDS] = {[NCL_STORE_ARENA] = true};
    struct nnefcl_session *session = maker->session;
    nnefcl_status status = ncl_memory_records(maker);
    if (!status && maker->persistent)
        status = ncl_persistent_kernel(session, maker->persistent, maker->bodies.buffers, maker->diag);
    if (!status)
        status = ncl_init_run(maker);
    ncl_pages_end(session);
    if (!session->separate)
        ncl_memory_end_init(session);
    if (!status)
        status = ncl_memory_create(session, between, maker->diag);
    ncl_memory_end_init(session);
    if (!status)
        ncl_pages_begin(session, UINT64_MAX);
    return status;
}

static nnefcl_status make_ready(struct ncl_maker *maker)
{
    struct nnefcl_session *session = maker->session;
    cl_int code;
    session->queue = clCreateCommandQueue(session->device->context, session->device->id,
                                          session->profiling ? CL_QUEUE_PROFILING_ENABLE : 0, &code);
    if (code)
        session->queue = NULL;
    nnefcl_status status = ncl_opencl_check(maker->diag, NCL_NOWHERE, NULL, "clCreateCommandQueue", code);
    if (status)
        return status;
    status = ncl_shared_take(maker);
    if (!status)
        status = make_first_memory(maker);
    if (!status)
        status = make_programs(maker);
    if (!status)
        status = fill_memory(maker);
    if (!status)
        status = ncl_ready_make(maker);
    if (!status)
        ncl_programs_store(maker);
    return status;
}

/* ---- creation ---- */

static struct nnefcl_session *new_session(const nnefcl_model *model, const nnefcl_session_options *options,
                                          const nnefcl_device *device)
{
    struct ncl_arena arena;
    struct ncl_budget *budget = ncl_resize(&options->allocator, NULL, sizeof *budget);
    if (!budget)
        return NULL;
    ncl_budget_init(budget, &options->allocator, model->host_limit);
    const nnefcl_allocator allocator = ncl_budget_allocator(budget);
    ncl_arena_init(&arena, &allocator, 0);
    struct nnefcl_session *session = NCL_NEW(&arena, struct nnefcl_session);
    if (!session) {
        ncl_resize(&options->allocator, budget, 0);
        return NULL;
    }
    session->budget = budget;
    session->arena = arena;
    session->device = ncl_device_retain(device);
    session->profiling = options->profiling;
    session->identity = model->identity;
    session->patience = (struct ncl_patience){.timeout_ms = options->timeout_ms,
                                              .waiting = options->waiting,
                                              .waiting_user = options->waiting_user,
                                              .progress = options->progress,
                                              .progress_user = options->progress_user};
    ncl_wait_begin(session);
    return session;
}

nnefcl_status nnefcl_session_create(const nnefcl_model *model, const nnefcl_device *device,
                                    const nnefcl_session_options *options, nnefcl_session **session,
                                    nnefcl_error *error)
{
    static const nnefcl_session_options defaults = NNEFCL_SESSION_OPTIONS_INIT;
    struct ncl_diag diag;
    ncl_diag_init(&diag, error, options ? options->diagnostic : NULL, options ? options->diagnostic_user : NULL, false);
    if (session)
        *session = NULL;
    if (!options)
        options = &defaults;
    if (!model || !device || !session)
        return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_session_create: %s is NULL",
                         !model    ? "model"
                         : !device ? "device"
                                   : "session");
    struct ncl_plan_options settings;
    nnefcl_status status = ncl_plan_options_read(options, &diag, &settings);
    if (status)
        return status;
    struct ncl_maker maker = {.model = model,
                              .options = options,
                              .diag = &diag,
                              .session = new_session(model, options, device),
                              .claims = -1};
    if (!maker.session)
        return ncl_nomem(&diag);
    diag.budget = maker.session->budget;
    ncl_arena_init(&maker.scratch, &maker.session->arena.allocator, 0);
    maker.session->separate = options->separate_buffers;
    ncl_session_sweep(maker.session->device);
    status = ncl_lost_check(maker.session->device, &diag);
    if (!status)
        status = make_plan(&maker, &settings);
    if (!status)
        status = make_ready(&maker);
    ncl_programs_release(&maker);
    ncl_arena_free(&maker.scratch);
    maker.session->patience.progress = NULL;
    maker.session->budget->limit = 0; /* what runs and verification take depends on the data */
    if (status)
        nnefcl_session_free(maker.session);
    else
        *session = maker.session;
    return status;
}

nnefcl_status nnefcl_session_reshape(nnefcl_session **session, const nnefcl_model *model,
                                     const nnefcl_session_options *options, nnefcl_error *error)
{
    struct ncl_diag diag;
    nnefcl_session *other;
    ncl_diag_init(&diag, error, options ? options->diagnostic : NULL, options ? options->diagnostic_user : NULL, false);
    if (!session || !*session || !model)
        return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_session_reshape: %s is NULL",
                         !session || !*session ? "session" : "model");
    if ((*session)->identity != model->identity)
        return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                         "nnefcl_session_reshape: the session is of another model: nnefcl_model_reshape makes one that "
                         "it can become");
    const nnefcl_status status = nnefcl_session_create(model, (*session)->device, options, &other, error);
    if (status)
        return status;
    nnefcl_session_free(*session);
    *session = other;
    return NNEFCL_OK;
}

nnefcl_status nnefcl_session_set_timeout(nnefcl_session *session, double timeout_ms)
{
    if (!session || !(timeout_ms >= 0))
        return NNEFCL_ERR_ARGUMENT;
    session->patience.timeout_ms = timeout_ms;
    return NNEFCL_OK;
}

/* Nothing is under way any more, or session->stuck. */
static void session_settle(struct nnefcl_session *session)
{
    struct ncl_diag ignored;
    ncl_diag_init(&ignored, NULL, NULL, NULL, false);
    ncl_wait_begin(session);
    if (!session->stuck)
        ncl_wait_event(session, session->last, &ignored);
    ncl_wait_idle(session, session->queue);
}

static void session_destroy(struct nnefcl_session *session)
{
    ncl_pages_end(session);
    ncl_run_forget_last(session);
    ncl_flight_land(session, true);
    ncl_recorded_drop(session);
    for (size_t i = session->kernel ? session->plan->run.count + 1 : 0; i-- > 0;) /* PoCL searches a list of them */
        if (session->kernel[i])
            clReleaseKernel(session->kernel[i]);
    ncl_shared_drop(session);
    ncl_times_forget(session);
    if (session->plan)
        ncl_memory_free(session);
    if (session->clblast)
        ncl_clblast_forget();
    if (session->stuck)
        clReleaseEvent(session->stuck);
    session->stuck = NULL;
    ncl_stream_sweep(session);
    ncl_bounce_free(session);
    if (session->queue)
        clReleaseCommandQueue(session->queue);
    nnefcl_device_free(session->device);
    struct ncl_arena arena = session->arena;
    struct ncl_budget *budget = session->budget;
    const nnefcl_allocator inner = budget->inner;
    ncl_arena_free(&arena);
    ncl_resize(&inner, budget, 0);
}

void nnefcl_session_free(nnefcl_session *session)
{
    if (!session)
        return;
    session_settle(session);
    if (session->stuck && !ncl_event_over(session->stuck)) {
        ncl_shared_drop(session); /* whoever waits for its weights waits in vain */
        ncl_lost_keep(session);
    } else {
        session_destroy(session);
    }
}

void ncl_session_sweep(nnefcl_device *device)
{
    struct nnefcl_session *over = ncl_lost_take(device);
    while (over) {
        struct nnefcl_session *next = over->next_orphan;
        session_destroy(over);
        over = next;
    }
}

/* ---- looking at it ---- */

size_t nnefcl_session_step_count(const nnefcl_session *session)
{
    return session ? session->plan->run.count : 0;
}

/* Of what lives between run steps and has memory of its own. */
static uint64_t alive_bytes(const struct ncl_plan *plan, uint32_t step)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < plan->tensor_count; i++) {
        const struct ncl_plan_tensor *t = &plan->tensor[i];
        if (t->storage == NCL_STORE_ARENA && t->base == NCL_NO_TENSOR && t->first_step <= step && step <= t->last_step)
            sum += t->bytes;
    }
    return sum;
}

nnefcl_status(nnefcl_session_step)(const nnefcl_session *session, size_t index, nnefcl_step_info *info, size_t size)
{
    static const char *const kinds[] = {
        [NCL_STEP_LOAD] = "load", [NCL_STEP_COPY] = "copy", [NCL_STEP_GEMM] = "clblast"};
    nnefcl_step_info made = {0};
    if (index >= nnefcl_session_step_count(session))
        return NCL_FILLED_GIVE(NNEFCL_ERR_ARGUMENT, info, size, made, device_ms);
    const struct ncl_step *step = &session->plan->run.step[index];
    const char *operation = strrchr(session->location[index], '=');
    const char *kernel = step->kind == NCL_STEP_KERNEL ? session->plan->kernel[step->kernel].body : kinds[step->kind];
    made = (nnefcl_step_info){
        .kernel = kernel,
        .variant = step->variant,
        .operation = operation ? operation + strspn(operation, "= ") : kernel,
        .location = session->location[index],
        .tasks = step->kind == NCL_STEP_KERNEL ? step->tasks : 1,
        .flops = step->flops,
        .bytes = ncl_plan_step_bytes(session->plan, step),
        .alive = alive_bytes(session->plan, (uint32_t)index),
    };
    ncl_times_step(session, index, &made.start_ms, &made.device_ms);
    return NCL_FILLED_GIVE(NNEFCL_OK, info, size, made, device_ms);
}

nnefcl_status nnefcl_session_dump(const nnefcl_session *session, nnefcl_dump what, nnefcl_write_fn write, void *user,
                                  nnefcl_error *error)
{
    struct ncl_diag diag;
    struct ncl_text text;
    ncl_diag_init(&diag, error, NULL, NULL, false);
    if (!session || !write || (what != NNEFCL_DUMP_PLAN && what != NNEFCL_DUMP_CL))
        return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                         "nnefcl_session_dump: a session has a plan and sources to dump");
    ncl_text_init(&text, &session->arena.allocator);
    nnefcl_status status = ncl_plan_dump(&text, session->plan, what, session->execution == NNEFCL_EXECUTION_PERSISTENT);
    if (status)
        ncl_nomem(&diag);
    if (!status && text.data)
        write(user, text.data, text.length);
    ncl_text_free(&text);
    return status;
}

void(nnefcl_session_host_memory)(const nnefcl_session *session, nnefcl_host_memory *memory, size_t size)
{
    const nnefcl_host_memory made = session ? ncl_budget_memory(session->budget) : (nnefcl_host_memory){0};
    NCL_FILLED_GIVE(NNEFCL_OK, memory, size, made, limit);
}
