/* SPDX-License-Identifier: Apache-2.0 */
/* The elements that indices name, one of each window:
 *
 *   y[o] = x~[o s + j d - p]     o and j over eight axes, index[o] the row-major number of j in the window
 *
 * A number that no position of the window has reads nothing and gives 0.
 *
 * BORDER(i, n)  how x~ continues x, negative: outside, a zero
 * COUNT         elements of y       RUN  elements of a task      VOLUME  positions of a window
 * arrays: the axes, 1s in front of fewer than eight
 * tasks: ceil(COUNT / RUN) */
#ifndef BORDER
#define BORDER NCL_BORDER_CONSTANT
#endif
#define COUNT       SIZE(0)
#define RUN         SIZE(1)
#define VOLUME      SIZE(2)
#define IN(i)       SIZE(3 + (i))
#define OUT(i)      SIZE(11 + (i))
#define KERNEL(i)   SIZE(19 + (i))
#define STRIDE(i)   SIZE(27 + (i))
#define DILATION(i) SIZE(35 + (i))
#define BEFORE(i)   SIZE(43 + (i))

static void FN(sample)(INDEX task, SIZES size, global const float *x, global const int *index, global float *y)
{
    const INDEX end = min((task + 1) * RUN, COUNT);
    for (INDEX e = task * RUN; e < end; e++) {
        const int number = index[e];
        bool inside = number >= 0 && number < (int)VOLUME;
        INDEX rest = e, j = inside ? number : 0, offset = 0, pitch = 1;
        for (int a = 7; a >= 0; a--) {
            const INDEX at = rest % OUT(a) * STRIDE(a) - BEFORE(a) + j % KERNEL(a) * DILATION(a), i = BORDER(at, IN(a));
            inside = inside && i >= 0;
            offset += i * pitch;
            pitch *= IN(a);
            rest /= OUT(a);
            j /= KERNEL(a);
        }
        y[e] = inside ? x[offset] : 0;
    }
}
