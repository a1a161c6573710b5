/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes of detectors. Sticky, see import.h. */
#ifndef NCL_COMPOSE_BOXES_H
#define NCL_COMPOSE_BOXES_H

#include "import/compose.h"

/* With the first `rank` of these extents. */
struct ncl_tensor *ncl_boxes_shaped(struct ncl_import *import, struct ncl_tensor *x, int rank, int64_t a, int64_t b,
                                    int64_t c);
struct ncl_tensor *ncl_boxes_zero_where(struct ncl_import *import, struct ncl_tensor *none, struct ncl_tensor *x);
/* (a, b, height, width) around a centre, in the last axis, as two corners. */
struct ncl_tensor *ncl_compose_corners(struct ncl_import *import, struct ncl_tensor *boxes);
/* The boxes of each row of scores that none with a higher score covers by more than `limit`: [batch, classes, capacity]
 * of their numbers, -1 behind the last one (src/ops/non_max.c). */
struct ncl_tensor *ncl_compose_non_max(struct ncl_import *import, struct ncl_tensor *boxes, struct ncl_tensor *scores,
                                       int64_t capacity, double limit, double least);
/* The same of known boxes as rows (batch, class, number), as many as there are; NULL: an error. */
const struct ncl_known *ncl_fold_non_max(struct ncl_import *import, const struct ncl_known *boxes,
                                         const struct ncl_known *scores, int64_t capacity, double limit, double least);
/* Numbers of ncl_compose_non_max as such rows, scalars, and -1 where there is none: behind all others, unless there are
 * more than NCL_BOXES_SORTED places. */
#define NCL_BOXES_SORTED 4096
struct ncl_tensor *ncl_compose_box_rows(struct ncl_import *import, struct ncl_tensor *index);

/* Rows of [batch, n, r] by numbers [batch, k], scalars; those below 0 are row 0: [batch, k, r]. */
struct ncl_tensor *ncl_compose_box_gather(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *index);

/* By falling scores; zeros for what is none. */
struct ncl_boxes_best {
    struct ncl_tensor *boxes, *scores, *classes; /* [batch, k, 4] and [batch, k] */
    struct ncl_tensor *count;                    /* [batch] */
};

/* Boxes [batch, n, 4] and scores [batch, classes, n]: `each` of a class at most, the `total` highest of those. */
struct ncl_boxes_best ncl_compose_box_best(struct ncl_import *import, struct ncl_tensor *boxes,
                                           struct ncl_tensor *scores, int64_t each, int64_t total, double limit,
                                           double least);

#endif
