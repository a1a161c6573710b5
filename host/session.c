/* nnefcl_session: a plan made ready on a device. */
#include <stdio.h>
#include <string.h>

#include "host.h"
#include "plan/source.h"

/* ---- programs ---- */

/* Only for the time of creation. */
struct maker {
    struct nnefcl_session *session;
    const struct nnefcl_model *model;
    const struct ncl_graph *graph; /* behind the passes */
    struct ncl_arena scratch;
    struct ncl_diag *diag;
    struct ncl_build *build; /* those that are built, in the order of the plan; the persistent form behind them */
    size_t build_count;
    cl_program *program; /* by kernel of the plan, NULL: not needed; not owned */
    bool together;       /* all of them are one program */
    bool separate;       /* a buffer for each tensor */
};

static bool uses(const struct ncl_steps *steps, uint32_t kernel)
{
    for (size_t i = 0; i < steps->count; i++)
        if (steps->step[i].kind == NCL_STEP_KERNEL && steps->step[i].kernel == kernel)
            return true;
    return false;
}

/* Compilers of CPU devices need longer to start than to compile a body, and do one program at a time: many bodies
 * become one program there. A few stay alone: what a driver's cache knows of them serves other models too. */
enum { ALONE = 4 };

static nnefcl_status create_together(struct maker *maker, const bool *ours)
{
    struct ncl_text text;
    struct ncl_build *build = maker->build;
    ncl_text_init(&text, &maker->scratch.allocator);
    ncl_source_launches(&text, maker->session->plan, ours);
    build->name = "launches";
    const nnefcl_status status = ncl_program_create(maker->session->device, &text, build, maker->diag);
    ncl_text_free(&text);
    maker->build_count += status == NNEFCL_OK;
    for (size_t i = 0; i < maker->session->plan->kernel_count; i++)
        maker->program[i] = ours[i] ? build->program : NULL;
    return status;
}

static nnefcl_status create_alone(struct maker *maker, uint32_t kernel)
{
    struct ncl_text text;
    struct ncl_build *build = &maker->build[maker->build_count];
    ncl_text_init(&text, &maker->scratch.allocator);
    ncl_source_launch(&text, maker->session->plan, kernel);
    build->name = maker->session->plan->kernel[kernel].body;
    const nnefcl_status status = ncl_program_create(maker->session->device, &text, build, maker->diag);
    ncl_text_free(&text);
    maker->build_count += status == NNEFCL_OK;
    maker->program[kernel] = build->program;
    return status;
}

/* Kernels of registered operations stay alone: their names and mistakes are their own. */
static bool is_ours(const struct maker *maker, uint32_t kernel)
{
    return maker->session->plan->kernel[kernel].source == NULL;
}

static nnefcl_status create_launches(struct maker *maker, const bool *wanted)
{
    const size_t all = maker->session->plan->kernel_count;
    nnefcl_status status = NNEFCL_OK;
    size_t count = 0;
    bool *ours = NCL_NEW_ARRAY(&maker->scratch, bool, all);
    if (!ours)
        return ncl_nomem(maker->diag);
    for (uint32_t i = 0; i < all; i++)
        count += ours[i] = wanted[i] && is_ours(maker, i);
    maker->together = maker->session->device->target.cpu && count > ALONE;
    if (maker->together)
        status = create_together(maker, ours);
    for (uint32_t i = 0; i < all && !status; i++)
        if (wanted[i] && !(maker->together && ours[i]))
            status = create_alone(maker, i);
    return status;
}

static nnefcl_status make_programs(struct maker *maker)
{
    struct nnefcl_session *session = maker->session;
    const struct ncl_plan *plan = session->plan;
    const bool persistent = session->execution == NNEFCL_EXECUTION_PERSISTENT;
    bool *wanted = NCL_NEW_ARRAY(&maker->scratch, bool, plan->kernel_count);
    maker->build = NCL_NEW_ARRAY(&maker->scratch, struct ncl_build, plan->kernel_count + 1);
    maker->program = NCL_NEW_ARRAY(&maker->scratch, cl_program, plan->kernel_count);
    if (!wanted || !maker->build || !maker->program)
        return ncl_nomem(maker->diag);
    for (uint32_t i = 0; i < plan->kernel_count; i++)
        wanted[i] = uses(&plan->init, i) || (!persistent && uses(&plan->run, i));
    nnefcl_status status = create_launches(maker, wanted);
    if (!status && persistent && plan->run.count) {
        status = ncl_persistent_program(session, &maker->build[maker->build_count], maker->diag);
        maker->build_count += status == NNEFCL_OK;
    }
    if (status)
        return status;
    return ncl_program_build(session->device, maker->build, maker->build_count, &session->arena.allocator, maker->diag);
}

static nnefcl_status make_kernel(const struct maker *maker, const struct ncl_step *step, cl_kernel *kernel)
{
    char name[32] = "launch";
    if (maker->together && is_ours(maker, step->kernel))
        snprintf(name, sizeof name, "launch_%u", step->kernel);
    return ncl_step_kernel(maker->session, step, maker->program[step->kernel], name, kernel, maker->diag);
}

/* ---- init ---- */

static nnefcl_status run_init_step(struct maker *maker, struct ncl_upload *upload, const struct ncl_step *step)
{
    struct nnefcl_session *session = maker->session;
    cl_kernel kernel = NULL;
    if (step->kind == NCL_STEP_LOAD)
        return ncl_upload_load(upload, step, maker->diag);
    nnefcl_status status = NNEFCL_OK;
    if (step->kind == NCL_STEP_KERNEL)
        status = make_kernel(maker, step, &kernel);
    if (!status)
        status = ncl_step_enqueue(session, step, kernel, session->queue, 0, NULL, NULL, maker->diag);
    if (kernel)
        clReleaseKernel(kernel);
    return status;
}

static nnefcl_status run_init(struct maker *maker)
{
    struct nnefcl_session *session = maker->session;
    struct ncl_upload upload;
    nnefcl_status status = ncl_upload_open(&upload, session, maker->model, maker->graph, maker->diag);
    for (size_t i = 0; i < session->plan->init.count && !status; i++)
        status = run_init_step(maker, &upload, &session->plan->init.step[i]);
    if (!status)
        status = ncl_state_enqueue_reset(session, maker->diag);
    if (!status)
        status = ncl_opencl_check(maker->diag, NCL_NOWHERE, "init", "clFinish", clFinish(session->queue));
    ncl_upload_close(&upload);
    return status;
}

/* ---- ready for runs ---- */

/* The operands of run steps that lie in buffers an application may replace. */
static nnefcl_status find_uses(struct maker *maker)
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

static nnefcl_status make_kernels(struct maker *maker)
{
    struct nnefcl_session *session = maker->session;
    const struct ncl_plan *plan = session->plan;
    nnefcl_status status = NNEFCL_OK;
    if (session->execution == NNEFCL_EXECUTION_PERSISTENT)
        return plan->run.count
                   ? ncl_persistent_kernel(session, maker->build[maker->build_count - 1].program, maker->diag)
                   : NNEFCL_OK;
    for (size_t i = 0; i < plan->run.count && !status; i++)
        if (plan->run.step[i].kind == NCL_STEP_KERNEL)
            status = make_kernel(maker, &plan->run.step[i], &session->kernel[i]);
    return status;
}

static const char *make_location(struct ncl_arena *arena, const struct ncl_step *step)
{
    if (!step->at.source)
        return step->name;
    return ncl_arena_printf(arena, "%s:%u:%u %s", step->at.source->name, step->at.line, step->at.column, step->name);
}

static nnefcl_status make_locations(struct maker *maker)
{
    struct nnefcl_session *session = maker->session;
    for (size_t i = 0; i < session->plan->run.count; i++)
        if (!(session->location[i] = make_location(&session->arena, &session->plan->run.step[i])))
            return ncl_nomem(maker->diag);
    return NNEFCL_OK;
}

/* ---- creation ---- */

static nnefcl_status make_plan(struct maker *maker, const struct ncl_plan_options *options)
{
    struct nnefcl_session *session = maker->session;
    const nnefcl_status status = ncl_model_plan(maker->model, &session->device->target, options, &session->arena,
                                                maker->diag, &maker->graph, &session->plan);
    if (status)
        return status;
    const struct ncl_plan *plan = session->plan;
    const size_t transfers = plan->input_count + plan->output_count;
    session->slot = NCL_NEW_ARRAY(&session->arena, struct ncl_slot, plan->buffer_count);
    session->kernel = NCL_NEW_ARRAY(&session->arena, cl_kernel, plan->run.count + 1);
    session->location = NCL_NEW_ARRAY(&session->arena, const char *, plan->run.count);
    session->device_ms = NCL_NEW_ARRAY(&session->arena, double, plan->run.count);
    session->transfer_event = NCL_NEW_ARRAY(&session->arena, cl_event, transfers);
    if (session->profiling)
        session->event = NCL_NEW_ARRAY(&session->arena, cl_event, plan->run.count + 1);
    if (!session->slot || !session->kernel || !session->location || !session->device_ms || !session->transfer_event ||
        (session->profiling && !session->event))
        return ncl_nomem(maker->diag);
    return session->execution == NNEFCL_EXECUTION_PERSISTENT ? ncl_persistent_check(session, maker->diag) : NNEFCL_OK;
}

/* Buffers that live between run steps come after those of init are gone: the plan counts the larger of the two. With a
 * buffer for each tensor they come before: that is for checkers of memory, and Oclgrind takes a new buffer for what it
 * knew of a released one (docs/drivers). */
static nnefcl_status make_ready(struct maker *maker)
{
    static const bool first[NCL_STORAGE_KINDS] = {[NCL_STORE_INIT] = true,
                                                  [NCL_STORE_WEIGHT] = true,
                                                  [NCL_STORE_STATE] = true,
                                                  [NCL_STORE_INPUT] = true,
                                                  [NCL_STORE_OUTPUT] = true};
    static const bool second[NCL_STORAGE_KINDS] = {[NCL_STORE_ARENA] = true};
    struct nnefcl_session *session = maker->session;
    cl_int code;
    session->queue = clCreateCommandQueue(session->device->context, session->device->id,
                                          session->profiling ? CL_QUEUE_PROFILING_ENABLE : 0, &code);
    if (code)
        session->queue = NULL;
    nnefcl_status status = ncl_opencl_check(maker->diag, NCL_NOWHERE, NULL, "clCreateCommandQueue", code);
    if (!status)
        status = make_programs(maker);
    if (!status)
        status = ncl_memory_create(session, first, maker->diag);
    if (!status)
        status = ncl_memory_records(session, &maker->scratch, maker->diag);
    if (!status)
        status = run_init(maker);
    if (!maker->separate)
        ncl_memory_release(session, NCL_STORE_INIT);
    if (!status)
        status = ncl_memory_create(session, second, maker->diag);
    ncl_memory_release(session, NCL_STORE_INIT);
    if (!status)
        status = make_kernels(maker);
    if (!status)
        status = find_uses(maker);
    return status ? status : make_locations(maker);
}

/* What depends on the device and on the build. */
static nnefcl_status check_options(const nnefcl_session_options *options, const nnefcl_device *device,
                                   struct ncl_diag *diag)
{
    if (options->execution == NNEFCL_EXECUTION_PERSISTENT && !device->target.cpu)
        return ncl_error(diag, NNEFCL_ERR_UNSUPPORTED, NCL_NOWHERE,
                         "persistent execution is for CPU devices, %s is none", device->info.name);
    if (options->blas == NNEFCL_BLAS_CLBLAST && !ncl_clblast_available())
        return ncl_error(diag, NNEFCL_ERR_UNSUPPORTED, NCL_NOWHERE, "this build has no CLBlast");
    return NNEFCL_OK;
}

static struct nnefcl_session *new_session(const nnefcl_session_options *options, const nnefcl_device *device)
{
    struct ncl_arena arena;
    ncl_arena_init(&arena, &options->allocator, 0);
    struct nnefcl_session *session = NCL_NEW(&arena, struct nnefcl_session);
    if (!session)
        return NULL;
    session->arena = arena;
    session->device = ncl_device_retain(device);
    session->execution = options->execution;
    session->profiling = options->profiling != 0;
    session->clblast = options->blas == NNEFCL_BLAS_CLBLAST;
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
    if (!status)
        status = check_options(options, device, &diag);
    if (status)
        return status;
    struct maker maker = {.model = model, .diag = &diag, .session = new_session(options, device)};
    if (!maker.session)
        return ncl_nomem(&diag);
    ncl_arena_init(&maker.scratch, &options->allocator, 0);
    maker.separate = options->separate_buffers;
    status = make_plan(&maker, &settings);
    if (!status)
        status = make_ready(&maker);
    for (size_t i = 0; i < maker.build_count; i++)
        clReleaseProgram(maker.build[i].program);
    ncl_arena_free(&maker.scratch);
    if (status)
        nnefcl_session_free(maker.session);
    else
        *session = maker.session;
    return status;
}

void nnefcl_session_free(nnefcl_session *session)
{
    if (!session)
        return;
    if (session->last) {
        clWaitForEvents(1, &session->last);
        clReleaseEvent(session->last);
    }
    if (session->queue)
        clFinish(session->queue);
    for (size_t i = 0; session->kernel && i <= session->plan->run.count; i++)
        if (session->kernel[i])
            clReleaseKernel(session->kernel[i]);
    if (session->plan)
        ncl_memory_free(session);
    if (session->clblast)
        ncl_clblast_forget();
    if (session->queue)
        clReleaseCommandQueue(session->queue);
    nnefcl_device_free(session->device);
    struct ncl_arena arena = session->arena;
    ncl_arena_free(&arena);
}

/* ---- looking at it ---- */

size_t nnefcl_session_step_count(const nnefcl_session *session)
{
    return session ? session->plan->run.count : 0;
}

nnefcl_status nnefcl_session_step(const nnefcl_session *session, size_t index, nnefcl_step_info *info)
{
    static const char *const kinds[] = {
        [NCL_STEP_LOAD] = "load", [NCL_STEP_COPY] = "copy", [NCL_STEP_GEMM] = "clblast"};
    if (info)
        *info = (nnefcl_step_info){0};
    if (!session || !info || index >= session->plan->run.count)
        return NNEFCL_ERR_ARGUMENT;
    const struct ncl_step *step = &session->plan->run.step[index];
    *info = (nnefcl_step_info){
        .kernel = step->kind == NCL_STEP_KERNEL ? session->plan->kernel[step->kernel].body : kinds[step->kind],
        .location = session->location[index],
        .tasks = step->kind == NCL_STEP_KERNEL ? step->tasks : 1,
        .flops = step->flops,
        .device_ms = session->device_ms[index],
    };
    return NNEFCL_OK;
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
    ncl_plan_dump(&text, session->plan, what);
    if (what == NNEFCL_DUMP_CL && session->execution == NNEFCL_EXECUTION_PERSISTENT) {
        ncl_text_add(&text, "/* ---- persistent ---- */\n");
        ncl_source_persistent(&text, session->plan);
    }
    nnefcl_status status = text.failed ? ncl_nomem(&diag) : NNEFCL_OK;
    if (!status && text.data)
        write(user, text.data, text.length);
    ncl_text_free(&text);
    return status;
}
