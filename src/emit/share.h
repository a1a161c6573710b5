/* SPDX-License-Identifier: Apache-2.0 */
/* Tensors of a plan that share memory, each as a part or as another shape of its base, and how long what is in it is
 * needed. */
#ifndef NCL_SHARE_H
#define NCL_SHARE_H

#include "emit/lower.h"

/* Of the memory of a root (ncl_plan_root). */
struct ncl_life {
    uint32_t first, last; /* steps of the run that have touched it so far; first UINT32_MAX: none */
    uint32_t reader;      /* place in the graph of the last node that reads anything in it, UINT32_MAX: the host does */
    bool overwritten;     /* it was handed on */
};

/* Who reads each tensor of the graph last. Without it all is taken to be read behind the run. */
nnefcl_status ncl_share_begin(struct ncl_lower *lower);
/* The memory of `ref` is that of `base` from a byte on. */
void ncl_share_base(struct ncl_lower *lower, ncl_ref ref, ncl_ref base, uint64_t offset);
/* Who reads the tensor reads this memory. */
void ncl_share_tensor(struct ncl_lower *lower, ncl_ref ref, const struct ncl_tensor *tensor);
/* The next step of the run reads or writes it. */
void ncl_share_touch(struct ncl_lower *lower, ncl_ref ref);
/* Has something else been written over a part of the tensor? */
bool ncl_share_overwritten(const struct ncl_lower *lower, ncl_ref ref);

#endif
