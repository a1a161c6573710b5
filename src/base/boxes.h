/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes (a0, b0, a1, b1), two opposite corners, of which those with the highest scores suppress others: the definition
 * of non_max_suppression (src/ops/non_max.c), for verification and for boxes that are known. */
#ifndef NCL_BOXES_H
#define NCL_BOXES_H

#include <stdint.h>

/* The first of the highest of `rest`, the scores that are left: it and those that cover it by more than `limit` become
 * minus infinity. -1: nothing is left. */
int64_t ncl_boxes_choose(const double *box, double *rest, int64_t count, double limit);

#endif
