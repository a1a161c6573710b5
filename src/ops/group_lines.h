/* SPDX-License-Identifier: Apache-2.0 */
/* Lines along axes by work-groups (reduce_group.cl, softmax_group.cl, norm_group.cl): several work-items share a line
 * and join what they have as a tree in local memory; short lines share a group. */
#ifndef NCL_GROUP_LINES_H
#define NCL_GROUP_LINES_H

#include "ops/axes.h"

struct ncl_group_lines {
    struct ncl_axes axes;
    int64_t items, share; /* work-items of a group, and of them those of a line: powers of two */
    int64_t groups;
};

/* Why the device cannot, NULL: it can. */
const char *ncl_group_lines_unfit(const struct ncl_target *target);
/* The lines of `in` along the axes whose extent is 1 in `reduced`. */
struct ncl_group_lines ncl_group_lines_make(const struct ncl_target *target, const nnefcl_shape *in,
                                            const nnefcl_shape *reduced);
/* Estimated microseconds when the elements of every line are read so many times. */
double ncl_group_lines_cost(const struct ncl_target *target, const struct ncl_group_lines *lines, double times);
/* What one work-item for each line would take. */
double ncl_group_lines_alone_cost(const struct ncl_target *target, const struct ncl_axes *axes, double times);
/* COLUMNS, RESULTS, SHARE, WIDTH, RUN, STEP, ELEMENTS, KEPT, GATHERED, EXTENT, STRIDE, GATHERED_EXTENT,
 * GATHERED_STRIDE: the first NCL_GROUP_LINES_FIELDS fields of the record. */
#define NCL_GROUP_LINES_FIELDS 25
void ncl_group_lines_emit(struct ncl_emit *step, const struct ncl_group_lines *lines);

#endif
