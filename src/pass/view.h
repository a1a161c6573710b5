/* SPDX-License-Identifier: Apache-2.0 */
/* Where the elements of a tensor lie in another one that it is made of by moves alone, its base: the first one, and a
 * stride for each factor of an extent. A transpose exchanges factors, a reshape gives them to other axes, and what cuts
 * a part out begins further behind. */
#ifndef NCL_VIEW_H
#define NCL_VIEW_H

#include "ir/graph.h"

#define NCL_VIEW_FACTORS 40 /* a tensor has 2^40 elements at most (op.h) */

struct ncl_view {
    nnefcl_shape shape;
    int64_t first;
    int count; /* factors above 1, outermost first, each of one axis */
    struct ncl_view_factor {
        int64_t extent, stride;
    } factor[NCL_VIEW_FACTORS];
};

/* The base itself. */
void ncl_view_begin(struct ncl_view *view, const nnefcl_shape *shape);
/* Does the node move elements of one tensor: transpose, reshape, squeeze, unsqueeze, split, unstack, or a slice in
 * steps of one? Its operand is its first argument. */
bool ncl_view_moves(const struct ncl_node *node);
/* A move that makes one tensor of all elements of another. */
bool ncl_view_moves_all(const struct ncl_node *node);
/* Such a move whose elements stay where they are. */
bool ncl_view_stays(const struct ncl_node *node);
/* From the operand of a move to what it makes, which lies in the same base. False: not with strides. */
bool ncl_view_move(struct ncl_view *view, const struct ncl_node *node, const struct ncl_tensor *made);
/* The reverse of one that moves all elements: from what it makes to its operand. */
bool ncl_view_move_back(struct ncl_view *view, const struct ncl_node *node);
/* Of a transpose: the axis of its operand that axis i of its result is. Those behind the listed ones stay. */
int ncl_view_axis(const struct ncl_node *transpose, int i);
/* Not a move, but passed by them: which operand of a multiplication of all elements is a number; -1: none, or no
 * multiplication. */
int ncl_view_factor(const struct ncl_node *node);
/* From one element along the axis to the next; 0 along an extent of 1. False: it is no stride. */
bool ncl_view_stride(const struct ncl_view *view, int axis, int64_t *stride);

#endif
