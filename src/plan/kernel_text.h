/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of cl/, as sources are made from them. */
#ifndef NCL_KERNEL_TEXT_H
#define NCL_KERNEL_TEXT_H

#include "base/text.h"

/* Adds cl/<stem>.cl, a #line in front of it. kernel_text.c has what was built in; with the build option
 * NNEFCL_KERNEL_FOLDER kernel_folder.c stands in its place. */
void ncl_kernel_text_add(struct ncl_text *text, const char *stem);

#endif
