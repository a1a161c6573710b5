/* SPDX-License-Identifier: Apache-2.0 */
/* What can be said of a model without a device (inspect.h): would it run, what would it need, the plan for a generic
 * target. */
#include "base/filled.h"
#include "model/frozen.h"
#include "plan/source_persistent.h"

/* A plan without a device, and what was made for it. */
struct generic {
    nnefcl_device_info facts; /* of the target that the caller gave */
    struct ncl_target target;
    struct ncl_budget budget;
    struct ncl_arena arena;
    struct ncl_diag diag;
    const struct ncl_plan *plan;
};

static nnefcl_status generic_plan(struct generic *generic, const nnefcl_model *model,
                                  const nnefcl_session_options *options, const struct ncl_target *target,
                                  nnefcl_error *error)
{
    struct ncl_plan_options settings;
    ncl_budget_init(&generic->budget, options ? &options->allocator : NULL, model->host_limit);
    const nnefcl_allocator allocator = ncl_budget_allocator(&generic->budget);
    ncl_arena_init(&generic->arena, &allocator, 0);
    ncl_diag_init(&generic->diag, error, options ? options->diagnostic : NULL,
                  options ? options->diagnostic_user : NULL, false);
    generic->diag.budget = &generic->budget;
    const nnefcl_status status = ncl_plan_options_read(options, &generic->diag, &settings);
    if (status)
        return status;
    ncl_plan_target_read(options, target, &generic->facts, &generic->target);
    return ncl_model_plan(model, &generic->target, &settings, &generic->arena, &generic->diag, NULL, &generic->plan);
}

static nnefcl_status refuse_null(const nnefcl_session_options *options, nnefcl_error *error, const char *function,
                                 const char *problem)
{
    struct ncl_diag diag;
    ncl_diag_init(&diag, error, options ? options->diagnostic : NULL, options ? options->diagnostic_user : NULL, false);
    return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "%s: %s", function, problem);
}

nnefcl_status(nnefcl_model_check)(const nnefcl_model *model, const nnefcl_session_options *options, nnefcl_needs *info,
                                  size_t size, nnefcl_error *error)
{
    struct generic generic;
    nnefcl_needs made = {0}, *needs = &made;
    if (NCL_FILLED_GIVE(NNEFCL_OK, info, size, made, kernels))
        return refuse_null(options, error, "nnefcl_model_check", info ? "needs is of another size" : "needs is NULL");
    if (!model)
        return refuse_null(options, error, "nnefcl_model_check", "model is NULL");
    const nnefcl_status status = generic_plan(&generic, model, options, &ncl_target_generic_cpu, error);
    if (status == NNEFCL_OK) {
        const struct ncl_plan *plan = generic.plan;
        needs->weights = plan->weight_bytes;
        needs->arena = plan->arena_bytes > plan->init_bytes ? plan->arena_bytes : plan->init_bytes;
        needs->io = plan->io_bytes;
        needs->steps = plan->run.count;
        needs->kernels = plan->kernel_count;
        needs->nodes = model->graph->node_count;
        for (size_t i = 0; i < plan->tensor_count; i++)
            if (plan->tensor[i].bytes > needs->largest)
                needs->largest = plan->tensor[i].bytes;
        for (size_t i = 0; i < model->graph->variable_count; i++)
            needs->parameters += (uint64_t)ncl_shape_volume(&model->graph->variable[i]->shape);
        for (size_t i = 0; i < model->graph->node_count; i++)
            needs->macs += model->graph->node[i]->op->macs(model->graph->node[i]);
    }
    ncl_arena_free(&generic.arena);
    return NCL_FILLED_GIVE(status, info, size, made, kernels);
}

/* The last step of a node computes it, those before it pack its operands. Passes may have made tensors of their own. */
static void note_variants(const struct ncl_plan *plan, const char **of_tensor, size_t count)
{
    const struct ncl_steps *lists[] = {&plan->init, &plan->run};
    for (int l = 0; l < 2; l++)
        for (size_t i = 0; i < lists[l]->count; i++)
            if (lists[l]->step[i].variant && lists[l]->step[i].result < count)
                of_tensor[lists[l]->step[i].result] = lists[l]->step[i].variant;
}

nnefcl_status nnefcl_model_variants(const nnefcl_model *model, const nnefcl_session_options *options,
                                    const char **variant, nnefcl_error *error)
{
    struct generic generic;
    for (size_t i = 0; variant && i < nnefcl_model_node_count(model); i++)
        variant[i] = NULL;
    if (!model || !variant)
        return refuse_null(options, error, "nnefcl_model_variants", model ? "variant is NULL" : "model is NULL");
    const struct ncl_graph *graph = model->graph;
    nnefcl_status status = generic_plan(&generic, model, options, &ncl_target_generic_cpu, error);
    const char **of_tensor = status ? NULL : NCL_NEW_ARRAY(&generic.arena, const char *, graph->tensor_count);
    if (!status && !of_tensor)
        status = ncl_nomem(&generic.diag);
    if (!status)
        note_variants(generic.plan, of_tensor, graph->tensor_count);
    for (size_t i = 0; !status && i < graph->node_count; i++) {
        const struct ncl_tensor *first = ncl_node_first_result(graph->node[i]);
        variant[i] = first ? of_tensor[first->id] : NULL;
    }
    ncl_arena_free(&generic.arena);
    return status;
}

nnefcl_status nnefcl_model_dump_plan(const nnefcl_model *model, const nnefcl_session_options *options, int gpu,
                                     nnefcl_dump what, nnefcl_write_fn write, void *user, nnefcl_error *error)
{
    struct generic generic;
    struct ncl_text text;
    if (!model || !write)
        return refuse_null(options, error, "nnefcl_model_dump_plan", model ? "write is NULL" : "model is NULL");
    if (what != NNEFCL_DUMP_PLAN && what != NNEFCL_DUMP_CL)
        return refuse_null(options, error, "nnefcl_model_dump_plan", "a plan without a session has no such dump");
    nnefcl_status status =
        generic_plan(&generic, model, options, gpu ? &ncl_target_generic_gpu : &ncl_target_generic_cpu, error);
    ncl_text_init(&text, &generic.arena.allocator);
    if (status == NNEFCL_OK) {
        status = ncl_plan_dump(&text, generic.plan, what, options && options->execution == NNEFCL_EXECUTION_PERSISTENT);
        if (status == NNEFCL_ERR_NOMEM)
            status = ncl_nomem(&generic.diag);
        if (!status && text.data)
            write(user, text.data, text.length);
    }
    ncl_text_free(&text);
    ncl_arena_free(&generic.arena);
    return status;
}

static void print_program(struct ncl_text *text, const struct ncl_plan *plan, const struct ncl_program_text *program)
{
    ncl_text_add(text, program->persistent ? "/* ---- persistent:" : "/* ----");
    for (size_t i = 0; i < program->count; i++)
        ncl_text_printf(text, " k%u %s", program->kernel[i], plan->kernel[program->kernel[i]].body);
    ncl_text_add(text, " ---- */\n");
    ncl_source_text(text, plan, program);
}

static nnefcl_status add_programs(struct ncl_text *text, const struct ncl_plan *plan, bool persistent,
                                  struct ncl_arena *arena)
{
    struct ncl_program_texts texts;
    struct ncl_program_text set;
    bool *wanted = NCL_NEW_ARRAY(arena, bool, plan->kernel_count);
    if (!wanted)
        return NNEFCL_ERR_NOMEM;
    ncl_source_wanted(plan, !persistent, !persistent, wanted);
    if (persistent && ncl_persistent_set(plan, arena, &set))
        return NNEFCL_ERR_NOMEM;
    if (ncl_source_programs(plan, wanted, persistent ? &set : NULL, arena, &texts))
        return NNEFCL_ERR_NOMEM;
    for (size_t i = 0; i < texts.count; i++)
        print_program(text, plan, &texts.program[i]);
    return text->failed ? NNEFCL_ERR_NOMEM : NNEFCL_OK;
}

nnefcl_status ncl_plan_dump(struct ncl_text *text, const struct ncl_plan *plan, nnefcl_dump what, bool persistent)
{
    struct ncl_arena arena;
    if (what == NNEFCL_DUMP_PLAN) {
        ncl_plan_print(text, plan);
        return text->failed ? NNEFCL_ERR_NOMEM : NNEFCL_OK;
    }
    ncl_arena_init(&arena, &text->allocator, 0);
    const nnefcl_status status = add_programs(text, plan, persistent && !ncl_persistent_unfit(plan), &arena);
    ncl_arena_free(&arena);
    return status;
}
