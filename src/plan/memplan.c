/* SPDX-License-Identifier: Apache-2.0 */
/* Every tensor of the plan gets a buffer and an offset. Weights, state, inputs and outputs stay; what lives between
 * steps shares memory by liveness: steps are walked in order, memory is taken where it fits best and given back after
 * the last use. No buffer is larger than the device's largest allocation. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "plan/plan_make.h"

struct hole {
    uint64_t offset, bytes;
};

/* Free memory inside one buffer, sorted by offset, no two adjacent. */
struct pool {
    uint32_t buffer;
    struct hole *hole;
    size_t count, capacity;
};

struct planner {
    struct ncl_plan *plan;
    const struct ncl_plan_options *options;
    struct ncl_arena *arena;
    struct ncl_diag *diag;
    struct pool *pool;
    size_t pool_count, pool_capacity;
};

static nnefcl_status nomem(struct planner *planner)
{
    return ncl_nomem(planner->diag);
}

static nnefcl_status add_buffer(struct planner *planner, enum ncl_storage storage, uint64_t bytes, uint32_t io,
                                uint32_t *index)
{
    struct ncl_plan *plan = planner->plan;
    if (!NCL_GROW(planner->arena, plan->buffer, plan->buffer_count, plan->buffer_capacity))
        return nomem(planner);
    *index = (uint32_t)plan->buffer_count++;
    plan->buffer[*index] = (struct ncl_buffer){.bytes = bytes, .storage = storage, .io = io};
    return NNEFCL_OK;
}

static uint64_t aligned(const struct planner *planner, uint64_t bytes)
{
    const uint64_t unit = planner->plan->target.alignment;
    return (bytes + unit - 1) / unit * unit;
}

static struct ncl_loc place_of_tensor(const struct ncl_plan *plan, ncl_ref ref)
{
    const struct ncl_steps *lists[] = {&plan->init, &plan->run};
    for (int l = 0; l < 2; l++)
        for (size_t i = 0; i < lists[l]->count; i++)
            for (unsigned k = 0; k < lists[l]->step[i].tensor_count; k++)
                if (ncl_plan_root(plan, lists[l]->step[i].tensor[k]) == ref)
                    return lists[l]->step[i].at;
    return NCL_NOWHERE;
}

static nnefcl_status check_size(struct planner *planner, ncl_ref ref)
{
    const struct ncl_plan *plan = planner->plan;
    const struct ncl_plan_tensor *tensor = &plan->tensor[ref];
    if (tensor->bytes <= plan->target.max_allocation)
        return NNEFCL_OK;
    return ncl_error(planner->diag, NNEFCL_ERR_LIMIT, place_of_tensor(plan, ref),
                     "tensor '%s' takes %llu bytes, more than the largest buffer of the device, %llu bytes",
                     tensor->name, (unsigned long long)tensor->bytes, (unsigned long long)plan->target.max_allocation);
}

/* ---- tensors that stay ---- */

/* Behind the last tensor of the newest buffer of this storage, or in a new buffer when it would become too large. */
static nnefcl_status append(struct planner *planner, ncl_ref ref, uint32_t *current)
{
    struct ncl_plan *plan = planner->plan;
    struct ncl_plan_tensor *tensor = &plan->tensor[ref];
    uint64_t offset = 0;
    if (*current != UINT32_MAX)
        offset = aligned(planner, plan->buffer[*current].bytes);
    if (*current == UINT32_MAX || planner->options->separate_buffers ||
        offset + tensor->bytes > plan->target.max_allocation) {
        const nnefcl_status status = add_buffer(planner, tensor->storage, 0, 0, current);
        if (status)
            return status;
        offset = 0;
    }
    plan->buffer[*current].bytes = offset + tensor->bytes;
    tensor->buffer = *current;
    tensor->offset = offset;
    return NNEFCL_OK;
}

static nnefcl_status place_lasting(struct planner *planner, enum ncl_storage storage)
{
    struct ncl_plan *plan = planner->plan;
    uint32_t current = UINT32_MAX;
    nnefcl_status status = NNEFCL_OK;
    for (ncl_ref i = 0; i < plan->tensor_count && !status; i++)
        if (plan->tensor[i].base == NCL_NO_TENSOR && plan->tensor[i].storage == storage)
            status = append(planner, i, &current);
    return status;
}

static nnefcl_status place_io(struct planner *planner)
{
    struct ncl_plan *plan = planner->plan;
    nnefcl_status status = NNEFCL_OK;
    for (ncl_ref i = 0; i < plan->tensor_count && !status; i++) {
        struct ncl_plan_tensor *tensor = &plan->tensor[i];
        if (tensor->base == NCL_NO_TENSOR &&
            (tensor->storage == NCL_STORE_INPUT || tensor->storage == NCL_STORE_OUTPUT)) {
            status = add_buffer(planner, tensor->storage, tensor->bytes, tensor->io, &tensor->buffer);
            tensor->offset = 0;
        }
    }
    return status;
}

/* ---- tensors that live between steps ---- */

static bool take_hole(struct pool *pool, uint64_t bytes, uint64_t *offset)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < pool->count; i++)
        if (pool->hole[i].bytes >= bytes && (best == SIZE_MAX || pool->hole[i].bytes < pool->hole[best].bytes))
            best = i;
    if (best == SIZE_MAX)
        return false;
    *offset = pool->hole[best].offset;
    pool->hole[best].offset += bytes;
    pool->hole[best].bytes -= bytes;
    if (pool->hole[best].bytes == 0) {
        memmove(pool->hole + best, pool->hole + best + 1, (pool->count - best - 1) * sizeof *pool->hole);
        pool->count--;
    }
    return true;
}

/* Grows the buffer at its end, a hole there included. */
static bool take_end(struct planner *planner, struct pool *pool, uint64_t bytes, uint64_t *offset)
{
    struct ncl_buffer *buffer = &planner->plan->buffer[pool->buffer];
    uint64_t start = buffer->bytes;
    const bool touches =
        pool->count && pool->hole[pool->count - 1].offset + pool->hole[pool->count - 1].bytes == buffer->bytes;
    if (touches)
        start = pool->hole[pool->count - 1].offset;
    if (start + bytes > planner->plan->target.max_allocation && start != 0)
        return false;
    pool->count -= touches;
    buffer->bytes = start + bytes;
    *offset = start;
    return true;
}

static nnefcl_status take_room(struct planner *planner, struct ncl_plan_tensor *tensor)
{
    const uint64_t bytes = aligned(planner, tensor->bytes);
    if (!planner->options->separate_buffers) {
        for (size_t i = 0; i < planner->pool_count; i++) {
            tensor->buffer = planner->pool[i].buffer;
            if (take_hole(&planner->pool[i], bytes, &tensor->offset))
                return NNEFCL_OK;
        }
        for (size_t i = 0; i < planner->pool_count; i++) {
            tensor->buffer = planner->pool[i].buffer;
            if (take_end(planner, &planner->pool[i], bytes, &tensor->offset))
                return NNEFCL_OK;
        }
    }
    const nnefcl_status status = add_buffer(planner, tensor->storage, bytes, 0, &tensor->buffer);
    if (status)
        return status;
    tensor->offset = 0;
    if (!NCL_GROW(planner->arena, planner->pool, planner->pool_count, planner->pool_capacity))
        return nomem(planner);
    planner->pool[planner->pool_count++] = (struct pool){.buffer = tensor->buffer};
    return NNEFCL_OK;
}

static nnefcl_status give_back(struct planner *planner, const struct ncl_plan_tensor *tensor)
{
    if (planner->options->separate_buffers || tensor->kept || tensor->given)
        return NNEFCL_OK;
    struct pool *pool = planner->pool;
    while (pool->buffer != tensor->buffer)
        pool++;
    if (!NCL_GROW(planner->arena, pool->hole, pool->count, pool->capacity))
        return nomem(planner);
    struct hole hole = {tensor->offset, aligned(planner, tensor->bytes)};
    size_t low = 0, high = pool->count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (pool->hole[middle].offset < hole.offset)
            low = middle + 1;
        else
            high = middle;
    }
    memmove(pool->hole + low + 1, pool->hole + low, (pool->count - low) * sizeof *pool->hole);
    pool->hole[low] = hole;
    pool->count++;
    for (size_t i = low ? low - 1 : 0; i < pool->count - 1 && i <= low;) {
        if (pool->hole[i].offset + pool->hole[i].bytes != pool->hole[i + 1].offset) {
            i++;
            continue;
        }
        pool->hole[i].bytes += pool->hole[i + 1].bytes;
        memmove(pool->hole + i + 1, pool->hole + i + 2, (pool->count - i - 2) * sizeof *pool->hole);
        pool->count--;
    }
    return NNEFCL_OK;
}

static void find_lifetimes(struct ncl_plan *plan, const struct ncl_steps *steps, enum ncl_storage storage)
{
    for (size_t i = 0; i < steps->count; i++)
        for (unsigned k = 0; k < steps->step[i].tensor_count; k++) {
            struct ncl_plan_tensor *root = &plan->tensor[ncl_plan_root(plan, steps->step[i].tensor[k])];
            if (root->storage != storage)
                continue;
            if (root->first_step == UINT32_MAX)
                root->first_step = (uint32_t)i;
            root->last_step = (uint32_t)i;
        }
}

/* Its own memory, between steps, which nobody else is to see. */
static bool is_passing(const struct ncl_plan_tensor *tensor, enum ncl_storage storage)
{
    return tensor->base == NCL_NO_TENSOR && tensor->storage == storage && !tensor->kept;
}

static unsigned operands_of(const struct ncl_plan *plan, const struct ncl_step *step, ncl_ref root)
{
    unsigned count = 0;
    for (unsigned k = 0; k < step->tensor_count; k++)
        count += ncl_plan_root(plan, step->tensor[k]) == root;
    return count;
}

/* An operand that ends here and is as large gives its memory to the result. */
static bool take_over(struct planner *planner, const struct ncl_step *step, uint32_t number, ncl_ref result)
{
    struct ncl_plan *plan = planner->plan;
    struct ncl_plan_tensor *to = &plan->tensor[result];
    if (planner->options->separate_buffers || !is_passing(to, to->storage))
        return false;
    for (unsigned k = 0; k < step->tensor_count; k++) {
        struct ncl_plan_tensor *from = &plan->tensor[step->tensor[k]];
        if (!(step->gives >> k & 1) || !is_passing(from, to->storage) || from->last_step != number ||
            from->buffer == UINT32_MAX || aligned(planner, from->bytes) != aligned(planner, to->bytes) ||
            operands_of(plan, step, step->tensor[k]) != 1)
            continue;
        to->buffer = from->buffer;
        to->offset = from->offset;
        from->given = true;
        return true;
    }
    return false;
}

/* A tensor is named once for each of its operands; the first and the last visit count. */
static nnefcl_status place_living(struct planner *planner, const struct ncl_steps *steps, enum ncl_storage storage)
{
    struct ncl_plan *plan = planner->plan;
    nnefcl_status status = NNEFCL_OK;
    planner->pool_count = 0;
    find_lifetimes(plan, steps, storage);
    for (size_t i = 0; i < steps->count && !status; i++) {
        const struct ncl_step *step = &steps->step[i];
        for (unsigned k = 0; k < step->tensor_count && !status; k++) {
            struct ncl_plan_tensor *root = &plan->tensor[ncl_plan_root(plan, step->tensor[k])];
            if (root->storage == storage && root->first_step == i && root->buffer == UINT32_MAX &&
                !take_over(planner, step, (uint32_t)i, ncl_plan_root(plan, step->tensor[k])))
                status = take_room(planner, root);
        }
        for (unsigned k = 0; k < step->tensor_count && !status; k++) {
            const ncl_ref ref = ncl_plan_root(plan, step->tensor[k]);
            bool again = false;
            for (unsigned j = 0; j < k; j++)
                again |= ncl_plan_root(plan, step->tensor[j]) == ref;
            if (!again && plan->tensor[ref].storage == storage && plan->tensor[ref].last_step == i)
                status = give_back(planner, &plan->tensor[ref]);
        }
    }
    return status;
}

/* ---- totals ---- */

static nnefcl_status add_up(struct planner *planner)
{
    struct ncl_plan *plan = planner->plan;
    uint64_t *const sums[] = {
        [NCL_STORE_ARENA] = &plan->arena_bytes,   [NCL_STORE_INIT] = &plan->init_bytes,
        [NCL_STORE_WEIGHT] = &plan->weight_bytes, [NCL_STORE_STATE] = &plan->weight_bytes,
        [NCL_STORE_INPUT] = &plan->io_bytes,      [NCL_STORE_OUTPUT] = &plan->io_bytes,
    };
    for (size_t i = 0; i < plan->buffer_count; i++) {
        uint64_t *sum = sums[plan->buffer[i].storage];
        if (__builtin_add_overflow(*sum, plan->buffer[i].bytes, sum))
            return ncl_error(planner->diag, NNEFCL_ERR_LIMIT, NCL_NOWHERE,
                             "the tensors of the model take more than 2^64 bytes");
    }
    const uint64_t limit = planner->options->memory_limit ? planner->options->memory_limit : plan->target.global_memory;
    const uint64_t during_init = plan->init_bytes > plan->arena_bytes ? plan->init_bytes : plan->arena_bytes;
    uint64_t total = plan->weight_bytes;
    if (__builtin_add_overflow(total, plan->io_bytes, &total) || __builtin_add_overflow(total, during_init, &total) ||
        total > limit)
        return ncl_error(planner->diag, NNEFCL_ERR_LIMIT, NCL_NOWHERE,
                         "the model needs %llu bytes of device memory (weights %llu, arena %llu, inputs and outputs "
                         "%llu), more than %s, %llu bytes",
                         (unsigned long long)total, (unsigned long long)plan->weight_bytes,
                         (unsigned long long)during_init, (unsigned long long)plan->io_bytes,
                         planner->options->memory_limit ? "the memory limit" : "the device has",
                         (unsigned long long)limit);
    return NNEFCL_OK;
}

/* What the host moves to and from arrays of its own; of what is kept halves become floats there. */
static bool is_read_outside(const struct ncl_plan_tensor *tensor)
{
    return tensor->kept || tensor->storage == NCL_STORE_INPUT || tensor->storage == NCL_STORE_OUTPUT ||
           tensor->storage == NCL_STORE_STATE;
}

static bool is_plain(const struct ncl_plan_tensor *tensor)
{
    const struct ncl_layout plain = {.element = tensor->kept ? tensor->layout.element : NCL_ELEMENT_OWN};
    return ncl_layout_coincide(&tensor->layout, &plain, &tensor->shape);
}

nnefcl_status ncl_memplan(struct ncl_plan *plan, const struct ncl_plan_options *options, struct ncl_arena *arena,
                          struct ncl_diag *diag)
{
    struct planner planner = {.plan = plan, .options = options, .arena = arena, .diag = diag};
    nnefcl_status status = NNEFCL_OK;
    for (ncl_ref i = 0; i < plan->tensor_count && !status; i++) {
        assert(!is_read_outside(&plan->tensor[i]) || is_plain(&plan->tensor[i]));
        plan->tensor[i].buffer = UINT32_MAX;
        if (plan->tensor[i].base == NCL_NO_TENSOR)
            status = check_size(&planner, i);
    }
    if (!status)
        status = place_io(&planner);
    if (!status)
        status = place_lasting(&planner, NCL_STORE_WEIGHT);
    if (!status)
        status = place_lasting(&planner, NCL_STORE_STATE);
    if (!status)
        status = place_living(&planner, &plan->init, NCL_STORE_INIT);
    if (!status)
        status = place_living(&planner, &plan->run, NCL_STORE_ARENA);
    return status ? status : add_up(&planner);
}
