/* SPDX-License-Identifier: Apache-2.0 */
#include "ir/layout.h"

#include <string.h>

#include "base/checked.h"

bool ncl_layout_equal(const struct ncl_layout *a, const struct ncl_layout *b)
{
    return a->element == b->element && a->step == b->step && a->block == b->block &&
           (!a->block || a->axis == b->axis) && a->outer == b->outer && (!a->outer || a->pitch == b->pitch) &&
           memcmp(a->before, b->before, sizeof a->before) == 0 && memcmp(a->after, b->after, sizeof a->after) == 0;
}

bool ncl_layout_is_plain(const struct ncl_layout *layout)
{
    const struct ncl_layout plain = {0};
    return ncl_layout_equal(layout, &plain);
}

/* No cell that is not an element, and those in the order of the axes. */
static bool is_dense_layout(const struct ncl_layout *layout, const nnefcl_shape *shape)
{
    struct ncl_layout dense = {.element = layout->element, .step = layout->step};
    if (layout->block) {
        const int last = shape->rank - 1, first = layout->axis == last ? last - 1 : layout->axis + 1,
                  end = layout->axis == last ? last : shape->rank;
        for (int axis = first < 0 ? 0 : first; axis < end; axis++)
            if (shape->extent[axis] != 1)
                return false;
    }
    return ncl_layout_bytes(layout, NNEFCL_SCALAR, shape) == ncl_layout_bytes(&dense, NNEFCL_SCALAR, shape);
}

bool ncl_layout_coincide(const struct ncl_layout *a, const struct ncl_layout *b, const nnefcl_shape *shape)
{
    return a->element == b->element && a->step == b->step && is_dense_layout(a, shape) && is_dense_layout(b, shape);
}

size_t ncl_layout_element(const struct ncl_layout *layout, nnefcl_dtype dtype)
{
    return layout->element == NCL_ELEMENT_OWN ? nnefcl_dtype_size(dtype) : 2;
}

int64_t ncl_layout_extent(const struct ncl_layout *layout, const nnefcl_shape *shape, int axis)
{
    const int64_t extent = shape->extent[axis], block = layout->block;
    if (block && axis == layout->axis)
        return extent / block + (extent % block != 0);
    return axis < 2 ? extent : extent + layout->before[axis - 2] + layout->after[axis - 2];
}

bool ncl_layout_is_planes(const struct ncl_layout *layout, const nnefcl_shape *shape)
{
    return layout->block && layout->axis == 1 && shape->rank == 5;
}

/* The axis that lies k-th from the inside, block aside. */
static int axis_from_inside(const struct ncl_layout *layout, const nnefcl_shape *shape, int k)
{
    const int last = shape->rank - 1;
    const bool swapped = layout->block && layout->axis == last && last > 0 && k < 2;
    if (ncl_layout_is_planes(layout, shape) && (k == 2 || k == 3))
        return k - 1;
    return swapped ? last - 1 + k : last - k;
}

int64_t ncl_layout_images(const struct ncl_layout *layout, const nnefcl_shape *shape)
{
    int64_t images = 1;
    for (int i = 0; i < layout->outer; i++)
        images *= shape->extent[axis_from_inside(layout, shape, shape->rank - 1 - i)];
    return images;
}

/* Elements of the axes inside of the first `outer` ones; false: too many. */
static bool count_inside(const struct ncl_layout *layout, const nnefcl_shape *shape, int outer, size_t *count)
{
    *count = layout->block ? layout->block : 1;
    for (int k = 0; k < shape->rank - outer; k++)
        if (!ncl_mul_size(*count, (size_t)ncl_layout_extent(layout, shape, axis_from_inside(layout, shape, k)), count))
            return false;
    return true;
}

uint64_t ncl_layout_bytes(const struct ncl_layout *layout, nnefcl_dtype dtype, const nnefcl_shape *shape)
{
    size_t rows = 1, bytes, before;
    if (!count_inside(layout, shape, layout->outer, &bytes))
        return UINT64_MAX;
    for (int i = 1; i <= layout->outer; i++)
        if (!ncl_mul_size(rows, (size_t)shape->extent[axis_from_inside(layout, shape, shape->rank - i)], &rows))
            return UINT64_MAX;
    if (!ncl_mul_size(rows - 1, (size_t)layout->pitch, &before) || __builtin_add_overflow(bytes, before, &bytes) ||
        !ncl_mul_size(bytes, ncl_layout_element(layout, dtype), &bytes))
        return UINT64_MAX;
    return bytes;
}

int64_t ncl_layout_stride(const struct ncl_layout *layout, const nnefcl_shape *shape, int axis)
{
    int64_t stride = layout->block ? layout->block : 1;
    for (int k = 0; k < shape->rank; k++) {
        const int at = axis_from_inside(layout, shape, k);
        if (layout->outer && k == shape->rank - layout->outer)
            stride = layout->pitch;
        if (at == axis)
            break;
        stride *= ncl_layout_extent(layout, shape, at);
    }
    return stride;
}

struct ncl_layout ncl_layout_part(const struct ncl_layout *whole, const nnefcl_shape *shape)
{
    struct ncl_layout part = *whole;
    part.outer = ncl_layout_is_planes(whole, shape) ? 2 : 1;
    if (ncl_layout_images(&part, shape) > 1)
        part.pitch = ncl_layout_stride(whole, shape, part.outer == 2 ? 2 : 0);
    else
        part = *whole;
    return part;
}

int64_t ncl_layout_offset(const struct ncl_layout *layout, const nnefcl_shape *shape, const int64_t *position)
{
    int64_t offset = 0;
    for (int i = 0; i < shape->rank; i++) {
        const int64_t stride = ncl_layout_stride(layout, shape, i);
        if (layout->block && i == layout->axis)
            offset += position[i] / layout->block * stride + position[i] % layout->block;
        else
            offset += (position[i] + (i < 2 ? 0 : layout->before[i - 2])) * stride;
    }
    return offset;
}

void ncl_layout_print(struct ncl_text *text, const struct ncl_layout *layout)
{
    int axes = NCL_LAYOUT_HALO;
    while (axes && !layout->before[axes - 1] && !layout->after[axes - 1])
        axes--;
    if (layout->block)
        ncl_text_printf(text, "axis%d/%d ", layout->axis, layout->block);
    for (int i = 0; i < axes; i++)
        ncl_text_printf(text, "%s%d+%d%s", i ? "," : "halo", layout->before[i], layout->after[i],
                        i == axes - 1 ? " " : "");
    if (layout->element == NCL_ELEMENT_HALF)
        ncl_text_add(text, "half ");
    if (layout->element == NCL_ELEMENT_WHOLE)
        ncl_text_printf(text, "whole%g ", (double)layout->step);
    if (layout->outer)
        ncl_text_printf(text, "pitch%lld ", (long long)layout->pitch);
}
