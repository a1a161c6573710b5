/* SPDX-License-Identifier: Apache-2.0 */
/* The step of elements_blocked.cl: element-wise nodes whose result lies in blocks of channels. */
#include "emit/blocks.h"
#include "emit/cost.h"
#include "emit/forms.h"
#include "emit/variant.h"
#include "ops/broadcast.h"

#define RATE 10.0 /* GB/s */

/* What an operand gives, as in elements_blocked.cl. */
enum cell_kind { CELL_ONE_REPEATED, CELL_ONE, CELL_LANES_REPEATED, CELL_LANES };

/* The step through an operand: elements from image to image, block to block, row to row, to the first one, and from
 * plane to plane of a volume. */
#define STRIDES 5
struct cells {
    enum cell_kind kind;
    ncl_ref ref;
    int64_t stride[STRIDES];
};

static int64_t extent_of(const nnefcl_shape *shape, int axis)
{
    return axis < shape->rank ? shape->extent[axis] : 1;
}

/* Elements of all axes behind this one. */
static int64_t blocked_dense_stride(const nnefcl_shape *shape, int axis)
{
    return ncl_shape_span(shape, axis + 1, shape->rank);
}

/* The whole of its channels at each place of the image: in blocks. */
static ncl_ref operand_in_blocks(struct ncl_lower *lower, const struct ncl_expression_operand *operand)
{
    const struct ncl_layout blocks = {.axis = 1, .block = (uint8_t)lower->plan->target.lanes};
    if (!operand->tensor)
        return ncl_forms_convert(lower, operand->ref, &blocks);
    return ncl_blocks_can(operand->tensor) ? ncl_blocks_in(lower, operand->tensor)
                                           : ncl_lower_as(lower, operand->tensor, &blocks);
}

static void read_in_blocks(struct ncl_lower *lower, const struct ncl_expression_operand *operand, int rank,
                           struct cells *cells)
{
    const nnefcl_shape *shape = &operand->shape;
    const int64_t origin[NNEFCL_MAX_RANK] = {0};
    cells->ref = operand_in_blocks(lower, operand);
    if (lower->status)
        return;
    const struct ncl_layout *layout = &lower->plan->tensor[cells->ref].layout;
    const int step_of[STRIDES] = {0, 1, rank - 2, -1, rank == 5 ? 2 : -1};
    cells->kind = extent_of(shape, rank - 1) > 1 ? CELL_LANES : CELL_LANES_REPEATED;
    for (int i = 0; i < STRIDES; i++)
        cells->stride[i] = step_of[i] >= 0 && (i != 2 || rank > 3) && extent_of(shape, step_of[i]) > 1
                               ? ncl_layout_stride(layout, shape, step_of[i])
                               : 0;
    cells->stride[3] = ncl_layout_offset(layout, shape, origin);
}

/* One element for all channels, or one for each but the same all over the image: plain. */
static void read_plain_operand(const struct ncl_expression *expression, unsigned k, struct cells *cells)
{
    const nnefcl_shape *shape = &expression->operand[k].shape;
    const int across = expression->shape.rank - 1, down = across - 1;
    const bool lanes = extent_of(shape, 1) > 1, images = down > 1, volumes = down > 2;
    cells->ref = ncl_expression_ref(expression, k);
    cells->kind = lanes ? CELL_LANES_REPEATED : extent_of(shape, across) > 1 ? CELL_ONE : CELL_ONE_REPEATED;
    cells->stride[0] = shape->rank > 0 && shape->extent[0] > 1 ? blocked_dense_stride(shape, 0) : 0;
    cells->stride[1] = lanes ? expression->lower->plan->target.lanes : 0;
    cells->stride[2] = images && extent_of(shape, down) > 1 ? blocked_dense_stride(shape, down) : 0;
    cells->stride[3] = 0;
    cells->stride[4] = volumes && extent_of(shape, 2) > 1 ? blocked_dense_stride(shape, 2) : 0;
}

static void read_operand(const struct ncl_expression *expression, unsigned k, struct cells *cells)
{
    const struct ncl_expression_operand *operand = &expression->operand[k];
    if (extent_of(&operand->shape, 1) > 1 && ncl_shape_span(&operand->shape, 2, operand->shape.rank) > 1)
        read_in_blocks(expression->lower, operand, expression->shape.rank, cells);
    else
        read_plain_operand(expression, k, cells);
}

static void add_blocked_operands(struct ncl_emit *step, const struct ncl_plan *plan,
                                 const struct ncl_expression *expression, const struct cells *cells, ncl_ref out)
{
    static const char *const types[] = {"X0", "X1", "X2", "X3", "X4", "X5", "X6", "X7"};
    static const char *const kinds[] = {"KIND0", "KIND1", "KIND2", "KIND3", "KIND4", "KIND5", "KIND6", "KIND7"};
    ncl_step_define_int(step, "ARITY", expression->operand_count);
    for (unsigned k = 0; k < expression->operand_count; k++) {
        ncl_step_define_element(step, types[k], expression->operand[k].dtype, 0);
        ncl_step_define_int(step, kinds[k], cells[k].kind);
        ncl_step_in(step, cells[k].ref);
        if (ncl_shape_equal(&expression->operand[k].shape, &expression->shape) &&
            ncl_layout_equal(&plan->tensor[cells[k].ref].layout, &plan->tensor[out].layout))
            ncl_step_gives(step);
    }
}

static double elements_blocked_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                                    const struct ncl_choice *choice)
{
    (void)choice;
    const nnefcl_shape *shape = &problem->elements.shape;
    const int64_t lanes = target->lanes, channels = ncl_ceil_div(shape->extent[1], lanes) * lanes;
    return ncl_cost_bytes(8 * (double)(channels * ncl_shape_span(shape, 2, shape->rank)), RATE);
}

static nnefcl_status elements_blocked_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                           const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_expression *expression = problem->elements.expression;
    const nnefcl_shape *shape = &expression->shape;
    const char *text = ncl_expression_text(expression);
    struct cells cells[NCL_EXPRESSION_OPERANDS];
    for (unsigned k = 0; k < expression->operand_count; k++)
        read_operand(expression, k, &cells[k]);
    if (ncl_lower_status(lower))
        return ncl_lower_status(lower);
    const struct ncl_place place = ncl_blocks_place(lower, problem->out);
    const struct ncl_blocks_tasks tasks = ncl_blocks_tasks(&lower->plan->target, shape, &place);
    struct ncl_emit *step = ncl_step_begin(lower, "elements_blocked");
    ncl_step_define(step, "FORMULA", text);
    add_blocked_operands(step, lower->plan, expression, cells, problem->out);
    ncl_step_out(step, problem->out);
    ncl_step_formula_reals(step, expression->real, expression->real_count);
    ncl_blocks_emit_out(step, &place);
    ncl_step_size(step, "CHANNELS", shape->extent[1]);
    ncl_step_size(step, "ROWS", tasks.rows);
    ncl_step_size(step, "PLANES", place.planes);
    for (unsigned k = 0; k < expression->operand_count; k++)
        ncl_step_sizes(step, "STRIDE", cells[k].stride, STRIDES);
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, tasks.count);
}

const struct ncl_variant ncl_variant_elements_blocked = {.name = "elements_blocked",
                                                         .family = NCL_FAMILY_ELEMENTS,
                                                         .about = "images in blocks of channels",
                                                         .cost = elements_blocked_cost,
                                                         .emit = elements_blocked_emit,
                                                         .writes_blocks = true,
                                                         .volumes = true};
