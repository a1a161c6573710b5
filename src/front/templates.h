/* SPDX-License-Identifier: Apache-2.0 */
/* patterns.nnef as data (ir/template.h). */
#ifndef NCL_TEMPLATES_H
#define NCL_TEMPLATES_H

#include "base/alloc.h"
#include "base/diag.h"
#include "ir/template.h"

/* In `arena`. What is wrong with the text is reported like a mistake of any document. */
nnefcl_status ncl_templates_make(struct ncl_arena *arena, struct ncl_diag *diag, struct ncl_templates *templates);

#endif
