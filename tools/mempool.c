/* SPDX-License-Identifier: Apache-2.0 */
#include "mempool.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "draft.h"
#include "talk.h"

struct pool_block {
    struct pool_block *next;
    max_align_t data[];
};

void pool_exhausted(size_t size)
{
    fprintf(stderr, size ? "nnef-cl-run: error: out of memory (%zu bytes)\n" : "nnef-cl-run: error: out of memory\n",
            size);
    draft_drop();
    fflush(stdout);
    _exit(STATUS_LIMIT); /* by no exit handler: drivers may still be being opened (drivers.h) */
}

void *pool_alloc(struct pool *pool, size_t size)
{
    struct pool_block *block = size < SIZE_MAX - sizeof *block ? calloc(1, sizeof *block + size) : NULL;
    if (!block)
        pool_exhausted(size);
    block->next = pool->first;
    pool->first = block;
    return block->data;
}

void *pool_array(struct pool *pool, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        pool_exhausted(SIZE_MAX);
    return pool_alloc(pool, count * size);
}

void *pool_grow(struct pool *pool, void *items, size_t count, size_t size)
{
    if (count & (count - 1)) /* there is room until a power of two is full */
        return items;
    char *grown = pool_array(pool, count ? count * 2 : 1, size);
    if (count)
        memcpy(grown, items, count * size);
    return grown;
}

char *pool_copy(struct pool *pool, const char *text, size_t length)
{
    char *copy = pool_alloc(pool, length + 1);
    if (length)
        memcpy(copy, text, length);
    return copy;
}

char *pool_vprintf(struct pool *pool, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    char *text = pool_alloc(pool, (length > 0 ? (size_t)length : 0) + 1);
    vsnprintf(text, (length > 0 ? (size_t)length : 0) + 1, format, again);
    va_end(again);
    return text;
}

char *pool_printf(struct pool *pool, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = pool_vprintf(pool, format, args);
    va_end(args);
    return text;
}

void pool_free(struct pool *pool)
{
    while (pool->first) {
        struct pool_block *block = pool->first;
        pool->first = block->next;
        free(block);
    }
}
