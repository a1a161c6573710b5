/* SPDX-License-Identifier: Apache-2.0 */
/* The images of a batch one after the other: the run list of one image again for each, with other places of inputs and
 * outputs. What lies between the steps of an image stays in near caches, and the memory of two serves all of them. */
#include "emit/cost.h"
#include "emit/parts.h"
#include "plan/plan_make.h"

#define STEP_US   5.0  /* cores that wait for each other at the end of a step, and its start */
#define FAR_RATE  20.0 /* GB/s of memory */
#define NEAR_RATE 30.0 /* of the third cache */
#define NEAR_PART 8    /* of it: what is larger has gone when the next step reads it (docs/networks.md) */

#define SIDE_BY_SIDE 2 /* parts of a batch */

static double weights_rate(const struct ncl_plan *plan)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < plan->tensor_count; i++)
        if (plan->tensor[i].base == NCL_NO_TENSOR && plan->tensor[i].storage == NCL_STORE_WEIGHT)
            bytes += plan->tensor[i].bytes;
    return ncl_target_keeps(&plan->target, bytes) ? NEAR_RATE : FAR_RATE;
}

/* Each step reads its weights anew. */
void ncl_plan_estimate(struct ncl_plan *plan)
{
    const uint64_t near = plan->target.l3 / NEAR_PART;
    const double rate = weights_rate(plan);
    double far = 0;
    plan->fixed_us = STEP_US * (double)plan->run.count;
    for (size_t i = 0; i < plan->run.count; i++) {
        const struct ncl_step *step = &plan->run.step[i];
        for (unsigned k = 0; k < step->tensor_count; k++) {
            const struct ncl_plan_tensor *tensor = &plan->tensor[step->tensor[k]];
            const bool weight = plan->tensor[ncl_plan_root(plan, step->tensor[k])].storage == NCL_STORE_WEIGHT;
            if (step->unread >> k & 1)
                continue;
            if (weight)
                plan->fixed_us += ncl_cost_bytes((double)tensor->bytes, rate);
            else if (tensor->bytes > near)
                far += ncl_cost_bytes((double)tensor->bytes, FAR_RATE);
        }
    }
    plan->moves_us = plan->fixed_us + far;
}

/* ---- the same steps again ---- */

struct repeat {
    struct ncl_lower *lower;
    ncl_ref *again; /* by ref: the tensor of this image in the place of that of the first one; NCL_NO_TENSOR: not met */
    size_t count;   /* tensors of the first one */
    uint64_t part;  /* its number */
};

/* The memory of an input or output becomes the first image of a tensor of all of them. */
static ncl_ref all_parts(struct ncl_lower *lower, ncl_ref ref, int64_t parts)
{
    const ncl_ref root = ncl_plan_root(lower->plan, ref);
    struct ncl_plan_tensor whole = lower->plan->tensor[root];
    whole.shape = lower->plan->tensor[ref].shape;
    if (__builtin_mul_overflow(whole.shape.extent[0], parts, &whole.shape.extent[0]) ||
        __builtin_mul_overflow(whole.bytes, (uint64_t)parts, &whole.bytes))
        ncl_parts_fail(lower, ncl_error(lower->diag, NNEFCL_ERR_LIMIT, NCL_NOWHERE,
                                        "tensor '%s' of all images takes more than 2^64 bytes", whole.name));
    const ncl_ref made = ncl_parts_tensor(lower, &whole);
    if (!lower->status)
        lower->plan->tensor[root].base = made;
    return made;
}

static bool is_own(const struct ncl_plan *plan, ncl_ref ref)
{
    const enum ncl_storage storage = plan->tensor[ncl_plan_root(plan, ref)].storage;
    return storage == NCL_STORE_ARENA || storage == NCL_STORE_INPUT || storage == NCL_STORE_OUTPUT;
}

static ncl_ref tensor_again(struct repeat *repeat, ncl_ref ref)
{
    struct ncl_lower *lower = repeat->lower;
    if (lower->status || !is_own(lower->plan, ref))
        return ref;
    if (repeat->again[ref] != NCL_NO_TENSOR)
        return repeat->again[ref];
    struct ncl_plan_tensor tensor = lower->plan->tensor[ref];
    const struct ncl_plan_tensor *base =
        tensor.base == NCL_NO_TENSOR ? NULL : &lower->plan->tensor[tensor.base];
    if (base && base->base == NCL_NO_TENSOR && base->storage != NCL_STORE_ARENA)
        tensor.base_offset = repeat->part * tensor.bytes;
    else if (base)
        tensor.base = tensor_again(repeat, tensor.base);
    return repeat->again[ref] = ncl_parts_tensor(lower, &tensor);
}

static void steps_again(struct repeat *repeat, size_t steps)
{
    struct ncl_plan *plan = repeat->lower->plan;
    for (size_t i = 0; i < repeat->count; i++)
        repeat->again[i] = NCL_NO_TENSOR;
    for (size_t i = 0; i < steps && !repeat->lower->status; i++) {
        struct ncl_step step = plan->run.step[i];
        for (unsigned k = 0; k < step.tensor_count; k++)
            step.tensor[k] = tensor_again(repeat, step.tensor[k]);
        if (!NCL_GROW(repeat->lower->arena, plan->run.step, plan->run.count, plan->run.capacity))
            ncl_parts_nomem(repeat->lower);
        else
            plan->run.step[plan->run.count++] = step;
    }
}

/* Steps of two parts by turns: a core that finds no more tasks of the one begins with the other's, which is the same
 * step with the same weights. */
static void take_turns(struct ncl_lower *lower, size_t steps, size_t parts)
{
    struct ncl_plan *plan = lower->plan;
    struct ncl_step *turns = NCL_NEW_ARRAY(lower->arena, struct ncl_step, plan->run.count);
    size_t at = 0;
    if (!turns) {
        ncl_parts_nomem(lower);
        return;
    }
    for (size_t p = 0; p < parts; p += SIDE_BY_SIDE)
        for (size_t i = 0; i < steps; i++)
            for (size_t q = p; q < p + SIDE_BY_SIDE && q < parts; q++)
                turns[at++] = plan->run.step[q * steps + i];
    plan->run.step = turns;
    plan->run.capacity = plan->run.count;
}

nnefcl_status ncl_plan_repeat(struct ncl_lower *lower, int64_t parts)
{
    struct ncl_plan *plan = lower->plan;
    const size_t steps = plan->run.count;
    for (size_t i = 0; i < plan->input_count && !lower->status; i++)
        plan->input[i] = all_parts(lower, plan->input[i], parts);
    for (size_t i = 0; i < plan->output_count && !lower->status; i++)
        plan->output[i] = all_parts(lower, plan->output[i], parts);
    struct repeat repeat = {.lower = lower, .count = plan->tensor_count};
    if (!(repeat.again = NCL_NEW_ARRAY(lower->arena, ncl_ref, repeat.count)))
        return ncl_parts_nomem(lower);
    for (repeat.part = 1; repeat.part < (uint64_t)parts && !lower->status; repeat.part++)
        steps_again(&repeat, steps);
    plan->moves_us *= (double)parts;
    plan->fixed_us *= (double)parts;
    if (!lower->status)
        take_turns(lower, steps, (size_t)parts);
    return lower->status;
}
