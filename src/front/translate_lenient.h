/* SPDX-License-Identifier: Apache-2.0 */
/* What exporters of PyTorch write against the rules of types and names, with --compat=torch: each of it has one
 * meaning, and a warning says so. */
#ifndef NCL_TRANSLATE_LENIENT_H
#define NCL_TRANSLATE_LENIENT_H

#include "front/build.h"

/* May an integer of this type stand for the scalar that `wanted` asks for? Literals and tensors do in PyTorch. */
bool ncl_translate_promotes(const struct ncl_type *given, const struct ncl_type *wanted);
/* Makes the value that the code since `first` pushes a scalar, if it can be and `wanted` asks for one. Its type. */
const struct ncl_type *ncl_translate_promote(struct ncl_scope *scope, const struct ncl_expr *expr, size_t first,
                                             const struct ncl_type *given, const struct ncl_type *wanted);
/* The same identifier is assigned the same expression again: nothing can have changed between, so it is left out. */
bool ncl_translate_is_repeated(struct ncl_scope *scope, const struct ncl_assignment *assignment);

#endif
