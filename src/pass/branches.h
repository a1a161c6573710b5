/* SPDX-License-Identifier: Apache-2.0 */
/* Sums and differences of convolutions of one input, for `norm`: networks are trained with several branches that are
 * one convolution when they run (RepVGG, MobileOne, RepViT, FastViT),
 *
 *   f * x + g * x = (f + g) * x
 *
 * where the taps of one filter are among those of the other. A batch normalization of x is a filter of one tap that has
 * its factors on the diagonal, x itself one of ones, and constants that multiply a branch multiply its filter. */
#ifndef NCL_BRANCHES_H
#define NCL_BRANCHES_H

#include "pass/folding.h"

/* `node` becomes a convolution if it is such a sum or difference; the sum of a tensor and 0 vanishes. */
void ncl_branches_join(const struct ncl_folding *fold, struct ncl_node *node);

#endif
