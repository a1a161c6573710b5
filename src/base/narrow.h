/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of 64 bits as floats of 32: rounding is no news, an infinity and a zero are. */
#ifndef NCL_NARROW_H
#define NCL_NARROW_H

#include "base/diag.h"

/* What 32 bits cannot hold of one tensor; all zeros at its start. */
struct ncl_lost {
    uint64_t infinite, zero; /* how many became that */
    uint64_t first;          /* the first of them, and what it was */
    double value;
};

/* `position`: of real[0] in the tensor. */
void ncl_narrow(const double *real, size_t count, uint64_t position, float *out, struct ncl_lost *lost);
/* Warns where something was lost of the `volume` values of `name`. */
void ncl_narrow_tell(const struct ncl_lost *lost, const char *name, uint64_t volume, struct ncl_diag *diag);

#endif
