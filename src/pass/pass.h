/* Passes: graph to graph, each a file pass_*.c. A pass takes a frozen graph and returns another, or the same where it
 * finds nothing to do. */
#ifndef NCL_PASS_H
#define NCL_PASS_H

#include "base/diag.h"
#include "ir/op.h"
#include "ir/target.h"

struct ncl_pass {
    const char *name;
    nnefcl_status (*run)(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_target *target,
                         const struct ncl_graph *in, const struct ncl_graph **out);
};
extern const struct ncl_pass ncl_passes[];
extern const size_t ncl_pass_count;

/* All of them in their order but the disabled ones; a name that no pass has is NNEFCL_ERR_ARGUMENT. */
nnefcl_status ncl_passes_run(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_target *target,
                             const char *const *disabled, size_t disabled_count, const struct ncl_graph **graph);

#endif
