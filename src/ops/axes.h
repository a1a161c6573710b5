/* SPDX-License-Identifier: Apache-2.0 */
/* Operations along a set of axes (reductions, softmax): the set checked, and the tensor seen as lines along it.
 *
 * A line is what one result gathers from, or, where the innermost axis of the tensor is not in the set ("columns"),
 * what up to eight neighbouring results gather from. */
#ifndef NCL_AXES_H
#define NCL_AXES_H

#include "emit/lower.h"

#define NCL_AXES_GROUPS 4 /* of neighbouring axes that are all in the set, or all not: they alternate */

/* Axes and their strides, innermost first. */
struct ncl_axes_list {
    int count;
    int64_t extent[NCL_AXES_GROUPS], stride[NCL_AXES_GROUPS];
};

struct ncl_axes {
    bool columns;
    int64_t results;               /* lines of single results */
    int64_t volume;                /* elements that one result gathers */
    int64_t width;                 /* columns: extent of the innermost axis; else 1 */
    int64_t run;                   /* elements along the innermost axis of the set ... */
    int64_t step;                  /* ... and the distance between them: 1 unless columns */
    struct ncl_axes_list kept;     /* the axes that are not in the set, without that of `width` */
    struct ncl_axes_list gathered; /* the axes of the set, without that of `run` */
};

/* The attribute `axis`, for a tensor of this rank. */
nnefcl_status ncl_axis_infer(struct ncl_infer *infer, const struct ncl_node *node, int rank);
/* The attribute `axes`: unique, within the rank of `input`. The shape has extent 1 along them. */
nnefcl_status ncl_axes_infer(struct ncl_infer *infer, const struct ncl_node *node, const struct ncl_tensor *input,
                             nnefcl_shape *reduced);
/* `reduced` is made by ncl_axes_infer from `shape`. */
void ncl_axes_find(struct ncl_axes *axes, const nnefcl_shape *shape, const nnefcl_shape *reduced);
/* Of axes without columns: neighbouring results become the columns. Returns how far their elements are apart. */
int64_t ncl_axes_turn(struct ncl_axes *axes);
/* The first fields of the record (LINES, SPAN, WIDTH, RUN, STEP, GROUPS, KEPT, GATHERED, EXTENT, STRIDE,
 * GATHERED_EXTENT, GATHERED_STRIDE) and the define COLUMNS. Returns the tasks. */
int64_t ncl_axes_emit(struct ncl_lower *lower, struct ncl_emit *step, const struct ncl_axes *axes);

#endif
