/* SPDX-License-Identifier: Apache-2.0 */
/* Pass `linear`: matmul(x, w, transposeB = true) and the add behind it are linear(x, w, bias), by its definition
 * (4.9.2). Exporters write the two. */

#include "pass/pass.h"

static bool is_product(const struct ncl_node *node)
{
    return ncl_node_is(node, "matmul") && !ncl_node_logical(node, "transposeA") && ncl_node_logical(node, "transposeB");
}

/* Operand `side` of the add is a product that nothing else reads, and the other operand fits into its shape, axis by
 * axis. */
static bool is_linear(const struct ncl_rewrite *rw, const struct ncl_node *add, int side)
{
    const struct ncl_tensor *product = add->argument[side].tensor, *bias = add->argument[1 - side].tensor;
    return is_product(ncl_rewrite_producer(rw, product)) && ncl_rewrite_uses(rw, product) == 1 &&
           bias->shape.rank == product->shape.rank && ncl_shape_equal(&product->shape, &ncl_node_result(add, 0)->shape);
}

/* Which operand of an add it is; -1: none, or no add. */
static int product_side(const struct ncl_rewrite *rw, const struct ncl_node *node)
{
    for (int side = 0; side < 2 && ncl_node_is(node, "add"); side++)
        if (is_linear(rw, node, side))
            return side;
    return -1;
}

void ncl_pass_linear(struct ncl_rewrite *rw, const struct ncl_pass_facts *facts)
{
    (void)facts;
    for (struct ncl_node *node = ncl_rewrite_first(rw); node; node = ncl_rewrite_next(node)) {
        const int side = product_side(rw, node);
        if (side < 0)
            continue;
        struct ncl_node *product = ncl_rewrite_producer(rw, node->argument[side].tensor);
        const struct ncl_named_value given[] = {{"input", *ncl_node_arg(product, "A")},
                                                {"filter", *ncl_node_arg(product, "B")},
                                                {"bias", node->argument[1 - side]}};
        if (ncl_rewrite_become(rw, node, "linear", given, 3))
            ncl_rewrite_remove(rw, product);
    }
}
