/* SPDX-License-Identifier: Apache-2.0 */
/* Results, and how Lite rounds those that are quantized: as its reference kernels do it, which have the factor from one
 * scale to another as a number of 31 bits and a shift, and round twice. */
#include <math.h>
#include <string.h>

#include "import/tensorflow/tf.h"

#define BITS 31 /* of factors */

bool ncl_tf_is_quantized(const struct ncl_import_node *node)
{
    const struct ncl_tf_quant *output = ncl_tf_output_quant(node, 0);
    bool found = false;
    for (size_t i = 0; i < node->input_count && output; i++)
        found |= ncl_tf_input_quant(node, i) && ncl_tf_input_quant(node, i)->count == 1;
    return found && output->count == 1;
}

/* ---- activations ---- */

enum activation { NONE, RELU, RELU_N1_TO_1, RELU6, TANH, SIGN_BIT };

static struct ncl_tensor *activate(struct ncl_import *import, int64_t activation, struct ncl_tensor *y)
{
    switch (activation) {
    case NONE:
        return y;
    case RELU:
        return ncl_tf_unary(import, "relu", y);
    case RELU_N1_TO_1:
        return ncl_tf_clamp(import, y, -1, 1);
    case RELU6:
        return ncl_tf_clamp(import, y, 0, 6);
    case TANH:
        return ncl_tf_unary(import, "tanh", y);
    default:
        ncl_import_refuse(import, "activation number %lld", (long long)activation);
        return y;
    }
}

/* The same as the limits of whole numbers. */
static void limit(struct ncl_import *import, int64_t activation, const struct ncl_tf_quant *quant, double *low,
                  double *high)
{
    static const double lowest[] = {-INFINITY, 0, -1, 0}, highest[] = {INFINITY, INFINITY, 1, 6};
    if (activation < NONE || activation > RELU6) {
        ncl_import_refuse(import, "activation number %lld of a quantized result", (long long)activation);
        return;
    }
    const double zero = (double)quant->zero_point[0], scale = quant->scale[0];
    *low = fmax(*low, zero + round(lowest[activation] / scale));
    *high = fmin(*high, zero + round(highest[activation] / scale));
}

/* ---- quantized results ---- */

/* Operators that give elements as they took them: whole numbers stay what they are. */
static bool is_mover(const char *op)
{
    static const char *const movers[] = {"MAX_POOL_2D",
                                         "RESHAPE",
                                         "TRANSPOSE",
                                         "SQUEEZE",
                                         "EXPAND_DIMS",
                                         "STRIDED_SLICE",
                                         "SLICE",
                                         "SPLIT",
                                         "SPLIT_V",
                                         "PAD",
                                         "PADV2",
                                         "MIRROR_PAD",
                                         "CONCATENATION",
                                         "PACK",
                                         "UNPACK",
                                         "TILE",
                                         "GATHER",
                                         "GATHER_ND",
                                         "SPACE_TO_DEPTH",
                                         "DEPTH_TO_SPACE",
                                         "BATCH_TO_SPACE_ND",
                                         "BROADCAST_TO",
                                         "REVERSE_V2",
                                         "REDUCE_MAX",
                                         "REDUCE_MIN",
                                         "MAXIMUM",
                                         "MINIMUM",
                                         "SELECT",
                                         "SELECT_V2",
                                         "RESIZE_NEAREST_NEIGHBOR"};
    for (size_t i = 0; i < sizeof movers / sizeof *movers; i++)
        if (strcmp(op, movers[i]) == 0)
            return true;
    return false;
}

static bool is_same(const struct ncl_tf_quant *a, const struct ncl_tf_quant *b)
{
    return a->count == 1 && b->count == 1 && a->scale[0] == b->scale[0] && a->zero_point[0] == b->zero_point[0];
}

bool ncl_tf_moves(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_tf_detail *detail = node->detail;
    const struct ncl_tf_quant *result = ncl_tf_output_quant(node, 0);
    if (!result || !is_mover(node->op) || ncl_import_integer(import, node, "activation", NONE) != NONE)
        return false;
    for (size_t i = 0; i < node->input_count + node->output_count; i++)
        if (detail->quant[i].count && !is_same(&detail->quant[i], result))
            return false;
    return true;
}

void ncl_tf_give_whole(struct ncl_import *import, const struct ncl_import_node *node, size_t index, int64_t activation,
                       struct ncl_tensor *whole)
{
    const struct ncl_tf_quant *quant = ncl_tf_output_quant(node, index);
    const enum ncl_stored_type element =
        ((const struct ncl_tf_detail *)node->detail)->element[node->input_count + index];
    if (quant->count > 1 || element == NCL_STORED_COUNT || ncl_stored_high(element) == 0) {
        ncl_import_refuse(import, "%s",
                          quant->count > 1 ? "results with a scale for each channel"
                                           : "a scale for results that are no integers");
        return;
    }
    double low = (double)ncl_stored_low(element), high = (double)ncl_stored_high(element);
    limit(import, activation, quant, &low, &high);
    ncl_import_give_number(import, node, index, ncl_tf_clamp(import, whole, low, high), element);
}

static void give_steps(struct ncl_import *import, const struct ncl_import_node *node, size_t index, int64_t activation,
                       struct ncl_tensor *steps)
{
    const double zero = (double)ncl_tf_output_quant(node, index)->zero_point[0];
    ncl_tf_give_whole(import, node, index, activation, zero == 0 ? steps : ncl_tf_with(import, "add", steps, zero));
}

void ncl_tf_give(struct ncl_import *import, const struct ncl_import_node *node, size_t index, struct ncl_tensor *y)
{
    const struct ncl_tf_detail *detail = node->detail;
    const struct ncl_tf_quant *quant = ncl_tf_output_quant(node, index);
    const int64_t activation = ncl_import_integer(import, node, "activation", NONE);
    if (quant && y->dtype == NNEFCL_SCALAR && ncl_tf_moves(import, node))
        ncl_import_give_number(import, node, index, y, detail->element[node->input_count + index]);
    else if (quant && y->dtype == NNEFCL_SCALAR)
        give_steps(import, node, index, NONE,
                   ncl_tf_unary(import, "round_away",
                                ncl_tf_with(import, "div", activate(import, activation, y), quant->scale[0])));
    else
        ncl_import_give(import, node, index, activate(import, activation, y));
}

void ncl_tf_give_steps(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *steps)
{
    give_steps(import, node, 0, ncl_import_integer(import, node, "activation", NONE), steps);
}

/* One factor for all, or one for each channel. */
static struct ncl_tensor *multiply(struct ncl_import *import, struct ncl_tensor *x, const struct ncl_known *factor)
{
    if (ncl_known_is_filled(factor))
        return factor->real[0] == 1 ? x : ncl_tf_with(import, "mul", x, factor->real[0]);
    return ncl_tf_binary(import, "mul", x, ncl_import_constant(import, factor));
}

/* x significand 2^max(shift, 0) rounded half up, what 2^min(shift, 0) makes of that half away from zero; or, `once`,
 * both at once, half up. The significand has so many bits. */
static struct ncl_tensor *shifted(struct ncl_import *import, struct ncl_tensor *x, const double *significand,
                                  const int *shift, size_t count, int bits, bool once)
{
    const nnefcl_shape shape = {.rank = 1, .extent = {(int64_t)count}};
    struct ncl_known *up = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &shape),
                     *down = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &shape);
    if (!up || !down) {
        ncl_import_nomem(import);
        return x;
    }
    for (size_t i = 0; i < count; i++) {
        up->real[i] = ldexp(round(ldexp(significand[i], bits)), (once || shift[i] > 0 ? shift[i] : 0) - bits);
        down->real[i] = once || shift[i] > 0 ? 1 : ldexp(1, shift[i]);
    }
    x = ncl_tf_unary(import, "round", multiply(import, x, up));
    return once ? x : ncl_tf_unary(import, "round_away", multiply(import, x, down));
}

static struct ncl_tensor *rescale(struct ncl_import *import, struct ncl_tensor *x, const double *factor, size_t count,
                                  int bits, bool once)
{
    double *significand = NCL_NEW_ARRAY(&import->scratch, double, count);
    int *shift = NCL_NEW_ARRAY(&import->scratch, int, count);
    if (!significand || !shift) {
        ncl_import_nomem(import);
        return x;
    }
    for (size_t i = 0; i < count; i++)
        significand[i] = frexp(factor[i], &shift[i]);
    return shifted(import, x, significand, shift, count, bits, once);
}

struct ncl_tensor *ncl_tf_rescale(struct ncl_import *import, struct ncl_tensor *x, double factor)
{
    return rescale(import, x, &factor, 1, BITS, false);
}

struct ncl_tensor *ncl_tf_rescale_columns(struct ncl_import *import, struct ncl_tensor *x, const double *factor,
                                          size_t count)
{
    return rescale(import, x, factor, count, BITS, false);
}

static bool is_sixteen(const struct ncl_import_node *node)
{
    const struct ncl_tf_detail *detail = node->detail;
    return detail->element[node->input_count] == NCL_STORED_INT16;
}

/* Convolutions of 16 bits, and products of two such operands, have short factors, and one rounding, as products with a
 * factor for each row have. */
static bool is_wide(const struct ncl_import_node *node)
{
    return is_sixteen(node) && (strstr(node->op, "CONV") || strcmp(node->op, "BATCH_MATMUL") == 0);
}

void ncl_tf_give_product(struct ncl_import *import, const struct ncl_import_node *node, size_t first, size_t second,
                         struct ncl_tensor *y)
{
    if (!ncl_tf_is_quantized(node)) {
        ncl_tf_give(import, node, 0, y);
        return;
    }
    const struct ncl_tf_quant *a = ncl_tf_input_quant(node, first), *b = ncl_tf_input_quant(node, second),
                              *to = ncl_tf_output_quant(node, 0);
    if (!a || !b || a->count > 1) {
        ncl_import_refuse(import, "operands of which one is quantized and one is not");
        return;
    }
    double *factor = NCL_NEW_ARRAY(&import->scratch, double, b->count);
    for (size_t i = 0; factor && i < b->count; i++)
        factor[i] = a->scale[0] * b->scale[i] / to->scale[0];
    const bool once = is_wide(node) || (strcmp(node->op, "FULLY_CONNECTED") == 0 && b->count > 1);
    if (factor)
        ncl_tf_give_steps(import, node, rescale(import, y, factor, b->count, is_wide(node) ? 15 : BITS, once));
    else
        ncl_import_nomem(import);
}

/* QUANTIZE: the rounding alone, from one scale to another where both are there. */
void ncl_tf_build_quantize(struct ncl_import *import, const struct ncl_import_node *node)
{
    if (!ncl_tf_is_quantized(node)) {
        ncl_tf_give(import, node, 0, ncl_tf_tensor(import, node, 0));
        return;
    }
    const double factor = ncl_tf_input_quant(node, 0)->scale[0] / ncl_tf_output_quant(node, 0)->scale[0];
    give_steps(import, node, 0, NONE, ncl_tf_rescale(import, ncl_tf_steps(import, node, 0), factor));
}

void ncl_tf_build_dequantize(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_tf_give(import, node, 0, ncl_tf_tensor(import, node, 0));
}

/* ---- operators whose kernels for whole numbers are not those for real ones, then rounded ---- */

static double scale_of(const struct ncl_tf_quant *quant)
{
    return quant ? quant->scale[0] : 1;
}

/* Both in steps of the result, their sum or difference rounded once. */
void ncl_tf_quantized_sum(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *item[2];
    const double to = scale_of(ncl_tf_output_quant(node, 0));
    for (size_t i = 0; i < 2; i++)
        item[i] = ncl_tf_with(import, "mul", ncl_tf_steps(import, node, i), scale_of(ncl_tf_input_quant(node, i)) / to);
    struct ncl_tensor *sum = ncl_tf_binary(import, import->op->as, item[0], item[1]);
    ncl_tf_give_steps(import, node, ncl_tf_unary(import, "round_away", sum));
}

/* SQRT: cut off, not rounded. */
static void give_root(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *y = ncl_tf_unary(import, "sqrt", ncl_tf_tensor(import, node, 0));
    y = ncl_tf_with(import, "div", y, scale_of(ncl_tf_output_quant(node, 0)));
    ncl_tf_give_steps(import, node, ncl_tf_unary(import, "floor", y));
}

/* RSQRT: 20 more bits of the root of the steps, and what the scales make of them. */
static void give_inverse_root(struct ncl_import *import, const struct ncl_import_node *node)
{
    const double bits = 1 << 20,
                 factor = 1 / (sqrt(scale_of(ncl_tf_input_quant(node, 0))) * scale_of(ncl_tf_output_quant(node, 0)));
    struct ncl_tensor *y = ncl_tf_unary(import, "rsqrt", ncl_tf_steps(import, node, 0));
    y = ncl_tf_unary(import, "round", ncl_tf_with(import, "mul", y, bits));
    ncl_tf_give_steps(import, node, ncl_tf_rescale(import, y, factor / bits));
}

bool ncl_tf_quantized_unary(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool root = strcmp(node->op, "SQRT") == 0, inverse = strcmp(node->op, "RSQRT") == 0;
    if (!(root || inverse) || !ncl_tf_is_quantized(node) || (inverse && is_sixteen(node)))
        return false;
    if (root)
        give_root(import, node);
    else
        give_inverse_root(import, node);
    return true;
}

/* MEAN: the sum times factor / count, with 2^k / count, k whole, in the significand and 2^-k in the shift. */
void ncl_tf_quantized_mean(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *sum,
                           int64_t count)
{
    int shift;
    const double factor = scale_of(ncl_tf_input_quant(node, 0)) / scale_of(ncl_tf_output_quant(node, 0)),
                 significand = frexp(factor, &shift), k = fmin(floor(log2((double)count)), 31 + shift),
                 part = significand * exp2(k) / (double)count;
    shift -= (int)k;
    ncl_tf_give_steps(import, node, shifted(import, sum, &part, &shift, 1, BITS, false));
}

/* SQUARED_DIFFERENCE: both with 7 more bits in steps of twice the greater scale, rounded; then the square. */
void ncl_tf_quantized_difference(struct ncl_import *import, const struct ncl_import_node *node)
{
    const double a = scale_of(ncl_tf_input_quant(node, 0)), b = scale_of(ncl_tf_input_quant(node, 1)),
                 unit = 2 * fmax(a, b), bits = 128,
                 factor = unit * unit / (bits * bits * scale_of(ncl_tf_output_quant(node, 0)));
    struct ncl_tensor *item[2];
    for (size_t i = 0; i < 2; i++) {
        const double own = (i ? b : a) / unit;
        item[i] = ncl_tf_with(import, "mul", ncl_tf_steps(import, node, i), bits);
        item[i] = ncl_tf_rescale(import, item[i], own);
    }
    struct ncl_tensor *square = ncl_tf_unary(import, "sqr", ncl_tf_binary(import, "sub", item[0], item[1]));
    ncl_tf_give_steps(import, node, ncl_tf_rescale(import, square, factor));
}

/* Steps above the zero point by one factor, what is made of those below it by another. */
static void give_slopes(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *x,
                        struct ncl_tensor *below, double slope)
{
    const double above = scale_of(ncl_tf_input_quant(node, 0)) / scale_of(ncl_tf_output_quant(node, 0)),
                 lower = above * slope;
    struct ncl_tensor *y = ncl_tf_rescale(import, ncl_tf_unary(import, "relu", x), above);
    ncl_tf_give_steps(import, node, ncl_tf_binary(import, "add", y, ncl_tf_rescale(import, below, lower)));
}

static struct ncl_tensor *below_zero(struct ncl_import *import, struct ncl_tensor *x)
{
    return ncl_tf_binary(import, "min", x, ncl_compose_number(import, 0));
}

void ncl_tf_quantized_leaky(struct ncl_import *import, const struct ncl_import_node *node, double alpha)
{
    struct ncl_tensor *x = ncl_tf_steps(import, node, 0);
    give_slopes(import, node, x, below_zero(import, x), alpha);
}

void ncl_tf_quantized_prelu(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_steps(import, node, 0), *slope = ncl_tf_steps(import, node, 1);
    give_slopes(import, node, x, ncl_tf_binary(import, "mul", below_zero(import, x), slope),
                scale_of(ncl_tf_input_quant(node, 1)));
}
