/* SPDX-License-Identifier: Apache-2.0 */
/* Which tensors of a plan lie in half (NNEFCL_PRECISION_MIXED): the one place where it is decided, behind the lowering,
 * for every kernel there is. Nothing is ever converted for it between steps.
 *
 * A body says for each of its tensors whether it can be stored in fewer bits: its parameter is of type NCL_Tk, k its
 * number, in place of float (cl/prelude.cl); what is computed stays in 32-bit floats. What a body calls a float stays
 * one: statistics of softmax and of normalizations, what reductions read and leave, sums that are made in parts,
 * transformed filters, biases. A tensor is stored in half if it is of floats, lies between steps or is made of
 * constants at init, and every step that reads or writes it, or a part of it, says so. Of constants only weights of
 * products are, for which verification allows (src/verify/halves.h).
 *
 * All forms of a tensor lie in half or none of them does, so that those who read it read the same.
 * What is moved or brought to another form is rounded once, by who computed it: such a tensor lies in half if that
 * which it is made from does. Memory of a node's own between its steps is in half for weights and for what is moved
 * only.
 *
 * Inputs, outputs, variables that are updated, integers and logicals stay as they are, and so do tensors whose elements
 * are multiples of a step, as quantization makes them. */
#include <stdio.h>
#include <string.h>

#include "emit/forms.h"
#include "emit/multiples.h"
#include "emit/parts.h"
#include "emit/variant.h"
#include "plan/kernel_text.h"
#include "plan/plan_make.h"

#define FEW 4096 /* loaded weights below stay as they are: no step is worth it */

struct halves {
    struct ncl_lower *lower;
    bool *can;         /* by ref of a root */
    uint32_t *owner;   /* by ref: the tensor of the graph that it is a form of, or UINT32_MAX */
    bool *apart;       /* by tensor id: a form of it cannot be stored in half */
    unsigned *capable; /* by kernel: bit k: its tensor k may be stored in half */
};

/* ---- what kernels say ---- */

static bool text_names(const char *text, unsigned k)
{
    char name[16];
    const int length = snprintf(name, sizeof name, "NCL_T%u", k);
    for (const char *at = text; at && (at = strstr(at, name)); at += length)
        if (at[length] < '0' || at[length] > '9')
            return true;
    return false;
}

static nnefcl_status read_kernel(struct halves *halves, uint32_t index)
{
    const struct ncl_kernel *kernel = &halves->lower->plan->kernel[index];
    struct ncl_text text;
    if (kernel->source) /* of an application, which knows floats */
        return NNEFCL_OK;
    ncl_text_init(&text, &halves->lower->arena->allocator);
    ncl_kernel_text_add(&text, kernel->body);
    for (size_t i = 0; i < kernel->define_count; i++)
        ncl_text_printf(&text, "%s\n", kernel->define[i].text);
    for (unsigned k = 0; k < kernel->tensors && !text.failed; k++)
        halves->capable[index] |= (unsigned)text_names(text.data, k) << k;
    const bool failed = text.failed;
    ncl_text_free(&text);
    return failed ? ncl_parts_nomem(halves->lower) : NNEFCL_OK;
}

/* ---- which tensors ---- */

static bool step_can(const struct halves *halves, const struct ncl_step *step, unsigned k)
{
    return step->kind == NCL_STEP_KERNEL && (halves->capable[step->kernel] | step->unread) >> k & 1;
}

static bool multiplies(const struct ncl_step *step)
{
    const struct ncl_variant *variant = step->variant ? ncl_variant_find(step->variant) : NULL;
    return variant && (variant->family == NCL_FAMILY_CONV || variant->family == NCL_FAMILY_DECONV ||
                       variant->family == NCL_FAMILY_PRODUCT);
}

/* Constants that something else than a product reads in a run. */
static void take_back_constants(struct halves *halves)
{
    const struct ncl_plan *plan = halves->lower->plan;
    for (size_t i = 0; i < plan->run.count; i++)
        for (unsigned k = 0; k < plan->run.step[i].tensor_count; k++) {
            const ncl_ref root = ncl_plan_root(plan, plan->run.step[i].tensor[k]);
            if (halves->lower->constant[root] && !multiplies(&plan->run.step[i]))
                halves->can[root] = false;
        }
}

static void take_back_half(struct halves *halves, const struct ncl_steps *list)
{
    const struct ncl_plan *plan = halves->lower->plan;
    for (size_t i = 0; i < list->count; i++)
        for (unsigned k = 0; k < list->step[i].tensor_count; k++)
            if (!step_can(halves, &list->step[i], k))
                halves->can[ncl_plan_root(plan, list->step[i].tensor[k])] = false;
}

static void take_back_multiples(struct halves *halves)
{
    const struct ncl_lower *lower = halves->lower;
    struct ncl_multiples unused;
    for (size_t i = 0; i < lower->graph->tensor_count; i++) {
        const struct ncl_tensor *tensor = lower->graph->tensor[i];
        const ncl_ref ref = ncl_forms_any(lower, tensor);
        if (ref != NCL_NO_TENSOR && tensor->dtype == NNEFCL_SCALAR && ncl_multiples_of(tensor, &unused))
            halves->can[ncl_plan_root(lower->plan, ref)] = false;
    }
}

/* Bodies that change nothing of what they read. */
static bool is_move(const struct ncl_plan *plan, const struct ncl_step *step)
{
    static const char *const moves[] = {"convert",           "convert_rows",    "conv_halo",   "strided_copy",
                                        "blocked_transpose", "transpose_group", "strided_item"};
    for (size_t i = 0; step->kind == NCL_STEP_KERNEL && i < sizeof moves / sizeof *moves; i++)
        if (strcmp(plan->kernel[step->kernel].body, moves[i]) == 0)
            return true;
    return false;
}

static void find_owners(struct halves *halves)
{
    const struct ncl_graph *graph = halves->lower->graph;
    for (ncl_ref i = 0; i < halves->lower->plan->tensor_count; i++)
        halves->owner[i] = UINT32_MAX;
    for (size_t i = 0; i < graph->tensor_count; i++)
        ncl_forms_mark(halves->lower, graph->tensor[i], halves->owner);
}

/* What a step writes that is memory of a node's own. */
static void take_back_own(struct halves *halves)
{
    const struct ncl_lower *lower = halves->lower;
    const struct ncl_plan *plan = lower->plan;
    for (size_t i = 0; i < plan->run.count; i++) {
        const struct ncl_step *step = &plan->run.step[i];
        for (unsigned k = 0; k < step->tensor_count; k++) {
            const ncl_ref ref = step->tensor[k], root = ncl_plan_root(plan, ref);
            if (step->writes >> k & 1 && halves->owner[ref] == UINT32_MAX && !lower->constant[root] &&
                !is_move(plan, step))
                halves->can[root] = false;
        }
    }
}

/* The forms of a tensor hold the same elements: all of them, or none, are in half. */
static bool take_back_forms(struct halves *halves)
{
    const struct ncl_plan *plan = halves->lower->plan;
    bool changed = false;
    for (ncl_ref i = 0; i < plan->tensor_count; i++)
        if (halves->owner[i] != UINT32_MAX)
            halves->apart[halves->owner[i]] |= !halves->can[ncl_plan_root(plan, i)];
    for (ncl_ref i = 0; i < plan->tensor_count; i++) {
        bool *const can = &halves->can[ncl_plan_root(plan, i)];
        if (halves->owner[i] == UINT32_MAX || !halves->apart[halves->owner[i]])
            continue;
        changed |= *can;
        *can = false;
    }
    return changed;
}

/* Until nothing changes: what a move reads and has not in half is not in half behind it. */
static bool take_back_moved(struct halves *halves)
{
    const struct ncl_plan *plan = halves->lower->plan;
    bool changed = false;
    for (size_t i = 0; i < plan->run.count; i++) {
        const struct ncl_step *step = &plan->run.step[i];
        if (!is_move(plan, step))
            continue;
        bool *const to = &halves->can[ncl_plan_root(plan, step->tensor[1])];
        const ncl_ref from = ncl_plan_root(plan, step->tensor[0]);
        changed |= *to && !halves->can[from];
        *to &= halves->can[from];
    }
    return changed;
}

static bool element_can(const struct ncl_plan_tensor *tensor)
{
    return tensor->dtype == NNEFCL_SCALAR && tensor->layout.element == NCL_ELEMENT_OWN;
}

static void find_tensors(struct halves *halves)
{
    const struct ncl_plan *plan = halves->lower->plan;
    for (ncl_ref i = 0; i < plan->tensor_count; i++) {
        const enum ncl_storage storage = plan->tensor[i].storage;
        halves->can[i] = storage == NCL_STORE_ARENA || storage == NCL_STORE_WEIGHT || storage == NCL_STORE_INIT;
    }
    for (ncl_ref i = 0; i < plan->tensor_count; i++)
        halves->can[ncl_plan_root(plan, i)] &= element_can(&plan->tensor[i]);
    take_back_half(halves, &plan->init);
    take_back_half(halves, &plan->run);
    take_back_half(halves, &plan->reset);
    take_back_constants(halves);
    take_back_multiples(halves);
    find_owners(halves);
    take_back_own(halves);
    while (take_back_forms(halves) | take_back_moved(halves))
        ;
}

/* ---- weights that products read as they were loaded ---- */

static bool is_loaded(const struct ncl_plan *plan, ncl_ref ref)
{
    bool loaded = false;
    for (size_t i = 0; i < plan->init.count; i++) {
        const struct ncl_step *step = &plan->init.step[i];
        for (unsigned k = 0; k < step->tensor_count; k++)
            if (step->tensor[k] == ref) {
                if (step->kind != NCL_STEP_LOAD)
                    return false;
                loaded = true;
            }
    }
    return loaded && plan->tensor[ref].storage == NCL_STORE_WEIGHT && element_can(&plan->tensor[ref]) &&
           ncl_shape_volume(&plan->tensor[ref].shape) >= FEW;
}

/* Products alone read it in a run, all of it, and each can read halves. */
static bool only_products_read(const struct halves *halves, ncl_ref ref)
{
    const struct ncl_plan *plan = halves->lower->plan;
    for (size_t i = 0; i < plan->run.count; i++)
        for (unsigned k = 0; k < plan->run.step[i].tensor_count; k++) {
            const struct ncl_step *step = &plan->run.step[i];
            if (ncl_plan_root(plan, step->tensor[k]) == ref &&
                (step->tensor[k] != ref || !multiplies(step) || !step_can(halves, step, k)))
                return false;
        }
    return true;
}

static void read_instead(struct ncl_plan *plan, ncl_ref before, ncl_ref now)
{
    for (size_t i = 0; i < plan->run.count; i++)
        for (unsigned k = 0; k < plan->run.step[i].tensor_count; k++)
            if (plan->run.step[i].tensor[k] == before)
                plan->run.step[i].tensor[k] = now;
    plan->tensor[before].storage = NCL_STORE_INIT;
    plan->tensor[now].storage = NCL_STORE_WEIGHT;
}

static nnefcl_status convert_loaded(struct halves *halves)
{
    const struct ncl_layout half = {.element = NCL_ELEMENT_HALF};
    struct ncl_lower *lower = halves->lower;
    const size_t count = lower->plan->tensor_count;
    lower->node_constant = true;
    for (ncl_ref i = 0; i < count && !lower->status; i++)
        if (is_loaded(lower->plan, i) && only_products_read(halves, i)) {
            const ncl_ref now = ncl_forms_convert(lower, i, &half);
            if (!lower->status)
                read_instead(lower->plan, i, now);
        }
    return lower->status;
}

/* ---- in half ---- */

static void store_tensors(const struct halves *halves)
{
    struct ncl_plan *plan = halves->lower->plan;
    for (ncl_ref i = 0; i < plan->tensor_count; i++) {
        struct ncl_plan_tensor *tensor = &plan->tensor[i];
        if (!halves->can[ncl_plan_root(plan, i)])
            continue;
        tensor->layout.element = NCL_ELEMENT_HALF;
        tensor->bytes = ncl_layout_bytes(&tensor->layout, tensor->dtype, &tensor->shape);
        tensor->base_offset /= 2;
    }
}

static bool may_be_half(const struct ncl_plan *plan, ncl_ref ref)
{
    return plan->tensor[ref].layout.element == NCL_ELEMENT_HALF;
}

/* An element lies in another place where its size is another one. */
static void mend_gives(const struct ncl_plan *plan, struct ncl_step *step)
{
    for (unsigned k = 0; k < step->tensor_count; k++)
        for (unsigned w = 0; w < step->tensor_count; w++)
            if (step->gives >> k & step->writes >> w & 1 &&
                may_be_half(plan, step->tensor[k]) != may_be_half(plan, step->tensor[w]))
                step->gives &= ~(1u << k);
}

static nnefcl_status add_define(struct ncl_lower *lower, struct ncl_kernel *kernel, unsigned k)
{
    const char *name = ncl_arena_printf(lower->arena, "NCL_T%u", k);
    size_t at = kernel->define_count;
    if (!name)
        return ncl_parts_nomem(lower);
    for (; at && strcmp(kernel->define[at - 1].name, name) > 0; at--)
        kernel->define[at] = kernel->define[at - 1];
    kernel->define[at] = (struct ncl_define){name, "half"};
    kernel->define_count++;
    return NNEFCL_OK;
}

/* A kernel for each set of tensors in half that steps have. */
struct stored {
    uint32_t kernel;
    unsigned halves;
};

static nnefcl_status add_halved_kernel(struct ncl_lower *lower, const struct ncl_kernel *kernel, unsigned halves,
                                       uint32_t *index)
{
    struct ncl_kernel added = *kernel;
    added.define = NCL_NEW_ARRAY(lower->arena, struct ncl_define, kernel->define_count + NCL_STEP_TENSORS);
    if (!added.define)
        return ncl_parts_nomem(lower);
    memcpy(added.define, kernel->define, kernel->define_count * sizeof *added.define);
    for (unsigned k = 0; k < kernel->tensors && !lower->status; k++)
        if (halves >> k & 1)
            add_define(lower, &added, k);
    return lower->status ? lower->status : ncl_parts_kernel(lower, &added, index);
}

static nnefcl_status find_kernel(struct ncl_lower *lower, const struct ncl_kernel *before, struct stored *stored,
                                 struct ncl_step *step)
{
    struct ncl_plan *plan = lower->plan;
    unsigned halves = 0;
    uint32_t at = 0;
    for (unsigned k = 0; k < step->tensor_count; k++)
        halves |= (unsigned)may_be_half(plan, step->tensor[k]) << k;
    halves &= ~step->unread;
    while (at < plan->kernel_count && (stored[at].kernel != step->kernel || stored[at].halves != halves))
        at++;
    if (at == plan->kernel_count) {
        stored[at] = (struct stored){step->kernel, halves};
        if (add_halved_kernel(lower, &before[step->kernel], halves, &at))
            return lower->status;
    }
    step->kernel = at;
    return NNEFCL_OK;
}

static nnefcl_status store_kernels(struct ncl_lower *lower)
{
    struct ncl_plan *plan = lower->plan;
    struct ncl_steps *const lists[] = {&plan->init, &plan->run};
    const struct ncl_kernel *before = plan->kernel;
    struct stored *stored = NCL_NEW_ARRAY(lower->arena, struct stored, plan->init.count + plan->run.count);
    if (!stored)
        return ncl_parts_nomem(lower);
    plan->kernel = NULL;
    plan->kernel_count = plan->kernel_capacity = 0;
    for (int l = 0; l < 2; l++)
        for (size_t i = 0; i < lists[l]->count && !lower->status; i++) {
            if (lists[l]->step[i].kind != NCL_STEP_KERNEL)
                continue;
            mend_gives(plan, &lists[l]->step[i]);
            find_kernel(lower, before, stored, &lists[l]->step[i]);
        }
    return lower->status;
}

static nnefcl_status read_kernels(struct halves *halves)
{
    struct ncl_lower *lower = halves->lower;
    halves->capable = NCL_NEW_ARRAY(lower->arena, unsigned, lower->plan->kernel_count);
    if (!halves->capable)
        return ncl_parts_nomem(lower);
    for (uint32_t i = 0; i < lower->plan->kernel_count && !lower->status; i++)
        read_kernel(halves, i);
    return lower->status;
}

nnefcl_status ncl_plan_halves(struct ncl_lower *lower)
{
    struct halves halves = {.lower = lower};
    if (read_kernels(&halves) || convert_loaded(&halves) || read_kernels(&halves))
        return lower->status;
    halves.can = NCL_NEW_ARRAY(lower->arena, bool, lower->plan->tensor_count);
    halves.owner = NCL_NEW_ARRAY(lower->arena, uint32_t, lower->plan->tensor_count);
    halves.apart = NCL_NEW_ARRAY(lower->arena, bool, lower->graph->tensor_count);
    if (!halves.can || !halves.owner || !halves.apart)
        return ncl_parts_nomem(lower);
    lower->plan->halves = true;
    lower->plan->weights_off = lower->weights == NCL_KEPT_HALF ? 0 : lower->plan->weights_off;
    find_tensors(&halves);
    store_tensors(&halves);
    return store_kernels(lower);
}
