/* SPDX-License-Identifier: Apache-2.0 */
/* Resampling along up to three axes on devices of many narrow cores (resample_item.cl). */
#include "emit/cost.h"
#include "emit/pitch.h"
#include "ops/resample.h"
#include "ops/window.h"

#define AXES       3
#define RUN        4 /* outputs of a task */
#define EFFICIENCY 0.1

struct spatial {
    int64_t in[AXES], out[AXES];
    struct ncl_resample_line line[AXES];
};

/* The spatial axes, 1s in front of fewer than three. */
static struct spatial read_spatial(const struct ncl_problem *problem)
{
    const nnefcl_shape *in = &problem->resample.input->shape, *out = &problem->result->shape;
    struct spatial spatial;
    for (int a = 0; a < AXES; a++) {
        const int axis = in->rank - AXES + a;
        spatial.in[a] = axis < 2 ? 1 : in->extent[axis];
        spatial.out[a] = axis < 2 ? 1 : out->extent[axis];
        spatial.line[a] = ncl_resample_line(problem->resample.method, spatial.in[a], spatial.out[a]);
    }
    return spatial;
}

static const char *resample_item_unfit(const struct ncl_target *target, const struct ncl_problem *problem)
{
    if (target->cpu)
        return "needs a device of many narrow cores";
    if (!problem)
        return NULL;
    const int rank = problem->resample.input->shape.rank;
    if (rank < 3 || rank > 2 + AXES)
        return "needs one to three spatial axes";
    const struct spatial spatial = read_spatial(problem);
    for (int a = 0; a < AXES; a++)
        if (spatial.out[a] + RUN > INT32_MAX / (spatial.line[a].step + 1))
            return "places on an axis are beyond 32 bits";
    return NULL;
}

static double resample_item_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                                 const struct ncl_choice *choice)
{
    (void)choice;
    return ncl_cost_macs(target, (double)ncl_shape_volume(&problem->result->shape), EFFICIENCY);
}

static nnefcl_status resample_item_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                        const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_resample *p = &problem->resample;
    const struct spatial spatial = read_spatial(problem);
    const struct ncl_resample_line last = spatial.line[AXES - 1];
    const ncl_ref input = ncl_pitch_in(lower, p->input);
    struct ncl_emit *step = ncl_step_begin(lower, "resample_item");
    ncl_step_define_int(step, "LINEAR", p->method != NCL_RESAMPLE_NEAREST);
    ncl_window_define_border(step, p->border);
    ncl_step_in(step, input);
    ncl_step_out(step, problem->out);
    ncl_step_sizes(step, "IN", spatial.in, AXES);
    ncl_step_sizes(step, "OUT", spatial.out, AXES);
    for (int a = 0; a < AXES; a++)
        ncl_step_size(step, "FIRST", spatial.line[a].first);
    for (int a = 0; a < AXES; a++)
        ncl_step_size(step, "STEP", spatial.line[a].step);
    for (int a = 0; a < AXES; a++)
        ncl_step_size(step, "PARTS", spatial.line[a].parts);
    ncl_step_size(step, "WHOLE", last.step / last.parts);
    ncl_step_size(step, "LEFT", last.step % last.parts);
    ncl_step_size(step, "CHANNELS", p->input->shape.extent[1]);
    ncl_pitch_emit(lower, step, input, &p->input->shape, problem->out, &problem->result->shape);
    ncl_step_flops(step, problem->flops);
    const int64_t rows = ncl_shape_volume(&problem->result->shape) / spatial.out[AXES - 1];
    return ncl_step_end(step, rows * ncl_ceil_div(spatial.out[AXES - 1], RUN));
}

const struct ncl_variant ncl_variant_resample_item = {.name = "resample_item",
                                                      .family = NCL_FAMILY_RESAMPLE,
                                                      .about = "up to three axes, four outputs of a row at a time",
                                                      .unfit = resample_item_unfit,
                                                      .cost = resample_item_cost,
                                                      .emit = resample_item_emit,
                                                      .reads_pitched = true,
                                                      .writes_pitched = true};
