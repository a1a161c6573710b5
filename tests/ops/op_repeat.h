/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the form of a GPU would compile for a case what the device as it is compiles for it already: bodies of the
 * same text, with work-groups around them alone, which other cases have. PoCL takes a third of a second for each. */
#ifndef OP_REPEAT_H
#define OP_REPEAT_H

#include <stdlib.h>
#include <string.h>

#include "host/host.h"
#include "ops/op_form.h"

/* Suites about how many tasks there are define it as 1: all forms have all of their cases. */
#ifndef OP_TASKS
#define OP_TASKS 0
#endif

static inline bool op_repeat_kernel(const struct ncl_kernel *a, const struct ncl_kernel *b)
{
    bool same = !a->source && !b->source && a->map != NCL_MAP_GROUP && b->map != NCL_MAP_GROUP &&
                a->define_count == b->define_count && a->needs == b->needs && strcmp(a->body, b->body) == 0;
    for (size_t i = 0; same && i < a->define_count; i++)
        same = strcmp(a->define[i].name, b->define[i].name) == 0 && strcmp(a->define[i].text, b->define[i].text) == 0;
    return same;
}

/* Tensors become blocks on a GPU by a kernel of its own, which test_limits.c has. */
static inline bool op_repeat_is_among(const struct ncl_kernel *kernel, const struct ncl_plan *plan)
{
    bool found = strcmp(kernel->body, "convert") == 0;
    for (size_t i = 0; i < plan->kernel_count && !found; i++)
        found = op_repeat_kernel(kernel, &plan->kernel[i]);
    return found;
}

/* NULL: there is none. */
static inline const struct ncl_plan *op_repeat_plan(const struct op_form *form, const nnefcl_model *model,
                                                    const struct ncl_plan_options *options, struct ncl_arena *arena)
{
    const struct ncl_plan *plan;
    struct ncl_diag diag;
    ncl_diag_init(&diag, NULL, NULL, NULL, false);
    return ncl_model_plan(model, &op_form_device(form)->target, options, arena, &diag, NULL, &plan) ? NULL : plan;
}

/* Every kernel of a plan for the form is one of the plan for the device as it is, by the same variant or, where that is
 * for GPUs alone, by what is chosen. */
static inline bool op_repeats(const struct op_form *form, const nnefcl_model *model,
                              const struct ncl_plan_options *options)
{
    const struct ncl_plan_options chosen = {.keep_tensors = options->keep_tensors};
    struct ncl_arena arena;
    if (!form->gpu || OP_TASKS || getenv("NNEFCL_LONG"))
        return false;
    ncl_arena_init(&arena, NULL, 0);
    const struct ncl_plan *plan = op_repeat_plan(form, model, options, &arena);
    const struct ncl_plan *other = op_repeat_plan(&op_forms[OP_FORM_LAUNCH], model, options, &arena);
    if (!other)
        other = op_repeat_plan(&op_forms[OP_FORM_LAUNCH], model, &chosen, &arena);
    bool all = plan && other;
    for (size_t i = 0; all && i < plan->kernel_count; i++)
        all = op_repeat_is_among(&plan->kernel[i], other);
    ncl_arena_free(&arena);
    return all;
}

#endif
