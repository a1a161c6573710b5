/* SPDX-License-Identifier: Apache-2.0 */
/* What a process makes once, before any request can fail under a target: patterns and signatures of the library. The
 * bytes do not matter. */
#include "front/front.h"
#include "front/templates.h"
#include "fuzz/fuzz.h"

static void check(struct verdict *verdict, nnefcl_status status, const nnefcl_error *error)
{
    if (status && !(verdict_starving && status == NNEFCL_ERR_NOMEM))
        verdict_blame(verdict, "what the library makes of its own text is refused", error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct verdict verdict = {0};
    struct ncl_templates templates;
    const struct ncl_names *signatures;
    struct ncl_arena arena;
    struct ncl_diag diag;
    nnefcl_error error = {0};
    (void)data;
    (void)size;
    ncl_arena_init(&arena, NULL, 0);
    ncl_diag_init(&diag, &error, NULL, NULL, false);
    check(&verdict, ncl_templates_make(&arena, &diag, &templates), &error);
    check(&verdict, ncl_library_signatures(&arena, &diag, &signatures), &error);
    ncl_arena_free(&arena);
    fuzz_hold(&verdict);
    return 0;
}
