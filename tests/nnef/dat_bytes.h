/* SPDX-License-Identifier: Apache-2.0 */
/* Tensor files made byte by byte, for tests: fields as written in the header, right or wrong. */
#ifndef DAT_BYTES_H
#define DAT_BYTES_H

#include <stdint.h>
#include <string.h>

struct dat {
    uint32_t rank, extent[8], bits, item;
    uint32_t parameter[2]; /* deprecated, 32-bit words */
};

static inline void dat_put32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

/* The header with `length` bytes of data behind it; returns the size of the file. */
static inline size_t dat_make(uint8_t *file, const struct dat *dat, const void *data, size_t length)
{
    memset(file, 0, 128);
    file[0] = 0x4e;
    file[1] = 0xef;
    file[2] = 1;
    dat_put32(file + 4, (uint32_t)length);
    dat_put32(file + 8, dat->rank);
    for (int i = 0; i < 8; i++)
        dat_put32(file + 12 + 4 * i, dat->extent[i]);
    dat_put32(file + 44, dat->bits);
    dat_put32(file + 48, dat->item);
    dat_put32(file + 52, dat->parameter[0]);
    dat_put32(file + 56, dat->parameter[1]);
    if (length > 0)
        memcpy(file + 128, data, length);
    return 128 + length;
}

/* Appends `bits` bits, most significant first, as the golden cases are packed. `data` must be zeroed before. */
static inline void dat_put_bits(uint8_t *data, size_t at, uint64_t value, unsigned bits)
{
    for (unsigned i = 0; i < bits; i++, at++)
        if (value >> (bits - 1 - i) & 1)
            data[at / 8] |= (uint8_t)(0x80 >> at % 8);
}

#endif
