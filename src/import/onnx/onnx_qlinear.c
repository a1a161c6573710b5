/* SPDX-License-Identifier: Apache-2.0 */
/* Operators on quantized numbers. Sums of products are those of whole numbers, exact up to 2^24, and are multiplied
 * once by the quotient of the scales, a float, before they are rounded: as onnxruntime does it. The others are the real
 * operators, between dequantize and quantize. */
#include <string.h>

#include "import/onnx/onnx_quantize.h"

/* ---- whole numbers ---- */

/* One number for all, or one for each index of an axis. */
static struct ncl_tensor *placed(struct ncl_import *import, struct ncl_tensor *p, int rank, int axis)
{
    nnefcl_shape shape = {.rank = rank};
    const int64_t count = ncl_shape_volume(&p->shape);
    if (count == 1)
        return p->shape.rank == 0 ? p : ncl_compose_reshape(import, p, &(nnefcl_shape){0});
    for (int i = 0; i < rank; i++)
        shape.extent[i] = i == axis ? count : 1;
    return ncl_compose_reshape(import, p, &shape);
}

static bool is_zero(const struct ncl_known *known)
{
    bool zero = known != NULL;
    for (size_t i = 0; zero && i < known->count; i++)
        zero = ncl_known_double(known, i) == 0;
    return zero;
}

/* Operand `index` without its zero point, of which it has one, or one for each index of an axis. */
static struct ncl_tensor *steps(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                                size_t zero, int axis)
{
    struct ncl_tensor *x = ncl_import_number(import, node, index);
    if (!ncl_import_has(import, node, zero) || is_zero(ncl_import_known(import, node, zero)))
        return x;
    struct ncl_tensor *z = ncl_import_number(import, node, zero);
    return ncl_compose_binary(import, "sub", x,
                              placed(import, z, x->shape.rank, axis < 0 ? axis + x->shape.rank : axis));
}

static double item(const struct ncl_known *known, size_t index)
{
    return ncl_known_double(known, known->count == 1 ? 0 : index);
}

/* Three scales, of which the second may have one for each index of `axis`; in the precision of floats. */
static struct ncl_tensor *known_factor(struct ncl_import *import, const struct ncl_known *first,
                                       const struct ncl_known *second, const struct ncl_known *result, int rank,
                                       int axis)
{
    nnefcl_shape shape = {.rank = second->count > 1 ? rank : 0};
    for (int i = 0; i < shape.rank; i++)
        shape.extent[i] = i == axis ? (int64_t)second->count : 1;
    struct ncl_known *factor = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &shape);
    if (!factor) {
        ncl_import_nomem(import);
        return &import->nothing;
    }
    for (size_t i = 0; i < factor->count; i++) {
        const float product = (float)item(first, 0) * (float)item(second, i);
        factor->real[i] = result ? (double)(product / (float)item(result, 0)) : (double)product;
    }
    return ncl_import_constant(import, factor);
}

/* y first second / result; result 0: without. The scale `first` may be of rows, `second` of indices of `axis`. */
static struct ncl_tensor *scaled(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *y,
                                 size_t first, size_t second, size_t result, int axis)
{
    const int rank = y->shape.rank;
    const struct ncl_known *a = ncl_import_known(import, node, first), *b = ncl_import_known(import, node, second),
                           *c = result ? ncl_import_known(import, node, result) : NULL;
    if (a && b && (c || !result) && a->count == 1 && (!c || c->count == 1))
        return ncl_compose_binary(import, "mul", y, known_factor(import, a, b, c, rank, axis));
    y = ncl_compose_binary(import, "mul", y, placed(import, ncl_import_tensor(import, node, first), rank, rank - 2));
    y = ncl_compose_binary(import, "mul", y, placed(import, ncl_import_tensor(import, node, second), rank, axis));
    return result ? ncl_compose_binary(import, "div", y, ncl_import_tensor(import, node, result)) : y;
}

/* What is in steps of the result. */
static void give_steps(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *y,
                       size_t scale)
{
    const struct ncl_onnx_quant p = ncl_onnx_quant_read(import, node, scale, &y->shape);
    ncl_import_give_number(import, node, 0, ncl_onnx_rounded(import, y, &p), p.element);
}

/* x, its scale and zero point, filter, its two, the two of the result, bias in units of both scales */
void ncl_onnx_qlinear_conv(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = steps(import, node, 0, 2, 1), *filter = steps(import, node, 3, 5, 0),
                      *bias = ncl_import_has(import, node, 8) ? ncl_import_number(import, node, 8) : NULL;
    const struct ncl_compose_window window = ncl_onnx_window(import, node, &x->shape, &filter->shape);
    x = ncl_compose_conv(import, x, filter, bias, &window, ncl_import_integer(import, node, "group", 1));
    give_steps(import, node, scaled(import, node, x, 1, 4, 6, 1), 6);
}

void ncl_onnx_conv_integer(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = steps(import, node, 0, 2, 1), *filter = steps(import, node, 1, 3, 0);
    const struct ncl_compose_window window = ncl_onnx_window(import, node, &x->shape, &filter->shape);
    x = ncl_compose_conv(import, x, filter, NULL, &window, ncl_import_integer(import, node, "group", 1));
    ncl_import_give_number(import, node, 0, x, NCL_STORED_INT32);
}

/* Zero points are one number, or one for each row of A and column of B. */
void ncl_onnx_qlinear_matmul(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *y = ncl_compose_matmul(import, steps(import, node, 0, 2, -2), steps(import, node, 3, 5, -1));
    give_steps(import, node, scaled(import, node, y, 1, 4, 6, y->shape.rank - 1), 6);
}

void ncl_onnx_matmul_integer(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *y = ncl_compose_matmul(import, steps(import, node, 0, 2, -2), steps(import, node, 1, 3, -1));
    ncl_import_give_number(import, node, 0, y, NCL_STORED_INT32);
}

/* ---- com.microsoft ---- */

static struct ncl_tensor *with_bias(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *y,
                                    size_t index)
{
    return ncl_import_has(import, node, index)
               ? ncl_compose_binary(import, "add", y, ncl_import_number(import, node, index))
               : y;
}

/* alpha A B + C; a float where the result has no scale. */
void ncl_onnx_q_gemm(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool trans_a = ncl_import_integer(import, node, "transA", 0) != 0,
               trans_b = ncl_import_integer(import, node, "transB", 0) != 0, whole = ncl_import_has(import, node, 7);
    const double alpha = ncl_import_scalar(import, node, "alpha", 1);
    struct ncl_tensor *a = steps(import, node, 0, 2, 0), *b = steps(import, node, 3, 5, trans_b ? 0 : 1);
    struct ncl_tensor *y =
        NCL_COMPOSE(import, "matmul", {"A", ncl_value_tensor(a)}, {"B", ncl_value_tensor(b)},
                    {"transposeA", ncl_value_logical(trans_a)}, {"transposeB", ncl_value_logical(trans_b)});
    y = with_bias(import, node, y, 6);
    y = alpha == 1 ? y : ncl_compose_with(import, "mul", y, alpha);
    y = scaled(import, node, y, 1, 4, whole ? 7 : 0, 1);
    if (whole)
        give_steps(import, node, y, 7);
    else
        ncl_import_give(import, node, 0, y);
}

/* A, B, their scales, their zero points, bias */
void ncl_onnx_matmul_integer_to_float(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *y = ncl_compose_matmul(import, steps(import, node, 0, 4, -2), steps(import, node, 1, 5, -1));
    y = scaled(import, node, y, 2, 3, 0, y->shape.rank - 1);
    ncl_import_give(import, node, 0, with_bias(import, node, y, 6));
}

/* A of floats, quantized by its own range, B, its scale and zero point, bias */
void ncl_onnx_dynamic_quantize_matmul(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_onnx_quant p;
    struct ncl_tensor *a = ncl_onnx_dynamic(import, ncl_import_tensor(import, node, 0), &p);
    a = ncl_compose_binary(import, "sub", a, p.zero);
    struct ncl_tensor *y = ncl_compose_matmul(import, a, steps(import, node, 1, 3, -1)),
                      *scale = placed(import, ncl_import_tensor(import, node, 2), y->shape.rank, y->shape.rank - 1);
    y = ncl_compose_binary(import, "mul", y, ncl_compose_binary(import, "mul", scale, p.scale));
    ncl_import_give(import, node, 0, with_bias(import, node, y, 4));
}

/* A sum in steps of x, over a number of elements, as steps of the result. */
static void give_mean(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *sum,
                      int64_t count)
{
    const struct ncl_known *from = ncl_import_need(import, node, 1, "the scale"),
                           *to = ncl_import_need(import, node, 3, "the scale of the result");
    if (from && to)
        give_steps(
            import, node,
            ncl_compose_with(import, "mul", sum, (double)((float)item(from, 0) / ((float)item(to, 0) * (float)count))),
            3);
}

void ncl_onnx_qlinear_global_average_pool(struct ncl_import *import, const struct ncl_import_node *node)
{
    int axis[NNEFCL_MAX_RANK];
    const int first = ncl_import_integer(import, node, "channels_last", 0) ? 1 : 2;
    struct ncl_tensor *x = steps(import, node, 0, 2, 1);
    const size_t count = x->shape.rank > 2 ? (size_t)x->shape.rank - 2 : 0;
    for (size_t i = 0; i < count; i++)
        axis[i] = first + (int)i;
    struct ncl_tensor *sum = ncl_compose_reduce(import, "sum_reduce", x, axis, count, true);
    give_mean(import, node, sum, ncl_shape_volume(&x->shape) / ncl_shape_volume(&sum->shape));
}

void ncl_onnx_qlinear_average_pool(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool padded = ncl_import_integer(import, node, "count_include_pad", 0) != 0;
    struct ncl_tensor *x = steps(import, node, 0, 2, 1);
    if (ncl_import_integer(import, node, "channels_last", 0))
        ncl_import_refuse(import, "channels in the last axis are not supported");
    const struct ncl_compose_window window = ncl_onnx_window(import, node, &x->shape, NULL);
    if (!import->status)
        give_mean(import, node, ncl_compose_avg_pool(import, x, &window, padded), 1);
}

/* ---- the real operators between dequantize and quantize ---- */

/* Operand `index` with its scale and zero point behind it. */
static struct ncl_tensor *operand_real(struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    struct ncl_tensor *x = ncl_import_number(import, node, index);
    const struct ncl_onnx_quant p = ncl_onnx_quant_read(import, node, index + 1, &x->shape);
    return ncl_onnx_real(import, x, &p);
}

static void give_quantized(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *y,
                           size_t scale)
{
    const struct ncl_onnx_quant p = ncl_onnx_quant_read(import, node, scale, &y->shape);
    ncl_import_give_number(import, node, 0, ncl_onnx_quantized(import, y, &p), p.element);
}

void ncl_onnx_qlinear_binary(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *a = operand_real(import, node, 0), *b = operand_real(import, node, 3);
    give_quantized(import, node, ncl_compose_binary(import, import->op->as, a, b), 6);
}

void ncl_onnx_qlinear_sigmoid(struct ncl_import *import, const struct ncl_import_node *node)
{
    give_quantized(import, node, ncl_compose_unary(import, "sigmoid", operand_real(import, node, 0)), 3);
}

void ncl_onnx_qlinear_leaky_relu(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = operand_real(import, node, 0);
    const double alpha = ncl_import_scalar(import, node, "alpha", 0.01);
    x = NCL_COMPOSE(import, "leaky_relu", {"x", ncl_value_tensor(x)}, {"alpha", ncl_value_scalar(alpha)});
    give_quantized(import, node, x, 3);
}

/* Along one axis, or from there on in the form before operator set 13, which an attribute tells. */
void ncl_onnx_qlinear_softmax(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = operand_real(import, node, 0);
    const int axis = ncl_import_axis(import, ncl_import_integer(import, node, "axis", -1), x->shape.rank);
    int64_t axes[NNEFCL_MAX_RANK];
    size_t count = 0;
    if (import->status)
        return;
    const int last = ncl_import_integer(import, node, "opset", 13) < 13 ? x->shape.rank - 1 : axis;
    for (int i = axis; i <= last; i++)
        axes[count++] = i;
    x = NCL_COMPOSE(import, "softmax", {"x", ncl_value_tensor(x)}, {"axes", ncl_compose_integers(import, axes, count)});
    give_quantized(import, node, x, 3);
}

/* Scale and zero point of the result, then those of each operand behind it. */
void ncl_onnx_qlinear_concat(struct ncl_import *import, const struct ncl_import_node *node)
{
    const size_t count = node->input_count > 2 ? (node->input_count - 2) / 3 : 0;
    struct ncl_tensor **part = NCL_NEW_ARRAY(&import->scratch, struct ncl_tensor *, count);
    if (count == 0)
        ncl_import_wrong(import, "nothing to join");
    else if (!part)
        ncl_import_nomem(import);
    for (size_t i = 0; i < count && !import->status; i++)
        part[i] = operand_real(import, node, 2 + 3 * i);
    if (import->status)
        return;
    const int axis = ncl_import_axis(import, ncl_import_integer(import, node, "axis", 0), part[0]->shape.rank);
    if (!import->status)
        give_quantized(import, node, ncl_compose_concat(import, part, count, axis), 0);
}
