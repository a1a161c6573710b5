/* SPDX-License-Identifier: Apache-2.0 */
/* Graph to plan: passes, lowering, state, outputs, order of the init steps, memory plan (DESIGN 3). */

#include "emit/after.h"
#include "emit/blocks.h"
#include "emit/forms.h"
#include "emit/parts.h"
#include "emit/share.h"
#include "emit/tuning.h"
#include "emit/variant.h"
#include "plan/plan_make.h"
#include "plan/source.h"

static bool value_is_constant(const struct ncl_lower *lower, const struct ncl_value *value)
{
    if (value->kind == NCL_VALUE_TENSOR) {
        if (ncl_tensor_is_constant(value->tensor))
            return true;
        const ncl_ref ref = ncl_forms_any(lower, value->tensor);
        return ref != NCL_NO_TENSOR && lower->constant[ref];
    }
    if (value->kind == NCL_VALUE_ARRAY || value->kind == NCL_VALUE_TUPLE)
        for (size_t i = 0; i < value->count; i++)
            if (!value_is_constant(lower, &value->item[i]))
                return false;
    return true;
}

/* Of a node and what hangs on it: everything that they do not make themselves. */
static bool node_is_constant(const struct ncl_lower *lower, const struct ncl_node *node)
{
    bool constant = true;
    for (size_t k = 0; k < node->parameter_count; k++)
        constant &= value_is_constant(lower, &node->argument[k]);
    for (const struct ncl_after *after = node->after; after; after = after->next)
        for (size_t k = 0; k < after->node->parameter_count; k++) {
            const struct ncl_value *argument = &after->node->argument[k];
            constant &= (argument->kind == NCL_VALUE_TENSOR && ncl_node_makes(node, argument->tensor)) ||
                        value_is_constant(lower, argument);
        }
    return constant;
}

static nnefcl_status lower_nodes(struct ncl_lower *lower)
{
    const struct ncl_graph *graph = lower->graph;
    for (size_t i = 0; i < graph->node_count && !lower->status; i++) {
        lower->position = (uint32_t)i;
        lower->node_constant = node_is_constant(lower, graph->node[i]);
        ncl_after_lower(lower, graph->node[i]);
    }
    return lower->status;
}

/* ---- what happens behind the last node ---- */

static ncl_ref add_tensor_like(struct ncl_lower *lower, ncl_ref like, const char *name, enum ncl_storage storage)
{
    if (lower->status)
        return NCL_NO_TENSOR;
    struct ncl_plan_tensor tensor = lower->plan->tensor[like];
    tensor.name = name;
    tensor.storage = storage;
    tensor.base = NCL_NO_TENSOR;
    tensor.base_offset = 0;
    return ncl_parts_tensor(lower, &tensor);
}

static void add_copy(struct ncl_lower *lower, struct ncl_steps *list, ncl_ref from, ncl_ref to, struct ncl_loc at,
                     const char *format, const char *name)
{
    const struct ncl_step step = {.kind = NCL_STEP_COPY,
                                  .at = at,
                                  .name = ncl_arena_printf(lower->arena, "%s%s", name, format),
                                  .tensor_count = 2,
                                  .tensor = {from, to},
                                  .reads = 1,
                                  .writes = 2};
    if (!step.name)
        ncl_parts_nomem(lower);
    ncl_parts_step(lower, list, &step);
}

static bool is_update(const struct ncl_node *node)
{
    return ncl_node_is(node, "update");
}

/* Variables change after all operations of the cycle (4.8). A new value that is the old value of a variable is set
 * aside first: swaps work. */
static nnefcl_status lower_updates(struct ncl_lower *lower)
{
    const struct ncl_graph *graph = lower->graph;
    struct ncl_plan *plan = lower->plan;
    size_t count = 0;
    for (size_t i = 0; i < graph->node_count; i++)
        count += is_update(graph->node[i]);
    ncl_ref *value = NCL_NEW_ARRAY(lower->arena, ncl_ref, count);
    const struct ncl_node **update = NCL_NEW_ARRAY(lower->arena, const struct ncl_node *, count);
    if (!value || !update)
        return lower->status = ncl_nomem(lower->diag);
    count = 0;
    for (size_t i = 0; i < graph->node_count && !lower->status; i++) {
        if (!is_update(graph->node[i]))
            continue;
        const struct ncl_node *node = update[count] = graph->node[i];
        value[count] = ncl_lower_tensor(lower, ncl_node_tensor(node, "value"));
        if (!lower->status && plan->tensor[ncl_plan_root(plan, value[count])].storage == NCL_STORE_STATE) {
            const ncl_ref old = value[count];
            value[count] = add_tensor_like(lower, old, "old", NCL_STORE_ARENA);
            if (!lower->status)
                add_copy(lower, &plan->run, old, value[count], node->at, " = update (old value)",
                         ncl_node_result(node, 0)->name);
        }
        count++;
    }
    for (size_t i = 0; i < count && !lower->status; i++) {
        const ncl_ref state = ncl_lower_tensor(lower, ncl_node_tensor(update[i], "variable"));
        if (!lower->status)
            add_copy(lower, &plan->run, value[i], state, update[i]->at, " = update",
                     ncl_node_result(update[i], 0)->name);
    }
    return lower->status;
}

static const struct ncl_tensor *first_of(const struct ncl_graph *graph, const struct ncl_variable *variable)
{
    size_t i = 0;
    while (graph->tensor[i]->variable != variable)
        i++;
    return graph->tensor[i];
}

/* The initial values stay in memory of their own, and a copy makes them the state: the same one behind init and for a
 * reset. */
static void add_state(struct ncl_lower *lower, const struct ncl_variable *variable)
{
    struct ncl_plan *plan = lower->plan;
    const struct ncl_tensor *tensor = first_of(lower->graph, variable);
    const ncl_ref ref = ncl_lower_tensor(lower, tensor); /* there is one: that of its update */
    const ncl_ref initial = add_tensor_like(lower, ref, "initial", NCL_STORE_WEIGHT);
    if (lower->status)
        return;
    for (size_t i = 0; i < plan->init.count; i++)
        if (plan->init.step[i].kind == NCL_STEP_LOAD && plan->init.step[i].tensor[0] == ref)
            plan->init.step[i].tensor[0] = initial;
    add_copy(lower, &plan->reset, initial, ref, tensor->at, " (initial value)", tensor->name);
    plan->state[plan->state_count++] = (struct ncl_plan_state){ncl_parts_text(lower, tensor->name),
                                                               ncl_parts_text(lower, variable->label), ref, initial};
}

static nnefcl_status lower_state(struct ncl_lower *lower)
{
    const struct ncl_graph *graph = lower->graph;
    size_t count = 0;
    for (size_t i = 0; i < graph->variable_count; i++)
        count += graph->variable[i]->updated;
    lower->plan->state = NCL_NEW_ARRAY(lower->arena, struct ncl_plan_state, count);
    if (!lower->plan->state)
        return lower->status = ncl_nomem(lower->diag);
    for (size_t i = 0; i < graph->variable_count && !lower->status; i++)
        if (graph->variable[i]->updated)
            add_state(lower, graph->variable[i]);
    return lower->status;
}

/* Can the memory of this tensor be the buffer of an output: it is computed in each run, nobody else has it, and the
 * output is all of it. */
static bool can_be_output(const struct ncl_lower *lower, ncl_ref ref, ncl_ref root)
{
    const struct ncl_plan *plan = lower->plan;
    if (plan->tensor[root].storage != NCL_STORE_ARENA || plan->tensor[root].bytes != plan->tensor[ref].bytes ||
        !ncl_layout_is_plain(&plan->tensor[root].layout))
        return false;
    for (size_t i = 0; i < plan->init.count; i++)
        for (unsigned k = 0; k < plan->init.step[i].tensor_count; k++)
            if (ncl_plan_root(plan, plan->init.step[i].tensor[k]) == root)
                return false;
    return true;
}

/* Copies of outputs go in front of the copies of updates: an output that is a variable shows the value it had in this
 * cycle. */
static nnefcl_status lower_outputs(struct ncl_lower *lower)
{
    struct ncl_plan *plan = lower->plan;
    for (uint32_t i = 0; i < plan->output_count && !lower->status; i++) {
        const struct ncl_tensor *tensor = lower->graph->output[i];
        const ncl_ref ref = ncl_lower_tensor(lower, tensor);
        if (lower->status)
            break;
        const ncl_ref root = ncl_plan_root(plan, ref);
        if (can_be_output(lower, ref, root)) {
            plan->tensor[root].storage = NCL_STORE_OUTPUT;
            plan->tensor[root].io = i;
            plan->output[i] = ref;
            continue;
        }
        plan->output[i] = add_tensor_like(lower, ref, tensor->name, NCL_STORE_OUTPUT);
        if (lower->status)
            break;
        plan->tensor[plan->output[i]].io = i;
        add_copy(lower, &plan->run, ref, plan->output[i], tensor->at, " (output)", tensor->name);
    }
    return lower->status;
}

static nnefcl_status lower_inputs(struct ncl_lower *lower)
{
    struct ncl_plan *plan = lower->plan;
    for (uint32_t i = 0; i < plan->input_count && !lower->status; i++) {
        plan->input[i] = ncl_lower_tensor(lower, lower->graph->input[i]);
        if (!lower->status)
            plan->tensor[plan->input[i]].io = i;
    }
    return lower->status;
}

/* What init makes and a run reads stays; the rest is only needed during init. */
static void keep_weights(struct ncl_plan *plan)
{
    for (size_t i = 0; i < plan->run.count; i++) {
        const struct ncl_step *step = &plan->run.step[i];
        for (unsigned k = 0; k < step->tensor_count; k++) {
            struct ncl_plan_tensor *root = &plan->tensor[ncl_plan_root(plan, step->tensor[k])];
            if (root->storage == NCL_STORE_INIT)
                root->storage = NCL_STORE_WEIGHT;
        }
    }
}

static nnefcl_status make_plan_parts(struct ncl_lower *lower, const struct ncl_graph *graph,
                                     const struct ncl_plan_options *options)
{
    struct ncl_plan *plan = lower->plan;
    plan->input_count = graph->input_count;
    plan->output_count = graph->output_count;
    plan->input = NCL_NEW_ARRAY(lower->arena, ncl_ref, graph->input_count);
    plan->output = NCL_NEW_ARRAY(lower->arena, ncl_ref, graph->output_count);
    lower->tensor = NCL_NEW_ARRAY(lower->arena, ncl_ref, graph->tensor_count);
    lower->form = NCL_NEW_ARRAY(lower->arena, struct ncl_form *, graph->tensor_count);
    lower->variable = NCL_NEW_ARRAY(lower->arena, ncl_ref, graph->variable_count);
    lower->joined = NCL_NEW_ARRAY(lower->arena, const struct ncl_node *, graph->tensor_count);
    if (!plan->input || !plan->output || !lower->tensor || !lower->form || !lower->joined || !lower->variable)
        return ncl_nomem(lower->diag);
    for (size_t i = 0; i < graph->variable_count; i++)
        lower->variable[i] = NCL_NO_TENSOR;
    for (size_t i = 0; i < graph->tensor_count; i++)
        lower->tensor[i] = NCL_NO_TENSOR;
    nnefcl_status status = options->keep_tensors ? NNEFCL_OK : ncl_share_begin(lower);
    if (!status)
        status = lower_inputs(lower);
    if (!status)
        status = ncl_blocks_decide(lower);
    if (!status)
        status = lower_nodes(lower);
    if (!status)
        status = lower_outputs(lower);
    if (!status)
        status = lower_updates(lower);
    if (!status)
        status = lower_state(lower);
    if (status)
        return status;
    keep_weights(plan);
    if (options->keep_tensors)
        status = ncl_keep_tensors(lower);
    if (!status && options->half)
        status = ncl_plan_halves(lower);
    if (!status)
        status = ncl_schedule_init(plan, graph, lower->arena, lower->diag);
    ncl_plan_estimate(plan);
    if (!status && options->parts > 1)
        status = ncl_plan_repeat(lower, options->parts);
    if (!status)
        status = ncl_memplan(plan, options, lower->arena, lower->diag);
    if (!status && ncl_source_keys(plan, &lower->arena->allocator))
        status = ncl_nomem(lower->diag);
    if (!status && options->keep_tensors)
        status = ncl_keep_map(lower);
    return !status && options->keep_tensors ? ncl_keep_meant(lower) : status;
}

static nnefcl_status own_names(struct ncl_lower *lower)
{
    struct ncl_plan *plan = lower->plan;
    const struct ncl_source *source = lower->graph->source;
    plan->name = ncl_parts_text(lower, lower->graph->name);
    plan->target.name = ncl_parts_text(lower, plan->target.name);
    plan->source = (struct ncl_source){.name = ncl_parts_text(lower, source->name),
                                       .path = source->path ? ncl_parts_text(lower, source->path) : NULL};
    if (source->text && !(plan->source.text = ncl_arena_strndup(lower->arena, source->text, source->length)))
        ncl_parts_nomem(lower);
    plan->source.length = source->text ? source->length : 0;
    return lower->status;
}

static nnefcl_status read_forced(struct ncl_forced *forced, const struct ncl_target *target,
                                 const struct ncl_plan_options *options, struct ncl_diag *diag)
{
    *forced = (struct ncl_forced){.exact = options->exact};
    for (size_t i = 0; i < options->kernel_count; i++) {
        const nnefcl_status status = ncl_choose_force(forced, options->kernels[i], diag);
        if (status)
            return status;
    }
    for (int i = 0; i < NCL_FAMILY_COUNT; i++) {
        const char *reason = forced->variant[i] ? ncl_variant_unfit(forced->variant[i], target, NULL) : NULL;
        if (reason)
            return ncl_error(diag, NNEFCL_ERR_UNSUPPORTED, NCL_NOWHERE, "%s on %s: %s", forced->variant[i]->name,
                             target->name, reason);
        if (options->exact && forced->variant[i] && !ncl_variant_exact(forced->variant[i]))
            return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "%s is not exact, as the precision is to be",
                             forced->variant[i]->name);
    }
    return NNEFCL_OK;
}

/* Weights of products with few rows are in half where tensors are, on devices that have kernels for it. */
static enum ncl_kept weights_kept(const struct ncl_target *target, const struct ncl_plan_options *options)
{
    const bool half = options->half && options->weights == NCL_KEPT_FLOAT && (target->cpu || target->barriers);
    return half ? NCL_KEPT_HALF : options->weights;
}

static uint64_t weights_bytes(const struct ncl_graph *graph)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < graph->tensor_count; i++)
        if (ncl_tensor_is_constant(graph->tensor[i]))
            bytes += (uint64_t)ncl_shape_volume(&graph->tensor[i]->shape) * sizeof(float);
    return bytes;
}

nnefcl_status ncl_plan_make(const struct ncl_graph *graph, unsigned compat, const struct ncl_target *target,
                            const struct ncl_plan_options *options, struct ncl_arena *arena, struct ncl_diag *diag,
                            struct ncl_plan **plan)
{
    struct ncl_forced forced;
    struct ncl_tuning tuning = {{0}};
    struct ncl_plan *made = NCL_NEW(arena, struct ncl_plan);
    if (!made)
        return ncl_nomem(diag);
    nnefcl_status status = read_forced(&forced, target, options, diag);
    if (!status && options->tuning)
        status = ncl_tuning_read(&tuning, options->tuning, target, arena, diag);
    if (status)
        return status;
    if (options->weights != NCL_KEPT_FLOAT && !target->cpu && !target->barriers)
        return ncl_error(diag, NNEFCL_ERR_UNSUPPORTED, NCL_NOWHERE,
                         "%s: weights in fewer bits need a CPU or work-groups with barriers", target->name);
    made->target = *target;
    made->target.weights = weights_bytes(graph);
    made->record_count = NCL_RECORD_HEAD;
    struct ncl_lower lower = {
        .arena = arena,
        .diag = diag,
        .plan = made,
        .graph = graph,
        .forced = &forced,
        .tuning = options->exact ? NULL : &tuning,
        .measured = options->measured,
        .long_index = options->long_index,
        .weights = weights_kept(target, options),
        .multiply_half = options->multiply_half && target->fp16,
        .compat = compat,
    };
    status = own_names(&lower);
    if (!status)
        status = make_plan_parts(&lower, graph, options);
    if (!status)
        *plan = made;
    return status;
}
