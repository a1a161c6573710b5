/* batch_normalization (NNEF 4.9.4): offset + scale (input - mean) / sqrt(variance + epsilon).
 *
 * One step makes the factor scale / sqrt(variance + epsilon), at init where both are constant; one step does the rest,
 * with the mean taken off first: folding it into the offset would lose digits when it is large. */
#include <math.h>

#include "nnefcl/model.h"
#include "ops/broadcast.h"
#include "emit/reference.h"

#define PARAMETERS 4
static const char *const parameters[PARAMETERS] = {"mean", "variance", "offset", "scale"};

/* [1,1,1,C] and [C] in place of [1,C]: the exporter of PyTorch adds the axes on the wrong side. */
static bool is_misplaced(const nnefcl_shape *shape, const nnefcl_shape *input)
{
    int longer = -1;
    for (int i = 0; i < shape->rank; i++)
        if (shape->extent[i] > 1 && longer >= 0)
            return false;
        else if (shape->extent[i] > 1)
            longer = i;
    return longer >= 0 && longer != 1 && input->rank > 1 && shape->extent[longer] == input->extent[1];
}

static nnefcl_shape placed(const nnefcl_shape *shape, const nnefcl_shape *input, unsigned compat)
{
    const nnefcl_shape channels = {.rank = 2, .extent = {1, input->rank > 1 ? input->extent[1] : 1}};
    return compat & NNEFCL_COMPAT_TORCH && is_misplaced(shape, input) ? channels : *shape;
}

nnefcl_status ncl_batch_norm_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const nnefcl_shape *input = &ncl_node_tensor(node, "input")->shape;
    char got[NCL_SHAPE_TEXT], want[NCL_SHAPE_TEXT];
    nnefcl_shape shape = *input;
    for (int i = 0; i < PARAMETERS; i++) {
        const nnefcl_shape *given = &ncl_node_tensor(node, parameters[i])->shape, before = shape,
                           parameter = placed(given, input, infer->compat);
        if (ncl_broadcast_join(&shape, &parameter))
            continue;
        if (is_misplaced(given, input))
            return ncl_infer_needs_compat(infer, node, "torch", "'%s' has shape %s in place of [1,%lld]", parameters[i],
                                          ncl_shape_text(given, got), (long long)input->extent[1]);
        return ncl_infer_error(infer, node, "'%s' of shape %s does not broadcast with the shape %s", parameters[i],
                               ncl_shape_text(given, got), ncl_shape_text(&before, want));
    }
    return ncl_infer_result(infer, node, 0, &shape);
}

static nnefcl_shape placed_shape(const struct ncl_lower *lower, const struct ncl_node *node, const char *name)
{
    return placed(&ncl_node_tensor(node, name)->shape, &ncl_node_tensor(node, "input")->shape, lower->compat);
}

static const char *add(struct ncl_expression *expression, const struct ncl_node *node, const char *name)
{
    struct ncl_lower *lower = expression->lower;
    const nnefcl_shape shape = placed_shape(lower, node, name);
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
    const nnefcl_shape scale = placed_shape(lower, node, "scale"), variance = placed_shape(lower, node, "variance");
    nnefcl_shape shape = {0};
    ncl_broadcast_join(&shape, &scale);
    ncl_broadcast_join(&shape, &variance);
    const char *const terms[] = {
        ncl_expression_tensor(expression, ncl_node_tensor(node, "input")), add(expression, node, "mean"),
        ncl_expression_operand(expression, emit_factor(lower, node, &shape), &shape), add(expression, node, "offset")};
    ncl_expression_apply(expression, NNEFCL_SCALAR, "fma(x - y, z, w)", terms, 0, 0);
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
            const nnefcl_shape shape = placed(&tensor->shape, &input->shape, reference->compat);
            value[i] = ncl_reference_in(reference, tensor)[ncl_position_repeated(&shape, at)];
        }
        const double product =
            value[3] * (x[ncl_position_repeated(&input->shape, at)] - value[0]) / sqrt(value[1] + epsilon);
        *y++ = value[2] + product;
        *scale++ = fabs(value[2]) + fabs(product);
    }
}
