/* SPDX-License-Identifier: Apache-2.0 */
/* prelu (NNEF 4.9.1): x below 0 times alpha, one value or one for each channel (ops/channels.h). */
#include "emit/reference.h"
#include "ops/broadcast.h"
#include "ops/channels.h"

static nnefcl_shape placed_alpha(const struct ncl_node *node)
{
    return ncl_channels_place(&ncl_node_tensor(node, "alpha")->shape, &ncl_node_tensor(node, "x")->shape);
}

nnefcl_status ncl_prelu_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const nnefcl_shape *x = &ncl_node_tensor(node, "x")->shape, *alpha = &ncl_node_tensor(node, "alpha")->shape;
    const enum ncl_channels_reading reading = ncl_channels_read(alpha, x);
    const nnefcl_shape placed = placed_alpha(node);
    nnefcl_shape shape = *x;
    nnefcl_status status = NNEFCL_OK;
    char got[NCL_SHAPE_TEXT], want[NCL_SHAPE_TEXT];
    ncl_shape_text(alpha, got);
    if (reading == NCL_CHANNELS_UNKNOWN)
        return ncl_infer_error(infer, node, "'alpha' has shape %s, it must be [1,%lld] or one value", got,
                               (long long)x->extent[1]);
    if (reading == NCL_CHANNELS_MISPLACED)
        status = ncl_infer_lax(infer, node, "'alpha' of shape %s is taken as [1,%lld]", got, (long long)x->extent[1]);
    if (!status && !ncl_broadcast_join(&shape, &placed))
        return ncl_infer_error(infer, node, "'alpha' of shape %s does not broadcast with the shape %s of x", got,
                               ncl_shape_text(x, want));
    return status ? status : ncl_infer_result(infer, node, 0, &shape);
}

void ncl_prelu_elements(struct ncl_expression *expression, const struct ncl_node *node)
{
    const nnefcl_shape alpha = placed_alpha(node);
    const ncl_ref ref = ncl_lower_tensor(expression->lower, ncl_node_tensor(node, "alpha"));
    const char *const terms[] = {ncl_expression_tensor(expression, ncl_node_tensor(node, "x")),
                                 ncl_expression_operand(expression, ref, &alpha)};
    ncl_expression_apply(expression, NNEFCL_SCALAR, node->op->formula, terms, 0, 0);
}

/* ---- the definition ---- */

/* x < 0 ? alpha x : x */
void ncl_prelu_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *x = ncl_node_tensor(node, "x"), *result = ncl_node_result(node, 0);
    const nnefcl_shape alpha = placed_alpha(node);
    const double *value = ncl_reference_in(reference, x),
                 *factor = ncl_reference_in(reference, ncl_node_tensor(node, "alpha"));
    double *y = ncl_reference_out(reference, result);
    int64_t at[NNEFCL_MAX_RANK];
    for (bool more = ncl_position_first(&result->shape, at); more; more = ncl_position_next(&result->shape, at)) {
        const double element = value[ncl_position_repeated(&x->shape, at)];
        *y++ = element < 0 ? factor[ncl_position_repeated(&alpha, at)] * element : element;
    }
}
