/* SPDX-License-Identifier: Apache-2.0 */
/* box, avg_pool and max_pool, and what is one of them in other words. */
#ifndef NCL_POOL_H
#define NCL_POOL_H

#include "emit/variant.h"
#include "ops/window.h"

enum ncl_pool_kind { NCL_POOL_BOX, NCL_POOL_AVERAGE, NCL_POOL_MAX };

/* The steps of a pool of the node's input. */
nnefcl_status ncl_pool_choose(struct ncl_lower *lower, const struct ncl_node *node, const struct ncl_pool *pool);
/* MAX, NORMALIZE and IGNORE, as bodies of pools have them. */
void ncl_pool_define_kind(struct ncl_emit *step, const struct ncl_pool *pool);
/* Fields of bodies that see the last axes: PLANES of the others but the first one, IN_IMAGE, OUT_IMAGE (pitch.h). */
void ncl_pool_emit_images(const struct ncl_lower *lower, struct ncl_emit *step, const struct ncl_problem *problem,
                          ncl_ref input, int axes);
/* The definition. */
void ncl_pool_define(const struct ncl_reference *reference, const struct ncl_node *node, const struct ncl_pool *pool);

#endif
