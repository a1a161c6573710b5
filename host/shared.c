/* Weights of one model on one device, for all sessions whose init steps make the same ones. They are written while the
 * first of these sessions is made and only read afterwards, so sessions on several threads need no lock to run. They go
 * with the last session that uses them. */
#include <string.h>

#include "base/hash.h"
#include "host.h"

struct ncl_shared {
    struct ncl_shared *next;
    uint64_t key;
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

static struct ncl_shared *find(const nnefcl_device *device, uint64_t key)
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

bool ncl_shared_take(struct ncl_maker *maker)
{
    struct nnefcl_session *session = maker->session;
    if (!is_sharable(session->plan))
        return false;
    pthread_mutex_lock(&session->device->lock);
    struct ncl_shared *shared = find(session->device, weights_key(maker));
    bool complete = shared && shared->count == session->plan->buffer_count;
    for (size_t i = 0; complete && i < shared->count; i++)
        complete = (session->slot[i].own = retain(shared->memory[i])) || !shared->memory[i];
    if (complete) {
        shared->holds++;
        session->shared = shared;
    }
    pthread_mutex_unlock(&session->device->lock);
    if (shared && !complete)
        ncl_memory_release(session, NCL_STORE_WEIGHT);
    return complete;
}

/* Holds the buffers of a session. NULL: it failed. */
static struct ncl_shared *share(const struct nnefcl_session *session, uint64_t key, struct ncl_diag *diag)
{
    const struct ncl_plan *plan = session->plan;
    const nnefcl_allocator *allocator = &session->device->allocator;
    struct ncl_shared *shared =
        ncl_resize(allocator, NULL, sizeof *shared + plan->buffer_count * sizeof *shared->memory);
    if (!shared) {
        ncl_nomem(diag);
        return NULL;
    }
    *shared = (struct ncl_shared){.key = key, .holds = 1};
    for (size_t i = 0; i < plan->buffer_count; i++) {
        const cl_mem memory = plan->buffer[i].storage == NCL_STORE_WEIGHT ? session->slot[i].own : NULL;
        const cl_int code = memory ? clRetainMemObject(memory) : CL_SUCCESS;
        if (ncl_opencl_check(diag, NCL_NOWHERE, "weights", "clRetainMemObject", code)) {
            destroy(allocator, shared);
            return NULL;
        }
        shared->memory[shared->count++] = memory;
    }
    return shared;
}

nnefcl_status ncl_shared_offer(struct ncl_maker *maker)
{
    struct nnefcl_session *session = maker->session;
    nnefcl_device *device = session->device;
    if (!is_sharable(session->plan))
        return NNEFCL_OK;
    const uint64_t key = weights_key(maker);
    pthread_mutex_lock(&device->lock);
    const bool known = find(device, key) != NULL; /* of a session that was made at the same time: each has its own */
    struct ncl_shared *shared = known ? NULL : share(session, key, maker->diag);
    if (shared) {
        shared->next = device->shared;
        device->shared = session->shared = shared;
    }
    pthread_mutex_unlock(&device->lock);
    return known || shared ? NNEFCL_OK : maker->diag->status;
}

void ncl_shared_drop(struct nnefcl_session *session)
{
    nnefcl_device *device = session->device;
    struct ncl_shared *shared = session->shared;
    if (!shared)
        return;
    pthread_mutex_lock(&device->lock);
    const bool last = --shared->holds == 0;
    for (struct ncl_shared **at = &device->shared; last && *at; at = &(*at)->next)
        if (*at == shared) {
            *at = shared->next;
            break;
        }
    pthread_mutex_unlock(&device->lock);
    if (last)
        destroy(&device->allocator, shared);
    session->shared = NULL;
}
