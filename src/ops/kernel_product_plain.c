/* The plain kernel behind every product: one element a task, any strides. */
#include "emit/cost.h"
#include "ops/matmul.h"

#define EFFICIENCY 0.01

static double product_plain_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                                 const struct ncl_choice *choice)
{
    (void)choice;
    return ncl_cost_macs(target, problem->flops / 2, EFFICIENCY);
}

static nnefcl_status product_plain_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                        const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_matmul *p = &problem->product;
    struct ncl_emit *step = ncl_step_begin(lower, "matmul_plain");
    ncl_product_operands(step, problem, p->a.ref, p->b.ref);
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
    return ncl_product_end(step, problem, p->m * p->n);
}

const struct ncl_variant ncl_variant_product_plain = {.name = "product_plain",
                                                      .family = NCL_FAMILY_PRODUCT,
                                                      .about = "one element after the other, any strides",
                                                      .cost = product_plain_cost,
                                                      .emit = product_plain_emit};
