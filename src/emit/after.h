/* SPDX-License-Identifier: Apache-2.0 */
/* What hangs on a node (node->after): computed in the last step of the node, where its kernel ends in NCL_STORE_AFTER,
 * or else in one step of its own behind it. */
#ifndef NCL_AFTER_H
#define NCL_AFTER_H

#include "emit/lower.h"

/* Lowers the node with all that hangs on it. */
nnefcl_status ncl_after_lower(struct ncl_lower *lower, const struct ncl_node *node);
/* For a step that writes the result of the node as a whole, dense or in blocks, with a body that ends in
 * NCL_STORE_AFTER or NCL_STORE_BLOCK (prelude.cl): it computes what hangs on the node too, if the chain fits. To be
 * called behind the tensors of the step, of which `out` is written, and before its sizes. `axis` is what the body calls
 * channels (-1: none); `along`: the lanes of its vectors run along that axis, otherwise all lie in one channel. */
void ncl_step_after(struct ncl_lower *lower, struct ncl_emit *step, ncl_ref out, int axis, bool along);
/* The same for a body that takes a compiler long: what hangs on most convolutions, nothing, a residual addition, relu
 * or a clamp, shares one text, so a network has one kernel where it had one for each of them. `any`: a tensor of floats
 * that stands in where nothing is added; it is not read. */
void ncl_step_after_shared(struct ncl_lower *lower, struct ncl_emit *step, ncl_ref out, int axis, bool along,
                           ncl_ref any);

#endif
