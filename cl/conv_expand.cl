/* SPDX-License-Identifier: Apache-2.0 */
/* A 1x1 convolution and the depthwise one that alone reads it, both in blocks of LANES channels (src/emit/blocks.h):
 *
 *   t[n][c][p] = f(e[c] + sum over k of u[c][k] x[n][k][p])
 *   y[n][c][o] = b[c] + sum over taps of w[c][tap] t[n][c][at(o) + tap],  t = 0 outside of the image
 *
 * t is several times as large as x, and no task has more of it than the rows that ROUND rows of y read, for a panel of
 * VECTORS blocks of channels: they lie in a ring in the task's part of `ring`, which stays in the near caches. Row r of
 * t, counted from the first row of zeros above the image, has slot r % RING of each block; the columns of zeros beside
 * the image stay as they are.
 * Rows of t come in tiles of PIXEL pixels times VECTORS blocks in registers, counted through all new rows of a round,
 * those of y OUTPUTS neighbours at a time. u comes from conv_pack in panels of VECTORS LANES channels, w in blocks. A
 * task computes ROWS rows of y for PANELS panels.
 *
 * PIXEL, VECTORS  of a tile of t       FEED  makes r of a vector `after` of sums of t; LOW, HIGH: bounds, NAN is none
 * Y_BATCH, Y_CHANNEL, Y_ROW, Y_FIRST, HEIGHT, WIDTH, HALO(i)  of y       CHANNELS  of t and y
 * BATCH, CHANNEL, ROW, FIRST           of x as of y               BLOCKS  of x          EXTENT(i)  of x and t
 * KERNEL(i), STRIDE(i), DILATION(i), BEFORE(i)  rows, columns of the window of y
 * PITCH  cells of a row of the ring    BIAS_T, BIAS  of t, of y: 1: one for each channel, 0: one
 * tasks: batch * ceil(panels / PANELS) * ceil(HEIGHT / ROWS) */
#ifndef PIXEL
#define PIXEL 6
#endif
#ifndef VECTORS
#define VECTORS 2
#endif
#ifndef FEED
#define FEED const V r = after;
#endif
#define OUTPUTS     7
#define Y_BATCH     SIZE(0)
#define Y_CHANNEL   SIZE(1)
#define Y_ROW       SIZE(2)
#define Y_FIRST     SIZE(3)
#define HEIGHT      SIZE(4)
#define WIDTH       SIZE(5)
#define HALO(i)     SIZE(6 + (i))
#define BATCH       SIZE(10)
#define CHANNEL     SIZE(11)
#define ROW         SIZE(12)
#define FIRST       SIZE(13)
#define CHANNELS    SIZE(14)
#define BLOCKS      SIZE(15)
#define EXTENT(i)   SIZE(16 + (i))
#define KERNEL(i)   SIZE(18 + (i))
#define STRIDE(i)   SIZE(20 + (i))
#define DILATION(i) SIZE(22 + (i))
#define BEFORE(i)   SIZE(24 + (i))
#define PANELS      SIZE(26)
#define ROWS        SIZE(27)
#define ROUND       SIZE(28)
#define RING        SIZE(29)
#define PITCH       SIZE(30)
#define BIAS_T      SIZE(31)
#define BIAS        SIZE(32)
#define LOW         REAL(33)
#define HIGH        REAL(34)
#define PANEL_WIDTH (VECTORS * LANES)

/* `rows` rows of t from the one of x on, into the ring from `slot` on. Pixels behind the last one are that again. */
NCL_APART static void FN(conv_expand_rows)(SIZES size, INDEX rows, INDEX slot, global const float *x,
                                           global const float *u, private const V *start, global float *restrict ring)
{
    const INDEX blocks = BLOCKS, block = CHANNEL, row = ROW, width = EXTENT(1), pixels = rows * width;
    const INDEX slots = RING, pitch = PITCH * LANES, plane = slots * pitch, first = BEFORE(1) * LANES;
    const float low = LOW, high = HIGH;
    INDEX from = 0, to = slot * pitch + first, left = width;
    for (INDEX p = 0; p < pixels; p += PIXEL) {
        INDEX at[PIXEL], place[PIXEL];
#pragma unroll
        for (int i = 0; i < PIXEL; i++) {
            at[i] = from;
            place[i] = to;
            if (p + i + 1 >= pixels)
                continue;
            from += LANES;
            to += LANES;
            if (--left == 0) {
                left = width;
                from += row - width * LANES;
                to += pitch - width * LANES;
                if (++slot == slots) {
                    slot = 0;
                    to = first;
                }
            }
        }
        V c[PIXEL][VECTORS];
#pragma unroll
        for (int i = 0; i < PIXEL * VECTORS; i++)
            c[i / VECTORS][i % VECTORS] = start[i % VECTORS];
        global const float *weights = u, *tap = x;
        for (INDEX k = 0; k < blocks; k++, tap += block) {
            global const float *pixel[PIXEL]; /* made anew for each block: docs/kernels-blocked.md */
#pragma unroll
            for (int i = 0; i < PIXEL; i++)
                pixel[i] = tap + at[i];
#pragma unroll
            for (int d = 0; d < LANES; d++, weights += PANEL_WIDTH) {
                V weight[VECTORS];
#pragma unroll
                for (int v = 0; v < VECTORS; v++)
                    weight[v] = VLOAD(weights + v * LANES);
#pragma unroll
                for (int i = 0; i < PIXEL; i++) {
                    const V value = pixel[i][d];
#pragma unroll
                    for (int v = 0; v < VECTORS; v++)
                        c[i][v] = fma(value, weight[v], c[i][v]);
                }
            }
        }
#pragma unroll
        for (int i = 0; i < PIXEL * VECTORS; i++) {
            const V after = c[i / VECTORS][i % VECTORS];
            FEED
            VSTORE(r, ring + place[i / VECTORS] + i % VECTORS * plane);
        }
    }
}

/* OUTPUTS outputs of a row of y: start + w t; their windows begin at t + at[...] in `slot` of a block of the ring. As
 * in conv_depthwise.cl. */
NCL_APART static void FN(conv_expand_outputs)(SIZES size, V start, INDEX slot, global const float *t,
                                              private const INDEX *at, global const float *w, bool whole,
                                              private V *sum, global float *restrict y, INDEX to,
                                              INDEX channel CHAIN_PARAMETERS)
{
    const INDEX rows = KERNEL(0), columns = KERNEL(1), column = DILATION(1) * LANES, pitch = PITCH * LANES;
    const INDEX step = DILATION(0), slots = RING;
    const bool beside = columns == 3 && column == LANES && at[1] == LANES && at[OUTPUTS - 1] == (OUTPUTS - 1) * LANES;
    V c[OUTPUTS];
#pragma unroll
    for (int i = 0; i < OUTPUTS; i++)
        c[i] = start;
    for (INDEX r = 0; r < rows; r++) {
        global const float *x = t + slot * pitch;
        slot += step;
        slot -= slot >= slots ? slots : 0;
        if (beside) {
            const V w0 = VLOAD(w), w1 = VLOAD(w + LANES), w2 = VLOAD(w + 2 * LANES);
            w += 3 * LANES;
#pragma unroll
            for (int i = 0; i < OUTPUTS + 2; i++) {
                const V value = VLOAD(x + i * LANES);
                if (i < OUTPUTS)
                    c[i] = fma(value, w0, c[i]);
                if (i >= 1 && i <= OUTPUTS)
                    c[i - 1] = fma(value, w1, c[i - 1]);
                if (i >= 2)
                    c[i - 2] = fma(value, w2, c[i - 2]);
            }
            continue;
        }
        for (INDEX q = 0; q < columns; q++, w += LANES, x += column) {
            const V weight = VLOAD(w);
#pragma unroll
            for (int i = 0; i < OUTPUTS; i++)
                c[i] = fma(VLOAD(x + at[i]), weight, c[i]);
        }
    }
    if (whole) {
#pragma unroll
        for (int i = 0; i < OUTPUTS; i++)
            NCL_STORE_BLOCK(c[i], LANES, y, to + i * LANES, channel)
        return;
    }
#pragma unroll
    for (int i = 0; i < OUTPUTS; i++)
        sum[i] = c[i];
}

/* Row `row` of y for `lanes` channels from `channel` on, whose block of the ring is t and whose plane of y is there. */
static void FN(conv_expand_row)(SIZES size, INDEX row, global const float *t, global const float *w, V start,
                                INDEX lanes, global float *y, INDEX plane, INDEX channel CHAIN_PARAMETERS)
{
    const INDEX width = WIDTH, column = STRIDE(1) * LANES;
    INDEX at[OUTPUTS];
    for (int i = 0; i < OUTPUTS; i++)
        at[i] = min((INDEX)i, width - 1) * column;
    for (INDEX wanted = 0; wanted < width; wanted += OUTPUTS) {
        const INDEX o = max(min(wanted, width - OUTPUTS), (INDEX)0), to = min(width - o, (INDEX)OUTPUTS);
        const INDEX place = plane + Y_FIRST + row * Y_ROW + o * LANES;
        const bool whole = o == wanted && to == OUTPUTS && lanes == LANES;
        V sum[OUTPUTS];
        FN(conv_expand_outputs)(size, start, row * STRIDE(0) % RING, t + o * column, at, w, whole, sum, y, place,
                                channel CHAIN_ARGUMENTS);
        for (INDEX i = wanted - o; i < to && !whole; i++)
            NCL_STORE_BLOCK(sum[i], lanes, y, place + i * LANES, channel)
    }
}

/* Rows [from, to) of t, the first ones of which, and the last ones, may be zeros above and below the image. */
static void FN(conv_expand_fill)(SIZES size, INDEX from, INDEX to, global const float *x, global const float *u,
                                 private const V *start, global float *ring)
{
    const INDEX slots = RING, pitch = PITCH * LANES, above = BEFORE(0), height = EXTENT(0);
    const INDEX first = clamp(from, above, above + height), last = clamp(to, above, above + height);
    for (INDEX r = from; r < to; r++)
        for (int v = 0; v < VECTORS && (r < first || r >= last); v++)
            ncl_zero(ring + (v * slots + r % slots) * pitch, pitch);
    if (first < last)
        FN(conv_expand_rows)(size, last - first, first % slots, x + (first - above) * ROW, u, start, ring);
}

/* Rows [first, end) of y for a panel of channels. */
static void FN(conv_expand_panel)(SIZES size, INDEX n, INDEX panel, INDEX first, INDEX end, global const float *x,
                                  global const float *u, global const float *e, global const float *w,
                                  global const float *b, global float *ring, global float *y CHAIN_PARAMETERS)
{
    const INDEX channel = panel * PANEL_WIDTH, channels = CHANNELS - channel, taps = KERNEL(0) * KERNEL(1);
    const INDEX reach = (KERNEL(0) - 1) * DILATION(0) + 1, plane = n * Y_BATCH + panel * VECTORS * Y_CHANNEL;
    INDEX done = 0;
    V start[VECTORS], begin[VECTORS];
    for (int v = 0; v < VECTORS; v++) {
        const INDEX at = channel + min(v * LANES, channels), lanes = clamp(channels - v * LANES, 0, LANES);
        start[v] = BIAS_T ? NCL_LOAD(float, e + at, lanes) : (V)*e;
        begin[v] = BIAS ? NCL_LOAD(float, b + at, lanes) : (V)*b;
        if (lanes > 0)
            ncl_halo(y + plane + v * Y_CHANNEL, Y_ROW, WIDTH, (long2)(HALO(0), HALO(1)), (long2)(HALO(2), HALO(3)),
                     first, end, HEIGHT);
    }
    for (INDEX o = first; o < end; o += ROUND) {
        const INDEX last = min(o + ROUND, end), wanted = (last - 1) * STRIDE(0) + reach;
        FN(conv_expand_fill)(size, max(done, o * STRIDE(0)), wanted, x, u, start, ring);
        done = wanted;
        for (int v = 0; v < VECTORS && v * LANES < channels; v++)
            for (INDEX row = o; row < last; row++)
                FN(conv_expand_row)(size, row, ring + v * RING * PITCH * LANES, w + v * taps * LANES, begin[v],
                                    min(channels - v * LANES, (INDEX)LANES), y, plane + v * Y_CHANNEL,
                                    channel + v * LANES CHAIN_ARGUMENTS);
    }
}

static void FN(conv_expand)(INDEX task, SIZES size, global const float *x, global const float *u,
                            global const float *e, global const float *w, global const float *b, global float *ring,
                            global float *y CHAIN_PARAMETERS)
{
    const INDEX panels = (CHANNELS + PANEL_WIDTH - 1) / PANEL_WIDTH, shares = (panels + PANELS - 1) / PANELS;
    const INDEX parts = (HEIGHT + ROWS - 1) / ROWS, cells = VECTORS * RING * PITCH * LANES;
    const INDEX first = task % parts * ROWS, share = task / parts % shares, n = task / parts / shares;
    ring += task * cells;
    ncl_zero(ring, cells);
    for (INDEX panel = share * PANELS; panel < min((share + 1) * PANELS, panels); panel++)
        FN(conv_expand_panel)(size, n, panel, first, min(first + ROWS, HEIGHT), x + n * BATCH + FIRST,
                              u + panel * BLOCKS * LANES * PANEL_WIDTH, e,
                              w + panel * VECTORS * KERNEL(0) * KERNEL(1) * LANES, b, ring, y CHAIN_ARGUMENTS);
}
