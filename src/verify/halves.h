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
/* Sums of products that are made of halves, `few` terms at a time, what those add up to being one of floats: of the two
 * factors of a term each may be rounded, their product and each of the sums that it is in then, which is few + 3 times
 * 2^-11 of the term, and 2^-25 for what is a denormal each time. As ncl_halves_sum, in place of it. */
void ncl_halves_product(double *slack, const struct ncl_elements *sum, uint64_t count, double most, unsigned few);
/* Infinities that stand for what is too large for a half become that. */
void ncl_halves_overflow(float *got, const struct ncl_elements *want, const double *slack, uint64_t count);

#endif
