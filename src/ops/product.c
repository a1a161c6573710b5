/* SPDX-License-Identifier: Apache-2.0 */
/* Products of matrices as problems, and what their kernels share. */
#include "emit/after.h"
#include "ops/matmul.h"

#include "ops/strided.h"

/* ---- the shape of the problem ---- */

static void remove_axis(struct ncl_matmul *p, int axis)
{
    struct ncl_matrix *matrix[] = {&p->a, &p->b, &p->c, &p->bias};
    for (int i = axis; i + 1 < p->rank; i++) {
        p->extent[i] = p->extent[i + 1];
        for (int j = 0; j < 4; j++)
            matrix[j]->batch[i] = matrix[j]->batch[i + 1];
    }
    p->rank--;
}

/* The last axis of the batch is more rows of A when B repeats along it and the rows go on evenly. */
static bool fold_into_rows(struct ncl_matmul *p)
{
    const int last = p->rank - 1;
    const bool even_bias = p->bias.ref == NCL_NO_TENSOR || p->bias.batch[last] == p->bias.row * p->m;
    if (p->b.batch[last] != 0 || p->a.batch[last] != p->a.row * p->m || p->c.batch[last] != p->c.row * p->m ||
        !even_bias)
        return false;
    p->m *= p->extent[last];
    p->rank--;
    return true;
}

static void product_simplify(struct ncl_matmul *p)
{
    for (int i = p->rank - 1; i >= 0; i--)
        if (p->extent[i] == 1)
            remove_axis(p, i);
    if (p->m == 1) { /* the row stride is free then: the one that goes on with the batch */
        p->a.row = p->rank ? p->a.batch[p->rank - 1] : p->k;
        p->c.row = p->rank ? p->c.batch[p->rank - 1] : p->n;
        p->bias.row = p->rank ? p->bias.batch[p->rank - 1] : 0;
    }
    while (p->rank && fold_into_rows(p))
        ;
}

const char *ncl_product_row_major(const struct ncl_matmul *p)
{
    return p->c.column != 1 || (p->bias.ref != NCL_NO_TENSOR && p->bias.column > 1)
               ? "the result or the bias is not row-major"
               : NULL;
}

/* ---- records ---- */

void ncl_product_batch(struct ncl_emit *step, const struct ncl_matmul *p, const char *a_name,
                       const struct ncl_matrix *a, const char *b_name, const struct ncl_matrix *b)
{
    int64_t extent[NCL_MATMUL_BATCH];
    for (int i = 0; i < NCL_MATMUL_BATCH; i++)
        extent[i] = i < p->rank ? p->extent[i] : 1;
    ncl_step_size(step, "RANK", p->rank);
    ncl_step_sizes(step, "EXTENT", extent, NCL_MATMUL_BATCH);
    ncl_step_sizes(step, a_name, a->batch, NCL_MATMUL_BATCH);
    ncl_step_sizes(step, b_name, b->batch, NCL_MATMUL_BATCH);
    ncl_step_sizes(step, "C_STRIDE", p->c.batch, NCL_MATMUL_BATCH);
    ncl_step_sizes(step, "BIAS_STRIDE", p->bias.batch, NCL_MATMUL_BATCH);
}

int64_t ncl_product_batch_count(const struct ncl_matmul *p)
{
    int64_t count = 1;
    for (int i = 0; i < p->rank; i++)
        count *= p->extent[i];
    return count;
}

int ncl_product_axis(const struct ncl_problem *problem)
{
    int axis = problem->result ? problem->result->shape.rank - 1 : -1;
    while (axis > 1 && problem->result->shape.extent[axis] == 1 && problem->product.n != 1)
        axis--;
    return axis;
}

nnefcl_status ncl_product_end(struct ncl_emit *step, const struct ncl_problem *problem, int64_t tasks)
{
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, tasks * ncl_product_batch_count(&problem->product));
}

void ncl_product_operands(struct ncl_lower *lower, struct ncl_emit *step, const struct ncl_problem *problem, ncl_ref a,
                          ncl_ref b)
{
    ncl_step_in(step, a);
    ncl_step_in(step, b);
    ncl_step_in_or(step, problem->product.bias.ref, b);
    ncl_step_out(step, problem->out);
    if (problem->result)
        ncl_step_after(lower, step, problem->out, ncl_product_axis(problem), true);
}

void ncl_product_record(struct ncl_emit *step, const struct ncl_matmul *p)
{
    ncl_step_size(step, "M", p->m);
    ncl_step_size(step, "N", p->n);
    ncl_step_size(step, "K", p->k);
    ncl_step_size(step, "A_ROW", p->a.row);
    ncl_step_size(step, "A_COLUMN", p->a.column);
    ncl_step_size(step, "B_ROW", p->b.row);
    ncl_step_size(step, "B_COLUMN", p->b.column);
    ncl_step_size(step, "C_ROW", p->c.row);
    ncl_step_size(step, "C_COLUMN", p->c.column);
    ncl_step_size(step, "BIAS_ROW", p->bias.row);
    ncl_step_size(step, "BIAS_COLUMN", p->bias.column);
    ncl_step_size(step, "HAS_BIAS", p->bias.ref != NCL_NO_TENSOR);
    ncl_product_batch(step, p, "A_STRIDE", &p->a, "B_STRIDE", &p->b);
}

/* ---- copies of operands ---- */

int64_t ncl_product_copy_batch(struct ncl_strided *copy, const struct ncl_matmul *p, struct ncl_matrix *matrix,
                               int64_t size)
{
    for (int i = 0; i < p->rank; i++) {
        int64_t inner = size;
        if (matrix->batch[i] == 0)
            continue;
        for (int j = i + 1; j < p->rank; j++)
            inner *= matrix->batch[j] ? p->extent[j] : 1;
        ncl_strided_add(copy, p->extent[i], matrix->batch[i], inner);
    }
    for (int i = p->rank - 1; i >= 0; i--) {
        if (matrix->batch[i] == 0)
            continue;
        matrix->batch[i] = size;
        size *= p->extent[i];
    }
    return size;
}

struct ncl_matrix ncl_product_dense(struct ncl_lower *lower, const struct ncl_matmul *p, struct ncl_matrix matrix,
                                    int64_t rows, int64_t columns, const char *name)
{
    struct ncl_strided copy = {0};
    const struct ncl_matrix from = matrix;
    const int64_t count = ncl_product_copy_batch(&copy, p, &matrix, rows * columns);
    ncl_strided_add(&copy, rows, from.row, columns);
    ncl_strided_add(&copy, columns, from.column, 1);
    matrix.ref = ncl_lower_scratch(lower, name, NNEFCL_SCALAR, count);
    matrix.row = columns;
    matrix.column = 1;
    ncl_strided_choose(lower, &copy, from.ref, matrix.ref, true);
    return matrix;
}

/* ---- the problem ---- */

nnefcl_status ncl_product_choose(struct ncl_lower *lower, struct ncl_problem *problem)
{
    struct ncl_matmul *p = &problem->product;
    if (lower->status)
        return lower->status;
    product_simplify(p);
    p->a_constant = ncl_lower_is_constant(lower, p->a.ref);
    p->b_constant = ncl_lower_is_constant(lower, p->b.ref);
    problem->flops = 2.0 * (double)p->m * (double)p->n * (double)p->k * (double)ncl_product_batch_count(p);
    return ncl_choose(lower, problem);
}
