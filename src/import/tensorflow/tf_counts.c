/* SPDX-License-Identifier: Apache-2.0 */
/* How often numbers occur, and between which bounds they lie: Bincount, DenseBincount, HistogramFixedWidth, Bucketize,
 * LowerBound and UpperBound, InTopK. */
#include <string.h>

#include "import/compose_order.h"
#include "import/fold.h"
#include "import/tensorflow/tf.h"

#define MAX_COMPARED ((int64_t)1 << 24) /* elements of all numbers compared with all others */

/* x [.., n] by [depth]: [.., n, depth], true where they are the same. */
static struct ncl_tensor *compared(struct ncl_import *import, const char *op, struct ncl_tensor *x,
                                   struct ncl_tensor *with)
{
    if (!import->status && ncl_shape_volume(&x->shape) > MAX_COMPARED / ncl_shape_volume(&with->shape))
        ncl_import_refuse(import, "more than %lld comparisons", (long long)MAX_COMPARED);
    return import->status ? &import->nothing
                          : ncl_compose_binary(import, op, ncl_compose_unsqueeze(import, x, x->shape.rank), with);
}

/* Bincount: numbers, how many there may be, their weights (no elements: 1 each). */
void ncl_tf_build_bincount(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_number(import, node, 0), *is, *zero = ncl_compose_number(import, 0);
    const bool weighted = ncl_shape_volume(&ncl_import_value(import, node, 2)->shape) != 0;
    int64_t size[NNEFCL_MAX_RANK];
    ncl_tf_integers(import, node, 1, "how many numbers", size);
    if (!import->status && (size[0] < 1 || size[0] > MAX_COMPARED || x->shape.rank < 1))
        ncl_import_refuse(import, "%lld numbers of rank %d", (long long)size[0], x->shape.rank);
    if (import->status)
        return;
    if (strcmp(node->op, "Bincount") == 0)
        x = ncl_compose_reshape(import, x, &(nnefcl_shape){1, {ncl_shape_volume(&x->shape)}});
    is = compared(import, "eq", x, ncl_compose_grid(import, 1, 0, size[0]));
    const int axis = x->shape.rank - 1;
    struct ncl_tensor *one = ncl_compose_number(import, 1);
    if (weighted)
        one = ncl_compose_unsqueeze(import, ncl_compose_reshape(import, ncl_import_number(import, node, 2), &x->shape),
                                    x->shape.rank);
    const bool binary = ncl_import_integer(import, node, "binary_output", 0) != 0;
    is = ncl_compose_select(import, is, binary ? ncl_compose_number(import, 1) : one, zero);
    is = ncl_compose_reduce(import, binary ? "max_reduce" : "sum_reduce", is, &axis, 1, false);
    ncl_import_give_number(import, node, 0, is, ncl_import_value(import, node, 2)->element);
}

/* HistogramFixedWidth: values, their range, how many bins of the same width; what is outside counts at the ends. */
void ncl_tf_build_histogram(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    const struct ncl_known *range = ncl_import_need(import, node, 1, "the range");
    const int64_t bins = (int64_t)ncl_import_need_number(import, node, 2, "how many bins", 100);
    if (!range)
        return;
    if (range->count != 2 || bins < 1 || bins > MAX_COMPARED ||
        !(ncl_known_double(range, 1) > ncl_known_double(range, 0)))
        ncl_import_wrong(import, "%lld bins of a range of %zu bounds", (long long)bins, range->count);
    if (import->status)
        return;
    const double low = ncl_known_double(range, 0), width = (ncl_known_double(range, 1) - low) / (double)bins;
    const int axis = 0;
    x = ncl_compose_reshape(import, x, &(nnefcl_shape){1, {ncl_shape_volume(&x->shape)}});
    x = ncl_compose_with(import, "div", ncl_compose_with(import, "sub", x, low), width);
    x = ncl_compose_unary(import, "floor", ncl_tf_clamp(import, x, 0, (double)(bins - 1)));
    x = compared(import, "eq", x, ncl_compose_grid(import, 1, 0, bins));
    x = ncl_compose_reduce(import, "sum_reduce", ncl_compose_cast(import, x, NNEFCL_SCALAR), &axis, 1, false);
    ncl_import_give_number(import, node, 0, x, NCL_STORED_INT32);
}

/* How many bounds are not above x ("ge"), or are below it ("gt"): in the last axis. */
static void give_place(struct ncl_import *import, const struct ncl_import_node *node, const char *op,
                       struct ncl_tensor *x, struct ncl_tensor *bound)
{
    struct ncl_tensor *passed = compared(import, op, x, bound);
    const int axis = x->shape.rank;
    if (import->status)
        return;
    passed = ncl_compose_reduce(import, "sum_reduce", ncl_compose_cast(import, passed, NNEFCL_SCALAR), &axis, 1, false);
    ncl_import_give_number(import, node, 0, passed, NCL_STORED_INT32);
}

/* Bucketize: the bounds are an attribute. */
void ncl_tf_build_bucketize(struct ncl_import *import, const struct ncl_import_node *node)
{
    size_t count;
    const double *bound = ncl_import_scalars(import, node, "boundaries", &count);
    const nnefcl_shape shape = {.rank = 1, .extent = {(int64_t)count}};
    struct ncl_known *known = count ? ncl_fold_new(import, NCL_STORED_FLOAT32, &shape) : NULL;
    if (!count)
        ncl_import_refuse(import, "no boundaries");
    if (!known)
        return;
    memcpy(known->real, bound, count * sizeof *bound);
    give_place(import, node, "ge", ncl_import_number(import, node, 0), ncl_import_constant(import, known));
}

/* LowerBound, UpperBound: sorted rows, values of each. */
void ncl_tf_build_search(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *bound = ncl_import_number(import, node, 0), *x = ncl_import_number(import, node, 1);
    if (!import->status && (bound->shape.rank != 2 || x->shape.rank != 2))
        ncl_import_wrong(import, "rows of rank %d and %d", bound->shape.rank, x->shape.rank);
    if (!import->status)
        give_place(import, node, strcmp(node->op, "LowerBound") == 0 ? "gt" : "ge", x,
                   ncl_compose_unsqueeze(import, bound, 1));
}

/* InTopKV2: scores [n, classes], the class that is meant [n], k. */
void ncl_tf_build_in_top_k(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0), *class = ncl_import_number(import, node, 1), *score, *above;
    const double k = ncl_import_has(import, node, 2) ? ncl_import_need_number(import, node, 2, "how many", 1)
                                                     : (double)ncl_import_integer(import, node, "k", 1);
    if (!import->status && (x->shape.rank != 2 || class->shape.rank != 1))
        ncl_import_wrong(import, "scores of rank %d", x->shape.rank);
    if (import->status)
        return;
    const int axis = 1;
    struct ncl_tensor *is = compared(import, "eq", class, ncl_compose_grid(import, 1, 0, x->shape.extent[1]));
    score = ncl_compose_select(import, is, x, ncl_compose_number(import, 0));
    score = ncl_compose_reduce(import, "sum_reduce", score, &axis, 1, true);
    above = ncl_compose_cast(import, ncl_compose_binary(import, "gt", x, score), NNEFCL_SCALAR);
    above = ncl_compose_reduce(import, "sum_reduce", above, &axis, 1, false);
    ncl_tf_give(import, node, 0, ncl_compose_with(import, "lt", above, k));
}
