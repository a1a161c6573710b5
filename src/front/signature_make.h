/* SPDX-License-Identifier: Apache-2.0 */
/* A declaration as data for ir/make.h. */
#ifndef NCL_SIGNATURE_MAKE_H
#define NCL_SIGNATURE_MAKE_H

#include "ir/signature.h"
#include "nnef/ast.h"

/* In `arena`. False: out of memory. */
bool ncl_signature_make(struct ncl_arena *arena, const struct ncl_fragment *fragment, struct ncl_signature *signature);
bool ncl_signature_dtype(const struct ncl_type *primitive, nnefcl_dtype *dtype);

#endif
