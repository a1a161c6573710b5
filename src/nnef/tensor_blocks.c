/* SPDX-License-Identifier: Apache-2.0 */
#include "nnef/tensor_blocks.h"

#include <stddef.h>

#include "base/half.h"

static double half_at(const uint8_t *at)
{
    return ncl_half_value((uint16_t)(at[0] | at[1] << 8));
}

/* scale (q - 8): a half, then 16 bytes, in which item i lies beside item i + 16. */
static void q4_0_decode(const uint8_t *block, double *item)
{
    const double scale = half_at(block);
    for (int i = 0; i < NCL_BLOCK_ITEMS / 2; i++) {
        item[i] = scale * ((block[2 + i] & 15) - 8);
        item[i + NCL_BLOCK_ITEMS / 2] = scale * ((block[2 + i] >> 4) - 8);
    }
}

/* The same, as tract wrote it at first: item 2i lies beside item 2i + 1. */
static void q4_0_decode_pairs(const uint8_t *block, double *item)
{
    const double scale = half_at(block);
    for (int i = 0; i < NCL_BLOCK_ITEMS / 2; i++) {
        item[2 * i] = scale * ((block[2 + i] & 15) - 8);
        item[2 * i + 1] = scale * ((block[2 + i] >> 4) - 8);
    }
}

/* scale q: a half, another that is the sum of the block, which nobody needs here, then 32 signed bytes. */
static void q8_1_decode(const uint8_t *block, double *item)
{
    const double scale = half_at(block);
    for (int i = 0; i < NCL_BLOCK_ITEMS; i++)
        item[i] = scale * (int8_t)block[4 + i];
}

/* tract reads Q8_1 by the first of its numbers and writes it with the second. */
static const struct ncl_item_blocks blocks[] = {
    {0x2040, "Q4_0", 18, q4_0_decode_pairs},
    {0x3040, "Q4_0", 18, q4_0_decode},
    {0x3080, "Q8_1", 36, q8_1_decode},
    {0x3081, "Q8_1", 36, q8_1_decode},
};

const struct ncl_item_blocks *ncl_item_blocks_find(uint32_t type)
{
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (blocks[i].type == type)
            return &blocks[i];
    return NULL;
}
