/* SPDX-License-Identifier: Apache-2.0 */
/* batch_normalization (NNEF 4.9.4): offset + scale (input - mean) / sqrt(variance + epsilon).
 *
 * One step makes the factor scale / sqrt(variance + epsilon), at init where both are constant; one step does the rest,
 * with the mean taken off first: folding it into the offset would lose digits when it is large. */
#include <math.h>

#include "nnefcl/model.h"
#include "emit/elements.h"
#include "ops/broadcast.h"
#include "ops/channels.h"
#include "emit/reference.h"

#define PARAMETERS 4
static const char *const parameters[PARAMETERS] = {"mean", "variance", "offset", "scale"};

/* [1,1,1,C] and [C] in place of [1,C] are a dialect: the exporter of PyTorch adds the axes on the wrong side. */
static nnefcl_status check_norm_parameter(struct ncl_infer *infer, const struct ncl_node *node, const char *name,
                                          nnefcl_shape *joined)
{
    const nnefcl_shape *input = &ncl_node_tensor(node, "input")->shape, *given = &ncl_node_tensor(node, name)->shape,
                       before = *joined, placed = ncl_channels_place(given, input);
    const enum ncl_channels_reading reading = ncl_channels_read(given, input);
    char got[NCL_SHAPE_TEXT], want[NCL_SHAPE_TEXT];
    if (reading == NCL_CHANNELS_MISPLACED && !(infer->compat & NNEFCL_COMPAT_TORCH))
        return ncl_infer_needs_compat(infer, node, "torch", "'%s' has shape %s in place of [1,%lld]", name,
                                      ncl_shape_text(given, got), (long long)input->extent[1]);
    if (reading == NCL_CHANNELS_UNKNOWN)
        return ncl_infer_error(infer, node, "'%s' has shape %s, it must be [1,%lld] or one value", name,
                               ncl_shape_text(given, got), (long long)input->extent[1]);
    if (!ncl_broadcast_join(joined, &placed))
        return ncl_infer_error(infer, node, "'%s' of shape %s does not broadcast with the shape %s", name,
                               ncl_shape_text(given, got), ncl_shape_text(&before, want));
    return NNEFCL_OK;
}

nnefcl_status ncl_batch_norm_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    nnefcl_shape shape = ncl_node_tensor(node, "input")->shape;
    nnefcl_status status = NNEFCL_OK;
    for (int i = 0; i < PARAMETERS && !status; i++)
        status = check_norm_parameter(infer, node, parameters[i], &shape);
    return status ? status : ncl_infer_result(infer, node, 0, &shape);
}

static nnefcl_shape placed_shape(const struct ncl_node *node, const char *name)
{
    return ncl_channels_place(&ncl_node_tensor(node, name)->shape, &ncl_node_tensor(node, "input")->shape);
}

static const char *add(struct ncl_expression *expression, const struct ncl_node *node, const char *name)
{
    struct ncl_lower *lower = expression->lower;
    const nnefcl_shape shape = placed_shape(node, name);
    return ncl_expression_operand(expression, ncl_lower_tensor(lower, ncl_node_tensor(node, name)), &shape);
}

/* scale / sqrt(variance + epsilon), of this shape. */
static ncl_ref emit_factor(struct ncl_lower *lower, const struct ncl_node *node, const nnefcl_shape *shape)
{
    const ncl_ref ref = ncl_lower_scratch(lower, "factor", NNEFCL_SCALAR, ncl_shape_volume(shape));
    struct ncl_expression factor;
    ncl_expression_begin_as(&factor, lower, NNEFCL_SCALAR, shape);
    const char *const terms[] = {add(&factor, node, "scale"), add(&factor, node, "variance")};
    ncl_expression_apply(&factor, NNEFCL_SCALAR, "x / sqrt(y + ALPHA)", terms, ncl_node_scalar(node, "epsilon"), 0);
    ncl_elements_emit(&factor, ref);
    return ref;
}

void ncl_batch_norm_elements(struct ncl_expression *expression, const struct ncl_node *node)
{
    struct ncl_lower *lower = expression->lower;
    const nnefcl_shape scale = placed_shape(node, "scale"), variance = placed_shape(node, "variance");
    nnefcl_shape shape = {0};
    ncl_broadcast_join(&shape, &scale);
    ncl_broadcast_join(&shape, &variance);
    const char *const terms[] = {
        ncl_expression_tensor(expression, ncl_node_tensor(node, "input")), add(expression, node, "mean"),
        ncl_expression_operand(expression, emit_factor(lower, node, &shape), &shape), add(expression, node, "offset")};
    ncl_expression_apply(expression, NNEFCL_SCALAR, "ncl_standard(x, y, z, w)", terms, 0, 0);
}

/* ---- the definition ---- */

/* offset + scale (input - mean) / sqrt(variance + epsilon) */
void ncl_batch_norm_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *result = ncl_node_result(node, 0);
    const double *x = ncl_reference_in(reference, input), epsilon = ncl_node_scalar(node, "epsilon");
    double *y = ncl_reference_out(reference, result), *scale = ncl_reference_scale(reference, result, 1);
    int64_t at[NNEFCL_MAX_RANK];
    for (bool more = ncl_position_first(&result->shape, at); more; more = ncl_position_next(&result->shape, at)) {
        double value[PARAMETERS];
        for (int i = 0; i < PARAMETERS; i++) {
            const struct ncl_tensor *tensor = ncl_node_tensor(node, parameters[i]);
            const nnefcl_shape shape = ncl_channels_place(&tensor->shape, &input->shape);
            value[i] = ncl_reference_in(reference, tensor)[ncl_position_repeated(&shape, at)];
        }
        const double product =
            value[3] * (x[ncl_position_repeated(&input->shape, at)] - value[0]) / sqrt(value[1] + epsilon);
        *y++ = value[2] + product;
        *scale++ = fabs(value[2]) + fabs(product);
    }
}
