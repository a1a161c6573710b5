/* SPDX-License-Identifier: Apache-2.0 */
/* Weights of one model on one device, for all sessions whose init steps make the same ones. They are written while the
 * first of these sessions is made and only read afterwards, so sessions on several threads need no lock to run. They go
 * with the last session that uses them.
 *
 * A session that is made at the same moment waits for them: the first one announces what it is about to make. */
#include <string.h>
#include <time.h>

#include "base/hash.h"
#include "host.h"

struct ncl_shared {
    struct ncl_shared *next;
    uint64_t key;
    bool ready;      /* false: a session is making them, */
    pthread_t maker; /* on this thread */
    size_t holds, count;
    cl_mem memory[]; /* by buffer of the plan; NULL: no weights are in it */
};

/* ---- what makes weights equal ---- */

/* Weights can be shared when init steps write nothing else that lives on. */
static bool is_sharable(const struct ncl_plan *plan)
{
    bool any = false;
    for (size_t i = 0; i < plan->init.count; i++) {
        if (plan->init.step[i].kind == NCL_STEP_GEMM)
            return false;
        for (unsigned k = 0; k < plan->init.step[i].tensor_count; k++) {
            const ncl_ref root = ncl_plan_root(plan, plan->init.step[i].tensor[k]);
            const enum ncl_storage storage = plan->tensor[root].storage;
            if (plan->init.step[i].writes >> k & 1 && storage != NCL_STORE_WEIGHT && storage != NCL_STORE_INIT)
                return false;
            any |= storage == NCL_STORE_WEIGHT;
        }
    }
    return any;
}

static uint64_t add_step(uint64_t sum, const struct ncl_plan *plan, const struct ncl_step *step)
{
    const uint64_t numbers[] = {step->kind, step->tasks,
                                step->kind == NCL_STEP_KERNEL ? plan->kernel[step->kernel].key : step->loaded};
    sum = ncl_hash(sum, numbers, sizeof numbers);
    if (step->kind == NCL_STEP_LOAD) /* behind other passes another tensor may have its number */
        sum = ncl_hash(sum, plan->tensor[step->tensor[0]].name, strlen(plan->tensor[step->tensor[0]].name));
    if (step->size_count)
        sum = ncl_hash(sum, step->size, step->size_count * sizeof *step->size);
    for (unsigned k = 0; k < step->tensor_count; k++) {
        uint32_t buffer;
        uint64_t offset;
        ncl_plan_place(plan, step->tensor[k], &buffer, &offset);
        const uint64_t place[] = {buffer, offset, plan->tensor[step->tensor[k]].bytes};
        sum = ncl_hash(sum, place, sizeof place);
    }
    return sum;
}

static uint64_t weights_key(const struct ncl_maker *maker)
{
    const struct ncl_plan *plan = maker->session->plan;
    uint64_t sum = ncl_hash(NCL_HASH_BASIS, &maker->model->identity, sizeof maker->model->identity);
    for (size_t i = 0; i < plan->buffer_count; i++) {
        const uint64_t buffer[] = {plan->buffer[i].storage == NCL_STORE_WEIGHT, plan->buffer[i].bytes};
        if (buffer[0])
            sum = ncl_hash(sum, buffer, sizeof buffer);
    }
    for (size_t i = 0; i < plan->init.count; i++)
        sum = add_step(sum, plan, &plan->init.step[i]);
    return sum;
}

/* ---- the list of the device ---- */

static void destroy(const nnefcl_allocator *allocator, struct ncl_shared *shared)
{
    for (size_t i = 0; i < shared->count; i++)
        if (shared->memory[i])
            clReleaseMemObject(shared->memory[i]);
    ncl_resize(allocator, shared, 0);
}

static struct ncl_shared *find_shared(const nnefcl_device *device, uint64_t key)
{
    struct ncl_shared *shared = device->shared;
    while (shared && shared->key != key)
        shared = shared->next;
    return shared;
}

/* One more hold on a buffer; NULL: there is none. */
static cl_mem retain(cl_mem memory)
{
    return memory && clRetainMemObject(memory) == CL_SUCCESS ? memory : NULL;
}

/* A hold on each buffer; false: one could not be had. */
static bool take_all(struct nnefcl_session *session, struct ncl_shared *shared)
{
    bool complete = shared->count == session->plan->buffer_count;
    for (size_t i = 0; complete && i < shared->count; i++)
        complete = (session->slot[i].own = retain(shared->memory[i])) || !shared->memory[i];
    if (complete) {
        shared->holds++;
        session->shared = shared;
    } else {
        ncl_memory_release(session, NCL_STORE_WEIGHT);
    }
    return complete;
}

/* Puts what the session is about to make on the list. Without memory it is not shared. */
static void announce(struct nnefcl_session *session, uint64_t key)
{
    nnefcl_device *device = session->device;
    const size_t count = session->plan->buffer_count;
    struct ncl_shared *shared = ncl_resize(&device->allocator, NULL, sizeof *shared + count * sizeof *shared->memory);
    if (!shared)
        return;
    *shared =
        (struct ncl_shared){.next = device->shared, .key = key, .maker = pthread_self(), .holds = 1, .count = count};
    for (size_t i = 0; i < count; i++)
        shared->memory[i] = NULL;
    device->shared = session->shared = shared;
}

/* Lets go of the lock until the list changes, or for a moment: the caller may want to cancel. */
static void wait_for_change(nnefcl_device *device)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 50000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&device->shared_changed, &device->lock, &until);
}

/* Somebody else is making them. A callback of the session that makes them may make another one: that has its own. */
static bool is_coming(const struct ncl_shared *shared)
{
    return shared && !shared->ready && !pthread_equal(shared->maker, pthread_self());
}

nnefcl_status ncl_shared_take(struct ncl_maker *maker)
{
    struct nnefcl_session *session = maker->session;
    nnefcl_device *device = session->device;
    nnefcl_status status = NNEFCL_OK;
    if (!is_sharable(session->plan))
        return NNEFCL_OK;
    const uint64_t key = weights_key(maker);
    pthread_mutex_lock(&device->lock);
    while (!status && is_coming(find_shared(device, key))) {
        pthread_mutex_unlock(&device->lock);
        status = ncl_progress_tell(maker->session, NNEFCL_STAGE_WEIGHTS, 0, 1, maker->diag);
        pthread_mutex_lock(&device->lock);
        if (!status && is_coming(find_shared(device, key)))
            wait_for_change(device);
    }
    struct ncl_shared *shared = find_shared(device, key);
    if (!status && shared && shared->ready)
        maker->weights_are_there = take_all(session, shared);
    else if (!status && !shared)
        announce(session, key);
    pthread_mutex_unlock(&device->lock);
    return status;
}

nnefcl_status ncl_shared_offer(struct ncl_maker *maker)
{
    struct nnefcl_session *session = maker->session;
    const struct ncl_plan *plan = session->plan;
    nnefcl_device *device = session->device;
    struct ncl_shared *shared = session->shared;
    nnefcl_status status = NNEFCL_OK;
    if (!shared)
        return NNEFCL_OK;
    pthread_mutex_lock(&device->lock);
    for (size_t i = 0; i < plan->buffer_count && !status; i++) {
        const cl_mem memory = plan->buffer[i].storage == NCL_STORE_WEIGHT ? session->slot[i].own : NULL;
        const cl_int code = memory ? clRetainMemObject(memory) : CL_SUCCESS;
        status = ncl_opencl_check(maker->diag, NCL_NOWHERE, "weights", "clRetainMemObject", code);
        shared->memory[i] = status ? NULL : memory;
    }
    shared->ready = !status;
    pthread_cond_broadcast(&device->shared_changed);
    pthread_mutex_unlock(&device->lock);
    return status;
}

void ncl_shared_drop(struct nnefcl_session *session)
{
    nnefcl_device *device = session->device;
    struct ncl_shared *shared = session->shared;
    if (!shared)
        return;
    pthread_mutex_lock(&device->lock);
    const bool last = --shared->holds == 0; /* also when it never became ready */
    for (struct ncl_shared **at = &device->shared; last && *at; at = &(*at)->next)
        if (*at == shared) {
            *at = shared->next;
            break;
        }
    pthread_cond_broadcast(&device->shared_changed);
    pthread_mutex_unlock(&device->lock);
    if (last)
        destroy(&device->allocator, shared);
    session->shared = NULL;
}
