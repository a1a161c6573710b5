/* SPDX-License-Identifier: Apache-2.0 */
/* Tensors whose elements are known while a file is read: shapes, axes, indices, and small constants. They are computed
 * with on the host, floats as doubles, integers and logicals as 64-bit integers (fold.h), and become tensors of the
 * graph only where a node needs one. Extents may be 0. Immutable once made. */
#ifndef NCL_KNOWN_H
#define NCL_KNOWN_H

#include "base/alloc.h"
#include "base/stored.h"

#define NCL_KNOWN_MAX ((size_t)1 << 23) /* elements of one; what is larger is left to the device */

struct ncl_known {
    enum ncl_stored_type element;
    nnefcl_shape shape;
    size_t count;
    union {
        double *real;     /* of elements that are scalars here */
        int64_t *integer; /* of the others; logicals are 0 or 1 */
    };
};

/* Is it kept as `real`? */
static inline bool ncl_known_is_real(const struct ncl_known *known)
{
    return ncl_stored_dtype(known->element) == NNEFCL_SCALAR;
}

/* Elements of a shape, which may have extents of 0. False: more than NCL_KNOWN_MAX. */
bool ncl_known_count(const nnefcl_shape *shape, size_t *count);
/* Zeros to be filled in; NULL: out of memory, or more than NCL_KNOWN_MAX. */
struct ncl_known *ncl_known_new(struct ncl_arena *arena, enum ncl_stored_type element, const nnefcl_shape *shape);
/* Rank 0 and rank 1. */
struct ncl_known *ncl_known_scalar(struct ncl_arena *arena, enum ncl_stored_type element, double value);
struct ncl_known *ncl_known_integers(struct ncl_arena *arena, const int64_t *value, size_t count);
/* Decodes packed elements (stored.h); `data` holds all of them. */
struct ncl_known *ncl_known_decode(struct ncl_arena *arena, enum ncl_stored_type element, const nnefcl_shape *shape,
                                   const void *data);
/* The same elements in another shape of as many. */
struct ncl_known *ncl_known_reshape(struct ncl_arena *arena, const struct ncl_known *known, const nnefcl_shape *shape);
/* What a real element of this type keeps of a value: 64 bits all of it, the others what a float does, as the engines
 * that compute with them. */
double ncl_known_rounded(enum ncl_stored_type element, double value);
/* One element, as either kind. */
double ncl_known_double(const struct ncl_known *known, size_t index);
int64_t ncl_known_int64(const struct ncl_known *known, size_t index);
/* All elements are equal: true, also of one; false of none. */
bool ncl_known_is_filled(const struct ncl_known *known);

#endif
