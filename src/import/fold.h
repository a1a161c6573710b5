/* SPDX-License-Identifier: Apache-2.0 */
/* Calculations with known tensors: what shapes go through on their way to an attribute. In doubles or 64-bit integers,
 * which is exact for shapes. NULL: an operand that is NULL, as one that a file leaves out, out of memory (sticky), more
 * than NCL_KNOWN_MAX elements, or, where it is said, not done here; what is not legal is reported. Operands are aligned
 * at the last axis. */
#ifndef NCL_FOLD_H
#define NCL_FOLD_H

#include "import/import.h"

/* fold.c: `op` is an operation of NNEF with one operand ("neg") or two ("add"; "div" of integers truncates, "mod" takes
 * the sign of the divisor, "fmod" that of the dividend); NULL also when there is no such. */
const struct ncl_known *ncl_fold_unary(struct ncl_import *import, const char *op, const struct ncl_known *x);
const struct ncl_known *ncl_fold_binary(struct ncl_import *import, const char *op, const struct ncl_known *x,
                                        const struct ncl_known *y);
const struct ncl_known *ncl_fold_select(struct ncl_import *import, const struct ncl_known *condition,
                                        const struct ncl_known *yes, const struct ncl_known *no);
/* To integers by truncation, within the range of their type by wrapping. */
const struct ncl_known *ncl_fold_cast(struct ncl_import *import, const struct ncl_known *x,
                                      enum ncl_stored_type element);

/* fold_move.c: element `at` of the result is that of x at offset + the sum of at[i] * stride[i]. */
const struct ncl_known *ncl_fold_view(struct ncl_import *import, const struct ncl_known *x, const nnefcl_shape *shape,
                                      int64_t offset, const int64_t *stride);
const struct ncl_known *ncl_fold_transpose(struct ncl_import *import, const struct ncl_known *x, const int *axis);
const struct ncl_known *ncl_fold_slice(struct ncl_import *import, const struct ncl_known *x, int axis, int64_t begin,
                                       int64_t count, int64_t stride);
/* To the shape that x and `shape` have together. */
const struct ncl_known *ncl_fold_expand(struct ncl_import *import, const struct ncl_known *x,
                                        const nnefcl_shape *shape);
const struct ncl_known *ncl_fold_concat(struct ncl_import *import, const struct ncl_known *const *item, size_t count,
                                        int axis);
/* Negative indices count from the end. */
const struct ncl_known *ncl_fold_gather(struct ncl_import *import, const struct ncl_known *x,
                                        const struct ncl_known *index, int axis);
/* op: "sum", "mean", "max", "min", "prod"; axes kept as extents of 1. */
const struct ncl_known *ncl_fold_reduce(struct ncl_import *import, const char *op, const struct ncl_known *x,
                                        const bool *reduced);
/* first, first + step, ... before limit. */
const struct ncl_known *ncl_fold_range(struct ncl_import *import, const struct ncl_known *first,
                                       const struct ncl_known *limit, const struct ncl_known *step);
/* All elements are the first one of `value`. */
const struct ncl_known *ncl_fold_fill(struct ncl_import *import, const struct ncl_known *value,
                                      const nnefcl_shape *shape);

/* A result to be filled in: zeros. */
struct ncl_known *ncl_fold_new(struct ncl_import *import, enum ncl_stored_type element, const nnefcl_shape *shape);
/* The shape that two have together; false: none. */
bool ncl_fold_join(const nnefcl_shape *a, const nnefcl_shape *b, nnefcl_shape *joined);

#endif
