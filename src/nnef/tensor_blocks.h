/* SPDX-License-Identifier: Apache-2.0 */
/* Item types of the vendor "TR" (tract) that store floats in blocks of 32, as GGML does: each block has a scale of its
 * own. */
#ifndef NCL_TENSOR_BLOCKS_H
#define NCL_TENSOR_BLOCKS_H

#include <stdint.h>

#define NCL_BLOCK_ITEMS 32

struct ncl_item_blocks {
    uint16_t type;
    const char *name;                                   /* "Q4_0" */
    unsigned bytes;                                     /* of a block */
    void (*decode)(const uint8_t *block, double *item); /* all of its items */
};

/* NULL: no such type. */
const struct ncl_item_blocks *ncl_item_blocks_find(uint32_t type);

#endif
