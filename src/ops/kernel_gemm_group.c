/* Products on devices whose work-items share local memory: a tile of C for each work-group. */
#include "emit/cost.h"
#include "ops/matmul.h"

#define ACROSS 8  /* work-items along both edges of a tile, as in gemm_group.cl */
#define ROWS   8  /* rows of a work-item; a row is a vector */
#define DEPTH  16 /* of the panels in local memory */
#define GAP    4
/* Terms of a sum. A work-item goes through about ten iterations for each, and llvmpipe ends its loops, without a word,
 * after 65,535 (docs/drivers). */
#define TERMS_MAX 6000

#define EFFICIENCY 0.3 /* of a full tile: read off the code, not measured */

static uint32_t local_bytes(const struct ncl_target *target)
{
    return DEPTH * (ACROSS * ROWS + GAP + ACROSS * target->lanes + GAP) * (uint32_t)sizeof(float);
}

static int64_t tile_count(const struct ncl_target *target, const struct ncl_matmul *p)
{
    return ncl_ceil_div(p->m, ACROSS * ROWS) * ncl_ceil_div(p->n, ACROSS * target->lanes);
}

static const char *product_group_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (target->cpu)
        return "barriers cost too much on a CPU";
    if (!target->barriers || target->max_work_group < ACROSS * ACROSS || target->local_memory < local_bytes(target))
        return "needs work-groups of 64 work-items with local memory";
    return problem && problem->product.k > TERMS_MAX ? "the sums are too long for loops of every driver" : NULL;
}

/* Tiles at the edges are computed whole. */
static double product_group_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                                 const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_matmul *p = &problem->product;
    const double tiles = (double)tile_count(target, p) * (double)ncl_product_batch_count(p);
    return ncl_cost_macs(target, tiles * ACROSS * ROWS * ACROSS * target->lanes * (double)p->k, EFFICIENCY);
}

static nnefcl_status product_group_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                        const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_target *target = &lower->plan->target;
    struct ncl_emit *step = ncl_product_strided(lower, problem, "gemm_group");
    ncl_step_group(step, ACROSS * ACROSS, local_bytes(target));
    ncl_step_define_int(step, "ROWS", ROWS);
    ncl_step_define_int(step, "DEPTH", DEPTH);
    return ncl_product_end(step, problem, tile_count(target, &problem->product));
}

const struct ncl_variant ncl_variant_product_group = {.name = "product_group",
                                                      .family = NCL_FAMILY_PRODUCT,
                                                      .about = "tiles of work-groups, panels in local memory",
                                                      .unfit = product_group_unfit,
                                                      .cost = product_group_cost,
                                                      .emit = product_group_emit};
