/* SPDX-License-Identifier: Apache-2.0 */
/* What the functions of a registered operation may ask of an invocation (nnefcl/operation.h). */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "emit/custom.h"

static void call_wrong(nnefcl_call *call, nnefcl_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void vwrong(nnefcl_call *call, nnefcl_status status, const char *format, va_list args)
{
    if (call->status)
        return;
    call->status = status;
    vsnprintf(call->text, sizeof call->text, format, args);
}

static void call_wrong(nnefcl_call *call, nnefcl_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vwrong(call, status, format, args);
    va_end(args);
}

nnefcl_status nnefcl_call_error(nnefcl_call *call, const char *format, ...)
{
    va_list args;
    if (!call)
        return NNEFCL_ERR_ARGUMENT;
    if (!format) {
        call_wrong(call, NNEFCL_ERR_ARGUMENT, "its functions refuse it without a text");
        return call->status;
    }
    va_start(args, format);
    vwrong(call, NNEFCL_ERR_MODEL, format, args);
    va_end(args);
    return call->status;
}

/* ---- names ---- */

static size_t find_name(const char *const *names, size_t count, const char *name)
{
    size_t i = 0;
    while (i < count && (!name || strcmp(names[i], name) != 0))
        i++;
    return i;
}

static const char *shown(const char *name)
{
    return name ? name : "(null)";
}

/* A tensor among the parameters; NULL after an error. */
static const struct ncl_tensor *call_tensor(nnefcl_call *call, const char *name)
{
    const struct ncl_node *node = call ? call->node : NULL;
    if (!node)
        return NULL;
    const size_t i = find_name(node->parameter, node->parameter_count, name);
    if (i < node->parameter_count && node->argument[i].kind == NCL_VALUE_TENSOR)
        return node->argument[i].tensor;
    call_wrong(call, NNEFCL_ERR_ARGUMENT, "its functions ask for a tensor '%.100s', and it has no such parameter",
               shown(name));
    return NULL;
}

/* The index of a result; SIZE_MAX after an error. */
static size_t result_of(nnefcl_call *call, const char *name)
{
    if (!call)
        return SIZE_MAX;
    const size_t i = find_name(call->node->result_name, call->node->result_count, name);
    if (i < call->node->result_count)
        return i;
    call_wrong(call, NNEFCL_ERR_ARGUMENT, "its functions ask for a result '%.100s', and it has none of that name",
               shown(name));
    return SIZE_MAX;
}

static bool is_result_name(const nnefcl_call *call, const char *name)
{
    return call && find_name(call->node->result_name, call->node->result_count, name) < call->node->result_count;
}

/* ---- tensors ---- */

nnefcl_dtype nnefcl_call_dtype(nnefcl_call *call, const char *tensor)
{
    if (is_result_name(call, tensor))
        return call->node->result_dtype[result_of(call, tensor)];
    const struct ncl_tensor *found = call_tensor(call, tensor);
    return found ? found->dtype : NNEFCL_SCALAR;
}

nnefcl_shape nnefcl_call_shape(nnefcl_call *call, const char *tensor)
{
    const nnefcl_shape none = {0};
    if (!is_result_name(call, tensor)) {
        const struct ncl_tensor *found = call_tensor(call, tensor);
        return found ? found->shape : none;
    }
    const size_t r = result_of(call, tensor);
    if (!call->shape)
        return call->node->result[r].tensor->shape;
    if (!call->shaped[r])
        call_wrong(call, NNEFCL_ERR_ARGUMENT, "its functions ask for the shape of '%s' before it is set", tensor);
    return call->shaped[r] ? call->shape[r] : none;
}

void nnefcl_call_set_shape(nnefcl_call *call, const char *result, const nnefcl_shape *shape)
{
    const size_t r = result_of(call, result);
    if (r == SIZE_MAX)
        return;
    if (!call->shape)
        call_wrong(call, NNEFCL_ERR_ARGUMENT, "only its shape function can set the shape of '%s'", result);
    else if (!shape || shape->rank < 0 || shape->rank > NNEFCL_MAX_RANK)
        call_wrong(call, NNEFCL_ERR_ARGUMENT, "its shape function gives '%s' rank %d, not 0 to %d", result,
                   shape ? shape->rank : -1, NNEFCL_MAX_RANK);
    else {
        call->shape[r] = *shape;
        call->shaped[r] = true;
    }
}

/* ---- attributes ---- */

static const char *kind_name(enum ncl_value_kind kind)
{
    static const char *const names[] = {
        [NCL_VALUE_INTEGER] = "integer", [NCL_VALUE_SCALAR] = "scalar", [NCL_VALUE_LOGICAL] = "logical",
        [NCL_VALUE_STRING] = "string",   [NCL_VALUE_TENSOR] = "tensor", [NCL_VALUE_ARRAY] = "array"};
    return names[kind];
}

static const struct ncl_value *attribute(nnefcl_call *call, const char *name)
{
    const struct ncl_node *node = call ? call->node : NULL;
    if (!node)
        return NULL;
    const size_t i = find_name(node->parameter, node->parameter_count, name);
    if (i < node->parameter_count && node->argument[i].kind != NCL_VALUE_TENSOR)
        return &node->argument[i];
    call_wrong(call, NNEFCL_ERR_ARGUMENT, "its functions ask for an attribute '%.100s', and it has none of that name",
               shown(name));
    return NULL;
}

static const struct ncl_value *attribute_item(nnefcl_call *call, const char *name, size_t index,
                                              enum ncl_value_kind kind)
{
    const struct ncl_value *value = attribute(call, name);
    if (!value)
        return NULL;
    const size_t count = value->kind == NCL_VALUE_ARRAY ? value->count : 1;
    if (index >= count) {
        call_wrong(call, NNEFCL_ERR_ARGUMENT, "its functions ask for item %zu of '%s', which has %zu", index, name,
                   count);
        return NULL;
    }
    if (value->kind == NCL_VALUE_ARRAY)
        value = &value->item[index];
    if (value->kind == kind)
        return value;
    call_wrong(call, NNEFCL_ERR_ARGUMENT, "its functions ask for a value of type %s of '%s', which has type %s",
               kind_name(kind), name, kind_name(value->kind));
    return NULL;
}

size_t nnefcl_call_count(nnefcl_call *call, const char *name)
{
    const struct ncl_value *value = attribute(call, name);
    return !value ? 0 : value->kind == NCL_VALUE_ARRAY ? value->count : 1;
}

int64_t nnefcl_call_integer(nnefcl_call *call, const char *name, size_t index)
{
    const struct ncl_value *value = attribute_item(call, name, index, NCL_VALUE_INTEGER);
    return value ? value->integer : 0;
}

double nnefcl_call_scalar(nnefcl_call *call, const char *name, size_t index)
{
    const struct ncl_value *value = attribute_item(call, name, index, NCL_VALUE_SCALAR);
    return value ? value->scalar : 0;
}

int nnefcl_call_logical(nnefcl_call *call, const char *name, size_t index)
{
    const struct ncl_value *value = attribute_item(call, name, index, NCL_VALUE_LOGICAL);
    return value ? value->logical : 0;
}

const char *nnefcl_call_string(nnefcl_call *call, const char *name, size_t index)
{
    const struct ncl_value *value = attribute_item(call, name, index, NCL_VALUE_STRING);
    return value ? value->string : NULL;
}

/* ---- elements ---- */

static bool has_elements(nnefcl_call *call)
{
    if (call && !call->reference)
        call_wrong(call, NNEFCL_ERR_ARGUMENT, "its functions ask for elements, which only its definition gets");
    return call && call->reference;
}

const double *nnefcl_call_elements(nnefcl_call *call, const char *parameter)
{
    const struct ncl_tensor *tensor = has_elements(call) ? call_tensor(call, parameter) : NULL;
    return tensor ? ncl_reference_in(call->reference, tensor) : NULL;
}

double *nnefcl_call_result(nnefcl_call *call, const char *result)
{
    const size_t r = has_elements(call) ? result_of(call, result) : SIZE_MAX;
    return r != SIZE_MAX ? ncl_reference_out(call->reference, call->node->result[r].tensor) : NULL;
}

double *nnefcl_call_scale(nnefcl_call *call, const char *result, uint64_t terms)
{
    const size_t r = has_elements(call) ? result_of(call, result) : SIZE_MAX;
    return r != SIZE_MAX ? ncl_reference_scale(call->reference, call->node->result[r].tensor, terms) : NULL;
}
