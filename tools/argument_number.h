/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers in arguments: the whole text or nothing. */
#ifndef ARGUMENT_NUMBER_H
#define ARGUMENT_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decimal digits only. */
bool number_count(const char *text, uint64_t *value);
/* Finite decimal number. */
bool number_real(const char *text, double *value);
/* Bytes: digits, then nothing, K, M, G or T (powers of 1024), as in 512M. */
bool number_bytes(const char *text, uint64_t *value);
/* `A,B,...`: between 1 and `room` numbers; returns how many, 0: not a list. */
size_t number_list(const char *text, double *values, size_t room);

#endif
