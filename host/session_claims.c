/* SPDX-License-Identifier: Apache-2.0 */
/* The programs that a session has to build, claimed before it does (cache_claim.c): whoever makes one of them already
 * is waited for, and what he made is taken. */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cache.h"

#define NAP_NS 10000000

/* Claims of sessions that this thread is making. A callback of such a session may make another one: it would wait for
 * what goes on when it has returned. */
static _Thread_local unsigned held;

static int compare_programs(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Everybody claims in the order of the keys: nobody waits for somebody who waits for him. NULL: out of memory. */
static const uint64_t *order_programs(struct ncl_maker *maker, const struct ncl_program_texts *texts)
{
    uint64_t *program = NCL_NEW_ARRAY(&maker->scratch, uint64_t, texts->count);
    for (size_t i = 0; program && i < texts->count; i++)
        program[i] = texts->program[i].key;
    if (program)
        qsort(program, texts->count, sizeof *program, compare_programs);
    return program;
}

/* It may be stopped, or compile for very long. */
static bool may_wait(struct ncl_maker *maker)
{
    const double now = ncl_moment_now();
    if (maker->claims_until == 0) {
        maker->claims_until = now + maker->session->device->claim_ms;
        ncl_note(maker->diag, NCL_NOWHERE, "cache: somebody else is compiling the same, and is waited for");
    }
    return !held && now < maker->claims_until;
}

static nnefcl_status claim_program(struct ncl_maker *maker, uint64_t program, size_t count)
{
    static const struct timespec nap = {0, NAP_NS};
    enum ncl_claim claim;
    nnefcl_status status = NNEFCL_OK;
    while ((claim = ncl_cache_claim(maker->claims, program, true)) == NCL_CLAIM_BUSY && !status && may_wait(maker)) {
        nanosleep(&nap, NULL);
        status = ncl_progress_tell(maker->session, NNEFCL_STAGE_PROGRAMS, 0, count, maker->diag);
    }
    maker->alone &= claim == NCL_CLAIM_HELD;
    return status;
}

/* In the pool or on disk, since it was looked for? */
static bool was_made(struct ncl_maker *maker, const struct ncl_program_text *text)
{
    const nnefcl_device *device = maker->session->device;
    size_t count;
    const uint64_t *key = ncl_programs_keys(maker, text, &count);
    const cl_program pooled = key && count ? ncl_pool_find(device, key[0]) : NULL;
    if (pooled)
        clReleaseProgram(pooled);
    return pooled || (key && ncl_cache_look(device, text->key, key, count));
}

nnefcl_status ncl_claims_take(struct ncl_maker *maker, const struct ncl_program_texts *texts, bool *again)
{
    const nnefcl_device *device = maker->session->device;
    nnefcl_status status = NNEFCL_OK;
    *again = false;
    if (!device->cache || !device->keeps_programs || !texts->count)
        return NNEFCL_OK;
    const uint64_t *program = order_programs(maker, texts);
    if (!program)
        return ncl_nomem(maker->diag);
    maker->claims = ncl_cache_claims(device);
    maker->alone = maker->claims >= 0;
    for (size_t i = 0; i < texts->count && maker->alone && !status; i++)
        status = claim_program(maker, program[i], texts->count);
    held += maker->claims >= 0;
    for (size_t i = 0; i < texts->count && !*again; i++)
        *again = was_made(maker, &texts->program[i]);
    if (*again)
        ncl_claims_drop(maker);
    return status;
}

void ncl_claims_drop(struct ncl_maker *maker)
{
    held -= maker->claims >= 0;
    ncl_cache_claims_close(maker->claims);
    maker->claims = -1;
    maker->alone = false;
}
