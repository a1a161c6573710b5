/* SPDX-License-Identifier: Apache-2.0 */
/* Declarations as data: what ir/make.h has to know of a fragment. */
#include "front/signature_make.h"
#include "front/literal.h"

bool ncl_signature_dtype(const struct ncl_type *primitive, nnefcl_dtype *dtype)
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

static struct ncl_sort sort_of(const struct ncl_type *type)
{
    static const enum ncl_value_kind kind[] = {
        [NCL_TYPE_INTEGER] = NCL_VALUE_INTEGER, [NCL_TYPE_SCALAR] = NCL_VALUE_SCALAR,
        [NCL_TYPE_LOGICAL] = NCL_VALUE_LOGICAL, [NCL_TYPE_STRING] = NCL_VALUE_STRING,
        [NCL_TYPE_GENERIC] = NCL_VALUE_NONE,    [NCL_TYPE_TENSOR] = NCL_VALUE_TENSOR,
        [NCL_TYPE_ARRAY] = NCL_VALUE_ARRAY,     [NCL_TYPE_TUPLE] = NCL_VALUE_TUPLE};
    struct ncl_sort sort = {.dtype = NNEFCL_SCALAR};
    for (; type->kind == NCL_TYPE_ARRAY && type->item_count; type = type->item[0])
        sort.arrays++;
    sort.kind = kind[type->kind];
    sort.unbound = type->kind == NCL_TYPE_TENSOR && type->item_count == 0;
    if (type->kind == NCL_TYPE_TENSOR && type->item_count)
        type = type->item[0];
    sort.generic = type->kind == NCL_TYPE_GENERIC;
    ncl_signature_dtype(type, &sort.dtype);
    return sort;
}

/* Names and sorts of parameters or results. */
static bool list_fields(struct ncl_arena *arena, const struct ncl_parameter *list, size_t count,
                        const char *const **names, const struct ncl_sort **sorts)
{
    const char **name = NCL_NEW_ARRAY(arena, const char *, count);
    struct ncl_sort *sort = NCL_NEW_ARRAY(arena, struct ncl_sort, count);
    for (size_t i = 0; name && sort && i < count; i++) {
        name[i] = list[i].name;
        sort[i] = sort_of(list[i].type);
    }
    *names = name;
    *sorts = sort;
    return name && sort;
}

bool ncl_signature_make(struct ncl_arena *arena, const struct ncl_fragment *fragment, struct ncl_signature *signature)
{
    struct ncl_value *initial = NCL_NEW_ARRAY(arena, struct ncl_value, fragment->parameter_count);
    *signature = (struct ncl_signature){.name = fragment->name,
                                        .parameter_count = fragment->parameter_count,
                                        .result_count = fragment->result_count,
                                        .initial = initial};
    for (size_t i = 0; initial && i < fragment->parameter_count; i++)
        if (fragment->parameter[i].initial && !ncl_literal_value(arena, fragment->parameter[i].initial, &initial[i]))
            return false;
    return initial &&
           list_fields(arena, fragment->parameter, fragment->parameter_count, &signature->parameter,
                       &signature->takes) &&
           list_fields(arena, fragment->result, fragment->result_count, &signature->result, &signature->gives);
}
