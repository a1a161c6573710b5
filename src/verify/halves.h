/* SPDX-License-Identifier: Apache-2.0 */
/* What a tensor that a plan stores in half (plan/plan_halves.c), and a product whose weights lie so, may be off. */
#ifndef NCL_HALVES_H
#define NCL_HALVES_H

#include "emit/reference.h"

/* The roundings of results that are stored in half, on top of what they may be off: half a unit at the element, 2^-25
 * for denormals. */
void ncl_halves_result(double *slack, const struct ncl_elements *result, uint64_t count);
/* Sums of products with weights in half: each weight w is off by 2^-11 |w|, or by 2^-25 of the larger one of 1 and the
 * largest weight. `most`: the product of that and of the largest element of the other operand. */
void ncl_halves_sum(double *slack, const struct ncl_elements *sum, uint64_t count, double most);
/* Infinities that stand for what is too large for a half become that. */
void ncl_halves_overflow(float *got, const struct ncl_elements *want, const double *slack, uint64_t count);

#endif
