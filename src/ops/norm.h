/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernels of normalizations along axes share (layer_norm.c). */
#ifndef NCL_NORM_H
#define NCL_NORM_H

#include "emit/problem.h"

/* Sums of squares below this are taken again of elements times 2^70: what is lost of them would be seen in the result.
 * 0: it would not, as all lengths are far above. */
double ncl_norm_small(const struct ncl_norm *norm);
/* Bytes of the result, of one image, as conversions are counted (emit/blocks.h); all of them where there is none. */
double ncl_norm_bytes(const struct ncl_norm *norm);

#endif
