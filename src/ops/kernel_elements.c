/* SPDX-License-Identifier: Apache-2.0 */
/* The step of elements.cl: an expression of any number of element-wise nodes (emit/expression.h). */
#include "emit/cost.h"
#include "emit/pitch.h"
#include "emit/variant.h"
#include "ops/broadcast.h"

#define RATE 10.0 /* GB/s */

/* ---- axes: as few as describe how the operands run ---- */

#define TENSORS (NCL_EXPRESSION_OPERANDS + 1)

struct axes {
    int count; /* innermost first */
    int64_t extent[NNEFCL_MAX_RANK];
    int64_t stride[TENSORS][NNEFCL_MAX_RANK]; /* 0: repeated along the axis */
};

/* Of the operands, and behind them of a result that is not dense. */
struct operands {
    int count;
    ncl_ref ref[TENSORS];
    const nnefcl_shape *shape[TENSORS];
};

/* One axis more on the outside; it becomes part of the last one where every operand goes on as it went there. */
static void add_axis(struct axes *axes, int count, int64_t extent, const int64_t *stride)
{
    const int last = axes->count - 1;
    bool goes_on = axes->count > 0;
    for (int k = 0; k < count && goes_on; k++)
        goes_on = stride[k] == axes->stride[k][last] * axes->extent[last];
    if (goes_on) {
        axes->extent[last] *= extent;
        return;
    }
    axes->extent[axes->count] = extent;
    for (int k = 0; k < count; k++)
        axes->stride[k][axes->count] = stride[k];
    axes->count++;
}

/* Elements from one index of an axis to the next, 0 where there is only one. */
static int64_t operand_stride(const struct ncl_lower *lower, const struct operands *operands, int k, int axis)
{
    const nnefcl_shape *shape = operands->shape[k];
    if (axis >= shape->rank || shape->extent[axis] == 1)
        return 0;
    return axis ? ncl_shape_span(shape, axis + 1, shape->rank) : ncl_pitch_of(lower, operands->ref[k], shape);
}

/* Of the axes from `outermost` on. */
static struct axes collapse(const struct ncl_expression *expression, const struct operands *operands, int outermost)
{
    const int arity = (int)expression->operand_count;
    struct axes axes = {0};
    int64_t stride[TENSORS];
    for (int i = expression->shape.rank - 1; i >= outermost; i--) {
        for (int k = 0; k < operands->count; k++)
            stride[k] = operand_stride(expression->lower, operands, k, i);
        if (expression->shape.extent[i] > 1)
            add_axis(&axes, operands->count, expression->shape.extent[i], stride);
    }
    if (axes.count == 0) { /* a single element; every operand has it, so all of them run along it */
        axes.count = axes.extent[0] = 1;
        for (int k = 0; k < arity; k++)
            axes.stride[k][0] = 1;
    }
    return axes;
}

/* Are the rows shorter than a vector, so that several go into one? One image decides, or other batches would be other
 * programs. Lanes count in 32 bits where they are in a row and the axis around it. */
static bool is_short(const struct ncl_expression *expression, const struct operands *operands, const struct axes *axes)
{
    const struct ncl_target *target = &expression->lower->plan->target;
    const struct axes image = collapse(expression, operands, 1);
    if (!target->cpu || image.count < 2 || image.extent[0] >= target->lanes)
        return false;
    for (int k = 0; k < operands->count; k++)
        if (axes->stride[k][1] > INT32_MAX / axes->extent[1] - axes->extent[0])
            return false;
    return axes->extent[1] <= INT32_MAX / axes->extent[0];
}

/* ---- the step ---- */

static struct operands read_operands(const struct ncl_expression *expression, const struct ncl_problem *problem)
{
    struct ncl_lower *lower = expression->lower;
    struct operands operands = {.count = (int)expression->operand_count};
    for (unsigned k = 0; k < expression->operand_count; k++) {
        const struct ncl_tensor *tensor = expression->operand[k].tensor;
        operands.ref[k] = tensor ? ncl_pitch_in(lower, tensor) : ncl_expression_ref(expression, k);
        operands.shape[k] = &expression->operand[k].shape;
    }
    if (!lower->status && lower->plan->tensor[problem->out].layout.outer) {
        operands.ref[operands.count] = problem->out;
        operands.shape[operands.count++] = &expression->shape;
    }
    return operands;
}

/* Does each element of the operand lie where that of the result does? */
static bool lies_alike(const struct ncl_expression *expression, unsigned k, ncl_ref operand, ncl_ref out)
{
    const struct ncl_lower *lower = expression->lower;
    return ncl_shape_equal(&expression->operand[k].shape, &expression->shape) &&
           expression->operand[k].dtype == expression->dtype && !lower->status &&
           ncl_layout_equal(&lower->plan->tensor[operand].layout, &lower->plan->tensor[out].layout);
}

static void add_operands(struct ncl_emit *step, const struct ncl_expression *expression,
                         const struct operands *operands, const struct axes *axes, ncl_ref out)
{
    static const char *const types[] = {"X0", "X1", "X2", "X3", "X4", "X5", "X6", "X7"};
    static const char *const steps[] = {"STEP0", "STEP1", "STEP2", "STEP3", "STEP4", "STEP5", "STEP6", "STEP7"};
    ncl_step_define_int(step, "ARITY", expression->operand_count);
    for (unsigned k = 0; k < expression->operand_count; k++) {
        ncl_step_define_element(step, types[k], expression->operand[k].dtype, 0);
        ncl_step_define_int(step, steps[k], axes->stride[k][0]); /* 0 or 1: tensors are dense */
        ncl_step_in(step, operands->ref[k]);
        if (lies_alike(expression, k, operands->ref[k], out))
            ncl_step_gives(step);
    }
}

static double elements_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                            const struct ncl_choice *choice)
{
    (void)target;
    (void)choice;
    const nnefcl_shape *shape = &problem->elements.shape; /* of one image: the batch decides nothing */
    return ncl_cost_bytes(8 * (double)ncl_shape_span(shape, 1, shape->rank), RATE);
}

static nnefcl_status elements_emit(struct ncl_lower *lower, const struct ncl_problem *problem,
                                   const struct ncl_choice *choice)
{
    (void)choice;
    const struct ncl_expression *expression = problem->elements.expression;
    const char *text = ncl_expression_text(expression);
    const struct operands operands = read_operands(expression, problem);
    const bool pitched = operands.count > (int)expression->operand_count;
    if (ncl_lower_status(lower))
        return ncl_lower_status(lower);
    const struct axes axes = collapse(expression, &operands, 0);
    const int64_t count = ncl_shape_volume(&expression->shape),
                  chunk = ncl_broadcast_chunk(&lower->plan->target, count);
    struct ncl_emit *step = ncl_step_begin(lower, "elements");
    ncl_step_define(step, "FORMULA", text);
    ncl_step_define_element(step, "RESULT", expression->dtype, expression->operand_count);
    if (pitched)
        ncl_step_define_int(step, "PITCHED", 1);
    else if (is_short(expression, &operands, &axes))
        ncl_step_define_int(step, "SHORT", 1);
    add_operands(step, expression, &operands, &axes, problem->out);
    ncl_step_out(step, problem->out);
    ncl_step_formula_reals(step, expression->real, expression->real_count);
    ncl_step_size(step, "COUNT", count);
    ncl_step_size(step, "CHUNK", chunk);
    ncl_step_size(step, "INNER", axes.extent[0]);
    ncl_step_size(step, "OUTER", axes.count - 1);
    ncl_step_sizes(step, "EXTENT", axes.extent + 1, NNEFCL_MAX_RANK - 1);
    for (int k = 0; k < operands.count; k++)
        ncl_step_sizes(step, "STRIDE", axes.stride[k] + 1, NNEFCL_MAX_RANK - 1);
    ncl_step_flops(step, problem->flops);
    return ncl_step_end(step, ncl_ceil_div(count, chunk));
}

const struct ncl_variant ncl_variant_elements = {.name = "elements",
                                                 .family = NCL_FAMILY_ELEMENTS,
                                                 .about = "plain tensors of any shapes",
                                                 .cost = elements_cost,
                                                 .emit = elements_emit,
                                                 .reads_pitched = true,
                                                 .writes_pitched = true};
