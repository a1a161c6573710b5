/* SPDX-License-Identifier: Apache-2.0 */
#include "front/dequant.h"

#include <math.h>
#include <string.h>

/* What the preparation of one entry shares. */
struct preparing {
    struct ncl_dequant *out;
    struct ncl_arena *arena;
    const struct ncl_quant *quant;
    const char *name;
    struct ncl_diag *diag;
};

#define INVALID(p, ...) ncl_error((p)->diag, NNEFCL_ERR_MODEL, (p)->quant->at, __VA_ARGS__)

/* ---- arguments ---- */

static const struct ncl_value *find_quant_value(const struct preparing *p, const char *name)
{
    for (size_t i = 0; i < p->quant->argument_count; i++)
        if (strcmp(p->quant->argument[i].name, name) == 0)
            return &p->quant->argument[i].value;
    return NULL;
}

static bool is_plain_number(const struct ncl_value *value)
{
    return value->kind == NCL_VALUE_INTEGER || value->kind == NCL_VALUE_SCALAR;
}

static double number(const struct ncl_value *value)
{
    return value->kind == NCL_VALUE_INTEGER ? (double)value->integer : value->scalar;
}

static nnefcl_status get_bits(const struct preparing *p, int *bits)
{
    const struct ncl_value *value = find_quant_value(p, "bits");
    if (!value || value->kind != NCL_VALUE_INTEGER)
        return INVALID(p, "%s: %s needs an integer 'bits'", p->name, p->quant->algorithm);
    if (value->integer < 1 || value->integer > 64)
        return INVALID(p, "%s: %s has bits = %lld, expected 1 to 64", p->name, p->quant->algorithm,
                       (long long)value->integer);
    *bits = (int)value->integer;
    return NNEFCL_OK;
}

static nnefcl_status get_logical(const struct preparing *p, const char *name, bool *result)
{
    const struct ncl_value *value = find_quant_value(p, name);
    if (!value || value->kind != NCL_VALUE_LOGICAL)
        return INVALID(p, "%s: %s needs a logical '%s'", p->name, p->quant->algorithm, name);
    *result = value->logical;
    return NNEFCL_OK;
}

/* The extents of a nested array literal, from its first items; a number has rank 0. */
static nnefcl_status literal_shape(const struct preparing *p, const char *name, const struct ncl_value *value,
                                   nnefcl_shape *shape)
{
    *shape = (nnefcl_shape){0};
    for (; value->kind == NCL_VALUE_ARRAY; value = &value->item[0]) {
        if (value->count == 0)
            return INVALID(p, "%s: '%s' of %s is an empty array", p->name, name, p->quant->algorithm);
        if (shape->rank == NNEFCL_MAX_RANK)
            return INVALID(p, "%s: '%s' of %s is nested deeper than %d", p->name, name, p->quant->algorithm,
                           NNEFCL_MAX_RANK);
        shape->extent[shape->rank++] = (int64_t)value->count;
    }
    return NNEFCL_OK;
}

/* Copies the numbers of a nested array in order; false: the nesting is uneven (5.3) or something is no number. */
static bool flatten_numbers(const struct ncl_value *value, const nnefcl_shape *shape, int axis, double **out)
{
    if (axis == shape->rank) {
        if (!is_plain_number(value))
            return false;
        *(*out)++ = number(value);
        return true;
    }
    if (value->kind != NCL_VALUE_ARRAY || (int64_t)value->count != shape->extent[axis])
        return false;
    for (size_t i = 0; i < value->count; i++)
        if (!flatten_numbers(&value->item[i], shape, axis + 1, out))
            return false;
    return true;
}

static nnefcl_status get_numbers(const struct preparing *p, const char *name, struct ncl_dequant_numbers *numbers)
{
    const struct ncl_value *value = find_quant_value(p, name);
    if (!value)
        return INVALID(p, "%s: %s needs '%s'", p->name, p->quant->algorithm, name);
    nnefcl_shape shape;
    nnefcl_status status = literal_shape(p, name, value, &shape);
    if (status)
        return status;
    const nnefcl_shape *whole = &p->out->shape;
    int64_t volume = 1;
    for (int i = 0; i < shape.rank; i++) {
        if (shape.extent[i] != 1 && (i >= whole->rank || shape.extent[i] != whole->extent[i])) {
            char text[NCL_SHAPE_TEXT], other[NCL_SHAPE_TEXT];
            return INVALID(p, "%s: '%s' of %s has the shape %s, which does not broadcast to %s", p->name, name,
                           p->quant->algorithm, ncl_shape_text(&shape, text), ncl_shape_text(whole, other));
        }
        volume *= shape.extent[i]; /* divides the volume of the tensor */
    }
    double *copy = NCL_NEW_ARRAY(p->arena, double, (size_t)volume), *end = copy;
    if (!copy)
        return ncl_nomem(p->diag);
    if (!flatten_numbers(value, &shape, 0, &end))
        return INVALID(p, "%s: '%s' of %s is no number and no evenly nested array of numbers", p->name, name,
                       p->quant->algorithm);
    numbers->value = copy;
    int64_t stride = 1;
    for (int i = shape.rank - 1; i >= 0; i--) {
        numbers->stride[i] = shape.extent[i] > 1 ? stride : 0;
        stride *= shape.extent[i];
    }
    return NNEFCL_OK;
}

/* ---- algorithms (4.9.5) ---- */

/* y = (q + p) / r * (max - min) + min */
static void decode_min_max(const struct ncl_dequant *d, double low, double high, size_t count, double *values)
{
    double span = high - low;
    for (size_t i = 0; i < count; i++)
        values[i] = (values[i] + d->shift) / d->steps * span + low;
}

static nnefcl_status prepare_min_max_as(const struct preparing *p, bool is_signed, bool symmetric)
{
    struct ncl_dequant *out = p->out;
    int bits;
    nnefcl_status status = get_bits(p, &bits);
    if (status)
        return status;
    out->decode = decode_min_max;
    out->steps = ldexp(1, bits) - 1 - (is_signed && symmetric);
    out->shift = is_signed ? ldexp(1, bits - 1) - symmetric : 0;
    if (out->steps <= 0)
        return INVALID(p, "%s: %s has no second value with bits = %d", p->name, p->quant->algorithm, bits);
    status = get_numbers(p, "min", &out->a);
    return status ? status : get_numbers(p, "max", &out->b);
}

static nnefcl_status prepare_min_max(const struct preparing *p, const struct ncl_tensor_header *header)
{
    bool is_signed, symmetric;
    nnefcl_status status;
    (void)header;
    if ((status = get_logical(p, "signed", &is_signed)) || (status = get_logical(p, "symmetric", &symmetric)))
        return status;
    return prepare_min_max_as(p, is_signed, symmetric);
}

static nnefcl_status prepare_linear(const struct preparing *p, const struct ncl_tensor_header *header)
{
    (void)header;
    return prepare_min_max_as(p, false, false);
}

/* y = (q - zero_point) * scale */
static void decode_zero_point(const struct ncl_dequant *d, double zero, double scale, size_t count, double *values)
{
    (void)d;
    for (size_t i = 0; i < count; i++)
        values[i] = (values[i] - zero) * scale;
}

static nnefcl_status prepare_zero_point(const struct preparing *p, const struct ncl_tensor_header *header)
{
    (void)header;
    p->out->decode = decode_zero_point;
    nnefcl_status status = get_numbers(p, "zero_point", &p->out->a);
    return status ? status : get_numbers(p, "scale", &p->out->b);
}

/* y = 2^(q + m - r) with m = ceil(log2(max)): how the smallest exponent m - r is stored as index 0 follows from 5.2
 * (A-QUANT-2). Of signed items the highest bit is the sign of y and the others are q. */
static void decode_logarithmic(const struct ncl_dequant *d, double max, double unused, size_t count, double *values)
{
    double base = ceil(log2(max)) - d->steps;
    (void)unused;
    for (size_t i = 0; i < count; i++)
        values[i] = d->sign_bit && values[i] < 0 ? -exp2(values[i] + d->half + base) : exp2(values[i] + base);
}

static nnefcl_status prepare_logarithmic(const struct preparing *p, const struct ncl_tensor_header *header)
{
    struct ncl_dequant *out = p->out;
    int bits;
    nnefcl_status status = get_bits(p, &bits);
    if (status)
        return status;
    out->decode = decode_logarithmic;
    out->sign_bit = header->code == NCL_ITEM_QUANT_SIGNED;
    out->half = ldexp(1, (int)header->bits - 1);
    out->steps = ldexp(1, bits - out->sign_bit) - 1;
    return get_numbers(p, "max", &out->a);
}

static const struct {
    const char *name;
    nnefcl_status (*prepare)(const struct preparing *p, const struct ncl_tensor_header *header);
} algorithms[] = {
    {"min_max_linear_quantize", prepare_min_max},
    {"linear_quantize", prepare_linear},
    {"zero_point_linear_quantize", prepare_zero_point},
    {"logarithmic_quantize", prepare_logarithmic},
};

/* The extents of the last axes along which both numbers are the same. */
static int64_t count_inner(const struct ncl_dequant *d)
{
    int axis = d->shape.rank;
    while (axis > 0 && d->a.stride[axis - 1] == 0 && d->b.stride[axis - 1] == 0)
        axis--;
    return ncl_shape_span(&d->shape, axis, d->shape.rank);
}

nnefcl_status ncl_dequant_init(struct ncl_dequant *dequant, struct ncl_arena *arena, const struct ncl_quant *quant,
                               const struct ncl_tensor_header *header, const nnefcl_shape *shape, const char *name,
                               struct ncl_diag *diag)
{
    static const double nothing = 0;
    *dequant = (struct ncl_dequant){.shape = *shape, .a.value = &nothing, .b.value = &nothing};
    struct preparing p = {dequant, arena, quant, name, diag};
    for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++) {
        if (strcmp(algorithms[i].name, quant->algorithm) != 0)
            continue;
        nnefcl_status status = algorithms[i].prepare(&p, header);
        dequant->inner = count_inner(dequant);
        return status;
    }
    return INVALID(&p, "%s: '%s' is no quantization operation", name, quant->algorithm);
}

static int64_t position(const struct ncl_dequant_numbers *numbers, const nnefcl_shape *shape, uint64_t index)
{
    int64_t at = 0;
    for (int axis = shape->rank - 1; axis >= 0; axis--) {
        at += (int64_t)(index % (uint64_t)shape->extent[axis]) * numbers->stride[axis];
        index /= (uint64_t)shape->extent[axis];
    }
    return at;
}

void ncl_dequant_apply(const struct ncl_dequant *d, uint64_t first, size_t count, double *values)
{
    while (count > 0) {
        uint64_t left = (uint64_t)d->inner - first % (uint64_t)d->inner;
        size_t run = left < count ? (size_t)left : count;
        d->decode(d, d->a.value[position(&d->a, &d->shape, first)], d->b.value[position(&d->b, &d->shape, first)], run,
                  values);
        values += run;
        first += run;
        count -= run;
    }
}
