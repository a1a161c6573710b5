/* SPDX-License-Identifier: Apache-2.0 */
/* Types of expressions: equality, casts, common types, generics (NNEF 1.0.5, 3.3.1). A type of NULL means unknown
 * because of an error that was reported. */
#ifndef NCL_TYPES_H
#define NCL_TYPES_H

#include "nnef/ast.h"

extern const struct ncl_type ncl_type_integer, ncl_type_scalar, ncl_type_logical, ncl_type_string, ncl_type_generic;
extern const struct ncl_type ncl_type_empty_array; /* of the literal [] */

bool ncl_type_is_primitive(const struct ncl_type *type); /* ? included */
bool ncl_type_is_number(const struct ncl_type *type);    /* integer or scalar */
bool ncl_type_has_tensor(const struct ncl_type *type);
bool ncl_type_has_generic(const struct ncl_type *type);
bool ncl_type_equal(const struct ncl_type *a, const struct ncl_type *b);
/* The implicit casts of the specification; an equal type too. */
bool ncl_type_castable(const struct ncl_type *from, const struct ncl_type *to);

/* What follows returns NULL when memory ends; ncl_type_common also when there is none. */
const struct ncl_type *ncl_type_tensor(struct ncl_arena *arena, const struct ncl_type *item);
const struct ncl_type *ncl_type_array(struct ncl_arena *arena, const struct ncl_type *item);
const struct ncl_type *ncl_type_tuple(struct ncl_arena *arena, const struct ncl_type *const *item, size_t count);
const struct ncl_type *ncl_type_common(struct ncl_arena *arena, const struct ncl_type *a, const struct ncl_type *b);
/* The type with `generic` in the place of ?. */
const struct ncl_type *ncl_type_bind(struct ncl_arena *arena, const struct ncl_type *type,
                                     const struct ncl_type *generic);

/* Compares a parameter's type with an argument's and notes what ? stands for in *candidate. False: a second, other
 * candidate. Types that do not fit give none; the check of the argument will tell. */
bool ncl_type_deduce(const struct ncl_type *parameter, const struct ncl_type *argument,
                     const struct ncl_type **candidate);
/* For messages. */
const char *ncl_type_text(struct ncl_arena *arena, const struct ncl_type *type);

#endif
