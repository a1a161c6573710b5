/* SPDX-License-Identifier: Apache-2.0 */
#include "pass/token_product.h"

/* Is it one in each axis in front of `first`? */
static bool is_all_behind(const nnefcl_shape *shape, int first)
{
    return ncl_shape_span(shape, 0, first) == 1;
}

static bool is_bias(const struct ncl_tensor *bias, const nnefcl_shape *sum)
{
    return bias->shape.rank == sum->rank && is_all_behind(&bias->shape, sum->rank - 1) &&
           bias->shape.extent[sum->rank - 1] == sum->extent[sum->rank - 1];
}

static bool takes_matrix(const struct ncl_node *node)
{
    return ncl_node_is(node, "matmul") && !ncl_node_logical(node, "transposeA") &&
           is_all_behind(&ncl_node_tensor(node, "B")->shape, ncl_node_tensor(node, "B")->shape.rank - 2);
}

bool ncl_token_product_find(const struct ncl_rewrite *rw, const struct ncl_tensor *made, struct ncl_token_product *by)
{
    *by = (struct ncl_token_product){.product = ncl_rewrite_producer(rw, made)};
    for (int side = 0; side < 2 && ncl_node_is(by->product, "add"); side++) {
        struct ncl_tensor *bias = by->product->argument[1 - side].tensor;
        if (takes_matrix(ncl_rewrite_producer(rw, by->product->argument[side].tensor)) && is_bias(bias, &made->shape)) {
            by->add = by->product;
            by->bias = bias;
            by->product = ncl_rewrite_producer(rw, by->add->argument[side].tensor);
        }
    }
    return takes_matrix(by->product) &&
           (!by->add || ncl_rewrite_reader(rw, ncl_node_result(by->product, 0)) == by->add);
}

void ncl_token_product_remove(struct ncl_rewrite *rw, const struct ncl_token_product *by)
{
    if (by->add)
        ncl_rewrite_remove(rw, by->add);
    ncl_rewrite_remove(rw, by->product);
}
