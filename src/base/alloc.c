/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"

#define BLOCK_MIN ((size_t)16 << 10)
#define BLOCK_MAX ((size_t)1 << 20)
#define ALIGNMENT _Alignof(max_align_t)

/* Blocks form a stack; only the top one has room that is still given out. */
struct ncl_arena_block {
    struct ncl_arena_block *previous;
    size_t used, size; /* bytes behind the header */
};

#define HEADER ((sizeof(struct ncl_arena_block) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT)

void *ncl_resize(const nnefcl_allocator *allocator, void *pointer, size_t size)
{
    if (allocator && allocator->resize)
        return allocator->resize(allocator->user, pointer, size);
    if (size == 0) {
        free(pointer);
        return NULL;
    }
    return realloc(pointer, size);
}

void ncl_arena_init(struct ncl_arena *arena, const nnefcl_allocator *allocator, size_t limit)
{
    *arena = (struct ncl_arena){.limit = limit};
    if (allocator)
        arena->allocator = *allocator;
}

void ncl_arena_free(struct ncl_arena *arena)
{
    while (arena->last) {
        struct ncl_arena_block *block = arena->last;
        arena->last = block->previous;
        ncl_resize(&arena->allocator, block, 0);
    }
    arena->used = 0;
}

/* Large requests get a block of their own, below the top, so that the room left in the top block is not lost. */
static struct ncl_arena_block *add_block(struct ncl_arena *arena, size_t size)
{
    size_t growth = arena->used < BLOCK_MIN ? BLOCK_MIN : arena->used > BLOCK_MAX ? BLOCK_MAX : arena->used;
    bool own = size > growth / 4 && arena->last;
    size_t room = own || size > growth ? size : growth, bytes, total;
    if (!ncl_add_size(room, HEADER, &bytes) || !ncl_add_size(arena->used, bytes, &total))
        return NULL;
    if (arena->limit && total > arena->limit) {
        if (!ncl_add_size(arena->used, size + HEADER, &total) || total > arena->limit) {
            arena->over_limit = true;
            return NULL;
        }
        room = size; /* the last bytes before the limit */
        bytes = room + HEADER;
    }
    struct ncl_arena_block *block = ncl_resize(&arena->allocator, NULL, bytes);
    if (!block)
        return NULL;
    *block = (struct ncl_arena_block){.size = room};
    arena->used += bytes;
    if (own) {
        block->previous = arena->last->previous;
        arena->last->previous = block;
    } else {
        block->previous = arena->last;
        arena->last = block;
    }
    return block;
}

void *ncl_arena_room(struct ncl_arena *arena, size_t size)
{
    if (size > PTRDIFF_MAX / 2) /* no object is that large, and no sum below wraps */
        return NULL;
    size_t rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (rounded == 0)
        rounded = ALIGNMENT;
    struct ncl_arena_block *block = arena->last;
    if (!block || block->size - block->used < rounded)
        block = add_block(arena, rounded);
    if (!block)
        return NULL;
    void *result = (char *)block + HEADER + block->used;
    block->used += rounded;
    return result;
}

void *ncl_arena_alloc(struct ncl_arena *arena, size_t size)
{
    void *result = ncl_arena_room(arena, size);
    return result ? memset(result, 0, size) : NULL;
}

void *ncl_arena_array(struct ncl_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    return ncl_mul_size(count, size, &bytes) ? ncl_arena_alloc(arena, bytes) : NULL;
}

char *ncl_arena_strndup(struct ncl_arena *arena, const char *text, size_t length)
{
    char *copy = length < SIZE_MAX ? ncl_arena_alloc(arena, length + 1) : NULL;
    if (copy && length)
        memcpy(copy, text, length);
    return copy;
}

char *ncl_arena_strdup(struct ncl_arena *arena, const char *text)
{
    return ncl_arena_strndup(arena, text, strlen(text));
}

char *ncl_arena_printf(struct ncl_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *result = length < 0 ? NULL : ncl_arena_alloc(arena, (size_t)length + 1);
    if (!result)
        return NULL;
    va_start(args, format);
    vsnprintf(result, (size_t)length + 1, format, args);
    va_end(args);
    return result;
}

bool ncl_arena_grow(struct ncl_arena *arena, void *array, size_t count, size_t *capacity, size_t item)
{
    if (count < *capacity)
        return true;
    size_t larger;
    if (!ncl_mul_size(*capacity, 2, &larger))
        return false;
    if (larger < 4)
        larger = 4;
    void *copy = ncl_arena_array(arena, larger, item), *old;
    if (!copy)
        return false;
    memcpy(&old, array, sizeof old); /* `array` points to a pointer of some other type */
    if (count)
        memcpy(copy, old, count * item);
    memcpy(array, &copy, sizeof copy);
    *capacity = larger;
    return true;
}
