/* SPDX-License-Identifier: Apache-2.0 */
/* Plans whose tensors can be read after a run: which keep their memory, and where the tensors of the graph are then. */

#include "emit/after.h"
#include "emit/forms.h"
#include "plan/plan_make.h"

/* What is read after a run is read in the plain form. */
static nnefcl_status make_plain(struct ncl_lower *lower)
{
    for (size_t i = 0; i < lower->graph->tensor_count && !lower->status; i++) {
        const ncl_ref any = ncl_forms_any(lower, lower->graph->tensor[i]);
        if (any == NCL_NO_TENSOR || any == lower->tensor[i])
            continue;
        lower->node_constant = lower->constant[any];
        ncl_lower_tensor(lower, lower->graph->tensor[i]);
    }
    return lower->status;
}

/* Does the device compute it as a part of another tensor, which its readers read instead (passes horizontal, heads)? */
static bool is_part(const struct ncl_lower *lower, const struct ncl_tensor *tensor)
{
    if (lower->tensor[tensor->id] != NCL_NO_TENSOR || !ncl_node_is(tensor->producer, "slice"))
        return false;
    const ncl_ref whole = lower->tensor[ncl_node_tensor(tensor->producer, "input")->id];
    return whole != NCL_NO_TENSOR && lower->plan->tensor[ncl_plan_root(lower->plan, whole)].storage == NCL_STORE_ARENA;
}

/* It is cut out at the end of the run. */
static nnefcl_status cut_parts(struct ncl_lower *lower)
{
    lower->node_constant = false;
    for (size_t i = 0; i < lower->graph->tensor_count && !lower->status; i++)
        if (is_part(lower, lower->graph->tensor[i]))
            ncl_after_lower(lower, lower->graph->tensor[i]->producer);
    return lower->status;
}

nnefcl_status ncl_keep_tensors(struct ncl_lower *lower)
{
    struct ncl_plan *plan = lower->plan;
    if (make_plain(lower) || cut_parts(lower))
        return lower->status;
    bool *loaded = NCL_NEW_ARRAY(lower->arena, bool, plan->tensor_count);
    if (!loaded)
        return ncl_nomem(lower->diag);
    for (size_t i = 0; i < plan->init.count; i++)
        if (plan->init.step[i].kind == NCL_STEP_LOAD)
            loaded[plan->init.step[i].tensor[0]] = true;
    for (size_t i = 0; i < lower->graph->tensor_count; i++) {
        if (lower->tensor[i] == NCL_NO_TENSOR)
            continue;
        const ncl_ref ref = ncl_plan_root(plan, lower->tensor[i]);
        struct ncl_plan_tensor *root = &plan->tensor[ref];
        root->kept = root->storage == NCL_STORE_ARENA;
        if (root->storage == NCL_STORE_INIT && !loaded[ref])
            root->storage = NCL_STORE_WEIGHT;
    }
    return NNEFCL_OK;
}

/* The result of an update is the new value where it counts: in the variable. */
static void hold_updates(struct ncl_lower *lower)
{
    for (size_t i = 0; i < lower->graph->node_count; i++) {
        const struct ncl_node *node = lower->graph->node[i];
        if (ncl_node_is(node, "update"))
            lower->plan->held[ncl_node_result(node, 0)->id] = lower->tensor[ncl_node_tensor(node, "variable")->id];
    }
}

nnefcl_status ncl_keep_map(struct ncl_lower *lower)
{
    struct ncl_plan *plan = lower->plan;
    plan->held = NCL_NEW_ARRAY(lower->arena, ncl_ref, lower->graph->tensor_count);
    if (!plan->held)
        return ncl_nomem(lower->diag);
    plan->held_count = lower->graph->tensor_count;
    for (size_t i = 0; i < plan->held_count; i++) {
        const ncl_ref ref = plan->held[i] = lower->tensor[i];
        if (ref == NCL_NO_TENSOR)
            continue;
        const struct ncl_plan_tensor *root = &plan->tensor[ncl_plan_root(plan, ref)];
        if (root->storage == NCL_STORE_INIT || root->buffer == UINT32_MAX) /* gone, or no step has to do with it */
            plan->held[i] = NCL_NO_TENSOR;
    }
    hold_updates(lower);
    return NNEFCL_OK;
}
