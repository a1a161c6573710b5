/* SPDX-License-Identifier: Apache-2.0 */
/* Pass `norm`: a batch normalization of constants behind a convolution, a deconvolution or a product with a constant
 * filter goes into filter and bias:
 *
 *   offset + factor (w * x + b - mean) = (factor w) * x + ((b - mean) factor + offset)
 *
 * with factor = scale / sqrt(variance + epsilon), as nodes that are known at init. The mean is taken off the bias
 * before the factor: where both are large their difference is small, and folding the mean into the offset would lose
 * its digits (src/ops/batch_norm.c). */
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
        if (strcmp(node->op->name, filtered[i].op) == 0)
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

static struct ncl_value tensor_value(struct ncl_tensor *tensor)
{
    return (struct ncl_value){.kind = NCL_VALUE_TENSOR, .tensor = tensor};
}

/* ---- nodes in front of the batch normalization; NULL after an error or of one ---- */

struct maker {
    struct ncl_rewrite *rw;
    struct ncl_node *before;
};

static struct ncl_tensor *make(const struct maker *maker, const char *op, const struct ncl_named_value *given,
                               size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (given[i].value.kind == NCL_VALUE_TENSOR && !given[i].value.tensor)
            return NULL;
    struct ncl_node *node = ncl_rewrite_insert(maker->rw, maker->before, op, given, count);
    return node ? ncl_node_result(node, 0) : NULL;
}

static struct ncl_tensor *make_binary(const struct maker *maker, const char *op, struct ncl_tensor *x,
                                      struct ncl_value y)
{
    const struct ncl_named_value given[] = {{"x", tensor_value(x)}, {"y", y}};
    return make(maker, op, given, 2);
}

static struct ncl_tensor *make_factor(const struct maker *maker)
{
    struct ncl_tensor *variance = ncl_node_tensor(maker->before, "variance");
    const struct ncl_value epsilon = ncl_value_scalar(ncl_node_scalar(maker->before, "epsilon"));
    const struct ncl_named_value root[] = {{"x", tensor_value(make_binary(maker, "add", variance, epsilon))}};
    return make_binary(maker, "div", ncl_node_tensor(maker->before, "scale"),
                       tensor_value(make(maker, "sqrt", root, 1)));
}

static struct ncl_tensor *make_bias(const struct maker *maker, const struct ncl_node *before, struct ncl_tensor *factor)
{
    struct ncl_tensor *mean = ncl_node_tensor(maker->before, "mean"),
                      *offset = ncl_node_tensor(maker->before, "offset");
    struct ncl_tensor *bias = make_binary(maker, "sub", ncl_node_tensor(before, "bias"), tensor_value(mean));
    return make_binary(maker, "add", make_binary(maker, "mul", bias, tensor_value(factor)), tensor_value(offset));
}

/* The factor lies along the filter's axis of the output channels. */
static struct ncl_tensor *make_filter(const struct maker *maker, const struct ncl_node *before,
                                      struct ncl_tensor *factor)
{
    const int axis = find_filtered(before)->axis;
    struct ncl_value extent[] = {ncl_value_integer(1), ncl_value_integer(1)};
    extent[axis] = ncl_value_integer(factor ? ncl_shape_volume(&factor->shape) : 1);
    const struct ncl_value shape = {.kind = NCL_VALUE_ARRAY, .count = (size_t)axis + 1, .item = extent};
    const struct ncl_named_value given[] = {{"input", tensor_value(factor)}, {"shape", shape}};
    return make_binary(maker, "mul", ncl_node_tensor(before, "filter"), tensor_value(make(maker, "reshape", given, 2)));
}

/* The batch normalization is what was before it from now on. */
static void fold_into(struct ncl_rewrite *rw, struct ncl_node *norm, struct ncl_node *before)
{
    const struct maker maker = {rw, norm};
    struct ncl_tensor *factor = make_factor(&maker), *bias = make_bias(&maker, before, factor),
                      *filter = make_filter(&maker, before, factor);
    struct ncl_named_value *given = ncl_rewrite_alloc(rw, before->parameter_count, sizeof *given);
    if (!bias || !filter || !given)
        return;
    for (size_t i = 0; i < before->parameter_count; i++) {
        const bool is_filter = strcmp(before->parameter[i], "filter") == 0,
                   is_bias = !strcmp(before->parameter[i], "bias");
        given[i] = (struct ncl_named_value){before->parameter[i], is_filter ? tensor_value(filter)
                                                                  : is_bias ? tensor_value(bias)
                                                                            : before->argument[i]};
    }
    if (ncl_rewrite_become(rw, norm, before->op->name, given, before->parameter_count))
        ncl_rewrite_remove(rw, before);
}

void ncl_pass_norm(struct ncl_rewrite *rw, const struct ncl_pass_facts *facts)
{
    (void)facts;
    for (struct ncl_node *node = ncl_rewrite_first(rw); node; node = ncl_rewrite_next(node)) {
        if (strcmp(node->op->name, "batch_normalization") != 0)
            continue;
        struct ncl_node *before = filtered_before(rw, node);
        if (before)
            fold_into(rw, node, before);
    }
}
