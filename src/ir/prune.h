/* SPDX-License-Identifier: Apache-2.0 */
/* Drops nodes that nothing needs, and their tensors and variables: the last thing done to a graph that is made. */
#ifndef NCL_PRUNE_H
#define NCL_PRUNE_H

#include "ir/graph.h"

nnefcl_status ncl_prune(struct ncl_graph *graph, struct ncl_arena *scratch, struct ncl_diag *diag);

#endif
