/* SPDX-License-Identifier: Apache-2.0 */
/* The passes in their order, all on one rewriter. */
#include "pass/pass.h"

#include <stdio.h>
#include <string.h>

#define PASS(name) void ncl_pass_##name(struct ncl_rewrite *, const struct ncl_pass_facts *);
#include "pass/passes.def"
#undef PASS

const struct ncl_pass ncl_passes[] = {
#define PASS(name) {#name, ncl_pass_##name},
#include "pass/passes.def"
#undef PASS
};
const size_t ncl_pass_count = sizeof ncl_passes / sizeof *ncl_passes;

static bool is_listed(const char *const *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], name) == 0)
            return true;
    return false;
}

static nnefcl_status check_pass_name(const char *name, struct ncl_diag *diag)
{
    char list[256] = "";
    for (size_t i = 0, used = 0; i < ncl_pass_count; i++) {
        if (strcmp(name, ncl_passes[i].name) == 0)
            return NNEFCL_OK;
        if (used < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", ncl_passes[i].name);
    }
    return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "there is no pass '%.100s'; there are %s", name, list);
}

nnefcl_status ncl_passes_run(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_pass_facts *facts,
                             const struct ncl_pass_options *options, const struct ncl_graph **graph)
{
    nnefcl_status status = options->last ? check_pass_name(options->last, diag) : NNEFCL_OK;
    for (size_t i = 0; !status && i < options->disabled_count; i++)
        status = check_pass_name(options->disabled[i], diag);
    if (status)
        return status;
    struct ncl_rewrite *rewrite = ncl_rewrite_begin(arena, diag, *graph);
    if (!rewrite)
        return NNEFCL_ERR_NOMEM;
    for (size_t i = 0; i < ncl_pass_count; i++) {
        if (!is_listed(options->disabled, options->disabled_count, ncl_passes[i].name))
            ncl_passes[i].run(rewrite, facts);
        if (options->last && strcmp(options->last, ncl_passes[i].name) == 0)
            break;
    }
    return ncl_rewrite_end(rewrite, graph);
}
