/* SPDX-License-Identifier: Apache-2.0 */
/* What a session or a device-free plan is made from: the passes' graph, and its plan for a target. */
#include <string.h>

#include "base/hash.h"
#include "front/registered.h"
#include "model/frozen.h"
#include "model/images.h"

#define MOST_STEPS 16384 /* of a run list that is repeated */

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

/* A plan, and the graph that it was made from. */
struct made {
    struct ncl_plan *plan;
    const struct ncl_graph *graph;
};

static nnefcl_status plan_graph(const struct nnefcl_model *model, const struct ncl_target *target,
                                const struct ncl_plan_options *options, struct ncl_arena *arena, struct ncl_diag *diag,
                                struct made *made)
{
    const struct ncl_pass_options passes = {.disabled = options->disabled_passes,
                                            .disabled_count = options->disabled_pass_count};
    const nnefcl_status status = ncl_model_passes(model, target, &passes, arena, diag, &made->graph);
    return status ? status
                  : ncl_plan_make(made->graph, model->compat, target, options, arena, diag, &made->plan);
}

/* The plan that computes so many images of the batch at a time. */
static nnefcl_status plan_parts(const struct nnefcl_model *model, int64_t at_once, const struct ncl_target *target,
                                const struct ncl_plan_options *options, struct ncl_arena *arena, struct ncl_diag *diag,
                                struct made *made)
{
    const struct nnefcl_model *part;
    struct ncl_plan_options own = *options;
    own.parts = ncl_images_batch(model->graph) / at_once;
    nnefcl_status status = ncl_images_free_of_state(model->graph, diag);
    if (!status)
        status = ncl_model_with_batch(model, at_once, arena, diag, &part);
    if (!status)
        status = ncl_images_check(model->graph, part->graph, diag);
    return status ? status : plan_graph(part, target, &own, arena, diag, made);
}

/* On CPUs, where it is estimated to be faster: images one after the other. A model whose images cannot be computed
 * apart is no error. Another graph and plan are only made where what is fixed of them leaves something to gain. */
static void plan_faster(const struct nnefcl_model *model, const struct ncl_target *target,
                        const struct ncl_plan_options *options, struct ncl_arena *arena, struct made *made)
{
    const int64_t batch = ncl_images_batch(model->graph);
    struct ncl_diag silent;
    struct made parts;
    if (batch < 2 || !target->cpu || batch > MOST_STEPS / (int64_t)(made->plan->run.count + 1) ||
        (double)batch * made->plan->fixed_us >= made->plan->moves_us)
        return;
    ncl_diag_init(&silent, NULL, NULL, NULL, false);
    if (!plan_parts(model, 1, target, options, arena, &silent, &parts) && parts.plan->moves_us < made->plan->moves_us)
        *made = parts;
}

static nnefcl_status plan_asked(const struct nnefcl_model *model, const struct ncl_target *target,
                                const struct ncl_plan_options *options, struct ncl_arena *arena, struct ncl_diag *diag,
                                struct made *made)
{
    const int64_t images = ncl_images_batch(model->graph), batch = images ? images : 1, at_once = options->at_once;
    if (at_once < 0 || (at_once && batch % at_once))
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                         "images at once are to be %lld, which does not divide the batch, %lld", (long long)at_once,
                         (long long)batch);
    if (at_once && at_once < batch && !options->keep_tensors)
        return plan_parts(model, at_once, target, options, arena, diag, made);
    const nnefcl_status status = plan_graph(model, target, options, arena, diag, made);
    if (!status && !at_once && !options->keep_tensors && !options->separate_buffers)
        plan_faster(model, target, options, arena, made);
    return status;
}

nnefcl_status ncl_model_plan(const struct nnefcl_model *model, const struct ncl_target *target,
                             const struct ncl_plan_options *options, struct ncl_arena *arena, struct ncl_diag *diag,
                             const struct ncl_graph **graph, const struct ncl_plan **plan)
{
    struct made made;
    const nnefcl_status status = plan_asked(model, target, options, arena, diag, &made);
    if (status)
        return status;
    if (options->keep_tensors)
        made.plan->fingerprint = ncl_model_fingerprint(model);
    if (graph)
        *graph = made.graph;
    *plan = made.plan;
    return NNEFCL_OK;
}

nnefcl_status ncl_model_weights(const struct nnefcl_model *model, struct ncl_diag *diag, struct ncl_weights **weights)
{
    return ncl_weights_open(model->container, &model->arena.allocator, model->compat, model->seed, diag, weights);
}
