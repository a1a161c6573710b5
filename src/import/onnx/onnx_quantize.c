/* SPDX-License-Identifier: Apache-2.0 */
/* Quantization. What is quantized stays a scalar tensor of whole numbers, exact up to 2^24, and becomes one of integers
 * only for who asks for that. */
#include <math.h>
#include <string.h>

#include "import/onnx/onnx_operators.h"

struct parameters {
    struct ncl_tensor *scale, *zero; /* zero NULL: 0 */
    enum ncl_stored_type element;    /* of the quantized numbers */
};

/* A parameter per axis, or per block of it, laid along the axes of x. */
static struct ncl_tensor *parameter_place(struct ncl_import *import, const struct ncl_import_node *node,
                                          struct ncl_tensor *p, const nnefcl_shape *x)
{
    const int64_t block = ncl_import_integer(import, node, "block_size", 0);
    nnefcl_shape shape = {.rank = x->rank};
    if (ncl_shape_volume(&p->shape) == 1)
        return p->shape.rank == 0 ? p : ncl_compose_reshape(import, p, &(nnefcl_shape){0});
    const int axis = ncl_import_axis(import, ncl_import_integer(import, node, "axis", 1), x->rank);
    for (int i = 0; i < shape.rank; i++)
        shape.extent[i] = i == axis ? x->extent[axis] : 1;
    if (p->shape.rank == 1 && p->shape.extent[0] == x->extent[axis])
        return ncl_compose_reshape(import, p, &shape);
    if (block < 1 || p->shape.rank != x->rank || (x->extent[axis] - 1) / block >= p->shape.extent[axis]) {
        ncl_import_wrong(import, "a scale or zero point does not fit its tensor");
        return p;
    }
    int64_t *index = NCL_NEW_ARRAY(&import->scratch, int64_t, (size_t)x->extent[axis]);
    for (int64_t i = 0; index && i < x->extent[axis]; i++)
        index[i] = i / block;
    if (!index)
        ncl_import_nomem(import);
    return index ? ncl_compose_pick(import, p, axis, index, (size_t)x->extent[axis]) : p;
}

static struct parameters parameters_read(struct ncl_import *import, const struct ncl_import_node *node, size_t scale,
                                         const nnefcl_shape *x)
{
    struct parameters p = {.element = NCL_STORED_UINT8};
    p.scale = parameter_place(import, node, ncl_import_tensor(import, node, scale), x);
    if (ncl_import_has(import, node, scale + 1)) {
        p.element = ncl_import_value(import, node, scale + 1)->element;
        const struct ncl_known *known = ncl_import_known(import, node, scale + 1);
        bool zero = known != NULL;
        for (size_t i = 0; known && i < known->count; i++)
            zero &= ncl_known_double(known, i) == 0;
        if (!zero)
            p.zero = parameter_place(import, node, ncl_import_number(import, node, scale + 1), x);
    } else {
        ncl_onnx_element(ncl_import_integer(import, node, "output_dtype", 0), &p.element);
    }
    return p;
}

/* round(x / scale) + zero, half to even, within the type. */
static struct ncl_tensor *quantized(struct ncl_import *import, struct ncl_tensor *x, const struct parameters *p)
{
    x = ncl_compose_unary(import, "round_even", ncl_compose_binary(import, "div", x, p->scale));
    if (p->zero)
        x = ncl_compose_binary(import, "add", x, p->zero);
    if (ncl_stored_dtype(p->element) != NNEFCL_INTEGER) {
        ncl_import_refuse(import, "numbers of type %s are not quantized to", ncl_stored_name(p->element));
        return x;
    }
    return NCL_COMPOSE(import, "clamp", {"x", ncl_value_tensor(x)},
                       {"a", ncl_value_scalar((double)ncl_stored_low(p->element))},
                       {"b", ncl_value_scalar((double)ncl_stored_high(p->element))});
}

/* (x - zero) scale */
static struct ncl_tensor *real(struct ncl_import *import, struct ncl_tensor *x, const struct parameters *p)
{
    if (p->zero)
        x = ncl_compose_binary(import, "sub", x, p->zero);
    return ncl_compose_binary(import, "mul", x, p->scale);
}

void ncl_onnx_quantize_linear(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_number(import, node, 0);
    const struct parameters p = parameters_read(import, node, 1, &x->shape);
    ncl_import_give_number(import, node, 0, quantized(import, x, &p), p.element);
}

void ncl_onnx_dequantize_linear(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_number(import, node, 0);
    const struct parameters p = parameters_read(import, node, 1, &x->shape);
    ncl_import_give(import, node, 0, real(import, x, &p));
}

/* To 0 .. 255, by the least and the greatest element and 0. */
void ncl_onnx_dynamic_quantize_linear(struct ncl_import *import, const struct ncl_import_node *node)
{
    int axis[NNEFCL_MAX_RANK];
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    for (int i = 0; i < x->shape.rank; i++)
        axis[i] = i;
    const size_t count = (size_t)x->shape.rank;
    struct ncl_tensor *high = ncl_compose_reduce(import, "max_reduce", x, axis, count, false),
                      *low = ncl_compose_reduce(import, "min_reduce", x, axis, count, false);
    high = ncl_compose_with(import, "max", high, 0);
    low = ncl_compose_with(import, "min", low, 0);
    struct parameters p = {.element = NCL_STORED_UINT8};
    p.scale = ncl_compose_with(import, "div", ncl_compose_binary(import, "sub", high, low), 255);
    const struct parameters only = {.scale = p.scale, .element = NCL_STORED_UINT8};
    p.zero = quantized(import, ncl_compose_unary(import, "neg", low), &only);
    ncl_import_give_number(import, node, 0, quantized(import, x, &p), p.element);
    ncl_import_give(import, node, 1, p.scale);
    ncl_import_give_number(import, node, 2, p.zero, p.element);
}

/* ---- operators on quantized numbers: the real ones, between dequantize and quantize ---- */

/* Operand `index` with its scale and zero point behind it. */
static struct ncl_tensor *operand_real(struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    struct ncl_tensor *x = ncl_import_number(import, node, index);
    const struct parameters p = parameters_read(import, node, index + 1, &x->shape);
    return real(import, x, &p);
}

static void give_quantized(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *y,
                           size_t scale)
{
    const struct parameters p = parameters_read(import, node, scale, &y->shape);
    ncl_import_give_number(import, node, 0, quantized(import, y, &p), p.element);
}

/* Scales of filters are of their outputs: axis 0. */
static struct ncl_tensor *filter_real(struct ncl_import *import, const struct ncl_import_node *node,
                                      struct ncl_tensor *filter, size_t scale)
{
    nnefcl_shape rows = {.rank = filter->shape.rank};
    struct ncl_tensor *factor = scale ? ncl_import_tensor(import, node, scale) : NULL, *zero = NULL;
    const size_t at = scale ? scale + 1 : 3;
    if (ncl_import_has(import, node, at))
        zero = ncl_import_number(import, node, at);
    for (int i = 0; i < rows.rank; i++)
        rows.extent[i] = i == 0 ? filter->shape.extent[0] : 1;
    if (zero)
        filter = ncl_compose_binary(import, "sub", filter,
                                    ncl_shape_volume(&zero->shape) == 1
                                        ? ncl_compose_reshape(import, zero, &(nnefcl_shape){0})
                                        : ncl_compose_reshape(import, zero, &rows));
    if (!factor)
        return filter;
    return ncl_compose_binary(import, "mul", filter,
                              ncl_shape_volume(&factor->shape) == 1
                                  ? ncl_compose_reshape(import, factor, &(nnefcl_shape){0})
                                  : ncl_compose_reshape(import, factor, &rows));
}

void ncl_onnx_qlinear_conv(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = operand_real(import, node, 0),
                      *filter = filter_real(import, node, ncl_import_number(import, node, 3), 4), *bias = NULL;
    const struct ncl_compose_window window = ncl_onnx_window(import, node, &x->shape, &filter->shape);
    if (ncl_import_has(import, node, 8)) { /* in units of both scales */
        struct ncl_tensor *unit =
            ncl_compose_binary(import, "mul", ncl_import_tensor(import, node, 1), ncl_import_tensor(import, node, 4));
        bias = ncl_compose_binary(import, "mul", ncl_import_number(import, node, 8), unit);
    }
    give_quantized(import, node,
                   ncl_compose_conv(import, x, filter, bias, &window, ncl_import_integer(import, node, "group", 1)), 6);
}

void ncl_onnx_conv_integer(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_number(import, node, 0),
                      *filter = filter_real(import, node, ncl_import_number(import, node, 1), 0);
    const struct ncl_compose_window window = ncl_onnx_window(import, node, &x->shape, &filter->shape);
    if (ncl_import_has(import, node, 2))
        x = ncl_compose_binary(import, "sub", x, ncl_import_number(import, node, 2));
    ncl_import_give_number(
        import, node, 0,
        ncl_compose_conv(import, x, filter, NULL, &window, ncl_import_integer(import, node, "group", 1)),
        NCL_STORED_INT32);
}

void ncl_onnx_qlinear_matmul(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *a = operand_real(import, node, 0), *b = operand_real(import, node, 3);
    give_quantized(import, node, ncl_compose_matmul(import, a, b), 6);
}

/* Zero points are one number, or one for each row of A and column of B. */
void ncl_onnx_matmul_integer(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *a = ncl_import_number(import, node, 0), *b = ncl_import_number(import, node, 1);
    if (ncl_import_has(import, node, 2)) {
        struct ncl_tensor *zero = ncl_import_number(import, node, 2);
        a = ncl_compose_binary(
            import, "sub", a,
            zero->shape.rank == 1 && zero->shape.extent[0] > 1 ? ncl_compose_unsqueeze(import, zero, 1) : zero);
    }
    if (ncl_import_has(import, node, 3))
        b = ncl_compose_binary(import, "sub", b, ncl_import_number(import, node, 3));
    ncl_import_give_number(import, node, 0, ncl_compose_matmul(import, a, b), NCL_STORED_INT32);
}

/* com.microsoft: A and B with scales and zero points, then those of the result. */
void ncl_onnx_qlinear_binary(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *a = operand_real(import, node, 0), *b = operand_real(import, node, 3);
    give_quantized(import, node, ncl_compose_binary(import, import->op->as, a, b), 6);
}
