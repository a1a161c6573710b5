/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of formulas, behind the prelude in front of every body that is given one (src/ops/ops.def,
 * src/emit/expression.c): vectors of LANES floats in, one out, shared by all bodies of a program. */
#ifndef NCL_MATH
#define NCL_MATH
/* A vector of any type as one of type T; a new name for a value of that type. */
#define NCL_TO(T, v)           NCL_CAT(NCL_CAT(convert_, T), LANES)(v)
#define NCL_LET(T, name, v)    const NCL_VECTOR(T) name = NCL_TO(T, v);
/* a where the mask of a comparison is set, else b: numbers become vectors. */
#define NCL_WHERE(mask, a, b)  select((V)(b), (V)(a), mask)

/* DO(k) for each of the ARITY operands of an expression. */
#define NCL_FOR_0(DO)
#define NCL_FOR_1(DO)    NCL_FOR_0(DO) DO(0)
#define NCL_FOR_2(DO)    NCL_FOR_1(DO) DO(1)
#define NCL_FOR_3(DO)    NCL_FOR_2(DO) DO(2)
#define NCL_FOR_4(DO)    NCL_FOR_3(DO) DO(3)
#define NCL_FOR_5(DO)    NCL_FOR_4(DO) DO(4)
#define NCL_FOR_6(DO)    NCL_FOR_5(DO) DO(5)
#define NCL_FOR_7(DO)    NCL_FOR_6(DO) DO(6)
#define NCL_FOR_8(DO)    NCL_FOR_7(DO) DO(7)
#define NCL_OPERANDS(DO) NCL_CAT(NCL_FOR_, ARITY)(DO)

/* Each lane by itself: PoCL 3.1's sin, cos and tan of a vector are wrong by 2^-7 near 0 when another of its elements is
 * far out. */
#define NCL_SIN_OF(i) sin(x.s##i)
#define NCL_COS_OF(i) cos(x.s##i)
#define NCL_TAN_OF(i) tan(x.s##i)
static inline V ncl_sin(V x)
{
    return (V)(NCL_EACH(NCL_SIN_OF));
}
static inline V ncl_cos(V x)
{
    return (V)(NCL_EACH(NCL_COS_OF));
}
static inline V ncl_tan(V x)
{
    return (V)(NCL_EACH(NCL_TAN_OF));
}

/* v / sqrt(d^2 + e) for v and d of one scale, whose square may be beyond a float. */
static inline V ncl_over_root(V v, V d, float e)
{
    return NCL_WHERE(d > 0x1p60f, v / d, v * rsqrt(d * d + e));
}

/* v / max(d + bias, least), a NaN in d being `least`. */
static inline V ncl_over_length(V v, V d, float bias, float least)
{
    const V length = d + bias;
    return v / NCL_WHERE(length > least, length, least);
}

/* The same where d may be too small to be right: more is d 2^70. */
static inline V ncl_over_small(V v, V d, V more, float bias, float least)
{
    return NCL_WHERE(d < 0x1p-40f, ncl_over_length(v * 0x1p70f, more, bias * 0x1p70f, least * 0x1p70f),
                     ncl_over_length(v, d, bias, least));
}

/* max(min(x, high), low), two instructions; a NaN stays one. */
static inline V ncl_kept(V x, V low, V high)
{
    const V below = select(x, high, x > high);
    return select(below, low, below < low);
}

/* The error function: x P(x^2) / Q(x^2) for |x| <= 4, fitted to a relative error of 3e-8 (4e-7 with rounding); beyond
 * it is 1 within the same. Polynomials here are sums of pairs, not Horner's: their multiply-adds wait for each other,
 * and a core does not look far enough ahead to fill that time with other vectors (docs/kernels-matmul.md). */
static inline V ncl_erf(V x)
{
    const V u = ncl_kept(x, -4.0f, 4.0f), t = u * u, square = t * t;
    const V p4 = fma(t, (V)1.98677549e-6f, (V)2.8456701e-4f), q4 = fma(t, (V)3.74201627e-5f, (V)1.1855826e-3f);
    const V p2 = fma(t, (V)3.88339092e-3f, (V)5.31018935e-2f), q2 = fma(t, (V)1.52073465e-2f, (V)0.115350455f);
    const V p0 = fma(t, (V)0.193546146f, (V)1.12837911f), q0 = fma(t, (V)0.504858375f, (V)1.0f);
    const V p = fma(fma(p4, square, p2), square, p0), q = fma(fma(q4, square, q2), square, q0);
    return ncl_kept(u * p / q, -1.0f, 1.0f);
}

/* x (1 + erf(x / sqrt(2))) / 2: the quotient of ncl_erf, with the factors of x in its coefficients. What it is beyond 1
 * by rounding is lost in that of the sum. */
static inline V ncl_gelu_erf(V x)
{
    const V u = ncl_kept(x, -5.65685425f, 5.65685425f), t = u * u, square = t * t, half_way = 0.5f * x;
    const V p4 = fma(t, (V)4.39019507e-8f, (V)1.25762039e-5f), q4 = fma(t, (V)1.16938008e-6f, (V)7.40989125e-5f);
    const V p2 = fma(t, (V)3.43246507e-4f, (V)9.38717725e-3f), q2 = fma(t, (V)1.90091831e-3f, (V)0.0288376138f);
    const V p0 = fma(t, (V)0.0684288962f, (V)0.79788452f), q0 = fma(t, (V)0.252429187f, (V)1.0f);
    const V p = fma(fma(p4, square, p2), square, p0), q = fma(fma(q4, square, q2), square, q0);
    return fma(u * p / q, half_way, half_way);
}

/* Abramowitz and Stegun 7.1.26: sign(x) (1 - t P(t) exp(-x^2)), t = 1 / (1 + 0.3275911 |x|); 0 at 0. */
static inline V ncl_erf_polynomial(V x)
{
    const V t = 1.0f / fma((V)0.3275911f, fabs(x), (V)1.0f);
    V p = fma((V)1.061405429f, t, (V)-1.453152027f);
    p = fma(p, t, (V)1.421413741f);
    p = fma(p, t, (V)-0.284496736f);
    p = fma(p, t, (V)0.254829592f);
    const V y = copysign(1.0f - p * t * ncl_exp(-x * x), x);
    return select(y, x, (x == 0.0f) | isnan(x));
}

/* x / (1 + exp(-t)). e = exp(-t) 2^-32, which needs no second factor for 2^n: it is infinite from t = -111 down, where
 * the result is 0, and no digit is lost where that is still a number. exp as in ncl_exp, but for the logarithm of 2 in
 * one part, which is off by 2e-9 for each power of 2, and a power of r less: 1e-7. */
#define NCL_GATE (NCL_INTEGERS + 95.0f)
static inline V ncl_gated(V x, V t)
{
    const V at = ncl_kept(t, -111.0f, 60.0f);
    const V shifted = fma(at, (V)-1.44269504f, (V)NCL_GATE), n = shifted - NCL_GATE;
    const V r = fma(n, (V)-0.693147182f, -at), square = r * r;
    const V p0 = fma(r, (V)0.16667114f, (V)0.4999923f), p2 = fma(r, (V)0.008312521f, (V)0.041890156f);
    const V p = fma(fma(square, p2, p0), square, r + 1.0f);
    const V e = p * NCL_CAT(as_float, LANES)(NCL_CAT(as_int, LANES)(shifted) << 23);
    return x * 0x1p-32f / (e + 0x1p-32f);
}

/* exp(x) - 1 to the last digits near 0 too: 2^n (exp(r) - 1) + (2^n - 1), neither of which takes digits from the other.
 * As in ncl_exp; halves of both are doubled, since 2^128 is no number where exp(x) still is one. */
static inline V ncl_expm1(V x)
{
    const V at = ncl_kept(x, -20.0f, 89.0f);
    const V shifted = ncl_mac(at, (V)1.44269504f, (V)NCL_INTEGERS), n = shifted - NCL_INTEGERS;
    const V r = ncl_mac(n, (V)-1.42860677e-6f, ncl_mac(n, (V)-0.693145752f, at)), square = r * r;
    const V p0 = ncl_mac(r, (V)0.166665211f, (V)0.49999994f), p2 = ncl_mac(r, (V)0.00836874545f, (V)0.041668389f);
    const V p = ncl_mac(ncl_mac(ncl_mac(square, (V)0.00138145394f, p2), square, p0), square, r);
    const VI whole = NCL_CAT(as_int, LANES)(shifted) - as_int(NCL_INTEGERS);
    const V power = NCL_CAT(as_float, LANES)((whole + 126) << 23);
    return 2.0f * ncl_mac(power, p, power - 0.5f);
}

/* t / (t + 2), t = exp(2 |x|) - 1, with the sign of x: 1 to the last digit from |x| = 15 on. */
static inline V ncl_tanh(V x)
{
    const V twice = 2.0f * fabs(x), t = ncl_expm1(select(twice, (V)30.0f, twice > 30.0f));
    return copysign(t / (t + 2.0f), x);
}

/* x tanh(log(1 + e)), e = exp(x), which is x n / (n + 2) with n = (1 + e)^2 - 1: 1 to the last digit from x = 20 on. */
static inline V ncl_mish(V x)
{
    const V e = ncl_exp(fmin(x, 20.0f)), n = e * (e + 2.0f);
    return x * n / (n + 2.0f);
}

/* (x - mean) factor + offset, in halves where the difference is beyond a float. */
static inline V ncl_standard(V x, V mean, V factor, V offset)
{
    const V difference = x - mean, half_way = fma((V)0.5f, x, -0.5f * mean);
    return select(fma(difference, factor, offset), 2 * fma(half_way, factor, 0.5f * offset), isinf(difference));
}

/* min(x, high) and max(x, low); a NaN becomes the bound. */
static inline V ncl_at_most(V x, V high)
{
    return select(high, x, x < high);
}
static inline V ncl_at_least(V x, V low)
{
    return select(low, x, x > low);
}

/* max(min(x, high), low); a NaN becomes high. */
static inline V ncl_clamp(V x, V low, V high)
{
    return ncl_at_least(ncl_at_most(x, high), low);
}

/* The same with bounds that are none where they are not a number: branches, which are the same for a whole step, so
 * that each bound is one instruction. */
static inline V ncl_bounded(V x, float low, float high)
{
    if (high == high)
        x = ncl_at_most(x, high);
    if (low == low)
        x = ncl_at_least(x, low);
    return x;
}

/* To the nearest integer, x.5 to the even one, as sums are rounded whose last bits are whole; what is larger is one.
 * PoCL 3.1's rint and round take a vector apart. */
static inline V ncl_round_even(V v)
{
    const V size = fabs(v);
    return copysign(select(size, size + 8388608.0f - 8388608.0f, size < 8388608.0f), v);
}

/* x.5 away from zero. */
static inline V ncl_round_away(V v)
{
    const V size = fabs(v), down = floor(size);
    return copysign(down + NCL_WHERE(size - down >= 0.5f, 1.0f, 0.0f), v);
}

/* ---- quantization (NNEF 4.9.5) ---- */

/* To the nearest integer, x.5 up: v - floor(v) is exact where it matters, v + 0.5 is not. */
static inline V ncl_nearest(V v)
{
    const V down = floor(v);
    return down + NCL_WHERE(v - down >= 0.5f, 1.0f, 0.0f);
}

/* What a - b is off after rounding to `difference`: exact. */
static inline V ncl_rest(V a, V b, V difference)
{
    const V back = difference - a;
    return (a - (difference - back)) - (b + back);
}

/* a r - (k - 1/2) d for a = ah + al and d = dh + dl, exact to 2^-46 of the terms, so that its sign tells on which side
 * of a boundary a r / d lies. */
static inline V ncl_beyond(V k, float r, V ah, V al, V dh, V dl)
{
    const V half_way = k - 0.5f, product = half_way * dh;
    return (fma(ah, (V)r, -product) - fma(half_way, dh, -product)) + fma(al, (V)r, -(half_way * dl));
}

/* k of r steps between low and high, the nearest to x, as a number. */
static inline V ncl_quantize_limits(V x, V low, V high, float r)
{
    const V z = ncl_clamp(x, low, high), a = z - low, d = high - low;
    const V al = ncl_rest(z, low, a), dl = ncl_rest(high, low, d);
    V k = ncl_nearest(a / d * r);
    k -= NCL_WHERE(ncl_beyond(k, r, a, al, d, dl) < 0.0f, 1.0f, 0.0f);
    k += NCL_WHERE(ncl_beyond(k + 1.0f, r, a, al, d, dl) >= 0.0f, 1.0f, 0.0f);
    return fma(high, k, low * (r - k)) / r;
}

/* k of the multiple k s that is nearest to x, for s > 0: `about` is it, or off by one. */
static inline V ncl_quantize_index(V x, V s, V about)
{
    const V k = about - NCL_WHERE(fma(0.5f - about, s, x) < 0.0f, 1.0f, 0.0f);
    return k + NCL_WHERE(fma(-0.5f - k, s, x) >= 0.0f, 1.0f, 0.0f);
}

/* v rounded, x.5 up, where the last bits of v + NCL_INTEGERS are whole; beyond them it stays beyond. */
static inline V ncl_half_up(V v)
{
    const V k = v + NCL_INTEGERS - NCL_INTEGERS;
    return k + NCL_WHERE(v - k >= 0.5f, 1.0f, 0.0f);
}

/* The nearest multiple of the scale s whose index, shifted by the zero point, is between low and high. */
static inline V ncl_quantize_scale(V x, V zero, V s, float low, float high)
{
    const V side = NCL_WHERE(s < 0.0f, -1.0f, 1.0f), k = ncl_quantize_index(side * x, side * s, ncl_nearest(x / s));
    return ncl_clamp(k, low - zero, high - zero) * s;
}

/* The nearest power of two by its logarithm, of exponents from m - r to m, m = ceil(log2(high)). The square root of two
 * lies between two floats. */
static inline V ncl_quantize_power(V x, V high, float r)
{
    const VI e = ilogb(x), t = ilogb(high);
    const V m = NCL_TO(float, t) + NCL_WHERE(ldexp(high, -t) > 1.0f, 1.0f, 0.0f);
    const V q = NCL_TO(float, e) + NCL_WHERE(ldexp(fabs(x), -e) > 0x1.6a09e6p0f, 1.0f, 0.0f);
    const V sign = select(NCL_WHERE(x < 0.0f, -1.0f, x), (V)1.0f, x > 0.0f);
    return sign * ldexp((V)1.0f, NCL_CAT(NCL_CAT(convert_int, LANES), _sat)(ncl_clamp(q, m - r, m)));
}
#endif
