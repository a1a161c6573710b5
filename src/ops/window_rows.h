/* Windows over the last two axes on CPUs: the fast form of depthwise convolutions and of pools. */
#ifndef NCL_WINDOW_ROWS_H
#define NCL_WINDOW_ROWS_H

#include "ops/window.h"

enum ncl_rows_kind { NCL_ROWS_WEIGHTED, NCL_ROWS_SUM, NCL_ROWS_MAX };

struct ncl_rows {
    enum ncl_rows_kind kind;
    bool normalize;
    const struct ncl_tensor *input, *output;
    const struct ncl_tensor *filter, *bias; /* WEIGHTED */
};

/* Can it be done here: a CPU, windows over the last two axes only, rows that fit private memory. Axis 1 is not looked
 * at when `first` is 2. */
bool ncl_rows_possible(const struct ncl_lower *lower, const struct ncl_window *window, int first);
nnefcl_status ncl_rows_emit(struct ncl_lower *lower, const struct ncl_rows *rows, const struct ncl_window *window,
                            double flops);

#endif
