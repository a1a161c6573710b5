/* SPDX-License-Identifier: Apache-2.0 */
/* Operations that an application registers (nnefcl/operation.h). Their record of sizes has a fixed head: for each
 * tensor among parameters and results NCL_CUSTOM_TENSOR_FIELDS fields, for each attribute its value, for each array its
 * length and where its items start in the record, behind the head.
 */
#ifndef NCL_CUSTOM_H
#define NCL_CUSTOM_H

#include "nnefcl/operation.h"
#include "ir/op.h"
#include "emit/reference.h"

#define NCL_CUSTOM_TENSORS 8 /* of a kernel at most */
/* COUNT, RANK, EXTENT and STRIDE of NNEFCL_MAX_RANK axes each */
#define NCL_CUSTOM_TENSOR_FIELDS (2 + 2 * NNEFCL_MAX_RANK)
#define NCL_CUSTOM_ARRAY_FIELDS  2

enum ncl_custom_kind {
    NCL_CUSTOM_TENSOR,
    NCL_CUSTOM_ATTRIBUTE,
    NCL_CUSTOM_ARRAY,
    NCL_CUSTOM_UNSEEN /* strings: not in the record */
};

struct ncl_custom_field {
    enum ncl_custom_kind kind;
    bool generic; /* its type is ?, or made of it */
    /* For the printed plan. Tensors: count, rank, extents, strides; attributes: value; arrays: length, start. */
    const char *name[4];
};

struct ncl_custom {
    struct ncl_op op; /* nodes point to it, and op.custom back */
    nnefcl_status (*shape)(nnefcl_call *call, void *user);
    int64_t (*tasks)(nnefcl_call *call, void *user);
    void (*define)(nnefcl_call *call, void *user);
    void *user;
    double ulp, ulp_per_term;
    const char *function; /* name of the body */
    const char *text;     /* macros of the fields, and the source */
    size_t parameter_count, result_count;
    struct ncl_custom_field *field; /* of the parameters, then the results */
    bool generic;
    size_t typed;     /* of the parameters, then the results: one that is tensor<?> */
    size_t head_size; /* fields of the record in front of the items */
};

struct nnefcl_call {
    const struct ncl_custom *custom;
    const struct ncl_node *node;
    const struct ncl_reference *reference; /* NULL: not for the definition */
    nnefcl_shape *shape;                   /* while they are being found: of each result */
    bool *shaped;
    nnefcl_status status; /* of the first error */
    char text[400];
};

/* The type that ? stands for in a node of a generic operation; its results need not be there yet. */
nnefcl_dtype ncl_custom_dtype(const struct ncl_custom *custom, const struct ncl_node *node);

/* custom.c: what the op of every registered operation points to; call.c: what its functions may ask. */
nnefcl_status ncl_custom_infer(struct ncl_infer *infer, struct ncl_node *node);
nnefcl_status ncl_custom_lower(struct ncl_lower *lower, const struct ncl_node *node);
uint64_t ncl_custom_macs(const struct ncl_node *node);
/* The definition; unlike a reference it can fail: by what the application asks for. */
nnefcl_status ncl_custom_define(const struct ncl_reference *reference, const struct ncl_node *node,
                                struct ncl_diag *diag);

#endif
