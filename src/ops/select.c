/* SPDX-License-Identifier: Apache-2.0 */
/* select (NNEF 4.2.3) and clamp (4.2.4): three operands. */
#include "ops/broadcast.h"
#include "emit/reference.h"

nnefcl_status ncl_select_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    nnefcl_shape shape;
    const nnefcl_status status = ncl_broadcast_infer(infer, node, node->parameter, 3, &shape);
    return status ? status : ncl_infer_result(infer, node, 0, &shape);
}

static void select_apply(struct ncl_expression *expression, const struct ncl_node *node, const char *formula)
{
    const char *terms[3];
    for (int i = 0; i < 3; i++)
        terms[i] = ncl_expression_tensor(expression, node->argument[i].tensor);
    ncl_expression_apply(expression, ncl_node_result(node, 0)->dtype, formula, terms, 0, 0);
}

void ncl_clamp_elements(struct ncl_expression *expression, const struct ncl_node *node)
{
    select_apply(expression, node, node->op->formula);
}

/* The mask of a selection is as wide as the elements. */
void ncl_select_elements(struct ncl_expression *expression, const struct ncl_node *node)
{
    const bool narrow = ncl_node_result(node, 0)->dtype == NNEFCL_LOGICAL;
    select_apply(expression, node, narrow ? "select(z, y, -x)" : "select(z, y, -NCL_TO(int, x))");
}

/* ---- the definition ---- */

static double select_operand(const struct ncl_reference *reference, const struct ncl_tensor *operand, const int64_t *at)
{
    return ncl_reference_in(reference, operand)[ncl_position_repeated(&operand->shape, at)];
}

void ncl_select_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *output = ncl_node_result(node, 0);
    double *result = ncl_reference_out(reference, output);
    int64_t at[NNEFCL_MAX_RANK];
    for (bool more = ncl_position_first(&output->shape, at); more; more = ncl_position_next(&output->shape, at))
        *result++ = select_operand(
            reference,
            ncl_node_tensor(node, select_operand(reference, ncl_node_tensor(node, "condition"), at) ? "true_value"
                                                                                                    : "false_value"),
            at);
}

/* max(min(x, b), a) */
void ncl_clamp_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *y = ncl_node_result(node, 0);
    double *result = ncl_reference_out(reference, y);
    int64_t at[NNEFCL_MAX_RANK];
    for (bool more = ncl_position_first(&y->shape, at); more; more = ncl_position_next(&y->shape, at)) {
        const double x = select_operand(reference, ncl_node_tensor(node, "x"), at),
                     a = select_operand(reference, ncl_node_tensor(node, "a"), at),
                     b = select_operand(reference, ncl_node_tensor(node, "b"), at), least = x < b ? x : b;
        *result++ = least > a ? least : a;
    }
}
