/* SPDX-License-Identifier: Apache-2.0 */
/* The step that makes one form of a tensor from another: forms.c asks for it. */
#ifndef NCL_CONVERT_H
#define NCL_CONVERT_H

#include "emit/lower.h"

/* `to` has the shape and type of `from`. */
void ncl_convert_emit(struct ncl_lower *lower, ncl_ref from, ncl_ref to);

#endif
