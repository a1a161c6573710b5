/* SPDX-License-Identifier: Apache-2.0 */
/* Weights of products as gemv.cl reads them, in fewer bits, each row with a factor of its own:
 *
 *   y[j][k] = w[j ROW + k COLUMN] / s[j],   s[j] = max over k of the finite |w[j][k]| / LARGEST, or 1 where that is 0
 *
 * What is not finite stays in halves. Whole numbers have a sign of it, s[j] the rest: then it is infinite, or NaN.
 *
 * KEPT      half, or char (the nearest whole number)       KEEP(v, p, i)  p[i] = v as such
 * LARGEST   what the largest one of a row becomes        WHOLE(s, odd)  s, or s + odd, what is not finite
 * tasks: one for each row */
#ifndef KEPT
#define KEPT          char
#define KEEP(v, p, i) (p)[i] = convert_char_rte(fmin(fmax(v, -127.0f), 127.0f))
#define WHOLE(s, odd) (s) + (odd)
#endif
#define K       SIZE(0)
#define ROW     SIZE(1)
#define COLUMN  SIZE(2)
#define LARGEST REAL(3)

static void FN(gemv_store)(INDEX task, SIZES size, global const float *w, global KEPT *y, global float *s)
{
    const INDEX k = K, column = COLUMN;
    float most = 0, odd = 0;
    w += task * ROW;
    y += task * k;
    for (INDEX i = 0; i < k; i++) {
        const float v = w[i * column];
        most = isfinite(v) ? fmax(most, fabs(v)) : most;
        odd += isfinite(v) ? 0.0f : fabs(v);
    }
    const float least = most / LARGEST, factor = least > 0 ? least : 1.0f; /* a tiny one by LARGEST may be 0 */
    const float scale = WHOLE(factor, odd);
    for (INDEX i = 0; i < k; i++) {
        const float v = w[i * column];
        KEEP(isfinite(v) ? v / scale : v, y, i);
    }
    s[task] = scale;
}
