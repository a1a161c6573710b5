/* SPDX-License-Identifier: Apache-2.0 */
/* Other extents of axes, exactly as other systems mean them: elements of the result are sums of a few elements of the
 * operand with constant weights. Where NNEF has an operation for it, that is taken. Sticky, see import.h. */
#ifndef NCL_COMPOSE_RESIZE_H
#define NCL_COMPOSE_RESIZE_H

#include "import/compose.h"

enum ncl_resize_mode { NCL_RESIZE_NEAREST, NCL_RESIZE_LINEAR, NCL_RESIZE_CUBIC };

/* Where position i of the result lies in the operand. */
enum ncl_resize_place {
    NCL_RESIZE_HALF_PIXEL,           /* (i + 0.5) / scale - 0.5 */
    NCL_RESIZE_HALF_PIXEL_SYMMETRIC, /* the same around the centre, when the extent was rounded */
    NCL_RESIZE_HALF_PIXEL_TORCH,     /* 0 where the result has but one position */
    NCL_RESIZE_ALIGN_CORNERS,        /* i (in - 1) / (out - 1) */
    NCL_RESIZE_ASYMMETRIC,           /* i / scale */
    NCL_RESIZE_HALF_PIXEL_NEAREST,   /* (i + 0.5) / scale */
    NCL_RESIZE_CROP                  /* from `start` to `end`, parts of the axis */
};

/* Which whole position is the nearest. */
enum ncl_resize_rounding { NCL_RESIZE_FLOOR, NCL_RESIZE_CEIL, NCL_RESIZE_HALF_DOWN, NCL_RESIZE_HALF_UP };

struct ncl_resize {
    enum ncl_resize_mode mode;
    enum ncl_resize_place place;
    enum ncl_resize_rounding rounding;
    bool antialias, exclude_outside;
    double cubic, outside; /* coefficient of the cubic; what stands outside of a crop */
    int64_t out[NNEFCL_MAX_RANK];
    double scale[NNEFCL_MAX_RANK], start[NNEFCL_MAX_RANK], end[NNEFCL_MAX_RANK];
};

/* Nothing changes: extents of the shape, scales of 1. */
struct ncl_resize ncl_resize_of(const nnefcl_shape *shape);
struct ncl_tensor *ncl_compose_resize(struct ncl_import *import, struct ncl_tensor *x, const struct ncl_resize *resize);

/* ---- what other systems resize in ways of their own ---- */

/* Element i of the result is the sum of `count` elements, index[i * count + j], times their weights. */
struct ncl_resize_terms {
    size_t count;
    int64_t out; /* elements of the result */
    int64_t *index;
    double *weight;
};

/* Zeros to be filled in; false: an error was reported. */
bool ncl_resize_terms_new(struct ncl_import *import, struct ncl_resize_terms *terms, size_t count, int64_t out);
/* An axis of x by such terms. */
struct ncl_tensor *ncl_compose_terms(struct ncl_import *import, struct ncl_tensor *x, int axis,
                                     const struct ncl_resize_terms *terms);

#endif
