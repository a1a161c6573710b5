/* SPDX-License-Identifier: Apache-2.0 */
/* Pass `norm`: a batch normalization of constants behind a convolution, a deconvolution or a product with a constant
 * filter goes into filter and bias:
 *
 *   offset + factor (w * x + b - mean) = (factor w) * x + ((b - mean) factor + offset)
 *
 * with factor = scale / sqrt(variance + epsilon), as nodes that are known at init (fold_norm). The mean is taken off
 * the bias before the factor: where both are large their difference is small, and folding the mean into the offset
 * would lose its digits (src/ops/batch_norm.c). Sums of such convolutions are one (branches.h), in front of a batch
 * normalization too. */
#include "pass/branches.h"

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

static struct ncl_node *filtered_before(const struct ncl_folding *fold, const struct ncl_node *norm)
{
    const struct ncl_tensor *input = ncl_node_tensor(norm, "input");
    struct ncl_node *before = ncl_rewrite_producer(fold->rw, input);
    return before && find_filtered(before) && ncl_rewrite_uses(fold->rw, input) == 1 &&
                   ncl_folding_knows_filter(fold, before) && ncl_folding_knows_norm(fold, norm)
               ? before
               : NULL;
}

/* The batch normalization is what was before it from now on. */
static void fold_into(const struct ncl_folding *fold, struct ncl_node *norm, struct ncl_node *before)
{
    const int axis = find_filtered(before)->axis;
    struct ncl_tensor *bias = ncl_folding_norm(fold, norm, norm, *ncl_node_arg(before, "bias"), 1, true),
                      *filter = ncl_folding_norm(fold, norm, norm, *ncl_node_arg(before, "filter"), axis, false);
    if (bias && filter && ncl_folding_become(fold, norm, before, ncl_value_tensor(filter), ncl_value_tensor(bias)))
        ncl_rewrite_remove(fold->rw, before);
}

void ncl_pass_norm(struct ncl_rewrite *rw, const struct ncl_pass_facts *facts)
{
    const struct ncl_folding fold = {.rw = rw,
                                     .fold_norm = ncl_names_find(&facts->templates->own, "fold_norm"),
                                     .count = ncl_rewrite_tensor_count(rw)};
    for (struct ncl_node *node = ncl_rewrite_first(rw); node; node = ncl_rewrite_next(node)) {
        struct ncl_node *before = ncl_node_is(node, "batch_normalization") ? filtered_before(&fold, node) : NULL;
        if (before)
            fold_into(&fold, node, before);
        else
            ncl_branches_join(&fold, node);
    }
}
