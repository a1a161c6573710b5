/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/strided.h"

#include <assert.h>

#include "emit/pitch.h"

void ncl_strided_dense(const nnefcl_shape *shape, int64_t stride[NNEFCL_MAX_RANK])
{
    int64_t step = 1;
    for (int i = shape->rank - 1; i >= 0; i--) {
        stride[i] = step;
        step *= shape->extent[i];
    }
}

void ncl_strided_add(struct ncl_strided *copy, int64_t extent, int64_t in, int64_t out)
{
    if (extent == 1)
        return;
    assert(copy->rank < NCL_STRIDED_RANK);
    copy->axis[copy->rank++] = (struct ncl_strided_axis){extent, in, out};
}

struct ncl_strided ncl_strided_broadcast(const nnefcl_shape *from, const nnefcl_shape *to)
{
    struct ncl_strided copy = {0};
    int64_t in[NNEFCL_MAX_RANK], out[NNEFCL_MAX_RANK];
    ncl_strided_dense(from, in);
    ncl_strided_dense(to, out);
    for (int i = 0; i < to->rank; i++)
        ncl_strided_add(&copy, to->extent[i], i < from->rank && from->extent[i] != 1 ? in[i] : 0, out[i]);
    return copy;
}

void ncl_strided_collapse(struct ncl_strided *copy)
{
    int rank = 0;
    for (int i = 0; i < copy->rank; i++) {
        const struct ncl_strided_axis axis = copy->axis[i];
        if (rank) {
            struct ncl_strided_axis *outer = &copy->axis[rank - 1];
            if (outer->in == axis.in * axis.extent && outer->out == axis.out * axis.extent) {
                *outer = (struct ncl_strided_axis){outer->extent * axis.extent, axis.in, axis.out};
                continue;
            }
        }
        copy->axis[rank++] = axis;
    }
    copy->rank = rank;
}

int64_t ncl_strided_volume(const struct ncl_strided *copy)
{
    int64_t volume = 1;
    for (int i = 0; i < copy->rank; i++)
        volume *= copy->axis[i].extent;
    return volume;
}

/* ---- steps ---- */

void ncl_strided_axes(struct ncl_emit *step, const struct ncl_strided_axis *axis, int count)
{
    int64_t value[NCL_STRIDED_RANK];
    for (int i = 0; i < NCL_STRIDED_RANK; i++)
        value[i] = i < count ? axis[i].extent : 1;
    ncl_step_sizes(step, "EXTENT", value, NCL_STRIDED_RANK);
    for (int i = 0; i < NCL_STRIDED_RANK; i++)
        value[i] = i < count ? axis[i].in : 0;
    ncl_step_sizes(step, "IN_STRIDE", value, NCL_STRIDED_RANK);
    for (int i = 0; i < NCL_STRIDED_RANK; i++)
        value[i] = i < count ? axis[i].out : 0;
    ncl_step_sizes(step, "OUT_STRIDE", value, NCL_STRIDED_RANK);
}

struct ncl_emit *ncl_strided_begin(struct ncl_lower *lower, const char *body, const struct ncl_problem *problem)
{
    struct ncl_emit *step = ncl_step_begin(lower, body);
    if (lower->status)
        return step;
    ncl_step_define_moved(step, lower->plan->tensor[problem->out].dtype);
    ncl_step_in(step, problem->move.input);
    if (problem->move.whole)
        ncl_step_out(step, problem->out);
    else
        ncl_step_inout(step, problem->out);
    return step;
}

void ncl_strided_choose(struct ncl_lower *lower, const struct ncl_strided *copy, ncl_ref in, ncl_ref out, bool whole)
{
    struct ncl_problem problem = {.family = NCL_FAMILY_MOVE,
                                  .node = lower->node,
                                  .out = out,
                                  .move = {.input = in, .strided = *copy, .whole = whole}};
    ncl_strided_collapse(&problem.move.strided);
    ncl_choose(lower, &problem);
}

int64_t ncl_strided_image(struct ncl_lower *lower, const struct ncl_tensor *input)
{
    const ncl_ref in = ncl_pitch_in(lower, input);
    return ncl_pitch_of(lower, in, &input->shape);
}

void ncl_strided_images(struct ncl_lower *lower, const struct ncl_strided *copy, const struct ncl_tensor *input,
                        const struct ncl_tensor *result, bool images)
{
    struct ncl_strided work = *copy;
    ncl_strided_collapse(&work);
    if (work.rank == 0 || (work.rank == 1 && work.axis[0].in == 1 && work.axis[0].out == 1)) {
        ncl_lower_view(lower, result, input, work.in_first);
        return;
    }
    const ncl_ref in = images ? ncl_pitch_in(lower, input) : ncl_lower_tensor(lower, input);
    ncl_strided_choose(lower, &work, in, ncl_lower_tensor(lower, result), true);
}

void ncl_strided_lower(struct ncl_lower *lower, const struct ncl_strided *copy, const struct ncl_tensor *input,
                       const struct ncl_tensor *result)
{
    ncl_strided_images(lower, copy, input, result, false);
}
