/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a plan under construction, for lower.c and the stages of src/plan: each kind is added in one place. What
 * is handed in may go away afterwards: a plan owns all it points to. Errors are sticky, as in lower.h. */
#ifndef NCL_PARTS_H
#define NCL_PARTS_H

#include "emit/lower.h"

/* The first status stays; returns it. */
nnefcl_status ncl_parts_fail(struct ncl_lower *lower, nnefcl_status status);
nnefcl_status ncl_parts_nomem(struct ncl_lower *lower);
/* A copy in the plan's arena; NULL (which gives "") or the text of a model. */
const char *ncl_parts_text(struct ncl_lower *lower, const char *text);
/* Its name is copied; NCL_NO_TENSOR after an error. */
ncl_ref ncl_parts_tensor(struct ncl_lower *lower, const struct ncl_plan_tensor *tensor);
/* Its name is in the plan's arena; its place becomes one of the document. NULL after an error. */
struct ncl_step *ncl_parts_step(struct ncl_lower *lower, struct ncl_steps *list, const struct ncl_step *step);
/* A kernel that is not there yet; its defines, which are our own text, are copied, and what belongs to a registered
 * operation. */
nnefcl_status ncl_parts_kernel(struct ncl_lower *lower, const struct ncl_kernel *kernel, uint32_t *index);
/* Other names for the fields of its record. */
nnefcl_status ncl_parts_fields(struct ncl_lower *lower, struct ncl_kernel *kernel, const char *const *name,
                               size_t count);

#endif
