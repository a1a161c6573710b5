/* SPDX-License-Identifier: Apache-2.0 */
/* FNV-1a with 64 bits, and the same for much: a step is a bijection of the sum, so that two runs of bytes that differ
 * in one are told apart. */
#ifndef NCL_HASH_H
#define NCL_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define NCL_HASH_BASIS UINT64_C(0xcbf29ce484222325)

static inline uint64_t ncl_hash(uint64_t sum, const void *data, size_t size)
{
    const unsigned char *byte = data;
    for (size_t i = 0; i < size; i++)
        sum = (sum ^ byte[i]) * UINT64_C(0x100000001b3);
    return sum;
}

/* Eight bytes in a step, as the machine orders them; it is another sum. */
static inline uint64_t ncl_hash_much(uint64_t sum, const void *data, size_t size)
{
    const unsigned char *byte = data;
    for (; size >= sizeof sum; size -= sizeof sum, byte += sizeof sum) {
        uint64_t word;
        memcpy(&word, byte, sizeof word);
        sum = (sum ^ word) * UINT64_C(0x100000001b3);
        sum ^= sum >> 32; /* products carry upwards alone */
    }
    return ncl_hash(sum, byte, size);
}

#endif
