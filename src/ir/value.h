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

#endif
