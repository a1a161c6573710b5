/* SPDX-License-Identifier: Apache-2.0 */
/* Element by element, where numbers are special: not finite, truncated, in which quadrant, products with 0. */
#include <math.h>
#include <string.h>

#include "import/compose_order.h"
#include "import/tensorflow/tf.h"

/* IsNan: it is not itself; IsInf, IsFinite: its magnitude. */
void ncl_tf_build_classify(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    const char *op = import->op->as;
    ncl_tf_give(import, node, 0,
                strcmp(op, "ne") == 0
                    ? ncl_compose_binary(import, "ne", x, x)
                    : ncl_compose_with(import, op, ncl_compose_unary(import, "abs", x), (double)INFINITY));
}

/* Towards zero: half a unit keeps a quotient of whole numbers, which is rounded, from falling below one. */
static struct ncl_tensor *truncated(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *y, double half)
{
    struct ncl_tensor *sign = ncl_compose_unary(import, "sign", ncl_compose_binary(import, "mul", x, y)),
                      *top = ncl_compose_unary(import, "abs", x), *bottom = ncl_compose_unary(import, "abs", y);
    if (half > 0)
        top = ncl_compose_with(import, "add", top, half);
    top = ncl_compose_unary(import, "floor", ncl_compose_binary(import, "div", top, bottom));
    return ncl_compose_binary(import, "mul", sign, top);
}

/* TruncateDiv, and what is left: TruncateMod, Mod */
void ncl_tf_build_truncate(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0), *y = ncl_tf_tensor(import, node, 1);
    const nnefcl_dtype dtype = x->dtype;
    struct ncl_tensor *a = ncl_compose_cast(import, x, NNEFCL_SCALAR), *b = ncl_compose_cast(import, y, NNEFCL_SCALAR),
                      *q = truncated(import, a, b, dtype == NNEFCL_INTEGER ? 0.5 : 0);
    if (strcmp(import->op->as, "mod") == 0)
        q = ncl_compose_binary(import, "sub", a, ncl_compose_binary(import, "mul", b, q));
    ncl_tf_give(import, node, 0, ncl_compose_cast(import, q, dtype));
}

/* The angle of (x, y): atan(y / x), half a turn away where x is below 0. */
struct ncl_tensor *ncl_tf_angle(struct ncl_import *import, struct ncl_tensor *y, struct ncl_tensor *x)
{
    static const double half_turn = 3.14159265358979323846;
    struct ncl_tensor *angle = ncl_compose_unary(import, "atan", ncl_compose_binary(import, "div", y, x)),
                      *turn = ncl_compose_select(import, ncl_compose_with(import, "lt", y, 0),
                                                 ncl_compose_number(import, -half_turn),
                                                 ncl_compose_number(import, half_turn)),
                      *none = ncl_compose_binary(import, "and", ncl_compose_with(import, "eq", x, 0),
                                                 ncl_compose_with(import, "eq", y, 0));
    angle = ncl_compose_select(import, ncl_compose_with(import, "lt", x, 0),
                               ncl_compose_binary(import, "add", angle, turn), angle);
    return ncl_compose_select(import, none, ncl_compose_number(import, 0), angle);
}

void ncl_tf_build_atan2(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *y = ncl_tf_tensor(import, node, 0), *x = ncl_tf_tensor(import, node, 1);
    ncl_tf_give(import, node, 0, ncl_tf_angle(import, y, x));
}

/* 0 where the factor is 0, whatever the other is: x log(y), x / y, x log(1 + y); of MulNoNan it is y. */
void ncl_tf_build_zero_times(struct ncl_import *import, const struct ncl_import_node *node)
{
    const char *op = import->op->as;
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0), *y = ncl_tf_tensor(import, node, 1), *factor = x, *z = y;
    if (strcmp(op, "mul") == 0)
        factor = y;
    if (strcmp(op, "log1p") == 0)
        z = ncl_compose_with(import, "add", y, 1);
    if (strncmp(op, "log", 3) == 0)
        z = ncl_compose_unary(import, "log", z);
    z = ncl_compose_binary(import, strcmp(op, "div") == 0 ? "div" : "mul", x, z);
    ncl_tf_give(
        import, node, 0,
        ncl_compose_select(import, ncl_compose_with(import, "eq", factor, 0), ncl_compose_number(import, 0), z));
}

/* half the sum of squares */
void ncl_tf_build_l2_loss(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_compose_unary(import, "sqr", ncl_tf_tensor(import, node, 0));
    int axis[NNEFCL_MAX_RANK];
    for (int i = 0; i < x->shape.rank; i++)
        axis[i] = i;
    x = ncl_compose_reduce(import, "sum_reduce", x, axis, (size_t)x->shape.rank, false);
    ncl_tf_give(import, node, 0, ncl_compose_with(import, "mul", x, 0.5));
}

/* SoftmaxCrossEntropyWithLogits: logits, labels of each class; sparse: the class that is meant. Result 0 is the loss.
 */
void ncl_tf_build_cross_entropy(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0), *y;
    const int axis = 1;
    if (!import->status && x->shape.rank != 2)
        ncl_import_wrong(import, "logits of rank %d", x->shape.rank);
    if (ncl_import_wants(import, node, 1))
        ncl_import_refuse(import, "the gradient");
    if (import->status)
        return;
    if (strcmp(import->op->as, "sparse") == 0)
        y = ncl_compose_one_hot(import, ncl_import_number(import, node, 1), 1, x->shape.extent[1],
                                ncl_compose_number(import, 1), ncl_compose_number(import, 0));
    else
        y = ncl_tf_tensor(import, node, 1);
    x = ncl_compose_binary(import, "mul", ncl_compose_log_softmax(import, x, &axis, 1), y);
    x = ncl_compose_reduce(import, "sum_reduce", x, &axis, 1, false);
    ncl_tf_give(import, node, 0, ncl_compose_unary(import, "neg", x));
}

/* ApproximateEqual */
void ncl_tf_build_near(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x =
        ncl_compose_binary(import, "sub", ncl_tf_tensor(import, node, 0), ncl_tf_tensor(import, node, 1));
    ncl_tf_give(import, node, 0,
                ncl_compose_with(import, "lt", ncl_compose_unary(import, "abs", x),
                                 ncl_import_scalar(import, node, "tolerance", 1e-5)));
}

/* QuantizeAndDequantize with a range that is known: rounded to the numbers that so many bits have. */
void ncl_tf_build_quantize_there(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    const int64_t given = ncl_import_has(import, node, 3)
                              ? (int64_t)ncl_import_need_number(import, node, 3, "the number of bits", 8)
                              : ncl_import_integer(import, node, "num_bits", 8);
    const bool is_signed = ncl_import_integer(import, node, "signed_input", 1) != 0,
               even = strcmp(ncl_import_string(import, node, "round_mode", "HALF_TO_EVEN"), "HALF_TO_EVEN") == 0;
    const double low = ncl_import_need_number(import, node, 1, "the least", 0),
                 high = ncl_import_need_number(import, node, 2, "the greatest", 0);
    if (!ncl_import_integer(import, node, "range_given", 0) || ncl_import_integer(import, node, "axis", -1) != -1)
        ncl_import_refuse(import, "a range that depends on data, or of each channel");
    if (!import->status && (given < 1 + is_signed || given > 24 || !(low <= high)))
        ncl_import_wrong(import, "%lld bits for %g to %g", (long long)given, low, high);
    if (import->status)
        return;
    const int64_t least = is_signed ? -((int64_t)1 << (given - 1)) : 0,
                  greatest = ((int64_t)1 << (given - is_signed)) - 1;
    const bool narrow = ncl_import_integer(import, node, "narrow_range", 0) != 0;
    const double down = (double)(least + (narrow && is_signed)), by_low = down * low > 0 ? down / low : INFINITY,
                 by_high = (double)greatest * high > 0 ? (double)greatest / high : INFINITY,
                 scale = by_low < by_high ? by_low : by_high;
    if (!isfinite(scale)) {
        ncl_import_refuse(import, "a range of nothing");
        return;
    }
    x = ncl_tf_clamp(import, x, by_low < by_high ? low : down / scale,
                     by_low < by_high ? (double)greatest / scale : high);
    x = ncl_compose_with(import, "mul", x, scale);
    if (even)
        x = ncl_compose_unary(import, "round_even", x);
    else
        x = ncl_compose_unary(import, "floor", ncl_compose_with(import, "add", x, 0.5));
    ncl_tf_give(import, node, 0, ncl_compose_with(import, "div", x, scale));
}
