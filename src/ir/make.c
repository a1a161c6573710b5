/* SPDX-License-Identifier: Apache-2.0 */
#include "ir/make.h"

#include <string.h>

/* ---- literals ---- */

static nnefcl_status limit_tensors(const struct ncl_infer *infer, struct ncl_loc at)
{
    if (infer->graph->tensor_count >= NCL_MAX_TENSORS)
        return ncl_error(infer->diag, NNEFCL_ERR_LIMIT, at, "the graph has more than %d tensors", NCL_MAX_TENSORS);
    return NNEFCL_OK;
}

static nnefcl_status literal_data(const struct ncl_infer *infer, struct ncl_loc at, const struct ncl_value *value,
                                  nnefcl_dtype *dtype, void *data)
{
    switch (value->kind) {
    case NCL_VALUE_SCALAR:
        *dtype = NNEFCL_SCALAR;
        memcpy(data, &(float){(float)value->scalar}, sizeof(float));
        return NNEFCL_OK;
    case NCL_VALUE_INTEGER:
        *dtype = NNEFCL_INTEGER;
        if (value->integer < INT32_MIN || value->integer > INT32_MAX)
            return ncl_error(infer->diag, NNEFCL_ERR_MODEL, at, "%lld does not fit the 32 bits of a tensor's element",
                             (long long)value->integer);
        memcpy(data, &(int32_t){(int32_t)value->integer}, sizeof(int32_t));
        return NNEFCL_OK;
    case NCL_VALUE_LOGICAL:
        *dtype = NNEFCL_LOGICAL;
        memcpy(data, &(uint8_t){value->logical}, sizeof(uint8_t));
        return NNEFCL_OK;
    default:
        return ncl_error(infer->diag, NNEFCL_ERR_UNSUPPORTED, at, "tensors of strings are not supported");
    }
}

nnefcl_status ncl_make_literal(struct ncl_infer *infer, struct ncl_loc at, struct ncl_value *value)
{
    nnefcl_dtype dtype;
    float *data = NCL_NEW(infer->arena, float);
    nnefcl_status status =
        data ? literal_data(infer, at, value, &dtype, data) : ncl_graph_nomem(infer->diag, infer->arena);
    if (!status)
        status = limit_tensors(infer, at);
    if (status)
        return status;
    struct ncl_tensor *tensor = ncl_graph_add_tensor(infer->graph, infer->arena);
    if (!tensor)
        return ncl_graph_nomem(infer->diag, infer->arena);
    tensor->dtype = dtype;
    tensor->shaped = true;
    tensor->role = NCL_ROLE_CONSTANT;
    tensor->data = data;
    tensor->data_count = 1;
    tensor->at = at;
    *value = ncl_value_tensor(tensor);
    return NNEFCL_OK;
}

/* ---- types ---- */

static bool is_primitive(enum ncl_value_kind kind)
{
    return kind == NCL_VALUE_INTEGER || kind == NCL_VALUE_SCALAR || kind == NCL_VALUE_LOGICAL;
}

/* Of a tensor or a number. False: it has none. */
static bool dtype_of_value(const struct ncl_value *value, nnefcl_dtype *dtype)
{
    if (value->kind == NCL_VALUE_TENSOR)
        *dtype = value->tensor->dtype;
    else if (is_primitive(value->kind))
        *dtype = value->kind == NCL_VALUE_SCALAR    ? NNEFCL_SCALAR
                 : value->kind == NCL_VALUE_INTEGER ? NNEFCL_INTEGER
                                                    : NNEFCL_LOGICAL;
    return value->kind == NCL_VALUE_TENSOR || is_primitive(value->kind);
}

static bool item_fits(const struct ncl_sort *sort, const struct ncl_value *value)
{
    nnefcl_dtype dtype;
    if (sort->kind == NCL_VALUE_NONE)
        return is_primitive(value->kind);
    if (sort->kind != NCL_VALUE_TENSOR)
        return value->kind == sort->kind;
    return (value->kind == NCL_VALUE_TENSOR || is_primitive(value->kind)) &&
           (sort->generic || sort->unbound || (dtype_of_value(value, &dtype) && dtype == sort->dtype));
}

static bool value_fits(const struct ncl_sort *sort, unsigned arrays, const struct ncl_value *value)
{
    if (arrays == 0)
        return item_fits(sort, value);
    if (value->kind != NCL_VALUE_ARRAY)
        return false;
    for (size_t i = 0; i < value->count; i++)
        if (!value_fits(sort, arrays - 1, &value->item[i]))
            return false;
    return true;
}

/* What ? is, of which arguments have to say the same. */
struct generic {
    bool known;
    nnefcl_dtype dtype;
};

static bool generic_fits(struct generic *generic, const struct ncl_value *value)
{
    nnefcl_dtype here;
    bool fits = true;
    for (size_t i = 0; i < value->count && value->kind == NCL_VALUE_ARRAY; i++)
        fits &= generic_fits(generic, &value->item[i]);
    if (!dtype_of_value(value, &here))
        return fits;
    if (generic->known)
        return here == generic->dtype;
    *generic = (struct generic){true, here};
    return true;
}

static nnefcl_status deduce_generic(const struct ncl_infer *infer, const struct ncl_signature *signature,
                                    const struct ncl_value *argument, struct ncl_loc at, nnefcl_dtype *dtype)
{
    struct generic generic = {.known = false};
    bool wanted = false;
    for (size_t i = 0; i < signature->parameter_count; i++)
        if (signature->takes[i].generic && !generic_fits(&generic, &argument[i]))
            return ncl_error(infer->diag, NNEFCL_ERR_INTERNAL, at, "a node of %s is made with '%s' of another type",
                             signature->name, signature->parameter[i]);
    *dtype = generic.dtype;
    for (size_t i = 0; i < signature->result_count; i++)
        wanted |= signature->gives[i].generic;
    return generic.known || !wanted
               ? NNEFCL_OK
               : ncl_error(infer->diag, NNEFCL_ERR_INTERNAL, at, "no argument of %s tells its type", signature->name);
}

/* ---- arguments ---- */

/* A copy in the arena; what stands where a tensor belongs becomes one. */
static nnefcl_status keep_value(struct ncl_infer *infer, struct ncl_loc at, bool tensors, const struct ncl_value *value,
                                struct ncl_value *copy)
{
    *copy = *value;
    if (value->kind == NCL_VALUE_ARRAY || value->kind == NCL_VALUE_TUPLE) {
        struct ncl_value *item = NCL_NEW_ARRAY(infer->arena, struct ncl_value, value->count);
        nnefcl_status status = item ? NNEFCL_OK : ncl_graph_nomem(infer->diag, infer->arena);
        for (size_t i = 0; i < value->count && !status; i++)
            status = keep_value(infer, at, tensors, &value->item[i], &item[i]);
        copy->item = item;
        return status;
    }
    if (tensors && value->kind != NCL_VALUE_TENSOR)
        return ncl_make_literal(infer, at, copy);
    if (value->kind == NCL_VALUE_STRING)
        copy->string = ncl_arena_strndup(infer->arena, value->string, value->count);
    return value->kind == NCL_VALUE_STRING && !copy->string ? ncl_graph_nomem(infer->diag, infer->arena) : NNEFCL_OK;
}

/* parameter_count: it declares none of that name. */
static size_t find_parameter(const struct ncl_signature *signature, const char *name)
{
    size_t i = 0;
    while (i < signature->parameter_count && strcmp(signature->parameter[i], name) != 0)
        i++;
    return i;
}

static nnefcl_status bind_given(const struct ncl_infer *infer, const struct ncl_signature *signature,
                                const struct ncl_named_value *given, struct ncl_loc at, struct ncl_value *argument)
{
    const size_t i = find_parameter(signature, given->name);
    if (i == signature->parameter_count)
        return ncl_error(infer->diag, NNEFCL_ERR_INTERNAL, at,
                         "a node of %s is made with '%s', which it does not declare", signature->name, given->name);
    if (!value_fits(&signature->takes[i], signature->takes[i].arrays, &given->value))
        return ncl_error(infer->diag, NNEFCL_ERR_INTERNAL, at, "a node of %s is made with another kind of '%s'",
                         signature->name, given->name);
    argument[i] = given->value;
    return NNEFCL_OK;
}

static nnefcl_status bind_all(const struct ncl_infer *infer, const struct ncl_signature *signature,
                              const struct ncl_named_value *given, size_t count, struct ncl_loc at,
                              struct ncl_value **argument)
{
    nnefcl_status status = NNEFCL_OK;
    if (!(*argument = NCL_NEW_ARRAY(infer->arena, struct ncl_value, signature->parameter_count)))
        return ncl_graph_nomem(infer->diag, infer->arena);
    memcpy(*argument, signature->initial, signature->parameter_count * sizeof **argument);
    for (size_t i = 0; i < count && !status; i++)
        status = bind_given(infer, signature, &given[i], at, *argument);
    for (size_t i = 0; i < signature->parameter_count && !status; i++)
        if ((*argument)[i].kind == NCL_VALUE_NONE)
            status = ncl_error(infer->diag, NNEFCL_ERR_INTERNAL, at, "a node of %s is made without '%s'",
                               signature->name, signature->parameter[i]);
    return status;
}

/* ---- nodes ---- */

static struct ncl_node *new_node(const struct ncl_infer *infer, const struct ncl_signature *signature,
                                 nnefcl_dtype generic, struct ncl_loc at)
{
    struct ncl_node *node = NCL_NEW(infer->arena, struct ncl_node);
    if (!node)
        return NULL;
    *node = (struct ncl_node){.op = signature->op,
                              .at = at,
                              .parameter_count = signature->parameter_count,
                              .parameter = signature->parameter,
                              .argument = NCL_NEW_ARRAY(infer->arena, struct ncl_value, signature->parameter_count),
                              .result_count = signature->result_count,
                              .result_name = signature->result,
                              .result_dtype = NCL_NEW_ARRAY(infer->arena, nnefcl_dtype, signature->result_count),
                              .result = NCL_NEW_ARRAY(infer->arena, struct ncl_value, signature->result_count)};
    if (!node->argument || !node->result_dtype || !node->result)
        return NULL;
    for (size_t i = 0; i < signature->result_count; i++)
        node->result_dtype[i] = signature->gives[i].generic ? generic : signature->gives[i].dtype;
    return node;
}

static nnefcl_status check_limits(const struct ncl_infer *infer, struct ncl_loc at)
{
    if (infer->graph->node_count >= NCL_MAX_NODES)
        return ncl_error(infer->diag, NNEFCL_ERR_LIMIT, at, "the graph has more than %d operations", NCL_MAX_NODES);
    return limit_tensors(infer, at);
}

/* A shape rule that runs out of memory may have left no word. */
static nnefcl_status run_shape_rule(struct ncl_infer *infer, struct ncl_node *node)
{
    const nnefcl_status status = node->op->infer(infer, node);
    return status && !infer->diag->errors ? ncl_graph_nomem(infer->diag, infer->arena) : status;
}

nnefcl_status ncl_make_bound(struct ncl_infer *infer, const struct ncl_signature *signature, nnefcl_dtype generic,
                             const struct ncl_value *argument, struct ncl_loc at, struct ncl_node **node)
{
    nnefcl_status status = check_limits(infer, at);
    if (status)
        return status;
    if (!signature->op)
        return ncl_error(infer->diag, NNEFCL_ERR_UNSUPPORTED, at, "this build does not know the operation '%s'",
                         signature->name);
    struct ncl_node *made = new_node(infer, signature, generic, at);
    if (!made)
        return ncl_graph_nomem(infer->diag, infer->arena);
    for (size_t i = 0; i < signature->parameter_count && !status; i++)
        status = keep_value(infer, at, signature->takes[i].kind == NCL_VALUE_TENSOR, &argument[i], &made->argument[i]);
    if (!status)
        status = run_shape_rule(infer, made);
    if (!status && !ncl_graph_add_node(infer->graph, infer->arena, made))
        status = ncl_graph_nomem(infer->diag, infer->arena);
    if (!status)
        *node = made;
    return status;
}

static nnefcl_status find_signature(const struct ncl_infer *infer, const char *op, struct ncl_loc at,
                                    const struct ncl_signature **signature)
{
    *signature = ncl_names_find(infer->graph->signatures, op);
    return *signature
               ? NNEFCL_OK
               : ncl_error(infer->diag, NNEFCL_ERR_INTERNAL, at, "there is no operation '%s' to make a node of", op);
}

const char *ncl_make_misfit(const struct ncl_graph *graph, const char *op, const struct ncl_named_value *given,
                            size_t count)
{
    const struct ncl_signature *signature = ncl_names_find(graph->signatures, op);
    struct generic generic = {.known = false};
    for (size_t i = 0; i < count && signature; i++) {
        const size_t place = find_parameter(signature, given[i].name);
        const struct ncl_sort *sort = &signature->takes[place];
        if (place == signature->parameter_count || sort->kind != NCL_VALUE_TENSOR)
            continue;
        if (!value_fits(sort, sort->arrays, &given[i].value) ||
            (sort->generic && !generic_fits(&generic, &given[i].value)))
            return given[i].name;
    }
    return NULL;
}

nnefcl_status ncl_make_typed(struct ncl_infer *infer, const char *op, nnefcl_dtype generic,
                             const struct ncl_named_value *given, size_t count, struct ncl_loc at,
                             struct ncl_node **node)
{
    const struct ncl_signature *signature;
    struct ncl_value *argument;
    nnefcl_status status = find_signature(infer, op, at, &signature);
    if (!status)
        status = bind_all(infer, signature, given, count, at, &argument);
    return status ? status : ncl_make_bound(infer, signature, generic, argument, at, node);
}

nnefcl_status ncl_make_node(struct ncl_infer *infer, const char *op, const struct ncl_named_value *given, size_t count,
                            struct ncl_loc at, struct ncl_node **node)
{
    const struct ncl_signature *signature;
    const nnefcl_status status = find_signature(infer, op, at, &signature);
    return status ? status : ncl_make_own(infer, signature, given, count, at, node);
}

nnefcl_status ncl_make_own(struct ncl_infer *infer, const struct ncl_signature *signature,
                           const struct ncl_named_value *given, size_t count, struct ncl_loc at, struct ncl_node **node)
{
    struct ncl_value *argument;
    nnefcl_dtype generic = NNEFCL_SCALAR;
    nnefcl_status status = bind_all(infer, signature, given, count, at, &argument);
    if (!status)
        status = deduce_generic(infer, signature, argument, at, &generic);
    return status ? status : ncl_make_bound(infer, signature, generic, argument, at, node);
}
