/* SPDX-License-Identifier: Apache-2.0 */
/* What a model, or a session while it is made, may take of the host's memory: one counter behind everything that is
 * allocated for it, text, tokens, graph, passes and plan alike. Several threads may use one. */
#ifndef NCL_BUDGET_H
#define NCL_BUDGET_H

#include <stdatomic.h>
#include <stdint.h>

#include "nnefcl/model.h"

/* A process that checks a hostile model stays below 512 MiB. */
#define NCL_HOST_MEMORY ((uint64_t)384 << 20)

struct ncl_budget {
    nnefcl_allocator inner; /* the application's */
    uint64_t limit;         /* bytes; 0: none */
    atomic_ullong used, peak;
    atomic_ullong refused; /* bytes that there would have been in all, 0: nothing was refused */
};

void ncl_budget_init(struct ncl_budget *budget, const nnefcl_allocator *inner, uint64_t limit);
/* Allocates within the budget, which must outlive all of it. */
nnefcl_allocator ncl_budget_allocator(struct ncl_budget *budget);
nnefcl_host_memory ncl_budget_memory(const struct ncl_budget *budget);

#endif
