/* SPDX-License-Identifier: Apache-2.0 */
#include "array.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

nnefcl_dtype array_dtype(const struct array *array)
{
    return array->kind == 'f' ? NNEFCL_SCALAR : array->kind == 'b' ? NNEFCL_LOGICAL : NNEFCL_INTEGER;
}

bool array_has_shape(const struct array *array, const nnefcl_shape *shape)
{
    int a = array->shape.rank, b = shape->rank;
    if (array->loose_rank) {
        while (a && array->shape.extent[a - 1] == 1)
            a--;
        while (b && shape->extent[b - 1] == 1)
            b--;
    }
    return a == b && !memcmp(array->shape.extent, shape->extent, (size_t)a * sizeof *shape->extent);
}

/* An item: a whole number as sign and magnitude, or a real one. */
struct number {
    bool whole, negative;
    uint64_t magnitude;
    double real;
};

/* IEEE 754 binary16. */
static double half(uint64_t bits)
{
    int exponent = (int)(bits >> 10 & 31);
    double mantissa = (double)(bits & 1023), value;
    if (exponent == 31)
        value = mantissa != 0 ? (double)NAN : (double)INFINITY;
    else if (exponent == 0)
        value = ldexp(mantissa, -24);
    else
        value = ldexp(mantissa + 1024, exponent - 25);
    return bits >> 15 ? -value : value;
}

static double real_item(uint64_t bits, size_t size)
{
    if (size == 2)
        return half(bits);
    if (size == 8) {
        double value;
        memcpy(&value, &bits, sizeof value);
        return value;
    }
    uint32_t low = (uint32_t)bits;
    float value;
    memcpy(&value, &low, sizeof value);
    return (double)value;
}

static struct number read_item(const struct array *array, size_t position)
{
    const unsigned char *bytes = array->data + position * array->item;
    uint64_t bits = 0;
    for (size_t i = 0; i < array->item; i++)
        bits = bits << 8 | bytes[array->big ? i : array->item - 1 - i];
    if (array->kind == 'f')
        return (struct number){.real = real_item(bits, array->item)};
    struct number n = {.whole = true, .magnitude = bits};
    uint64_t sign = (uint64_t)1 << (8 * array->item - 1);
    if (array->kind == 'i' && bits & sign) {
        n.negative = true;
        n.magnitude = (sign - (bits & (sign - 1)));
    }
    if (array->kind == 'b')
        n.magnitude = bits != 0;
    return n;
}

static bool to_scalar(struct number n, float *out)
{
    if (!n.whole) {
        *out = (float)n.real; /* what that loses is told by array_lost */
        return true;
    }
    uint64_t odd = n.magnitude;
    while (odd && !(odd & 1))
        odd >>= 1;
    *out = (float)n.magnitude * (n.negative ? -1.0f : 1.0f);
    return odd < 1u << 24;
}

static bool to_integer(struct number n, int32_t *out)
{
    if (!n.whole) {
        if (!(n.real >= INT32_MIN && n.real <= INT32_MAX) || n.real != trunc(n.real))
            return false;
        *out = (int32_t)n.real;
        return true;
    }
    if (n.magnitude > (uint64_t)INT32_MAX + n.negative)
        return false;
    *out = (int32_t)(n.negative ? -(int64_t)n.magnitude : (int64_t)n.magnitude);
    return true;
}

static bool to_logical(struct number n, uint8_t *out)
{
    int32_t value;
    if (!to_integer(n, &value) || value < 0 || value > 1)
        return false;
    *out = (uint8_t)value;
    return true;
}

/* Position in a column-major file of the element at `position` in row-major order. */
static size_t column_position(const nnefcl_shape *shape, size_t position)
{
    size_t at = 0;
    size_t index[NNEFCL_MAX_RANK];
    for (int i = shape->rank; i-- > 0; position /= (size_t)shape->extent[i])
        index[i] = position % (size_t)shape->extent[i];
    for (int i = shape->rank; i-- > 0;)
        at = at * (size_t)shape->extent[i] + index[i];
    return at;
}

bool array_convert(const struct array *array, nnefcl_dtype dtype, void *out, size_t *bad)
{
    for (size_t i = 0; i < array->count; i++) {
        struct number n = read_item(array, array->column ? column_position(&array->shape, i) : i);
        bool fits = dtype == NNEFCL_SCALAR    ? to_scalar(n, (float *)out + i)
                    : dtype == NNEFCL_INTEGER ? to_integer(n, (int32_t *)out + i)
                                              : to_logical(n, (uint8_t *)out + i);
        if (!fits) {
            *bad = i;
            return false;
        }
    }
    return true;
}

static bool is_lost(double real)
{
    const float kept = (float)real;
    return (isinf(kept) && !isinf(real)) || (kept == 0 && real != 0);
}

size_t array_lost(const struct array *array, size_t *first, double *value)
{
    size_t lost = 0;
    for (size_t i = 0; array->kind == 'f' && array->item == 8 && i < array->count; i++) {
        const double real = read_item(array, array->column ? column_position(&array->shape, i) : i).real;
        if (!is_lost(real))
            continue;
        if (lost++ == 0) {
            *first = i;
            *value = real;
        }
    }
    return lost;
}

const char *shape_text(const nnefcl_shape *shape, char text[SHAPE_TEXT])
{
    size_t length = 1;
    text[0] = '[';
    for (int i = 0; i < shape->rank; i++)
        length +=
            (size_t)snprintf(text + length, SHAPE_TEXT - length, i ? ",%lld" : "%lld", (long long)shape->extent[i]);
    memcpy(text + length, "]", 2);
    return text;
}

size_t shape_count(const nnefcl_shape *shape)
{
    size_t count = 1;
    for (int i = 0; i < shape->rank; i++)
        count *= (size_t)shape->extent[i];
    return count;
}

double tensor_element(const nnefcl_tensor *tensor, size_t position)
{
    if (tensor->dtype == NNEFCL_SCALAR)
        return (double)((const float *)tensor->data)[position];
    if (tensor->dtype == NNEFCL_INTEGER)
        return ((const int32_t *)tensor->data)[position];
    return ((const uint8_t *)tensor->data)[position];
}
