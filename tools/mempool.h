/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of the command: taken piece by piece, given back all at once. Running out of it ends the process with status
 * 6, which only a command may do.
 */
#ifndef MEMPOOL_H
#define MEMPOOL_H

#include <stdarg.h>
#include <stddef.h>

struct pool {
    struct pool_block *first;
};

/* Ends the process; `size` 0: nobody knows how much was asked for. */
void pool_exhausted(size_t size) __attribute__((noreturn));
/* Zeroed memory that lives until pool_free. */
void *pool_alloc(struct pool *pool, size_t size);
/* `count` zeroed items; a product that does not fit counts as running out of memory. */
void *pool_array(struct pool *pool, size_t count, size_t size);
/* An array that grows by doubling: room for item `count` behind the `count` that are there. */
void *pool_grow(struct pool *pool, void *items, size_t count, size_t size);
char *pool_printf(struct pool *pool, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *pool_vprintf(struct pool *pool, const char *format, va_list args);
char *pool_copy(struct pool *pool, const char *text, size_t length);
void pool_free(struct pool *pool);

#endif
