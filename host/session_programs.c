/* SPDX-License-Identifier: Apache-2.0 */
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

/* What was built, with its text for the cache. */
struct ncl_built {
    const struct ncl_program_text *program;
    struct ncl_text text;
    struct ncl_source_build build;
};

static nnefcl_status create_session_program(struct ncl_maker *maker, struct ncl_built *built)
{
    built->build.name = program_name(maker, built->program);
    if (!built->build.name)
        return ncl_nomem(maker->diag);
    if (maker->session->device->cache)
        ncl_note(maker->diag, NCL_NOWHERE, "cache: %s is compiled: there is nothing of it", built->build.name);
    ncl_source_text(&built->text, maker->session->plan, built->program);
    return ncl_program_create(maker->session->device, &built->text, &built->build, maker->diag);
}

/* What was built goes to the pool, and from there to the kernels of this plan. */
static void keep_program(struct ncl_maker *maker, const struct ncl_program_text *program, cl_program built)
{
    const struct nnefcl_session *session = maker->session;
    if (program->persistent)
        ncl_pool_keep_bodies(session->device, program->key, &maker->bodies, built);
    for (size_t i = 0; !program->persistent && i < program->count; i++)
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
    nnefcl_status status = program->persistent ? hold_program(maker, built, &maker->persistent) : NNEFCL_OK;
    for (size_t i = 0; !program->persistent && i < program->count; i++)
        for (size_t k = 0; k < plan->kernel_count && !status; k++)
            if (missing[k] && plan->kernel[k].key == plan->kernel[program->kernel[i]].key)
                status = hold_program(maker, built, &maker->program[k]);
    return status;
}

static nnefcl_status create_all(struct ncl_maker *maker, const struct ncl_program_texts *texts)
{
    nnefcl_status status = NNEFCL_OK;
    maker->built = NCL_NEW_ARRAY(&maker->scratch, struct ncl_built, texts->count);
    if (!maker->built)
        return ncl_nomem(maker->diag);
    for (size_t i = 0; i < texts->count && !status; i++) {
        struct ncl_built *built = &maker->built[maker->built_count++];
        built->program = &texts->program[i];
        ncl_text_init(&built->text, &maker->scratch.allocator);
        status = create_session_program(maker, built);
    }
    return status;
}

static nnefcl_status build_all(struct ncl_maker *maker, const bool *missing)
{
    struct ncl_source_build *build = NCL_NEW_ARRAY(&maker->scratch, struct ncl_source_build, maker->built_count);
    if (!build)
        return ncl_nomem(maker->diag);
    for (size_t i = 0; i < maker->built_count; i++)
        build[i] = maker->built[i].build;
    nnefcl_status status =
        ncl_program_build(maker->session->device, maker->session, build, maker->built_count, maker->diag);
    for (size_t i = 0; i < maker->built_count && !status; i++) {
        keep_program(maker, maker->built[i].program, build[i].program);
        status = hand_out(maker, maker->built[i].program, build[i].program, missing);
    }
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

/* What the pool does not have may be on disk. A program from there brings other kernels along. */
static void take_from_cache(struct ncl_maker *maker, bool *wanted)
{
    const struct nnefcl_session *session = maker->session;
    for (size_t i = 0; i < session->plan->kernel_count; i++) {
        if (!wanted[i])
            continue;
        const cl_program program = ncl_cache_load(session->device, session->plan->kernel[i].key, maker->diag);
        if (!program)
            continue;
        clReleaseProgram(program);
        take_from_pool(maker, wanted);
    }
}

bool ncl_programs_find_persistent(struct ncl_maker *maker)
{
    const nnefcl_device *device = maker->session->device;
    if (!maker->persistent)
        maker->persistent = ncl_pool_find_bodies(device, maker->set.key, &maker->bodies);
    if (!maker->persistent)
        maker->persistent = ncl_cache_load(device, maker->set.key, maker->diag);
    return maker->persistent != NULL;
}

/* The persistent form, if it has to be compiled: a plan without a step needs none. */
static const struct ncl_program_text *persistent_missing(struct ncl_maker *maker)
{
    const bool needed = maker->session->plan->run.count || maker->set.count;
    return needed && !ncl_programs_find_persistent(maker) ? &maker->set : NULL;
}

/* Takes what is there; what is left is put together to texts that have to be built. */
static nnefcl_status find_programs(struct ncl_maker *maker, bool *wanted, struct ncl_program_texts *texts)
{
    const struct nnefcl_session *session = maker->session;
    const bool launches = session->execution == NNEFCL_EXECUTION_LAUNCHES;
    const struct ncl_program_text *persistent = launches ? NULL : persistent_missing(maker);
    take_from_pool(maker, wanted);
    take_from_cache(maker, wanted);
    return ncl_source_programs(session->plan, wanted, persistent, &maker->scratch, texts) ? ncl_nomem(maker->diag)
                                                                                          : NNEFCL_OK;
}

nnefcl_status ncl_programs_make(struct ncl_maker *maker)
{
    const struct nnefcl_session *session = maker->session;
    const struct ncl_plan *plan = session->plan;
    struct ncl_program_texts *texts = NCL_NEW(&maker->scratch, struct ncl_program_texts);
    bool *wanted = NCL_NEW_ARRAY(&maker->scratch, bool, plan->kernel_count);
    maker->program = NCL_NEW_ARRAY(&maker->scratch, cl_program, plan->kernel_count);
    if (!texts || !wanted || !maker->program)
        return ncl_nomem(maker->diag);
    const bool launches = session->execution == NNEFCL_EXECUTION_LAUNCHES;
    nnefcl_status status = NNEFCL_OK;
    ncl_source_wanted(plan, launches && !maker->weights_are_there, launches, wanted);
    for (bool again = true; again && !status;) {
        status = find_programs(maker, wanted, texts);
        if (!status)
            status = ncl_claims_take(maker, texts, &again);
    }
    if (!status)
        status = create_all(maker, texts);
    return status ? status : build_all(maker, wanted);
}

const uint64_t *ncl_programs_keys(struct ncl_maker *maker, const struct ncl_program_text *text, size_t *count)
{
    uint64_t *key = NCL_NEW_ARRAY(&maker->scratch, uint64_t, 1 + text->count);
    *count = 0;
    if (key && text->persistent)
        key[(*count)++] = text->key;
    for (size_t i = 0; key && !text->persistent && i < text->count; i++)
        key[(*count)++] = maker->session->plan->kernel[text->kernel[i]].key;
    return key;
}

static void store_program(struct ncl_maker *maker, const struct ncl_built *built)
{
    size_t count;
    const uint64_t *key = ncl_programs_keys(maker, built->program, &count);
    if (key)
        ncl_cache_store(maker->session->device, built->program->key, key, count, &built->text, built->build.program,
                        maker->alone, maker->diag);
}

void ncl_programs_store(struct ncl_maker *maker)
{
    for (size_t i = 0; maker->session->device->cache && i < maker->built_count; i++)
        store_program(maker, &maker->built[i]);
    ncl_claims_drop(maker);
}

void ncl_programs_release(struct ncl_maker *maker)
{
    ncl_claims_drop(maker);
    for (size_t i = 0; i < maker->built_count; i++) {
        ncl_text_free(&maker->built[i].text);
        if (maker->built[i].build.program)
            clReleaseProgram(maker->built[i].build.program);
    }
    for (size_t i = 0; maker->program && i < maker->session->plan->kernel_count; i++)
        if (maker->program[i])
            clReleaseProgram(maker->program[i]);
    if (maker->persistent)
        clReleaseProgram(maker->persistent);
}
