/* SPDX-License-Identifier: Apache-2.0 */
/* Where maxima stood: NNEF counts within each window, other systems over the whole tensor. Sticky, see import.h. */
#ifndef NCL_COMPOSE_PLACES_H
#define NCL_COMPOSE_PLACES_H

#include "import/compose.h"

/* The number of each maximum within its window: integers. */
struct ncl_tensor *ncl_compose_max_places(struct ncl_import *import, struct ncl_tensor *input,
                                          const struct ncl_compose_window *window);
/* Elements of x at such places, zeros between them; `output` extents of the spatial axes. Windows that meet are
 * refused: two of them may have the same place, and NNEF adds what others write once. */
struct ncl_tensor *ncl_compose_max_unpool(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *places,
                                          const struct ncl_compose_window *window, const int64_t *output);
/* From numbers within windows to those within a tensor of the shape `whole`, and back. Scalars. `columns`: the first
 * spatial axis is the one whose neighbours stand side by side. */
struct ncl_tensor *ncl_compose_places_flat(struct ncl_import *import, struct ncl_tensor *places,
                                           const struct ncl_compose_window *window, const nnefcl_shape *whole,
                                           bool columns);
struct ncl_tensor *ncl_compose_places_within(struct ncl_import *import, struct ncl_tensor *flat,
                                             const struct ncl_compose_window *window, const nnefcl_shape *whole);

#endif
