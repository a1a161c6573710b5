/* SPDX-License-Identifier: Apache-2.0 */
/* The declaration of an operation as data: what it is called with and what it gives. The front end makes these from
 * stdlib.nnef; who makes nodes needs nothing else, and no syntax. */
#ifndef NCL_SIGNATURE_H
#define NCL_SIGNATURE_H

#include "nnefcl/tensor.h"
#include "value.h"

struct ncl_op;

/* What a parameter takes, or what a result is. */
struct ncl_sort {
    enum ncl_value_kind kind; /* TENSOR, or that of an attribute; NONE: an attribute of type ? */
    unsigned arrays;          /* how many arrays are around it: 1 for integer[] and tensor<?>[] */
    bool generic;             /* of type ?, or a tensor of ? */
    bool unbound;             /* tensor<>: a tensor of any type */
    nnefcl_dtype dtype;       /* of a tensor that is neither */
};

/* Arrays of a signature are indexed by parameter or result, in the order of the declaration. */
struct ncl_signature {
    const char *name;
    const struct ncl_op *op; /* NULL: the operation is known by its body only, nodes of it do not exist */
    size_t parameter_count, result_count;
    const char *const *parameter, *const *result; /* names; nodes point to them */
    const struct ncl_sort *takes, *gives;
    const struct ncl_value *initial; /* default values; NCL_VALUE_NONE: the argument has to be given */
};

#endif
