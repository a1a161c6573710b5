/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels as they were built in. */
#include "plan/kernel_text.h"

#include <assert.h>
#include <stdio.h>

#include "base/embedded.h"

void ncl_kernel_text_add(struct ncl_text *text, const char *stem)
{
    char name[128];
    snprintf(name, sizeof name, "%s.cl", stem);
    const struct ncl_embedded *file = ncl_embedded_find(name);
    assert(file);
    ncl_text_printf(text, "#line 1 \"%s\"\n", name);
    ncl_text_add_bytes(text, file->text, file->length);
    ncl_text_add(text, "\n");
}
