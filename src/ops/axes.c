/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/axes.h"

#include <string.h>

nnefcl_status ncl_axis_infer(struct ncl_infer *infer, const struct ncl_node *node, int rank)
{
    const int64_t axis = ncl_node_integer(node, "axis");
    if (axis < 0 || axis >= rank)
        return ncl_infer_error(infer, node, "axis = %lld is outside of rank %d", (long long)axis, rank);
    return NNEFCL_OK;
}

nnefcl_status ncl_axes_infer(struct ncl_infer *infer, const struct ncl_node *node, const struct ncl_tensor *input,
                             nnefcl_shape *reduced)
{
    bool taken[NNEFCL_MAX_RANK] = {false};
    *reduced = input->shape;
    for (size_t i = 0; i < ncl_node_count(node, "axes"); i++) {
        const int64_t axis = ncl_node_integer_at(node, "axes", i);
        if (axis < 0 || axis >= input->shape.rank)
            return ncl_infer_error(infer, node, "item %zu of 'axes' is %lld, outside of the rank %d", i,
                                   (long long)axis, input->shape.rank);
        if (taken[axis])
            return ncl_infer_error(infer, node, "'axes' names the axis %lld twice", (long long)axis);
        taken[axis] = true;
        reduced->extent[axis] = 1;
    }
    return NNEFCL_OK;
}

/* One axis more on the outside. It joins the last one when they are neighbours in memory. */
static void add_line_axis(struct ncl_axes_list *list, int64_t extent, int64_t stride)
{
    const int last = list->count - 1;
    if (list->count > 0 && stride == list->stride[last] * list->extent[last]) {
        list->extent[last] *= extent;
        return;
    }
    list->extent[list->count] = extent;
    list->stride[list->count++] = stride;
}

/* Takes the innermost axis out of the list. */
static void take_first(struct ncl_axes_list *list, int64_t *extent, int64_t *stride)
{
    *extent = list->count ? list->extent[0] : 1;
    *stride = list->count ? list->stride[0] : 0;
    if (list->count == 0)
        return;
    list->count--;
    memmove(list->extent, list->extent + 1, sizeof list->extent - sizeof *list->extent);
    memmove(list->stride, list->stride + 1, sizeof list->stride - sizeof *list->stride);
}

void ncl_axes_find(struct ncl_axes *axes, const nnefcl_shape *shape, const nnefcl_shape *reduced)
{
    int64_t stride = 1;
    *axes = (struct ncl_axes){.results = ncl_shape_volume(reduced)};
    axes->volume = ncl_shape_volume(shape) / axes->results;
    for (int i = shape->rank - 1; i >= 0; i--) {
        if (shape->extent[i] > 1)
            add_line_axis(reduced->extent[i] == 1 ? &axes->gathered : &axes->kept, shape->extent[i], stride);
        stride *= shape->extent[i];
    }
    axes->columns = axes->kept.count && axes->kept.stride[0] == 1;
    axes->width = 1;
    if (axes->columns)
        take_first(&axes->kept, &axes->width, &stride);
    take_first(&axes->gathered, &axes->run, &axes->step);
}

int64_t ncl_axes_turn(struct ncl_axes *axes)
{
    int64_t beside;
    take_first(&axes->kept, &axes->width, &beside);
    axes->columns = true;
    return beside;
}

static void emit_list(struct ncl_emit *step, const struct ncl_axes_list *list, const char *extent, const char *stride)
{
    ncl_step_sizes(step, extent, list->extent, NCL_AXES_GROUPS);
    ncl_step_sizes(step, stride, list->stride, NCL_AXES_GROUPS);
}

/* Lines of a task: on a CPU about a chunk of elements, and every compute unit has some. */
static int64_t span(const struct ncl_target *target, int64_t lines, int64_t volume)
{
    if (!target->cpu)
        return 1;
    const int64_t fair = ncl_ceil_div(lines, 4 * (int64_t)target->compute_units);
    const int64_t full = ncl_ceil_div(target->chunk, volume);
    return fair < full ? fair : full;
}

int64_t ncl_axes_emit(struct ncl_lower *lower, struct ncl_emit *step, const struct ncl_axes *axes)
{
    const int64_t blocks = axes->columns ? ncl_ceil_div(axes->width, lower->plan->target.lanes) : 1;
    const int64_t lines = axes->results / axes->width * blocks;
    const int64_t lines_of_task = span(&lower->plan->target, lines, axes->volume);
    ncl_step_define_int(step, "COLUMNS", axes->columns);
    ncl_step_size(step, "LINES", lines);
    ncl_step_size(step, "SPAN", lines_of_task);
    ncl_step_size(step, "WIDTH", axes->width);
    ncl_step_size(step, "RUN", axes->run);
    ncl_step_size(step, "STEP", axes->step);
    ncl_step_size(step, "GROUPS", axes->volume / axes->run);
    ncl_step_size(step, "KEPT", axes->kept.count);
    ncl_step_size(step, "GATHERED", axes->gathered.count);
    emit_list(step, &axes->kept, "EXTENT", "STRIDE");
    emit_list(step, &axes->gathered, "GATHERED_EXTENT", "GATHERED_STRIDE");
    return ncl_ceil_div(lines, lines_of_task);
}
