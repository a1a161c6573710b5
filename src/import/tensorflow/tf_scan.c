/* SPDX-License-Identifier: Apache-2.0 */
/* Cumprod and CumulativeLogsumexp: what stands 1, 2, 4, ... elements behind is joined to each element, so that after as
 * many steps as the extent has bits every one is the whole of those up to it. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "import/tensorflow/tf.h"

struct scan {
    int axis;
    bool reverse, product;
    double nothing; /* what changes no other element */
};

/* Each element moves on by `by`; `nothing` comes in. */
static struct ncl_tensor *moved_on(struct ncl_import *import, const struct scan *scan, struct ncl_tensor *x, int64_t by)
{
    int64_t before[NNEFCL_MAX_RANK] = {0}, after[NNEFCL_MAX_RANK] = {0};
    before[scan->axis] = scan->reverse ? -by : by;
    after[scan->axis] = -before[scan->axis];
    return ncl_compose_pad(import, x, before, after, "constant", scan->nothing);
}

/* The product, or log(exp(a) + exp(b)). */
static struct ncl_tensor *joined(struct ncl_import *import, const struct scan *scan, struct ncl_tensor *a,
                                 struct ncl_tensor *b)
{
    if (scan->product)
        return ncl_compose_binary(import, "mul", a, b);
    struct ncl_tensor *most = ncl_compose_binary(import, "max", a, b), *sum;
    a = ncl_compose_unary(import, "exp", ncl_compose_binary(import, "sub", a, most));
    b = ncl_compose_unary(import, "exp", ncl_compose_binary(import, "sub", b, most));
    sum = ncl_compose_unary(import, "log", ncl_compose_binary(import, "add", a, b));
    return ncl_compose_binary(import, "add", most, sum);
}

void ncl_tf_build_scan(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct scan scan = {.product = strcmp(import->op->as, "product") == 0,
                        .reverse = ncl_import_integer(import, node, "reverse", 0) != 0};
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    int axis[NNEFCL_MAX_RANK];
    const size_t axes = ncl_tf_axes(import, node, 1, x->shape.rank, axis);
    if (!import->status && axes != 1)
        ncl_import_wrong(import, "%zu axes", axes);
    if (!import->status && x->dtype != NNEFCL_SCALAR)
        ncl_import_refuse(import, "products of integers");
    if (import->status)
        return;
    scan.axis = axis[0];
    scan.nothing = scan.product ? 1 : -(double)FLT_MAX;
    const int64_t extent = x->shape.extent[scan.axis];
    const bool exclusive = ncl_import_integer(import, node, "exclusive", 0) != 0;
    if (exclusive)
        x = moved_on(import, &scan, x, 1);
    for (int64_t by = 1; by < extent && !import->status; by *= 2)
        x = joined(import, &scan, x, moved_on(import, &scan, x, by));
    if (exclusive && !scan.product)
        x = ncl_compose_select(import, ncl_compose_with(import, "le", x, scan.nothing),
                               ncl_compose_number(import, -INFINITY), x);
    ncl_tf_give(import, node, 0, x);
}
