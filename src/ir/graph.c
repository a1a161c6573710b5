/* SPDX-License-Identifier: Apache-2.0 */
#include "ir/graph.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "ir/op.h"

bool ncl_node_is(const struct ncl_node *node, const char *op)
{
    return node && strcmp(node->op->name, op) == 0;
}

const struct ncl_value *ncl_node_arg(const struct ncl_node *node, const char *name)
{
    for (size_t i = 0; i < node->parameter_count; i++)
        if (strcmp(node->parameter[i], name) == 0)
            return &node->argument[i];
    assert(!"the operation declares no such parameter");
    return NULL;
}

bool ncl_tensor_is_number(const struct ncl_tensor *tensor)
{
    return tensor->role == NCL_ROLE_CONSTANT && tensor->dtype == NNEFCL_SCALAR && tensor->data_count == 1;
}

double ncl_tensor_number(const struct ncl_tensor *tensor)
{
    return tensor->dtype == NNEFCL_SCALAR ? (double)*(const float *)tensor->data : *(const int32_t *)tensor->data;
}

struct ncl_tensor *ncl_node_tensor(const struct ncl_node *node, const char *name)
{
    const struct ncl_value *value = ncl_node_arg(node, name);
    assert(value->kind == NCL_VALUE_TENSOR);
    return value->tensor;
}

int64_t ncl_node_integer(const struct ncl_node *node, const char *name)
{
    const struct ncl_value *value = ncl_node_arg(node, name);
    assert(value->kind == NCL_VALUE_INTEGER);
    return value->integer;
}

double ncl_node_scalar(const struct ncl_node *node, const char *name)
{
    const struct ncl_value *value = ncl_node_arg(node, name);
    assert(value->kind == NCL_VALUE_SCALAR);
    return value->scalar;
}

bool ncl_node_logical(const struct ncl_node *node, const char *name)
{
    const struct ncl_value *value = ncl_node_arg(node, name);
    assert(value->kind == NCL_VALUE_LOGICAL);
    return value->logical;
}

const char *ncl_node_string(const struct ncl_node *node, const char *name)
{
    const struct ncl_value *value = ncl_node_arg(node, name);
    assert(value->kind == NCL_VALUE_STRING);
    return value->string;
}

static const struct ncl_value *array_argument(const struct ncl_node *node, const char *name)
{
    const struct ncl_value *value = ncl_node_arg(node, name);
    assert(value->kind == NCL_VALUE_ARRAY);
    return value;
}

size_t ncl_node_count(const struct ncl_node *node, const char *name)
{
    return array_argument(node, name)->count;
}

static const struct ncl_value *array_item(const struct ncl_node *node, const char *name, size_t index,
                                          enum ncl_value_kind kind)
{
    const struct ncl_value *list = array_argument(node, name);
    assert(index < list->count && list->item[index].kind == kind);
    (void)kind;
    return &list->item[index];
}

int64_t ncl_node_integer_at(const struct ncl_node *node, const char *name, size_t index)
{
    return array_item(node, name, index, NCL_VALUE_INTEGER)->integer;
}

struct ncl_tensor *ncl_node_tensor_at(const struct ncl_node *node, const char *name, size_t index)
{
    return array_item(node, name, index, NCL_VALUE_TENSOR)->tensor;
}

struct ncl_tensor *ncl_node_first_result(const struct ncl_node *node)
{
    const struct ncl_value *first = node->result;
    if (!node->result_count)
        return NULL;
    if (first->kind == NCL_VALUE_ARRAY)
        return first->count ? first->item[0].tensor : NULL;
    return first->tensor;
}

struct ncl_tensor *ncl_node_result(const struct ncl_node *node, size_t result)
{
    assert(result < node->result_count && node->result[result].kind == NCL_VALUE_TENSOR);
    return node->result[result].tensor;
}

struct ncl_tensor *ncl_node_result_at(const struct ncl_node *node, size_t result, size_t index)
{
    assert(result < node->result_count && node->result[result].kind == NCL_VALUE_ARRAY &&
           index < node->result[result].count);
    return node->result[result].item[index].tensor;
}

struct ncl_tensor *ncl_node_last_result(const struct ncl_node *node)
{
    for (const struct ncl_after *after = node->after; after; after = after->next)
        node = after->node;
    return ncl_node_result(node, 0);
}

bool ncl_node_makes(const struct ncl_node *node, const struct ncl_tensor *tensor)
{
    const struct ncl_after *after = node->after;
    while (after && ncl_node_result(node, 0) != tensor) {
        node = after->node;
        after = after->next;
    }
    return ncl_node_result(node, 0) == tensor;
}

int64_t ncl_shape_span(const nnefcl_shape *shape, int first, int last)
{
    int64_t product = 1;
    for (int i = first; i < last; i++)
        product *= shape->extent[i];
    return product;
}

int64_t ncl_shape_volume(const nnefcl_shape *shape)
{
    return ncl_shape_span(shape, 0, shape->rank);
}

bool ncl_shape_equal(const nnefcl_shape *a, const nnefcl_shape *b)
{
    if (a->rank != b->rank)
        return false;
    for (int i = 0; i < a->rank; i++)
        if (a->extent[i] != b->extent[i])
            return false;
    return true;
}

const char *ncl_shape_text(const nnefcl_shape *shape, char buffer[NCL_SHAPE_TEXT])
{
    size_t used = (size_t)snprintf(buffer, NCL_SHAPE_TEXT, "[");
    for (int i = 0; i < shape->rank; i++)
        used +=
            (size_t)snprintf(buffer + used, NCL_SHAPE_TEXT - used, "%s%lld", i ? "," : "", (long long)shape->extent[i]);
    snprintf(buffer + used, NCL_SHAPE_TEXT - used, "]");
    return buffer;
}

bool ncl_tensor_is_constant(const struct ncl_tensor *tensor)
{
    return tensor->role == NCL_ROLE_CONSTANT || (tensor->role == NCL_ROLE_VARIABLE && !tensor->variable->updated);
}

static double constant_element(const struct ncl_tensor *tensor, size_t index)
{
    switch (tensor->dtype) {
    case NNEFCL_SCALAR:
        return ((const float *)tensor->data)[index];
    case NNEFCL_INTEGER:
        return ((const int32_t *)tensor->data)[index];
    case NNEFCL_LOGICAL:
        return ((const uint8_t *)tensor->data)[index];
    }
    return 0;
}

bool ncl_tensor_is_filled_with(const struct ncl_tensor *tensor, double value)
{
    if (tensor->role != NCL_ROLE_CONSTANT)
        return false;
    for (size_t i = 0; i < tensor->data_count; i++)
        if (constant_element(tensor, i) != value)
            return false;
    return true;
}

struct ncl_tensor *ncl_graph_add_tensor(struct ncl_graph *graph, struct ncl_arena *arena)
{
    struct ncl_tensor *tensor = NCL_NEW(arena, struct ncl_tensor);
    if (!tensor || graph->tensor_count >= UINT32_MAX ||
        !NCL_GROW(arena, graph->tensor, graph->tensor_count, graph->tensor_capacity))
        return NULL;
    tensor->id = (uint32_t)graph->tensor_count;
    graph->tensor[graph->tensor_count++] = tensor;
    return tensor;
}

bool ncl_graph_add_node(struct ncl_graph *graph, struct ncl_arena *arena, struct ncl_node *node)
{
    if (!NCL_GROW(arena, graph->node, graph->node_count, graph->node_capacity))
        return false;
    graph->node[graph->node_count++] = node;
    return true;
}

nnefcl_status ncl_graph_nomem(struct ncl_diag *diag, const struct ncl_arena *arena)
{
    if (!arena->over_limit)
        return ncl_nomem(diag);
    return ncl_error(diag, NNEFCL_ERR_LIMIT, NCL_NOWHERE, "building the graph takes more than %zu bytes of memory",
                     arena->limit);
}
