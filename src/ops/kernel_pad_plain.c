/* SPDX-License-Identifier: Apache-2.0 */
/* A border around any axes, along rows (pad.cl). */
#include "emit/cost.h"
#include "emit/variant.h"
#include "ops/broadcast.h"
#include "ops/window.h"

#define EFFICIENCY 0.05

/* Axes of equal kind merged: neighbours without padding are one. */
struct axes {
    int rank;
    struct {
        int64_t in, out, before;
        bool padded;
    } axis[NNEFCL_MAX_RANK];
};

static struct axes merge_axes(const struct ncl_pad *pad, const nnefcl_shape *output)
{
    const nnefcl_shape *input = &pad->input->shape;
    struct axes axes = {0};
    for (int i = 0; i < input->rank; i++) {
        const bool padded = pad->before[i] || pad->after[i];
        if (!padded && axes.rank && !axes.axis[axes.rank - 1].padded) {
            axes.axis[axes.rank - 1].in *= input->extent[i];
            axes.axis[axes.rank - 1].out *= input->extent[i];
            continue;
        }
        axes.axis[axes.rank].in = input->extent[i];
        axes.axis[axes.rank].out = output->extent[i];
        axes.axis[axes.rank].before = pad->before[i];
        axes.axis[axes.rank++].padded = padded;
    }
    return axes;
}

static double pad_plain_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                             const struct ncl_choice *choice)
{
    (void)choice;
    return ncl_cost_macs(target, (double)ncl_shape_volume(&problem->result->shape), EFFICIENCY);
}

static nnefcl_status pad_plain_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                    const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_pad *pad = &problem->pad;
    const struct axes axes = merge_axes(pad, &problem->result->shape);
    int64_t value[NNEFCL_MAX_RANK];
    const int64_t width = axes.axis[axes.rank - 1].out;
    const int64_t rows = ncl_shape_volume(&problem->result->shape) / width;
    const int64_t task_rows = ncl_ceil_div(ncl_broadcast_chunk(&lower->plan->target, rows * width), width);
    struct ncl_emit *step = ncl_step_begin(lower, "pad");
    ncl_window_define_border(step, pad->border);
    ncl_step_in(step, ncl_lower_tensor(lower, pad->input));
    ncl_step_out(step, problem->out);
    ncl_step_size(step, "ROW_COUNT", rows);
    ncl_step_size(step, "TASK_ROWS", task_rows);
    ncl_step_real(step, "VALUE", pad->value);
    ncl_step_size(step, "RANK", axes.rank);
    for (int i = 0; i < NNEFCL_MAX_RANK; i++)
        value[i] = i < axes.rank ? axes.axis[i].in : 1;
    ncl_step_sizes(step, "IN", value, NNEFCL_MAX_RANK);
    for (int i = 0; i < NNEFCL_MAX_RANK; i++)
        value[i] = i < axes.rank ? axes.axis[i].out : 1;
    ncl_step_sizes(step, "OUT", value, NNEFCL_MAX_RANK);
    for (int i = 0; i < NNEFCL_MAX_RANK; i++)
        value[i] = i < axes.rank ? axes.axis[i].before : 0;
    ncl_step_sizes(step, "BEFORE", value, NNEFCL_MAX_RANK);
    return ncl_step_end(step, ncl_ceil_div(rows, task_rows));
}

const struct ncl_variant ncl_variant_pad_plain = {.name = "pad_plain",
                                                  .family = NCL_FAMILY_PAD,
                                                  .about = "along rows, any axes",
                                                  .cost = pad_plain_cost,
                                                  .emit = pad_plain_emit};
