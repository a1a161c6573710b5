/* SPDX-License-Identifier: Apache-2.0 */
/* The definition of an operation in double precision, on the host: what the text of the specification says, element by
 * element, with no thought of speed. It serves `--verify`, the conformance run and the tests, and shares no code with
 * the kernels (shape rules and ncl_window_read are shared: they are no arithmetic).
 *
 * An operation's reference is   `void ncl_NAME_reference(const struct ncl_reference *, const struct ncl_node *)`   in
 * its file, named in ops.def. It cannot fail: arguments are checked, room for the results is there. Elements are
 * row-major doubles of any dtype: integers as they are, logicals 0 and 1. An operand that is one literal has its
 * elements written out to its shape. */
#ifndef NCL_REFERENCE_H
#define NCL_REFERENCE_H

#include "ir/graph.h"

/* The elements of one tensor. */
struct ncl_elements {
    double *value;
    /* The magnitude that the rounding error of an element grows with, where it is more than the element itself: for a
     * sum the sum of the magnitudes of its terms. Zeros unless the reference writes it. */
    double *scale;
    uint64_t terms; /* roundings in a row that an element takes, 1 unless the reference says more: the terms of a sum */
};

struct ncl_reference {
    struct ncl_elements *tensor; /* by tensor id: filled in for the operands, made for the results */
    unsigned compat;             /* NNEFCL_COMPAT_* of the model */
    uint64_t *outside;           /* counts indices of the node that lie outside of what they point into */
    double weights_off;          /* ncl_reference_stored */
    bool transforms;             /* a variant with `transforms` may have computed it (variant.h) */
};

const double *ncl_reference_in(const struct ncl_reference *reference, const struct ncl_tensor *tensor);
double *ncl_reference_out(const struct ncl_reference *reference, const struct ncl_tensor *tensor);
/* The scales of a result to write, and its number of terms. */
double *ncl_reference_scale(const struct ncl_reference *reference, const struct ncl_tensor *tensor, uint64_t terms);

/* What is to be added to the scale of a sum of products of elements of two operands, one of which may have been stored
 * in fewer bits, each off by `weights_off` of the largest one at most. A sum may be off by half a unit of its scale for
 * each of its terms (verify/tolerance.def), so their number cancels out. 0 where nothing is stored so. */
double ncl_reference_stored(const struct ncl_reference *reference, const struct ncl_tensor *a,
                            const struct ncl_tensor *b);

/* Counts the elements of `index` that are below 0 or not below `extent`. */
void ncl_reference_outside(const struct ncl_reference *reference, const struct ncl_tensor *index, double extent);

/* Positions of a shape in row-major order:
 *     int64_t at[NNEFCL_MAX_RANK];
 *     for (bool more = ncl_position_first(&shape, at); more; more = ncl_position_next(&shape, at)) ...
 * One position for rank 0. */
bool ncl_position_first(const nnefcl_shape *shape, int64_t *at);
bool ncl_position_next(const nnefcl_shape *shape, int64_t *at);
/* The row-major index of a position. */
int64_t ncl_position_index(const nnefcl_shape *shape, const int64_t *at);
/* The same in an operand that is repeated along its axes of extent 1 and along those it lacks (4.2, broadcasting). */
int64_t ncl_position_repeated(const nnefcl_shape *operand, const int64_t *at);

#endif
