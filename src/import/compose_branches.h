/* SPDX-License-Identifier: Apache-2.0 */
/* Branches by a condition that depends on data: both are made, and each result is chosen among the two, which have one
 * shape. Sticky, see import.h. */
#ifndef NCL_COMPOSE_BRANCHES_H
#define NCL_COMPOSE_BRANCHES_H

#include "import/import.h"

/* Is operand 0 such a condition: one element, neither known nor given with the model? */
bool ncl_branch_computed(struct ncl_import *import, const struct ncl_import_node *node);
/* Results of the node from those of its branches. */
void ncl_branches_give(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_import_value *yes,
                       struct ncl_import_value *no);

#endif
