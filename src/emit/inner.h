/* SPDX-License-Identifier: Apache-2.0 */
/* Recognized operations that stand for several nodes: those stay (node->inner), and computing them as they were written
 * is the plain way of the operation. */
#ifndef NCL_INNER_H
#define NCL_INNER_H

#include "emit/lower.h"

/* What hangs on the node hangs on the last of them, which makes its result. */
nnefcl_status ncl_inner_lower(struct ncl_lower *lower, const struct ncl_node *node);

#endif
