/* SPDX-License-Identifier: Apache-2.0 */
/* Indices of elements, negative ones from the end, and positions, which are several of them. Sticky, see import.h. */
#ifndef NCL_COMPOSE_INDEX_H
#define NCL_COMPOSE_INDEX_H

#include "import/compose.h"

#define NCL_INDEX_MAX ((int64_t)1 << 24) /* places that are computed as scalars are exact up to here */

/* The next position in a shape, the last axis first; false: it was the last. */
bool ncl_index_next(const nnefcl_shape *shape, int64_t *at);
/* From 0 on; false: an error, it lies outside. */
bool ncl_index_resolve(struct ncl_import *import, int64_t *index, int64_t extent);
/* The same of an index that is computed, as a scalar; what lies outside stays there. */
struct ncl_tensor *ncl_index_number(struct ncl_import *import, struct ncl_tensor *index, int64_t extent);

/* Rows of x that positions name: x becomes [named, rest]. */
struct ncl_nd {
    int batch, length; /* axes that both have in front, items of a position */
    nnefcl_shape rows, positions;
    int64_t named[NNEFCL_MAX_RANK]; /* strides of the named axes, in rows */
};

/* x by positions in the last axis of `index`; false: an error, they do not fit. */
bool ncl_nd_read(struct ncl_import *import, const nnefcl_shape *x, const nnefcl_shape *index, int64_t batch,
                 struct ncl_nd *nd);
/* The row of each position; by known indices. NULL: they are not known. */
const struct ncl_known *ncl_nd_known(struct ncl_import *import, const nnefcl_shape *x, const struct ncl_known *index,
                                     const struct ncl_nd *nd);
/* The same by indices that are computed: scalars. */
struct ncl_tensor *ncl_nd_computed(struct ncl_import *import, const nnefcl_shape *x, struct ncl_tensor *index,
                                   const struct ncl_nd *nd);
/* GatherND: the rows of x at the positions that operand 1 of the node has. */
struct ncl_tensor *ncl_compose_gather_nd(struct ncl_import *import, struct ncl_tensor *x,
                                         const struct ncl_import_node *node, int64_t batch);

/* x and updates are [rows, rest], place has the row of each update: x with it there, or with the result of `op`; "":
 * the update itself, the last one wins. */
struct ncl_tensor *ncl_compose_scatter_rows(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *updates,
                                            const struct ncl_known *place, const char *op);
/* The same at places that depend on data: x is [batch, rows, rest], updates [batch, writes, rest], place scalars of
 * [batch, writes]; those that are no row reach none. (compose_scatter.c) */
struct ncl_tensor *ncl_compose_scatter_computed(struct ncl_import *import, struct ncl_tensor *x,
                                                struct ncl_tensor *updates, struct ncl_tensor *place, const char *op);
/* The same at positions that the last axis of `index` names, */
struct ncl_tensor *ncl_compose_scatter_nd(struct ncl_import *import, struct ncl_tensor *x,
                                          const struct ncl_known *index, struct ncl_tensor *updates, const char *op);
/* of operand `index` of the node, which may depend on data. (compose_scatter.c) */
struct ncl_tensor *ncl_compose_scatter_nd_by(struct ncl_import *import, struct ncl_tensor *x,
                                             const struct ncl_import_node *node, size_t index,
                                             struct ncl_tensor *updates, const char *op);
/* x with the updates in place of the block that begins at its begin; they have as many axes. */
struct ncl_tensor *ncl_compose_put_first(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *updates);

#endif
