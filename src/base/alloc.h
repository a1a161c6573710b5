/* SPDX-License-Identifier: Apache-2.0 */
/* Host memory: the caller's allocator, and arenas on top of it. One free per object: what belongs together lives in one
 * arena. */
#ifndef NCL_ALLOC_H
#define NCL_ALLOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nnefcl/status.h"

/* realloc through the allocator (NULL or an empty one: the C library). */
void *ncl_resize(const nnefcl_allocator *allocator, void *pointer, size_t size);

struct ncl_arena_block;

/* Bump allocation, freed as a whole. `limit` bounds the sum of all blocks (0: none); beyond it allocation fails like
 * out of memory and `over_limit` is set. */
struct ncl_arena {
    nnefcl_allocator allocator;
    struct ncl_arena_block *last;
    size_t used, limit;
    bool over_limit;
};

void ncl_arena_init(struct ncl_arena *arena, const nnefcl_allocator *allocator, size_t limit);
void ncl_arena_free(struct ncl_arena *arena);
/* Zeroed memory, aligned for any type; NULL when there is none. size 0 gives a valid pointer. */
void *ncl_arena_alloc(struct ncl_arena *arena, size_t size);
/* The same, but the bytes are what they are: for what is read into them at once. */
void *ncl_arena_room(struct ncl_arena *arena, size_t size);
/* count * size, checked. */
void *ncl_arena_array(struct ncl_arena *arena, size_t count, size_t size);
char *ncl_arena_strndup(struct ncl_arena *arena, const char *text, size_t length);
char *ncl_arena_strdup(struct ncl_arena *arena, const char *text);
char *ncl_arena_printf(struct ncl_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define NCL_NEW(arena, type)              ((type *)ncl_arena_alloc(arena, sizeof(type)))
#define NCL_NEW_ARRAY(arena, type, count) ((type *)ncl_arena_array(arena, count, sizeof(type)))

/* Grows an array that lives in an arena: doubles *capacity when count reaches it and copies. False: out of memory.
 * `array` is the address of the pointer. */
bool ncl_arena_grow(struct ncl_arena *arena, void *array, size_t count, size_t *capacity, size_t item);
#define NCL_GROW(arena, array, count, capacity) ncl_arena_grow(arena, &(array), count, &(capacity), sizeof *(array))

#endif
