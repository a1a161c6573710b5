/* SPDX-License-Identifier: Apache-2.0 */
/* matmul (4.7): C = A B for the last two axes, broadcasting over the others. */
#include "ops/matmul.h"

#include <math.h>

#include "emit/reference.h"
#include "ops/strided.h"

nnefcl_status ncl_matmul_shape(struct ncl_infer *infer, const struct ncl_node *node, const nnefcl_shape *a,
                               const nnefcl_shape *b, bool transpose_a, bool transpose_b, nnefcl_shape *shape)
{
    char left[NCL_SHAPE_TEXT], right[NCL_SHAPE_TEXT];
    if (a->rank < 2 || a->rank != b->rank)
        return ncl_infer_error(infer, node, "the operands %s and %s need one rank, 2 or more", ncl_shape_text(a, left),
                               ncl_shape_text(b, right));
    const int last = a->rank - 1;
    const int64_t inner_a = a->extent[last - transpose_a], inner_b = b->extent[last - !transpose_b];
    if (inner_a != inner_b)
        return ncl_infer_error(infer, node, "the inner extents of %s%s and %s%s differ: %lld and %lld",
                               ncl_shape_text(a, left), transpose_a ? " transposed" : "", ncl_shape_text(b, right),
                               transpose_b ? " transposed" : "", (long long)inner_a, (long long)inner_b);
    *shape = *a;
    for (int i = 0; i < last - 1; i++) {
        if (a->extent[i] != b->extent[i] && a->extent[i] != 1 && b->extent[i] != 1)
            return ncl_infer_error(infer, node, "extents %lld and %lld of batch axis %d do not broadcast",
                                   (long long)a->extent[i], (long long)b->extent[i], i);
        shape->extent[i] = a->extent[i] == 1 ? b->extent[i] : a->extent[i];
    }
    shape->extent[last - 1] = a->extent[last - !transpose_a];
    shape->extent[last] = b->extent[last - transpose_b];
    return NNEFCL_OK;
}

struct ncl_matrix ncl_matmul_broadcast(ncl_ref ref, const nnefcl_shape *from, const nnefcl_shape *shape)
{
    struct ncl_matrix matrix = {.ref = ref};
    int64_t dense[NNEFCL_MAX_RANK], stride[NNEFCL_MAX_RANK];
    ncl_strided_dense(from, dense);
    for (int i = 0; i < shape->rank; i++)
        stride[i] = i < from->rank && from->extent[i] != 1 ? dense[i] : 0;
    for (int i = 0; i < shape->rank - 2; i++)
        matrix.batch[i] = stride[i];
    matrix.row = stride[shape->rank - 2];
    matrix.column = stride[shape->rank - 1];
    return matrix;
}

struct ncl_matrix ncl_matmul_transposed(struct ncl_matrix matrix)
{
    const int64_t row = matrix.row;
    matrix.row = matrix.column;
    matrix.column = row;
    return matrix;
}

/* All of a tensor; batch axes of extent 1 repeat. */
static struct ncl_matrix whole(ncl_ref ref, const nnefcl_shape *shape)
{
    struct ncl_matrix matrix = ncl_matmul_broadcast(ref, shape, shape);
    matrix.row = shape->extent[shape->rank - 1];
    matrix.column = 1;
    return matrix;
}

struct ncl_matmul ncl_matmul_describe(struct ncl_lower *lower, const struct ncl_tensor *a, const struct ncl_tensor *b,
                                      bool transpose_a, bool transpose_b, const nnefcl_shape *shape)
{
    const int last = shape->rank - 1;
    struct ncl_matmul matmul = {
        .m = shape->extent[last - 1],
        .n = shape->extent[last],
        .k = a->shape.extent[last - transpose_a],
        .rank = shape->rank - 2,
        .a = whole(ncl_lower_tensor(lower, a), &a->shape),
        .b = whole(ncl_lower_tensor(lower, b), &b->shape),
        .c = whole(NCL_NO_TENSOR, shape),
        .bias.ref = NCL_NO_TENSOR,
    };
    for (int i = 0; i < matmul.rank; i++)
        matmul.extent[i] = shape->extent[i];
    if (transpose_a)
        matmul.a = ncl_matmul_transposed(matmul.a);
    if (transpose_b)
        matmul.b = ncl_matmul_transposed(matmul.b);
    return matmul;
}

nnefcl_status ncl_matmul_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    nnefcl_shape shape;
    const nnefcl_status status =
        ncl_matmul_shape(infer, node, &ncl_node_tensor(node, "A")->shape, &ncl_node_tensor(node, "B")->shape,
                         ncl_node_logical(node, "transposeA"), ncl_node_logical(node, "transposeB"), &shape);
    return status ? status : ncl_infer_result(infer, node, 0, &shape);
}

nnefcl_status ncl_matmul_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    struct ncl_problem problem = {.family = NCL_FAMILY_PRODUCT, .node = node, .result = ncl_node_result(node, 0)};
    problem.product = ncl_matmul_describe(lower, ncl_node_tensor(node, "A"), ncl_node_tensor(node, "B"),
                                          ncl_node_logical(node, "transposeA"), ncl_node_logical(node, "transposeB"),
                                          &problem.result->shape);
    return ncl_product_choose(lower, &problem);
}

uint64_t ncl_matmul_macs(const struct ncl_node *node)
{
    const nnefcl_shape *a = &ncl_node_tensor(node, "A")->shape;
    const int64_t inner = a->extent[a->rank - 1 - ncl_node_logical(node, "transposeA")];
    return (uint64_t)ncl_shape_volume(&ncl_node_result(node, 0)->shape) * (uint64_t)inner;
}

/* ---- the definition ---- */

/* c[j] += a b[j] along a row of C. */
static void add_row(double *c, double *scale, double a, const double *b, int64_t columns)
{
    for (int64_t j = 0; j < columns; j++) {
        c[j] += a * b[j];
        scale[j] += fabs(a * b[j]);
    }
}

/* c[j] = sum over k of a[k] b[j][k] along a row of C: a transposed B has the terms of a sum side by side. */
static void multiply_row(double *c, double *scale, const double *a, int64_t step, const double *b, int64_t columns,
                         int64_t depth)
{
    for (int64_t j = 0; j < columns; j++)
        for (int64_t k = 0; k < depth; k++) {
            const double term = a[k * step] * b[j * depth + k];
            c[j] += term;
            scale[j] += fabs(term);
        }
}

void ncl_matmul_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *a = ncl_node_tensor(node, "A"), *b = ncl_node_tensor(node, "B"),
                            *result = ncl_node_result(node, 0);
    const bool transpose_a = ncl_node_logical(node, "transposeA"), transpose_b = ncl_node_logical(node, "transposeB");
    const int last = a->shape.rank - 1;
    const int64_t rows = result->shape.extent[last - 1], columns = result->shape.extent[last],
                  depth = a->shape.extent[last - transpose_a];
    double *c = ncl_reference_out(reference, result), *scale = ncl_reference_scale(reference, result, (uint64_t)depth);
    const double stored = ncl_reference_stored(reference, a, b);
    nnefcl_shape batch = result->shape;
    int64_t at[NNEFCL_MAX_RANK];
    batch.extent[last] = batch.extent[last - 1] = 1;
    for (bool more = ncl_position_first(&batch, at); more; more = ncl_position_next(&batch, at)) {
        const double *left = ncl_reference_in(reference, a) + ncl_position_repeated(&a->shape, at),
                     *right = ncl_reference_in(reference, b) + ncl_position_repeated(&b->shape, at);
        for (int64_t i = 0; i < rows; i++, c += columns, scale += columns) {
            const int64_t step = transpose_a ? rows : 1;
            const double *row = left + i * (transpose_a ? 1 : depth);
            for (int64_t j = 0; j < columns; j++)
                scale[j] = stored;
            if (transpose_b)
                multiply_row(c, scale, row, step, right, columns, depth);
            for (int64_t k = 0; k < depth && !transpose_b; k++)
                add_row(c, scale, row[k * step], right + k * columns, columns);
        }
    }
}
