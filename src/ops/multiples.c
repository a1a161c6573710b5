/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/multiples.h"

#include <math.h>
#include <string.h>

#define BITS       16    /* of an index; more are not worth a look */
#define LEAST_STEP 1e-30 /* its reciprocal is a float too */

/* y = (q - zero) step for `bits` of q from `low` to `high`. */
static bool read_range(double zero, double step, int64_t bits, double low, double high, struct ncl_multiples *multiples)
{
    if (!(step > LEAST_STEP && step < 1 / LEAST_STEP) || bits > BITS || !(fabs(zero) <= ldexp(1, BITS)))
        return false;
    *multiples = (struct ncl_multiples){.step = step, .low = (int64_t)(low - zero), .high = (int64_t)(high - zero)};
    return true;
}

/* The one number that a tensor is written as; NAN: it is another tensor. */
static double tensor_number(const struct ncl_tensor *tensor)
{
    if (tensor->role != NCL_ROLE_CONSTANT || tensor->data_count != 1)
        return NAN;
    return tensor->dtype == NNEFCL_SCALAR ? (double)*(const float *)tensor->data : *(const int32_t *)tensor->data;
}

bool ncl_multiples_of_node(const struct ncl_node *node, struct ncl_multiples *multiples)
{
    if (strcmp(node->op->name, "zero_point_linear_quantize") != 0)
        return false;
    const int64_t bits = ncl_node_integer(node, "bits");
    const bool is_signed = ncl_node_logical(node, "signed"), is_symmetric = ncl_node_logical(node, "symmetric");
    const double high = ldexp(1, (int)bits - is_signed) - 1, low = is_signed ? -high - !is_symmetric : 0;
    return read_range(tensor_number(ncl_node_tensor(node, "zero_point")), tensor_number(ncl_node_tensor(node, "scale")),
                      bits, low, high, multiples);
}

static const struct ncl_value *find_value(const struct ncl_quant *quant, const char *name)
{
    for (size_t i = 0; i < quant->argument_count; i++)
        if (strcmp(quant->argument[i].name, name) == 0)
            return &quant->argument[i].value;
    return NULL;
}

static double value_number(const struct ncl_value *value)
{
    return !value                             ? (double)NAN
           : value->kind == NCL_VALUE_INTEGER ? (double)value->integer
           : value->kind == NCL_VALUE_SCALAR  ? (double)(float)value->scalar
                                              : (double)NAN;
}

/* Of a variable whose file holds indices: what has a sign is not asked, so both ranges are counted. */
static bool read_stored(const struct ncl_variable *variable, struct ncl_multiples *multiples)
{
    const struct ncl_quant *quant = variable->quant;
    const int bits = variable->index_bits;
    if (!bits || strcmp(quant->algorithm, "zero_point_linear_quantize") != 0)
        return false;
    return read_range(value_number(find_value(quant, "zero_point")), value_number(find_value(quant, "scale")), bits,
                      -ldexp(1, bits - 1), ldexp(1, bits) - 1, multiples);
}

bool ncl_multiples_of(const struct ncl_tensor *tensor, struct ncl_multiples *multiples)
{
    if (tensor->variable)
        return !tensor->variable->updated && read_stored(tensor->variable, multiples);
    return tensor->producer && ncl_multiples_of_node(tensor->producer, multiples);
}
