/* SPDX-License-Identifier: Apache-2.0 */
/* What the dialect of tract writes another way than chapter 4: types as strings, extents as symbols. What can be said
 * in NNEF stands in dialects.nnef instead. */
#ifndef NCL_TRANSLATE_TRACT_H
#define NCL_TRANSLATE_TRACT_H

#include "front/build.h"

/* tract_core_cast(x, to = "i64") is cast<integer>(x), tract_core_external(shape, datum_type) is external<...>(shape):
 * the standard invocation that is meant, or `expr` itself. NULL after an error. */
const struct ncl_expr *ncl_translate_standard(struct ncl_scope *scope, const struct ncl_expr *expr);
/* Declared by `extension tract_symbol NAME`? */
bool ncl_translate_is_symbol(const struct ncl_build *build, const char *name);
/* The extent that a symbol stands for: given as the shape NAME=N. False after an error. */
bool ncl_translate_symbol(struct ncl_scope *scope, const struct ncl_expr *expr, int64_t *extent);

#endif
