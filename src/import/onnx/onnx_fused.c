/* SPDX-License-Identifier: Apache-2.0 */
/* com.microsoft: what onnxruntime's optimizer and exporters make one operator of. */
#include <math.h>
#include <string.h>

#include "import/onnx/onnx_operators.h"

/* ---- activations ---- */

void ncl_onnx_bias_gelu(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    if (ncl_import_has(import, node, 1))
        x = ncl_compose_binary(import, "add", x, ncl_import_tensor(import, node, 1));
    ncl_import_give(import, node, 0, ncl_onnx_gelu_of(import, x, strcmp(import->op->as, "tanh") == 0));
}

void ncl_onnx_quick_gelu(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    struct ncl_tensor *gate = ncl_compose_with(import, "mul", x, ncl_import_scalar(import, node, "alpha", 1.702));
    ncl_import_give(import, node, 0, ncl_compose_binary(import, "mul", x, ncl_compose_unary(import, "sigmoid", gate)));
}

/* The activation of a fused operator; its parameters are a list in one, attributes in the other. */
static struct ncl_tensor *activated(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *y)
{
    static const char *const plain[][2] = {{"Relu", "relu"}, {"Sigmoid", "sigmoid"}, {"Tanh", "tanh"}};
    size_t count;
    const char *name = ncl_import_string(import, node, "activation", "");
    const double *list = ncl_import_scalars(import, node, "activation_params", &count);
    const double alpha = count > 0 ? list[0] : ncl_import_scalar(import, node, "activation_alpha", 0.01),
                 beta = count > 1 ? list[1] : ncl_import_scalar(import, node, "activation_beta", 0);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (strcmp(name, plain[i][0]) == 0)
            return ncl_compose_unary(import, plain[i][1], y);
    if (strcmp(name, "LeakyRelu") == 0)
        return NCL_COMPOSE(import, "leaky_relu", {"x", ncl_value_tensor(y)}, {"alpha", ncl_value_scalar(alpha)});
    if (strcmp(name, "Clip") == 0)
        return NCL_COMPOSE(import, "clamp", {"x", ncl_value_tensor(y)}, {"a", ncl_value_scalar(alpha)},
                           {"b", ncl_value_scalar(beta)});
    if (strcmp(name, "HardSigmoid") == 0)
        return NCL_COMPOSE(
            import, "clamp",
            {"x", ncl_value_tensor(ncl_compose_with(import, "add", ncl_compose_with(import, "mul", y, alpha), beta))},
            {"a", ncl_value_scalar(0)}, {"b", ncl_value_scalar(1)});
    if (*name)
        ncl_import_refuse(import, "the activation '%.40s' is not supported", name);
    return y;
}

/* ---- products ---- */

/* Conv, then what is added to it, then the activation. */
void ncl_onnx_fused_conv(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *y = ncl_onnx_conv_of(import, node);
    if (ncl_import_has(import, node, 3))
        y = ncl_compose_binary(import, "add", y, ncl_import_tensor(import, node, 3));
    ncl_import_give(import, node, 0, activated(import, node, y));
}

void ncl_onnx_fused_gemm(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_import_give(import, node, 0, activated(import, node, ncl_onnx_gemm_of(import, node)));
}

/* [batch, rows, heads, columns]: the axis behind the first comes in front of the last two. */
static struct ncl_tensor *batch_moved(struct ncl_import *import, struct ncl_tensor *x)
{
    int axis[NNEFCL_MAX_RANK];
    const int rank = x->shape.rank;
    for (int i = 0; i + 1 < rank; i++)
        axis[i] = i + 2 < rank ? i + 1 : 0;
    axis[rank - 1] = rank - 1;
    return rank < 3 ? x : ncl_compose_transpose(import, x, axis);
}

/* alpha A B, either transposed in its last two axes, or in all but the last. */
void ncl_onnx_fused_matmul(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const char *const names[][2] = {{"transBatchA", "transA"}, {"transBatchB", "transB"}};
    const double alpha = ncl_import_scalar(import, node, "alpha", 1);
    struct ncl_tensor *item[2];
    for (size_t i = 0; i < 2; i++) {
        item[i] = ncl_import_tensor(import, node, i);
        if (ncl_import_integer(import, node, names[i][0], 0))
            item[i] = batch_moved(import, item[i]);
        if (ncl_import_integer(import, node, names[i][1], 0))
            item[i] = ncl_compose_swap_last(import, item[i]);
    }
    struct ncl_tensor *y = ncl_compose_matmul(import, item[0], item[1]);
    ncl_import_give(import, node, 0, alpha == 1 ? y : ncl_compose_with(import, "mul", y, alpha));
}

/* ---- normalizations of sums ---- */

static struct ncl_tensor *optional(struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    return ncl_import_has(import, node, index) ? ncl_import_tensor(import, node, index) : NULL;
}

/* x + skip + bias over the last axis, normalized; the sum is a result too. */
static void skip_give(struct ncl_import *import, const struct ncl_import_node *node, size_t bias, bool simple)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *scale = ncl_import_tensor(import, node, 2),
                      *offset = simple ? NULL : optional(import, node, 3), *more = optional(import, node, bias);
    const double epsilon = ncl_import_scalar(import, node, "epsilon", 1e-12);
    x = ncl_compose_binary(import, "add", x, ncl_import_tensor(import, node, 1));
    x = more ? ncl_compose_binary(import, "add", x, more) : x;
    ncl_import_give(import, node, 0, ncl_onnx_normalized_last(import, x, scale, offset, epsilon, simple));
    if (ncl_import_wants(import, node, 3))
        ncl_import_give(import, node, 3, x);
}

void ncl_onnx_skip_layer_normalization(struct ncl_import *import, const struct ncl_import_node *node)
{
    skip_give(import, node, 4, false);
}

void ncl_onnx_skip_simplified_layer_normalization(struct ncl_import *import, const struct ncl_import_node *node)
{
    skip_give(import, node, 3, true);
}

static struct ncl_tensor *embedded(struct ncl_import *import, const struct ncl_import_node *node, size_t table,
                                   size_t index)
{
    struct ncl_tensor *rows = ncl_import_tensor(import, node, table), *at = ncl_import_tensor(import, node, index);
    return NCL_COMPOSE(import, "gather", {"input", ncl_value_tensor(rows)}, {"indices", ncl_value_tensor(at)},
                       {"axis", ncl_value_integer(0)});
}

/* words, segments; tables of words, positions, segments; scale, offset; mask, positions */
void ncl_onnx_embed_layer_normalization(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = embedded(import, node, 2, 0), *positions = ncl_import_tensor(import, node, 3);
    if (ncl_import_wants(import, node, 1))
        ncl_import_refuse(import, "the number of words as a result is not supported");
    if (import->status)
        return;
    const int64_t length = x->shape.extent[x->shape.rank - 2];
    if (ncl_import_has(import, node, 8))
        positions = embedded(import, node, 3, 8);
    else if (length < positions->shape.extent[0])
        positions = ncl_compose_slice(import, positions, 0, 0, length, 1);
    x = ncl_compose_binary(import, "add", x, positions);
    if (ncl_import_has(import, node, 4) && ncl_import_has(import, node, 1))
        x = ncl_compose_binary(import, "add", x, embedded(import, node, 4, 1));
    ncl_import_give(import, node, 0,
                    ncl_onnx_normalized_last(import, x, ncl_import_tensor(import, node, 5),
                                             ncl_import_tensor(import, node, 6),
                                             ncl_import_scalar(import, node, "epsilon", 1e-12), false));
    if (ncl_import_wants(import, node, 2))
        ncl_import_give(import, node, 2, x);
}
