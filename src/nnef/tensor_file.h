/* SPDX-License-Identifier: Apache-2.0 */
/* Tensor files (NNEF 1.0.5, 5.2): the 128-byte header and the bit-packed items. */
#ifndef NCL_TENSOR_FILE_H
#define NCL_TENSOR_FILE_H

#include <stdint.h>

#include "base/diag.h"
#include "nnef/tensor_blocks.h"
#include "nnefcl/tensor.h"

#define NCL_TENSOR_HEADER 128

enum ncl_item_code {
    NCL_ITEM_FLOAT = 0,
    NCL_ITEM_UNSIGNED = 1,
    NCL_ITEM_QUANT_UNSIGNED = 2,
    NCL_ITEM_QUANT_SIGNED = 3,
    NCL_ITEM_SIGNED = 4,
    NCL_ITEM_BOOL = 5
};

struct ncl_tensor_header {
    nnefcl_shape shape;
    unsigned bits;                        /* per item, 1 to 64; 0 where items come in blocks */
    const struct ncl_item_blocks *blocks; /* of floats; NULL: items come one by one */
    enum ncl_item_code
        code;        /* deprecated forms are already translated: code 1 with a signed parameter is NCL_ITEM_SIGNED */
    uint32_t vendor; /* upper half of the item type; 0: Khronos */
    bool has_range;  /* deprecated min and max of codes 2 and 3 are not both 0 */
    float range_min, range_max;
    uint64_t items, bytes; /* items, and bytes of data behind the header, from the shape, checked */
};

/* Checks the header and that the file of `file_size` bytes holds exactly its data. `name` for messages (the file).
 * `compat`: NNEFCL_COMPAT_*. `status`: what invalid is here, NNEFCL_ERR_MODEL or NNEFCL_ERR_DATA. */
nnefcl_status ncl_tensor_header_read(const uint8_t header[NCL_TENSOR_HEADER], uint64_t file_size, const char *name,
                                     unsigned compat, nnefcl_status status, struct ncl_diag *diag,
                                     struct ncl_tensor_header *out);

/* Bytes that the first `count` items take: whole blocks, and for others the last byte may be shared. */
uint64_t ncl_items_bytes(const struct ncl_tensor_header *header, uint64_t count);

/* Decodes `count` items starting at item `first` of the tensor, whose packed bits start at bit `first_bit` of `data`;
 * the numbers come out as they are stored, exactly (blocks: whole ones, from their beginning): as doubles (floats;
 * integers are exact up to 2^53) ... */
void ncl_items_to_double(const struct ncl_tensor_header *header, const uint8_t *data, uint64_t first_bit, size_t count,
                         double *out);
/* ... or as 64-bit integers (integer, quantized and bool codes; unsigned 64-bit values wrap; floats give their bits).
 * Bools are 0 or 1 in both. */
void ncl_items_to_int64(const struct ncl_tensor_header *header, const uint8_t *data, uint64_t first_bit, size_t count,
                        int64_t *out);

/* Turns the stored integers of a quantized tensor with has_range into real values in place, by the deprecated formulas
 * of 5.2. */
void ncl_items_apply_range(const struct ncl_tensor_header *header, double *values, size_t count);
/* Is this stored integer, as ncl_items_to_int64 gives it, one of int32_t? */
bool ncl_item_fits_int32(const struct ncl_tensor_header *header, int64_t value);

/* Header of a file we write: float32, int32 or 8-bit bool. */
void ncl_tensor_header_write(nnefcl_dtype dtype, const nnefcl_shape *shape, uint8_t header[NCL_TENSOR_HEADER]);

#endif
