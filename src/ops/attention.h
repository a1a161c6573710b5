/* SPDX-License-Identifier: Apache-2.0 */
/* What attention and attention_views have in common: one is described as the other, so they share definition and
 * kernels. */
#ifndef NCL_ATTENTION_H
#define NCL_ATTENTION_H

#include "emit/problem.h"
#include "ir/op.h"

/* The numbers are numbers, and the mask repeats to scores of this shape. */
nnefcl_status ncl_attention_check(struct ncl_infer *infer, const struct ncl_node *node, const nnefcl_shape *scores);
/* The matrices that a whole tensor consists of, with `rank` axes of the batch: axes that it lacks, or has once, repeat.
 */
struct ncl_attention_matrix ncl_attention_whole(const struct ncl_tensor *tensor, int rank);
/* The problem of a node whose extents, operands and result are given. */
void ncl_attention_complete(const struct ncl_node *node, const struct ncl_attention *attention,
                            struct ncl_problem *problem);

#endif
