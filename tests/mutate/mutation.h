/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes and what can be done to them. Everything follows from one number, so that a run can be repeated. */
#ifndef MUTATION_H
#define MUTATION_H

#include <stddef.h>
#include <stdint.h>

struct blob {
    unsigned char *data;
    size_t size, capacity;
};

/* SplitMix64. */
struct dice {
    uint64_t state;
};

uint64_t dice_next(struct dice *dice);
size_t dice_below(struct dice *dice, size_t count); /* 0 when count is 0 */

void blob_add(struct blob *blob, const void *data, size_t size);
/* `removed` bytes at `at` give way to `size` others. */
void blob_replace(struct blob *blob, size_t at, size_t removed, const void *data, size_t size);
void blob_free(struct blob *blob);

/* Changes a text by one to four mutations of bytes, of tokens and of numbers; `other` is a text to take parts from. */
void mutate_text(struct blob *text, const struct blob *other, struct dice *dice);
/* Changes a tensor file: bits, words of the header, the length. */
void mutate_tensor(struct blob *file, struct dice *dice);
/* Changes any bytes. */
void mutate_bytes(struct blob *file, struct dice *dice);

#endif
