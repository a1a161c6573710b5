/* SPDX-License-Identifier: Apache-2.0 */
/* A tensor as a file holds it: items of some type and byte order, in row-major or column-major order, and how they
 * become elements of a dtype. */
#ifndef ARRAY_H
#define ARRAY_H

#include <stdbool.h>

#include "nnefcl/tensor.h"

struct array {
    char kind;       /* 'f' float, 'i' signed, 'u' unsigned, 'b' logical */
    size_t item;     /* bytes of an item: f 2 4 8, i and u 1 2 4 8, b 1 */
    bool big;        /* big-endian */
    bool column;     /* column-major ("Fortran") order */
    bool loose_rank; /* trailing extents of 1 say nothing (.dat) */
    nnefcl_shape shape;
    const unsigned char *data;
    size_t count; /* items; their bytes are all there */
};

/* The dtype that the kind stands for. */
nnefcl_dtype array_dtype(const struct array *array);
bool array_has_shape(const struct array *array, const nnefcl_shape *shape);
/* Writes all items as elements of `dtype` in row-major order. Floats may be rounded; everything else must be kept
 * exactly: false, and *bad is the position (in the order of the output) of the first item that cannot be. */
bool array_convert(const struct array *array, nnefcl_dtype dtype, void *out, size_t *bad);
/* How many finite items become infinite or 0 as floats, and the first of them in the order of the output. */
size_t array_lost(const struct array *array, size_t *first, double *value);
/* "[1,3,8,8]" into `text`. */
enum { SHAPE_TEXT = 8 * 21 + 3 };
const char *shape_text(const nnefcl_shape *shape, char text[SHAPE_TEXT]);
size_t shape_count(const nnefcl_shape *shape);
/* An element as a number. */
double tensor_element(const nnefcl_tensor *tensor, size_t position);

#endif
