/* SPDX-License-Identifier: Apache-2.0 */
/* What a session or a device-free plan is made from: the passes' graph, and its plan for a target. */
#include <string.h>

#include "base/hash.h"
#include "front/registered.h"
#include "model/frozen.h"

uint64_t ncl_model_fingerprint(const struct nnefcl_model *model)
{
    const struct ncl_graph *graph = model->graph;
    const uint64_t numbers[] = {model->compat,       model->random_weights, model->no_quant,      model->seed,
                                graph->tensor_count, graph->node_count,     graph->variable_count};
    uint64_t sum = ncl_hash(NCL_HASH_BASIS, numbers, sizeof numbers);
    for (size_t i = 0; i < graph->tensor_count; i++) /* --shape and --batch are no part of the document */
        sum = ncl_hash(sum, graph->tensor[i]->shape.extent, (size_t)graph->tensor[i]->shape.rank * sizeof(int64_t));
    for (size_t i = 0; i < model->registered_count; i++)
        sum = ncl_hash(sum, model->registered[i].custom.text, strlen(model->registered[i].custom.text));
    return ncl_hash(sum, model->source.text, model->source.length);
}

nnefcl_status ncl_model_passes(const struct nnefcl_model *model, const struct ncl_target *target,
                               const struct ncl_pass_options *options, struct ncl_arena *arena, struct ncl_diag *diag,
                               const struct ncl_graph **graph)
{
    const struct ncl_pass_facts facts = {.target = target, .templates = &model->templates};
    *graph = model->graph;
    return ncl_passes_run(arena, diag, &facts, options, graph);
}

nnefcl_status ncl_model_plan(const struct nnefcl_model *model, const struct ncl_target *target,
                             const struct ncl_plan_options *options, struct ncl_arena *arena, struct ncl_diag *diag,
                             const struct ncl_graph **graph, const struct ncl_plan **plan)
{
    const struct ncl_graph *behind;
    struct ncl_plan *made;
    const struct ncl_pass_options passes = {.disabled = options->disabled_passes,
                                            .disabled_count = options->disabled_pass_count};
    nnefcl_status status = ncl_model_passes(model, target, &passes, arena, diag, &behind);
    if (!status)
        status = ncl_plan_make(behind, model->compat, target, options, arena, diag, &made);
    if (status)
        return status;
    if (options->keep_tensors)
        made->fingerprint = ncl_model_fingerprint(model);
    if (graph)
        *graph = behind;
    *plan = made;
    return NNEFCL_OK;
}

nnefcl_status ncl_model_weights(const struct nnefcl_model *model, struct ncl_diag *diag, struct ncl_weights **weights)
{
    return ncl_weights_open(model->container, &model->arena.allocator, model->compat, model->seed, diag, weights);
}
