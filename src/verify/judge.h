/* SPDX-License-Identifier: Apache-2.0 */
/* Is what the device computed what the operation is defined to be: elements against elements in double precision.
 *
 * The error of a float is counted in units in the last place: |got - want| / u, u the distance of neighbouring floats
 * at max(|want|, scale), where scale is the magnitude that the roundings of a sum grow with (struct ncl_elements).
 * With 6.1.1 and 7.5.3 of OpenCL C 1.2 in mind
 *
 *   - NaN equals NaN whatever its bits, and nothing else;
 *   - an infinity equals itself, and stands for every value that rounds to it: those from FLT_MAX and half a unit on;
 *   - a magnitude below FLT_MIN stands for all of them (a device may flush denormals), and u is never less than at
 * FLT_MIN;
 *   - where scale is beyond FLT_MAX, partial sums may overflow: an infinity or NaN is right then.
 *
 * Integers and logicals are right or wrong: 0 units or infinitely many. */
#ifndef NCL_JUDGE_H
#define NCL_JUDGE_H

#include "emit/reference.h"

struct ncl_verdict {
    uint64_t elements, bad; /* compared, and beyond the tolerance */
    /* The worst element, by its error over what it may have. Without elements all are 0. */
    uint64_t worst; /* its row-major index */
    double ulp, tolerance, got, want;
};

/* The distance of neighbouring floats at a magnitude; that at FLT_MIN below it, that at FLT_MAX above. */
double ncl_judge_unit(double magnitude);
/* The error of one element; `want` need not be a float. */
double ncl_judge_error(nnefcl_dtype dtype, double got, double want, double scale);
/* `got`: `count` dense elements of dtype as the device has them. An element may have `tolerance` units, and besides
 * them slack[i] (absolute; slack NULL: nothing). */
void ncl_judge(struct ncl_verdict *verdict, nnefcl_dtype dtype, const void *got, const struct ncl_elements *want,
               uint64_t count, double tolerance, const double *slack);
/* Element i of dense elements of dtype. */
double ncl_judge_element(nnefcl_dtype dtype, const void *data, uint64_t index);

#endif
