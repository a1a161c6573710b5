/* SPDX-License-Identifier: Apache-2.0 */
/* Sums, means and maxima of windows over any axes, with any border:
 *
 *   y[o] = R over j of  x~[o s + j d - p]
 *
 * R: the sum, the sum divided by the number of values, the maximum; o and j over eight axes
 *
 * BORDER(i, n)  how x~ continues x              MAX        1: the maximum, NaN wins; 0: the sum
 * CLIP          1: x~ is a constant outside     NORMALIZE  1: divide the sum
 * IGNORE        1: what lies outside is left out, also of the number of values (a window wholly outside gives 0);
 *               0: it is zeros
 * COUNT         elements of y                   RUN        elements of a task
 * VOLUME        elements of a window
 * A sum beyond a float is taken again of x 2^-64.
 * arrays: the axes, 1s in front of fewer than eight
 * tasks: ceil(COUNT / RUN) */
#ifndef BORDER
#define BORDER NCL_BORDER_CONSTANT
#endif
#ifndef MAX
#define MAX 0
#endif
#ifndef NORMALIZE
#define NORMALIZE 0
#endif
#ifndef CLIP
#define CLIP 1
#endif
#ifndef IGNORE
#define IGNORE 0
#endif
#define NCL_CELL    NCL_T1
#define COUNT       SIZE(0)
#define RUN         SIZE(1)
#define VOLUME      SIZE(2)
#define IN(i)       SIZE(3 + (i))
#define OUT(i)      SIZE(11 + (i))
#define KERNEL(i)   SIZE(19 + (i))
#define STRIDE(i)   SIZE(27 + (i))
#define DILATION(i) SIZE(35 + (i))
#define BEFORE(i)   SIZE(43 + (i))

/* A maximum that keeps a NaN. */
static float FN(pool_join)(float a, float v)
{
    return MAX ? (v > a || isnan(v) ? v : a) : a + v;
}

/* The offset that window position j of the six outer axes reads. */
static INDEX FN(pool_outer)(SIZES size, INDEX j, const INDEX *start, const INDEX *first, const INDEX *length)
{
    INDEX offset = 0, pitch = IN(6) * IN(7);
    for (int a = 5; a >= 0; a--) {
        const INDEX at = start[a] + (first[a] + j % length[a]) * DILATION(a);
        offset += BORDER(at, IN(a)) * pitch;
        pitch *= IN(a);
        j /= length[a];
    }
    return offset;
}

/* What the window positions [first, first + length) join to, times unit. */
NCL_APART static float FN(pool_window)(SIZES size, const INDEX *start, const INDEX *first, const INDEX *length,
                                       global const NCL_T0 *x, float value, float unit)
{
    INDEX outer = 1;
    for (int a = 0; a < 6; a++)
        outer *= max(length[a], (INDEX)0);
    for (INDEX j = 0; j < outer; j++) {
        const INDEX offset = FN(pool_outer)(size, j, start, first, length);
        for (INDEX j6 = first[6]; j6 < first[6] + length[6]; j6++) {
            const INDEX at6 = start[6] + j6 * DILATION(6), i6 = BORDER(at6, IN(6));
            for (INDEX j7 = first[7]; j7 < first[7] + length[7]; j7++) {
                const INDEX at7 = start[7] + j7 * DILATION(7), i7 = BORDER(at7, IN(7));
                const float v = NCL_AT(NCL_T0, x, offset + i6 * IN(7) + i7);
                value = FN(pool_join)(value, MAX ? v : v * unit);
            }
        }
    }
    return value;
}

static void FN(pool)(INDEX task, SIZES size, global const NCL_T0 *x, global NCL_CELL *y CHAIN_PARAMETERS)
{
    const INDEX end = min((task + 1) * RUN, COUNT);
    for (INDEX e = task * RUN; e < end; e++) {
        INDEX rest = e, start[8], first[8], length[8];
        INDEX inside = 1; /* values of the window that are in x */
        for (int a = 7; a >= 0; a--) {
            const INDEX d = DILATION(a), from = start[a] = rest % OUT(a) * STRIDE(a) - BEFORE(a);
            first[a] = CLIP && from < 0 ? (d - 1 - from) / d : 0;
            length[a] = CLIP && from >= IN(a) ? 0 : CLIP ? min(KERNEL(a), (IN(a) - from + d - 1) / d) : KERNEL(a);
            length[a] -= first[a];
            inside *= max(length[a], (INDEX)0);
            rest /= OUT(a);
        }
        const float none = MAX ? (IGNORE || inside == VOLUME ? -INFINITY : 0) : 0;
        const float values = (float)(IGNORE ? inside : VOLUME);
        float value = FN(pool_window)(size, start, first, length, x, none, 1), back = 1;
        if (!MAX && !isfinite(value)) {
            value = FN(pool_window)(size, start, first, length, x, none, 0x1p-64f);
            back = 0x1p64f;
        }
        value = IGNORE && inside == 0 ? 0 : (NORMALIZE ? value / values : value) * back;
        NCL_STORE_AFTER(value, 1, y, e, 0)
    }
}
