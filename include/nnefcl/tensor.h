/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes, element types and tensor files (NNEF 1.0.5, 5.2).
 *
 * On the API every tensor is dense and row-major: float (32 bits), int32_t, or uint8_t holding 0 or 1.
 * Thread rule: functions here share no state. */
#ifndef NNEFCL_TENSOR_H
#define NNEFCL_TENSOR_H

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NNEFCL_MAX_RANK 8

typedef enum nnefcl_dtype {
    NNEFCL_SCALAR,  /* tensor<scalar>:  float */
    NNEFCL_INTEGER, /* tensor<integer>: int32_t */
    NNEFCL_LOGICAL  /* tensor<logical>: uint8_t, 0 or 1 */
} nnefcl_dtype;

/* A shape: `rank` extents in elements, slowest-varying first. Rank 0 has one element. */
typedef struct nnefcl_shape {
    int rank;
    int64_t extent[NNEFCL_MAX_RANK];
} nnefcl_shape;

/* A tensor with its data. Whoever fills `data` says who frees it. */
typedef struct nnefcl_tensor {
    nnefcl_dtype dtype;
    nnefcl_shape shape;
    void *data;   /* dense row-major elements of dtype */
    size_t bytes; /* size of data */
} nnefcl_tensor;

/* "scalar", "integer", "logical" */
NNEFCL_API const char *nnefcl_dtype_name(nnefcl_dtype dtype);
/* 4, 4 or 1 bytes an element */
NNEFCL_API size_t nnefcl_dtype_size(nnefcl_dtype dtype);
/* Bytes of a dense tensor; SIZE_MAX when that does not fit, and without a shape. */
NNEFCL_API size_t nnefcl_tensor_bytes(nnefcl_dtype dtype, const nnefcl_shape *shape);

/* Reads the bytes of a .dat file that lie in memory. Every item type and bit width of 5.2 is converted to the dtype it
 * stands for (floats, also quantized items that have no quantization entry: their integers); tensor->data comes from
 * `allocator` (NULL: the C library) and is released by nnefcl_tensor_clear. `name` is used in messages.
 * NNEFCL_ERR_DATA: not a valid file. NNEFCL_OK with a message in `error`: a warning that values which 32 bits cannot
 * hold became infinite or 0, with the first of them. */
NNEFCL_API nnefcl_status nnefcl_tensor_parse(const void *file, size_t size, const char *name,
                                             const nnefcl_allocator *allocator, nnefcl_tensor *tensor,
                                             nnefcl_error *error);
/* The same from a path. NNEFCL_ERR_DATA also when it cannot be read. */
NNEFCL_API nnefcl_status nnefcl_tensor_load(const char *path, const nnefcl_allocator *allocator, nnefcl_tensor *tensor,
                                            nnefcl_error *error);
/* Writes a .dat file: float32 (code 0), int32 (code 4) or 8-bit logical (code 5). */
NNEFCL_API nnefcl_status nnefcl_tensor_save(const char *path, const nnefcl_tensor *tensor, nnefcl_error *error);
/* The same through a callback, which takes `size` bytes and returns how many it could: fewer end the call with
 * NNEFCL_ERR_DATA. */
NNEFCL_API nnefcl_status nnefcl_tensor_write(const nnefcl_tensor *tensor,
                                             size_t (*write)(void *user, const void *data, size_t size), void *user,
                                             nnefcl_error *error);
/* Frees tensor->data and zeroes the tensor. The allocator must be the one it was loaded with. */
NNEFCL_API void nnefcl_tensor_clear(nnefcl_tensor *tensor, const nnefcl_allocator *allocator);

#ifdef __cplusplus
}
#endif
#endif
