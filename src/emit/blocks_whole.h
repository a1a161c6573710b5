/* SPDX-License-Identifier: Apache-2.0 */
/* The last thing that is decided of tensors in blocks: what they are stored as. */
#ifndef NCL_BLOCKS_WHOLE_H
#define NCL_BLOCKS_WHOLE_H

#include "emit/lower.h"

void ncl_blocks_whole_decide(struct ncl_lower *lower);

#endif
