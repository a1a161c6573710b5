/* SPDX-License-Identifier: Apache-2.0 */
/* The reverse of box, gathered for each output, any axes and border:
 *
 *   y[o] = 1 / DIVISOR sum over j with s | (o + p - j d) of  x~[(o + p - j d) / s]     with o and j over eight axes
 *
 * BORDER(i, n)  how x~ continues x      COUNT  elements of y      RUN  elements of a task
 * DIVISOR  elements of the window, or 1            A sum beyond a float is taken again of x 2^-64.
 * arrays: the axes, 1s in front of fewer than eight
 * tasks: ceil(COUNT / RUN) */
#ifndef BORDER
#define BORDER NCL_BORDER_CONSTANT
#endif
#define COUNT       SIZE(0)
#define RUN         SIZE(1)
#define DIVISOR     REAL(2)
#define IN(i)       SIZE(3 + (i))
#define OUT(i)      SIZE(11 + (i))
#define KERNEL(i)   SIZE(19 + (i))
#define STRIDE(i)   SIZE(27 + (i))
#define DILATION(i) SIZE(35 + (i))
#define BEFORE(i)   SIZE(43 + (i))

/* The element that position j of the window reads along an axis for an output at `at` = o + p; negative: none. */
static INDEX FN(debox_index)(INDEX at, INDEX j, INDEX stride, INDEX dilation, INDEX extent)
{
    const INDEX up = at - j * dilation, i = up / stride;
    return up % stride ? -1 : BORDER(i, extent);
}

/* The offset that window position j of the six outer axes reads; negative: none. */
static INDEX FN(debox_outer)(SIZES size, INDEX j, const INDEX *o)
{
    INDEX offset = 0, pitch = IN(6) * IN(7);
    for (int a = 5; a >= 0; a--) {
        const INDEX i = FN(debox_index)(o[a] + BEFORE(a), j % KERNEL(a), STRIDE(a), DILATION(a), IN(a));
        if (i < 0)
            return -1;
        offset += i * pitch;
        pitch *= IN(a);
        j /= KERNEL(a);
    }
    return offset;
}

/* The sum for the output at o, times unit. */
NCL_APART static float FN(debox_sum)(SIZES size, global const float *x, const INDEX *o, float unit)
{
    const INDEX outer = KERNEL(0) * KERNEL(1) * KERNEL(2) * KERNEL(3) * KERNEL(4) * KERNEL(5);
    float sum = 0;
    for (INDEX j = 0; j < outer; j++) {
        const INDEX offset = FN(debox_outer)(size, j, o);
        for (INDEX j6 = 0; j6 < KERNEL(6) && offset >= 0; j6++) {
            const INDEX i6 = FN(debox_index)(o[6] + BEFORE(6), j6, STRIDE(6), DILATION(6), IN(6));
            for (INDEX j7 = 0; j7 < KERNEL(7) && i6 >= 0; j7++) {
                const INDEX i7 = FN(debox_index)(o[7] + BEFORE(7), j7, STRIDE(7), DILATION(7), IN(7));
                sum += i7 >= 0 ? x[offset + i6 * IN(7) + i7] * unit : 0;
            }
        }
    }
    return sum;
}

static void FN(debox)(INDEX task, SIZES size, global const float *x, global float *y)
{
    const INDEX end = min((task + 1) * RUN, COUNT);
    for (INDEX e = task * RUN; e < end; e++) {
        INDEX o[8];
        NCL_POSITION(e, 8, 11, o);
        const float sum = FN(debox_sum)(size, x, o, 1);
        y[e] = isfinite(sum) ? sum / DIVISOR : FN(debox_sum)(size, x, o, 0x1p-64f) / DIVISOR * 0x1p64f;
    }
}
