/* SPDX-License-Identifier: Apache-2.0 */
/* y[i] = x[i] / (BIAS + ALPHA * (sum of x^2 over the window around i)) ^ BETA; what lies outside of x counts as zeros
 * (NNEF 4.9.4).
 *
 * SCALED   x and the sum s in parentheses give y: x / pow(s, BETA), or what is the same for one BETA
 * COUNT    elements              CHUNK    elements of a task, a multiple of LANES
 * INNER    elements side by side that no window crosses
 * AXES     the axes outside of these, innermost first: EXTENT, and how far the window reaches: BEFORE, AFTER
 * RESTORE  2^(-80 BETA)
 * tasks: ceil(COUNT / CHUNK)
 *
 * Where s is beyond a float, or of squares below one, and y need not be, s is taken of u x and u^2 BIAS with u = 2^-80
 * or 2^80: it is u^2 times what it stands for, and its power u^(2 BETA) times. */
#ifndef SCALED
#define SCALED x / pow(s, BETA)
#endif
#define COUNT SIZE(0)
#define CHUNK SIZE(1)
#define INNER SIZE(2)
#define AXES SIZE(3)
#define ALPHA REAL(4)
#define BETA REAL(5)
#define BIAS REAL(6)
#define EXTENT(i) SIZE(7 + (i))
#define BEFORE(i) SIZE(15 + (i))
#define AFTER(i) SIZE(23 + (i))
#define RESTORE REAL(31)

/* The sums of (unit x)^2 around n elements from i on, which lie in one row of INNER. */
NCL_APART static V FN(lrn_sum)(SIZES size, global const float *x, INDEX i, INDEX n, float unit)
{
    INDEX low[8], length[8], rest = i / INNER, pitch = INNER, positions = 1;
    for (int a = 0; a < AXES; a++) {
        const INDEX at = rest % EXTENT(a);
        low[a] = max(at - BEFORE(a), (INDEX)0);
        length[a] = min(at + AFTER(a), EXTENT(a) - 1) - low[a] + 1;
        x += (low[a] - at) * pitch;
        positions *= a ? length[a] : 1;
        pitch *= EXTENT(a);
        rest /= EXTENT(a);
    }
    V sum = 0;
    for (INDEX p = 0; p < positions; p++) {
        global const float *from = x + i;
        rest = p;
        pitch = INNER * EXTENT(0);
        for (int a = 1; a < AXES; a++) {
            from += rest % length[a] * pitch;
            rest /= length[a];
            pitch *= EXTENT(a);
        }
        for (INDEX j = 0; j < length[0]; j++) {
            const V v = NCL_LOAD(float, from + j * INNER, n) * unit;
            sum += v * v;
        }
    }
    return sum;
}

/* unit^2 s */
static V FN(lrn_sums)(SIZES size, global const float *x, INDEX i, INDEX n, float unit)
{
    const V bias = BIAS * unit * unit;
    if (i % INNER + n <= INNER)
        return fma((V)ALPHA, FN(lrn_sum)(size, x, i, n, unit), bias);
    float each[LANES] = {0};
    for (INDEX k = 0; k < n; k++)
        each[k] = FN(lrn_sum)(size, x, i + k, 1, unit).s0;
    return fma((V)ALPHA, VLOAD(each), bias);
}

/* y by way of unit^2 s; back = unit^BETA. */
NCL_APART static V FN(lrn_apart)(SIZES size, global const float *input, INDEX i, INDEX n, float unit, float back)
{
    const V x = NCL_LOAD(float, input + i, n), s = FN(lrn_sums)(size, input, i, n, unit);
    return SCALED * back * back;
}

static void FN(lrn)(INDEX task, SIZES size, global const float *input, global float *output)
{
    const INDEX end = min((task + 1) * CHUNK, COUNT);
    for (INDEX i = task * CHUNK; i < end; i += LANES) {
        const INDEX n = min(end - i, (INDEX)LANES);
        const V x = NCL_LOAD(float, input + i, n), s = FN(lrn_sums)(size, input, i, n, 1);
        const VI high = !isfinite(s), low = fabs(s) < 0x1p-60f;
        V y = SCALED;
        if (any(high))
            y = select(y, FN(lrn_apart)(size, input, i, n, 0x1p-80f, RESTORE), high);
        if (any(low))
            y = select(y, FN(lrn_apart)(size, input, i, n, 0x1p80f, 1 / RESTORE), low);
        NCL_STORE(float, y, output + i, n);
    }
}
