/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as text, the same in every locale. */
#ifndef NCL_NUMBER_H
#define NCL_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest text that ncl_format_double writes, with its NUL. */
#define NCL_NUMBER_SIZE 32

/* Reads what the lexer calls a number, with an optional sign: digits, and for doubles optionally '.' digits, and e or E
 * with an optionally signed exponent. False: it does not fit (then *out is not written) or is no such text. */
bool ncl_parse_double(const char *text, size_t length, double *out);
bool ncl_parse_int64(const char *text, size_t length, int64_t *out);
/* The shortest text that reads back as the same double; it always has a '.' or an exponent, so it is a scalar literal.
 * inf, -inf, nan else. Returns `buffer`. */
const char *ncl_format_double(double value, char buffer[NCL_NUMBER_SIZE]);

#endif
