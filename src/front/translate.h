/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies to code: types are checked on the way (3.3.2, 3.3.3). */
#ifndef NCL_TRANSLATE_H
#define NCL_TRANSLATE_H

#include "front/build.h"

/* translate.c. One assignment: checks it, makes its code, declares its identifiers (poisoned after an error). */
void ncl_translate_assignment(struct ncl_scope *scope, const struct ncl_assignment *assignment);
/* Declares the identifiers of a left side without a value, or takes it away: what uses them stays silent. */
void ncl_translate_poison(struct ncl_scope *scope, const struct ncl_expr *left);
/* The body of a fragment, once. */
void ncl_translate_body(struct ncl_build *build, struct ncl_declared *declared);

/* translate_expr.c: code that pushes the value of an expression; its type, NULL after an error. */
const struct ncl_type *ncl_translate_expr(struct ncl_scope *scope, const struct ncl_expr *expr);
/* translate_operator.c */
const struct ncl_type *ncl_translate_operator(struct ncl_scope *scope, const struct ncl_expr *expr);
/* translate_invoke.c */
const struct ncl_type *ncl_translate_invocation(struct ncl_scope *scope, const struct ncl_expr *expr);
/* The same for operands that are on the stack already: the operator `expr` applied to tensors. */
const struct ncl_type *ncl_translate_fragment_operator(struct ncl_scope *scope, const struct ncl_expr *expr,
                                                       const char *name, const struct ncl_type *const *type,
                                                       size_t count);

#endif
