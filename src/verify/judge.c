/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/judge.h"

#include <float.h>
#include <math.h>

#define OVERFLOW_FROM 0x1.ffffffp127 /* FLT_MAX and half a unit: what is here or above rounds to infinity */

double ncl_judge_unit(double magnitude)
{
    int exponent;
    if (!(magnitude > (double)FLT_MIN))
        return 0x1p-149;
    if (!(magnitude < (double)FLT_MAX))
        return 0x1p104;
    frexp(magnitude, &exponent); /* magnitude in [2^(exponent-1), 2^exponent) */
    return ldexp(1, exponent - 24);
}

double ncl_judge_element(nnefcl_dtype dtype, const void *data, uint64_t index)
{
    switch (dtype) {
    case NNEFCL_SCALAR:
        return (double)((const float *)data)[index];
    case NNEFCL_INTEGER:
        return ((const int32_t *)data)[index];
    case NNEFCL_LOGICAL:
        break;
    }
    return ((const uint8_t *)data)[index];
}

static bool is_tiny(double value)
{
    return fabs(value) < (double)FLT_MIN;
}

/* The distance of two floats, both of them finite or `want` a finite value that may round to infinity; `got` is not
 * NaN. */
static double ulp_distance(double got, double want)
{
    if (isinf(got)) { /* the nearest value that it stands for */
        const double edge = copysign(OVERFLOW_FROM, got);
        return (want > 0) == (got > 0) && fabs(want) >= OVERFLOW_FROM ? 0 : fabs(edge - want);
    }
    if (is_tiny(got) && is_tiny(want))
        return 0;
    if (is_tiny(got))
        return fabs(want) - (double)FLT_MIN;
    if (is_tiny(want))
        return fabs(got) - (double)FLT_MIN;
    return fabs(want) > OVERFLOW_FROM ? fabs(copysign(OVERFLOW_FROM, want) - got) : fabs(got - want);
}

double ncl_judge_error(nnefcl_dtype dtype, double got, double want, double scale)
{
    if (got == want || (isnan(got) && isnan(want)))
        return 0;
    if (dtype != NNEFCL_SCALAR)
        return (double)INFINITY;
    if (!isfinite(got) && scale >= OVERFLOW_FROM)
        return 0;
    if (isnan(got) || isnan(want) || isinf(want))
        return (double)INFINITY;
    const double magnitude = fabs(want) > scale ? fabs(want) : scale;
    return ulp_distance(got, want) / ncl_judge_unit(magnitude);
}

/* Error over tolerance; above 1 is bad. */
static double ulp_excess(double ulp, double tolerance)
{
    if (ulp <= tolerance || ulp == 0) /* of NaN for NaN the tolerance may be NaN, too */
        return tolerance > 0 && tolerance < (double)INFINITY ? ulp / tolerance : 0;
    const double ratio = tolerance > 0 ? ulp / tolerance : (double)INFINITY;
    return ratio > 1 ? ratio : nextafter(1, 2);
}

void ncl_judge(struct ncl_verdict *verdict, nnefcl_dtype dtype, const void *got, const struct ncl_elements *want,
               uint64_t count, double tolerance, const double *slack)
{
    double worst = -1;
    *verdict = (struct ncl_verdict){.elements = count, .tolerance = tolerance};
    for (uint64_t i = 0; i < count; i++) {
        const double element = ncl_judge_element(dtype, got, i), exact = want->value[i];
        if (element == exact && worst >= 0)
            continue;
        const double scale = want->scale ? want->scale[i] : 0, ulp = ncl_judge_error(dtype, element, exact, scale);
        double allowed = tolerance;
        if (slack)
            allowed += slack[i] / ncl_judge_unit(fabs(exact) > scale ? fabs(exact) : scale);
        const double ratio = ulp_excess(ulp, allowed);
        verdict->bad += ratio > 1;
        if (ratio < worst || (ratio == worst && !(ulp > verdict->ulp)))
            continue;
        worst = ratio;
        verdict->worst = i;
        verdict->ulp = ulp;
        verdict->tolerance = allowed;
        verdict->got = element;
        verdict->want = exact;
    }
}
