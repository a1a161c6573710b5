/* SPDX-License-Identifier: Apache-2.0 */
/* A normalization between moves that undo each other: along which axes of what is not moved it is. */
#ifndef NCL_MOVED_NORM_H
#define NCL_MOVED_NORM_H

#include "pass/pass.h"

/* Is `last` the move back behind such a normalization? Then it is the normalization from now on, of what was moved
 * first. */
bool ncl_moved_norm_change(struct ncl_rewrite *rw, const struct ncl_templates *templates, struct ncl_node *last);

#endif
