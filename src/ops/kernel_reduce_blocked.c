/* SPDX-License-Identifier: Apache-2.0 */
/* Reductions over H and W of images in blocks of channels: reduce_blocked.cl. */
#include "emit/blocks.h"
#include "emit/cost.h"
#include "emit/variant.h"
#include "ops/reduction.h"

#define READ_RATE 10.0 /* GB/s of a core */

static const char *reduce_blocked_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (!target->cpu)
        return "needs a device with few wide cores";
    if (!problem)
        return NULL;
    const struct ncl_reduce *p = &problem->reduce;
    if (!problem->result || p->kind > NCL_REDUCE_MIN)
        return "not for moments, positions and logical values";
    const nnefcl_shape *in = &p->input->shape, *out = &p->shape;
    if (out->extent[0] != in->extent[0] || out->extent[1] != in->extent[1] || ncl_shape_span(out, 2, out->rank) > 1)
        return "the axes are not those of the image";
    return ncl_shape_equal(in, out) ? "there is nothing to join" : NULL;
}

/* A block of one image, which is all that counts here, is one task. */
static double reduce_blocked_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                                  const struct ncl_choice *choice)
{
    (void)choice;
    const nnefcl_shape *in = &problem->reduce.input->shape;
    const int64_t blocks = ncl_ceil_div(in->extent[1], target->lanes);
    const double elements = (double)(blocks * target->lanes) * (double)ncl_shape_span(in, 2, in->rank);
    const double busy = blocks < target->compute_units ? (double)blocks : target->compute_units;
    return ncl_cost_bytes(elements * sizeof(float), busy * READ_RATE);
}

static nnefcl_status reduce_blocked_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                         const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_reduce *p = &problem->reduce;
    const ncl_ref input = ncl_blocks_in(lower, p->input);
    const struct ncl_place place = ncl_blocks_place(lower, input);
    struct ncl_place volume = place;
    volume.batch *= place.planes;
    const int64_t blocks = ncl_ceil_div(p->input->shape.extent[1], lower->plan->target.lanes);
    const bool whole = place.row == place.block * place.extent[1]; /* rows follow each other */
    struct ncl_emit *step = ncl_step_begin(lower, "reduce_blocked");
    ncl_reduction_define(step, p);
    ncl_step_in(step, input);
    ncl_step_out(step, problem->out);
    ncl_blocks_emit_in(step, &volume, (const char *const[]){"X_BATCH", "X_CHANNEL", "X_ROW", "X_FIRST"});
    ncl_step_size(step, "ROWS", whole ? 1 : place.extent[0]);
    ncl_step_size(step, "CELLS", whole ? place.extent[0] * place.extent[1] : place.extent[1]);
    ncl_step_size(step, "CHANNELS", p->input->shape.extent[1]);
    ncl_step_real(step, "VOLUME", (double)(place.planes * place.extent[0] * place.extent[1]));
    ncl_step_size(step, "PLANES", place.planes);
    ncl_step_size(step, "X_PLANE", place.batch);
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, p->input->shape.extent[0] * blocks);
}

const struct ncl_variant ncl_variant_reduce_blocked = {.name = "reduce_blocked",
                                                       .family = NCL_FAMILY_REDUCE,
                                                       .about = "over H and W of images in blocks of channels",
                                                       .unfit = reduce_blocked_unfit,
                                                       .cost = reduce_blocked_cost,
                                                       .emit = reduce_blocked_emit,
                                                       .reads_blocks = true,
                                                       .volumes = true};
