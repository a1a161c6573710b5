/* SPDX-License-Identifier: Apache-2.0 */
/* The plain kernel behind every product: one element a task, any strides. */
#include "emit/cost.h"
#include "ops/matmul.h"

#define EFFICIENCY 0.01
#define OCCUPANCY  256 /* work-items that a compute unit of a GPU wants */

static double product_plain_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                                 const struct ncl_choice *choice)
{
    (void)choice;
    const double work = ncl_cost_macs(target, problem->flops / 2, EFFICIENCY),
                 results = (double)(ncl_product_batch_count(&problem->product) * problem->product.m) *
                           (double)problem->product.n;
    return target->cpu ? work : work * ncl_cost_idle(target, OCCUPANCY, results);
}

static nnefcl_status product_plain_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                        const struct ncl_choice *choice)
{
    (void)choice;
    struct ncl_emit *step = ncl_step_begin(lower, "matmul_plain");
    ncl_product_operands(lower, step, problem, problem->product.a.ref, problem->product.b.ref);
    ncl_product_record(step, &problem->product);
    return ncl_product_end(step, problem, problem->product.m * problem->product.n);
}

const struct ncl_variant ncl_variant_product_plain = {.name = "product_plain",
                                                      .family = NCL_FAMILY_PRODUCT,
                                                      .about = "one element after the other, any strides",
                                                      .cost = product_plain_cost,
                                                      .emit = product_plain_emit};
