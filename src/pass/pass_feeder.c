/* SPDX-License-Identifier: Apache-2.0 */
/* Pass `feeder`: a convolution that only one node reads becomes its feeder, with what hangs on it: one of 1x1 taps that
 * of a depthwise one, one of few channels, the stem of a network, also that of a pool. A step may compute both, and the
 * tensor between them, the largest one of an inverted residual or of a whole network, needs no memory. */

#include "pass/pass.h"

static bool is_conv(const struct ncl_node *node)
{
    return ncl_node_is(node, "conv") && ncl_node_tensor(node, "input")->shape.rank == 4;
}

static bool is_depthwise(const struct ncl_node *node)
{
    const nnefcl_shape *input = &ncl_node_tensor(node, "input")->shape,
                       *filter = &ncl_node_tensor(node, "filter")->shape;
    return filter->extent[1] == 1 && filter->extent[0] == input->extent[1] && input->extent[1] > 1;
}

static bool is_pointwise(const struct ncl_node *node)
{
    const nnefcl_shape *input = &ncl_node_tensor(node, "input")->shape,
                       *filter = &ncl_node_tensor(node, "filter")->shape;
    return ncl_shape_span(filter, 2, 4) == 1 && filter->extent[1] == input->extent[1];
}

static bool is_stem(const struct ncl_node *node)
{
    const nnefcl_shape *input = &ncl_node_tensor(node, "input")->shape,
                       *filter = &ncl_node_tensor(node, "filter")->shape;
    return input->extent[1] <= NCL_STEM_CHANNELS && filter->extent[1] == input->extent[1];
}

/* Can a step compute the node with what feeds it? */
static bool takes(const struct ncl_node *node, const struct ncl_node *feeder)
{
    return is_conv(node) ? is_depthwise(node) : ncl_node_is(node, "max_pool") && is_stem(feeder);
}

void ncl_pass_feeder(struct ncl_rewrite *rw, const struct ncl_pass_facts *facts)
{
    (void)facts;
    struct ncl_node **maker = ncl_rewrite_alloc(rw, ncl_rewrite_tensor_count(rw), sizeof(struct ncl_node *));
    struct ncl_node *node = maker ? ncl_rewrite_first(rw) : NULL;
    for (; node; node = ncl_rewrite_next(node)) {
        const bool conv = is_conv(node);
        if (!conv && !ncl_node_is(node, "max_pool"))
            continue;
        const struct ncl_tensor *input = ncl_node_tensor(node, "input");
        struct ncl_node *feeder = maker[input->id];
        if (conv && (is_pointwise(node) || is_stem(node)))
            maker[ncl_node_last_result(node)->id] = node;
        if (!feeder || !takes(node, feeder) || ncl_rewrite_reader(rw, input) != node)
            continue;
        ncl_rewrite_unlist(rw, feeder);
        node->feeder = feeder;
    }
}
