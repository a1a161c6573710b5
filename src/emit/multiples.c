/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/multiples.h"

#include <math.h>
#include <string.h>

#define BITS       16    /* of an index; more are not worth a look */
#define LEAST_STEP 1e-30 /* its reciprocal is a float too */
#define UNBOUNDED  ((int64_t)1 << 40)
#define DEPTH      16 /* nodes from a tensor back to what makes its elements multiples */
#define DEPTH_LESS 4  /* the same from the second operand of a sum, as a rule a zero point: else 2^DEPTH ways back */

static bool step_is_usable(double step)
{
    return step > LEAST_STEP && step < 1 / LEAST_STEP;
}

/* y = (q - zero) step for `bits` of q from `low` to `high`. */
static bool read_index_range(double zero, double step, int64_t bits, double low, double high,
                             struct ncl_multiples *multiples)
{
    if (!step_is_usable(step) || bits > BITS || !(fabs(zero) <= ldexp(1, BITS)))
        return false;
    *multiples = (struct ncl_multiples){.step = step, .low = (int64_t)(low - zero), .high = (int64_t)(high - zero)};
    return true;
}

/* The one number that a tensor is written as; NAN: it is another tensor. */
static double written_number(const struct ncl_tensor *tensor)
{
    return tensor->role == NCL_ROLE_CONSTANT && tensor->data_count == 1 ? ncl_tensor_number(tensor) : NAN;
}

bool ncl_multiples_of_node(const struct ncl_node *node, struct ncl_multiples *multiples)
{
    if (!ncl_node_is(node, "zero_point_linear_quantize"))
        return false;
    const int64_t bits = ncl_node_integer(node, "bits");
    const bool is_signed = ncl_node_logical(node, "signed"), is_symmetric = ncl_node_logical(node, "symmetric");
    const double high = ldexp(1, (int)bits - is_signed) - 1, low = is_signed ? -high - !is_symmetric : 0;
    return read_index_range(written_number(ncl_node_tensor(node, "zero_point")),
                            written_number(ncl_node_tensor(node, "scale")), bits, low, high, multiples);
}

/* ---- variables and constants ---- */

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
    return read_index_range(value_number(find_value(quant, "zero_point")), value_number(find_value(quant, "scale")),
                            bits, -ldexp(1, bits - 1), ldexp(1, bits) - 1, multiples);
}

/* Of another format's file: as much as its type of elements can hold. */
static bool variable_multiples(const struct ncl_variable *variable, struct ncl_multiples *multiples)
{
    if (variable->updated)
        return false;
    if (!variable->stored || variable->dtype != NNEFCL_INTEGER)
        return read_stored(variable, multiples);
    *multiples = (struct ncl_multiples){.step = 1,
                                        .low = ncl_stored_low(variable->stored->element),
                                        .high = ncl_stored_high(variable->stored->element)};
    return true;
}

static bool constant_multiples(const struct ncl_tensor *tensor, struct ncl_multiples *multiples)
{
    *multiples = (struct ncl_multiples){.step = 1, .low = UNBOUNDED, .high = -UNBOUNDED};
    for (size_t i = 0; i < tensor->data_count; i++) {
        const double value = tensor->dtype == NNEFCL_SCALAR    ? (double)((const float *)tensor->data)[i]
                             : tensor->dtype == NNEFCL_INTEGER ? (double)((const int32_t *)tensor->data)[i]
                                                               : (double)((const uint8_t *)tensor->data)[i];
        if (value != rint(value) || fabs(value) > (double)UNBOUNDED)
            return false;
        multiples->low = value < (double)multiples->low ? (int64_t)value : multiples->low;
        multiples->high = value > (double)multiples->high ? (int64_t)value : multiples->high;
    }
    return tensor->data_count > 0;
}

/* ---- what nodes make of multiples ---- */

static bool tensor_multiples(const struct ncl_tensor *tensor, int depth, struct ncl_multiples *multiples);

static bool operand_multiples(const struct ncl_node *node, size_t k, int depth, struct ncl_multiples *multiples)
{
    return node->argument[k].kind == NCL_VALUE_TENSOR && depth < DEPTH &&
           tensor_multiples(node->argument[k].tensor, depth + 1, multiples);
}

static bool is_whole_number(const struct ncl_multiples *multiples)
{
    return multiples->step == 1 && !multiples->steps;
}

static bool quantized_multiples(const struct ncl_node *node, int depth, struct ncl_multiples *multiples)
{
    (void)depth;
    return ncl_multiples_of_node(node, multiples);
}

static bool rounded_multiples(const struct ncl_node *node, int depth, struct ncl_multiples *multiples)
{
    (void)node;
    (void)depth;
    *multiples = (struct ncl_multiples){.step = 1, .low = -UNBOUNDED, .high = UNBOUNDED};
    return true;
}

/* Another type, whose elements were whole or are so now. */
static bool cast_multiples(const struct ncl_node *node, int depth, struct ncl_multiples *multiples)
{
    if (operand_multiples(node, 0, depth, multiples) && is_whole_number(multiples))
        return true;
    return ncl_node_result(node, 0)->dtype == NNEFCL_INTEGER && rounded_multiples(node, depth, multiples);
}

/* The same elements, and zeros around them. */
static bool moved_multiples(const struct ncl_node *node, int depth, struct ncl_multiples *multiples)
{
    if (!operand_multiples(node, 0, depth, multiples) || multiples->steps)
        return false;
    multiples->low = multiples->low < 0 ? multiples->low : 0;
    multiples->high = multiples->high > 0 ? multiples->high : 0;
    return true;
}

static bool relu_multiples(const struct ncl_node *node, int depth, struct ncl_multiples *multiples)
{
    if (!operand_multiples(node, 0, depth, multiples))
        return false;
    multiples->low = multiples->low > 0 ? multiples->low : 0;
    multiples->high = multiples->high > 0 ? multiples->high : 0;
    return true;
}

/* Bounds have to be multiples too. */
static bool clamp_multiples(const struct ncl_node *node, int depth, struct ncl_multiples *multiples)
{
    if (!operand_multiples(node, 0, depth, multiples) || multiples->steps)
        return false;
    const double low = written_number(ncl_node_tensor(node, "a")), high = written_number(ncl_node_tensor(node, "b")),
                 from = rint(low / multiples->step), to = rint(high / multiples->step);
    if (!(fabs(from) <= (double)UNBOUNDED && fabs(to) <= (double)UNBOUNDED) ||
        (float)(from * multiples->step) != (float)low || (float)(to * multiples->step) != (float)high || from > to)
        return false;
    multiples->low = fmin(fmax((double)multiples->low, from), to);
    multiples->high = fmin(fmax((double)multiples->high, from), to);
    return true;
}

/* Floats add whole numbers to whole numbers, of whatever size. */
static bool sum_multiples(const struct ncl_node *node, int depth, struct ncl_multiples *multiples)
{
    struct ncl_multiples other;
    const int second = depth > DEPTH - DEPTH_LESS ? depth : DEPTH - DEPTH_LESS;
    if (!operand_multiples(node, 0, depth, multiples) || !is_whole_number(multiples) ||
        !operand_multiples(node, 1, second, &other) || !is_whole_number(&other))
        return false;
    const bool difference = ncl_node_is(node, "sub");
    multiples->low += difference ? -other.high : other.low;
    multiples->high += difference ? -other.low : other.high;
    return true;
}

/* Known at init, and as many elements as it has indices along axis 0. */
static bool tensor_is_steps(const struct ncl_tensor *tensor)
{
    const struct ncl_tensor *source = tensor;
    for (int i = 0; i < DEPTH && source->producer && !ncl_tensor_is_constant(source); i++) {
        const char *name = source->producer->op->name;
        if (strcmp(name, "reshape") != 0 && strcmp(name, "unsqueeze") != 0)
            return false;
        source = source->producer->argument[0].tensor;
    }
    return ncl_tensor_is_constant(source) && tensor->shape.rank > 0 &&
           ncl_shape_volume(&tensor->shape) == tensor->shape.extent[0];
}

/* Of whole numbers, by one factor or by one for each index along axis 0. */
static bool product_multiples(const struct ncl_node *node, int depth, struct ncl_multiples *multiples)
{
    const struct ncl_value *by = &node->argument[1];
    if (!operand_multiples(node, 0, depth, multiples) || !is_whole_number(multiples) || by->kind != NCL_VALUE_TENSOR ||
        by->tensor->dtype != NNEFCL_SCALAR)
        return false;
    const double number = written_number(by->tensor);
    if (!isnan(number)) {
        multiples->step = number;
        return step_is_usable(number);
    }
    multiples->steps = by->tensor;
    return tensor_is_steps(by->tensor) && by->tensor->shape.extent[0] == ncl_node_result(node, 0)->shape.extent[0];
}

static const struct {
    const char *op;
    bool (*multiples)(const struct ncl_node *node, int depth, struct ncl_multiples *multiples);
} rules[] = {
    {"zero_point_linear_quantize", quantized_multiples},
    {"round", rounded_multiples},
    {"round_even", rounded_multiples},
    {"round_away", rounded_multiples},
    {"floor", rounded_multiples},
    {"ceil", rounded_multiples},
    {"cast", cast_multiples},
    {"clamp", clamp_multiples},
    {"relu", relu_multiples},
    {"add", sum_multiples},
    {"sub", sum_multiples},
    {"mul", product_multiples},
    {"max_pool", moved_multiples},
    {"reshape", moved_multiples},
    {"squeeze", moved_multiples},
    {"unsqueeze", moved_multiples},
    {"transpose", moved_multiples},
    {"slice", moved_multiples},
};

static bool tensor_multiples(const struct ncl_tensor *tensor, int depth, struct ncl_multiples *multiples)
{
    if (tensor->variable)
        return variable_multiples(tensor->variable, multiples);
    if (tensor->role == NCL_ROLE_CONSTANT && tensor->data)
        return constant_multiples(tensor, multiples);
    for (size_t i = 0; tensor->producer && i < sizeof rules / sizeof *rules; i++)
        if (ncl_node_is(tensor->producer, rules[i].op))
            return rules[i].multiples(tensor->producer, depth, multiples);
    return false;
}

bool ncl_multiples_of(const struct ncl_tensor *tensor, struct ncl_multiples *multiples)
{
    return tensor_multiples(tensor, 0, multiples);
}
