/* SPDX-License-Identifier: Apache-2.0 */
/* Levels of a sparse tensor are its axes in the order of `traversal`, then those of blocks. Each says for every place
 * of the levels above which indices there are: all of them, or those between two marks in a list. */
#include "import/tensorflow/tflite_sparse.h"

#include <string.h>

#include "import/tensorflow/tflite_schema.h"

#define MAX_LEVELS (2 * NNEFCL_MAX_RANK)

struct level {
    int axis;       /* of the tensor */
    int64_t extent; /* how many indices there may be, */
    int64_t factor; /* and what one of them is in elements of the axis */
    bool listed;
    struct ncl_flat_vector mark, index;
};

struct sparse {
    struct ncl_import *import;
    const nnefcl_shape *shape;
    int levels;
    struct level level[MAX_LEVELS];
    const uint8_t *value;
    size_t left, item; /* values that are not taken yet */
    uint8_t *out;
    int64_t stride[NNEFCL_MAX_RANK];
};

static void damaged(struct sparse *s)
{
    if (!s->import->status)
        ncl_import_invalid(s->import, "a sparse tensor is damaged");
}

/* A list of numbers of 4 bytes, 2 or 1, as the kind of its union says. */
static struct ncl_flat_vector list_of(struct ncl_flat_table level, unsigned field)
{
    static const size_t bytes[] = {0, 4, 2, 1};
    const uint64_t kind = ncl_flat_uint(level, field, 1, 0);
    const struct ncl_flat_vector none = {.count = 0};
    return kind > 0 && kind < sizeof bytes / sizeof *bytes
               ? ncl_flat_items(ncl_flat_sub(level, field + 1), 0, bytes[kind])
               : none;
}

/* Marks do not fall, and end within the list: what is walked is no more than the lists are long. */
static bool are_marks(struct ncl_flat_vector mark, size_t indices, int64_t places)
{
    if (places < 0 || mark.count != (uint64_t)places + 1)
        return false;
    for (size_t i = 0; i < mark.count; i++)
        if (ncl_flat_uint_at(mark, i) > indices || (i > 0 && ncl_flat_uint_at(mark, i) < ncl_flat_uint_at(mark, i - 1)))
            return false;
    return true;
}

/* `places` of the levels above; returns those with this one. */
static int64_t read_level(struct sparse *s, struct ncl_flat_table table, struct level *level, int64_t places)
{
    level->listed = ncl_flat_int(table, LEVEL_FORMAT, 1, 0) == 1;
    if (!level->listed) {
        if (ncl_flat_int(table, LEVEL_EXTENT, 4, 0) != level->extent)
            damaged(s);
        if (__builtin_mul_overflow(places, level->extent, &places))
            damaged(s);
        return places;
    }
    level->mark = list_of(table, LEVEL_MARKS);
    level->index = list_of(table, LEVEL_INDICES);
    if (!are_marks(level->mark, level->index.count, places))
        damaged(s);
    return (int64_t)level->index.count;
}

/* Extents of levels: those of the axes, divided by the blocks that lie in them. */
static void read_axes(struct sparse *s, struct ncl_flat_table sparsity, struct ncl_flat_vector levels)
{
    const struct ncl_flat_vector order = ncl_flat_items(sparsity, SPARSE_ORDER, 4),
                                 blocks = ncl_flat_items(sparsity, SPARSE_BLOCKS, 4);
    const int rank = s->shape->rank;
    int64_t block[NNEFCL_MAX_RANK];
    bool seen[MAX_LEVELS] = {false};
    if (order.count != levels.count || levels.count != (size_t)rank + blocks.count || levels.count > MAX_LEVELS)
        damaged(s);
    for (int i = 0; i < rank; i++)
        block[i] = 1;
    s->levels = (int)levels.count;
    for (int i = s->levels - 1; i >= 0 && !s->import->status; i--) {
        const int64_t at = ncl_flat_int_at(order, (size_t)i),
                      axis = at < rank ? at : ncl_flat_int_at(blocks, (size_t)(at - rank));
        if (at < 0 || at >= s->levels || (at < rank) != (i < rank) || seen[at] || axis < 0 || axis >= rank) {
            damaged(s);
            return;
        }
        seen[at] = true;
        const int64_t extent = i < rank ? s->shape->extent[axis] / block[axis]
                                        : ncl_flat_int(ncl_flat_table_at(levels, (size_t)i), LEVEL_EXTENT, 4, 0);
        s->level[i] = (struct level){.axis = (int)axis, .extent = extent, .factor = block[axis]};
        if (extent < 1 || __builtin_mul_overflow(block[axis], extent, &block[axis]) ||
            block[axis] > s->shape->extent[axis] || s->shape->extent[axis] % block[axis])
            damaged(s);
    }
}

static void put(struct sparse *s, int64_t at)
{
    if (s->left == 0) {
        damaged(s);
        return;
    }
    memcpy(s->out + (size_t)at * s->item, s->value, s->item);
    s->value += s->item;
    s->left--;
}

/* `place` among those of the levels above; `at`: the element that they lead to. */
static void walk(struct sparse *s, int depth, int64_t place, int64_t at)
{
    if (depth == s->levels) {
        put(s, at);
        return;
    }
    const struct level *level = &s->level[depth];
    const int64_t stride = s->stride[level->axis] * level->factor,
                  begin = level->listed ? (int64_t)ncl_flat_uint_at(level->mark, (size_t)place) : 0,
                  end = level->listed ? (int64_t)ncl_flat_uint_at(level->mark, (size_t)place + 1) : level->extent;
    for (int64_t i = begin; i < end && !s->import->status; i++) {
        const int64_t index = level->listed ? (int64_t)ncl_flat_uint_at(level->index, (size_t)i) : i;
        if (index >= level->extent)
            damaged(s);
        else
            walk(s, depth + 1, level->listed ? i : place * level->extent + i, at + index * stride);
    }
}

const void *ncl_tflite_dense(struct ncl_import *import, struct ncl_flat_table sparsity, const nnefcl_shape *shape,
                             const uint8_t *value, size_t size, size_t item)
{
    struct sparse s = {.import = import, .shape = shape, .value = value, .left = size / item, .item = item};
    const struct ncl_flat_vector levels = ncl_flat_items(sparsity, SPARSE_LEVELS, 4);
    int64_t places = 1, count = 1;
    size_t whole;
    for (int i = shape->rank - 1; i >= 0 && !import->status; i--) {
        s.stride[i] = count;
        if (__builtin_mul_overflow(count, shape->extent[i], &count))
            damaged(&s);
    }
    if (!import->status)
        read_axes(&s, sparsity, levels);
    for (int i = 0; i < s.levels && !import->status; i++)
        places = read_level(&s, ncl_flat_table_at(levels, (size_t)i), &s.level[i], places);
    if (import->status)
        return NULL;
    s.out = __builtin_mul_overflow((size_t)count, item, &whole) ? NULL : ncl_arena_alloc(import->arena, whole);
    if (!s.out) {
        ncl_import_nomem(import);
        return NULL;
    }
    walk(&s, 0, 0, 0);
    return import->status ? NULL : s.out;
}
