/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernels of resampling share. */
#ifndef NCL_RESAMPLE_H
#define NCL_RESAMPLE_H

#include "emit/variant.h"

/* Output o of an axis lies at (first + o step) / parts of the input. */
struct ncl_resample_line {
    int64_t first, step, parts;
};
struct ncl_resample_line ncl_resample_line(enum ncl_resample_method method, int64_t in, int64_t out);

#endif
