/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of a flatbuffer, as far as a reader of a model needs them: fields by number, vectors, strings. Everything is
 * checked against the end of the file; what lies outside reads as absent and makes the file bad, for good. */
#ifndef NCL_FLATBUFFER_H
#define NCL_FLATBUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ncl_flat {
    const uint8_t *data;
    size_t size;
    bool bad; /* some offset led outside of the file */
};

struct ncl_flat_table {
    struct ncl_flat *file;
    size_t at; /* 0: there is none; all of its fields are absent then */
};

struct ncl_flat_vector {
    struct ncl_flat *file;
    const uint8_t *data;
    size_t count, item; /* item: bytes of one */
};

struct ncl_flat_table ncl_flat_root(struct ncl_flat *file);
/* A field of `bytes` bytes, sign-extended where `bytes` is that of a signed type of the schema. */
int64_t ncl_flat_int(struct ncl_flat_table table, unsigned field, unsigned bytes, int64_t absent);
uint64_t ncl_flat_uint(struct ncl_flat_table table, unsigned field, unsigned bytes, uint64_t absent);
float ncl_flat_float(struct ncl_flat_table table, unsigned field, float absent);
struct ncl_flat_table ncl_flat_sub(struct ncl_flat_table table, unsigned field);
/* A vector of items of `item` bytes; of tables and strings 4 (their offsets). Absent: count 0. */
struct ncl_flat_vector ncl_flat_items(struct ncl_flat_table table, unsigned field, size_t item);
int64_t ncl_flat_int_at(struct ncl_flat_vector vector, size_t index);
uint64_t ncl_flat_uint_at(struct ncl_flat_vector vector, size_t index);
float ncl_flat_float_at(struct ncl_flat_vector vector, size_t index);
struct ncl_flat_table ncl_flat_table_at(struct ncl_flat_vector vector, size_t index);
/* Bytes of a string, not terminated; NULL: absent. */
const char *ncl_flat_string(struct ncl_flat_table table, unsigned field, size_t *length);

#endif
