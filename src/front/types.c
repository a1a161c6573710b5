/* SPDX-License-Identifier: Apache-2.0 */
#include "front/types.h"

#include "nnef/print.h"

const struct ncl_type ncl_type_integer = {.kind = NCL_TYPE_INTEGER};
const struct ncl_type ncl_type_scalar = {.kind = NCL_TYPE_SCALAR};
const struct ncl_type ncl_type_logical = {.kind = NCL_TYPE_LOGICAL};
const struct ncl_type ncl_type_string = {.kind = NCL_TYPE_STRING};
const struct ncl_type ncl_type_generic = {.kind = NCL_TYPE_GENERIC};
const struct ncl_type ncl_type_empty_array = {.kind = NCL_TYPE_ARRAY};

bool ncl_type_is_primitive(const struct ncl_type *type)
{
    return type->kind <= NCL_TYPE_GENERIC;
}

bool ncl_type_is_number(const struct ncl_type *type)
{
    return type->kind == NCL_TYPE_INTEGER || type->kind == NCL_TYPE_SCALAR;
}

bool ncl_type_has_tensor(const struct ncl_type *type)
{
    bool found = type->kind == NCL_TYPE_TENSOR;
    for (size_t i = 0; i < type->item_count && !found; i++)
        found = ncl_type_has_tensor(type->item[i]);
    return found;
}

bool ncl_type_has_generic(const struct ncl_type *type)
{
    bool found = type->kind == NCL_TYPE_GENERIC;
    for (size_t i = 0; i < type->item_count && !found; i++)
        found = ncl_type_has_generic(type->item[i]);
    return found;
}

bool ncl_type_equal(const struct ncl_type *a, const struct ncl_type *b)
{
    if (a->kind != b->kind || a->item_count != b->item_count)
        return false;
    for (size_t i = 0; i < a->item_count; i++)
        if (!ncl_type_equal(a->item[i], b->item[i]))
            return false;
    return true;
}

bool ncl_type_castable(const struct ncl_type *from, const struct ncl_type *to)
{
    if (to->kind == NCL_TYPE_TENSOR) {
        if (from->kind == NCL_TYPE_TENSOR)
            return to->item_count == 0 || ncl_type_equal(from, to);
        return ncl_type_is_primitive(from) && (to->item_count == 0 || ncl_type_equal(from, to->item[0]));
    }
    if (from->kind == NCL_TYPE_ARRAY && to->kind == NCL_TYPE_ARRAY)
        return from->item_count == 0 || (to->item_count == 1 && ncl_type_castable(from->item[0], to->item[0]));
    if (from->kind == NCL_TYPE_TUPLE && to->kind == NCL_TYPE_TUPLE) {
        if (from->item_count != to->item_count)
            return false;
        for (size_t i = 0; i < from->item_count; i++)
            if (!ncl_type_castable(from->item[i], to->item[i]))
                return false;
        return true;
    }
    return ncl_type_equal(from, to);
}

static const struct ncl_type *compound(struct ncl_arena *arena, enum ncl_type_kind kind,
                                       const struct ncl_type *const *item, size_t count)
{
    struct ncl_type *type = NCL_NEW(arena, struct ncl_type);
    const struct ncl_type **items = NCL_NEW_ARRAY(arena, const struct ncl_type *, count);
    if (!type || !items)
        return NULL;
    for (size_t i = 0; i < count; i++)
        items[i] = item[i];
    *type = (struct ncl_type){kind, count, items};
    return type;
}

const struct ncl_type *ncl_type_tensor(struct ncl_arena *arena, const struct ncl_type *item)
{
    return compound(arena, NCL_TYPE_TENSOR, &item, 1);
}

const struct ncl_type *ncl_type_array(struct ncl_arena *arena, const struct ncl_type *item)
{
    return compound(arena, NCL_TYPE_ARRAY, &item, 1);
}

const struct ncl_type *ncl_type_tuple(struct ncl_arena *arena, const struct ncl_type *const *item, size_t count)
{
    return compound(arena, NCL_TYPE_TUPLE, item, count);
}

/* Items of arrays and tuples find their common types one by one: ([], x) and (a, 0.0) meet in (tensor<scalar>[],
 * tensor<scalar>). */
const struct ncl_type *ncl_type_common(struct ncl_arena *arena, const struct ncl_type *a, const struct ncl_type *b)
{
    if (ncl_type_castable(a, b))
        return b;
    if (ncl_type_castable(b, a))
        return a;
    if (a->kind != b->kind || a->item_count != b->item_count ||
        (a->kind != NCL_TYPE_ARRAY && a->kind != NCL_TYPE_TUPLE))
        return NULL;
    const struct ncl_type **item = NCL_NEW_ARRAY(arena, const struct ncl_type *, a->item_count);
    if (!item)
        return NULL;
    for (size_t i = 0; i < a->item_count; i++)
        if (!(item[i] = ncl_type_common(arena, a->item[i], b->item[i])))
            return NULL;
    return compound(arena, a->kind, item, a->item_count);
}

const struct ncl_type *ncl_type_bind(struct ncl_arena *arena, const struct ncl_type *type,
                                     const struct ncl_type *generic)
{
    if (type->kind == NCL_TYPE_GENERIC)
        return generic;
    if (generic->kind == NCL_TYPE_GENERIC || !ncl_type_has_generic(type))
        return type;
    const struct ncl_type **item = NCL_NEW_ARRAY(arena, const struct ncl_type *, type->item_count);
    if (!item)
        return NULL;
    for (size_t i = 0; i < type->item_count; i++)
        if (!(item[i] = ncl_type_bind(arena, type->item[i], generic)))
            return NULL;
    return compound(arena, type->kind, item, type->item_count);
}

bool ncl_type_deduce(const struct ncl_type *parameter, const struct ncl_type *argument,
                     const struct ncl_type **candidate)
{
    if (parameter->kind == NCL_TYPE_GENERIC) {
        if (!ncl_type_is_primitive(argument))
            return true;
        if (*candidate && !ncl_type_equal(*candidate, argument))
            return false;
        *candidate = argument;
        return true;
    }
    if (parameter->kind == NCL_TYPE_TENSOR && ncl_type_is_primitive(argument) && parameter->item_count)
        return ncl_type_deduce(parameter->item[0], argument, candidate);
    if (parameter->kind != argument->kind || parameter->item_count != argument->item_count)
        return true;
    for (size_t i = 0; i < parameter->item_count; i++)
        if (!ncl_type_deduce(parameter->item[i], argument->item[i], candidate))
            return false;
    return true;
}

const char *ncl_type_text(struct ncl_arena *arena, const struct ncl_type *type)
{
    struct ncl_text text;
    ncl_text_init(&text, &arena->allocator);
    if (type->kind == NCL_TYPE_ARRAY && type->item_count == 0)
        ncl_text_add(&text, "the empty array");
    else
        ncl_print_type(&text, type);
    const char *copy = text.data ? ncl_arena_strdup(arena, text.data) : NULL;
    ncl_text_free(&text);
    return copy ? copy : "another type";
}
