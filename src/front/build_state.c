#include "front/build.h"

nnefcl_status ncl_build_nomem(struct ncl_build *build)
{
    return ncl_graph_nomem(build->diag, build->scratch.over_limit ? &build->scratch : build->arena);
}

struct ncl_declared *ncl_build_find(const struct ncl_build *build, const char *name)
{
    return ncl_names_find(&build->operations, name);
}
