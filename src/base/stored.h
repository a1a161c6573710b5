/* SPDX-License-Identifier: Apache-2.0 */
/* Element types of stored tensors, whatever the format: how they lie in bytes (little-endian, rows without gaps) and
 * what they are here. Types below 8 bits share bytes, the first element in the low bits. */
#ifndef NCL_STORED_H
#define NCL_STORED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nnefcl/tensor.h"

/* NAME, as written in messages, bits, what it is here */
#define NCL_STORED_LIST(X)                                                                                             \
    X(FLOAT32, "float32", 32, SCALAR)                                                                                  \
    X(FLOAT64, "float64", 64, SCALAR)                                                                                  \
    X(FLOAT16, "float16", 16, SCALAR)                                                                                  \
    X(BFLOAT16, "bfloat16", 16, SCALAR)                                                                                \
    X(FLOAT8E4M3FN, "float8e4m3fn", 8, SCALAR)                                                                         \
    X(FLOAT8E5M2, "float8e5m2", 8, SCALAR)                                                                             \
    X(INT8, "int8", 8, INTEGER)                                                                                        \
    X(INT16, "int16", 16, INTEGER)                                                                                     \
    X(INT32, "int32", 32, INTEGER)                                                                                     \
    X(INT64, "int64", 64, INTEGER)                                                                                     \
    X(UINT8, "uint8", 8, INTEGER)                                                                                      \
    X(UINT16, "uint16", 16, INTEGER)                                                                                   \
    X(UINT32, "uint32", 32, INTEGER)                                                                                   \
    X(UINT64, "uint64", 64, INTEGER)                                                                                   \
    X(INT4, "int4", 4, INTEGER)                                                                                        \
    X(UINT4, "uint4", 4, INTEGER)                                                                                      \
    X(BOOL, "bool", 8, LOGICAL)

enum ncl_stored_type {
#define NCL_STORED_ENUM(name, text, bits, dtype) NCL_STORED_##name,
    NCL_STORED_LIST(NCL_STORED_ENUM)
#undef NCL_STORED_ENUM
        NCL_STORED_COUNT
};

const char *ncl_stored_name(enum ncl_stored_type element);
unsigned ncl_stored_bits(enum ncl_stored_type element);
nnefcl_dtype ncl_stored_dtype(enum ncl_stored_type element);
/* Integers of this type lie between these; both 0 for other types. The upper end of uint64 is that of int64. */
int64_t ncl_stored_low(enum ncl_stored_type element);
int64_t ncl_stored_high(enum ncl_stored_type element);
/* Bytes of `count` elements; false: they do not fit. */
bool ncl_stored_bytes(enum ncl_stored_type element, uint64_t count, uint64_t *bytes);

/* Elements `first` and on of packed `data`, exactly: floats and integers (exact up to 2^53), bools as 0 and 1. */
void ncl_stored_to_double(enum ncl_stored_type element, const uint8_t *data, size_t first, size_t count, double *out);
/* Integers and bools; a uint64 above the range of int64 wraps; floats are cut towards zero. */
void ncl_stored_to_int64(enum ncl_stored_type element, const uint8_t *data, size_t first, size_t count, int64_t *out);

#endif
