/* SPDX-License-Identifier: Apache-2.0 */
#include "base/stored.h"

#include <math.h>

#include "base/checked.h"

static const struct {
    const char *name;
    unsigned bits;
    nnefcl_dtype dtype;
} elements[] = {
#define NCL_STORED_ROW(name, text, bits, dtype) {text, bits, NNEFCL_##dtype},
    NCL_STORED_LIST(NCL_STORED_ROW)
#undef NCL_STORED_ROW
};

const char *ncl_stored_name(enum ncl_stored_type element)
{
    return elements[element].name;
}

unsigned ncl_stored_bits(enum ncl_stored_type element)
{
    return elements[element].bits;
}

nnefcl_dtype ncl_stored_dtype(enum ncl_stored_type element)
{
    return elements[element].dtype;
}

static bool is_unsigned_type(enum ncl_stored_type element)
{
    return (element >= NCL_STORED_UINT8 && element <= NCL_STORED_UINT64) || element == NCL_STORED_UINT4;
}

int64_t ncl_stored_low(enum ncl_stored_type element)
{
    if (elements[element].dtype != NNEFCL_INTEGER || is_unsigned_type(element))
        return 0;
    return INT64_MIN >> (64 - elements[element].bits);
}

int64_t ncl_stored_high(enum ncl_stored_type element)
{
    if (elements[element].dtype != NNEFCL_INTEGER)
        return 0;
    const unsigned bits = elements[element].bits - (is_unsigned_type(element) && elements[element].bits < 64 ? 0 : 1);
    return (int64_t)(UINT64_MAX >> (64 - bits));
}

bool ncl_stored_bytes(enum ncl_stored_type element, uint64_t count, uint64_t *bytes)
{
    uint64_t bits;
    if (__builtin_mul_overflow(count, (uint64_t)elements[element].bits, &bits) || bits > UINT64_MAX - 7)
        return false;
    *bytes = (bits + 7) / 8;
    return true;
}

static uint64_t load_bits(const uint8_t *data, size_t index, unsigned bits)
{
    if (bits < 8)
        return data[index / 2] >> (index % 2 * 4) & 15;
    uint64_t value = 0;
    for (unsigned i = 0; i < bits / 8; i++)
        value |= (uint64_t)data[index * (bits / 8) + i] << 8 * i;
    return value;
}

/* sign, `exponent` bits, `mantissa` bits. Without infinities (float8e4m3fn) only all ones are no number. */
static double small_float(uint64_t bits, unsigned exponent, unsigned mantissa, bool infinities)
{
    const int bias = (1 << (exponent - 1)) - 1;
    const uint64_t top = ((uint64_t)1 << exponent) - 1, e = bits >> mantissa & top,
                   m = bits & (((uint64_t)1 << mantissa) - 1);
    const double sign = bits >> (exponent + mantissa) & 1 ? -1 : 1;
    if (e == top && infinities)
        return m ? NAN : sign * INFINITY;
    if (e == top && m == ((uint64_t)1 << mantissa) - 1)
        return NAN;
    return sign * ldexp(e ? (double)(m | (uint64_t)1 << mantissa) : (double)m, (e ? (int)e : 1) - bias - (int)mantissa);
}

static double bits_to_double(enum ncl_stored_type element, uint64_t bits)
{
    union {
        uint64_t bits;
        double value;
    } wide = {bits};
    union {
        uint32_t bits;
        float value;
    } single = {(uint32_t)bits};
    switch (element) {
    case NCL_STORED_FLOAT32:
        return (double)single.value;
    case NCL_STORED_FLOAT64:
        return wide.value;
    case NCL_STORED_FLOAT16:
        return small_float(bits, 5, 10, true);
    case NCL_STORED_BFLOAT16:
        return small_float(bits, 8, 7, true);
    case NCL_STORED_FLOAT8E4M3FN:
        return small_float(bits, 4, 3, false);
    default:
        return small_float(bits, 5, 2, true);
    }
}

static int64_t bits_to_int64(enum ncl_stored_type element, uint64_t bits)
{
    const unsigned spare = 64 - elements[element].bits;
    if (element == NCL_STORED_BOOL)
        return bits != 0;
    return is_unsigned_type(element) ? (int64_t)bits : (int64_t)(bits << spare) >> spare;
}

void ncl_stored_to_double(enum ncl_stored_type element, const uint8_t *data, size_t first, size_t count, double *out)
{
    for (size_t i = 0; i < count; i++) {
        const uint64_t bits = load_bits(data, first + i, elements[element].bits);
        out[i] = elements[element].dtype == NNEFCL_SCALAR ? bits_to_double(element, bits)
                 : element == NCL_STORED_UINT64           ? (double)bits
                                                          : (double)bits_to_int64(element, bits);
    }
}

void ncl_stored_to_int64(enum ncl_stored_type element, const uint8_t *data, size_t first, size_t count, int64_t *out)
{
    for (size_t i = 0; i < count; i++) {
        const uint64_t bits = load_bits(data, first + i, elements[element].bits);
        out[i] = elements[element].dtype == NNEFCL_SCALAR ? ncl_int64_of(bits_to_double(element, bits))
                                                          : bits_to_int64(element, bits);
    }
}
