/* SPDX-License-Identifier: Apache-2.0 */
/* An allocator that counts, fails on demand and refuses to grow beyond a limit. For tests of what happens when memory
 * ends, and of leaks. */
#ifndef COUNTING_ALLOCATOR_H
#define COUNTING_ALLOCATOR_H

#include <stdalign.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "nnefcl/status.h"

struct counting_allocator {
    size_t calls;       /* that ask for memory */
    size_t live, bytes; /* blocks and bytes not freed yet */
    size_t peak;        /* most bytes at once */
    size_t fail_at;     /* this call fails (1: the first, 0: none) */
    bool fail_on;       /* and all after it */
    size_t limit;       /* bytes, 0: none */
    size_t refused;     /* calls that the limit refused */
};

struct counting_header {
    alignas(max_align_t) size_t size;
};

static inline void *counting_resize(void *user, void *pointer, size_t size)
{
    struct counting_allocator *counting = user;
    struct counting_header *old = pointer ? (struct counting_header *)pointer - 1 : NULL;
    size_t before = old ? old->size : 0;
    if (size == 0) {
        if (old) {
            counting->live--;
            counting->bytes -= before;
        }
        free(old);
        return NULL;
    }
    counting->calls++;
    if (counting->fail_at &&
        (counting->calls == counting->fail_at || (counting->fail_on && counting->calls > counting->fail_at)))
        return NULL;
    if (counting->limit && (size > counting->limit || counting->bytes - before > counting->limit - size)) {
        counting->refused++;
        return NULL;
    }
    struct counting_header *block = realloc(old, sizeof *block + size);
    if (!block)
        return NULL;
    if (!old) {
        counting->live++;
        memset(block + 1, 0xa5, size); /* nobody may count on zeros */
    }
    block->size = size;
    counting->bytes += size - before;
    if (counting->bytes > counting->peak)
        counting->peak = counting->bytes;
    return block + 1;
}

static inline nnefcl_allocator counting_allocator(struct counting_allocator *counting)
{
    return (nnefcl_allocator){.resize = counting_resize, .user = counting};
}

#endif
