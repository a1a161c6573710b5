/* SPDX-License-Identifier: Apache-2.0 */
/* nnefcl_model_dump_pass: the graph as it is behind a pass. */
#include "model/dump.h"

static nnefcl_status dump_behind(const nnefcl_model *model, const struct ncl_target *target,
                                 const struct ncl_pass_options *passes, struct ncl_arena *arena, struct ncl_diag *diag,
                                 struct ncl_text *text)
{
    const struct ncl_graph *graph;
    const nnefcl_status status = ncl_model_passes(model, target, passes, arena, diag, &graph);
    if (status)
        return status;
    ncl_dump_graph(text, graph);
    return text->failed ? ncl_nomem(diag) : NNEFCL_OK;
}

nnefcl_status nnefcl_model_dump_pass(const nnefcl_model *model, const nnefcl_session_options *options, const char *pass,
                                     nnefcl_write_fn write, void *user, nnefcl_error *error)
{
    struct ncl_budget budget;
    struct ncl_arena arena;
    struct ncl_diag diag;
    struct ncl_text text;
    struct ncl_pass_options passes = {.last = pass};
    struct ncl_plan_options settings;
    nnefcl_device_info facts;
    struct ncl_target target;
    ncl_diag_init(&diag, error, options ? options->diagnostic : NULL, options ? options->diagnostic_user : NULL, false);
    if (!model || !pass || !write)
        return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                         "nnefcl_model_dump_pass needs a model, the name of a pass and a function that writes");
    nnefcl_status status = ncl_plan_options_read(options, &diag, &settings);
    if (status)
        return status;
    ncl_plan_target_read(options, &ncl_target_generic_cpu, &facts, &target);
    passes.disabled = settings.disabled_passes;
    passes.disabled_count = settings.disabled_pass_count;
    ncl_budget_init(&budget, options ? &options->allocator : NULL, model->host_limit);
    diag.budget = &budget;
    const nnefcl_allocator allocator = ncl_budget_allocator(&budget);
    ncl_arena_init(&arena, &allocator, 0);
    ncl_text_init(&text, &allocator);
    status = dump_behind(model, &target, &passes, &arena, &diag, &text);
    if (!status && text.data)
        write(user, text.data, text.length);
    ncl_text_free(&text);
    ncl_arena_free(&arena);
    return status;
}
