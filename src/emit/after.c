#include "emit/after.h"

#include "emit/expression.h"
#include "emit/parts.h"

const struct ncl_tensor *ncl_after_result(const struct ncl_node *node)
{
    for (const struct ncl_after *after = node->after; after; after = after->next)
        node = after->node;
    return ncl_node_result(node, 0);
}

bool ncl_after_makes(const struct ncl_node *node, const struct ncl_tensor *tensor)
{
    const struct ncl_after *after = node->after;
    while (after && ncl_node_result(node, 0) != tensor) {
        node = after->node;
        after = after->next;
    }
    return ncl_node_result(node, 0) == tensor;
}

/* The chain as a step of its own. */
static nnefcl_status emit_chain(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *own = ncl_node_result(node, 0), *last = ncl_after_result(node);
    struct ncl_expression expression;
    ncl_expression_begin(&expression, lower, last);
    ncl_expression_add_after(&expression, own, ncl_expression_tensor(&expression, own), lower->after);
    return ncl_elements_emit(&expression, ncl_lower_tensor(lower, last));
}

nnefcl_status ncl_after_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    lower->node = node;
    lower->after = node->after;
    const nnefcl_status status = node->op->lower(lower, node);
    if (status)
        return ncl_parts_fail(lower, status);
    return lower->after ? emit_chain(lower, node) : lower->status;
}
