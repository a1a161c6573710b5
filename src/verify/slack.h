/* SPDX-License-Identifier: Apache-2.0 */
/* What elements that were computed here may be off, and what that makes of the results of their readers. */
#ifndef NCL_SLACK_H
#define NCL_SLACK_H

#include "verify/exact.h"

/* By tensor id. */
struct ncl_slack {
    struct ncl_exact *exact;
    double **off;               /* absolute, of each element; NULL: nothing */
    struct ncl_elements *aside; /* while a node is evaluated with other operands */
};

/* Room for every tensor of the graph of `exact`, in `arena`. */
nnefcl_status ncl_slack_open(struct ncl_slack *slack, struct ncl_exact *exact, struct ncl_arena *arena,
                             struct ncl_diag *diag);
/* Also after an error in the midst of an evaluation. */
void ncl_slack_close(struct ncl_slack *slack);
void ncl_slack_drop(struct ncl_slack *slack, const struct ncl_tensor *tensor);

/* The array of a result, of zeros unless there was one. */
nnefcl_status ncl_slack_make(struct ncl_slack *slack, const struct ncl_tensor *result, double **off,
                             struct ncl_diag *diag);
/* What its own operation may be off is added: `tolerance` units. */
nnefcl_status ncl_slack_add(struct ncl_slack *slack, const struct ncl_tensor *result, double tolerance,
                            struct ncl_diag *diag);
/* How far the results of a node, which are there, may be off because its operands are. */
nnefcl_status ncl_slack_find(struct ncl_slack *slack, const struct ncl_node *node, struct ncl_diag *diag);

/* The results as they are with zeros in place of denormal operands, until ncl_slack_restore (also after an error). */
nnefcl_status ncl_slack_flush(struct ncl_slack *slack, const struct ncl_node *node, struct ncl_diag *diag);
void ncl_slack_restore(struct ncl_slack *slack, const struct ncl_node *node);
bool ncl_slack_has_denormals(const struct ncl_slack *slack, const struct ncl_node *node);

#endif
