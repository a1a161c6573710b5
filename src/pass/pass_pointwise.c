/* SPDX-License-Identifier: Apache-2.0 */
/* Pass `pointwise`: exporters bring channels last for a product, and back behind it (talking heads, mixing of tokens,
 * `permute, Linear, permute`). Where there are fewer of them than places, the product is taken from the left,
 *
 *   transpose(matmul(transpose(x), w) + b) = reshape(matmul(w', reshape(x, [n, c, -1])) + b', ...)
 *
 * so nothing moves, and rows of the product are as long as an image. */

#include "pass/pass.h"
#include "pass/token_product.h"
#include "pass/view.h"

/* Exporters' nodes in their order. */
struct pointwise {
    struct ncl_node *first, *last;
    struct ncl_token_product by;
};

/* A transpose that takes axis `from` to the place `to`, and leaves the others as they follow each other. */
static bool moves_axis(const struct ncl_node *node, int from, int to)
{
    if (!ncl_node_is(node, "transpose") || ncl_node_result(node, 0)->shape.rank < 3)
        return false;
    const int rank = ncl_node_result(node, 0)->shape.rank;
    from = from < 0 ? rank - 1 : from;
    to = to < 0 ? rank - 1 : to;
    for (int i = 0, next = 0; i < rank; i++) {
        next += next == from;
        if (ncl_view_axis(node, i) != (i == to ? from : next))
            return false;
        next += i != to;
    }
    return true;
}

static bool pointwise_find(const struct ncl_rewrite *rw, struct ncl_node *node, struct pointwise *p)
{
    *p = (struct pointwise){.last = node};
    if (!moves_axis(node, -1, 1) || !ncl_token_product_find(rw, ncl_node_tensor(node, "input"), &p->by) ||
        ncl_rewrite_reader(rw, ncl_node_tensor(node, "input")) != node)
        return false;
    p->first = ncl_rewrite_producer(rw, ncl_node_tensor(p->by.product, "A"));
    const nnefcl_shape *out = &ncl_node_result(node, 0)->shape;
    return moves_axis(p->first, 1, -1) && out->extent[1] < ncl_shape_span(out, 2, out->rank);
}

/* ---- the change ---- */

static struct ncl_tensor *reshape_to(struct ncl_rewrite *rw, const struct pointwise *p, struct ncl_tensor *x, int64_t a,
                                     int64_t b, int64_t c)
{
    return ncl_rewrite_reshape(rw, p->last, x, &(nnefcl_shape){.rank = 3, .extent = {a, b, c}});
}

/* The product with channels as rows: [n, channels, places]. */
static struct ncl_tensor *product_make(struct ncl_rewrite *rw, const struct pointwise *p)
{
    struct ncl_tensor *x = ncl_node_tensor(p->first, "input"), *w = ncl_node_tensor(p->by.product, "B");
    const nnefcl_shape *in = &x->shape, *matrix = &w->shape;
    x = reshape_to(rw, p, x, in->extent[0], in->extent[1], ncl_shape_span(in, 2, in->rank));
    w = reshape_to(rw, p, w, 1, matrix->extent[matrix->rank - 2], matrix->extent[matrix->rank - 1]);
    if (!x || !w)
        return NULL;
    const bool transposed = !ncl_node_logical(p->by.product, "transposeB");
    const struct ncl_named_value given[] = {
        {"A", ncl_value_tensor(w)}, {"B", ncl_value_tensor(x)}, {"transposeA", ncl_value_logical(transposed)}};
    return ncl_rewrite_made(ncl_rewrite_insert(rw, p->last, "matmul", given, 3));
}

static struct ncl_tensor *sum_make(struct ncl_rewrite *rw, const struct pointwise *p, struct ncl_tensor *product)
{
    if (!product || !p->by.bias)
        return product;
    struct ncl_tensor *bias = reshape_to(rw, p, p->by.bias, 1, product->shape.extent[1], 1);
    if (!bias)
        return NULL;
    const struct ncl_named_value given[] = {{"x", ncl_value_tensor(product)}, {"y", ncl_value_tensor(bias)}};
    return ncl_rewrite_made(ncl_rewrite_insert(rw, p->last, "add", given, 2));
}

static void pointwise_change(struct ncl_rewrite *rw, const struct pointwise *p)
{
    if (!ncl_rewrite_become_reshape(rw, p->last, sum_make(rw, p, product_make(rw, p))))
        return;
    ncl_token_product_remove(rw, &p->by);
    if (!ncl_rewrite_uses(rw, ncl_node_result(p->first, 0)))
        ncl_rewrite_remove(rw, p->first);
}

void ncl_pass_pointwise(struct ncl_rewrite *rw, const struct ncl_pass_facts *facts)
{
    (void)facts;
    struct pointwise p;
    for (struct ncl_node *node = ncl_rewrite_first(rw); node; node = ncl_rewrite_next(node))
        if (pointwise_find(rw, node, &p))
            pointwise_change(rw, &p);
}
