/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as the text of an op_case, for cases whose values follow from a formula. */
#ifndef NUMBERS_H
#define NUMBERS_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

/* The caller frees. */
static inline char *numbers_text(const double *value, size_t count)
{
    char *text = malloc(count * 26 + 1);
    size_t used = 0;
    ck_assert_ptr_nonnull(text);
    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        used += (size_t)sprintf(text + used, "%.9g ", value[i]);
    return text;
}

/* Small whole numbers in an order that repeats late: sums of products of them are exact. */
static inline double *numbers_whole(size_t count, unsigned seed)
{
    double *value = malloc(count * sizeof *value + 1);
    ck_assert_ptr_nonnull(value);
    for (size_t i = 0; i < count; i++) {
        seed = seed * 1664525u + 1013904223u;
        value[i] = (double)(seed >> 24) - 128;
        value[i] = (double)((int)value[i] % 8);
    }
    return value;
}

#endif
