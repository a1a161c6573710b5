/* SPDX-License-Identifier: Apache-2.0 */
/* The elements of constants and variables, decoded as they are read (5.2, 5.2.1, 7.1). */
#ifndef NCL_WEIGHTS_H
#define NCL_WEIGHTS_H

#include "ir/graph.h"
#include "nnef/container.h"

struct ncl_weights;
/* Reads for one session; holds a chunk and a cursor. `container` NULL: there are no files; `seed` of random elements.
 */
nnefcl_status ncl_weights_open(const struct ncl_container *container, const nnefcl_allocator *allocator,
                               unsigned compat, uint64_t seed, struct ncl_diag *diag, struct ncl_weights **weights);
void ncl_weights_free(struct ncl_weights *weights);
/* Starts a tensor of role VARIABLE or CONSTANT ... */
nnefcl_status ncl_weights_begin(struct ncl_weights *weights, const struct ncl_tensor *tensor, struct ncl_diag *diag);
/* ... and writes its next `count` elements (dense, of its dtype) to `out`: from the file (float, integer, bool;
 * quantized indices decoded by variable->quant, 7.1), the constant's data, or the random formula. */
nnefcl_status ncl_weights_next(struct ncl_weights *weights, void *out, size_t count, struct ncl_diag *diag);
/* Does the file of a variable fit its declaration: header, size, type, shape modulo trailing ones (5.2, 5.2.1)? Called
 * while the graph is built. */
nnefcl_status ncl_weights_check(const struct ncl_container *container, const struct ncl_variable *variable,
                                unsigned compat, struct ncl_loc at, struct ncl_diag *diag);
/* The same with a cursor of the caller: an archive is read through once when the variables come in the order of their
 * files. */
nnefcl_status ncl_weights_check_with(struct ncl_cursor *cursor, const struct ncl_container *container,
                                     const struct ncl_variable *variable, unsigned compat, struct ncl_loc at,
                                     struct ncl_diag *diag);
/* The only element of a rank-0 variable that serves as an attribute. */
nnefcl_status ncl_weights_scalar(const struct ncl_container *container, const struct ncl_variable *variable,
                                 unsigned compat, struct ncl_loc at, struct ncl_diag *diag, double *value);

#endif
