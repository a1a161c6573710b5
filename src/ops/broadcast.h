/* SPDX-License-Identifier: Apache-2.0 */
/* Element-wise operations on several operands (NNEF 4.2.2): the shape that they broadcast to. */
#ifndef NCL_BROADCAST_H
#define NCL_BROADCAST_H

#include "emit/expression.h"

/* Widens `shape` by that of one more operand. Axes are aligned at the first one, missing trailing axes count as extent
 * 1; extents are equal or one of them is 1. False: neither. */
bool ncl_broadcast_join(nnefcl_shape *shape, const nnefcl_shape *operand);
/* The shape of a result of the operands with these names; an error names the two that do not fit. */
nnefcl_status ncl_broadcast_infer(struct ncl_infer *infer, const struct ncl_node *node, const char *const *names,
                                  size_t count, nnefcl_shape *shape);

/* Elements of a task for an element-wise kernel over `count` elements: a multiple of 8, small enough that every compute
 * unit has work. */
int64_t ncl_broadcast_chunk(const struct ncl_target *target, int64_t count);

#endif
