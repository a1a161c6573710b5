/* SPDX-License-Identifier: Apache-2.0 */
/* Depthwise convolution of images in blocks of LANES channels with a halo (src/emit/blocks.h): every channel has its
 * own filter.
 *
 *   y[n][c][o] = b[c] + sum over t of  w[c][t] x[n][c][at(o) + t]
 *
 * The halo of x is zeros, so that there are no borders. w comes from conv_pack: the taps of a block of channels, LANES
 * of them at each tap. A task computes ROWS rows of a block, PIXEL neighbours of a row at a time in registers; the last
 * ones of a row overlap with the ones before.
 *
 * PIXEL    outputs at a time: 7 divides the rows of most networks
 * Y_BATCH, Y_CHANNEL, Y_ROW   elements of y from image to image, block to block, row to row        Y_FIRST  to (0, 0)
 * HEIGHT, WIDTH   of y       HALO(i)  cells before H and W, then behind
 * CHANNELS   of the image    ROWS     rows of y in a task        BIAS  1: one for each channel, 0: one
 * BATCH, CHANNEL   of x as of y       FIRST  the first tap of the first output
 * KERNEL(i)  rows and columns of taps
 * STEP(i), TAP(i)  elements of x from output row to output row, column to column; from tap to tap
 * PLANES, PLANE, DEPTH_...  of volumes, as in conv_blocked.cl: planes of taps outside of x are left out
 * WHOLE    1: x is in whole numbers that count X_STEP
 * tasks: batch * PLANES * blocks * ceil(HEIGHT / ROWS) */
#define NCL_CELL  NCL_T3
#define PIXEL     7
#define Y_BATCH   SIZE(0)
#define Y_CHANNEL SIZE(1)
#define Y_ROW     SIZE(2)
#define Y_FIRST   SIZE(3)
#define HEIGHT    SIZE(4)
#define WIDTH     SIZE(5)
#define HALO(i)   SIZE(6 + (i))
#define CHANNELS  SIZE(10)
#define ROWS      SIZE(11)
#define BIAS      SIZE(12)
#define BATCH     SIZE(13)
#define CHANNEL   SIZE(14)
#define FIRST     SIZE(15)
#define KERNEL(i) SIZE(16 + (i))
#define STEP(i)   SIZE(18 + (i))
#define TAP(i)    SIZE(20 + (i))
#define X_STEP    REAL(22)
#define PLANES         SIZE(23)
#define PLANE          SIZE(24)
#define DEPTH_EXTENT   SIZE(25)
#define DEPTH_TAPS     SIZE(26)
#define DEPTH_STRIDE   SIZE(27)
#define DEPTH_DILATION SIZE(28)
#define DEPTH_BEFORE   SIZE(29)
#ifndef WHOLE
#define WHOLE 0
#endif
#if WHOLE
#define X         short
#define LOAD_X(p) NCL_CAT(convert_float, LANES)(NCL_LOAD_SHORTS(p))
#else
#define X         NCL_T0
#define LOAD_X(p) NCL_VLOAD(NCL_T0, p)
#endif

/* PIXEL outputs of a row: start + w x, their windows at x + at[...], of so many planes. `whole`: they go to y with what
 * comes after them, straight from registers; else to `sum`. Where three taps and all windows lie side by side, what is
 * read once serves three outputs. */
NCL_APART static void FN(conv_depthwise_tile)(SIZES size, V start, INDEX planes, global const X *x,
                                              private const INDEX *at, global const NCL_T1 *w, bool whole,
                                              private V *sum, global NCL_CELL *restrict y, INDEX to,
                                              INDEX channel CHAIN_PARAMETERS)
{
    const INDEX rows = KERNEL(0), columns = KERNEL(1), row = TAP(0), column = TAP(1);
    const INDEX next = DEPTH_DILATION * PLANE - rows * row;
    const bool beside = columns == 3 && column == LANES && at[1] == LANES && at[PIXEL - 1] == (PIXEL - 1) * LANES;
    V c[PIXEL];
#pragma unroll
    for (int i = 0; i < PIXEL; i++)
        c[i] = WHOLE ? (V)0 : start;
    for (INDEX p = 0; p < planes; p++, x += next) {
        for (INDEX r = 0; r < rows && beside; r++, x += row, w += 3 * LANES) {
            const V w0 = NCL_VLOAD(NCL_T1, w), w1 = NCL_VLOAD(NCL_T1, w + LANES);
            const V w2 = NCL_VLOAD(NCL_T1, w + 2 * LANES);
#pragma unroll
            for (int i = 0; i < PIXEL + 2; i++) {
                const V value = LOAD_X(x + i * LANES);
                if (i < PIXEL)
                    c[i] = fma(value, w0, c[i]);
                if (i >= 1 && i <= PIXEL)
                    c[i - 1] = fma(value, w1, c[i - 1]);
                if (i >= 2)
                    c[i - 2] = fma(value, w2, c[i - 2]);
            }
        }
        for (INDEX r = 0; r < rows && !beside; r++, x += row)
            for (INDEX q = 0; q < columns; q++, w += LANES) {
                global const X *tap = x + q * column;
                const V weight = NCL_VLOAD(NCL_T1, w);
#pragma unroll
                for (int i = 0; i < PIXEL; i++)
                    c[i] = fma(LOAD_X(tap + at[i]), weight, c[i]);
            }
    }
#pragma unroll
    for (int i = 0; i < PIXEL && WHOLE; i++)
        c[i] = fma(c[i], (V)X_STEP, start);
    if (whole) {
        NCL_STORE_BLOCKS(PIXEL, c[i], y, to + i * LANES, channel)
        return;
    }
#pragma unroll
    for (int i = 0; i < PIXEL; i++)
        sum[i] = c[i];
}

static void FN(conv_depthwise)(INDEX task, SIZES size, global const X *x, global const NCL_T1 *w,
                               global const float *b, global NCL_CELL *y CHAIN_PARAMETERS)
{
    const INDEX blocks = (CHANNELS + LANES - 1) / LANES, parts = (HEIGHT + ROWS - 1) / ROWS, width = WIDTH;
    const INDEX n = task / parts / blocks, block = task / parts % blocks, channel = block * LANES;
    const INDEX first = task % parts * ROWS, end = min(first + ROWS, HEIGHT), plane = n * Y_BATCH + block * Y_CHANNEL;
    const INDEX lanes = min(CHANNELS - channel, (INDEX)LANES), column = STEP(1);
    const V start = BIAS ? NCL_LOAD(float, b + channel, lanes) : (V)*b;
    ncl_halo(y + plane, Y_ROW, width, (long2)(HALO(0), HALO(1)), (long2)(HALO(2), HALO(3)), first, end, HEIGHT);
    const INDEX above = n % PLANES * DEPTH_STRIDE - DEPTH_BEFORE;
    const long2 deep = ncl_taps_inside(above, above, DEPTH_TAPS, DEPTH_DILATION, DEPTH_EXTENT);
    x += n / PLANES * BATCH + (above + deep.x * DEPTH_DILATION) * PLANE + block * CHANNEL + FIRST;
    w += (block * DEPTH_TAPS + deep.x) * KERNEL(0) * KERNEL(1) * LANES;
    INDEX at[PIXEL];
    for (int i = 0; i < PIXEL; i++)
        at[i] = min((INDEX)i, width - 1) * column;
    for (INDEX row = first; row < end; row++)
        for (INDEX wanted = 0; wanted < width; wanted += PIXEL) {
            const INDEX o = max(min(wanted, width - PIXEL), (INDEX)0), to = min(width - o, (INDEX)PIXEL);
            const INDEX place = plane + Y_FIRST + row * Y_ROW + o * LANES;
            const bool whole = o == wanted && to == PIXEL && lanes == LANES;
            V sum[PIXEL];
            FN(conv_depthwise_tile)(size, start, deep.y - deep.x, x + row * STEP(0) + o * column, at, w, whole, sum, y,
                                    place, channel CHAIN_ARGUMENTS);
            for (INDEX i = wanted - o; i < to && !whole; i++)
                NCL_STORE_BLOCK(sum[i], lanes, y, place + i * LANES, channel)
        }
}
