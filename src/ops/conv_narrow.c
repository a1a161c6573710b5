/* SPDX-License-Identifier: Apache-2.0 */
/* What is computed of a convolution on blocks of channels. */
#include "ops/conv_narrow.h"

#define JOINED 4 /* groups that are computed as one, at most */

/* For how many outputs along an axis a tap reads more than the zeros around. */
static int64_t outputs_inside(const struct ncl_window *w, int axis, int64_t tap)
{
    const int64_t before = w->before[axis] - tap * w->dilation[axis], stride = w->stride[axis];
    const int64_t first = before > 0 ? ncl_ceil_div(before, stride) : 0, end = w->in.extent[axis] + before;
    const int64_t last = end > 0 ? ncl_ceil_div(end, stride) : 0, out = w->out.extent[axis];
    const int64_t count = (last < out ? last : out) - first;
    return count > 0 ? count : 0;
}

double ncl_conv_part_inside(const struct ncl_window *w)
{
    double part = 1;
    for (int axis = 2; axis < w->rank; axis++) {
        double count = 0;
        for (int64_t tap = 0; tap < w->size[axis]; tap++)
            count += (double)outputs_inside(w, axis, tap);
        part *= count / ((double)w->size[axis] * (double)w->out.extent[axis]);
    }
    return part;
}

/* Returns how many taps are gone in front. */
static int64_t trim_axis(struct ncl_window *w, int axis)
{
    int64_t first = 0, last = w->size[axis] - 1;
    while (first < last && !outputs_inside(w, axis, first))
        first++;
    while (last > first && !outputs_inside(w, axis, last))
        last--;
    w->before[axis] -= first * w->dilation[axis];
    w->after[axis] -= (w->size[axis] - 1 - last) * w->dilation[axis];
    w->size[axis] = last - first + 1;
    return first;
}

/* The axis of the planes is gone; in.extent[0] counts the planes of the output, as each is an image. */
static void take_planes(struct ncl_conv_narrow *narrow)
{
    struct ncl_conv *conv = &narrow->problem.conv;
    struct ncl_window *w = &conv->window;
    if (w->rank != 5)
        return;
    for (int axis = 2; axis < 4; axis++) {
        w->in.extent[axis] = w->in.extent[axis + 1];
        w->out.extent[axis] = w->out.extent[axis + 1];
        w->size[axis] = w->size[axis + 1];
        w->stride[axis] = w->stride[axis + 1];
        w->dilation[axis] = w->dilation[axis + 1];
        w->before[axis] = w->before[axis + 1];
        w->after[axis] = w->after[axis + 1];
    }
    w->rank = w->in.rank = w->out.rank = 4;
    w->in.extent[0] *= narrow->depth.out;
    w->out.extent[0] = w->in.extent[0];
    conv->in_channels *= narrow->depth.taps;
}

struct ncl_conv_narrow ncl_conv_narrow_none(const struct ncl_problem *problem)
{
    const struct ncl_window_axes image = ncl_window_last(&problem->conv.window, 2, 2);
    struct ncl_conv_narrow narrow = {.problem = *problem,
                                     .depth = ncl_window_depth_of(&problem->conv.window),
                                     .flops = problem->flops,
                                     .size = {image.size[0], image.size[1]},
                                     .parts = 1};
    take_planes(&narrow);
    return narrow;
}

static void trim_taps(struct ncl_conv_narrow *narrow)
{
    struct ncl_window *w = &narrow->problem.conv.window;
    const double taps = (double)ncl_window_volume(w);
    if (w->rank > 4 || w->border != NCL_BORDER_CONSTANT)
        return;
    for (int axis = 2; axis < w->rank; axis++)
        narrow->first[axis - w->rank + 2] = trim_axis(w, axis);
    narrow->problem.flops *= (double)ncl_window_volume(w) / taps;
}

/* As few groups as make whole blocks of inputs and outputs. */
static void join_groups(struct ncl_conv_narrow *narrow, int64_t lanes)
{
    struct ncl_conv *conv = &narrow->problem.conv;
    const int64_t channels = conv->in_channels / narrow->depth.taps;
    for (int64_t parts = 1; parts <= JOINED && parts <= conv->groups; parts *= 2) {
        if (conv->groups % parts || parts * channels % lanes || parts * conv->out_channels % lanes)
            continue;
        conv->groups /= parts;
        conv->in_channels *= parts;
        conv->out_channels *= parts;
        narrow->problem.flops *= (double)parts;
        narrow->parts = parts;
        return;
    }
}

struct ncl_conv_narrow ncl_conv_narrow_taps(const struct ncl_problem *problem)
{
    struct ncl_conv_narrow narrow = ncl_conv_narrow_none(problem);
    trim_taps(&narrow);
    return narrow;
}

struct ncl_conv_narrow ncl_conv_narrow_of(const struct ncl_target *target, const struct ncl_problem *problem)
{
    struct ncl_conv_narrow narrow = ncl_conv_narrow_taps(problem);
    if (problem->conv.groups > 1)
        join_groups(&narrow, target->lanes);
    return narrow;
}

void ncl_conv_depth_emit(struct ncl_emit *step, const struct ncl_window_depth *depth, const struct ncl_place *x)
{
    ncl_step_size(step, "PLANES", depth->out);
    ncl_step_size(step, "PLANE", x->planes > 1 ? x->block > 1 ? x->batch : x->plane : 0);
    ncl_window_depth_emit(step, depth);
}
