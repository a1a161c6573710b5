/* SPDX-License-Identifier: Apache-2.0 */
/* Resampling along any number of axes (nearest.cl, multilinear.cl). */
#include "emit/cost.h"
#include "ops/resample.h"
#include "ops/window.h"

#define AXES       (NNEFCL_MAX_RANK - 2)
#define EFFICIENCY 0.025
#define MIXING     0.006 /* the same, element by element where a factor is below the lanes of a vector */

static double resample_plain_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                                  const struct ncl_choice *choice)
{
    const bool mixes = problem->resample.method != NCL_RESAMPLE_NEAREST;
    (void)choice;
    return ncl_cost_macs(target, (double)ncl_shape_volume(&problem->result->shape), mixes ? MIXING : EFFICIENCY);
}

/* A factor for each of six spatial axes, 1s in front. */
static void emit_spatial(struct ncl_emit *step, const char *name, const nnefcl_shape *shape)
{
    for (int i = shape->rank - 2; i < AXES; i++)
        ncl_step_size(step, name, 1);
    ncl_step_sizes(step, name, shape->extent + 2, (size_t)(shape->rank - 2));
}

static nnefcl_status resample_plain_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                         const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_resample *p = &problem->resample;
    const nnefcl_shape *in = &p->input->shape, *out = &problem->result->shape;
    const bool nearest = p->method == NCL_RESAMPLE_NEAREST;
    const int outer = in->rank - 4; /* axes in front of the last two */
    /* Outputs of a task: rows, or parts of them, on a CPU. */
    const int64_t count = ncl_shape_volume(out), run = lower->plan->target.cpu ? lower->plan->target.chunk : 1;
    struct ncl_emit *step = ncl_step_begin(lower, nearest ? "nearest" : "multilinear");
    if (!nearest) {
        ncl_window_define_border(step, p->border);
        ncl_step_define_int(step, "METHOD", (int64_t)p->method);
    }
    ncl_step_in(step, ncl_lower_tensor(lower, p->input));
    ncl_step_out(step, problem->out);
    ncl_step_size(step, "COUNT", count);
    ncl_step_size(step, "RUN", run);
    if (!nearest)
        ncl_step_size(step, "PAIRS", (int64_t)1 << (outer > 0 ? outer : 0));
    emit_spatial(step, "IN", in);
    emit_spatial(step, "OUT", out);
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, ncl_ceil_div(count, run));
}

const struct ncl_variant ncl_variant_resample_plain = {.name = "resample_plain",
                                                       .family = NCL_FAMILY_RESAMPLE,
                                                       .about = "along rows, any number of axes",
                                                       .cost = resample_plain_cost,
                                                       .emit = resample_plain_emit};
