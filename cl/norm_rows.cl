/* SPDX-License-Identifier: Apache-2.0 */
/* y = (x - m) / sqrt(v + EPSILON) scale + offset for each row, m the mean and v the variance of its elements
 * (layer_norm.c).
 *
 * CENTRED  0: m is 0, v the mean of squares
 * LENGTH   1: y = x / max(sqrt(v) + BIAS, EPSILON), v the sum of squares; below SMALL, and where it is beyond a float,
 *          it is taken again of multiples
 * SCALED, SHIFTED   0: there is no scale, no offset; x stands in its place
 * ROWS rows of COLUMNS elements, SPAN of them in a task: a row is read three times, but from memory once
 * Where m or v is beyond a float, both are taken again of the elements times 2^-100, and so is the difference.
 * tasks: ceil(ROWS / SPAN) */
#ifndef CENTRED
#define CENTRED 1
#endif
#ifndef LENGTH
#define LENGTH 0
#endif
#ifndef SCALED
#define SCALED 1
#endif
#ifndef SHIFTED
#define SHIFTED 1
#endif
#define ROWS SIZE(0)
#define COLUMNS SIZE(1)
#define SPAN SIZE(2)
#define EPSILON REAL(3)
#define BIAS REAL(4)
#define SMALL REAL(5)

#define BLOCK (64 * LANES) /* elements of a part: 32 additions to each of two sums */
#define ADD(d) total += NCL_SWAP(total, d);

/* The mean over a row of unit x - m, or of its square; of a length the sum. */
NCL_APART static float FN(norm_mean)(global const NCL_T0 *x, INDEX columns, float unit, float m, int squared)
{
    V total = 0;
    for (INDEX j = 0; j < columns;) {
        const INDEX end = min(j + BLOCK, columns);
        V even = 0, odd = 0;
        for (; j + 2 * LANES <= end; j += 2 * LANES) {
            const V a = fma(NCL_VLOAD(NCL_T0, x + j), (V)unit, (V)-m),
                    b = fma(NCL_VLOAD(NCL_T0, x + j + LANES), (V)unit, (V)-m);
            even = squared ? fma(a, a, even) : even + a;
            odd = squared ? fma(b, b, odd) : odd + b;
        }
        for (; j < end; j += LANES) {
            const INDEX n = min(end - j, (INDEX)LANES);
            const V a = select((V)0, fma(NCL_LOAD(NCL_T0, x + j, n), (V)unit, (V)-m), NCL_RAMP < (int)n);
            even = squared ? fma(a, a, even) : even + a;
        }
        total += even + odd;
    }
    NCL_HALVINGS(ADD)
    return LENGTH ? total.s0 : total.s0 / columns;
}

#if LENGTH
/* What a row of unit x is divided by, v being the sum of its squares. */
static float FN(norm_length)(SIZES size, float v, float unit)
{
    const float length = sqrt(v) + BIAS * unit, least = EPSILON * unit;
    return length > least ? length : least;
}

static void FN(norm_length_rows)(INDEX task, SIZES size, global const NCL_T0 *x, global NCL_T3 *y)
{
    const INDEX columns = COLUMNS, last = min((task + 1) * SPAN, ROWS);
    for (INDEX row = task * SPAN; row < last; row++) {
        global const NCL_T0 *from = x + row * columns;
        float unit = 1, v = FN(norm_mean)(from, columns, unit, 0.0f, 1);
        if (isinf(v) || v < SMALL) {
            unit = v < SMALL ? 0x1p70f : 0x1p-100f;
            v = FN(norm_mean)(from, columns, unit, 0.0f, 1);
        }
        const V length = FN(norm_length)(size, v, unit);
        for (INDEX j = 0; j < columns; j += LANES) {
            const INDEX n = min(columns - j, (INDEX)LANES);
            NCL_STORE(NCL_T3, NCL_LOAD(NCL_T0, from + j, n) * unit / length, y + row * columns + j, n);
        }
    }
}
#endif

static void FN(norm_rows)(INDEX task, SIZES size, global const NCL_T0 *x, global const float *scale,
                          global const float *offset, global NCL_T3 *y)
{
#if LENGTH
    FN(norm_length_rows)(task, size, x, y);
#else
    const INDEX columns = COLUMNS, last = min((task + 1) * SPAN, ROWS);
    for (INDEX row = task * SPAN; row < last; row++) {
        global const NCL_T0 *from = x + row * columns;
        float unit = 1, m = CENTRED ? FN(norm_mean)(from, columns, unit, 0.0f, 0) : 0.0f;
        float v = FN(norm_mean)(from, columns, unit, m, 1) + EPSILON;
        if (!isfinite(v)) {
            unit = 0x1p-100f;
            m = CENTRED ? FN(norm_mean)(from, columns, unit, 0.0f, 0) : 0.0f;
            v = FN(norm_mean)(from, columns, unit, m, 1) + EPSILON * unit * unit;
        }
        const V factor = 1.0f / sqrt(v);
        for (INDEX j = 0; j < columns; j += LANES) {
            const INDEX n = min(columns - j, (INDEX)LANES);
            V r = fma(NCL_LOAD(NCL_T0, from + j, n), (V)unit, (V)-m) * factor;
            if (SCALED)
                r *= NCL_LOAD(float, scale + j, n);
            if (SHIFTED)
                r += NCL_LOAD(float, offset + j, n);
            NCL_STORE(NCL_T3, r, y + row * columns + j, n);
        }
    }
#endif
}
