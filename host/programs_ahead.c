/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels that sessions will want, compiled together before they do: compilers take as long to start as for a body, and
 * many small sessions have one kernel each. */
#include <string.h>

#include "host.h"

static bool waits(const struct ncl_ahead *ahead, uint64_t key)
{
    bool found = false;
    for (size_t i = 0; i < ahead->count && !found; i++)
        found = ahead->kernel[i].key == key;
    return found;
}

static bool is_known(const struct ncl_ahead *ahead, uint64_t key)
{
    const cl_program kept = ncl_pool_find(ahead->device, key);
    if (kept)
        clReleaseProgram(kept);
    return kept || waits(ahead, key);
}

size_t ncl_ahead_add(struct ncl_ahead *ahead, const struct ncl_plan *plan, size_t first)
{
    size_t i = first;
    for (; i < plan->kernel_count && ahead->count < NCL_AHEAD_KERNELS; i++)
        if (!plan->kernel[i].source && !is_known(ahead, plan->kernel[i].key))
            ahead->kernel[ahead->count++] = plan->kernel[i];
    return i;
}

static nnefcl_status build(struct ncl_ahead *ahead, struct ncl_arena *arena, struct ncl_text *text,
                           struct ncl_diag *diag)
{
    const struct ncl_plan plan = {
        .target = ahead->device->target, .kernel_count = ahead->count, .kernel = ahead->kernel};
    struct ncl_source_build built = {.name = "kernels compiled ahead"};
    struct ncl_program_text program;
    bool wanted[NCL_AHEAD_KERNELS];
    memset(wanted, 1, sizeof wanted);
    nnefcl_status status = ncl_source_set(&plan, wanted, arena, &program);
    if (status)
        return status;
    ncl_source_text(text, &plan, &program);
    status = ncl_program_create(ahead->device, text, &built, diag);
    if (!status)
        status = ncl_program_build(ahead->device, NULL, &built, 1, diag);
    for (size_t i = 0; i < ahead->count && !status; i++)
        ncl_pool_keep(ahead->device, ahead->kernel[i].key, built.program);
    if (built.program)
        clReleaseProgram(built.program);
    return status;
}

nnefcl_status ncl_ahead_build(struct ncl_ahead *ahead, struct ncl_diag *diag)
{
    struct ncl_arena arena;
    struct ncl_text text;
    ncl_arena_init(&arena, &ahead->device->allocator, 0);
    ncl_text_init(&text, &ahead->device->allocator);
    const nnefcl_status status = ahead->count ? build(ahead, &arena, &text, diag) : NNEFCL_OK;
    ncl_text_free(&text);
    ncl_arena_free(&arena);
    ahead->count = 0;
    return status;
}
