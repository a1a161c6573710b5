/* SPDX-License-Identifier: Apache-2.0 */
/* Products on devices of many narrow cores, in registers: where local memory is no faster than the other, or there is
 * none. */
#include "emit/cost.h"
#include "ops/matmul.h"

#define ROWS       4 /* of a task, as in gemm_item.cl */
#define WIDE       8
#define EFFICIENCY 0.1
#define OCCUPANCY  128 /* work-items that a compute unit wants */
#define TERMS_MOST 200000

static const char *gemm_item_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (target->cpu)
        return "needs a device of many narrow cores";
    return problem && target->short_loops && problem->product.k > TERMS_MOST
               ? "the sums are too long for the driver's loops"
               : NULL;
}

static int64_t item_tile_count(const struct ncl_matmul *p)
{
    return ncl_ceil_div(p->m, ROWS) * ncl_ceil_div(p->n, WIDE);
}

static double gemm_item_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                             const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_matmul *p = &problem->product;
    const double tiles = (double)(item_tile_count(p) * ncl_product_batch_count(p));
    return ncl_cost_macs(target, tiles * ROWS * WIDE * (double)p->k, EFFICIENCY) *
           ncl_cost_idle(target, OCCUPANCY, tiles);
}

static nnefcl_status gemm_item_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                    const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_matmul *p = &problem->product;
    struct ncl_emit *step = ncl_step_begin(lower, "gemm_item");
    ncl_step_define_int(step, "B_ALONG", p->b.row == 1 && p->b.column != 1);
    ncl_product_operands(lower, step, problem, p->a.ref, p->b.ref);
    ncl_product_record(step, p);
    return ncl_product_end(step, problem, item_tile_count(p));
}

const struct ncl_variant ncl_variant_product_item = {.name = "product_item",
                                                     .family = NCL_FAMILY_PRODUCT,
                                                     .about = "tiles in registers, no local memory",
                                                     .unfit = gemm_item_unfit,
                                                     .cost = gemm_item_cost,
                                                     .emit = gemm_item_emit};
