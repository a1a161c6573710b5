/* SPDX-License-Identifier: Apache-2.0 */
/* Bounds for operations that set elements of one operand against each other: what a result may be off is at no corner
 * of what its operand may be. Elements x of a line may be off by d each, those of other lines do not matter. */
#ifndef NCL_SPREAD_H
#define NCL_SPREAD_H

#include "emit/reference.h"
#include "ir/op.h"

/* Operand and results are there, and what the operand may be off; that of the results is written, zeros before. */
typedef void (*ncl_spread)(const struct ncl_node *node, const struct ncl_elements *elements, double *const *off);

/* NULL: the operation has none. */
ncl_spread ncl_spread_find(const struct ncl_op *op);

#endif
