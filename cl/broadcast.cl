/* r[i] = f(x[i], y[i], ...) for two to four operands of different shapes: an operand that has extent 1 where the result has more is repeated (NNEF 4.2.2).
 *
 * FORMULA  f, of vectors x, y, z, w of eight elements, with the parameters ALPHA and BETA
 * QUANTIZE 1: f uses the functions of quantization below
 * ARITY    number of operands: 2, 3, 4           X, Y, Z, W  types of their elements           R  type of the result's elements
 * STEPk    1: operand k runs along the innermost axis of the result, 0: one element serves it
 * COUNT    elements of the result                CHUNK  elements of a task, a multiple of 8    INNER  extent of the innermost axis
 * OUTER    number of the other axes, EXTENT(d) their extents, innermost first; STRIDE(d) for operand 0, then 1, ..., seven each: elements from one index of axis d to the next
 * tasks: ceil(COUNT / CHUNK) */
#ifndef FORMULA
#define FORMULA x + y
#endif
#ifndef ARITY
#define ARITY 2
#endif
#ifndef X
#define X float
#endif
#ifndef Y
#define Y float
#endif
#ifndef Z
#define Z float
#endif
#ifndef W
#define W float
#endif
#ifndef R
#define R float
#endif
#ifndef QUANTIZE
#define QUANTIZE 0
#endif
#ifndef STEP0
#define STEP0 1
#endif
#ifndef STEP1
#define STEP1 1
#endif
#ifndef STEP2
#define STEP2 1
#endif
#ifndef STEP3
#define STEP3 1
#endif
#define COUNT SIZE(0)
#define CHUNK SIZE(1)
#define INNER SIZE(2)
#define OUTER SIZE(3)
#define ALPHA REAL(4)
#define BETA REAL(5)
#define EXTENT(i) SIZE(6 + (i))
#define STRIDE(i) SIZE(13 + (i))

#if ARITY == 2
#define OPERANDS         global const X *a, global const Y *b
#define FOR_OPERANDS(DO) DO(0, X, x, a) DO(1, Y, y, b)
#elif ARITY == 3
#define OPERANDS         global const X *a, global const Y *b, global const Z *c
#define FOR_OPERANDS(DO) DO(0, X, x, a) DO(1, Y, y, b) DO(2, Z, z, c)
#else
#define OPERANDS         global const X *a, global const Y *b, global const Z *c, global const W *d
#define FOR_OPERANDS(DO) DO(0, X, x, a) DO(1, Y, y, b) DO(2, Z, z, c) DO(3, W, w, d)
#endif
/* Where operand k is at element `first` of the row, with the vector that stands for it when it is repeated; then its elements from j on. */
#define START(k, T, v, p)                                                                                    \
    global const T *v##_at = p + NCL_CAT(STEP, k) * first + NCL_OFFSET(row, OUTER, 6, 13 + 7 * (k)); \
    const NCL_VECTOR(T) v##_repeated = *v##_at;
#define NEXT(k, T, v, p) const NCL_VECTOR(T) v = NCL_CAT(STEP, k) ? NCL_LOAD(T, v##_at + j, n) : v##_repeated;

#if QUANTIZE
/* To the nearest integer, x.5 up. */
static float8 FN(nearest)(float8 v)
{
    const float8 down = floor(v);
    return down + select((float8)0.0f, (float8)1.0f, v - down >= 0.5f);
}

/* max(min(x, high), low); a NaN becomes high. */
static float8 FN(quantize_clamp)(float8 x, float8 low, float8 high)
{
    const float8 least = select(high, x, x < high);
    return select(low, least, least > low);
}

/* What a - b is off after rounding to `difference`: exact. */
static float8 FN(rest)(float8 a, float8 b, float8 difference)
{
    const float8 back = difference - a;
    return (a - (difference - back)) - (b + back);
}

/* a r - (k - 1/2) d for a = ah + al and d = dh + dl, exact to 2^-46 of the terms, so that its sign tells on which side of a boundary a r / d lies. */
static float8 FN(beyond)(float8 k, float r, float8 ah, float8 al, float8 dh, float8 dl)
{
    const float8 half_way = k - 0.5f, product = half_way * dh;
    return (fma(ah, (float8)r, -product) - fma(half_way, dh, -product)) + fma(al, (float8)r, -(half_way * dl));
}

/* k of r steps between low and high, the nearest to x, as a number. */
static float8 FN(quantize_limits)(float8 x, float8 low, float8 high, float r)
{
    const float8 z = FN(quantize_clamp)(x, low, high), a = z - low, d = high - low, al = FN(rest)(z, low, a), dl = FN(rest)(high, low, d);
    float8 k = FN(nearest)(a / d * r);
    k -= select((float8)0.0f, (float8)1.0f, FN(beyond)(k, r, a, al, d, dl) < 0.0f);
    k += select((float8)0.0f, (float8)1.0f, FN(beyond)(k + 1.0f, r, a, al, d, dl) >= 0.0f);
    return fma(high, k, low * (r - k)) / r;
}

/* The nearest multiple of the scale s whose index, shifted by the zero point, is between low and high. */
static float8 FN(quantize_scale)(float8 x, float8 zero, float8 s, float low, float high)
{
    const float8 side = select((float8)1.0f, (float8)-1.0f, s < 0.0f);
    float8 k = FN(nearest)(x / s);
    k -= select((float8)0.0f, (float8)1.0f, side * fma(0.5f - k, s, x) < 0.0f);
    k += select((float8)0.0f, (float8)1.0f, side * fma(-0.5f - k, s, x) >= 0.0f);
    return FN(quantize_clamp)(k, low - zero, high - zero) * s;
}

/* The nearest power of two by its logarithm, of exponents from m - r to m, m = ceil(log2(high)). The square root of two lies between two floats. */
static float8 FN(quantize_power)(float8 x, float8 high, float r)
{
    const int8 e = ilogb(x), t = ilogb(high);
    const float8 m = convert_float8(t) + select((float8)0.0f, (float8)1.0f, ldexp(high, -t) > 1.0f);
    const float8 q = convert_float8(e) + select((float8)0.0f, (float8)1.0f, ldexp(fabs(x), -e) > 0x1.6a09e6p0f);
    const float8 sign = select(select(x, (float8)-1.0f, x < 0.0f), (float8)1.0f, x > 0.0f);
    return sign * ldexp((float8)1.0f, convert_int8_sat(FN(quantize_clamp)(q, m - r, m)));
}
#endif

static void FN(broadcast)(INDEX task, SIZES size, OPERANDS, global R *r)
{
    const INDEX end = min((task + 1) * CHUNK, COUNT);
    for (INDEX i = task * CHUNK, run; i < end; i += run) {
        const INDEX row = i / INNER, first = i - row * INNER;
        run = min(INNER - first, end - i);
        FOR_OPERANDS(START)
        for (INDEX j = 0; j < run; j += 8) {
            const INDEX n = min(run - j, (INDEX)8);
            FOR_OPERANDS(NEXT)
            NCL_STORE(R, NCL_CAT(NCL_CAT(convert_, R), 8)(FORMULA), r + i + j, n);
        }
    }
}
