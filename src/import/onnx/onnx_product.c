/* SPDX-License-Identifier: Apache-2.0 */
/* Products of matrices. */
#include "import/onnx/onnx_operators.h"

void ncl_onnx_matmul(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *a = ncl_import_tensor(import, node, 0), *b = ncl_import_tensor(import, node, 1);
    ncl_import_give(import, node, 0, ncl_compose_matmul(import, a, b));
}

/* alpha A B + beta C; with a transposed B and a row C it is the linear of NNEF. */
static struct ncl_tensor *gemm_linear(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *a = ncl_import_tensor(import, node, 0), *b = ncl_import_tensor(import, node, 1), *bias = NULL;
    if (ncl_import_has(import, node, 2)) {
        const int64_t columns = ncl_shape_volume(&ncl_import_value(import, node, 2)->shape);
        bias = ncl_import_tensor_as(import, node, 2, &(nnefcl_shape){.rank = 2, .extent = {1, columns}});
    }
    return NCL_COMPOSE(import, "linear", {"input", ncl_value_tensor(a)}, {"filter", ncl_value_tensor(b)},
                       {"bias", bias ? ncl_value_tensor(bias) : ncl_value_scalar(0)});
}

static bool is_row(struct ncl_import *import, const struct ncl_import_node *node, int64_t columns)
{
    if (!ncl_import_has(import, node, 2))
        return true;
    const nnefcl_shape *shape = &ncl_import_value(import, node, 2)->shape;
    return ncl_shape_volume(shape) == columns && shape->rank > 0 && shape->extent[shape->rank - 1] == columns;
}

struct ncl_tensor *ncl_onnx_gemm_of(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool trans_a = ncl_import_integer(import, node, "transA", 0) != 0,
               trans_b = ncl_import_integer(import, node, "transB", 0) != 0;
    const double alpha = ncl_import_scalar(import, node, "alpha", 1), beta = ncl_import_scalar(import, node, "beta", 1);
    const nnefcl_shape *right = &ncl_import_value(import, node, 1)->shape;
    if (ncl_import_value(import, node, 0)->shape.rank != 2 || right->rank != 2)
        ncl_import_wrong(import, "its operands are no matrices");
    if (import->status)
        return &import->nothing;
    if (!trans_a && trans_b && alpha == 1 && beta == 1 && is_row(import, node, right->extent[0]))
        return gemm_linear(import, node);
    struct ncl_tensor *a = ncl_compose_cast(import, ncl_import_tensor(import, node, 0), NNEFCL_SCALAR),
                      *b = ncl_compose_cast(import, ncl_import_tensor(import, node, 1), NNEFCL_SCALAR);
    struct ncl_tensor *y =
        NCL_COMPOSE(import, "matmul", {"A", ncl_value_tensor(a)}, {"B", ncl_value_tensor(b)},
                    {"transposeA", ncl_value_logical(trans_a)}, {"transposeB", ncl_value_logical(trans_b)});
    y = alpha == 1 ? y : ncl_compose_with(import, "mul", y, alpha);
    if (ncl_import_has(import, node, 2)) {
        struct ncl_tensor *c = ncl_import_tensor(import, node, 2);
        y = ncl_compose_binary(import, "add", y, beta == 1 ? c : ncl_compose_with(import, "mul", c, beta));
    }
    return y;
}

void ncl_onnx_gemm(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_import_give(import, node, 0, ncl_onnx_gemm_of(import, node));
}

void ncl_onnx_einsum(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *item[NCL_EINSUM_OPERANDS];
    for (size_t i = 0; i < node->input_count && i < NCL_EINSUM_OPERANDS; i++)
        item[i] = ncl_import_number(import, node, i);
    ncl_import_give(
        import, node, 0,
        ncl_compose_einsum(import, ncl_import_string(import, node, "equation", ""), item, node->input_count));
}
