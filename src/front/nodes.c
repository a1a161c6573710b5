/* SPDX-License-Identifier: Apache-2.0 */
/* Invocations of whole operations become nodes; literals for tensors become tensors of rank 0. */
#include "front/nodes.h"
#include "front/constant_math.h"
#include "front/signature_make.h"

/* ---- casts ---- */

/* Does the cast change the value? Arrays within each other may be one array many times, so looking costs. */
static bool needs_cast(struct ncl_build *build, const struct ncl_type *type, const struct ncl_value *value)
{
    if (type->kind == NCL_TYPE_TENSOR)
        return value->kind != NCL_VALUE_TENSOR;
    if (type->kind != NCL_TYPE_ARRAY && type->kind != NCL_TYPE_TUPLE)
        return false;
    for (size_t i = 0; i < value->count && ncl_build_spend(build, 1); i++)
        if (needs_cast(build, type->item[type->kind == NCL_TYPE_ARRAY ? 0 : i], &value->item[i]))
            return true;
    return false;
}

nnefcl_status ncl_nodes_cast(struct ncl_build *build, const struct ncl_type *type, const struct ncl_type *generic,
                             struct ncl_loc at, struct ncl_value *value)
{
    if (!ncl_type_has_tensor(type) || !needs_cast(build, type, value))
        return NNEFCL_OK;
    if (type->kind == NCL_TYPE_TENSOR)
        return ncl_make_literal(&build->infer, at, value);
    struct ncl_value *item = ncl_constant_items(build, at, value->count);
    if (!item)
        return build->diag->status;
    nnefcl_status status = NNEFCL_OK;
    for (size_t i = 0; i < value->count && !status; i++) {
        item[i] = value->item[i];
        status = ncl_nodes_cast(build, type->item[type->kind == NCL_TYPE_ARRAY ? 0 : i], generic, at, &item[i]);
    }
    value->item = item;
    return status;
}

/* ---- nodes ---- */

nnefcl_status ncl_nodes_make(struct ncl_build *build, const struct ncl_declared *callee, struct ncl_value *argument,
                             const struct ncl_type *generic, struct ncl_loc at, struct ncl_value *result)
{
    const struct ncl_signature *signature = &callee->signature;
    nnefcl_dtype dtype = NNEFCL_SCALAR;
    struct ncl_node *node;
    nnefcl_status status = ncl_reshape_inputs(build, signature, at, argument);
    for (size_t i = 0; i < signature->parameter_count; i++)
        if (argument[i].kind == NCL_VALUE_ARRAY)
            ncl_build_spend(build, argument[i].count);
    if (status)
        return status;
    if (generic && !ncl_signature_dtype(generic, &dtype))
        return ncl_error(build->diag, NNEFCL_ERR_UNSUPPORTED, at, "%s: tensors of strings are not supported",
                         signature->name);
    status = ncl_make_bound(&build->infer, signature, dtype, argument, at, &node);
    if (status)
        return status;
    *result = node->result[0];
    if (node->result_count > 1)
        *result = (struct ncl_value){.kind = NCL_VALUE_TUPLE, .count = node->result_count, .item = node->result};
    return NNEFCL_OK;
}
