/* SPDX-License-Identifier: Apache-2.0 */
/* A whole around parts is found in one of two ways:
 *
 *   placed     what steps wrote becomes a part of the whole, so that they write there
 *   handed on  a part lies in an earlier whole as it will in this one, which nobody reads behind us: this one is the
 *              same memory, and what wrote the other parts has written over those which were there */
#ifndef NCL_JOIN_H
#define NCL_JOIN_H

#include "emit/lower.h"

/* A tensor that is to be a part, and the byte of a whole at which it belongs. */
struct ncl_section {
    const struct ncl_tensor *tensor;
    ncl_ref part; /* in the form of the whole but for the pitch, which is its distance of images; NCL_NO_TENSOR: it has
                     not got that one */
    uint64_t offset;
};

/* Brings as many parts into a new whole as may lie there without a step. */
void ncl_join_parts(struct ncl_lower *lower, const struct ncl_section *section, size_t count, ncl_ref whole);
/* Does it lie there now? Else it has to be copied. */
bool ncl_join_lies(const struct ncl_lower *lower, const struct ncl_section *section, ncl_ref whole);

#endif
