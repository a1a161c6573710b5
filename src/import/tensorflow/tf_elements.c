/* SPDX-License-Identifier: Apache-2.0 */
/* Element by element. */
#include <math.h>
#include <string.h>

#include "import/bits.h"
#include "import/tensorflow/tf.h"

void ncl_tf_build_unary(struct ncl_import *import, const struct ncl_import_node *node)
{
    if (ncl_tf_complex_unary(import, node) || ncl_tf_quantized_unary(import, node))
        return;
    ncl_tf_give(import, node, 0, ncl_tf_unary(import, import->op->as, ncl_tf_tensor(import, node, 0)));
}

void ncl_tf_build_binary(struct ncl_import *import, const struct ncl_import_node *node)
{
    const char *op = import->op->as;
    const bool quantized = ncl_tf_is_quantized(node);
    if (ncl_tf_complex_binary(import, node))
        return;
    if (strcmp(op, "div") == 0 && ncl_tf_tensor(import, node, 0)->dtype == NNEFCL_INTEGER) {
        ncl_tf_build_truncate(import, node);
        return;
    }
    if (quantized && strcmp(op, "mul") == 0) {
        ncl_tf_give_product(import, node, 0, 1,
                            ncl_tf_binary(import, op, ncl_tf_steps(import, node, 0), ncl_tf_steps(import, node, 1)));
        return;
    }
    if (quantized && (strcmp(op, "add") == 0 || strcmp(op, "sub") == 0)) {
        ncl_tf_quantized_sum(import, node);
        return;
    }
    ncl_tf_give(import, node, 0,
                ncl_tf_binary(import, import->op->as, ncl_tf_tensor(import, node, 0), ncl_tf_tensor(import, node, 1)));
}

/* Identity and those that only matter for training; IdentityN has several. */
void ncl_tf_build_pass(struct ncl_import *import, const struct ncl_import_node *node)
{
    for (size_t i = 0; i < node->output_count && i < node->input_count; i++)
        if (ncl_import_wants(import, node, i))
            ncl_import_pass(import, node, i, ncl_import_value(import, node, i));
}

void ncl_tf_build_relu6(struct ncl_import *import, const struct ncl_import_node *node)
{
    const double low = strcmp(node->op, "RELU_N1_TO_1") == 0 ? -1 : 0;
    const double high = strcmp(node->op, "RELU6") == 0 || strcmp(node->op, "Relu6") == 0 ? 6 : 1;
    ncl_tf_give(import, node, 0, ncl_tf_clamp(import, ncl_tf_tensor(import, node, 0), low, high));
}

struct ncl_tensor *ncl_tf_leaky(struct ncl_import *import, struct ncl_tensor *x, double alpha)
{
    struct ncl_tensor *source = ncl_tf_source(x);
    struct ncl_tensor *y = NCL_COMPOSE(import, "leaky_relu", {"x", ncl_value_tensor(source ? source : x)},
                                       {"alpha", ncl_value_scalar(alpha)});
    return source ? ncl_tf_last(import, y) : y;
}

void ncl_tf_build_leaky(struct ncl_import *import, const struct ncl_import_node *node)
{
    const double alpha = ncl_import_scalar(import, node, "alpha", 0.2);
    if (ncl_tf_is_quantized(node)) {
        ncl_tf_quantized_leaky(import, node, alpha);
        return;
    }
    ncl_tf_give(import, node, 0, ncl_tf_leaky(import, ncl_tf_tensor(import, node, 0), alpha));
}

void ncl_tf_build_prelu(struct ncl_import *import, const struct ncl_import_node *node)
{
    if (ncl_tf_is_quantized(node)) {
        ncl_tf_quantized_prelu(import, node);
        return;
    }
    ncl_tf_give(import, node, 0, ncl_tf_prelu(import, ncl_tf_tensor(import, node, 0), ncl_tf_tensor(import, node, 1)));
}

static struct ncl_tensor *half_sum(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *t)
{
    struct ncl_tensor *half = ncl_tf_with(import, "mul", x, 0.5);
    return ncl_tf_binary(import, "mul", half, ncl_tf_with(import, "add", t, 1));
}

struct ncl_tensor *ncl_tf_gelu(struct ncl_import *import, struct ncl_tensor *x, bool approximate)
{
    struct ncl_tensor *t;
    if (approximate) {
        t = ncl_tf_with(import, "mul", ncl_tf_with(import, "pow", x, 3), 0.044715);
        t = ncl_tf_with(import, "mul", ncl_tf_binary(import, "add", x, t), 0.7978845608028654);
        t = ncl_tf_unary(import, "tanh", t);
    } else {
        t = ncl_tf_unary(import, "erf", ncl_tf_with(import, "mul", x, 0.7071067811865476));
    }
    return half_sum(import, x, t);
}

void ncl_tf_build_gelu(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool approximate = ncl_import_integer(import, node, "approximate", 0) != 0;
    ncl_tf_give(import, node, 0, ncl_tf_gelu(import, ncl_tf_tensor(import, node, 0), approximate));
}

/* x min(max(x + 3, 0), 6) / 6 */
void ncl_tf_build_swish(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    struct ncl_tensor *gate = ncl_tf_clamp(import, ncl_tf_with(import, "add", x, 3), 0, 6);
    ncl_tf_give(import, node, 0, ncl_tf_with(import, "div", ncl_tf_binary(import, "mul", x, gate), 6));
}

void ncl_tf_build_shift(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_import_shift(import, node, strcmp(node->op, "LeftShift") == 0);
}

void ncl_tf_build_bits(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_import_bits(import, node);
}

void ncl_tf_build_bits_not(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_import_bits_not(import, node);
}

/* Half to even: of x.5 the even neighbour, 2 floor((x + 0.5) / 2); NNEF rounds it up. */
void ncl_tf_build_round(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    struct ncl_tensor *rest = ncl_compose_binary(import, "sub", x, ncl_compose_unary(import, "floor", x));
    struct ncl_tensor *even = ncl_compose_with(import, "mul", ncl_compose_with(import, "add", x, 0.5), 0.5);
    even = ncl_compose_with(import, "mul", ncl_compose_unary(import, "floor", even), 2);
    ncl_tf_give(import, node, 0,
                ncl_compose_select(import, ncl_compose_with(import, "eq", rest, 0.5), even,
                                   ncl_compose_unary(import, "round", x)));
}

void ncl_tf_build_erfc(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *erf = ncl_tf_unary(import, "erf", ncl_tf_tensor(import, node, 0));
    ncl_tf_give(import, node, 0, ncl_tf_with(import, "add", ncl_tf_unary(import, "neg", erf), 1));
}

void ncl_tf_build_difference(struct ncl_import *import, const struct ncl_import_node *node)
{
    if (ncl_tf_is_quantized(node)) {
        ncl_tf_quantized_difference(import, node);
        return;
    }
    struct ncl_tensor *d = ncl_tf_binary(import, "sub", ncl_tf_tensor(import, node, 0), ncl_tf_tensor(import, node, 1));
    ncl_tf_give(import, node, 0, ncl_tf_unary(import, "sqr", d));
}

/* floor(x / y), and what is left: x - y floor(x / y) */
void ncl_tf_build_floor_div(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0), *y = ncl_tf_tensor(import, node, 1);
    const nnefcl_dtype dtype = x->dtype;
    struct ncl_tensor *a = ncl_compose_cast(import, x, NNEFCL_SCALAR), *b = ncl_compose_cast(import, y, NNEFCL_SCALAR);
    struct ncl_tensor *q = ncl_compose_unary(import, "floor", ncl_compose_binary(import, "div", a, b));
    if (strcmp(node->op, "FloorMod") == 0 || strcmp(node->op, "FLOOR_MOD") == 0)
        q = ncl_compose_binary(import, "sub", a, ncl_compose_binary(import, "mul", b, q));
    ncl_tf_give(import, node, 0, ncl_compose_cast(import, q, dtype));
}

/* The first form of Select has a condition of rank 1 for the first axis. */
void ncl_tf_build_select(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *condition = ncl_import_tensor(import, node, 0), *yes = ncl_tf_tensor(import, node, 1),
                      *no = ncl_tf_tensor(import, node, 2);
    const bool first = strcmp(node->op, "Select") == 0 || strcmp(node->op, "SELECT") == 0;
    for (int rank = condition->shape.rank; first && rank == 1 && condition->shape.rank < yes->shape.rank;)
        condition = ncl_compose_unsqueeze(import, condition, condition->shape.rank);
    ncl_tf_give(import, node, 0, ncl_compose_select(import, condition, yes, no));
}

/* DstT, of TensorFlow; Lite says it by the type of the result. */
void ncl_tf_build_cast(struct ncl_import *import, const struct ncl_import_node *node)
{
    if (ncl_tf_complex_cast(import, node))
        return;
    const struct ncl_tf_detail *detail = node->detail;
    const int64_t element = detail ? (int64_t)detail->element[node->input_count]
                                   : ncl_import_integer(import, node, "DstT", NCL_STORED_FLOAT32);
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    if (element < 0 || element >= NCL_STORED_COUNT) {
        ncl_import_refuse(import, "a type that has no counterpart");
        return;
    }
    if (ncl_import_narrow(import, node, (enum ncl_stored_type)element))
        return;
    ncl_import_give_element(import, node, 0,
                            ncl_compose_cast(import, x, ncl_stored_dtype((enum ncl_stored_type)element)),
                            (enum ncl_stored_type)element);
}

void ncl_tf_build_add_n(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *sum = ncl_tf_tensor(import, node, 0);
    for (size_t i = 1; i < node->input_count; i++)
        sum = ncl_tf_binary(import, "add", sum, ncl_tf_tensor(import, node, i));
    ncl_tf_give(import, node, 0, sum);
}

void ncl_tf_build_bias(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0), *bias = ncl_tf_tensor(import, node, 1);
    if (strcmp(ncl_import_string(import, node, "data_format", "NHWC"), "NCHW") == 0)
        ncl_tf_give(import, node, 0,
                    ncl_compose_binary(import, "add", x, ncl_tf_channels(import, node, 1, x->shape.rank)));
    else
        ncl_tf_give(import, node, 0, ncl_tf_binary(import, "add", x, bias));
}

void ncl_tf_build_zeros_like(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    const double value = strcmp(node->op, "OnesLike") == 0;
    struct ncl_tensor *y = ncl_compose_expand(import, ncl_compose_number(import, value), &x->shape);
    ncl_tf_give(import, node, 0, ncl_compose_cast(import, y, x->dtype));
}

/* x / (1 + |x|) */
void ncl_tf_build_softsign(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    ncl_tf_give(import, node, 0,
                ncl_tf_binary(import, "div", x, ncl_tf_with(import, "add", ncl_tf_unary(import, "abs", x), 1)));
}

/* log(x + 1), exp(x) - 1: a pattern makes one operation of each (pass/patterns.nnef). */
void ncl_tf_build_log1p(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_tf_give(import, node, 0,
                ncl_tf_unary(import, "log", ncl_tf_with(import, "add", ncl_tf_tensor(import, node, 0), 1)));
}

void ncl_tf_build_expm1(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_tf_give(import, node, 0,
                ncl_tf_with(import, "sub", ncl_tf_unary(import, "exp", ncl_tf_tensor(import, node, 0)), 1));
}

/* 0 where the divisor is 0 */
void ncl_tf_build_div_no_nan(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0), *y = ncl_tf_tensor(import, node, 1);
    struct ncl_tensor *none = ncl_compose_with(import, "eq", y, 0);
    ncl_tf_give(
        import, node, 0,
        ncl_compose_select(import, none, ncl_compose_number(import, 0), ncl_compose_binary(import, "div", x, y)));
}

void ncl_tf_build_clip(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_binary(import, "min", ncl_tf_tensor(import, node, 0), ncl_tf_tensor(import, node, 2));
    ncl_tf_give(import, node, 0, ncl_tf_binary(import, "max", x, ncl_tf_tensor(import, node, 1)));
}

/* A bound of FakeQuant: an attribute, or a known operand. */
static double fake_bound(struct ncl_import *import, const struct ncl_import_node *node, const char *name, size_t index,
                         double otherwise)
{
    const struct ncl_known *known =
        ncl_import_has(import, node, index) ? ncl_import_need(import, node, index, name) : NULL;
    return known && known->count == 1 ? ncl_known_double(known, 0) : ncl_import_scalar(import, node, name, otherwise);
}

/* The integer that stands for 0, and the step: computed in floats, as the kernels do, which may decide of half a step.
 */
static double fake_zero(double min, double max, double low, double high, double *step)
{
    const float scale = ((float)max - (float)min) / ((float)high - (float)low), zero = (float)low - (float)min / scale;
    *step = scale;
    return fmin(fmax(roundf(zero), low), high);
}

/* Numbers that unsigned integers can stand for, from `min` to `max` moved so that 0 is one of them; a narrow range
 * lacks the integer 0. */
void ncl_tf_build_fake_quant(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0), *source = ncl_tf_source(x);
    const double min = fake_bound(import, node, "min", 1, -6), max = fake_bound(import, node, "max", 2, 6);
    const int64_t bits = ncl_import_integer(import, node, "num_bits", 8);
    const bool narrow = ncl_import_integer(import, node, "narrow_range", 0) != 0;
    if (!(min < max) || bits < 2 || bits > 16)
        ncl_import_wrong(import, "%lld bits for numbers from %g to %g", (long long)bits, min, max);
    if (import->status)
        return;
    const double low = narrow, high = ldexp(1, (int)bits) - 1;
    double scale;
    const double zero = fake_zero(min, max, low, high, &scale);
    struct ncl_tensor *y = source ? source : x;
    y = narrow ? ncl_tf_clamp(import, y, (low - zero) * scale, (high - zero) * scale) : y;
    y = NCL_COMPOSE(import, "zero_point_linear_quantize", {"x", ncl_value_tensor(y)},
                    {"zero_point", ncl_value_integer((int64_t)zero)}, {"scale", ncl_value_scalar(scale)},
                    {"bits", ncl_value_integer(bits)}, {"signed", ncl_value_logical(false)},
                    {"symmetric", ncl_value_logical(false)});
    ncl_tf_give(import, node, 0, source ? ncl_tf_last(import, y) : y);
}

/* The same with bounds for each index of the last axis. */
void ncl_tf_build_fake_quant_channels(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    const struct ncl_known *min = ncl_import_need(import, node, 1, "min"),
                           *max = ncl_import_need(import, node, 2, "max");
    const int64_t bits = ncl_import_integer(import, node, "num_bits", 8);
    const double low = ncl_import_integer(import, node, "narrow_range", 0) != 0, high = ldexp(1, (int)bits) - 1;
    if (!import->status && (min->count != max->count || bits < 2 || bits > 16))
        ncl_import_wrong(import, "%lld bits for %zu ranges", (long long)bits, min->count);
    struct ncl_known *bound[3] = {NULL}; /* the least number, the greatest, the step */
    for (size_t k = 0; k < 3 && !import->status; k++)
        if (!(bound[k] = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &min->shape)))
            ncl_import_nomem(import);
    for (size_t i = 0; !import->status && i < min->count; i++) {
        double step;
        const double zero = fake_zero(ncl_known_double(min, i), ncl_known_double(max, i), low, high, &step);
        bound[0]->real[i] = (low - zero) * step;
        bound[1]->real[i] = (high - zero) * step;
        bound[2]->real[i] = step;
        if (!(step > 0))
            ncl_import_wrong(import, "a range without numbers");
    }
    if (import->status)
        return;
    struct ncl_tensor *least = ncl_import_constant(import, bound[0]), *step = ncl_import_constant(import, bound[2]);
    x = ncl_compose_binary(import, "min", ncl_compose_binary(import, "max", x, least),
                           ncl_import_constant(import, bound[1]));
    x = ncl_compose_binary(import, "div", ncl_compose_binary(import, "sub", x, least), step);
    x = ncl_compose_binary(import, "mul", ncl_compose_unary(import, "round", x), step);
    ncl_tf_give(import, node, 0, ncl_compose_binary(import, "add", x, least));
}
