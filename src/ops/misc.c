/* SPDX-License-Identifier: Apache-2.0 */
/* copy_n and add_n (NNEF 4.9.6). The sum of nothing is 0 (A-ADDN-1). */
#include <math.h>
#include <string.h>

#include "emit/elements.h"
#include "ops/broadcast.h"
#include "emit/reference.h"

#define MOST_COPIES 65536

nnefcl_status ncl_copy_n_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const int64_t times = ncl_node_integer(node, "times");
    if (times < 0)
        return ncl_infer_error(infer, node, "'times' is %lld, it must not be negative", (long long)times);
    if (times > MOST_COPIES)
        return ncl_error(infer->diag, NNEFCL_ERR_LIMIT, node->at, "copy_n: 'times' is %lld, more than %d",
                         (long long)times, MOST_COPIES);
    nnefcl_shape *shapes = NCL_NEW_ARRAY(infer->arena, nnefcl_shape, (size_t)times);
    if (!shapes)
        return ncl_nomem(infer->diag);
    for (int64_t i = 0; i < times; i++)
        shapes[i] = ncl_node_tensor(node, "x")->shape;
    return ncl_infer_results(infer, node, 0, (size_t)times, shapes);
}

nnefcl_status ncl_copy_n_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    for (size_t i = 0; i < node->result[0].count; i++)
        ncl_lower_view(lower, ncl_node_result_at(node, 0, i), ncl_node_tensor(node, "x"), 0);
    return ncl_lower_status(lower);
}

/* ---- add_n ---- */

nnefcl_status ncl_add_n_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    static const float zero;
    const size_t count = ncl_node_count(node, "x");
    char got[NCL_SHAPE_TEXT], want[NCL_SHAPE_TEXT];
    nnefcl_shape shape = {0};
    for (size_t i = 0; i < count; i++) {
        const nnefcl_shape before = shape, *operand = &ncl_node_tensor_at(node, "x", i)->shape;
        if (!ncl_broadcast_join(&shape, operand))
            return ncl_infer_error(infer, node,
                                   "operand %zu of shape %s does not broadcast with the shape %s of those before it", i,
                                   ncl_shape_text(operand, got), ncl_shape_text(&before, want));
    }
    const nnefcl_status status = ncl_infer_result(infer, node, 0, &shape);
    if (status || count > 0)
        return status;
    struct ncl_tensor *result = ncl_node_result(node, 0);
    result->role = NCL_ROLE_CONSTANT;
    result->data = &zero;
    result->data_count = 1;
    return NNEFCL_OK;
}

/* Up to eight operands in a step; later steps go on from the result. */
nnefcl_status ncl_add_n_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const size_t count = ncl_node_count(node, "x");
    const struct ncl_tensor *result = ncl_node_result(node, 0);
    if (count == 1)
        ncl_lower_view(lower, result, ncl_node_tensor_at(node, "x", 0), 0);
    for (size_t next = 0; count > 1 && next < count && !ncl_lower_status(lower);) {
        struct ncl_expression sum;
        ncl_expression_begin(&sum, lower, result);
        const char *terms[2] = {ncl_expression_tensor(&sum, next > 0 ? result : ncl_node_tensor_at(node, "x", next++))};
        while (next < count && sum.operand_count < NCL_EXPRESSION_OPERANDS && sum.node_count < NCL_EXPRESSION_NODES) {
            terms[1] = ncl_expression_tensor(&sum, ncl_node_tensor_at(node, "x", next++));
            terms[0] = ncl_expression_apply(&sum, NNEFCL_SCALAR, "x + y", terms, 0, 0);
        }
        ncl_elements_emit(&sum, ncl_lower_tensor(lower, result));
    }
    return ncl_lower_status(lower);
}

/* ---- the definition ---- */

void ncl_copy_n_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *x = ncl_node_tensor(node, "x");
    for (size_t k = 0; k < node->result[0].count; k++)
        memcpy(ncl_reference_out(reference, ncl_node_result_at(node, 0, k)), ncl_reference_in(reference, x),
               (size_t)ncl_shape_volume(&x->shape) * sizeof(double));
}

void ncl_add_n_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *result = ncl_node_result(node, 0);
    const size_t count = ncl_node_count(node, "x");
    double *y = ncl_reference_out(reference, result), *scale = ncl_reference_scale(reference, result, count);
    int64_t at[NNEFCL_MAX_RANK], i = 0;
    for (bool more = ncl_position_first(&result->shape, at); more; more = ncl_position_next(&result->shape, at), i++)
        for (size_t k = 0; k < count; k++) {
            const struct ncl_tensor *x = ncl_node_tensor_at(node, "x", k);
            const double term = ncl_reference_in(reference, x)[ncl_position_repeated(&x->shape, at)];
            y[i] += term;
            scale[i] += fabs(term);
        }
}
