/* SPDX-License-Identifier: Apache-2.0 */
/* The kernels that the cases of a suite launch, compiled together before the first of them runs: PoCL's compiler takes
 * as long to start as for a body, and a suite has hundreds of sessions of one kernel each. They go to the pools of the
 * devices, where sessions find them by their keys. */
#ifndef OP_PROGRAMS_H
#define OP_PROGRAMS_H

#include "ops/op_case.h"
#include "plan/source.h"

enum {
    OP_PROGRAM_BODIES = 48, /* of a persistent form, launched first once */
    OP_PROGRAM_BUFFERS = 16 /* of a persistent form: sessions of more compile their own */
};

/* Kernels that wait for their program, of plans that `arena` holds. */
struct op_programs {
    const struct op_form *form;
    struct ncl_arena arena;
    struct ncl_ahead launches;
    size_t count; /* bodies of a persistent form */
    struct ncl_kernel kernel[OP_PROGRAM_BODIES];
};

static inline void op_programs_launches(struct op_programs *programs)
{
    nnefcl_error error = {0};
    struct ncl_diag diag;
    ncl_diag_init(&diag, &error, NULL, NULL, false);
    ck_assert_msg(!ncl_ahead_build(&programs->launches, &diag), "%s", error.message);
}

static inline void op_programs_add_launches(struct op_programs *programs, const struct ncl_plan *plan)
{
    for (size_t i = 0; (i = ncl_ahead_add(&programs->launches, plan, i)) < plan->kernel_count;)
        op_programs_launches(programs);
}

/* The persistent form with all bodies that wait. */
static inline void op_programs_text(struct op_programs *programs, struct ncl_plan *plan,
                                    struct ncl_program_text *program)
{
    plan->run.step = NCL_NEW_ARRAY(&programs->arena, struct ncl_step, programs->count);
    ck_assert_ptr_nonnull(plan->run.step);
    for (size_t i = 0; i < programs->count; i++)
        plan->run.step[plan->run.count++] = (struct ncl_step){.kind = NCL_STEP_KERNEL, .kernel = (uint32_t)i};
    ck_assert_int_eq(ncl_persistent_set(plan, &programs->arena, program), NNEFCL_OK);
}

static inline void op_programs_build(struct op_programs *programs)
{
    const nnefcl_device *on = op_form_device(programs->form);
    struct ncl_plan plan = {.target = on->target,
                            .buffer_count = OP_PROGRAM_BUFFERS,
                            .kernel_count = programs->count,
                            .kernel = programs->kernel};
    struct ncl_program_text program;
    struct ncl_source_build build = {.name = "the kernels of a suite"};
    struct ncl_bodies bodies;
    struct ncl_text text;
    nnefcl_error error = {0};
    struct ncl_diag diag;
    ncl_diag_init(&diag, &error, NULL, NULL, false);
    ncl_text_init(&text, NULL);
    op_programs_text(programs, &plan, &program);
    ncl_source_text(&text, &plan, &program);
    ck_assert_msg(!ncl_program_create(on, &text, &build, &diag) &&
                      !ncl_program_build(on, NULL, &build, 1, &diag),
                  "%s", error.message);
    ck_assert_int_eq(ncl_persistent_bodies(&plan, &program, &programs->arena, &bodies), NNEFCL_OK);
    ncl_pool_keep_bodies(on, program.key, &bodies, build.program);
    clReleaseProgram(build.program);
    ncl_text_free(&text);
    programs->count = 0;
}

static inline bool op_programs_wait(const struct op_programs *programs, uint64_t key)
{
    bool waits = false;
    for (size_t i = 0; i < programs->count; i++)
        waits |= programs->kernel[i].key == key;
    return waits;
}

/* Do the bodies stand in one program, or wait for one? */
static inline bool op_programs_serve(const struct op_programs *programs, const struct ncl_bodies *bodies)
{
    struct ncl_bodies asked = *bodies;
    const cl_program kept = ncl_pool_find_bodies(op_form_device(programs->form), 0, &asked);
    if (kept)
        clReleaseProgram(kept);
    bool serve = true;
    for (size_t i = 0; i < bodies->count; i++)
        serve &= op_programs_wait(programs, bodies->key[i]);
    return kept || serve;
}

/* All bodies of a run list come into one program. */
static inline void op_programs_add_bodies(struct op_programs *programs, const struct ncl_plan *plan)
{
    struct ncl_program_text set;
    struct ncl_bodies bodies;
    if (ncl_persistent_unfit(plan) || !plan->run.count)
        return;
    ck_assert_int_eq(ncl_persistent_set(plan, &programs->arena, &set), NNEFCL_OK);
    ck_assert_int_eq(ncl_persistent_bodies(plan, &set, &programs->arena, &bodies), NNEFCL_OK);
    bool alone = bodies.buffers > OP_PROGRAM_BUFFERS || bodies.count > OP_PROGRAM_BODIES;
    for (size_t i = 0; i < set.count; i++)
        alone |= plan->kernel[set.kernel[i]].source != NULL;
    if (alone || op_programs_serve(programs, &bodies))
        return;
    if (programs->count + set.count > OP_PROGRAM_BODIES)
        op_programs_build(programs);
    for (size_t i = 0; i < set.count; i++)
        if (!op_programs_wait(programs, plan->kernel[set.kernel[i]].key))
            programs->kernel[programs->count++] = plan->kernel[set.kernel[i]];
}

static inline void op_programs_add_plan(struct op_programs *programs, const nnefcl_model *model,
                                        const struct ncl_plan_options *options)
{
    const struct ncl_plan *plan;
    struct ncl_diag diag;
    if (op_repeats(programs->form, model, options))
        return;
    ncl_diag_init(&diag, NULL, NULL, NULL, false);
    if (ncl_model_plan(model, &op_form_device(programs->form)->target, options, &programs->arena, &diag, NULL, &plan))
        return;
    if (programs->form->execution == NNEFCL_EXECUTION_PERSISTENT)
        op_programs_add_bodies(programs, plan);
    else
        op_programs_add_launches(programs, plan);
}

static inline void op_programs_add(struct op_programs *programs, const nnefcl_model *model, const char *kernels,
                                   bool keep_tensors)
{
    op_programs_add_plan(programs, model,
                         &(struct ncl_plan_options){
                             .kernels = &kernels, .kernel_count = kernels != NULL, .keep_tensors = keep_tensors});
}

/* Each variant that the form runs, of one family. */
static inline void op_programs_add_family(struct op_programs *programs, const nnefcl_model *model,
                                          enum ncl_family family, bool keep_tensors)
{
    for (size_t i = 0; i < ncl_variant_count; i++) {
        const struct ncl_variant *variant = ncl_variants[i];
        if (variant->family == family && op_case_runs_variant(programs->form, variant))
            op_programs_add(programs, model,
                            ncl_arena_printf(&programs->arena, "%s=%s", ncl_family_name(family), variant->name),
                            keep_tensors);
    }
}

/* As op_case_run runs it. */
static inline void op_programs_add_model(struct op_programs *programs, const nnefcl_model *model)
{
    op_programs_add(programs, model, NULL, false);
    for (int family = 0; family < NCL_FAMILY_COUNT && op_form_forces(programs->form); family++)
        op_programs_add_family(programs, model, (enum ncl_family)family, false);
    if (programs->form != &op_forms[OP_FORM_LAUNCH])
        return;
    op_programs_add(programs, model, NULL, true);
    op_programs_add(programs, model, "plain", true);
}

static inline void op_programs_begin(struct op_programs programs[OP_FORMS])
{
    for (int i = 0; i < OP_FORMS; i++) {
        programs[i] = (struct op_programs){.form = &op_forms[i]};
        if (op_form_exists(&op_forms[i]))
            programs[i].launches.device = op_form_device(&op_forms[i]);
        ncl_arena_init(&programs[i].arena, NULL, 0);
    }
}

static inline void op_programs_end(struct op_programs programs[OP_FORMS])
{
    for (int i = 0; i < OP_FORMS; i++) {
        if (programs[i].launches.count)
            op_programs_launches(&programs[i]);
        if (programs[i].count)
            op_programs_build(&programs[i]);
        ncl_arena_free(&programs[i].arena);
    }
}

static inline void op_programs_add_graph(struct op_programs programs[OP_FORMS], const char *graph, unsigned compat)
{
    nnefcl_error error = {0};
    nnefcl_model *model;
    char *text;
    if (!op_case_open(graph, compat, &text, &model, &error))
        for (int i = 0; i < OP_FORMS; i++)
            if (op_form_exists(&op_forms[i]))
                op_programs_add_model(&programs[i], model);
    nnefcl_model_free(model);
    free(text);
}

static inline void op_programs_make(const struct op_case *cases, size_t count)
{
    struct op_programs programs[OP_FORMS];
    op_programs_begin(programs);
    for (size_t k = 0; k < count; k++)
        op_programs_add_graph(programs, cases[k].graph, cases[k].compat);
    op_programs_end(programs);
}

#endif
