/* SPDX-License-Identifier: Apache-2.0 */
#include "pass/folding.h"

#include <string.h>

bool ncl_folding_knows(const struct ncl_folding *fold, const struct ncl_tensor *tensor)
{
    return ncl_tensor_is_constant(tensor) || tensor->id >= fold->count;
}

bool ncl_folding_per_channel(const struct ncl_folding *fold, const struct ncl_tensor *tensor, int64_t channels)
{
    const nnefcl_shape *shape = &tensor->shape;
    const int64_t volume = ncl_shape_volume(shape);
    return ncl_folding_knows(fold, tensor) &&
           (volume == 1 || (volume == channels && shape->rank > 1 && shape->extent[1] == channels));
}

bool ncl_folding_knows_filter(const struct ncl_folding *fold, const struct ncl_node *node)
{
    const nnefcl_shape *result = &ncl_node_result(node, 0)->shape;
    return result->rank > 1 && ncl_folding_knows(fold, ncl_node_tensor(node, "filter")) &&
           ncl_folding_per_channel(fold, ncl_node_tensor(node, "bias"), result->extent[1]);
}

bool ncl_folding_knows_norm(const struct ncl_folding *fold, const struct ncl_node *node)
{
    static const char *const parameters[] = {"mean", "variance", "offset", "scale"};
    if (!ncl_node_is(node, "batch_normalization"))
        return false;
    const nnefcl_shape *input = &ncl_node_tensor(node, "input")->shape;
    for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++)
        if (input->rank < 2 || !ncl_folding_per_channel(fold, ncl_node_tensor(node, parameters[i]), input->extent[1]))
            return false;
    return ncl_shape_equal(input, &ncl_node_result(node, 0)->shape);
}

struct ncl_tensor *ncl_folding_norm(const struct ncl_folding *fold, struct ncl_node *at, const struct ncl_node *norm,
                                    struct ncl_value x, int axis, bool shifted)
{
    const struct ncl_named_value given[] = {{"x", x},
                                            {"variance", *ncl_node_arg(norm, "variance")},
                                            {"scale", *ncl_node_arg(norm, "scale")},
                                            {"axis", ncl_value_integer(axis)},
                                            {"epsilon", *ncl_node_arg(norm, "epsilon")},
                                            {"mean", *ncl_node_arg(norm, "mean")},
                                            {"offset", *ncl_node_arg(norm, "offset")}};
    return ncl_rewrite_made(ncl_rewrite_insert_own(fold->rw, at, fold->fold_norm, given, shifted ? 7 : 5));
}

bool ncl_folding_become(const struct ncl_folding *fold, struct ncl_node *node, const struct ncl_node *as,
                        struct ncl_value filter, struct ncl_value bias)
{
    struct ncl_named_value *given = ncl_rewrite_alloc(fold->rw, as->parameter_count, sizeof *given);
    for (size_t i = 0; given && i < as->parameter_count; i++) {
        const bool is_filter = !strcmp(as->parameter[i], "filter"), is_bias = !strcmp(as->parameter[i], "bias");
        given[i] = (struct ncl_named_value){as->parameter[i], is_filter ? filter : is_bias ? bias : as->argument[i]};
    }
    return given && ncl_rewrite_become(fold->rw, node, as->op->name, given, as->parameter_count);
}
