/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/halves.h"

#include <math.h>

#define OVERFLOW_FROM 65520.0 /* the largest half and half a unit */
#define NORMAL_FROM   0x1p-14
#define DENORMAL_OFF  0x1p-25
#define RELATIVE_OFF  0x1p-11

static double half_off(double magnitude)
{
    int exponent;
    if (!(magnitude >= NORMAL_FROM) || isinf(magnitude))
        return DENORMAL_OFF;
    frexp(magnitude, &exponent); /* magnitude in [2^(exponent-1), 2^exponent) */
    return ldexp(1, exponent - 12);
}

void ncl_halves_result(double *slack, const struct ncl_elements *result, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        slack[i] += half_off(fabs(result->value[i]) + slack[i]);
}

void ncl_halves_sum(double *slack, const struct ncl_elements *sum, uint64_t count, double most)
{
    for (uint64_t i = 0; i < count; i++) {
        const double scale = fmax(fabs(sum->value[i]), sum->scale ? sum->scale[i] : 0);
        slack[i] += RELATIVE_OFF * scale + DENORMAL_OFF * most * (double)sum->terms;
    }
}

void ncl_halves_product(double *slack, const struct ncl_elements *sum, uint64_t count, double most, unsigned few)
{
    const double roundings = (double)few + 3, off = roundings * RELATIVE_OFF / (1 - roundings * RELATIVE_OFF);
    for (uint64_t i = 0; i < count; i++) {
        const double scale = fmax(fabs(sum->value[i]), sum->scale ? sum->scale[i] : 0);
        slack[i] += off * scale + 4 * DENORMAL_OFF * most * (double)sum->terms;
    }
}

void ncl_halves_overflow(float *got, const struct ncl_elements *want, const double *slack, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        const double exact = want->value[i];
        if (isinf(got[i]) && isfinite(exact) && (exact > 0) == (got[i] > 0) && fabs(exact) + slack[i] >= OVERFLOW_FROM)
            got[i] = (float)exact;
    }
}
