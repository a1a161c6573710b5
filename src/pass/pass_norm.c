/* SPDX-License-Identifier: Apache-2.0 */
/* Pass `norm`: a batch normalization of constants behind a convolution, a deconvolution or a product with a constant
 * filter goes into filter and bias:
 *
 *   offset + factor (w * x + b - mean) = (factor w) * x + ((b - mean) factor + offset)
 *
 * with factor = scale / sqrt(variance + epsilon), as nodes that are known at init (fold_norm). The mean is taken off
 * the bias before the factor: where both are large their difference is small, and folding the mean into the offset
 * would lose its digits (src/ops/batch_norm.c). */
#include <string.h>

#include "pass/pass.h"

static const char *const parameters[] = {"mean", "variance", "offset", "scale"};

/* One value for each channel, or one for all, in the place that the text wants it. */
static bool is_per_channel(const struct ncl_tensor *tensor, int64_t channels)
{
    const nnefcl_shape *shape = &tensor->shape;
    const int64_t volume = ncl_shape_volume(shape);
    return ncl_tensor_is_constant(tensor) &&
           (volume == 1 || (volume == channels && shape->rank > 1 && shape->extent[1] == channels));
}

/* Operations that are linear in a filter, and its axis of the output channels. */
static const struct filtered {
    const char *op;
    int axis;
} filtered[] = {{"conv", 0}, {"linear", 0}, {"deconv", 1}};

/* NULL: none of them; neither is a deconvolution in groups, whose filter has the channels of a group only. */
static const struct filtered *find_filtered(const struct ncl_node *node)
{
    for (size_t i = 0; i < sizeof filtered / sizeof *filtered; i++)
        if (ncl_node_is(node, filtered[i].op))
            return filtered[i].axis == 0 || ncl_node_integer(node, "groups") == 1 ? &filtered[i] : NULL;
    return NULL;
}

static struct ncl_node *filtered_before(const struct ncl_rewrite *rw, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input");
    struct ncl_node *before = ncl_rewrite_producer(rw, input);
    if (!before || !find_filtered(before) || ncl_rewrite_uses(rw, input) != 1 || input->shape.rank < 2 ||
        !ncl_shape_equal(&input->shape, &ncl_node_result(node, 0)->shape))
        return NULL;
    const int64_t channels = input->shape.extent[1];
    if (!ncl_tensor_is_constant(ncl_node_tensor(before, "filter")) ||
        !is_per_channel(ncl_node_tensor(before, "bias"), channels))
        return NULL;
    for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++)
        if (!is_per_channel(ncl_node_tensor(node, parameters[i]), channels))
            return NULL;
    return before;
}

/* ---- nodes in front of the batch normalization: fold_norm of what was before; NULL after an error ---- */

struct maker {
    struct ncl_rewrite *rw;
    const struct ncl_signature *fold_norm;
    struct ncl_node *norm;
};

static struct ncl_tensor *make_folded(const struct maker *maker, struct ncl_tensor *x, int axis, bool shifted)
{
    const struct ncl_node *norm = maker->norm;
    const struct ncl_named_value given[] = {{"x", ncl_value_tensor(x)},
                                            {"variance", *ncl_node_arg(norm, "variance")},
                                            {"scale", *ncl_node_arg(norm, "scale")},
                                            {"axis", ncl_value_integer(axis)},
                                            {"epsilon", *ncl_node_arg(norm, "epsilon")},
                                            {"mean", *ncl_node_arg(norm, "mean")},
                                            {"offset", *ncl_node_arg(norm, "offset")}};
    return ncl_rewrite_made(ncl_rewrite_insert_own(maker->rw, maker->norm, maker->fold_norm, given, shifted ? 7 : 5));
}

/* The batch normalization is what was before it from now on. */
static void fold_into(const struct maker *maker, struct ncl_node *before)
{
    struct ncl_rewrite *rw = maker->rw;
    struct ncl_tensor *bias = make_folded(maker, ncl_node_tensor(before, "bias"), 1, true),
                      *filter =
                          make_folded(maker, ncl_node_tensor(before, "filter"), find_filtered(before)->axis, false);
    struct ncl_named_value *given = ncl_rewrite_alloc(rw, before->parameter_count, sizeof *given);
    if (!bias || !filter || !given)
        return;
    for (size_t i = 0; i < before->parameter_count; i++) {
        const bool is_filter = strcmp(before->parameter[i], "filter") == 0,
                   is_bias = !strcmp(before->parameter[i], "bias");
        given[i] = (struct ncl_named_value){before->parameter[i], is_filter ? ncl_value_tensor(filter)
                                                                  : is_bias ? ncl_value_tensor(bias)
                                                                            : before->argument[i]};
    }
    if (ncl_rewrite_become(rw, maker->norm, before->op->name, given, before->parameter_count))
        ncl_rewrite_remove(rw, before);
}

void ncl_pass_norm(struct ncl_rewrite *rw, const struct ncl_pass_facts *facts)
{
    struct maker maker = {.rw = rw, .fold_norm = ncl_names_find(&facts->templates->own, "fold_norm")};
    for (struct ncl_node *node = ncl_rewrite_first(rw); node; node = ncl_rewrite_next(node)) {
        if (!ncl_node_is(node, "batch_normalization"))
            continue;
        struct ncl_node *before = filtered_before(rw, node);
        maker.norm = node;
        if (before)
            fold_into(&maker, before);
    }
}
