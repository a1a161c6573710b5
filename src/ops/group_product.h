/* SPDX-License-Identifier: Apache-2.0 */
/* Products by work-groups: of matrices, and of filters with the patches of images (gemm_group.cl); of few rows or
 * columns (gemv_group.cl). */
#ifndef NCL_GROUP_PRODUCT_H
#define NCL_GROUP_PRODUCT_H

#include "ops/matmul.h"

struct ncl_group_product {
    const struct ncl_matmul *matrices;
    const struct ncl_problem *problem; /* whose result it is */
    const struct ncl_window *image;    /* B are its patches, three spatial axes at most; NULL: a matrix */
    int64_t images, in_image, out_image; /* whose columns follow each other; elements from one to the next, of C too */
    int64_t channels; /* rows of C of all groups are so many channels of the result, its axis 1; 0: columns are ... */
    int axis;         /* ... along this axis */
    bool may_halve;   /* the result may be off by what products of halves are, where the plan may have them */
};

/* Why the device cannot add up so many terms (0: any), NULL: it can. */
const char *ncl_group_product_unfit(const struct ncl_target *target, int64_t terms);
/* The same for convolutions and attention, whose kernels are longer than those of products. */
const char *ncl_group_long_unfit(const struct ncl_target *target);
/* Estimated microseconds; tiles at the edges are computed whole. */
double ncl_group_product_cost(const struct ncl_target *target, const struct ncl_group_product *product);
nnefcl_status ncl_group_product_emit(struct ncl_lower *lower, const struct ncl_group_product *product);

/* ---- kernel_gemv_group.c ---- */

/* Why the device cannot (matrices NULL), or the product cannot be had there: both sides are wide. NULL: it can. */
const char *ncl_group_vector_unfit(const struct ncl_target *target, const struct ncl_matmul *matrices);
double ncl_group_vector_cost(const struct ncl_target *target, const struct ncl_matmul *matrices);
nnefcl_status ncl_group_vector_emit(struct ncl_lower *lower, const struct ncl_group_product *product);

#endif
