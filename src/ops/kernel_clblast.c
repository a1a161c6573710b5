/* SPDX-License-Identifier: Apache-2.0 */
/* Products by CLBlast. It is slow before it is tuned for a device, so it is taken only where it is asked for. */
#include <math.h>

#include "ops/matmul.h"
#include "ops/strided.h"

/* Row-major or transposed without gaps: what struct ncl_gemm can say. */
static bool is_dense_matrix(const struct ncl_matrix *matrix, int64_t rows, int64_t columns, bool *transposed)
{
    *transposed = !(matrix->column == 1 && matrix->row == columns);
    return !*transposed || (matrix->row == 1 && matrix->column == rows);
}

static const char *clblast_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    bool transposed;
    if (!target->clblast)
        return "this build has no CLBlast";
    if (!problem)
        return NULL;
    const struct ncl_matmul *p = &problem->product;
    if (p->c.column != 1 || p->c.row != p->n || !is_dense_matrix(&p->a, p->m, p->k, &transposed) ||
        !is_dense_matrix(&p->b, p->k, p->n, &transposed))
        return "an operand has gaps";
    return NULL;
}

static double clblast_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                           const struct ncl_choice *choice)
{
    (void)target;
    (void)problem;
    (void)choice;
    return INFINITY;
}

/* Offsets of every place of the batch. */
static int64_t *place_offsets(struct ncl_lower *lower, const struct ncl_matmul *p, const struct ncl_matrix *matrix)
{
    const int64_t count = ncl_product_batch_count(p);
    int64_t *offset = NCL_NEW_ARRAY(lower->arena, int64_t, (size_t)count);
    for (int64_t i = 0; offset && i < count; i++) {
        int64_t rest = i;
        for (int k = p->rank - 1; k >= 0; k--) {
            offset[i] += rest % p->extent[k] * matrix->batch[k];
            rest /= p->extent[k];
        }
    }
    return offset;
}

/* C = bias, repeated to the shape of the product: the library adds to it. */
static void emit_bias(struct ncl_lower *lower, const struct ncl_problem *problem)
{
    const struct ncl_matmul *p = &problem->product;
    struct ncl_strided copy = {0};
    for (int i = 0; i < p->rank; i++)
        ncl_strided_add(&copy, p->extent[i], p->bias.batch[i], p->c.batch[i]);
    ncl_strided_add(&copy, p->m, p->bias.row, p->c.row);
    ncl_strided_add(&copy, p->n, p->bias.column, p->c.column);
    ncl_strided_choose(lower, &copy, p->bias.ref, problem->out, true);
}

static nnefcl_status clblast_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                  const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_matmul *p = &problem->product;
    struct ncl_gemm gemm = {.m = p->m,
                            .n = p->n,
                            .k = p->k,
                            .add = p->bias.ref != NCL_NO_TENSOR,
                            .batch = ncl_product_batch_count(p),
                            .offset_a = place_offsets(lower, p, &p->a),
                            .offset_b = place_offsets(lower, p, &p->b),
                            .offset_c = place_offsets(lower, p, &p->c)};
    is_dense_matrix(&p->a, p->m, p->k, &gemm.transpose_a);
    is_dense_matrix(&p->b, p->k, p->n, &gemm.transpose_b);
    if (!gemm.offset_a || !gemm.offset_b || !gemm.offset_c)
        return lower->status = ncl_nomem(lower->diag);
    if (gemm.add)
        emit_bias(lower, problem);
    return ncl_lower_gemm(lower, p->a.ref, p->b.ref, problem->out, &gemm);
}

const struct ncl_variant ncl_variant_product_clblast = {.name = "product_clblast",
                                                        .family = NCL_FAMILY_PRODUCT,
                                                        .about = "the library CLBlast; only on demand",
                                                        .unfit = clblast_unfit,
                                                        .cost = clblast_cost,
                                                        .emit = clblast_emit,
                                                        .foreign = true};
