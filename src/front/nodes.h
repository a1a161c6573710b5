/* SPDX-License-Identifier: Apache-2.0 */
/* Invocations of whole operations become nodes. */
#ifndef NCL_NODES_H
#define NCL_NODES_H

#include "front/build.h"

/* Casts a value to the type of a parameter or result: literals become tensors of rank 0. */
nnefcl_status ncl_nodes_cast(struct ncl_build *build, const struct ncl_type *type, const struct ncl_type *generic,
                             struct ncl_loc at, struct ncl_value *value);
/* Makes the node and its results; `argument` by parameter, cast already. */
nnefcl_status ncl_nodes_make(struct ncl_build *build, const struct ncl_declared *callee, struct ncl_value *argument,
                             const struct ncl_type *generic, struct ncl_loc at, struct ncl_value *result);

/* reshape_inputs.c: other shapes for external, and what --batch means for concat: `argument` is changed. */
nnefcl_status ncl_reshape_inputs(struct ncl_build *build, const struct ncl_signature *signature, struct ncl_loc at,
                                 struct ncl_value *argument);

#endif
