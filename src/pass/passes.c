/* The passes in their order. Each is a file pass_*.c; a pass gives back its input where it finds nothing to do. */
#include <string.h>

#include "pass/pass.h"

nnefcl_status ncl_pass_transpose(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_target *target,
                                 const struct ncl_graph *in, const struct ncl_graph **out);
nnefcl_status ncl_pass_linear(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_target *target,
                              const struct ncl_graph *in, const struct ncl_graph **out);

const struct ncl_pass ncl_passes[] = {
    {"transpose", ncl_pass_transpose},
    {"linear", ncl_pass_linear},
};
const size_t ncl_pass_count = sizeof ncl_passes / sizeof *ncl_passes;

static bool is_disabled(const char *const *disabled, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(disabled[i], name) == 0)
            return true;
    return false;
}

static nnefcl_status check_disabled(const char *const *disabled, size_t count, struct ncl_diag *diag)
{
    for (size_t i = 0; i < count; i++) {
        bool known = false;
        for (size_t k = 0; k < ncl_pass_count; k++)
            known |= strcmp(disabled[i], ncl_passes[k].name) == 0;
        if (!known)
            return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "there is no pass '%s'", disabled[i]);
    }
    return NNEFCL_OK;
}

nnefcl_status ncl_passes_run(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_target *target,
                             const char *const *disabled, size_t disabled_count, const struct ncl_graph **graph)
{
    nnefcl_status status = check_disabled(disabled, disabled_count, diag);
    for (size_t i = 0; !status && i < ncl_pass_count; i++)
        if (!is_disabled(disabled, disabled_count, ncl_passes[i].name))
            status = ncl_passes[i].run(arena, diag, target, *graph, graph);
    return status;
}
