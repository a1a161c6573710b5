/* The programs of a session: from the pool of the device, the rest built. */
#include <string.h>

#include "host.h"

/* For the compiler's complaints: not every driver tells the file of a line. NULL: out of memory. */
static const char *program_name(struct ncl_maker *maker, const struct ncl_program_text *text)
{
    const struct ncl_kernel *kernel = maker->session->plan->kernel;
    if (text->count == 1 && !text->persistent)
        return kernel[text->kernel[0]].body;
    const char *name = text->persistent ? "persistent" : "launches";
    for (size_t i = 0; i < text->count && name; i++)
        if (kernel[text->kernel[i]].source)
            name = ncl_arena_printf(&maker->scratch, "%s, %s", name, kernel[text->kernel[i]].body);
    return name;
}

static nnefcl_status create_program(struct ncl_maker *maker, const struct ncl_program_text *program,
                                    struct ncl_source_build *build)
{
    struct ncl_text text;
    build->name = program_name(maker, program);
    if (!build->name)
        return ncl_nomem(maker->diag);
    ncl_text_init(&text, &maker->scratch.allocator);
    ncl_source_text(&text, maker->session->plan, program);
    const nnefcl_status status = ncl_program_create(maker->session->device, &text, build, maker->diag);
    ncl_text_free(&text);
    return status;
}

/* What was built goes to the pool, and from there to the kernels of this plan. */
static void keep_program(struct ncl_maker *maker, const struct ncl_program_text *program, cl_program built)
{
    const struct nnefcl_session *session = maker->session;
    if (program->persistent)
        ncl_pool_keep(session->device, program->key, built);
    for (size_t i = 0; i < program->count && !program->persistent; i++)
        ncl_pool_keep(session->device, session->plan->kernel[program->kernel[i]].key, built);
}

static nnefcl_status hold_program(struct ncl_maker *maker, cl_program program, cl_program *held)
{
    const nnefcl_status status =
        ncl_opencl_check(maker->diag, NCL_NOWHERE, NULL, "clRetainProgram", clRetainProgram(program));
    if (!status)
        *held = program;
    return status;
}

/* Each kernel of the plan that has the key of one of the program's. */
static nnefcl_status hand_out(struct ncl_maker *maker, const struct ncl_program_text *program, cl_program built,
                              const bool *missing)
{
    const struct ncl_plan *plan = maker->session->plan;
    nnefcl_status status = NNEFCL_OK;
    if (program->persistent)
        return hold_program(maker, built, &maker->persistent);
    for (size_t i = 0; i < program->count; i++)
        for (size_t k = 0; k < plan->kernel_count && !status; k++)
            if (missing[k] && plan->kernel[k].key == plan->kernel[program->kernel[i]].key)
                status = hold_program(maker, built, &maker->program[k]);
    return status;
}

static nnefcl_status build_programs(struct ncl_maker *maker, const struct ncl_program_texts *texts, const bool *missing)
{
    const nnefcl_device *device = maker->session->device;
    struct ncl_source_build *build = NCL_NEW_ARRAY(&maker->scratch, struct ncl_source_build, texts->count);
    nnefcl_status status = build ? NNEFCL_OK : ncl_nomem(maker->diag);
    size_t count = 0;
    for (; count < texts->count && !status; count += status == NNEFCL_OK)
        status = create_program(maker, &texts->program[count], &build[count]);
    if (!status)
        status = ncl_program_build(device, build, count, &maker->scratch.allocator, maker->diag);
    for (size_t i = 0; i < count && !status; i++) {
        keep_program(maker, &texts->program[i], build[i].program);
        status = hand_out(maker, &texts->program[i], build[i].program, missing);
    }
    for (size_t i = 0; i < count; i++)
        clReleaseProgram(build[i].program);
    return status;
}

/* Takes from the pool what is there; what is left of `wanted` has to be built. */
static void take_from_pool(struct ncl_maker *maker, bool *wanted)
{
    const struct ncl_plan *plan = maker->session->plan;
    for (size_t i = 0; i < plan->kernel_count; i++)
        if (wanted[i] && (maker->program[i] = ncl_pool_find(maker->session->device, plan->kernel[i].key)))
            wanted[i] = false;
}

nnefcl_status ncl_programs_make(struct ncl_maker *maker)
{
    const struct nnefcl_session *session = maker->session;
    const struct ncl_plan *plan = session->plan;
    const bool persistent = session->execution == NNEFCL_EXECUTION_PERSISTENT && plan->run.count;
    struct ncl_program_texts texts;
    bool *wanted = NCL_NEW_ARRAY(&maker->scratch, bool, plan->kernel_count);
    maker->program = NCL_NEW_ARRAY(&maker->scratch, cl_program, plan->kernel_count);
    if (!wanted || !maker->program)
        return ncl_nomem(maker->diag);
    ncl_source_wanted(plan, !maker->weights_are_there, session->execution == NNEFCL_EXECUTION_LAUNCHES, wanted);
    take_from_pool(maker, wanted);
    if (ncl_source_programs(plan, wanted, &maker->scratch, &texts))
        return ncl_nomem(maker->diag);
    if (persistent && !maker->persistent && !(maker->persistent = ncl_pool_find(session->device, maker->set.key)))
        texts.program[texts.count++] = maker->set;
    return build_programs(maker, &texts, wanted);
}

void ncl_programs_release(struct ncl_maker *maker)
{
    for (size_t i = 0; maker->program && i < maker->session->plan->kernel_count; i++)
        if (maker->program[i])
            clReleaseProgram(maker->program[i]);
    if (maker->persistent)
        clReleaseProgram(maker->persistent);
}
