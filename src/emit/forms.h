/* SPDX-License-Identifier: Apache-2.0 */
/* The forms of a tensor (ir/layout.h), made on demand. ncl_lower_tensor gives the plain one. */
#ifndef NCL_FORMS_H
#define NCL_FORMS_H

#include "emit/lower.h"

/* The tensor in this form: it has it, or one `convert` step makes it, once. */
ncl_ref ncl_lower_as(struct ncl_lower *lower, const struct ncl_tensor *tensor, const struct ncl_layout *layout);
/* What the step under way is to write: the result of its node in this form. */
ncl_ref ncl_lower_result(struct ncl_lower *lower, const struct ncl_tensor *tensor, const struct ncl_layout *layout);
/* A new plan tensor with the elements of `from` in another form, by a step of its own, which zeroes halo and
 * filling. */
ncl_ref ncl_forms_convert(struct ncl_lower *lower, ncl_ref from, const struct ncl_layout *layout);
/* A new plan tensor between steps; nobody writes it yet. */
ncl_ref ncl_forms_add(struct ncl_lower *lower, const char *name, nnefcl_dtype dtype, const nnefcl_shape *shape,
                      const struct ncl_layout *layout);
/* One that has the elements of the tensor becomes one of its forms. */
void ncl_forms_give(struct ncl_lower *lower, const struct ncl_tensor *tensor, ncl_ref ref);
/* The tensor in this form if it has it; else NCL_NO_TENSOR. */
ncl_ref ncl_forms_find(const struct ncl_lower *lower, const struct ncl_tensor *tensor, const struct ncl_layout *layout);
/* Whatever form there is, the plain one if none is. */
ncl_ref ncl_forms_some(struct ncl_lower *lower, const struct ncl_tensor *tensor);
/* All forms of `from` are those of `to` from now on: a step computed what was to be made of it. */
void ncl_forms_move(struct ncl_lower *lower, const struct ncl_tensor *from, const struct ncl_tensor *to);
/* The elements of `from` in another form, which may be the same memory. */
ncl_ref ncl_forms_from(struct ncl_lower *lower, ncl_ref from, const struct ncl_layout *layout);
/* Whatever form there is, the plain one first; NCL_NO_TENSOR: none yet. */
ncl_ref ncl_forms_any(const struct ncl_lower *lower, const struct ncl_tensor *tensor);
/* owner[ref] becomes its id for each of its forms. */
void ncl_forms_mark(const struct ncl_lower *lower, const struct ncl_tensor *tensor, uint32_t *owner);
/* Does one of the tensor's forms lie in the memory of this root? */
bool ncl_forms_in(const struct ncl_lower *lower, const struct ncl_tensor *tensor, ncl_ref root);
/* Is `ref` one of the tensor's forms? */
bool ncl_forms_have(const struct ncl_lower *lower, const struct ncl_tensor *tensor, ncl_ref ref);

#endif
