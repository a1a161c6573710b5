/* SPDX-License-Identifier: Apache-2.0 */
/* Where the maximum of every window lies, as the row-major number of its position in the window, for windows
 * over any axes:
 *
 *   index[o] = the first j with the largest x~[o s + j d - p]     o and j over eight axes
 *
 * A NaN is larger than every number.
 *
 * BORDER(i, n)  how x~ continues x, negative: outside
 * IGNORE        1: what lies outside is left out (a window wholly outside gives 0), 0: it is zeros
 * COUNT         elements of index       RUN  elements of a task
 * arrays: the axes, 1s in front of fewer than eight
 * tasks: ceil(COUNT / RUN) */
#ifndef BORDER
#define BORDER NCL_BORDER_CONSTANT
#endif
#ifndef IGNORE
#define IGNORE 0
#endif
#define COUNT       SIZE(0)
#define RUN         SIZE(1)
#define IN(i)       SIZE(2 + (i))
#define OUT(i)      SIZE(10 + (i))
#define KERNEL(i)   SIZE(18 + (i))
#define STRIDE(i)   SIZE(26 + (i))
#define DILATION(i) SIZE(34 + (i))
#define BEFORE(i)   SIZE(42 + (i))

/* The offset that window position j of the six outer axes reads; negative: outside. */
static INDEX FN(argmax_pool_outer)(SIZES size, INDEX j, const INDEX *start)
{
    INDEX offset = 0, pitch = IN(6) * IN(7);
    for (int a = 5; a >= 0; a--) {
        const INDEX at = start[a] + j % KERNEL(a) * DILATION(a), i = BORDER(at, IN(a));
        if (i < 0)
            return -1;
        offset += i * pitch;
        pitch *= IN(a);
        j /= KERNEL(a);
    }
    return offset;
}

static void FN(argmax_pool)(INDEX task, SIZES size, global const float *x, global int *index)
{
    const INDEX end = min((task + 1) * RUN, COUNT);
    const INDEX outer = KERNEL(0) * KERNEL(1) * KERNEL(2) * KERNEL(3) * KERNEL(4) * KERNEL(5);
    for (INDEX e = task * RUN; e < end; e++) {
        INDEX rest = e, start[8], best = -1, j = 0;
        float largest = 0;
        for (int a = 7; a >= 0; a--) {
            start[a] = rest % OUT(a) * STRIDE(a) - BEFORE(a);
            rest /= OUT(a);
        }
        for (INDEX jo = 0; jo < outer; jo++) {
            const INDEX offset = FN(argmax_pool_outer)(size, jo, start);
            for (INDEX j6 = 0; j6 < KERNEL(6); j6++) {
                const INDEX at6 = start[6] + j6 * DILATION(6), i6 = BORDER(at6, IN(6));
                for (INDEX j7 = 0; j7 < KERNEL(7); j7++, j++) {
                    const INDEX at7 = start[7] + j7 * DILATION(7), i7 = BORDER(at7, IN(7));
                    const bool inside = offset >= 0 && i6 >= 0 && i7 >= 0;
                    const float value = inside ? x[offset + i6 * IN(7) + i7] : 0;
                    if ((inside || !IGNORE) && (best < 0 || value > largest || (isnan(value) && !isnan(largest)))) {
                        best = j;
                        largest = value;
                    }
                }
            }
        }
        index[e] = (int)max(best, (INDEX)0);
    }
}
