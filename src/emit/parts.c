/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/parts.h"

#include "emit/share.h"

#include <string.h>

nnefcl_status ncl_parts_fail(struct ncl_lower *lower, nnefcl_status status)
{
    if (!lower->status)
        lower->status = status;
    return lower->status;
}

nnefcl_status ncl_parts_nomem(struct ncl_lower *lower)
{
    return lower->status ? lower->status : ncl_parts_fail(lower, ncl_nomem(lower->diag));
}

const char *ncl_parts_text(struct ncl_lower *lower, const char *text)
{
    const char *copy = ncl_arena_strdup(lower->arena, text ? text : "");
    if (!copy)
        ncl_parts_nomem(lower);
    return copy;
}

/* ---- tensors and steps ---- */

ncl_ref ncl_parts_tensor(struct ncl_lower *lower, const struct ncl_plan_tensor *tensor)
{
    struct ncl_plan *plan = lower->plan;
    if (lower->status)
        return NCL_NO_TENSOR;
    const char *name = ncl_parts_text(lower, tensor->name);
    if (!name || !NCL_GROW(lower->arena, plan->tensor, plan->tensor_count, plan->tensor_capacity) ||
        !NCL_GROW(lower->arena, lower->constant, plan->tensor_count, lower->constant_capacity) ||
        !NCL_GROW(lower->arena, lower->life, plan->tensor_count, lower->life_capacity)) {
        ncl_parts_nomem(lower);
        return NCL_NO_TENSOR;
    }
    const ncl_ref ref = (ncl_ref)plan->tensor_count++;
    plan->tensor[ref] = *tensor;
    plan->tensor[ref].name = name;
    lower->constant[ref] = false;
    lower->life[ref] = (struct ncl_life){.first = UINT32_MAX};
    return ref;
}

/* A step may come from the body of an operation in stdlib.nnef: then the place of the invocation in the document. The
 * calls that led there are given up, the place says enough of a step. */
static struct ncl_loc place_in_document(const struct ncl_lower *lower, struct ncl_loc at)
{
    while (at.call && at.source != lower->graph->source)
        at = at.call->at;
    at.source = at.source == lower->graph->source ? &lower->plan->source : NULL;
    at.call = NULL;
    return at;
}

struct ncl_step *ncl_parts_step(struct ncl_lower *lower, struct ncl_steps *list, const struct ncl_step *step)
{
    if (lower->status)
        return NULL;
    if (!NCL_GROW(lower->arena, list->step, list->count, list->capacity)) {
        ncl_parts_nomem(lower);
        return NULL;
    }
    for (unsigned i = 0; list == &lower->plan->run && i < step->tensor_count; i++)
        ncl_share_touch(lower, step->tensor[i]);
    struct ncl_step *added = &list->step[list->count++];
    *added = *step;
    added->at = place_in_document(lower, step->at);
    return added;
}

/* ---- kernels ---- */

/* Names are text of ours, but those of a registered operation belong to the model. */
nnefcl_status ncl_parts_fields(struct ncl_lower *lower, struct ncl_kernel *kernel, const char *const *name,
                               size_t count)
{
    const char **copy = kernel->source ? NCL_NEW_ARRAY(lower->arena, const char *, count) : NULL;
    if (kernel->source && !copy)
        return ncl_parts_nomem(lower);
    for (size_t i = 0; copy && i < count; i++)
        copy[i] = i && strcmp(name[i], name[i - 1]) == 0 ? copy[i - 1] : ncl_parts_text(lower, name[i]);
    kernel->size_name = copy ? copy : name;
    kernel->size_count = count;
    return lower->status;
}

nnefcl_status ncl_parts_kernel(struct ncl_lower *lower, const struct ncl_kernel *kernel, uint32_t *index)
{
    struct ncl_plan *plan = lower->plan;
    struct ncl_kernel added = *kernel;
    added.define = NCL_NEW_ARRAY(lower->arena, struct ncl_define, kernel->define_count);
    if (!added.define || !NCL_GROW(lower->arena, plan->kernel, plan->kernel_count, plan->kernel_capacity))
        return ncl_parts_nomem(lower);
    memcpy(added.define, kernel->define, kernel->define_count * sizeof *added.define);
    if (kernel->source) {
        added.body = ncl_parts_text(lower, kernel->body);
        added.source = ncl_parts_text(lower, kernel->source);
    }
    ncl_parts_fields(lower, &added, kernel->size_name, kernel->size_count);
    *index = (uint32_t)plan->kernel_count;
    plan->kernel[plan->kernel_count++] = added;
    return lower->status;
}
