/* SPDX-License-Identifier: Apache-2.0 */
/* The plain convolution behind all fast ones, any rank, border, stride, dilation and grouping:
 *
 *   y[n][k][o] = b[k] + sum over c, j of  w[k][c][j] x~[n][g C + c][o s + j d - p]
 *
 * with g = k / FILTERS, o and j over six spatial axes
 *
 * BORDER(i, n)  how x~ continues x                      COUNT  elements of y    RUN  elements of a task
 * GROUPS        CHANNELS, FILTERS: of one group         BIAS   1: one for each k, 0: one
 * arrays: the spatial axes, 1s in front of fewer than six
 * tasks: ceil(COUNT / RUN) */
#ifndef BORDER
#define BORDER NCL_BORDER_CONSTANT
#endif
#define NCL_CELL    NCL_T3
#define COUNT       SIZE(0)
#define RUN         SIZE(1)
#define GROUPS      SIZE(2)
#define CHANNELS    SIZE(3)
#define FILTERS     SIZE(4)
#define BIAS        SIZE(5)
#define IN(i)       SIZE(6 + (i))
#define OUT(i)      SIZE(12 + (i))
#define KERNEL(i)   SIZE(18 + (i))
#define STRIDE(i)   SIZE(24 + (i))
#define DILATION(i) SIZE(30 + (i))
#define BEFORE(i)   SIZE(36 + (i))

/* The offset in a plane of x that tap j of the four outer axes reads for the output at o; negative: outside. */
static INDEX FN(conv_direct_outer)(SIZES size, INDEX j, const INDEX *o)
{
    INDEX offset = 0, pitch = IN(5) * IN(4);
    for (int a = 3; a >= 0; a--) {
        const INDEX at = o[a] * STRIDE(a) + j % KERNEL(a) * DILATION(a) - BEFORE(a), i = BORDER(at, IN(a));
        if (i < 0)
            return -1;
        offset += i * pitch;
        pitch *= IN(a);
        j /= KERNEL(a);
    }
    return offset;
}

static float FN(conv_direct_tap)(INDEX channels, INDEX plane, INDEX taps, global const NCL_T0 *x,
                                 global const NCL_T1 *w)
{
    float sum = 0;
    for (INDEX c = 0; c < channels; c++)
        sum = ncl_mac(NCL_AT(NCL_T1, w, c * taps), NCL_AT(NCL_T0, x, c * plane), sum);
    return sum;
}

static void FN(conv_direct)(INDEX task, SIZES size, global const NCL_T0 *x, global const NCL_T1 *w,
                            global const float *b, global NCL_CELL *y CHAIN_PARAMETERS)
{
    const INDEX channels = CHANNELS, filters = FILTERS, groups = GROUPS, end = min((task + 1) * RUN, COUNT);
    const INDEX outer = KERNEL(0) * KERNEL(1) * KERNEL(2) * KERNEL(3), taps = outer * KERNEL(4) * KERNEL(5);
    const INDEX plane = IN(0) * IN(1) * IN(2) * IN(3) * IN(4) * IN(5);
    for (INDEX e = task * RUN; e < end; e++) {
        INDEX o[6];
        const INDEX nk = NCL_POSITION(e, 6, 12, o), k = nk % (groups * filters), n = nk / (groups * filters);
        global const NCL_T0 *xn = x + (n * groups + k / filters) * channels * plane, *tap = w + k * channels * taps;
        float sum = b[k * BIAS];
        for (INDEX j = 0; j < outer; j++) {
            const INDEX offset = FN(conv_direct_outer)(size, j, o);
            for (INDEX j4 = 0; j4 < KERNEL(4); j4++) {
                const INDEX at4 = o[4] * STRIDE(4) + j4 * DILATION(4) - BEFORE(4), i4 = BORDER(at4, IN(4));
                for (INDEX j5 = 0; j5 < KERNEL(5); j5++, tap++) {
                    const INDEX at5 = o[5] * STRIDE(5) + j5 * DILATION(5) - BEFORE(5), i5 = BORDER(at5, IN(5));
                    if (offset >= 0 && i4 >= 0 && i5 >= 0)
                        sum += FN(conv_direct_tap)(channels, plane, taps, xn + offset + i4 * IN(5) + i5, tap);
                }
            }
        }
        NCL_STORE_AFTER(sum, 1, y, e, k)
    }
}
