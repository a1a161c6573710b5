/* SPDX-License-Identifier: Apache-2.0 */
/* Attention as it was written: a product, what is done to it, a softmax, a product. */
#include "emit/cost.h"
#include "emit/inner.h"
#include "emit/variant.h"

#define EFFICIENCY 0.5  /* of products with few terms */
#define RATE       20.0 /* GB/s of what is computed in between, written and read twice */

static double attention_steps_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                                   const struct ncl_choice *choice)
{
    const struct ncl_attention *attention = &problem->attention;
    const double rows = (double)ncl_shape_volume(&problem->result->shape) / (double)attention->columns;
    (void)choice;
    return ncl_cost_macs(target, problem->flops / 2, EFFICIENCY) +
           ncl_cost_bytes(4 * sizeof(float) * rows * (double)attention->keys, RATE);
}

static nnefcl_status attention_steps_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                          const struct ncl_choice *choice)
{
    (void)choice;
    lower->variant = NULL; /* the steps have their own */
    return ncl_inner_lower(lower, problem->node);
}

const struct ncl_variant ncl_variant_attention_steps = {.name = "attention_steps",
                                                        .family = NCL_FAMILY_ATTENTION,
                                                        .about = "as it was written, step by step",
                                                        .cost = attention_steps_cost,
                                                        .emit = attention_steps_emit};
