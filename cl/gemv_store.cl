/* SPDX-License-Identifier: Apache-2.0 */
/* Weights of products as gemv.cl reads them, in fewer bits, each row with a factor of its own:
 *
 *   y[j][k] = w[j ROW + k COLUMN] / s[j],   s[j] = max over k of |w[j][k]| / LARGEST, or 1 where that is 0
 *
 * KEPT      half, or char (the nearest whole number)       KEEP(v, p, i)  p[i] = v as such
 * LARGEST   what the largest one of a row becomes
 * tasks: one for each row */
#ifndef KEPT
#define KEPT char
#define KEEP(v, p, i) (p)[i] = convert_char_rte(v)
#endif
#define K       SIZE(0)
#define ROW     SIZE(1)
#define COLUMN  SIZE(2)
#define LARGEST REAL(3)

static void FN(gemv_store)(INDEX task, SIZES size, global const float *w, global KEPT *y, global float *s)
{
    const INDEX k = K, column = COLUMN;
    float most = 0;
    w += task * ROW;
    y += task * k;
    for (INDEX i = 0; i < k; i++)
        most = fmax(most, fabs(w[i * column]));
    const float factor = most > 0 ? most / LARGEST : 1.0f;
    for (INDEX i = 0; i < k; i++)
        KEEP(w[i * column] / factor, y, i);
    s[task] = factor;
}
