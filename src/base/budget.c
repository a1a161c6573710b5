/* SPDX-License-Identifier: Apache-2.0 */
#include "base/budget.h"

#include <stddef.h>

#include "base/alloc.h"

/* In front of each piece: its size, since the allocator of an application need not tell. */
union header {
    size_t size; /* with the header */
    max_align_t aligned;
};

void ncl_budget_init(struct ncl_budget *budget, const nnefcl_allocator *inner, uint64_t limit)
{
    budget->inner = inner ? *inner : (nnefcl_allocator){0};
    budget->limit = limit;
    atomic_init(&budget->used, 0);
    atomic_init(&budget->peak, 0);
    atomic_init(&budget->refused, 0);
}

/* `old` bytes give way to `bytes`. False: the limit. */
static bool budget_charge(struct ncl_budget *budget, size_t old, size_t bytes)
{
    const unsigned long long now = atomic_fetch_add(&budget->used, bytes) + bytes;
    unsigned long long peak = atomic_load(&budget->peak);
    if (bytes > old && budget->limit && now - old > budget->limit) {
        atomic_fetch_sub(&budget->used, bytes);
        atomic_store(&budget->refused, now - old);
        return false;
    }
    atomic_fetch_sub(&budget->used, old);
    while (now - old > peak && !atomic_compare_exchange_weak(&budget->peak, &peak, now - old))
        ;
    return true;
}

static void *budget_resize(void *user, void *pointer, size_t size)
{
    struct ncl_budget *budget = user;
    union header *header = pointer ? (union header *)pointer - 1 : NULL;
    const size_t old = header ? header->size : 0, bytes = size ? size + sizeof *header : 0;
    if (size > PTRDIFF_MAX / 2 || !budget_charge(budget, old, bytes))
        return NULL;
    union header *made = ncl_resize(&budget->inner, header, bytes);
    if (bytes && !made) /* the old piece is still there */
        budget_charge(budget, bytes, old);
    if (!made)
        return NULL;
    made->size = bytes;
    return made + 1;
}

nnefcl_allocator ncl_budget_allocator(struct ncl_budget *budget)
{
    return (nnefcl_allocator){budget_resize, budget};
}

nnefcl_host_memory ncl_budget_memory(const struct ncl_budget *budget)
{
    return (nnefcl_host_memory){
        .used = atomic_load(&budget->used), .peak = atomic_load(&budget->peak), .limit = budget->limit};
}
