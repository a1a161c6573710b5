/* SPDX-License-Identifier: Apache-2.0 */
/* Quantization operations (NNEF 4.9.5): elements become the nearest of those that an index stands for. linear_quantize
 * is min_max_linear_quantize, unsigned.
 *
 * Kernels find the index of the text in real arithmetic for operands that are floats: a first guess, then the exact
 * side of the boundary by fused multiply-adds. Above 23 bits the steps are finer than the floats between the limits:
 * then nothing is left but to clamp (to half a step). */
#include <math.h>

#include "emit/reference.h"
#include "ops/broadcast.h"
#include "emit/multiples.h"

#define FINE 24 /* bits from which on a step is below the spacing of floats at the limits */

static int64_t bits_of(const struct ncl_node *node)
{
    return ncl_node_integer(node, "bits");
}

static bool is_unsigned_node(const struct ncl_node *node)
{
    return ncl_node_is(node, "linear_quantize"); /* it has no such attributes: they are false */
}

static bool is_signed(const struct ncl_node *node)
{
    return !is_unsigned_node(node) && ncl_node_logical(node, "signed");
}

static bool is_symmetric(const struct ncl_node *node)
{
    return !is_unsigned_node(node) && ncl_node_logical(node, "symmetric");
}

/* ---- shape rule ---- */

static nnefcl_status quantization_infer(struct ncl_infer *infer, struct ncl_node *node, const char *const *names,
                                        size_t count)
{
    nnefcl_shape shape;
    if (bits_of(node) < 1 || bits_of(node) > 64)
        return ncl_infer_error(infer, node, "'bits' is %lld, it must be 1 to 64", (long long)bits_of(node));
    const nnefcl_status status = ncl_broadcast_infer(infer, node, names, count, &shape);
    return status ? status : ncl_infer_result(infer, node, 0, &shape);
}

static const char *const limits[] = {"x", "min", "max"}, *const points[] = {"x", "zero_point", "scale"},
                         *const largest[] = {"x", "max"};

nnefcl_status ncl_min_max_quantize_infer(struct ncl_infer *rule, struct ncl_node *node)
{
    return quantization_infer(rule, node, limits, 3);
}

nnefcl_status ncl_zero_point_quantize_infer(struct ncl_infer *rule, struct ncl_node *node)
{
    return quantization_infer(rule, node, points, 3);
}

nnefcl_status ncl_logarithmic_quantize_infer(struct ncl_infer *rule, struct ncl_node *node)
{
    return quantization_infer(rule, node, largest, 2);
}

/* ---- ranges of the indices ---- */

/* r of min_max_linear_quantize: the number of steps between the limits. */
static double steps_of(const struct ncl_node *node)
{
    return ldexp(1, (int)bits_of(node)) - 1 - (is_signed(node) && is_symmetric(node));
}

static double highest_of(const struct ncl_node *node)
{
    return ldexp(1, (int)bits_of(node) - is_signed(node)) - 1;
}

static double lowest_of(const struct ncl_node *node)
{
    return is_signed(node) ? -highest_of(node) - !is_symmetric(node) : 0;
}

/* ---- kernels ---- */

static void quantization_apply(struct ncl_expression *expression, const struct ncl_node *node, const char *const *names,
                               int count, const char *formula, double alpha, double beta)
{
    const char *terms[3];
    for (int i = 0; i < count; i++)
        terms[i] = ncl_expression_tensor(expression, ncl_node_tensor(node, names[i]));
    ncl_expression_apply(expression, NNEFCL_SCALAR, formula, terms, alpha, beta);
}

void ncl_min_max_quantize_elements(struct ncl_expression *expression, const struct ncl_node *node)
{
    const char *formula = bits_of(node) < FINE ? "ncl_quantize_limits(x, y, z, ALPHA)" : "ncl_clamp(x, y, z)";
    quantization_apply(expression, node, limits, 3, formula, steps_of(node), 0);
}

/* Products with a power of two are exact, so only halves are left, which the sum rounds to even. */
static const char *index_formula(double step)
{
    int exponent;
    return frexp(step, &exponent) == 0.5 ? "ncl_half_up(x * ALPHA)"
                                         : "ncl_quantize_index(x, y, fma(x, (V)ALPHA, (V)NCL_INTEGERS) - NCL_INTEGERS)";
}

/* With the limits as numbers nothing is read and nothing is divided, and the whole fits into the kernel in front. The
 * reciprocal is within 2^-24 of itself and the sum a whole number: indices of as few bits as these are off by one at
 * most, and what is beyond them stays beyond the limits. */
static void elements_by_numbers(struct ncl_expression *expression, const struct ncl_node *node,
                                const struct ncl_multiples *multiples)
{
    const char *x = ncl_expression_tensor(expression, ncl_node_tensor(node, "x")),
               *step = ncl_expression_tensor(expression, ncl_node_tensor(node, "scale"));
    const char *index = ncl_expression_apply(expression, NNEFCL_SCALAR, index_formula(multiples->step),
                                             (const char *const[]){x, step}, 1 / multiples->step, 0);
    ncl_expression_apply(expression, NNEFCL_SCALAR, "ncl_clamp(x, ALPHA, BETA) * y", (const char *const[]){index, step},
                         (double)multiples->low, (double)multiples->high);
}

void ncl_zero_point_quantize_elements(struct ncl_expression *expression, const struct ncl_node *node)
{
    struct ncl_multiples multiples;
    if (ncl_multiples_of_node(node, &multiples)) {
        elements_by_numbers(expression, node, &multiples);
        return;
    }
    quantization_apply(expression, node, points, 3, "ncl_quantize_scale(x, NCL_TO(float, y), z, BETA, ALPHA)",
                       highest_of(node), lowest_of(node));
}

void ncl_logarithmic_quantize_elements(struct ncl_expression *expression, const struct ncl_node *node)
{
    quantization_apply(expression, node, largest, 2, "ncl_quantize_power(x, y, ALPHA)",
                       ldexp(1, (int)bits_of(node)) - 1, 0);
}

/* ---- the definition ---- */

static double quantization_operand(const struct ncl_reference *reference, const struct ncl_node *node, const char *name,
                                   const int64_t *at)
{
    const struct ncl_tensor *operand = ncl_node_tensor(node, name);
    return ncl_reference_in(reference, operand)[ncl_position_repeated(&operand->shape, at)];
}

static double nearest_step(double x)
{
    return floor(x + 0.5);
}

static double clamped(double x, double low, double high)
{
    const double least = x < high ? x : high;
    return least > low ? least : low;
}

/* q = round((z - min) / (max - min) r) - p and y = (q + p) / r (max - min) + min, z the clamped x: p cancels out. The
 * quotient is last, so that it is exact where it is a boundary. */
static double min_max(double x, double min, double max, double r)
{
    const double z = clamped(x, min, max);
    return nearest_step((z - min) * r / (max - min)) / r * (max - min) + min;
}

void ncl_min_max_quantize_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *result = ncl_node_result(node, 0);
    double *y = ncl_reference_out(reference, result), *scale = ncl_reference_scale(reference, result, 1);
    int64_t at[NNEFCL_MAX_RANK];
    for (bool more = ncl_position_first(&result->shape, at); more; more = ncl_position_next(&result->shape, at)) {
        const double min = quantization_operand(reference, node, "min", at),
                     max = quantization_operand(reference, node, "max", at);
        *y++ = min_max(quantization_operand(reference, node, "x", at), min, max, steps_of(node));
        *scale++ = fabs(min) + fabs(max);
    }
}

/* q = clamp(round(x / scale) + zero_point, lowest, highest) and y = (q - zero_point) scale */
void ncl_zero_point_quantize_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *result = ncl_node_result(node, 0);
    double *y = ncl_reference_out(reference, result);
    int64_t at[NNEFCL_MAX_RANK];
    for (bool more = ncl_position_first(&result->shape, at); more; more = ncl_position_next(&result->shape, at)) {
        const double z = quantization_operand(reference, node, "zero_point", at),
                     s = quantization_operand(reference, node, "scale", at);
        *y++ = (clamped(nearest_step(quantization_operand(reference, node, "x", at) / s) + z, lowest_of(node),
                        highest_of(node)) -
                z) *
               s;
    }
}

/* q = round(clamp(log2(|x|), m - r, m)) and y = sign(x) 2^q, m = ceil(log2(max)): the logarithm of a float is no half,
 * and with the exponent taken off it is exact for powers of two. */
static double logarithmic(double x, double max, double r)
{
    int exponent, most;
    const double fraction = frexp(fabs(x), &exponent), m = frexp(max, &most) == 0.5 ? most - 1 : most;
    if (isnan(x) || x == 0)
        return x;
    const double q = isinf(x) ? m : nearest_step(clamped(exponent + log2(fraction), m - r, m));
    return copysign(exp2(q), x);
}

void ncl_logarithmic_quantize_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *result = ncl_node_result(node, 0);
    double *y = ncl_reference_out(reference, result);
    int64_t at[NNEFCL_MAX_RANK];
    for (bool more = ncl_position_first(&result->shape, at); more; more = ncl_position_next(&result->shape, at))
        *y++ = logarithmic(quantization_operand(reference, node, "x", at),
                           quantization_operand(reference, node, "max", at), ldexp(1, (int)bits_of(node)) - 1);
}
