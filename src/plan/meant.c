/* SPDX-License-Identifier: Apache-2.0 */
/* The operations that tensors are computed by, copied out of the graph that the passes made: for verification, which
 * knows the document's nodes. */
#include <string.h>

#include "emit/parts.h"
#include "plan/plan_make.h"

static void *room_for(struct ncl_lower *lower, size_t count, size_t size)
{
    void *room = lower->status ? NULL : ncl_arena_array(lower->arena, count, size);
    if (!room && !lower->status)
        ncl_parts_nomem(lower);
    return room;
}

/* ---- tensors ---- */

static const void *literal_copy(struct ncl_lower *lower, const struct ncl_tensor *from)
{
    const size_t bytes = from->data_count * nnefcl_dtype_size(from->dtype);
    void *data = room_for(lower, 1, bytes);
    return data ? memcpy(data, from->data, bytes) : NULL;
}

static struct ncl_tensor *tensor_take(struct ncl_lower *lower, struct ncl_meant *meant, const struct ncl_tensor *from)
{
    for (size_t i = 0; i < meant->tensor_count; i++)
        if (meant->origin[i] == from->id)
            return meant->tensor[i];
    struct ncl_tensor *tensor = room_for(lower, 1, sizeof *tensor);
    if (!tensor)
        return NULL;
    *tensor = (struct ncl_tensor){.id = (uint32_t)meant->tensor_count,
                                  .dtype = from->dtype,
                                  .shape = from->shape,
                                  .shaped = from->shaped,
                                  .role = from->role};
    if (!from->producer && from->data && from->data_count == (size_t)ncl_shape_volume(&from->shape)) {
        tensor->data = literal_copy(lower, from);
        tensor->data_count = from->data_count;
    }
    meant->origin[meant->tensor_count] = from->id;
    return meant->tensor[meant->tensor_count++] = tensor;
}

/* ---- arguments ---- */

static size_t count_tensors(const struct ncl_value *value, size_t count)
{
    size_t tensors = 0;
    for (size_t i = 0; i < count; i++)
        if (value[i].kind == NCL_VALUE_TENSOR)
            tensors++;
        else if (value[i].kind == NCL_VALUE_ARRAY || value[i].kind == NCL_VALUE_TUPLE)
            tensors += count_tensors(value[i].item, value[i].count);
    return tensors;
}

static struct ncl_value *values_copy(struct ncl_lower *lower, struct ncl_meant *meant, const struct ncl_value *from,
                                     size_t count)
{
    struct ncl_value *value = room_for(lower, count, sizeof *value);
    for (size_t i = 0; value && i < count; i++) {
        value[i] = from[i];
        if (from[i].kind == NCL_VALUE_TENSOR)
            value[i].tensor = tensor_take(lower, meant, from[i].tensor);
        else if (from[i].kind == NCL_VALUE_STRING)
            value[i].string = ncl_parts_text(lower, from[i].string);
        else if (from[i].kind == NCL_VALUE_ARRAY || from[i].kind == NCL_VALUE_TUPLE)
            value[i].item = values_copy(lower, meant, from[i].item, from[i].count);
    }
    return value;
}

static const char *const *names_copy(struct ncl_lower *lower, const char *const *from, size_t count)
{
    const char **name = room_for(lower, count, sizeof *name);
    for (size_t i = 0; name && i < count; i++)
        name[i] = ncl_parts_text(lower, from[i]);
    return name;
}

/* ---- nodes ---- */

/* What an application registers goes with the model. */
static bool node_is_copied(const struct ncl_node *node)
{
    return node && !node->op->custom && node->result_count == 1 && node->result[0].kind == NCL_VALUE_TENSOR;
}

static struct ncl_meant *meant_copy(struct ncl_lower *lower, const struct ncl_node *from)
{
    const size_t most = count_tensors(from->argument, from->parameter_count) + 1;
    struct ncl_meant *meant = room_for(lower, 1, sizeof *meant);
    if (!meant)
        return NULL;
    meant->tensor = room_for(lower, most, sizeof(struct ncl_tensor *));
    meant->origin = room_for(lower, most, sizeof *meant->origin);
    if (lower->status)
        return NULL;
    meant->node = (struct ncl_node){.op = from->op,
                                    .parameter_count = from->parameter_count,
                                    .parameter = names_copy(lower, from->parameter, from->parameter_count),
                                    .argument = values_copy(lower, meant, from->argument, from->parameter_count),
                                    .result_count = 1};
    meant->node.result = values_copy(lower, meant, from->result, 1);
    return meant;
}

nnefcl_status ncl_keep_meant(struct ncl_lower *lower)
{
    const struct ncl_graph *graph = lower->graph;
    lower->plan->meant = room_for(lower, graph->tensor_count, sizeof(struct ncl_meant *));
    for (size_t i = 0; i < graph->tensor_count && !lower->status; i++)
        if (graph->tensor[i]->role == NCL_ROLE_ACTIVATION && node_is_copied(graph->tensor[i]->producer))
            lower->plan->meant[i] = meant_copy(lower, graph->tensor[i]->producer);
    return lower->status;
}
