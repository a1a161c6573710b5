/* SPDX-License-Identifier: Apache-2.0 */
#include "mutate/tar.h"

#include <stdio.h>
#include <string.h>

/* A member of a tar archive (ustar). */
void tar_add(struct blob *tar, const char *name, const struct blob *content)
{
    if (!content->size)
        return;
    char header[512] = "";
    static const char zeros[512];
    snprintf(header, 100, "%s", name);
    memcpy(header + 100, "0000644\0000000000\0000000000\000", 24);
    snprintf(header + 124, 12, "%011zo", content->size);
    memcpy(header + 136, "00000000000\000        0", 21);
    memcpy(header + 257, "ustar\00000", 8);
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof header; i++)
        sum += (unsigned char)header[i];
    snprintf(header + 148, 8, "%06o", sum);
    blob_add(tar, header, sizeof header);
    blob_add(tar, content->data, content->size);
    blob_add(tar, zeros, (512 - content->size % 512) % 512);
}

void tar_end(struct blob *tar)
{
    static const char zeros[1024];
    blob_add(tar, zeros, sizeof zeros);
}
