/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/readers.h"

bool ncl_readers_value(const struct ncl_value *value, const struct ncl_tensor *tensor)
{
    bool has = value->kind == NCL_VALUE_TENSOR && value->tensor == tensor;
    for (size_t i = 0; (value->kind == NCL_VALUE_ARRAY || value->kind == NCL_VALUE_TUPLE) && i < value->count; i++)
        has = has || ncl_readers_value(&value->item[i], tensor);
    return has;
}

bool ncl_readers_node(const struct ncl_node *node, const struct ncl_tensor *tensor)
{
    for (size_t k = 0; k < node->parameter_count; k++)
        if (ncl_readers_value(&node->argument[k], tensor))
            return true;
    return false;
}

bool ncl_readers_company(const struct ncl_node *node, const struct ncl_tensor *tensor)
{
    for (const struct ncl_after *after = node->after; after; after = after->next)
        if (ncl_readers_node(after->node, tensor))
            return true;
    return node->feeder && (ncl_readers_node(node->feeder, tensor) || ncl_readers_company(node->feeder, tensor));
}

bool ncl_readers_outside(const struct ncl_graph *graph, const struct ncl_tensor *tensor)
{
    for (size_t i = 0; i < graph->output_count; i++)
        if (graph->output[i] == tensor)
            return true;
    return false;
}
