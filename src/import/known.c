/* SPDX-License-Identifier: Apache-2.0 */
#include "import/known.h"

#include <string.h>

#include "base/checked.h"

bool ncl_known_count(const nnefcl_shape *shape, size_t *count)
{
    size_t product = 1;
    for (int i = 0; i < shape->rank; i++)
        if (shape->extent[i] < 0 || !ncl_mul_size(product, (size_t)shape->extent[i], &product))
            return false;
    *count = product;
    return product <= NCL_KNOWN_MAX;
}

struct ncl_known *ncl_known_new(struct ncl_arena *arena, enum ncl_stored_type element, const nnefcl_shape *shape)
{
    size_t count;
    struct ncl_known *known = ncl_known_count(shape, &count) ? NCL_NEW(arena, struct ncl_known) : NULL;
    if (!known)
        return NULL;
    known->element = element;
    known->shape = *shape;
    known->count = count;
    known->integer = NCL_NEW_ARRAY(arena, int64_t, count);
    return known->integer ? known : NULL;
}

struct ncl_known *ncl_known_scalar(struct ncl_arena *arena, enum ncl_stored_type element, double value)
{
    struct ncl_known *known = ncl_known_new(arena, element, &(nnefcl_shape){0});
    if (known && ncl_known_is_real(known))
        known->real[0] = value;
    else if (known)
        known->integer[0] = (int64_t)value;
    return known;
}

struct ncl_known *ncl_known_integers(struct ncl_arena *arena, const int64_t *value, size_t count)
{
    struct ncl_known *known =
        ncl_known_new(arena, NCL_STORED_INT64, &(nnefcl_shape){.rank = 1, .extent = {(int64_t)count}});
    if (known && count)
        memcpy(known->integer, value, count * sizeof *value);
    return known;
}

struct ncl_known *ncl_known_decode(struct ncl_arena *arena, enum ncl_stored_type element, const nnefcl_shape *shape,
                                   const void *data)
{
    struct ncl_known *known = ncl_known_new(arena, element, shape);
    if (known && ncl_known_is_real(known))
        ncl_stored_to_double(element, data, 0, known->count, known->real);
    else if (known)
        ncl_stored_to_int64(element, data, 0, known->count, known->integer);
    return known;
}

struct ncl_known *ncl_known_reshape(struct ncl_arena *arena, const struct ncl_known *known, const nnefcl_shape *shape)
{
    struct ncl_known *made = NCL_NEW(arena, struct ncl_known);
    if (made) {
        *made = *known;
        made->shape = *shape;
    }
    return made;
}

double ncl_known_rounded(enum ncl_stored_type element, double value)
{
    return element == NCL_STORED_FLOAT64 ? value : (double)(float)value;
}

double ncl_known_double(const struct ncl_known *known, size_t index)
{
    return ncl_known_is_real(known) ? known->real[index] : (double)known->integer[index];
}

int64_t ncl_known_int64(const struct ncl_known *known, size_t index)
{
    return ncl_known_is_real(known) ? ncl_int64_of(known->real[index]) : known->integer[index];
}

bool ncl_known_is_filled(const struct ncl_known *known)
{
    for (size_t i = 1; i < known->count; i++)
        if (memcmp(&known->integer[i], &known->integer[0], sizeof *known->integer) != 0)
            return false;
    return known->count > 0;
}
