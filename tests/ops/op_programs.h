/* SPDX-License-Identifier: Apache-2.0 */
/* The kernels that the cases of a suite launch, compiled together before the first of them runs: PoCL's compiler takes
 * as long to start as for a body, and a suite has hundreds of sessions of one kernel each. They go to the pools of the
 * devices, where sessions find them by their keys. */
#ifndef OP_PROGRAMS_H
#define OP_PROGRAMS_H

#include "ops/op_case.h"
#include "plan/source.h"

enum { OP_PROGRAM_KERNELS = 16 }; /* of one program: each first launch goes through all of it */

/* Kernels that wait for their program, of plans that `arena` holds. */
struct op_programs {
    const struct op_form *form;
    struct ncl_arena arena;
    size_t count;
    struct ncl_kernel kernel[OP_PROGRAM_KERNELS];
};

static inline void op_programs_build(struct op_programs *programs)
{
    const nnefcl_device *device = op_form_device(programs->form);
    const struct ncl_plan plan = {
        .target = device->target, .kernel_count = programs->count, .kernel = programs->kernel};
    const struct nnefcl_session session = {.device = (nnefcl_device *)device};
    bool wanted[OP_PROGRAM_KERNELS];
    struct ncl_program_text program;
    struct ncl_source_build build = {.name = "the kernels of a suite"};
    struct ncl_text text;
    nnefcl_error error = {0};
    struct ncl_diag diag;
    memset(wanted, 1, sizeof wanted);
    ncl_diag_init(&diag, &error, NULL, NULL, false);
    ncl_text_init(&text, NULL);
    ck_assert_int_eq(ncl_source_set(&plan, wanted, &programs->arena, &program), NNEFCL_OK);
    ncl_source_text(&text, &plan, &program);
    ck_assert_msg(!ncl_program_create(device, &text, &build, &diag) && !ncl_program_build(&session, &build, 1, &diag),
                  "%s", error.message);
    for (size_t i = 0; i < programs->count; i++)
        ncl_pool_keep(device, programs->kernel[i].key, build.program);
    clReleaseProgram(build.program);
    ncl_text_free(&text);
    programs->count = 0;
}

static inline bool op_programs_know(const struct op_programs *programs, uint64_t key)
{
    const cl_program kept = ncl_pool_find(op_form_device(programs->form), key);
    if (kept)
        clReleaseProgram(kept);
    bool known = kept != NULL;
    for (size_t i = 0; i < programs->count; i++)
        known |= programs->kernel[i].key == key;
    return known;
}

/* Texts of registered operations stay alone, as in sessions. */
static inline void op_programs_add(struct op_programs *programs, const nnefcl_model *model, const char *kernels)
{
    const struct ncl_plan_options options = {.kernels = &kernels, .kernel_count = kernels != NULL};
    const struct ncl_plan *plan;
    struct ncl_diag diag;
    ncl_diag_init(&diag, NULL, NULL, NULL, false);
    if (ncl_model_plan(model, &op_form_device(programs->form)->target, &options, &programs->arena, &diag, NULL, &plan))
        return;
    for (size_t i = 0; i < plan->kernel_count; i++) {
        const struct ncl_kernel *kernel = &plan->kernel[i];
        if (kernel->source || op_programs_know(programs, kernel->key))
            continue;
        programs->kernel[programs->count++] = *kernel;
        if (programs->count == OP_PROGRAM_KERNELS)
            op_programs_build(programs);
    }
}

static inline void op_programs_add_case(struct op_programs *programs, const struct op_case *c)
{
    nnefcl_error error = {0};
    nnefcl_model *model;
    char *text;
    if (!op_case_open(c->graph, c->compat, &text, &model, &error)) {
        op_programs_add(programs, model, NULL);
        op_programs_add(programs, model, "plain");
        for (size_t i = 0; i < ncl_variant_count; i++) {
            char *name = ncl_arena_printf(&programs->arena, "%s=%s", ncl_family_name(ncl_variants[i]->family),
                                          ncl_variants[i]->name);
            op_programs_add(programs, model, name);
        }
    }
    nnefcl_model_free(model);
    free(text);
}

static inline void op_programs_make(const struct op_case *cases, size_t count)
{
    for (int i = 0; i < OP_FORMS; i++) {
        struct op_programs programs = {.form = &op_forms[i]};
        if (programs.form->execution == NNEFCL_EXECUTION_PERSISTENT)
            continue;
        ncl_arena_init(&programs.arena, NULL, 0);
        for (size_t k = 0; k < count; k++)
            op_programs_add_case(&programs, &cases[k]);
        if (programs.count)
            op_programs_build(&programs);
        ncl_arena_free(&programs.arena);
    }
}

#endif
