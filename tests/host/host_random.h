/* SPDX-License-Identifier: Apache-2.0 */
/* Inputs for networks: numbers from -1 to 1 that look like chance and are the same each time. */
#ifndef HOST_RANDOM_H
#define HOST_RANDOM_H

#include <stdlib.h>

#include "nnefcl/nnefcl.h"
#include "suite.h"

/* All of an input, to be freed. */
static inline void *random_input(const nnefcl_tensor_info *info)
{
    float *data = malloc(info->bytes);
    ck_assert_ptr_nonnull(data);
    for (size_t i = 0; i < info->bytes / sizeof *data; i++)
        data[i] = (float)((i * 2654435761u >> 8) % 2048) / 1024.0f - 1.0f;
    return data;
}

#endif
