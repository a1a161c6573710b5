/* SPDX-License-Identifier: Apache-2.0 */
/* Products with one narrow side on CPUs: rows of x against rows of w, both contiguous along k. */
#include "emit/cost.h"
#include "ops/matmul.h"

#define FEW_ROWS   8    /* of x, that w is read once for */
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
    return p->m > 1 && p->n < ncl_tile_columns(target, ncl_target_tile(target, 0, p->n));
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

/* ---- weights in fewer bits ---- */

/* How the kernels keep and read them. */
struct stored {
    const char *kept, *keep, *weights, *weight_at;
    double largest; /* what the largest one of a row becomes */
    int64_t bytes;
    double off; /* of each, at most, as a part of the largest */
};
static const struct stored stored_as[] = {
    [NCL_KEPT_HALF] = {"half", "vstore_half_rte(v, i, p)", "NCL_CAT(vload_half, LANES)(0, p)", "vload_half(i, p)", 1, 2,
                       0x1p-11},
    [NCL_KEPT_BYTE] = {"char", "(p)[i] = convert_char_rte(v)", "NCL_CAT(convert_float, LANES)(VLOAD(p))", "(p)[i]", 127,
                       1, 0.5 / 127}};

/* Are these read once for few rows, from memory, and known at init? */
static const struct stored *stored_find(const struct ncl_lower *lower, const struct ncl_matmul *p,
                                        const struct ncl_matrix *w, int64_t x_rows)
{
    const bool fits = ncl_lower_is_constant(lower, w->ref) && x_rows <= FEW_ROWS && ncl_product_batch_count(p) == 1;
    return lower->weights != NCL_KEPT_FLOAT && fits ? &stored_as[lower->weights] : NULL;
}

/* The rows of w in fewer bits and their factors. */
static ncl_ref store_weights(struct ncl_lower *lower, const struct stored *stored, struct ncl_matrix *w, int64_t rows,
                             int64_t k)
{
    const ncl_ref kept = ncl_lower_scratch(lower, "stored weights", NNEFCL_LOGICAL, rows * k * stored->bytes),
                  scale = ncl_lower_scratch(lower, "their factors", NNEFCL_SCALAR, rows);
    struct ncl_emit *step = ncl_step_begin(lower, "gemv_store");
    ncl_step_define(step, "KEPT", stored->kept);
    ncl_step_define(step, "KEEP(v, p, i)", stored->keep);
    ncl_step_in(step, w->ref);
    ncl_step_out(step, kept);
    ncl_step_out(step, scale);
    ncl_step_size(step, "K", k);
    ncl_step_size(step, "ROW", w->row);
    ncl_step_size(step, "COLUMN", w->column);
    ncl_step_real(step, "LARGEST", stored->largest);
    ncl_step_end(step, rows);
    lower->plan->weights_off = stored->off;
    *w = (struct ncl_matrix){.ref = kept, .row = k, .column = 1};
    return scale;
}

static void define_stored(struct ncl_emit *step, const struct stored *stored)
{
    if (!stored)
        return;
    ncl_step_define(step, "WEIGHT", stored->kept);
    ncl_step_define(step, "WEIGHTS(p)", stored->weights);
    ncl_step_define(step, "WEIGHT_AT(p, i)", stored->weight_at);
}

/* Rows of x against rows of w; c is transposed when they are swapped. Both get contiguous along k first. */
static nnefcl_status emit_vectors(struct ncl_lower *lower, const struct ncl_problem *problem, struct ncl_matrix x,
                                  int64_t x_rows, struct ncl_matrix w, int64_t w_rows, bool swapped)
{
    const struct ncl_matmul *p = &problem->product;
    if (x.column != 1)
        x = ncl_product_dense(lower, p, x, x_rows, p->k, "x");
    const struct stored *stored = stored_find(lower, p, &w, x_rows);
    const ncl_ref scale = stored ? store_weights(lower, stored, &w, w_rows, p->k) : x.ref; /* any, it is not read */
    if (w.column != 1)
        w = ncl_product_dense(lower, p, w, w_rows, p->k, "w");
    if (lower->status)
        return lower->status;
    const int64_t wanted = 8 * (int64_t)lower->plan->target.compute_units;
    int64_t rows = ncl_ceil_div(ncl_ceil_div(w_rows * ncl_product_batch_count(p), wanted), 4) * 4;
    if (rows > 64)
        rows = 64;
    struct ncl_emit *step = ncl_step_begin(lower, "gemv");
    define_stored(step, stored);
    ncl_step_in(step, scale);
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
