/* SPDX-License-Identifier: Apache-2.0 */
/* Passes: graph to graph, each a file pass_*.c and a line of passes.def. */
#ifndef NCL_PASS_H
#define NCL_PASS_H

#include "ir/template.h"
#include "pass/rewrite.h"

/* What passes know but the graph. */
struct ncl_pass_facts {
    const struct ncl_target *target;
    const struct ncl_templates *templates; /* of patterns.nnef */
};

struct ncl_pass {
    const char *name;
    void (*run)(struct ncl_rewrite *rewrite, const struct ncl_pass_facts *facts);
};
extern const struct ncl_pass ncl_passes[];
extern const size_t ncl_pass_count;

struct ncl_pass_options {
    const char *const *disabled; /* names of passes that are left out */
    size_t disabled_count;
    const char *last; /* stop behind this one; NULL: run all */
};

/* The frozen *graph as the passes make it, in `arena`. A name that no pass has is NNEFCL_ERR_ARGUMENT, and the message
 * lists those there are. */
nnefcl_status ncl_passes_run(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_pass_facts *facts,
                             const struct ncl_pass_options *options, const struct ncl_graph **graph);

#endif
