/* SPDX-License-Identifier: Apache-2.0 */
/* Quantization. What is quantized stays a scalar tensor of whole numbers, exact up to 2^24, and becomes one of integers
 * only for who asks for that. */
#include <math.h>
#include <string.h>

#include "import/onnx/onnx_quantize.h"

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

struct ncl_onnx_quant ncl_onnx_quant_read(struct ncl_import *import, const struct ncl_import_node *node, size_t scale,
                                          const nnefcl_shape *x)
{
    struct ncl_onnx_quant p = {.element = NCL_STORED_UINT8};
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

/* round(x) + zero, half to even, within the type. */
struct ncl_tensor *ncl_onnx_rounded(struct ncl_import *import, struct ncl_tensor *x, const struct ncl_onnx_quant *p)
{
    x = ncl_compose_unary(import, "round_even", x);
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

struct ncl_tensor *ncl_onnx_quantized(struct ncl_import *import, struct ncl_tensor *x, const struct ncl_onnx_quant *p)
{
    return ncl_onnx_rounded(import, ncl_compose_binary(import, "div", x, p->scale), p);
}

/* (x - zero) scale */
struct ncl_tensor *ncl_onnx_real(struct ncl_import *import, struct ncl_tensor *x, const struct ncl_onnx_quant *p)
{
    if (p->zero)
        x = ncl_compose_binary(import, "sub", x, p->zero);
    return ncl_compose_binary(import, "mul", x, p->scale);
}

void ncl_onnx_quantize_linear(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_number(import, node, 0);
    const struct ncl_onnx_quant p = ncl_onnx_quant_read(import, node, 1, &x->shape);
    ncl_import_give_number(import, node, 0, ncl_onnx_quantized(import, x, &p), p.element);
}

void ncl_onnx_dequantize_linear(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_number(import, node, 0);
    const struct ncl_onnx_quant p = ncl_onnx_quant_read(import, node, 1, &x->shape);
    ncl_import_give(import, node, 0, ncl_onnx_real(import, x, &p));
}

struct ncl_tensor *ncl_onnx_dynamic(struct ncl_import *import, struct ncl_tensor *x, struct ncl_onnx_quant *p)
{
    int axis[NNEFCL_MAX_RANK];
    for (int i = 0; i < x->shape.rank; i++)
        axis[i] = i;
    const size_t count = (size_t)x->shape.rank;
    struct ncl_tensor *high = ncl_compose_reduce(import, "max_reduce", x, axis, count, false),
                      *low = ncl_compose_reduce(import, "min_reduce", x, axis, count, false);
    high = ncl_compose_with(import, "max", high, 0);
    low = ncl_compose_with(import, "min", low, 0);
    *p = (struct ncl_onnx_quant){.element = NCL_STORED_UINT8};
    p->scale = ncl_compose_with(import, "div", ncl_compose_binary(import, "sub", high, low), 255);
    p->zero = ncl_onnx_quantized(import, ncl_compose_unary(import, "neg", low), p);
    return ncl_onnx_quantized(import, x, p);
}

void ncl_onnx_dynamic_quantize_linear(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_onnx_quant p;
    struct ncl_tensor *x = ncl_onnx_dynamic(import, ncl_import_tensor(import, node, 0), &p);
    ncl_import_give_number(import, node, 0, x, p.element);
    ncl_import_give(import, node, 1, p.scale);
    ncl_import_give_number(import, node, 2, p.zero, p.element);
}
