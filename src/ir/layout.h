/* SPDX-License-Identifier: Apache-2.0 */
/* How the elements of a tensor lie in memory: one of its forms. A noun of the plan; the graph knows shapes and types.
 *
 * Without a block the axes lie in their order. With one, `axis` is cut into blocks whose indices lie innermost:
 * [N][C / block][spatial...][block] for axis 1 of images; where it is the last one, its blocks lie in front of the axis
 * before it, so that matrices are [D / block][T][block]. The planes of a volume (rank 5, axis 1 blocked) lie as images
 * of a batch do: [N][D][C / block][H][W][block]. The last block is filled up with zeros. Axes from the third on may
 * have a halo, extents of zeros on either side. The axes of a pitch have neither. */
#ifndef NCL_LAYOUT_H
#define NCL_LAYOUT_H

#include <stdbool.h>

#include "base/text.h"
#include "nnefcl/tensor.h"

#define NCL_LAYOUT_HALO (NNEFCL_MAX_RANK - 2)

/* What an element is stored as; the type of the tensor says what it means. Whole numbers are of 16 bits and count
 * steps: of tensors whose elements are such multiples. */
enum ncl_element { NCL_ELEMENT_OWN /* float, int or uchar */, NCL_ELEMENT_HALF, NCL_ELEMENT_WHOLE };

/* {0}: plain and dense. */
struct ncl_layout {
    enum ncl_element element;
    uint8_t axis, block; /* block 0: none */
    uint8_t outer;       /* number of the outermost axes in memory that count as one, whose indices are `pitch` elements
                            apart: a part of a larger tensor; 0: dense */
    uint16_t before[NCL_LAYOUT_HALO], after[NCL_LAYOUT_HALO]; /* halo; index 0: axis 2 */
    int64_t pitch;
    float step; /* of whole numbers; else 0 */
};

bool ncl_layout_equal(const struct ncl_layout *a, const struct ncl_layout *b);
/* Do all elements of a tensor of this shape have the same place in both, and nothing but them has one? */
bool ncl_layout_coincide(const struct ncl_layout *a, const struct ncl_layout *b, const nnefcl_shape *shape);
bool ncl_layout_is_plain(const struct ncl_layout *layout);
size_t ncl_layout_element(const struct ncl_layout *layout, nnefcl_dtype dtype); /* bytes of one */
/* Bytes from the first element to the last one, both counted; UINT64_MAX when that does not fit. */
uint64_t ncl_layout_bytes(const struct ncl_layout *layout, nnefcl_dtype dtype, const nnefcl_shape *shape);
/* Is it a volume in blocks, whose planes lie as images do? */
bool ncl_layout_is_planes(const struct ncl_layout *layout, const nnefcl_shape *shape);
/* Indices of the outermost axes, which count as one. */
int64_t ncl_layout_images(const struct ncl_layout *layout, const nnefcl_shape *shape);
/* The form of a tensor whose images are parts of those of a larger one with this form and shape: axis 0, of volumes in
 * blocks axes 0 and 2, gets the pitch of the larger one. */
struct ncl_layout ncl_layout_part(const struct ncl_layout *whole, const nnefcl_shape *shape);
/* Indices in memory along an axis: blocks of the blocked one, halo included. */
int64_t ncl_layout_extent(const struct ncl_layout *layout, const nnefcl_shape *shape, int axis);
/* Elements from one index of an axis to the next; of the blocked one from block to block. Shapes in a plan are checked,
 * so it fits where ncl_layout_bytes does. */
int64_t ncl_layout_stride(const struct ncl_layout *layout, const nnefcl_shape *shape, int axis);
/* Element at which a position lies. */
int64_t ncl_layout_offset(const struct ncl_layout *layout, const nnefcl_shape *shape, const int64_t *position);
/* "axis1/8 halo1+1,1+1 half pitch1024 ", "whole0.25 " for whole numbers and their step, nothing for a plain one. */
void ncl_layout_print(struct ncl_text *text, const struct ncl_layout *layout);

#endif
