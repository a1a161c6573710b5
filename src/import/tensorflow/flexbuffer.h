/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of a map of FlexBuffers: what operators of Lite that are none of the schema take as options. */
#ifndef NCL_FLEXBUFFER_H
#define NCL_FLEXBUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ncl_flex_number {
    const char *name; /* within the data, ends with 0 */
    bool real;
    double scalar;
    int64_t integer;
};

/* The numbers and logicals among the entries; returns how many, at most `room`. What leads outside of the data is not
 * there. */
size_t ncl_flex_numbers(const uint8_t *data, size_t size, struct ncl_flex_number *number, size_t room);

#endif
