/* SPDX-License-Identifier: Apache-2.0 */
/* Products with one narrow side by work-groups: gemv_group.cl. */
#include "emit/after.h"
#include "emit/cost.h"
#include "ops/group_lines.h"
#include "ops/group_product.h"
#include "ops/stored_weights.h"

#define ROWS_MAX  NCL_STORED_WEIGHTS_ROWS /* of x */
#define ITEMS_MIN 64
#define ITEMS_MAX 256
#define ACROSS    32    /* rows of w side by side at most, so that neighbours read neighbours */
#define TERMS     8     /* of a work-item at least */
#define RATE      10.0  /* GB/s of w for each compute unit: what GPUs of several makers have */
#define START     1.0   /* microseconds */
#define BARRIERS  3     /* of a tree */
#define LOOP_MAX  30000 /* iterations of a work-item where loops are short */

/* Rows of x against rows of w. */
struct vectors {
    struct ncl_matrix x, w;
    int64_t x_rows, w_rows;
    bool swapped;                /* x are columns of B, w rows of A, c is transposed */
    bool along;                  /* both are contiguous along k */
    int64_t items, share, lines; /* of a group; of a row of w; rows of a group */
    int64_t blocks;
};

static int64_t power_of_two_from(int64_t value, int64_t least, int64_t most)
{
    int64_t result = least;
    while (result < value && 2 * result <= most)
        result *= 2;
    return result;
}

/* The rows of a group, so that there are groups for all compute units, and the sums of a work-item are not short. */
static void share_gemv_rows(const struct ncl_target *target, int64_t k, int64_t batch, struct vectors *v)
{
    v->along = v->x.column == 1 && v->w.column == 1;
    v->items = power_of_two_from((int64_t)target->max_work_group, ITEMS_MIN, ITEMS_MAX);
    if (v->items > (int64_t)target->max_work_group)
        v->items /= 2;
    v->lines = power_of_two_from(v->w_rows, 1, v->along ? v->items : ACROSS);
    while (v->lines > (v->along ? 1 : 8) &&
           (ncl_ceil_div(v->w_rows, v->lines) * batch < 2 * (int64_t)target->compute_units ||
            (v->along && v->items / v->lines < 32)) &&
           v->items / v->lines * TERMS < k)
        v->lines /= 2;
    v->share = v->items / v->lines;
    v->blocks = ncl_ceil_div(v->w_rows, v->lines);
}

static struct vectors make_vectors(const struct ncl_target *target, const struct ncl_matmul *p)
{
    struct vectors v = {.swapped = p->m > ROWS_MAX || (p->n <= ROWS_MAX && p->n < p->m)};
    v.x = v.swapped ? ncl_matmul_transposed(p->b) : p->a;
    v.w = v.swapped ? p->a : ncl_matmul_transposed(p->b);
    v.x_rows = v.swapped ? p->n : p->m;
    v.w_rows = v.swapped ? p->m : p->n;
    share_gemv_rows(target, p->k, ncl_product_batch_count(p), &v);
    return v;
}

const char *ncl_group_vector_unfit(const struct ncl_target *target, const struct ncl_matmul *p)
{
    const char *device = ncl_group_lines_unfit(target);
    if (device || !p)
        return device;
    if (p->m > ROWS_MAX && p->n > ROWS_MAX)
        return "both sides are wide";
    const struct vectors v = make_vectors(target, p);
    return target->short_loops && p->k / v.share > LOOP_MAX ? "the sums are too long for the driver's loops" : NULL;
}

double ncl_group_vector_cost(const struct ncl_target *target, const struct ncl_matmul *p)
{
    const struct vectors v = make_vectors(target, p);
    const double batch = (double)ncl_product_batch_count(p), bytes = 4 * batch * (double)v.w_rows * (double)p->k;
    return START + ncl_cost_barriers(target, (double)(v.blocks * v.items) * batch, BARRIERS) +
           ncl_cost_bytes(bytes, RATE * target->compute_units) * ncl_cost_idle(target, 1, (double)v.blocks * batch);
}

nnefcl_status ncl_group_vector_emit(struct ncl_lower *lower, const struct ncl_group_product *product)
{
    const struct ncl_matmul *p = product->matrices;
    struct vectors v = make_vectors(&lower->plan->target, p);
    const struct ncl_stored_weights *stored = ncl_stored_weights_find(lower, p, &v.w, v.x_rows);
    const ncl_ref scale = stored ? ncl_stored_weights_make(lower, stored, &v.w, v.w_rows, p->k) : NCL_NO_TENSOR;
    if (stored)
        share_gemv_rows(&lower->plan->target, p->k, 1, &v);
    const bool biased = p->bias.ref != NCL_NO_TENSOR;
    const int64_t rows = power_of_two_from(v.x_rows, 1, ROWS_MAX);
    struct ncl_emit *step = ncl_step_begin(lower, "gemv_group");
    ncl_step_group(step, (unsigned)v.items, (uint32_t)(v.items * rows) * (uint32_t)sizeof(float));
    ncl_step_define_int(step, "ALONG", v.along);
    ncl_step_define_int(step, "ROWS", rows);
    ncl_stored_weights_define(step, stored);
    ncl_step_in_or(step, scale, v.x.ref);
    ncl_step_in(step, v.x.ref);
    ncl_step_in(step, v.w.ref);
    ncl_step_in_or(step, p->bias.ref, v.x.ref);
    ncl_step_out(step, product->problem->out);
    if (product->problem->result)
        ncl_step_after(lower, step, product->problem->out, product->axis, true);
    ncl_step_size(step, "X_ROWS", v.x_rows);
    ncl_step_size(step, "W_ROWS", v.w_rows);
    ncl_step_size(step, "K", p->k);
    ncl_step_size(step, "X_ROW", v.x.row);
    ncl_step_size(step, "X_COLUMN", v.x.column);
    ncl_step_size(step, "W_ROW", v.w.row);
    ncl_step_size(step, "W_COLUMN", v.w.column);
    ncl_step_size(step, "C_I", v.swapped ? p->c.column : p->c.row);
    ncl_step_size(step, "C_J", v.swapped ? p->c.row : p->c.column);
    ncl_step_size(step, "BIAS_I", v.swapped ? p->bias.column : p->bias.row);
    ncl_step_size(step, "BIAS_J", v.swapped ? p->bias.row : p->bias.column);
    ncl_step_size(step, "HAS_BIAS", biased);
    ncl_step_size(step, "SHARE", v.share);
    ncl_step_size(step, "BLOCKS", v.blocks);
    ncl_step_size(step, "CHANNELS", !v.swapped);
    ncl_step_size(step, "SCALED", stored != NULL);
    ncl_product_batch(step, p, "X_STRIDE", &v.x, "W_STRIDE", &v.w);
    ncl_step_flops(step, product->problem->flops);
    return ncl_step_end(step, v.blocks * ncl_product_batch_count(p));
}

static const char *gemv_group_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    return ncl_group_vector_unfit(target, problem ? &problem->product : NULL);
}

static double gemv_group_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                              const struct ncl_choice *choice)
{
    (void)choice;
    return ncl_group_vector_cost(target, &problem->product);
}

static nnefcl_status gemv_group_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                     const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_group_product product = {
        .matrices = &problem->product, .problem = problem, .axis = ncl_product_axis(problem)};
    return ncl_group_vector_emit(lower, &product);
}

const struct ncl_variant ncl_variant_product_gemv_group = {.name = "product_gemv_group",
                                                           .family = NCL_FAMILY_PRODUCT,
                                                           .about = "few rows or columns, joined as trees",
                                                           .unfit = gemv_group_unfit,
                                                           .cost = gemv_group_cost,
                                                           .emit = gemv_group_emit};
