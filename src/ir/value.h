/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time values: what expressions evaluate to and what nodes hold as arguments. Immutable once made. */
#ifndef NCL_VALUE_H
#define NCL_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ncl_tensor;

enum ncl_value_kind {
    NCL_VALUE_NONE,
    NCL_VALUE_INTEGER,
    NCL_VALUE_SCALAR,
    NCL_VALUE_LOGICAL,
    NCL_VALUE_STRING,
    NCL_VALUE_TENSOR,
    NCL_VALUE_ARRAY,
    NCL_VALUE_TUPLE
};

struct ncl_value {
    enum ncl_value_kind kind;
    size_t count; /* items of an array or tuple, bytes of a string */
    union {
        int64_t integer;
        double scalar;
        bool logical;
        const char *string; /* NUL-terminated */
        struct ncl_tensor *tensor;
        const struct ncl_value *item;
    };
};

/* An argument by the name of its parameter. */
struct ncl_named_value {
    const char *name;
    struct ncl_value value;
};

static inline struct ncl_value ncl_value_integer(int64_t integer)
{
    return (struct ncl_value){.kind = NCL_VALUE_INTEGER, .integer = integer};
}

static inline struct ncl_value ncl_value_scalar(double scalar)
{
    return (struct ncl_value){.kind = NCL_VALUE_SCALAR, .scalar = scalar};
}

static inline struct ncl_value ncl_value_logical(bool logical)
{
    return (struct ncl_value){.kind = NCL_VALUE_LOGICAL, .logical = logical};
}

static inline struct ncl_value ncl_value_string(const char *string, size_t length)
{
    return (struct ncl_value){.kind = NCL_VALUE_STRING, .count = length, .string = string};
}

static inline struct ncl_value ncl_value_tensor(struct ncl_tensor *tensor)
{
    return (struct ncl_value){.kind = NCL_VALUE_TENSOR, .tensor = tensor};
}

static inline struct ncl_value ncl_value_array(const struct ncl_value *item, size_t count)
{
    return (struct ncl_value){.kind = NCL_VALUE_ARRAY, .count = count, .item = item};
}

#endif
