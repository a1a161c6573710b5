/* SPDX-License-Identifier: Apache-2.0 */
/* Element types of tensors (nnefcl/tensor.h). */
#include <stdbool.h>

#include "base/checked.h"
#include "nnefcl/tensor.h"

static const struct {
    const char *name;
    size_t size;
} dtypes[] = {
    [NNEFCL_SCALAR] = {"scalar", sizeof(float)},
    [NNEFCL_INTEGER] = {"integer", sizeof(int32_t)},
    [NNEFCL_LOGICAL] = {"logical", sizeof(uint8_t)},
};

static bool dtype_exists(nnefcl_dtype dtype)
{
    return (unsigned)dtype < sizeof dtypes / sizeof *dtypes;
}

const char *nnefcl_dtype_name(nnefcl_dtype dtype)
{
    return dtype_exists(dtype) ? dtypes[dtype].name : "unknown";
}

size_t nnefcl_dtype_size(nnefcl_dtype dtype)
{
    return dtype_exists(dtype) ? dtypes[dtype].size : 0;
}

size_t nnefcl_tensor_bytes(nnefcl_dtype dtype, const nnefcl_shape *shape)
{
    if (!dtype_exists(dtype) || !shape || shape->rank < 0 || shape->rank > NNEFCL_MAX_RANK)
        return SIZE_MAX;
    bool empty = false;
    for (int i = 0; i < shape->rank; i++) {
        if (shape->extent[i] < 0)
            return SIZE_MAX;
        empty |= shape->extent[i] == 0;
    }
    size_t bytes = empty ? 0 : dtypes[dtype].size;
    for (int i = 0; i < shape->rank; i++)
        if ((uint64_t)shape->extent[i] > SIZE_MAX || !ncl_mul_size(bytes, (size_t)shape->extent[i], &bytes))
            return SIZE_MAX;
    return bytes;
}
