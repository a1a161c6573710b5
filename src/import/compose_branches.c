/* SPDX-License-Identifier: Apache-2.0 */
#include "import/compose_branches.h"

#include "import/compose.h"

bool ncl_branch_computed(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_value *condition = ncl_import_value(import, node, 0);
    const bool given = condition->given && condition->given->tensor.data;
    return !import->status && !given && ncl_shape_volume(&condition->shape) == 1 && !ncl_import_known(import, node, 0);
}

/* Of rank 0. */
static struct ncl_tensor *condition_of(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *condition = ncl_import_tensor(import, node, 0);
    if (condition->dtype != NNEFCL_LOGICAL)
        condition = ncl_compose_with(import, "ne", ncl_import_number(import, node, 0), 0);
    return condition->shape.rank ? ncl_compose_reshape(import, condition, &(nnefcl_shape){.rank = 0}) : condition;
}

void ncl_branches_give(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_import_value *yes,
                       struct ncl_import_value *no)
{
    struct ncl_tensor *condition = condition_of(import, node);
    for (size_t i = 0; i < node->output_count && !import->status; i++) {
        if (!ncl_import_wants(import, node, i))
            continue;
        char first[NCL_SHAPE_TEXT], second[NCL_SHAPE_TEXT];
        struct ncl_tensor *a = ncl_import_as_tensor(import, &yes[i]), *b = ncl_import_as_tensor(import, &no[i]);
        if (!import->status && (a->dtype != b->dtype || !ncl_shape_equal(&a->shape, &b->shape)))
            ncl_import_refuse(import, "which branch is taken depends on data, and they give %s and %s",
                              ncl_shape_text(&a->shape, first), ncl_shape_text(&b->shape, second));
        if (!import->status)
            ncl_import_give_element(import, node, i, ncl_compose_select(import, condition, a, b), yes[i].element);
    }
}
