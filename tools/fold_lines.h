/* SPDX-License-Identifier: Apache-2.0 */
/* Lines for people, no wider than the terminal. */
#ifndef FOLD_LINES_H
#define FOLD_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* Columns of the terminal behind stdout: COLUMNS, else what the terminal says; 0: no terminal, as wide as you like. */
size_t fold_terminal(void);
/* A text is best broken behind a blank, else behind a sign that joins the parts of names, shapes and places. */
bool fold_joins(char c);
/* Bytes of the next piece of a text that fits in `width` characters; bytes that continue a character of UTF-8 take no
 * room. */
size_t fold_piece(const char *text, size_t width, size_t *characters);

/* One line to stdout, cleaned; what the terminal has no room for follows on further lines, behind `indent` blanks. */
void print_folded(size_t indent, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
