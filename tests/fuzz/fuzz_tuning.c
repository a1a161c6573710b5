/* SPDX-License-Identifier: Apache-2.0 */
/* A tuning table: read, merged with itself, and obeyed by plans of a CPU. */
#include <stdlib.h>
#include <string.h>

#include "emit/tuning.h"
#include "fuzz/fuzz_planned.h"
#include "ir/target.h"

/* What was written is a table, of which writing makes the same. */
static void table_write(const char *text)
{
    struct ncl_tuning tuning = {{NULL, 0, 0}}, again = {{NULL, 0, 0}};
    struct verdict verdict = {0};
    struct ncl_text once, twice;
    struct ncl_arena arena;
    struct ncl_diag diag;
    nnefcl_error error = {0};
    ncl_arena_init(&arena, NULL, 0);
    ncl_text_init(&once, NULL);
    ncl_text_init(&twice, NULL);
    ncl_diag_init(&diag, &error, NULL, NULL, false);
    const nnefcl_status status = ncl_tuning_read(&tuning, text, &ncl_target_generic_cpu, &arena, &diag);
    if (status && status != NNEFCL_ERR_ARGUMENT && !(verdict_starving && status == NNEFCL_ERR_NOMEM))
        verdict_blame(&verdict, "a table is refused otherwise", &error);
    if (!status && !verdict_starving) {
        if (ncl_tuning_write(&tuning, text, &ncl_target_generic_cpu, &arena, &once) ||
            ncl_tuning_read(&again, once.data, &ncl_target_generic_cpu, &arena, &diag) ||
            ncl_tuning_write(&again, once.data, &ncl_target_generic_cpu, &arena, &twice))
            verdict_blame(&verdict, "what was written is no table", &error);
        else if (strcmp(once.data, twice.data) != 0)
            verdict_blame(&verdict, "what was written is another table", &error);
    }
    ncl_text_free(&once);
    ncl_text_free(&twice);
    ncl_arena_free(&arena);
    fuzz_hold(&verdict);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    char *text = malloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    table_write(text);
    options.tuning = text;
    fuzz_plan(&options);
    free(text);
    return 0;
}
