/* SPDX-License-Identifier: Apache-2.0 */
/* Modules that read two tensors of a table, or halves of one; and those that take axes together and apart. */
#include <string.h>

#include "import/torch7/torch7.h"

static int64_t whole(const struct ncl_t7 *module, const char *name, double otherwise)
{
    const double number = ncl_t7_number(module, name, otherwise);
    return number >= -1e9 && number <= 1e9 ? (int64_t)number : 0;
}

static struct ncl_tensor *summed(struct ncl_import *import, struct ncl_tensor *x)
{
    const int axis = x->shape.rank - 1;
    return ncl_compose_reduce(import, "sum_reduce", x, &axis, 1, false);
}

static struct ncl_tensor *norm(struct ncl_import *import, struct ncl_tensor *x)
{
    x = ncl_compose_with(import, "add", summed(import, ncl_compose_unary(import, "sqr", x)), 1e-12);
    return ncl_compose_unary(import, "sqrt", x);
}

/* (sum |a - b|^p)^(1/p) */
static struct ncl_tensor *distance(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *a,
                                   struct ncl_tensor *b)
{
    const double p = ncl_t7_number(ncl_torch7_module(node), "norm", 2);
    struct ncl_tensor *x = ncl_compose_unary(import, "abs", ncl_compose_binary(import, "sub", a, b));
    if (!(p > 0))
        ncl_import_wrong(import, "a norm of order %g", p);
    x = summed(import, p == 1 ? x : ncl_compose_with(import, "pow", x, p));
    return p == 1 ? x : ncl_compose_with(import, "pow", x, 1 / p);
}

/* DotProduct, CosineDistance, PairwiseDistance: one number for each row, of a single row too. */
void ncl_torch7_build_pairs(struct ncl_import *import, const struct ncl_import_node *node)
{
    if (ncl_torch7_operand(node, 0) != 2) {
        ncl_import_wrong(import, "it reads %zu tensors", ncl_torch7_operand(node, 0));
        return;
    }
    struct ncl_tensor *a = ncl_import_tensor(import, node, 0), *b = ncl_import_tensor(import, node, 1), *y;
    if (a->shape.rank == 1 && b->shape.rank == 1) {
        a = ncl_compose_unsqueeze(import, a, 0);
        b = ncl_compose_unsqueeze(import, b, 0);
    }
    if (strcmp(import->op->as, "distance") == 0)
        y = distance(import, node, a, b);
    else
        y = summed(import, ncl_compose_binary(import, "mul", a, b));
    if (strcmp(import->op->as, "cosine") == 0)
        y = ncl_compose_binary(import, "div", y, ncl_compose_binary(import, "mul", norm(import, a), norm(import, b)));
    ncl_import_give(import, node, 0, y);
}

/* Euclidean, whose weights are [in, out], and Cosine, [out, in]: of each row with each of them. */
void ncl_torch7_build_nearness(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool cosine = strcmp(node->op, "Cosine") == 0;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0),
                      *w = ncl_import_tensor(import, node, ncl_torch7_operand(node, NCL_TORCH7_WEIGHT)), *y;
    const bool single = x->shape.rank == 1;
    if (single)
        x = ncl_compose_unsqueeze(import, x, 0);
    if (w->shape.rank == 2 && !cosine)
        w = ncl_compose_swap_last(import, w);
    if (!import->status && (x->shape.rank != 2 || w->shape.rank != 2 || x->shape.extent[1] != w->shape.extent[1]))
        ncl_import_wrong(import, "weights that do not fit the input");
    if (import->status)
        return;
    struct ncl_tensor *rows = ncl_compose_unsqueeze(import, x, 1);
    if (cosine)
        y = ncl_compose_binary(
            import, "div", ncl_compose_matmul(import, x, ncl_compose_swap_last(import, w)),
            ncl_compose_binary(import, "mul", ncl_compose_unsqueeze(import, norm(import, x), 1), norm(import, w)));
    else
        y = ncl_compose_unary(
            import, "sqrt",
            summed(import, ncl_compose_unary(import, "sqr", ncl_compose_binary(import, "sub", rows, w))));
    ncl_import_give(import, node, 0, single ? ncl_compose_squeeze(import, y, 0) : y);
}

/* The first half of an axis, by default the last one, times the sigmoid of the second. */
void ncl_torch7_build_gated(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *half[2];
    const int axis = ncl_import_axis(import, whole(ncl_torch7_module(node), "dim", x->shape.rank) - 1, x->shape.rank);
    if (import->status)
        return;
    const int64_t extent = x->shape.extent[axis], part[] = {extent / 2, extent / 2};
    if (extent % 2) {
        ncl_import_wrong(import, "halves of %lld", (long long)extent);
        return;
    }
    ncl_compose_split(import, x, axis, part, 2, half);
    ncl_import_give(import, node, 0,
                    ncl_compose_binary(import, "mul", half[0], ncl_compose_unary(import, "sigmoid", half[1])));
}

/* y[k] = a W[k] b + bias[k] */
void ncl_torch7_build_bilinear_form(struct ncl_import *import, const struct ncl_import_node *node)
{
    const size_t bias = ncl_torch7_operand(node, NCL_TORCH7_BIAS);
    if (ncl_torch7_operand(node, 0) != 2) {
        ncl_import_wrong(import, "it reads %zu tensors", ncl_torch7_operand(node, 0));
        return;
    }
    struct ncl_tensor *item[] = {ncl_import_tensor(import, node, 0),
                                 ncl_import_tensor(import, node, ncl_torch7_operand(node, NCL_TORCH7_WEIGHT)),
                                 ncl_import_tensor(import, node, 1)};
    struct ncl_tensor *y = ncl_compose_einsum(import, "bi,kij,bj->bk", item, 3);
    if (ncl_import_has(import, node, bias))
        y = ncl_compose_binary(import, "add", y, ncl_import_tensor(import, node, bias));
    ncl_import_give(import, node, 0, y);
}

/* ---- axes ---- */

/* How many axes in front are one within a Bottle. */
static int bottled(const struct ncl_import_node *node, const nnefcl_shape *shape)
{
    const int64_t dims = whole(ncl_torch7_module(node), "nInputDim", 2);
    return dims >= 1 && dims < shape->rank ? shape->rank - (int)dims + 1 : 1;
}

void ncl_torch7_build_bottle_in(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int axes = bottled(node, &x->shape);
    nnefcl_shape shape = {.rank = x->shape.rank - axes + 1, .extent = {ncl_shape_span(&x->shape, 0, axes)}};
    for (int i = 1; i < shape.rank; i++)
        shape.extent[i] = x->shape.extent[axes + i - 1];
    ncl_import_give(import, node, 0, axes > 1 ? ncl_compose_reshape(import, x, &shape) : x);
}

/* Operand 1 is what BottleIn read. */
void ncl_torch7_build_bottle_out(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *like = ncl_import_tensor(import, node, 1);
    const int axes = bottled(node, &like->shape);
    nnefcl_shape shape = {.rank = x->shape.rank + axes - 1};
    if (shape.rank > NNEFCL_MAX_RANK || x->shape.rank < 1)
        ncl_import_refuse(import, "a result of %d axes", shape.rank);
    if (import->status)
        return;
    for (int i = 0; i < shape.rank; i++)
        shape.extent[i] = i < axes ? like->shape.extent[i] : x->shape.extent[i - axes + 1];
    if (ncl_shape_volume(&shape) != ncl_shape_volume(&x->shape))
        ncl_import_wrong(import, "its module changes the number of rows");
    ncl_import_give(import, node, 0, axes > 1 ? ncl_compose_reshape(import, x, &shape) : x);
}

/* `size` elements less on each side of the plane. */
void ncl_torch7_build_shave(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int64_t size = whole(ncl_torch7_module(node), "size", 0);
    for (int i = x->shape.rank - 2; i >= 0 && i < x->shape.rank && !import->status; i++) {
        if (size < 0 || 2 * size >= x->shape.extent[i])
            ncl_import_wrong(import, "%lld less on each side of %lld", (long long)size, (long long)x->shape.extent[i]);
        else if (size > 0)
            x = ncl_compose_slice(import, x, i, size, x->shape.extent[i] - size, 1);
    }
    ncl_import_give(import, node, 0, x);
}

/* [n, c r r, h, w] to [n, c, h r, w r] */
void ncl_torch7_build_shuffle(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int order[] = {0, 1, 4, 2, 5, 3};
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int64_t r = whole(ncl_torch7_module(node), "upscaleFactor", 1), *e = x->shape.extent;
    const bool single = x->shape.rank == 3;
    if (single)
        e = (x = ncl_compose_unsqueeze(import, x, 0))->shape.extent;
    if (!import->status && (x->shape.rank != 4 || r < 1 || r > 4096 || e[1] % (r * r)))
        ncl_import_wrong(import, "a factor of %lld for rank %d", (long long)r, x->shape.rank);
    if (import->status)
        return;
    const nnefcl_shape apart = {.rank = 6, .extent = {e[0], e[1] / (r * r), r, r, e[2], e[3]}},
                       whole_shape = {.rank = 4, .extent = {e[0], e[1] / (r * r), e[2] * r, e[3] * r}};
    x = ncl_compose_transpose(import, ncl_compose_reshape(import, x, &apart), order);
    x = ncl_compose_reshape(import, x, &whole_shape);
    ncl_import_give(import, node, 0, single ? ncl_compose_squeeze(import, x, 0) : x);
}
