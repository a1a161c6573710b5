/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of each tensor, for blocks.c and blocks_decide.c. */
#ifndef NCL_BLOCKS_KNOWN_H
#define NCL_BLOCKS_KNOWN_H

#include "emit/blocks.h"

#define NCL_BLOCKS_OPERANDS 24

struct ncl_blocks {
    bool held;       /* its writer leaves it in blocks */
    bool fed;        /* its step computes what feeds its node too */
    bool read_plain; /* somebody reads it who cannot read blocks */
    uint16_t before[2], after[2];
    int64_t pitch;       /* of the form in blocks: elements from image to image in a larger one; 0: dense */
    int64_t plain_pitch; /* of the plain form (pitch.h) */
    float step;          /* its writer leaves it in whole numbers that count such steps; 0: in floats */
    uint32_t same;       /* a tensor with the same halo; itself: the last one of these */
};

/* What element-wise members of a node and its chain read from elsewhere, of the shape of the result: at most
 * NCL_BLOCKS_OPERANDS. */
size_t ncl_blocks_operands(const struct ncl_node *node, const struct ncl_tensor **operand);
/* Microseconds from one form to another, for one image, so that the batch decides nothing. */
double ncl_blocks_conversion(const struct ncl_tensor *tensor);

#endif
