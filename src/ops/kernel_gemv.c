/* SPDX-License-Identifier: Apache-2.0 */
/* Products with one narrow side on CPUs: rows of x against rows of w, both contiguous along k. */
#include "emit/cost.h"
#include "ops/matmul.h"
#include "ops/stored_weights.h"

#define FEW_ROWS   NCL_STORED_WEIGHTS_ROWS
#define EFFICIENCY 0.55 /* of multiply-adds up to so many, docs/kernels-matmul.md ... */
#define BEYOND     0.08 /* ... and beyond */
#define READ_RATE  40.0 /* GB/s of w */
#define COPY_RATE  19.0 /* GB/s of a copy that is read and written */

const char *ncl_gemv_unfit(const struct ncl_target *target, const struct ncl_matmul *p)
{
    if (!target->cpu)
        return "needs a device with few wide cores";
    return p ? ncl_product_row_major(p) : NULL;
}

static const char *gemv_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    return ncl_gemv_unfit(target, problem ? &problem->product : NULL);
}

/* A wide product has the rows of A for x, a narrow one the columns of B. */
static bool is_swapped(const struct ncl_target *target, const struct ncl_matmul *p)
{
    return p->m > 1 && p->n < ncl_tile_columns(target, ncl_target_low_tile(target, p->n));
}

/* Making an operand contiguous along k costs nothing at init. */
static double copy_cost(const struct ncl_matmul *p, int64_t along_k, int64_t rows, bool constant)
{
    return along_k == 1 || constant ? 0 : ncl_cost_bytes(8.0 * (double)rows * (double)p->k, COPY_RATE);
}

double ncl_gemv_cost(const struct ncl_target *target, const struct ncl_matmul *p)
{
    const double count = (double)ncl_product_batch_count(p), macs = (double)p->m * (double)p->n * (double)p->k;
    const bool swapped = is_swapped(target, p);
    const double wide = (double)(swapped ? p->m : p->n) * (double)p->k, read = ncl_cost_bytes(4 * wide, READ_RATE);
    const double work = ncl_cost_macs(target, macs, (swapped ? p->n : p->m) <= FEW_ROWS ? EFFICIENCY : BEYOND);
    return count * ((read > work ? read : work) + copy_cost(p, p->a.column, p->m, p->a_constant) +
                    copy_cost(p, p->b.row, p->n, p->b_constant));
}

static double gemv_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                        const struct ncl_choice *choice)
{
    (void)choice;
    return ncl_gemv_cost(target, &problem->product);
}

/* ---- the steps ---- */

/* Rows of x against rows of w; c is transposed when they are swapped. Both get contiguous along k first. */
static nnefcl_status emit_vectors(struct ncl_lower *lower, const struct ncl_problem *problem, struct ncl_matrix x,
                                  int64_t x_rows, struct ncl_matrix w, int64_t w_rows, bool swapped)
{
    const struct ncl_matmul *p = &problem->product;
    if (x.column != 1)
        x = ncl_product_dense(lower, p, x, x_rows, p->k, "x");
    const struct ncl_stored_weights *stored = ncl_stored_weights_find(lower, p, &w, x_rows);
    const ncl_ref scale = stored ? ncl_stored_weights_make(lower, stored, &w, w_rows, p->k) : NCL_NO_TENSOR;
    if (w.column != 1)
        w = ncl_product_dense(lower, p, w, w_rows, p->k, "w");
    if (lower->status)
        return lower->status;
    const int64_t wanted = 8 * (int64_t)lower->plan->target.compute_units;
    int64_t rows = ncl_ceil_div(ncl_ceil_div(w_rows * ncl_product_batch_count(p), wanted), 4) * 4;
    if (rows > 64)
        rows = 64;
    struct ncl_emit *step = ncl_step_begin(lower, "gemv");
    ncl_stored_weights_define(step, stored);
    ncl_step_in_or(step, scale, x.ref);
    ncl_product_operands(lower, step, problem, x.ref, w.ref);
    ncl_step_size(step, "X_ROWS", x_rows);
    ncl_step_size(step, "W_ROWS", w_rows);
    ncl_step_size(step, "K", p->k);
    ncl_step_size(step, "LDX", x.row);
    ncl_step_size(step, "LDW", w.row);
    ncl_step_size(step, "C_I", swapped ? p->c.column : p->c.row);
    ncl_step_size(step, "C_J", swapped ? p->c.row : p->c.column);
    ncl_step_size(step, "BIAS_I", swapped ? p->bias.column : p->bias.row);
    ncl_step_size(step, "BIAS_J", swapped ? p->bias.row : p->bias.column);
    ncl_step_size(step, "HAS_BIAS", p->bias.ref != NCL_NO_TENSOR);
    ncl_step_size(step, "SCALED", stored != NULL);
    ncl_step_size(step, "ROWS", rows);
    ncl_step_size(step, "BLOCKS", ncl_ceil_div(w_rows, rows));
    ncl_product_batch(step, p, "X_STRIDE", &x, "W_STRIDE", &w);
    return ncl_product_end(step, problem, ncl_ceil_div(w_rows, rows));
}

nnefcl_status ncl_gemv_emit(struct ncl_lower *lower, const struct ncl_problem *problem)
{
    const struct ncl_matmul *p = &problem->product;
    if (is_swapped(&lower->plan->target, p))
        return emit_vectors(lower, problem, ncl_matmul_transposed(p->b), p->n, p->a, p->m, true);
    return emit_vectors(lower, problem, p->a, p->m, ncl_matmul_transposed(p->b), p->n, false);
}

static nnefcl_status gemv_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                               const struct ncl_choice *choice)
{
    (void)choice;
    return ncl_gemv_emit(lower, problem);
}

const struct ncl_variant ncl_variant_product_gemv = {.name = "product_gemv",
                                                     .family = NCL_FAMILY_PRODUCT,
                                                     .about = "few rows or columns, along the sums",
                                                     .unfit = gemv_unfit,
                                                     .cost = gemv_cost,
                                                     .emit = gemv_emit};
