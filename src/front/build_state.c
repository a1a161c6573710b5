/* SPDX-License-Identifier: Apache-2.0 */
#include "front/build.h"

nnefcl_status ncl_build_nomem(struct ncl_build *build)
{
    return ncl_graph_nomem(build->diag, build->scratch.over_limit ? &build->scratch : build->arena);
}

struct ncl_declared *ncl_build_find(const struct ncl_build *build, const char *name)
{
    return ncl_names_find(&build->operations, name);
}

nnefcl_status ncl_build_name_others(struct ncl_build *build, const char *base, size_t first)
{
    size_t number = 0;
    for (size_t i = first; i < build->graph->tensor_count; i++) {
        struct ncl_tensor *tensor = build->graph->tensor[i];
        if (!tensor->name && !(tensor->name = ncl_arena_printf(build->arena, "%.100s.%zu", base, ++number)))
            return ncl_build_nomem(build);
    }
    return NNEFCL_OK;
}
