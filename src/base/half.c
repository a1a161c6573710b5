/* SPDX-License-Identifier: Apache-2.0 */
#include "base/half.h"

#include <math.h>

enum { INFINITE = 0x7c00, QUIET = 0x7e00 };

double ncl_half_value(uint16_t half)
{
    const int exponent = half >> 10 & 31;
    const double fraction = half & 1023;
    double value;
    if (exponent == 31)
        value = fraction != 0 ? NAN : INFINITY;
    else if (exponent == 0)
        value = ldexp(fraction, -24);
    else
        value = ldexp(fraction + 1024, exponent - 25);
    return half >> 15 ? -value : value;
}

/* The unit of a half is 2^(e-11) for values from 2^(e-1) to 2^e, and 2^-24 below 2^-14. Counted in units the fraction
 * carries into the exponent by itself. */
uint16_t ncl_half_round(float value)
{
    const uint16_t sign = signbit(value) ? 0x8000 : 0;
    int exponent;
    if (value == 0)
        return sign;
    if (isnan(value))
        return sign | QUIET;
    if (fabsf(value) >= 65520)
        return sign | INFINITE;
    frexp(fabs((double)value), &exponent);
    if (exponent < -13)
        exponent = -13;
    const double units = nearbyint(ldexp(fabs((double)value), 11 - exponent)); /* up to 2048 */
    return sign | (uint16_t)(units + 1024 * (exponent + 13));
}
