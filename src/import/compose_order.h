/* SPDX-License-Identifier: Apache-2.0 */
/* Orders, counts and products along axes, as other systems have them. Sticky, see import.h. */
#ifndef NCL_COMPOSE_ORDER_H
#define NCL_COMPOSE_ORDER_H

#include "import/compose.h"

/* 0, 1, 2, ... along an axis of a tensor of that rank. */
struct ncl_tensor *ncl_compose_grid(struct ncl_import *import, int rank, int axis, int64_t extent);
/* Sums of the elements up to each one (exclusive: in front of it), or from each one on. */
struct ncl_tensor *ncl_compose_cum_sum(struct ncl_import *import, struct ncl_tensor *x, int axis, bool exclusive,
                                       bool reverse);
/* A new axis with `on` where its index is that of the element, else `off`. The indices are scalars. */
struct ncl_tensor *ncl_compose_one_hot(struct ncl_import *import, struct ncl_tensor *index, int axis, int64_t depth,
                                       struct ncl_tensor *on, struct ncl_tensor *off);
/* The k greatest (or least) and their indices, in their order; the first of equal ones. */
void ncl_compose_top_k(struct ncl_import *import, struct ncl_tensor *x, int axis, int64_t k, bool largest,
                       struct ncl_tensor **value, struct ncl_tensor **index);
/* The products along the axes, which stay with an extent of 1. */
struct ncl_tensor *ncl_compose_product(struct ncl_import *import, struct ncl_tensor *x, const int *axis, size_t count);
/* The first elements along `time` backwards, as many as known `lengths` say of each row of `batch`. */
struct ncl_tensor *ncl_compose_reverse_sequence(struct ncl_import *import, struct ncl_tensor *x,
                                                const struct ncl_known *lengths, int time, int batch);

#endif
