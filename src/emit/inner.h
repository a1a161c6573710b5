/* SPDX-License-Identifier: Apache-2.0 */
/* Recognized operations that have no kernels of their own: they are computed as they were written (node->inner). */
#ifndef NCL_INNER_H
#define NCL_INNER_H

#include "emit/lower.h"

/* What ops.def names as the lowering of such an operation; the pass `recognize` keeps the nodes because of it. What
 * hangs on the node hangs on the last of them, which makes its result. */
nnefcl_status ncl_inner_lower(struct ncl_lower *lower, const struct ncl_node *node);

#endif
