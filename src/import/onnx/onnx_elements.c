/* SPDX-License-Identifier: Apache-2.0 */
/* Operators that compute element by element. */
#include <math.h>
#include <string.h>

#include "import/bits.h"
#include "import/onnx/onnx_operators.h"

/* Integers in, integers out. */
static struct ncl_tensor *typed(struct ncl_import *import, struct ncl_tensor *y, const struct ncl_tensor *x)
{
    return x->dtype == NNEFCL_INTEGER && y->dtype == NNEFCL_SCALAR ? ncl_compose_cast(import, y, NNEFCL_INTEGER) : y;
}

void ncl_onnx_unary(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    ncl_import_give(import, node, 0, typed(import, ncl_compose_unary(import, import->op->as, x), x));
}

bool ncl_onnx_unary_fold(struct ncl_import *import, const struct ncl_import_node *node)
{
    return ncl_onnx_folded(import, node, ncl_fold_unary(import, import->op->as, ncl_import_known(import, node, 0)));
}

/* The second operand: before operator set 7, its axes may be said to lie from `axis` on. */
static struct ncl_tensor *right_operand(struct ncl_import *import, const struct ncl_import_node *node,
                                        const struct ncl_tensor *x)
{
    const int64_t axis = node->version < 7 ? ncl_import_integer(import, node, "axis", -1) : -1;
    const nnefcl_shape *y = &ncl_import_value(import, node, 1)->shape;
    nnefcl_shape placed = {.rank = x->shape.rank};
    if (axis < 0 || axis + y->rank > placed.rank)
        return ncl_import_tensor(import, node, 1);
    for (int i = 0; i < placed.rank; i++)
        placed.extent[i] = i >= axis && i < axis + y->rank ? y->extent[i - axis] : 1;
    return ncl_import_tensor_as(import, node, 1, &placed);
}

void ncl_onnx_binary(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *y = right_operand(import, node, x);
    ncl_import_give(import, node, 0, ncl_compose_binary(import, import->op->as, x, y));
}

bool ncl_onnx_binary_fold(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *x = ncl_import_known(import, node, 0), *y = ncl_import_known(import, node, 1);
    return ncl_onnx_folded(import, node, ncl_fold_binary(import, import->op->as, x, y));
}

/* Of integers it truncates: half a unit away from 0 keeps a quotient that is rounded from falling below a whole number,
 * and cannot reach the next one. */
void ncl_onnx_division(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *y = right_operand(import, node, x);
    if (x->dtype != NNEFCL_INTEGER) {
        ncl_import_give(import, node, 0, ncl_compose_binary(import, "div", x, y));
        return;
    }
    struct ncl_tensor *half = ncl_compose_with(import, "mul", ncl_compose_unary(import, "sign", x), 0.5),
                      *sum = ncl_compose_binary(import, "add", ncl_compose_cast(import, x, NNEFCL_SCALAR), half);
    ncl_import_give(import, node, 0,
                    ncl_compose_cast(import, ncl_compose_binary(import, "div", sum, y), NNEFCL_INTEGER));
}

/* x - y floor(x / y), or with the sign of x. */
void ncl_onnx_modulus(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *y = ncl_import_tensor(import, node, 1),
                      *a = ncl_compose_cast(import, x, NNEFCL_SCALAR), *b = ncl_compose_cast(import, y, NNEFCL_SCALAR);
    const bool same_sign = ncl_import_integer(import, node, "fmod", 0) != 0;
    struct ncl_tensor *top = same_sign ? ncl_compose_unary(import, "abs", a) : a,
                      *bottom = same_sign ? ncl_compose_unary(import, "abs", b) : b;
    struct ncl_tensor *times = ncl_compose_unary(import, "floor", ncl_compose_binary(import, "div", top, bottom)),
                      *rest = ncl_compose_binary(import, "sub", top, ncl_compose_binary(import, "mul", bottom, times));
    if (same_sign)
        rest = ncl_compose_binary(import, "mul", rest, ncl_compose_unary(import, "sign", a));
    ncl_import_give(import, node, 0, typed(import, rest, x));
}

bool ncl_onnx_modulus_fold(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *x = ncl_import_known(import, node, 0), *y = ncl_import_known(import, node, 1);
    const char *op = ncl_import_integer(import, node, "fmod", 0) ? "fmod" : "mod";
    return ncl_onnx_folded(import, node, ncl_fold_binary(import, op, x, y));
}

void ncl_onnx_several(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool mean = strcmp(import->op->as, "mean") == 0;
    struct ncl_tensor *sum = ncl_import_tensor(import, node, 0);
    for (size_t i = 1; i < node->input_count && !import->status; i++)
        sum = ncl_compose_binary(import, mean ? "add" : import->op->as, sum, ncl_import_tensor(import, node, i));
    if (mean)
        sum = ncl_compose_with(import, "div", sum, (double)node->input_count);
    if (node->input_count == 1 && !mean)
        ncl_import_pass(import, node, 0, ncl_import_value(import, node, 0));
    else
        ncl_import_give(import, node, 0, sum);
}

bool ncl_onnx_several_fold(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *sum = ncl_import_known(import, node, 0);
    for (size_t i = 1; i < node->input_count && sum; i++)
        sum = ncl_fold_binary(import, import->op->as, sum, ncl_import_known(import, node, i));
    return ncl_onnx_folded(import, node, sum);
}

void ncl_onnx_where(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *condition = ncl_import_tensor(import, node, 0), *yes = ncl_import_tensor(import, node, 1),
                      *no = ncl_import_tensor(import, node, 2);
    ncl_import_give(import, node, 0, ncl_compose_select(import, condition, yes, no));
}

bool ncl_onnx_where_fold(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *condition = ncl_import_known(import, node, 0), *yes = ncl_import_known(import, node, 1),
                           *no = ncl_import_known(import, node, 2);
    return ncl_onnx_folded(import, node, ncl_fold_select(import, condition, yes, no));
}

void ncl_onnx_is_nan(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    ncl_import_give(import, node, 0, ncl_compose_binary(import, "ne", x, x));
}

void ncl_onnx_is_inf(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool above = ncl_import_integer(import, node, "detect_positive", 1) != 0,
               below = ncl_import_integer(import, node, "detect_negative", 1) != 0;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    if (above && below)
        x = ncl_compose_unary(import, "abs", x);
    else if (below)
        x = ncl_compose_unary(import, "neg", x);
    struct ncl_tensor *infinite = ncl_compose_with(import, "eq", x, (double)INFINITY);
    if (!above && !below)
        infinite = ncl_compose_binary(import, "ne", x, x);
    ncl_import_give(import, node, 0, infinite);
}

void ncl_onnx_bit_shift(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_import_shift(import, node, strcmp(ncl_import_string(import, node, "direction", ""), "LEFT") == 0);
}

void ncl_onnx_bits(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_import_bits(import, node);
}

void ncl_onnx_bits_not(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_import_bits_not(import, node);
}

/* No operator of ONNX, but tf2onnx leaves TensorFlow's behind. */
void ncl_onnx_erfc(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_compose_unary(import, "erf", ncl_import_tensor(import, node, 0));
    ncl_import_give(import, node, 0, ncl_compose_binary(import, "sub", ncl_compose_number(import, 1), x));
}
