/* SPDX-License-Identifier: Apache-2.0 */
/* Arithmetic on sizes that come from a model. True: it fits. On false the result is not written. */
#ifndef NCL_CHECKED_H
#define NCL_CHECKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool ncl_mul_size(size_t a, size_t b, size_t *result)
{
    size_t value;
    if (__builtin_mul_overflow(a, b, &value))
        return false;
    *result = value;
    return true;
}

static inline bool ncl_add_size(size_t a, size_t b, size_t *result)
{
    size_t value;
    if (__builtin_add_overflow(a, b, &value))
        return false;
    *result = value;
    return true;
}

static inline bool ncl_mul_i64(int64_t a, int64_t b, int64_t *result)
{
    int64_t value;
    if (__builtin_mul_overflow(a, b, &value))
        return false;
    *result = value;
    return true;
}

static inline bool ncl_add_i64(int64_t a, int64_t b, int64_t *result)
{
    int64_t value;
    if (__builtin_add_overflow(a, b, &value))
        return false;
    *result = value;
    return true;
}

static inline bool ncl_sub_i64(int64_t a, int64_t b, int64_t *result)
{
    int64_t value;
    if (__builtin_sub_overflow(a, b, &value))
        return false;
    *result = value;
    return true;
}

/* Rounds up to a multiple of `unit`, a power of two. */
static inline bool ncl_round_up_size(size_t value, size_t unit, size_t *result)
{
    size_t sum;
    if (!ncl_add_size(value, unit - 1, &sum))
        return false;
    *result = sum & ~(unit - 1);
    return true;
}

/* The integer part of a number; beyond the type its nearest end, 0 for what is no number. */
static inline int64_t ncl_int64_of(double value)
{
    return value != value ? 0 : value >= 0x1p63 ? INT64_MAX : value < -0x1p63 ? INT64_MIN : (int64_t)value;
}

static inline uint64_t ncl_uint64_of(double value)
{
    return !(value > 0) ? 0 : value >= 0x1p64 ? UINT64_MAX : (uint64_t)value;
}

#endif
