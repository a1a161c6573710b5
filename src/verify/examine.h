/* SPDX-License-Identifier: Apache-2.0 */
/* Every node of a model against its definition, in the order of the graph. Operands are what the device had, so an
 * error shows where it arises and nowhere else; constants and variables that nothing updates are what their files say.
 * A tensor that the device did not keep is computed here from what it did keep, and what that may be off counts for
 * those who read it.
 *
 * What a pass recognized is computed by another operation than the document's nodes. Those say what is right; it may be
 * off by what they may or by what that operation may, whichever is more (allowance.h).
 *
 * An operation that was expanded is judged as a whole besides: from its operands on everything is computed here, so
 * that what its body makes on the way need not be within floats. Where the device had some of that in half it is not.
 */
#ifndef NCL_EXAMINE_H
#define NCL_EXAMINE_H

#include "ir/plan.h"
#include "verify/exact.h"
#include "verify/judge.h"
#include "verify/tolerance.h"

/* What the device had. */
struct ncl_examine_source {
    bool (*has)(void *user, const struct ncl_tensor *tensor);
    /* Dense elements: of variables those before the run, of results of `update` those after it. */
    nnefcl_status (*read)(void *user, const struct ncl_tensor *tensor, void *data, struct ncl_diag *diag);
    void *user;
    double weights_off;                                           /* of its plan */
    bool halves;                                                  /* weights of products may lie in half */
    unsigned half_terms;                                          /* of its plan */
    bool (*is_half)(void *user, const struct ncl_tensor *tensor); /* does a tensor that it has? NULL: none */
    /* The operation that it was computed by, NULL: nothing is known of it. NULL: of none. */
    const struct ncl_meant *(*meant)(void *user, const struct ncl_tensor *tensor);
    bool transforms; /* variants with `transforms` are among its kernels (emit/variant.h) */
};

/* One result of one node. */
struct ncl_examine_result {
    size_t node;
    const char *whole; /* the operation that the node was expanded from and that was judged; NULL: the node itself */
    const struct ncl_tensor *tensor;
    struct ncl_verdict verdict; /* no elements: the operation has no definition here, nothing was compared */
    const struct ncl_tolerance *tolerance;
    uint64_t outside; /* indices among the operands that lie outside of their axis */
};

/* Calls visit for every result that the device had, then for those of whole operations; a non-zero return of it ends
 * the examination. `compat`: NNEFCL_COMPAT_* of the model. */
nnefcl_status ncl_examine(const struct ncl_graph *graph, unsigned compat, const struct ncl_exact_source *constants,
                          const nnefcl_allocator *allocator, const struct ncl_examine_source *source,
                          int (*visit)(void *user, const struct ncl_examine_result *result), void *user,
                          struct ncl_diag *diag);

#endif
