/* SPDX-License-Identifier: Apache-2.0 */
/* Text for people. What comes from a model, a file or a driver never acts on the terminal: this is the one place that
 * cleans it, for stdout and for stderr. */
#ifndef CLEAN_H
#define CLEAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* printf to stdout, cleaned. Lines end where `format` says so, not where a name does: newlines within the text become
 * '?' unless the format has them. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* One line, without its end. */
void print_clean(FILE *file, const char *text);
/* Text that has lines of its own. Returns 0, or EOF when it could not be written. */
int print_lines(FILE *file, const char *text, size_t length);

/* Text within XML or HTML. */
void print_markup(FILE *file, const char *text);

/* Bytes of the character at `text`, of which there are `left`, and its code; 0: the bytes are no UTF-8. */
size_t print_character(const char *text, size_t left, uint32_t *code);
/* Does a character move the cursor, change the terminal, or turn the order of what stands beside it? */
bool print_acts(uint32_t code);

#endif
