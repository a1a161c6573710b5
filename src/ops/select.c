/* select (NNEF 4.2.3) and clamp (4.2.4): three operands. */
#include "ops/broadcast.h"

nnefcl_status ncl_select_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    nnefcl_shape shape;
    const nnefcl_status status = ncl_broadcast_infer(infer, node, node->parameter, 3, &shape);
    return status ? status : ncl_infer_result(infer, node, 0, &shape);
}

static nnefcl_status emit(struct ncl_lower *lower, const struct ncl_node *node, const char *formula)
{
    const struct ncl_tensor *result = ncl_node_result(node, 0);
    struct ncl_broadcast broadcast = {.formula = formula, .result = ncl_lower_tensor(lower, result), .result_shape = result->shape};
    for (int i = 0; i < 3; i++)
        ncl_broadcast_operand(lower, &broadcast, node->argument[i].tensor);
    return ncl_broadcast_emit(lower, &broadcast);
}

nnefcl_status ncl_clamp_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    return emit(lower, node, node->op->formula);
}

/* The mask of a selection is as wide as the elements. */
nnefcl_status ncl_select_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const bool narrow = ncl_node_result(node, 0)->dtype == NNEFCL_LOGICAL;
    return emit(lower, node, narrow ? "select(z, y, -as_char8(x))" : "select(z, y, -convert_int8(x))");
}
