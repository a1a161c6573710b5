/* Invocations of whole operations become nodes; literals for tensors become tensors of rank 0. */
#include <string.h>

#include "front/build.h"

bool ncl_dtype_of(const struct ncl_type *primitive, nnefcl_dtype *dtype)
{
    switch (primitive->kind) {
    case NCL_TYPE_SCALAR:
        *dtype = NNEFCL_SCALAR;
        return true;
    case NCL_TYPE_INTEGER:
        *dtype = NNEFCL_INTEGER;
        return true;
    case NCL_TYPE_LOGICAL:
        *dtype = NNEFCL_LOGICAL;
        return true;
    default:
        return false;
    }
}

/* ---- casts ---- */

static nnefcl_status literal_tensor(struct ncl_build *build, struct ncl_loc at, struct ncl_value *value)
{
    nnefcl_dtype dtype;
    switch (value->kind) {
    case NCL_VALUE_SCALAR:
        dtype = NNEFCL_SCALAR;
        break;
    case NCL_VALUE_INTEGER:
        dtype = NNEFCL_INTEGER;
        if (value->integer < INT32_MIN || value->integer > INT32_MAX)
            return ncl_error(build->diag, NNEFCL_ERR_MODEL, at, "%lld does not fit the 32 bits of a tensor's element",
                             (long long)value->integer);
        break;
    case NCL_VALUE_LOGICAL:
        dtype = NNEFCL_LOGICAL;
        break;
    default:
        return ncl_error(build->diag, NNEFCL_ERR_UNSUPPORTED, at, "tensors of strings are not supported");
    }
    if (build->graph->tensor_count >= NCL_MAX_TENSORS)
        return ncl_error(build->diag, NNEFCL_ERR_LIMIT, at, "the graph has more than %d tensors", NCL_MAX_TENSORS);
    struct ncl_tensor *tensor = ncl_graph_add_tensor(build->graph, build->arena);
    float *data = NCL_NEW(build->arena, float);
    if (!tensor || !data)
        return ncl_build_nomem(build);
    if (dtype == NNEFCL_SCALAR)
        *data = (float)value->scalar;
    else if (dtype == NNEFCL_INTEGER)
        memcpy(data, &(int32_t){(int32_t)value->integer}, sizeof(int32_t));
    else
        memcpy(data, &(uint8_t){value->logical}, sizeof(uint8_t));
    tensor->dtype = dtype;
    tensor->shaped = true;
    tensor->role = NCL_ROLE_CONSTANT;
    tensor->data = data;
    tensor->data_count = 1;
    tensor->at = at;
    *value = (struct ncl_value){.kind = NCL_VALUE_TENSOR, .tensor = tensor};
    return NNEFCL_OK;
}

/* Does the cast change the value? */
static bool needs_cast(const struct ncl_type *type, const struct ncl_value *value)
{
    if (type->kind == NCL_TYPE_TENSOR)
        return value->kind != NCL_VALUE_TENSOR;
    if (type->kind != NCL_TYPE_ARRAY && type->kind != NCL_TYPE_TUPLE)
        return false;
    for (size_t i = 0; i < value->count; i++)
        if (needs_cast(type->item[type->kind == NCL_TYPE_ARRAY ? 0 : i], &value->item[i]))
            return true;
    return false;
}

nnefcl_status ncl_value_cast(struct ncl_build *build, const struct ncl_type *type, const struct ncl_type *generic,
                             struct ncl_loc at, struct ncl_value *value)
{
    if (!ncl_type_has_tensor(type) || !needs_cast(type, value))
        return NNEFCL_OK;
    if (type->kind == NCL_TYPE_TENSOR)
        return literal_tensor(build, at, value);
    struct ncl_value *item = ncl_value_items(build, at, value->count);
    if (!item)
        return build->diag->status;
    nnefcl_status status = NNEFCL_OK;
    for (size_t i = 0; i < value->count && !status; i++) {
        item[i] = value->item[i];
        status = ncl_value_cast(build, type->item[type->kind == NCL_TYPE_ARRAY ? 0 : i], generic, at, &item[i]);
    }
    value->item = item;
    return status;
}

bool ncl_value_keep(struct ncl_build *build, const struct ncl_value *value, struct ncl_value *copy)
{
    *copy = *value;
    if (value->kind == NCL_VALUE_STRING)
        return (copy->string = ncl_arena_strndup(build->arena, value->string, value->count)) != NULL;
    if (value->kind != NCL_VALUE_ARRAY && value->kind != NCL_VALUE_TUPLE)
        return true;
    struct ncl_value *item = NCL_NEW_ARRAY(build->arena, struct ncl_value, value->count);
    for (size_t i = 0; i < value->count; i++)
        if (!item || !ncl_value_keep(build, &value->item[i], &item[i]))
            return false;
    copy->item = item;
    return item != NULL;
}

/* ---- nodes ---- */

/* The data type of a result: tensors, or arrays of them. */
static bool result_dtype(const struct ncl_type *type, const struct ncl_type *generic, nnefcl_dtype *dtype)
{
    while (type->kind == NCL_TYPE_ARRAY && type->item_count)
        type = type->item[0];
    if (type->kind != NCL_TYPE_TENSOR || type->item_count == 0)
        return false;
    type = type->item[0];
    return ncl_dtype_of(type->kind == NCL_TYPE_GENERIC && generic ? generic : type, dtype);
}

static struct ncl_node *new_node(struct ncl_build *build, const struct ncl_declared *callee,
                                 const struct ncl_value *argument, struct ncl_loc at)
{
    const struct ncl_fragment *fragment = callee->fragment;
    struct ncl_node *node = NCL_NEW(build->arena, struct ncl_node);
    if (!node)
        return NULL;
    *node = (struct ncl_node){.op = callee->op,
                              .at = at,
                              .parameter_count = fragment->parameter_count,
                              .parameter = callee->parameter,
                              .argument = NCL_NEW_ARRAY(build->arena, struct ncl_value, fragment->parameter_count),
                              .result_count = fragment->result_count,
                              .result_name = callee->result,
                              .result_dtype = NCL_NEW_ARRAY(build->arena, nnefcl_dtype, fragment->result_count),
                              .result = NCL_NEW_ARRAY(build->arena, struct ncl_value, fragment->result_count)};
    if (!node->argument || !node->result_dtype || !node->result)
        return NULL;
    for (size_t i = 0; i < fragment->parameter_count; i++)
        if (!ncl_value_keep(build, &argument[i], &node->argument[i]))
            return NULL;
    return node;
}

static nnefcl_status limits(struct ncl_build *build, struct ncl_loc at)
{
    if (build->graph->node_count >= NCL_MAX_NODES)
        return ncl_error(build->diag, NNEFCL_ERR_LIMIT, at, "the graph has more than %d operations", NCL_MAX_NODES);
    if (build->graph->tensor_count >= NCL_MAX_TENSORS)
        return ncl_error(build->diag, NNEFCL_ERR_LIMIT, at, "the graph has more than %d tensors", NCL_MAX_TENSORS);
    return NNEFCL_OK;
}

nnefcl_status ncl_node_make(struct ncl_build *build, const struct ncl_declared *callee,
                            const struct ncl_value *argument, const struct ncl_type *generic, struct ncl_loc at,
                            struct ncl_value *result)
{
    const struct ncl_fragment *fragment = callee->fragment;
    nnefcl_status status = limits(build, at);
    if (status)
        return status;
    if (!callee->op)
        return ncl_error(build->diag, NNEFCL_ERR_UNSUPPORTED, at, "this build does not know the operation '%s'",
                         fragment->name);
    struct ncl_node *node = new_node(build, callee, argument, at);
    if (!node)
        return ncl_build_nomem(build);
    for (size_t i = 0; i < fragment->result_count; i++)
        if (!result_dtype(fragment->result[i].type, generic, &node->result_dtype[i]))
            return ncl_error(build->diag, NNEFCL_ERR_UNSUPPORTED, at, "%s: tensors of strings are not supported",
                             fragment->name);
    status = ncl_introduce_before(build, node);
    if (!status)
        status = callee->op->infer(&build->infer, node);
    if (status) /* a rule that runs out of memory may have left no word */
        return build->diag->errors ? status : ncl_build_nomem(build);
    if (!ncl_graph_add_node(build->graph, build->arena, node))
        return ncl_build_nomem(build);
    *result = node->result[0];
    if (fragment->result_count > 1)
        *result = (struct ncl_value){.kind = NCL_VALUE_TUPLE, .count = fragment->result_count, .item = node->result};
    return NNEFCL_OK;
}
