/* SPDX-License-Identifier: Apache-2.0 */
/* The signatures of the library's operations, for graphs that no document describes. */
#include "front/declare.h"

nnefcl_status ncl_library_signatures(struct ncl_arena *arena, struct ncl_diag *diag,
                                     const struct ncl_names **signatures)
{
    static const struct ncl_build_options options = {0};
    struct ncl_document *nothing = NCL_NEW(arena, struct ncl_document);
    struct ncl_build build = {.arena = arena, .diag = diag, .document = nothing, .options = &options};
    build.graph = NCL_NEW(arena, struct ncl_graph);
    if (!nothing || !build.graph)
        return ncl_nomem(diag);
    ncl_arena_init(&build.scratch, &arena->allocator, NCL_MAX_SCRATCH);
    const nnefcl_status status = ncl_declare_all(&build);
    ncl_arena_free(&build.scratch);
    *signatures = build.graph->signatures;
    return status;
}
