/* SPDX-License-Identifier: Apache-2.0 */
/* A saved state: the bytes as they are, and with the hash that belongs to them, which no mutation finds. What the check
 * lets through lies within the block. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "fuzz/fuzz.h"
#include "model/frozen.h"
#include "plan/saved_state.h"

static const char graph[] = "version 1.0;\n"
                            "graph g(x, f) -> (y)\n"
                            "{\n"
                            "    x = external<scalar>(shape = [2, 3]);\n"
                            "    f = external<logical>(shape = [5]);\n"
                            "    s = variable<scalar>(shape = [2, 3], label = 'sum');\n"
                            "    t = variable<logical>(shape = [5], label = 'seen/flags');\n"
                            "    y = add(s, x);\n"
                            "    o = or(t, f);\n"
                            "    u = update(s, y);\n"
                            "    v = update(t, o);\n"
                            "}\n";

static const struct ncl_plan *plan_make(void)
{
    static struct ncl_arena arena; /* lives as long as the process */
    static const struct ncl_plan *plan;
    const struct ncl_plan_options options = {.disabled_pass_count = 0};
    nnefcl_model_options model_options = NNEFCL_MODEL_OPTIONS_INIT;
    struct ncl_diag diag;
    nnefcl_model *model;
    if (plan)
        return plan;
    model_options.random_weights = 1;
    ncl_arena_init(&arena, NULL, 0);
    ncl_diag_init(&diag, NULL, NULL, NULL, false);
    if (nnefcl_model_open_memory(graph, strlen(graph), &model_options, &model, NULL) ||
        ncl_model_plan(model, &ncl_target_generic_cpu, &options, &arena, &diag, NULL, &plan))
        abort();
    return plan;
}

static void state_check(const uint8_t *data, size_t size)
{
    const struct ncl_plan *plan = plan_make();
    const void *elements[8] = {NULL};
    struct verdict verdict = {0};
    struct ncl_diag diag;
    nnefcl_error error = {0};
    ncl_diag_init(&diag, &error, NULL, NULL, false);
    const nnefcl_status status = ncl_saved_check(plan, data, size, elements, &diag);
    verdict_status(&verdict, status, &error, status ? NULL : plan);
    for (size_t i = 0; i < plan->state_count && !status; i++) {
        const uint8_t *at = elements[i];
        if (at < data || at + plan->tensor[plan->state[i].tensor].bytes > data + size)
            verdict_blame(&verdict, "elements outside of the block", &error);
    }
    fuzz_hold(&verdict);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    state_check(data, size);
    if (size < 8)
        return 0;
    uint8_t *copy = malloc(size);
    uint64_t sum = ncl_hash(NCL_HASH_BASIS, data, size - 8);
    memcpy(copy, data, size);
    for (int i = 0; i < 8; i++)
        copy[size - 8 + (size_t)i] = (uint8_t)(sum >> 8 * i);
    state_check(copy, size);
    free(copy);
    return 0;
}
