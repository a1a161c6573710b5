/* SPDX-License-Identifier: Apache-2.0 */
/* Pass `tile`: what is repeated along axes of one element alone, in front of an operation that repeats its operands
 * along such axes itself (4.2, broadcasting), is read as it was (exporters write out what frameworks repeat unseen:
 * ONNX's Expand). */

#include "pass/pass.h"

/* Operations whose parameters are tensors that broadcast: those of two operands, select and clamp. */
static bool broadcasts(const struct ncl_node *node)
{
    if (!node->op->elements || node->op->custom || ncl_node_is(node, "prelu"))
        return false;
    for (size_t i = 0; i < node->parameter_count; i++)
        if (node->argument[i].kind != NCL_VALUE_TENSOR)
            return false;
    return node->parameter_count == 2 || ncl_node_is(node, "select") || ncl_node_is(node, "clamp");
}

static bool repeats_ones(const struct ncl_node *tile)
{
    const nnefcl_shape *input = &ncl_node_tensor(tile, "input")->shape;
    for (int i = 0; i < input->rank; i++)
        if (input->extent[i] != 1 && ncl_node_integer_at(tile, "repeats", (size_t)i) != 1)
            return false;
    return true;
}

/* Has another operand the whole extent along an axis of the result? */
static bool others_have(const struct ncl_node *node, size_t operand, int axis)
{
    const int64_t extent = ncl_node_result(node, 0)->shape.extent[axis];
    for (size_t i = 0; i < node->parameter_count; i++) {
        const nnefcl_shape *shape = &node->argument[i].tensor->shape;
        if (i != operand && axis < shape->rank && shape->extent[axis] == extent)
            return true;
    }
    return false;
}

/* Is the result as large without the tile? */
static bool can_read(const struct ncl_node *node, size_t operand, const struct ncl_node *tile)
{
    const nnefcl_shape *before = &ncl_node_tensor(tile, "input")->shape;
    for (int i = 0; i < before->rank; i++)
        if (ncl_node_integer_at(tile, "repeats", (size_t)i) != 1 && !others_have(node, operand, i))
            return false;
    return true;
}

static void operand_read(struct ncl_rewrite *rw, struct ncl_node *node, size_t operand)
{
    struct ncl_tensor *tensor = node->argument[operand].tensor;
    struct ncl_node *tile = ncl_rewrite_producer(rw, tensor);
    if (!ncl_node_is(tile, "tile") || !repeats_ones(tile) || !can_read(node, operand, tile))
        return;
    ncl_rewrite_set(rw, node, node->parameter[operand], ncl_node_arg(tile, "input"));
    if (!ncl_rewrite_uses(rw, tensor))
        ncl_rewrite_remove(rw, tile);
}

void ncl_pass_tile(struct ncl_rewrite *rw, const struct ncl_pass_facts *facts)
{
    (void)facts;
    for (struct ncl_node *node = ncl_rewrite_first(rw); node; node = ncl_rewrite_next(node))
        for (size_t i = 0; broadcasts(node) && i < node->parameter_count; i++)
            operand_read(rw, node, i);
}
