/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold after a call of the library, whatever bytes it was given. */
#ifndef VERDICT_H
#define VERDICT_H

#include <stdbool.h>

#include "base/counting_allocator.h"
#include "nnefcl/model.h"

struct verdict {
    const char *wrong; /* the first that did not hold; NULL: all did */
    char detail[1200];
};

/* Requests of memory fail on purpose: what cannot be done for want of it is no fault. */
extern bool verdict_starving;

void verdict_blame(struct verdict *verdict, const char *wrong, const nnefcl_error *error);
/* A status, its error and its result belong together. */
void verdict_status(struct verdict *verdict, nnefcl_status status, const nnefcl_error *error, const void *result);
/* All memory was returned, and none was asked for beyond the limit of the allocator. */
void verdict_memory(struct verdict *verdict, const struct counting_allocator *counting, const nnefcl_error *error);
/* What can be parsed can be printed, and what was printed is the same document. */
void verdict_printing(struct verdict *verdict, const void *text, size_t size);
/* A model that is open can be described, checked and dumped. */
void verdict_model(struct verdict *verdict, const nnefcl_model *model);

#endif
