/* SPDX-License-Identifier: Apache-2.0 */
/* Tensors that are cut or joined along their channels, axis 1 (op->cut): where all of them lie in blocks, each part is
 * a run of blocks of the whole, and nothing is moved. */
#ifndef NCL_CUT_H
#define NCL_CUT_H

#include "emit/lower.h"

struct ncl_cut {
    bool joins; /* the parts are read and make up the whole; else the whole is read */
    const struct ncl_tensor *whole;
    const struct ncl_value *part; /* `count` of them, tensors */
    size_t count;
    int64_t first; /* channel of the whole at which the first one begins; the others follow it */
};

/* Can they lie in blocks of so many channels: every part begins with one? */
bool ncl_cut_fits(const struct ncl_cut *cut, int64_t block);
/* The node's results in blocks: views of the whole, or the whole around what wrote the parts; a part that cannot be
 * there is converted into its place. */
nnefcl_status ncl_cut_lower(struct ncl_lower *lower, const struct ncl_node *node);
/* Of plain ones: the part, which begins at that channel, as a view of the whole, if it is to be one (pitch.h). */
bool ncl_cut_view(struct ncl_lower *lower, const struct ncl_tensor *part, const struct ncl_tensor *whole,
                  int64_t channel);
/* A step that converts the part, whatever form it has, into its place in the whole. */
void ncl_cut_convert(struct ncl_lower *lower, const struct ncl_tensor *part, ncl_ref whole, int64_t channel);

#endif
