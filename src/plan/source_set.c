/* SPDX-License-Identifier: Apache-2.0 */
/* Which kernels of a plan become one program. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "plan/source.h"

enum { ALONE = 4 };

static void mark(const struct ncl_steps *steps, bool *wanted)
{
    for (size_t i = 0; i < steps->count; i++)
        if (steps->step[i].kind == NCL_STEP_KERNEL)
            wanted[steps->step[i].kernel] = true;
}

void ncl_source_wanted(const struct ncl_plan *plan, bool init, bool run, bool *wanted)
{
    memset(wanted, 0, plan->kernel_count * sizeof *wanted);
    if (init)
        mark(&plan->init, wanted);
    if (run)
        mark(&plan->run, wanted);
}

struct by_key {
    uint64_t key;
    uint32_t kernel;
};

static int compare_keys(const void *a, const void *b)
{
    const struct by_key *x = a, *y = b;
    return x->key != y->key ? (x->key < y->key ? -1 : 1) : (x->kernel > y->kernel) - (x->kernel < y->kernel);
}

/* The key of a set of one is that of its kernel. */
static uint64_t set_key(const struct ncl_plan *plan, const uint32_t *kernel, size_t count)
{
    uint64_t key = count == 1 ? plan->kernel[kernel[0]].key : NCL_HASH_BASIS;
    for (size_t i = 0; i < count && count > 1; i++)
        key = ncl_hash(key, &plan->kernel[kernel[i]].key, sizeof key);
    return key;
}

nnefcl_status ncl_source_set(const struct ncl_plan *plan, const bool *wanted, struct ncl_arena *arena,
                             struct ncl_program_text *program)
{
    size_t count = 0, kept = 0;
    struct by_key *all = NCL_NEW_ARRAY(arena, struct by_key, plan->kernel_count);
    uint32_t *kernel = NCL_NEW_ARRAY(arena, uint32_t, plan->kernel_count);
    if (!all || !kernel)
        return NNEFCL_ERR_NOMEM;
    for (uint32_t i = 0; i < plan->kernel_count; i++)
        if (wanted[i])
            all[count++] = (struct by_key){plan->kernel[i].key, i};
    qsort(all, count, sizeof *all, compare_keys);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || all[i].key != all[i - 1].key)
            kernel[kept++] = all[i].kernel;
    *program = (struct ncl_program_text){.count = kept, .kernel = kernel, .key = set_key(plan, kernel, kept)};
    return NNEFCL_OK;
}

static void add_launch_program(const struct ncl_plan *plan, struct ncl_program_texts *texts, const uint32_t *kernel,
                               size_t count)
{
    texts->program[texts->count++] =
        (struct ncl_program_text){.count = count, .kernel = kernel, .key = set_key(plan, kernel, count)};
}

nnefcl_status ncl_source_programs(const struct ncl_plan *plan, const bool *wanted,
                                  const struct ncl_program_text *persistent, struct ncl_arena *arena,
                                  struct ncl_program_texts *texts)
{
    struct ncl_program_text set;
    *texts =
        (struct ncl_program_texts){.program = NCL_NEW_ARRAY(arena, struct ncl_program_text, plan->kernel_count + 1)};
    uint32_t *ours = NCL_NEW_ARRAY(arena, uint32_t, plan->kernel_count);
    if (!texts->program || !ours || ncl_source_set(plan, wanted, arena, &set))
        return NNEFCL_ERR_NOMEM;
    size_t count = 0;
    for (size_t i = 0; i < set.count; i++)
        if (plan->kernel[set.kernel[i]].source)
            add_launch_program(plan, texts, &set.kernel[i], 1);
        else
            ours[count++] = set.kernel[i];
    if (persistent)
        texts->program[texts->count++] = *persistent;
    if (plan->target.cpu && count > ALONE)
        add_launch_program(plan, texts, ours, count);
    else
        for (size_t i = 0; i < count; i++)
            add_launch_program(plan, texts, &ours[i], 1);
    return NNEFCL_OK;
}
