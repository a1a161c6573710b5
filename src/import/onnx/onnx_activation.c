/* SPDX-License-Identifier: Apache-2.0 */
/* Activations. What they are made of is what the pass `recognize` looks for, where there is a kernel for the whole. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "import/onnx/onnx_operators.h"

/* A bound of Clip: an operand from operator set 11 on, an attribute before, where the largest number means none. NULL:
 * there is none. */
static struct ncl_tensor *bound(struct ncl_import *import, const struct ncl_import_node *node, const char *name,
                                size_t index)
{
    if (node->version >= 11)
        return ncl_import_has(import, node, index) ? ncl_import_tensor(import, node, index) : NULL;
    const double value = ncl_import_scalar(import, node, name, INFINITY);
    return fabs(value) < (double)FLT_MAX ? ncl_compose_number(import, value) : NULL;
}

void ncl_onnx_clip(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *low = bound(import, node, "min", 1),
                      *high = bound(import, node, "max", 2);
    if (low && high && x->dtype == NNEFCL_SCALAR && low->shape.rank == 0 && high->shape.rank == 0)
        x = NCL_COMPOSE(import, "clamp", {"x", ncl_value_tensor(x)}, {"a", ncl_value_tensor(low)},
                        {"b", ncl_value_tensor(high)});
    else {
        x = low ? ncl_compose_binary(import, "max", x, low) : x;
        x = high ? ncl_compose_binary(import, "min", x, high) : x;
    }
    if (low || high)
        ncl_import_give(import, node, 0, x);
    else
        ncl_import_pass(import, node, 0, ncl_import_value(import, node, 0));
}

/* The same with what is known: paddings that TensorFlow's rule computes go through it. */
bool ncl_onnx_clip_fold(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const char *const names[] = {NULL, "min", "max"}, *const ops[] = {NULL, "max", "min"};
    const struct ncl_known *x = ncl_import_known(import, node, 0);
    for (size_t i = 1; i < 3 && x; i++) {
        const struct ncl_known *bound = NULL;
        if (node->version >= 11)
            bound = ncl_import_has(import, node, i) ? ncl_import_known(import, node, i) : NULL;
        else if (ncl_import_attribute(node, names[i]))
            bound = ncl_known_scalar(&import->scratch, x->element, ncl_import_scalar(import, node, names[i], 0));
        x = bound ? ncl_fold_binary(import, ops[i], x, bound) : x;
    }
    return ncl_onnx_folded(import, node, x);
}

void ncl_onnx_leaky_relu(struct ncl_import *import, const struct ncl_import_node *node)
{
    const double alpha = ncl_import_scalar(import, node, "alpha", 0.01);
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    ncl_import_give(import, node, 0,
                    NCL_COMPOSE(import, "leaky_relu", {"x", ncl_value_tensor(x)}, {"alpha", ncl_value_scalar(alpha)}));
}

/* The slopes are aligned at the last axis: usually one for each channel. */
void ncl_onnx_prelu(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const nnefcl_shape slopes = ncl_import_value(import, node, 1)->shape;
    nnefcl_shape lifted = {.rank = x->shape.rank};
    if (slopes.rank > lifted.rank)
        ncl_import_wrong(import, "the slopes have rank %d, the input has %d", slopes.rank, lifted.rank);
    if (node->version < 7 && slopes.rank == 1 && lifted.rank > 2) /* of channels */
        lifted = (nnefcl_shape){.rank = 2, .extent = {1, slopes.extent[0]}};
    else
        for (int i = 0; i < lifted.rank; i++)
            lifted.extent[i] = i < lifted.rank - slopes.rank ? 1 : slopes.extent[i - lifted.rank + slopes.rank];
    while (lifted.rank > 2 && lifted.extent[lifted.rank - 1] == 1) /* NNEF leaves them out */
        lifted.rank--;
    if (lifted.rank > 2) { /* not of channels */
        struct ncl_tensor *slope = ncl_compose_binary(import, "mul", x, ncl_import_tensor(import, node, 1));
        ncl_import_give(import, node, 0, ncl_compose_select(import, ncl_compose_with(import, "lt", x, 0), slope, x));
        return;
    }
    struct ncl_tensor *alpha = ncl_import_tensor_as(import, node, 1, &lifted);
    ncl_import_give(import, node, 0,
                    NCL_COMPOSE(import, "prelu", {"x", ncl_value_tensor(x)}, {"alpha", ncl_value_tensor(alpha)}));
}

void ncl_onnx_elu(struct ncl_import *import, const struct ncl_import_node *node)
{
    const double alpha = ncl_import_scalar(import, node, "alpha", 1);
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    ncl_import_give(import, node, 0,
                    NCL_COMPOSE(import, "elu", {"x", ncl_value_tensor(x)}, {"alpha", ncl_value_scalar(alpha)}));
}

void ncl_onnx_selu(struct ncl_import *import, const struct ncl_import_node *node)
{
    const double alpha = ncl_import_scalar(import, node, "alpha", 1.67326319217681884765625),
                 gamma = ncl_import_scalar(import, node, "gamma", 1.05070102214813232421875);
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    ncl_import_give(import, node, 0,
                    NCL_COMPOSE(import, "selu", {"x", ncl_value_tensor(x)}, {"alpha", ncl_value_scalar(alpha)},
                                {"lambda", ncl_value_scalar(gamma)}));
}

/* max(0, x) + min(0, alpha (exp(x / alpha) - 1)) */
void ncl_onnx_celu(struct ncl_import *import, const struct ncl_import_node *node)
{
    const double alpha = ncl_import_scalar(import, node, "alpha", 1);
    struct ncl_tensor *x = ncl_compose_with(import, "div", ncl_import_tensor(import, node, 0), alpha);
    struct ncl_tensor *elu = NCL_COMPOSE(import, "elu", {"x", ncl_value_tensor(x)}, {"alpha", ncl_value_scalar(1)});
    ncl_import_give(import, node, 0, ncl_compose_with(import, "mul", elu, alpha));
}

static struct ncl_tensor *clamped(struct ncl_import *import, struct ncl_tensor *x, double low, double high)
{
    return NCL_COMPOSE(import, "clamp", {"x", ncl_value_tensor(x)}, {"a", ncl_value_scalar(low)},
                       {"b", ncl_value_scalar(high)});
}

static struct ncl_tensor *hard_sigmoid(struct ncl_import *import, struct ncl_tensor *x, double alpha, double beta)
{
    if (fabs(alpha * 6 - 1) < 1e-6 && beta == 0.5)
        return ncl_compose_with(import, "div", clamped(import, ncl_compose_with(import, "add", x, 3), 0, 6), 6);
    return clamped(import, ncl_compose_with(import, "add", ncl_compose_with(import, "mul", x, alpha), beta), 0, 1);
}

void ncl_onnx_hard_sigmoid(struct ncl_import *import, const struct ncl_import_node *node)
{
    const double alpha = ncl_import_scalar(import, node, "alpha", 0.2),
                 beta = ncl_import_scalar(import, node, "beta", 0.5);
    ncl_import_give(import, node, 0, hard_sigmoid(import, ncl_import_tensor(import, node, 0), alpha, beta));
}

void ncl_onnx_hard_swish(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    ncl_import_give(import, node, 0, ncl_compose_binary(import, "mul", x, hard_sigmoid(import, x, 1.0 / 6, 0.5)));
}

void ncl_onnx_thresholded_relu(struct ncl_import *import, const struct ncl_import_node *node)
{
    const double alpha = ncl_import_scalar(import, node, "alpha", 1);
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *above = ncl_compose_with(import, "gt", x, alpha);
    ncl_import_give(import, node, 0, ncl_compose_select(import, above, x, ncl_compose_number(import, 0)));
}

void ncl_onnx_softsign(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0),
                      *bottom = ncl_compose_with(import, "add", ncl_compose_unary(import, "abs", x), 1);
    ncl_import_give(import, node, 0, ncl_compose_binary(import, "div", x, bottom));
}

/* x + bias below -lambd, x - bias above lambd, else 0 */
void ncl_onnx_shrink(struct ncl_import *import, const struct ncl_import_node *node)
{
    const double lambda = ncl_import_scalar(import, node, "lambd", 0.5),
                 bias = ncl_import_scalar(import, node, "bias", 0);
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *s = ncl_compose_cast(import, x, NNEFCL_SCALAR),
                      *above =
                          ncl_compose_select(import, ncl_compose_with(import, "gt", s, lambda),
                                             ncl_compose_with(import, "sub", s, bias), ncl_compose_number(import, 0)),
                      *all = ncl_compose_select(import, ncl_compose_with(import, "lt", s, -lambda),
                                                ncl_compose_with(import, "add", s, bias), above);
    ncl_import_give(import, node, 0, ncl_compose_cast(import, all, x->dtype));
}

void ncl_onnx_mish(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0),
                      *gate = ncl_compose_unary(import, "tanh", ncl_compose_unary(import, "softplus", x));
    ncl_import_give(import, node, 0, ncl_compose_binary(import, "mul", x, gate));
}

/* With erf, unlike the gelu of NNEF; or with tanh(sqrt(2 / pi) (x + 0.044715 x^3)). */
struct ncl_tensor *ncl_onnx_gelu_of(struct ncl_import *import, struct ncl_tensor *x, bool tangent)
{
    struct ncl_tensor *inner;
    if (tangent) {
        struct ncl_tensor *cube = ncl_compose_with(import, "pow", x, 3);
        cube = ncl_compose_binary(import, "add", x, ncl_compose_with(import, "mul", cube, 0.044715));
        inner =
            ncl_compose_unary(import, "tanh", ncl_compose_with(import, "mul", cube, sqrt(2 / 3.14159265358979323846)));
    } else {
        inner = ncl_compose_unary(import, "erf", ncl_compose_with(import, "mul", x, sqrt(0.5)));
    }
    struct ncl_tensor *half = ncl_compose_with(import, "mul", x, 0.5);
    return ncl_compose_binary(import, "mul", half, ncl_compose_with(import, "add", inner, 1));
}

void ncl_onnx_gelu(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool tangent = strcmp(ncl_import_string(import, node, "approximate", "none"), "tanh") == 0;
    ncl_import_give(import, node, 0, ncl_onnx_gelu_of(import, ncl_import_tensor(import, node, 0), tangent));
}

void ncl_onnx_swish(struct ncl_import *import, const struct ncl_import_node *node)
{
    const double alpha = ncl_import_scalar(import, node, "alpha", 1);
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0),
                      *inner = alpha == 1 ? x : ncl_compose_with(import, "mul", x, alpha);
    ncl_import_give(import, node, 0, ncl_compose_binary(import, "mul", x, ncl_compose_unary(import, "sigmoid", inner)));
}

/* ---- softmax: along one axis from operator set 13 on, before along all axes from one on ---- */

static size_t softmax_axes(struct ncl_import *import, const struct ncl_import_node *node, int rank,
                           int axis[NNEFCL_MAX_RANK])
{
    const bool one = node->version >= 13;
    const int64_t first = ncl_import_integer(import, node, "axis", one ? -1 : 1);
    if (!one && first == rank)
        return 0;
    axis[0] = ncl_import_axis(import, first, rank);
    if (one)
        return 1;
    for (int i = axis[0]; i < rank; i++)
        axis[i - axis[0]] = i;
    return (size_t)(rank - axis[0]);
}

void ncl_onnx_softmax(struct ncl_import *import, const struct ncl_import_node *node)
{
    int axis[NNEFCL_MAX_RANK];
    int64_t axes[NNEFCL_MAX_RANK];
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const size_t count = softmax_axes(import, node, x->shape.rank, axis);
    for (size_t i = 0; i < count; i++)
        axes[i] = axis[i];
    if (strcmp(import->op->as, "log_softmax") == 0)
        x = ncl_compose_log_softmax(import, x, axis, count);
    else
        x = NCL_COMPOSE(import, "softmax", {"x", ncl_value_tensor(x)},
                        {"axes", ncl_compose_integers(import, axes, count)});
    ncl_import_give(import, node, 0, x);
}

/* 1 where the first maximum is, else 0. */
void ncl_onnx_hardmax(struct ncl_import *import, const struct ncl_import_node *node)
{
    int axis[NNEFCL_MAX_RANK];
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const size_t count = softmax_axes(import, node, x->shape.rank, axis);
    nnefcl_shape rows = {.rank = 2, .extent = {1, 1}};
    for (int i = 0; i < x->shape.rank; i++)
        rows.extent[count > 1 && i >= axis[0]] *= x->shape.extent[i];
    struct ncl_tensor *flat = count > 1 ? ncl_compose_reshape(import, x, &rows) : x;
    const int along = count > 1 ? 1 : count ? axis[0] : 0;
    const nnefcl_shape line = {.rank = 1, .extent = {flat->shape.extent[along]}};
    struct ncl_known *number = ncl_known_new(&import->scratch, NCL_STORED_INT64, &line);
    if (!number) {
        ncl_import_refuse(import, "the axis is too long");
        return;
    }
    for (size_t i = 0; i < number->count; i++)
        number->integer[i] = (int64_t)i;
    nnefcl_shape placed = {.rank = flat->shape.rank};
    for (int i = 0; i < placed.rank; i++)
        placed.extent[i] = i == along ? line.extent[0] : 1;
    struct ncl_tensor *best = ncl_compose_reduce(import, "argmax_reduce", flat, &along, 1, true),
                      *grid = ncl_import_constant(import, ncl_known_reshape(&import->scratch, number, &placed)),
                      *hot = ncl_compose_cast(import, ncl_compose_binary(import, "eq", best, grid), NNEFCL_SCALAR);
    ncl_import_give(import, node, 0, ncl_compose_reshape(import, hot, &x->shape));
}
