/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of tensors with a batch above 1: the images of a concatenated, split or sliced tensor, along axis 1, lie within
 * those of the whole, which is so many elements from one of them to the next: the pitch. In blocks whoever reads or
 * writes takes it from struct ncl_place (blocks.h). A plain tensor has a pitch where all who touch it can have one:
 *
 *   written  by a variant that `writes_pitched` (variant.h), element by element, by another concatenation, or, where
 *            it is held in blocks, by the conversion of it that a concatenation asks for
 *   read     as the input of a variant that `reads_pitched` or has blocks made of it, element by element, or by concat,
 *            split and slice along axis 1
 *
 * Anybody else who comes by reads ncl_lower_tensor, as ever, and gets a copy; so what such a reader wants, outputs of
 * the graph among them, is left dense, and is copied into its place. Of two wholes that a tensor is part of the later
 * one has it; where the earlier one is as a whole the beginning of the later one, it lies there too. */
#ifndef NCL_PITCH_H
#define NCL_PITCH_H

#include "emit/lower.h"

/* Decides for all tensors, blocks and plain ones, behind the forms (blocks_decide.c). */
nnefcl_status ncl_pitch_decide(struct ncl_lower *lower);
/* The plain form in which a tensor is left by its writer. */
struct ncl_layout ncl_pitch_layout(const struct ncl_lower *lower, const struct ncl_tensor *tensor);
/* The tensor in that form. */
ncl_ref ncl_pitch_in(struct ncl_lower *lower, const struct ncl_tensor *tensor);
/* Elements from one image of a plain tensor of this shape to the next. */
int64_t ncl_pitch_of(const struct ncl_lower *lower, ncl_ref ref, const nnefcl_shape *shape);
/* Both of a step as fields of its record, IN_IMAGE and OUT_IMAGE. */
void ncl_pitch_emit(const struct ncl_lower *lower, struct ncl_emit *step, ncl_ref input, const nnefcl_shape *in,
                    ncl_ref output, const nnefcl_shape *out);

#endif
