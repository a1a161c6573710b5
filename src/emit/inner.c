/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/inner.h"

#include <assert.h>

#include "emit/after.h"

nnefcl_status ncl_inner_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    struct ncl_expression *chain = lower->chain;
    assert(node->inner_count > 0);
    const struct ncl_node *last = node->inner[node->inner_count - 1];
    for (size_t i = 0; i + 1 < node->inner_count && !lower->status; i++)
        ncl_after_lower(lower, node->inner[i]);
    if (lower->status)
        return lower->status;
    lower->node = last;
    lower->chain = chain;
    return last->op->lower(lower, last);
}
