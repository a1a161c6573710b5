/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/blocks.h"

#include <assert.h>

#include "emit/blocks_known.h"
#include "emit/forms.h"

#define CONVERT_RATE  15.0 /* GB/s read and written */
#define CONVERT_STEP  6.0  /* microseconds of a step more */
#define TASKS_OF_UNIT 4    /* at least, where there are rows enough */

/* ---- forms ---- */

bool ncl_blocks_can(const struct ncl_tensor *tensor)
{
    return tensor->dtype == NNEFCL_SCALAR && tensor->shape.rank >= 3 && tensor->shape.rank <= 5;
}

bool ncl_blocks_held(const struct ncl_lower *lower, const struct ncl_tensor *tensor)
{
    return lower->blocks && lower->blocks[tensor->id].held;
}

bool ncl_blocks_fed(const struct ncl_lower *lower, const struct ncl_node *node)
{
    return lower->blocks && node->feeder && lower->blocks[ncl_node_result(node, 0)->id].fed;
}

/* The axis of H, of W in a line. */
static int first_of_image(const nnefcl_shape *shape)
{
    return shape->rank == 5 ? 3 : 2;
}

struct ncl_layout ncl_blocks_layout(const struct ncl_lower *lower, const struct ncl_tensor *tensor)
{
    struct ncl_layout layout = {.axis = 1, .block = (uint8_t)lower->plan->target.lanes};
    assert(ncl_blocks_can(tensor));
    if (!lower->blocks)
        return layout;
    const struct ncl_blocks *blocks = &lower->blocks[tensor->id];
    for (int axis = first_of_image(&tensor->shape), i = axis + 2 - tensor->shape.rank; i < 2; axis++, i++) {
        layout.before[axis - 2] = blocks->before[i];
        layout.after[axis - 2] = blocks->after[i];
    }
    layout.outer = blocks->pitch > 0 ? tensor->shape.rank == 5 ? 2 : 1 : 0;
    layout.pitch = blocks->pitch;
    return layout;
}

ncl_ref ncl_blocks_in(struct ncl_lower *lower, const struct ncl_tensor *tensor)
{
    const struct ncl_layout layout = ncl_blocks_layout(lower, tensor);
    return ncl_lower_as(lower, tensor, &layout);
}

float ncl_blocks_step(const struct ncl_lower *lower, const struct ncl_tensor *tensor)
{
    return lower->blocks ? lower->blocks[tensor->id].step : 0;
}

ncl_ref ncl_blocks_in_whole(struct ncl_lower *lower, const struct ncl_tensor *tensor, double step)
{
    struct ncl_layout layout = ncl_blocks_layout(lower, tensor);
    layout.element = NCL_ELEMENT_WHOLE;
    layout.step = (float)step;
    return ncl_lower_as(lower, tensor, &layout);
}

/* ---- places ---- */

struct ncl_place ncl_blocks_place(const struct ncl_lower *lower, ncl_ref ref)
{
    struct ncl_place place = {.block = 1, .row = 1, .images = 1, .planes = 1, .extent = {1, 1}}; /* after an error, too:
                                                                                                   it divides */
    if (lower->status)
        return place;
    const struct ncl_plan_tensor *tensor = &lower->plan->tensor[ref];
    const struct ncl_layout *layout = &tensor->layout;
    const nnefcl_shape *shape = &tensor->shape;
    const int64_t origin[NNEFCL_MAX_RANK] = {0};
    const bool volume = shape->rank == 5, planes = ncl_layout_is_planes(layout, shape);
    assert(shape->rank >= 3 && shape->rank <= 5);
    if (layout->block)
        place.block = layout->block;
    place.planes = volume ? shape->extent[2] : 1;
    place.images = shape->extent[0] * (planes ? place.planes : 1);
    place.batch = ncl_layout_stride(layout, shape, planes ? 2 : 0);
    place.plane = volume ? ncl_layout_stride(layout, shape, 2) : 0;
    place.channel = ncl_layout_stride(layout, shape, 1);
    place.first = ncl_layout_offset(layout, shape, origin);
    for (int axis = first_of_image(shape), i = axis + 2 - shape->rank; i < 2; axis++, i++) {
        place.extent[i] = shape->extent[axis];
        place.before[i] = layout->before[axis - 2];
        place.after[i] = layout->after[axis - 2];
    }
    place.row = place.block * (place.before[1] + place.extent[1] + place.after[1]);
    return place;
}

void ncl_blocks_emit_in(struct ncl_emit *step, const struct ncl_place *place, const char *const names[4])
{
    const int64_t values[] = {place->batch, place->channel, place->row, place->first};
    for (int i = 0; i < 4; i++)
        ncl_step_size(step, names[i], values[i]);
}

void ncl_blocks_emit_out(struct ncl_emit *step, const struct ncl_place *place)
{
    ncl_blocks_emit_in(step, place, (const char *const[]){"Y_BATCH", "Y_CHANNEL", "Y_ROW", "Y_FIRST"});
    ncl_step_size(step, "HEIGHT", place->extent[0]);
    ncl_step_size(step, "WIDTH", place->extent[1]);
    ncl_step_sizes(step, "HALO", place->before, 2);
    ncl_step_sizes(step, "HALO", place->after, 2);
}

int64_t ncl_blocks_elements(const struct ncl_target *target, const nnefcl_shape *shape)
{
    return ncl_shape_span(shape, 2, shape->rank) * ncl_ceil_div(shape->extent[1], target->lanes) * target->lanes;
}

struct ncl_blocks_tasks ncl_blocks_tasks(const struct ncl_target *target, const nnefcl_shape *shape,
                                         const struct ncl_place *place)
{
    const int64_t planes = place->images * ncl_ceil_div(shape->extent[1], place->block), height = place->extent[0];
    const int64_t most = target->chunk / place->row + 1;
    int64_t rows = ncl_ceil_div(planes * height, TASKS_OF_UNIT * (int64_t)target->compute_units);
    if (rows > most)
        rows = most;
    if (rows > height)
        rows = height;
    return (struct ncl_blocks_tasks){rows, planes * ncl_ceil_div(height, rows)};
}

/* ---- what conversions cost ---- */

const struct ncl_tensor *ncl_blocks_input(const struct ncl_problem *problem)
{
    return problem->family == NCL_FAMILY_CONV       ? problem->conv.input
           : problem->family == NCL_FAMILY_DECONV   ? problem->conv.input
           : problem->family == NCL_FAMILY_POOL     ? problem->pool.input
           : problem->family == NCL_FAMILY_REDUCE   ? problem->reduce.input
           : problem->family == NCL_FAMILY_RESAMPLE ? problem->resample.input
           : problem->family == NCL_FAMILY_PAD      ? problem->pad.input
           : problem->family == NCL_FAMILY_NORM     ? problem->norm.input
                                                    : NULL;
}

double ncl_blocks_conversion(const struct ncl_tensor *tensor)
{
    const double bytes =
        2 * (double)ncl_shape_span(&tensor->shape, 1, tensor->shape.rank) * (double)nnefcl_dtype_size(tensor->dtype);
    return ncl_tensor_is_constant(tensor) ? 0 : CONVERT_STEP + bytes / (CONVERT_RATE * 1e3);
}

size_t ncl_blocks_operands(const struct ncl_node *node, const struct ncl_tensor **operand)
{
    const struct ncl_tensor *result = ncl_node_last_result(node);
    const struct ncl_after own = {node, node->after};
    size_t count = 0;
    for (const struct ncl_after *member = node->op->elements ? &own : node->after; member; member = member->next)
        for (size_t k = 0; k < member->node->parameter_count && count < NCL_BLOCKS_OPERANDS; k++) {
            const struct ncl_value *value = &member->node->argument[k];
            if (value->kind == NCL_VALUE_TENSOR && !ncl_node_makes(node, value->tensor) &&
                ncl_shape_equal(&value->tensor->shape, &result->shape))
                operand[count++] = value->tensor;
        }
    return count;
}

double ncl_blocks_cost(const struct ncl_lower *lower, const struct ncl_problem *problem, bool reads, bool writes)
{
    const struct ncl_tensor *operand[NCL_BLOCKS_OPERANDS], *input = ncl_blocks_input(problem);
    double cost = 0;
    if (!lower->blocks || !problem->result || !(problem->node->op->problem || problem->node->op->elements))
        return 0;
    if (ncl_blocks_fed(lower, problem->node))
        input = ncl_node_tensor(problem->node->feeder, "input");
    if (input && reads != ncl_blocks_held(lower, input))
        cost += ncl_blocks_conversion(input);
    const size_t count = ncl_blocks_operands(problem->node, operand);
    for (size_t i = 0; i < count; i++)
        if (writes != ncl_blocks_held(lower, operand[i]))
            cost += ncl_blocks_conversion(operand[i]);
    const struct ncl_tensor *last = ncl_node_last_result(problem->node);
    return writes && lower->blocks[last->id].read_plain ? cost + ncl_blocks_conversion(last) : cost;
}
