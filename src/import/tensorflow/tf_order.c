/* SPDX-License-Identifier: Apache-2.0 */
/* Orders, counts, products along axes: TopK, OneHot, Cumsum, Prod, EuclideanNorm. */
#include <string.h>

#include "import/compose_order.h"
#include "import/tensorflow/tf.h"

/* One number of an operand that has to be known. */
static int64_t one_number(struct ncl_import *import, const struct ncl_import_node *node, size_t index, const char *what)
{
    const struct ncl_known *known = ncl_import_need(import, node, index, what);
    if (known && known->count != 1)
        ncl_import_wrong(import, "%s: %zu numbers, one is meant", what, known->count);
    return known && known->count == 1 ? ncl_known_int64(known, 0) : 0;
}

/* Along the last axis. */
void ncl_tf_build_top_k(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0), *value, *index;
    const int64_t k = ncl_import_has(import, node, 1) ? one_number(import, node, 1, "the number of elements")
                                                      : ncl_import_integer(import, node, "k", 0);
    if (x->shape.rank == 0)
        ncl_import_wrong(import, "the operand has no axis");
    ncl_compose_top_k(import, x, x->shape.rank - 1, k, true, &value, &index);
    ncl_tf_give(import, node, 0, value);
    if (ncl_import_wants(import, node, 1))
        ncl_import_give(import, node, 1, index);
}

/* indices, depth, on, off; axis -1 is a new one at the end. */
void ncl_tf_build_one_hot(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *index = ncl_import_number(import, node, 0);
    const int64_t depth = one_number(import, node, 1, "the depth");
    const int rank = index->shape.rank + 1;
    if (rank > NNEFCL_MAX_RANK || depth < 1)
        ncl_import_refuse(import, "a depth of %lld, or a result of %d axes", (long long)depth, rank);
    const int axis = ncl_import_axis(import, ncl_import_integer(import, node, "axis", -1), rank);
    if (!import->status)
        ncl_tf_give(import, node, 0,
                    ncl_compose_one_hot(import, index, axis, depth, ncl_tf_tensor(import, node, 2),
                                        ncl_tf_tensor(import, node, 3)));
}

void ncl_tf_build_cum_sum(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    const int axis = ncl_import_axis(import, one_number(import, node, 1, "the axis"), x->shape.rank);
    if (!import->status && x->dtype != NNEFCL_SCALAR)
        ncl_import_refuse(import, "sums of integers");
    if (!import->status)
        ncl_tf_give(import, node, 0,
                    ncl_compose_cum_sum(import, x, axis, ncl_import_integer(import, node, "exclusive", 0) != 0,
                                        ncl_import_integer(import, node, "reverse", 0) != 0));
}

static struct ncl_tensor *without_axes(struct ncl_import *import, struct ncl_tensor *x, const int *axis, size_t count)
{
    nnefcl_shape shape = {0};
    for (int i = 0; i < x->shape.rank; i++) {
        bool gone = false;
        for (size_t k = 0; k < count; k++)
            gone |= axis[k] == i;
        if (!gone)
            shape.extent[shape.rank++] = x->shape.extent[i];
    }
    return ncl_compose_reshape(import, x, &shape);
}

/* Prod, and EuclideanNorm: the root of the sum of squares. */
void ncl_tf_build_product(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    int axis[NNEFCL_MAX_RANK];
    const size_t count = ncl_tf_axes(import, node, 1, x->shape.rank, axis);
    if (!import->status && x->dtype != NNEFCL_SCALAR)
        ncl_import_refuse(import, "products of integers that are not known");
    if (import->status)
        return;
    if (strcmp(node->op, "EuclideanNorm") == 0) {
        x = ncl_compose_reduce(import, "sum_reduce", ncl_compose_unary(import, "sqr", x), axis, count, true);
        x = ncl_compose_unary(import, "sqrt", x);
    } else {
        x = ncl_compose_product(import, x, axis, count);
    }
    const bool keep = ncl_import_integer(import, node, "keep_dims", 0) != 0;
    ncl_tf_give(import, node, 0, keep || import->status ? x : without_axes(import, x, axis, count));
}
