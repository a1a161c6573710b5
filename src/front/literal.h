/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions of literals: default values, arguments, parameters of quantization. */
#ifndef NCL_LITERAL_H
#define NCL_LITERAL_H

#include "front/types.h"
#include "ir/value.h"

bool ncl_literal_is(const struct ncl_expr *expr);
/* The value of an expression of literals. False: out of memory. */
bool ncl_literal_value(struct ncl_arena *arena, const struct ncl_expr *expr, struct ncl_value *value);
/* Its type. NULL: out of memory, or an array whose items have no common type: then *culprit is the item. */
const struct ncl_type *ncl_literal_type(struct ncl_arena *arena, const struct ncl_expr *expr,
                                        const struct ncl_expr **culprit);

#endif
