/* SPDX-License-Identifier: Apache-2.0 */
/* Weights of products with few rows in fewer bits: gemv_store.cl makes them at init, gemv.cl and gemv_group.cl read
 * them. */
#ifndef NCL_STORED_WEIGHTS_H
#define NCL_STORED_WEIGHTS_H

#include "ops/matmul.h"

#define NCL_STORED_WEIGHTS_ROWS 8 /* of x at most, that w is read once for */

struct ncl_stored_weights;

/* How w is to be stored, if its rows are read once for few of x and known at init; NULL: as it is. */
const struct ncl_stored_weights *ncl_stored_weights_find(const struct ncl_lower *lower, const struct ncl_matmul *p,
                                                         const struct ncl_matrix *w, int64_t x_rows);
/* Replaces w, its rows contiguous along k then. Returns their factors. */
ncl_ref ncl_stored_weights_make(struct ncl_lower *lower, const struct ncl_stored_weights *stored, struct ncl_matrix *w,
                                int64_t rows, int64_t k);
/* WEIGHT, WEIGHTS(p), WEIGHT_FOUR(p), WEIGHT_AT(p, i); NULL: floats, which are the defaults of the kernels. */
void ncl_stored_weights_define(struct ncl_emit *step, const struct ncl_stored_weights *stored);

#endif
