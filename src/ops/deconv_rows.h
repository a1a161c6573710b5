/* The second half of the fast form of deconv, and that of debox and nearest_upsample: windows added up row by row. */
#ifndef NCL_DECONV_ROWS_H
#define NCL_DECONV_ROWS_H

#include "ops/window.h"

struct ncl_deconv_rows {
    ncl_ref input, bias, output; /* bias NCL_NO_TENSOR: none */
    int64_t channels, bias_step;
    int64_t tap; /* elements from tap to tap, 0: all taps read the input */
    double scale;
    double flops;
};

/* The window is trivial outside of the spatial axes, and this is a CPU. */
bool ncl_deconv_rows_possible(const struct ncl_lower *lower, const struct ncl_window *window);
nnefcl_status ncl_deconv_rows_emit(struct ncl_lower *lower, const struct ncl_deconv_rows *rows,
                                   const struct ncl_window *window);

#endif
