/* SPDX-License-Identifier: Apache-2.0 */
#include "text_table.h"

#include <string.h>

#include "clean.h"
#include "fold_lines.h"

enum { GAP = 2, LEAST = 8 }; /* blanks between columns; what folding leaves of one */

const char **table_add(struct table *table)
{
    table->row = pool_grow(table->pool, table->row, table->row_count, sizeof *table->row);
    const char **row = table->row[table->row_count++];
    for (size_t c = 0; c < TABLE_COLUMNS; c++)
        row[c] = "";
    return row;
}

static size_t text_width(const char *text)
{
    size_t characters;
    fold_piece(text, (size_t)-1, &characters);
    return characters;
}

static size_t total_width(const struct table *table, const size_t *width)
{
    size_t total = 0;
    for (size_t c = 0; c < table->column_count; c++)
        total += width[c] + (c ? GAP : 0);
    return total;
}

/* The widest part of a text that has no place to be broken at. */
static size_t part_width(const char *text)
{
    size_t widest = 0, width = 0;
    for (; *text; text++) {
        width += ((unsigned char)*text & 0xc0) != 0x80 && *text != ' ';
        widest = width > widest ? width : widest;
        width = *text == ' ' || fold_joins(*text) ? 0 : width;
    }
    return widest;
}

/* The widest of those that fold, and are wider than `least`, gives way, one character at a time. */
static void fit(const struct table *table, const size_t *least, size_t *width)
{
    const size_t room = fold_terminal();
    while (room && total_width(table, width) > room) {
        size_t widest = table->column_count;
        for (size_t c = 0; c < table->column_count; c++)
            if (table->column[c].folds && width[c] > least[c] &&
                (widest == table->column_count || width[c] > width[widest]))
                widest = c;
        if (widest == table->column_count)
            return;
        width[widest]--;
    }
}

static void pad(char *line, size_t count)
{
    memset(line + strlen(line), ' ', count);
}

/* One row, on as many lines as its longest cell needs. */
static void print_row(const struct table *table, const char *const *cells, const size_t *width)
{
    const char *rest[TABLE_COLUMNS];
    size_t bytes = 1;
    memcpy(rest, cells, sizeof rest);
    for (size_t c = 0; c < table->column_count; c++)
        bytes += strlen(cells[c]) + width[c] + GAP;
    for (bool more = true; more;) {
        char *line = pool_alloc(table->pool, bytes);
        more = false;
        for (size_t c = 0; c < table->column_count; c++) {
            size_t taken, length = fold_piece(rest[c], width[c], &taken);
            pad(line, (c ? GAP : 0) + (table->column[c].right ? width[c] - taken : 0));
            strncat(line, rest[c], length);
            pad(line, table->column[c].right || c + 1 == table->column_count ? 0 : width[c] - taken);
            rest[c] += length + strspn(rest[c] + length, " ");
            more |= *rest[c] != '\0';
        }
        for (size_t end = strlen(line); end && line[end - 1] == ' ';)
            line[--end] = '\0';
        print("%s\n", line);
    }
}

void table_print(const struct table *table)
{
    size_t width[TABLE_COLUMNS], whole[TABLE_COLUMNS], least[TABLE_COLUMNS]; /* with whole parts, and without */
    const char *title[TABLE_COLUMNS];
    for (size_t c = 0; c < table->column_count; c++) {
        title[c] = table->column[c].title;
        width[c] = text_width(title[c]);
        least[c] = width[c] > LEAST ? width[c] : LEAST;
        whole[c] = least[c];
        for (size_t r = 0; r < table->row_count; r++) {
            width[c] = text_width(table->row[r][c]) > width[c] ? text_width(table->row[r][c]) : width[c];
            whole[c] = part_width(table->row[r][c]) > whole[c] ? part_width(table->row[r][c]) : whole[c];
        }
    }
    fit(table, whole, width);
    fit(table, least, width);
    print_row(table, title, width);
    for (size_t r = 0; r < table->row_count; r++)
        print_row(table, table->row[r], width);
}
