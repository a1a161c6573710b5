/* SPDX-License-Identifier: Apache-2.0 */
/* The reverse of sample, gathered for each output:
 *
 *   y[o] = sum over j with s | (o + p - j d) and index[i] = j of  x[i]
 *
 * with i = (o + p - j d) / s within x, o and j over eight axes
 *
 * Positions j are numbered in row-major order of the window; a number that no position has goes nowhere.
 *
 * COUNT  elements of y      RUN  elements of a task
 * arrays: the axes, 1s in front of fewer than eight
 * tasks: ceil(COUNT / RUN) */
#define COUNT       SIZE(0)
#define RUN         SIZE(1)
#define IN(i)       SIZE(2 + (i))
#define OUT(i)      SIZE(10 + (i))
#define KERNEL(i)   SIZE(18 + (i))
#define STRIDE(i)   SIZE(26 + (i))
#define DILATION(i) SIZE(34 + (i))
#define BEFORE(i)   SIZE(42 + (i))

/* The element that position j of the window comes from along an axis for an output at `at` = o + p; negative: none. */
static INDEX FN(desample_index)(INDEX at, INDEX j, INDEX stride, INDEX dilation, INDEX extent)
{
    const INDEX up = at - j * dilation;
    return up < 0 || up % stride || up / stride >= extent ? -1 : up / stride;
}

/* The offset that window position j of the six outer axes comes from; negative: none. */
static INDEX FN(desample_outer)(SIZES size, INDEX j, const INDEX *o)
{
    INDEX offset = 0, pitch = IN(6) * IN(7);
    for (int a = 5; a >= 0; a--) {
        const INDEX i = FN(desample_index)(o[a] + BEFORE(a), j % KERNEL(a), STRIDE(a), DILATION(a), IN(a));
        if (i < 0)
            return -1;
        offset += i * pitch;
        pitch *= IN(a);
        j /= KERNEL(a);
    }
    return offset;
}

static void FN(desample)(INDEX task, SIZES size, global const float *x, global const int *index, global float *y)
{
    const INDEX end = min((task + 1) * RUN, COUNT);
    const INDEX outer = KERNEL(0) * KERNEL(1) * KERNEL(2) * KERNEL(3) * KERNEL(4) * KERNEL(5);
    const INDEX inner = KERNEL(6) * KERNEL(7);
    for (INDEX e = task * RUN; e < end; e++) {
        INDEX o[8];
        NCL_POSITION(e, 8, 10, o);
        float sum = 0;
        for (INDEX j = 0; j < outer; j++) {
            const INDEX offset = FN(desample_outer)(size, j, o);
            for (INDEX j6 = 0; j6 < KERNEL(6) && offset >= 0; j6++) {
                const INDEX i6 = FN(desample_index)(o[6] + BEFORE(6), j6, STRIDE(6), DILATION(6), IN(6));
                for (INDEX j7 = 0; j7 < KERNEL(7) && i6 >= 0; j7++) {
                    const INDEX i7 = FN(desample_index)(o[7] + BEFORE(7), j7, STRIDE(7), DILATION(7), IN(7)),
                                from = offset + i6 * IN(7) + i7;
                    if (i7 >= 0 && index[from] == (int)(j * inner + j6 * KERNEL(7) + j7))
                        sum += x[from];
                }
            }
        }
        y[e] = sum;
    }
}
