/* SPDX-License-Identifier: Apache-2.0 */
/* Products on devices whose work-items share local memory: a tile of C for each work-group. */
#include "ops/group_product.h"

static const char *product_group_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    return ncl_group_product_unfit(target, problem ? problem->product.k : 0);
}

static double product_group_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                                 const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_group_product product = {.matrices = &problem->product, .problem = problem};
    return ncl_group_product_cost(target, &product);
}

static nnefcl_status product_group_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                        const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_group_product product = {
        .matrices = &problem->product, .problem = problem, .axis = ncl_product_axis(problem), .may_halve = true};
    return ncl_group_product_emit(lower, &product);
}

const struct ncl_variant ncl_variant_product_group = {.name = "product_group",
                                                      .family = NCL_FAMILY_PRODUCT,
                                                      .about = "tiles of work-groups, panels in local memory",
                                                      .unfit = product_group_unfit,
                                                      .cost = product_group_cost,
                                                      .emit = product_group_emit};
