/* SPDX-License-Identifier: Apache-2.0 */
#include "base/filled.h"

#include <string.h>

nnefcl_status ncl_filled_give(nnefcl_status status, void *info, size_t given, const void *made, size_t size,
                              size_t first)
{
    if (!info)
        return NNEFCL_ERR_ARGUMENT;
    memset(info, 0, given);
    if (given < first)
        return NNEFCL_ERR_ARGUMENT;
    if (status == NNEFCL_OK)
        memcpy(info, made, given < size ? given : size);
    return status;
}
