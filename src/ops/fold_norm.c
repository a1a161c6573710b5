/* SPDX-License-Identifier: Apache-2.0 */
/* What the pass `norm` puts in front of a batch normalization's operation: its filter, or its bias,
 *
 *   y = (x - mean) (scale / sqrt(variance + epsilon)) + offset
 *
 * with one value for each index of `axis`, or one for all. Known at init: one kernel computes all of them. */
#include <math.h>

#include "emit/reference.h"
#include "ops/broadcast.h"

enum { PARAMETERS = 4 };
static const char *const parameters[PARAMETERS] = {"mean", "variance", "offset", "scale"};

/* That of x, as long along the axis as the longest of all. */
nnefcl_status ncl_fold_norm_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const nnefcl_shape *x = &ncl_node_tensor(node, "x")->shape;
    const int axis = (int)ncl_node_integer(node, "axis");
    nnefcl_shape shape = *x;
    while (shape.rank <= axis)
        shape.extent[shape.rank++] = 1;
    for (int i = 0; i < PARAMETERS; i++) {
        const int64_t volume = ncl_shape_volume(&ncl_node_tensor(node, parameters[i])->shape);
        if (volume != 1 && shape.extent[axis] == 1 && ncl_shape_volume(x) == 1)
            shape.extent[axis] = volume;
        if (volume != 1 && volume != shape.extent[axis])
            return ncl_infer_error(infer, node, "'%s' does not run along the axis", parameters[i]);
    }
    return ncl_infer_result(infer, node, 0, &shape);
}

static int64_t step_of(const struct ncl_tensor *tensor)
{
    return ncl_shape_volume(&tensor->shape) > 1;
}

static bool is_shifted(const struct ncl_node *node)
{
    return !ncl_tensor_is_filled_with(ncl_node_tensor(node, "mean"), 0) ||
           !ncl_tensor_is_filled_with(ncl_node_tensor(node, "offset"), 0);
}

nnefcl_status ncl_fold_norm_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *result = ncl_node_result(node, 0), *x = ncl_node_tensor(node, "x");
    const int axis = (int)ncl_node_integer(node, "axis");
    const int64_t count = ncl_shape_volume(&result->shape), chunk = ncl_broadcast_chunk(&lower->plan->target, count);
    const bool shifted = is_shifted(node);
    ncl_ref operand[PARAMETERS];
    for (int i = 0; i < PARAMETERS; i++)
        if (shifted || i % 2 == 1)
            operand[i] = ncl_lower_tensor(lower, ncl_node_tensor(node, parameters[i]));
    const ncl_ref from = ncl_lower_tensor(lower, x), to = ncl_lower_tensor(lower, result);
    struct ncl_emit *step = ncl_step_begin(lower, "fold_norm");
    ncl_step_in(step, from);
    if (ncl_shape_equal(&x->shape, &result->shape))
        ncl_step_gives(step);
    for (int i = 0; i < PARAMETERS; i++)
        ncl_step_in(step, shifted || i % 2 == 1 ? operand[i] : operand[1]);
    ncl_step_out(step, to);
    ncl_step_size(step, "COUNT", count);
    ncl_step_size(step, "CHUNK", chunk);
    ncl_step_size(step, "CHANNELS", result->shape.extent[axis]);
    ncl_step_size(step, "INNER", ncl_shape_span(&result->shape, axis + 1, result->shape.rank));
    ncl_step_size(step, "X_STEP", step_of(x));
    ncl_step_size(step, "MEAN_STEP", step_of(ncl_node_tensor(node, "mean")));
    ncl_step_size(step, "VARIANCE_STEP", step_of(ncl_node_tensor(node, "variance")));
    ncl_step_size(step, "OFFSET_STEP", step_of(ncl_node_tensor(node, "offset")));
    ncl_step_size(step, "SCALE_STEP", step_of(ncl_node_tensor(node, "scale")));
    ncl_step_size(step, "SHIFTED", shifted);
    ncl_step_real(step, "EPSILON", ncl_node_scalar(node, "epsilon"));
    ncl_step_flops(step, 3.0 * (double)count);
    return ncl_step_end(step, ncl_ceil_div(count, chunk));
}

/* ---- the definition ---- */

void ncl_fold_norm_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "x"), *result = ncl_node_result(node, 0);
    const int axis = (int)ncl_node_integer(node, "axis");
    const double *x = ncl_reference_in(reference, input), epsilon = ncl_node_scalar(node, "epsilon");
    double *y = ncl_reference_out(reference, result), *scale = ncl_reference_scale(reference, result, 1);
    const int64_t count = ncl_shape_volume(&result->shape), channels = result->shape.extent[axis],
                  inner = ncl_shape_span(&result->shape, axis + 1, result->shape.rank);
    for (int64_t i = 0; i < count; i++) {
        double value[PARAMETERS];
        for (int k = 0; k < PARAMETERS; k++) {
            const struct ncl_tensor *tensor = ncl_node_tensor(node, parameters[k]);
            value[k] = ncl_reference_in(reference, tensor)[i / inner % channels * step_of(tensor)];
        }
        const double product = (x[i * step_of(input)] - value[0]) * value[3] / sqrt(value[1] + epsilon);
        y[i] = product + value[2];
        scale[i] = fabs(product) + fabs(value[2]);
    }
}
