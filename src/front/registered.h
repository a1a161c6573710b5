/* SPDX-License-Identifier: Apache-2.0 */
/* The operations that an application registers with a model: their declarations parsed, everything checked and copied
 * (nnefcl/operation.h). */
#ifndef NCL_REGISTERED_H
#define NCL_REGISTERED_H

#include "emit/custom.h"
#include "nnef/ast.h"

struct ncl_registered {
    struct ncl_custom custom;
    const struct ncl_fragment *fragment;
};

/* In `arena`. What is wrong is NNEFCL_ERR_ARGUMENT, at a place in the declaration, a source called "operations[2]". */
nnefcl_status ncl_register(struct ncl_arena *arena, struct ncl_diag *diag, const nnefcl_operation *operation,
                           size_t count, struct ncl_registered **registered);
/* Does the document declare what is registered? NULL: yes; else what differs, a sentence in `arena`. */
const char *ncl_registered_differs(struct ncl_arena *arena, const struct ncl_fragment *registered,
                                   const struct ncl_fragment *declared);

#endif
