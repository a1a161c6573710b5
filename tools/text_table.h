/* SPDX-License-Identifier: Apache-2.0 */
/* Tables for people: columns as wide as their content, long rows folded to the terminal. */
#ifndef TEXT_TABLE_H
#define TEXT_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "mempool.h"

struct table_column {
    const char *title;
    bool right; /* numbers */
    bool folds; /* gives way where the terminal is too narrow */
};

enum { TABLE_COLUMNS = 12 };

struct table {
    struct pool *pool;
    const struct table_column *column;
    size_t column_count;
    const char *(*row)[TABLE_COLUMNS];
    size_t row_count;
};

/* A new row of empty cells; its texts must live as long as the table. */
const char **table_add(struct table *table);
/* To stdout, cleaned. */
void table_print(const struct table *table);

#endif
