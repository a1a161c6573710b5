/* SPDX-License-Identifier: Apache-2.0 */
/* The discrete Fourier transform as a product with its matrix, which several formats have. Sticky, see import.h. */
#ifndef NCL_COMPOSE_SIGNAL_H
#define NCL_COMPOSE_SIGNAL_H

#include "import/compose.h"

#define NCL_TRANSFORM_MOST  8192 /* samples */
#define NCL_TRANSFORM_PARTS 64   /* times that as many bins as are made at once may be asked for */

/* X[k] = sum of x[n] exp(-+ 2 pi i k n / length), inverse divided by the length: `bins` values k of `count` samples
 * with `parts` numbers each, real and perhaps imaginary. */
struct ncl_transform {
    int64_t length, count, bins, parts;
    bool inverse;
};

/* Bins in one constant, which may not have more elements than are known. */
int64_t ncl_transform_at_once(struct ncl_import *import, const struct ncl_transform *t);
/* Bins from `first` on: [their numbers, samples' numbers], both as they lie in memory. */
struct ncl_tensor *ncl_transform_matrix(struct ncl_import *import, const struct ncl_transform *t, int64_t first,
                                        int64_t bins);
/* x [.., samples' numbers] becomes [.., bins, 2]. */
struct ncl_tensor *ncl_compose_transform(struct ncl_import *import, struct ncl_tensor *x,
                                         const struct ncl_transform *t);

#endif
