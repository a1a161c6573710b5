/* y[i] = f(x[i]) for COUNT elements.
 *
 * FORMULA  f, of a vector x of eight elements, with the parameters ALPHA and LAMBDA      T  type of the elements
 * CHUNK    elements of a task, a multiple of 8
 * tasks: ceil(COUNT / CHUNK) */
#ifndef FORMULA
#define FORMULA -x
#endif
#ifndef T
#define T float
#endif
#define COUNT SIZE(0)
#define CHUNK SIZE(1)
#define ALPHA REAL(2)
#define LAMBDA REAL(3)

/* f of each element by itself. PoCL 3.1's sin, cos and tan of a vector are wrong by 2^-7 near 0 when another of its elements is far out. */
#define EACH(f, x) (float8)(f((x).s0), f((x).s1), f((x).s2), f((x).s3), f((x).s4), f((x).s5), f((x).s6), f((x).s7))

/* The error function: x P(x^2) / Q(x^2) for |x| <= 4, fitted to a relative error of 3e-8 (4e-7 with rounding); beyond it is 1 within the same. */
static float8 FN(unary_erf)(float8 x)
{
    const float8 u = fmin(fmax(x, -4.0f), 4.0f), t = u * u;
    float8 p = fma(t, (float8)1.98677549e-6f, (float8)2.8456701e-4f), q = fma(t, (float8)3.74201627e-5f, (float8)1.1855826e-3f);
    p = fma(p, t, (float8)3.88339092e-3f);
    p = fma(p, t, (float8)5.31018935e-2f);
    p = fma(p, t, (float8)0.193546146f);
    p = fma(p, t, (float8)1.12837911f);
    q = fma(q, t, (float8)1.52073465e-2f);
    q = fma(q, t, (float8)0.115350455f);
    q = fma(q, t, (float8)0.504858375f);
    q = fma(q, t, (float8)1.0f);
    return select(clamp(u * p / q, -1.0f, 1.0f), x, isnan(x));
}

static void FN(unary)(INDEX task, SIZES size, global const T *input, global T *output)
{
    const INDEX end = min((task + 1) * CHUNK, COUNT);
    for (INDEX i = task * CHUNK; i < end; i += 8) {
        const INDEX n = min(end - i, (INDEX)8);
        const NCL_VECTOR(T) x = NCL_LOAD(T, input + i, n);
        NCL_STORE(T, FORMULA, output + i, n);
    }
}
