/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels from the folder $NNEFCL_CL_DIR, for those who write them (build option NNEFCL_KERNEL_FOLDER). What cannot be
 * read is an error of the compiler's, not a shorter text. */
#include <stdio.h>
#include <stdlib.h>

#include "plan/kernel_text.h"

void ncl_kernel_text_add(struct ncl_text *text, const char *stem)
{
    char path[1024], piece[4096];
    const char *folder = getenv("NNEFCL_CL_DIR");
    snprintf(path, sizeof path, "%s/%s.cl", folder && *folder ? folder : ".", stem);
    FILE *file = fopen(path, "r");
    ncl_text_printf(text, "#line 1 \"%s.cl\"\n", stem);
    for (size_t n; file && (n = fread(piece, 1, sizeof piece, file)) > 0;)
        ncl_text_add_bytes(text, piece, n);
    ncl_text_add(text, "\n");
    if (!file || ferror(file))
        ncl_text_printf(text, "#error %s cannot be read\n", path);
    if (file)
        fclose(file);
}
