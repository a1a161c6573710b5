/* SPDX-License-Identifier: Apache-2.0 */
/* The input of a convolution with its border filled in, and taken apart by the phases of the stride, so that conv_gemm
 * reads neighbours for neighbouring outputs:
 *
 *   y[plane][r][q] = x~[plane][q s + r d mod s - p]     r: slot, q: position, on three axes each
 *
 * Tap t reads slot t mod SLOTS at position o + floor(t d / s) for output o.
 * BORDER(i, n)  how x~ continues x
 * ROWS   rows of y, all but its last axis       RUN    rows of a task
 * IN     extents of x                           SLOTS  number of slots              EXTENT  positions
 * STRIDE, DILATION, BEFORE                      arrays: the three spatial axes
 * CHANNELS, IN_IMAGE   planes of an image, and elements from one image of x to the next
 * tasks: ceil(ROWS / RUN) */
#ifndef BORDER
#define BORDER NCL_BORDER_CONSTANT
#endif
#define ROWS        SIZE(0)
#define RUN         SIZE(1)
#define IN(i)       SIZE(2 + (i))
#define SLOTS(i)    SIZE(5 + (i))
#define EXTENT(i)   SIZE(8 + (i))
#define STRIDE(i)   SIZE(11 + (i))
#define DILATION(i) SIZE(14 + (i))
#define BEFORE(i)   SIZE(17 + (i))
#define CHANNELS    SIZE(20)
#define IN_IMAGE    SIZE(21)

/* The element that a position of a slot shows along axis a; negative: a zero. */
static INDEX FN(conv_halo_index)(SIZES size, int a, INDEX slot, INDEX position)
{
    const INDEX at = position * STRIDE(a) + slot * DILATION(a) % STRIDE(a) - BEFORE(a);
    return BORDER(at, IN(a));
}

NCL_BORDER_ROW(FN(conv_halo_row), global, NCL_T0, NCL_T1)

static void FN(conv_halo)(INDEX task, SIZES size, global const NCL_T0 *x, global NCL_T1 *y)
{
    const INDEX end = min((task + 1) * RUN, ROWS), width = IN(2), extent = EXTENT(2), stride = STRIDE(2);
    for (INDEX row = task * RUN; row < end; row++) {
        INDEX rest = row;
        const INDEX q1 = rest % EXTENT(1), q0 = (rest /= EXTENT(1)) % EXTENT(0);
        const INDEX r2 = (rest /= EXTENT(0)) % SLOTS(2), r1 = (rest /= SLOTS(2)) % SLOTS(1);
        const INDEX r0 = (rest /= SLOTS(1)) % SLOTS(0);
        const INDEX i0 = FN(conv_halo_index)(size, 0, r0, q0), i1 = FN(conv_halo_index)(size, 1, r1, q1);
        global NCL_T1 *to = y + row * extent;
        if (i0 >= 0 && i1 >= 0) {
            const INDEX plane = rest / SLOTS(0);
            global const NCL_T0 *from = x + plane / CHANNELS * IN_IMAGE +
                                        ((plane % CHANNELS * IN(0) + i0) * IN(1) + i1) * width;
            FN(conv_halo_row)(extent, r2 * DILATION(2) % stride - BEFORE(2), stride, width, from, to);
        } else {
            for (INDEX q = 0; q < extent; q++)
                NCL_PUT(NCL_T1, 0.0f, to, q);
        }
    }
}
