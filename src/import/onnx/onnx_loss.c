/* SPDX-License-Identifier: Apache-2.0 */
/* Losses: the logarithm of the class that should be, picked by a mask. */
#include <string.h>

#include "import/compose_order.h"
#include "import/onnx/onnx_operators.h"

/* [N,1,...] compared with 0, 1, ... along axis 1. */
static struct ncl_tensor *class_mask(struct ncl_import *import, struct ncl_tensor *target, const nnefcl_shape *x)
{
    return ncl_compose_binary(import, "eq", ncl_compose_unsqueeze(import, target, 1),
                              ncl_compose_grid(import, x->rank, 1, x->extent[1]));
}

static struct ncl_tensor *over_classes(struct ncl_import *import, struct ncl_tensor *mask, struct ncl_tensor *value)
{
    static const int axis[] = {1};
    return ncl_compose_reduce(import, "sum_reduce",
                              ncl_compose_select(import, mask, value, ncl_compose_number(import, 0)), axis, 1, false);
}

/* Sum over all, divided by the weights of what was counted, or nothing of the two. */
static struct ncl_tensor *loss_reduce(struct ncl_import *import, const struct ncl_import_node *node,
                                      struct ncl_tensor *loss, struct ncl_tensor *counted)
{
    const char *reduction = ncl_import_string(import, node, "reduction", "mean");
    int axis[NNEFCL_MAX_RANK];
    const size_t rank = (size_t)loss->shape.rank;
    for (int i = 0; i < NNEFCL_MAX_RANK; i++)
        axis[i] = i;
    if (strcmp(reduction, "none") == 0)
        return loss;
    loss = ncl_compose_reduce(import, "sum_reduce", loss, axis, rank, false);
    if (strcmp(reduction, "sum") == 0)
        return loss;
    return ncl_compose_binary(import, "div", loss,
                              ncl_compose_reduce(import, "sum_reduce", counted, axis, rank, false));
}

/* logarithms [N,C,...], target [N,...]; a weight for each class */
static struct ncl_tensor *likelihood(struct ncl_import *import, const struct ncl_import_node *node,
                                     struct ncl_tensor *logarithm)
{
    struct ncl_tensor *target = ncl_import_number(import, node, 1), *weight = ncl_compose_number(import, 1);
    if (logarithm->shape.rank < 2 || target->shape.rank != logarithm->shape.rank - 1)
        ncl_import_wrong(import, "the classes do not fit the input");
    if (import->status)
        return &import->nothing;
    if (ncl_import_has(import, node, 2)) {
        nnefcl_shape column = {.rank = logarithm->shape.rank};
        for (int i = 0; i < column.rank; i++)
            column.extent[i] = i == 1 ? logarithm->shape.extent[1] : 1;
        weight = ncl_compose_reshape(import, ncl_import_tensor(import, node, 2), &column);
    }
    struct ncl_tensor *mask = class_mask(import, target, &logarithm->shape);
    if (ncl_import_attribute(node, "ignore_index")) {
        const double ignored = (double)ncl_import_integer(import, node, "ignore_index", 0);
        struct ncl_tensor *other = ncl_compose_unsqueeze(import, ncl_compose_with(import, "ne", target, ignored), 1);
        mask = ncl_compose_binary(import, "and", mask, other);
    }
    struct ncl_tensor *term = ncl_compose_binary(import, "mul", logarithm, weight),
                      *loss = ncl_compose_unary(import, "neg", over_classes(import, mask, term));
    return loss_reduce(import, node, loss, over_classes(import, mask, weight));
}

void ncl_onnx_nll_loss(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_import_give(import, node, 0, likelihood(import, node, ncl_import_tensor(import, node, 0)));
}

void ncl_onnx_softmax_loss(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int axis[] = {1};
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    if (x->shape.rank < 2)
        ncl_import_wrong(import, "the input has rank %d", x->shape.rank);
    if (import->status)
        return;
    struct ncl_tensor *logarithm = ncl_compose_log_softmax(import, x, axis, 1);
    ncl_import_give(import, node, 0, likelihood(import, node, logarithm));
    ncl_import_give(import, node, 1, logarithm);
}
