/* The passes in their order. Each is a file pass_*.c; a pass gives back its input where it finds nothing to do. */
#include "compile/stages.h"

nnefcl_status ncl_pass_transpose(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_target *target, const struct ncl_graph *in,
                                 const struct ncl_graph **out);
nnefcl_status ncl_pass_linear(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_target *target, const struct ncl_graph *in,
                              const struct ncl_graph **out);

const struct ncl_pass ncl_passes[] = {
    {"transpose", ncl_pass_transpose},
    {"linear", ncl_pass_linear},
};
const size_t ncl_pass_count = sizeof ncl_passes / sizeof *ncl_passes;
