/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution of whole numbers, for images in blocks of LANES channels with a halo (src/emit/blocks.h) whose elements
 * are multiples of a step, and a filter whose elements are multiples of another:
 *
 *   y[n][m][p] = b[m] + FACTOR f[m] sum over c, t of  w[m][c][t] k[n][c][at(p) + t],   k = x / step
 *
 * FACTOR: both steps. f: what that of the filter is multiplied by from channel to channel; without it f[m] = 1.
 * p: the pixels of the output, in rows of OUT_WIDTH; m: output channels; c: channels; t: taps of the filter. The sum is
 * whole and exact, since 32 bits hold it, and is multiplied once. Two channels are a pair of 16-bit numbers in an int:
 * what multiplies pairs and adds both products does twice as much as what multiplies floats.
 * A task writes the multiples of the rows that it reads into its part of `strips`, all channels of a cell side by side.
 * Then it computes TILES tiles for each of PANELS panels: PIXEL pixels times VECTORS blocks of output channels, in
 * registers over all t and c. w comes from conv_pairs_pack. The last pixels of an image share their tile with the ones
 * before. The task of the first pixels of a block of y also clears its halo.
 *
 * PIXEL, VECTORS  of a tile               TILES_MAX  bound of TILES
 * PIXELS   of an image of y               FILTERS, BLOCKS  output channels; blocks of x
 * KERNEL   rows and columns of taps       BIAS  1: one for each channel, 0: one
 * BATCH, CHANNEL  elements of x from image to image, from block to block;  FIRST  the first tap of the first pixel
 * STEP(i), TAP(i) from output row to output row, column to column; from tap to tap
 * ROWS     rows of y that the pixels of a task may lie in      PITCH, STRIP  ints of a cell, of a strip
 * INVERSE  1 / step of x                  STEPS  1: f there is, 0: none
 * tasks: batch * ceil(panels / PANELS) * ceil(tiles / TILES) */
#ifndef PIXEL
#define PIXEL 6
#endif
#ifndef VECTORS
#define VECTORS 2
#endif
#ifndef TILES_MAX
#define TILES_MAX 32
#endif
#define WIDTH_OF_PANEL (VECTORS * LANES)
#define PIXELS      SIZE(0)
#define OUT_WIDTH   SIZE(1)
#define FILTERS     SIZE(2)
#define BLOCKS      SIZE(3)
#define KERNEL(i)   SIZE(4 + (i))
#define TILES       SIZE(6)
#define PANELS      SIZE(7)
#define BIAS        SIZE(8)
#define BATCH       SIZE(9)
#define CHANNEL     SIZE(10)
#define FIRST       SIZE(11)
#define STEP(i)     SIZE(12 + (i))
#define TAP(i)      SIZE(14 + (i))
#define Y_BATCH     SIZE(16)
#define Y_CHANNEL   SIZE(17)
#define Y_ROW       SIZE(18)
#define Y_FIRST     SIZE(19)
#define HEIGHT      SIZE(20)
#define WIDTH       SIZE(21)
#define HALO(i)     SIZE(22 + (i))
#define ROWS        SIZE(26)
#define PITCH       SIZE(27)
#define STRIP       SIZE(28)
#define INVERSE     REAL(29)
#define FACTOR      REAL(30)
#define STEPS       SIZE(31)

/* Both products of each pair, added. LLVM 14 makes two instructions of the plain form where x86 has one. */
#if defined(__AVX512BW__) && LANES == 16
typedef short FN(conv_pairs_shorts) __attribute__((ext_vector_type(32)));
#define PAIRS(a, b) \
    __builtin_astype(__builtin_ia32_pmaddwd512(__builtin_astype(a, FN(conv_pairs_shorts)),        \
                                               __builtin_astype(b, FN(conv_pairs_shorts))), VI)
#elif defined(__AVX2__) && LANES == 8
#define PAIRS(a, b) __builtin_astype(__builtin_ia32_pmaddwd256(as_short16(a), as_short16(b)), VI)
#else
#define PAIRS(a, b) (((a) << 16 >> 16) * ((b) << 16 >> 16) + ((a) >> 16) * ((b) >> 16))
#endif

/* Where the windows of the pixels of tiles [tile, last) begin in a strip, as ints, and where these pixels lie in y. */
NCL_APART static void FN(conv_pairs_find)(SIZES size, INDEX tile, INDEX last, private INDEX *x, private INDEX *y)
{
    const INDEX pixels = PIXELS, width = OUT_WIDTH, row = max(min(tile * PIXEL, pixels - PIXEL), (INDEX)0) / width;
    for (INDEX s = tile; s < last; s++)
        for (INDEX i = 0; i < PIXEL; i++, x++, y++) {
            const INDEX p = min(max(min(s * PIXEL, pixels - PIXEL), (INDEX)0) + i, pixels - 1);
            *x = ((p / width - row) * STEP(0) + p % width * STEP(1)) / LANES * PITCH;
            *y = p / width * Y_ROW + p % width * LANES;
        }
}

/* The multiples of what tiles from `tile` on read. A float in which whole numbers are the last bits rounds to one. */
NCL_APART static void FN(conv_pairs_strip)(SIZES size, INDEX tile, global const float *x, global int *strip)
{
    const INDEX row = max(min(tile * PIXEL, PIXELS - PIXEL), (INDEX)0) / OUT_WIDTH;
    const INDEX rows = min(ROWS, HEIGHT - row), blocks = BLOCKS, block = CHANNEL, pitch = PITCH;
    const INDEX count = (rows - 1) * STEP(0) + (KERNEL(0) - 1) * TAP(0) + (OUT_WIDTH - 1) * STEP(1) +
                        (KERNEL(1) - 1) * TAP(1) + LANES;
    const V inverse = INVERSE, integers = NCL_INTEGERS;
    x += row * STEP(0);
    for (INDEX k = 0; k < blocks; k++, x += block, strip += LANES / 2) {
        global short *to = (global short *)strip;
        for (INDEX i = 0; i < count; i += LANES, to += 2 * pitch)
            VSTORE(NCL_CAT(convert_short, LANES)(NCL_CAT(as_int, LANES)(fma(VLOAD(x + i), inverse, integers))), to);
    }
}

/* What pair d of a cell adds to all sums of a tile. */
#define PAIR_OF_CELL(d)                                                                        \
    {                                                                                          \
        VI weight[VECTORS];                                                                    \
        _Pragma("unroll") for (int v = 0; v < VECTORS; v++) weight[v] = VLOAD(w + v * LANES);  \
        _Pragma("unroll") for (int i = 0; i < PIXEL; i++)                                      \
        {                                                                                      \
            const VI value = pixel[i][d];                                                      \
            _Pragma("unroll") for (int v = 0; v < VECTORS; v++) c[i][v] += PAIRS(weight[v], value); \
        }                                                                                      \
        w += WIDTH_OF_PANEL;                                                                   \
    }

/* A tile, whose sums times `factor` are added to `start`. `whole`: it goes to y with what comes after it, straight from
 * registers; else to `sum`. */
NCL_APART static void FN(conv_pairs_tile)(SIZES size, global const int *x, private const INDEX *at,
                                          global const int *w, private const V *factor, private const V *start,
                                          bool whole, private V *sum, private const INDEX *place,
                                          global float *restrict y, INDEX to, INDEX channel CHAIN_PARAMETERS)
{
    const INDEX rows = KERNEL(0), columns = KERNEL(1), pairs = BLOCKS * LANES / 2, pitch = PITCH,
                row = TAP(0) / LANES * pitch, column = TAP(1) / LANES * pitch, next = Y_CHANNEL;
    VI c[PIXEL][VECTORS];
#pragma unroll
    for (int i = 0; i < PIXEL * VECTORS; i++)
        c[i / VECTORS][i % VECTORS] = 0;
    for (INDEX r = 0; r < rows; r++)
        for (INDEX q = 0; q < columns; q++) {
            global const int *tap = x + r * row + q * column, *pixel[PIXEL];
#pragma unroll
            for (int i = 0; i < PIXEL; i++)
                pixel[i] = tap + at[i];
            /* a compiler that sees several pairs adds them up first, since whole numbers may be, and spills the sums */
            __attribute__((opencl_unroll_hint(1)))
            for (INDEX d = 0; d < pairs; d++)
                PAIR_OF_CELL(d)
        }
#pragma unroll
    for (int i = 0; i < PIXEL * VECTORS; i++) {
        const INDEX vector = i % VECTORS;
        const V sums = NCL_CAT(convert_float, LANES)(c[i / VECTORS][i % VECTORS]),
                value = fma(sums, factor[i % VECTORS], start[i % VECTORS]);
        if (whole)
            NCL_STORE_BLOCK(value, LANES, y, to + place[i / VECTORS] + vector * next, channel + vector * LANES)
        else
            sum[i] = value;
    }
}

/* What a tile that is not whole stores: pixels [from, end), those of its blocks that there are, `channels` channels
 * from `channel` on. */
NCL_APART static void FN(conv_pairs_store)(SIZES size, int from, int end, INDEX channels, private const V *sum,
                                           private const INDEX *place, global float *restrict y, INDEX at,
                                           INDEX channel CHAIN_PARAMETERS)
{
    const INDEX block = Y_CHANNEL;
    for (int v = 0; v < VECTORS; v++, at += block, channels -= LANES, channel += LANES) {
        const int n = (int)min(channels, (INDEX)LANES);
        for (int i = from; i < end && n > 0; i++)
            NCL_STORE_BLOCK(sum[i * VECTORS + v], n, y, at + place[i], channel)
    }
}

/* Tiles [tile, last) of the panel of the channels from `channel` on, of which y has its first block at `at`. */
static void FN(conv_pairs_panel)(SIZES size, INDEX tile, INDEX last, global const int *x, private const INDEX *from,
                                 private const INDEX *place, global const int *w, global const float *b,
                                 global const float *f, global float *y, INDEX at, INDEX channel CHAIN_PARAMETERS)
{
    const INDEX pixels = PIXELS, channels = FILTERS - channel;
    V start[VECTORS], factor[VECTORS], sum[PIXEL * VECTORS];
    for (int v = 0; v < VECTORS; v++) {
        const INDEX at_v = channel + min(v * LANES, channels), n = clamp(channels - v * LANES, 0, LANES);
        start[v] = BIAS ? NCL_LOAD(float, b + at_v, n) : (V)*b;
        factor[v] = STEPS ? NCL_LOAD(float, f + at_v, n) * FACTOR : (V)FACTOR;
    }
    for (INDEX s = tile; s < last; s++, from += PIXEL, place += PIXEL) {
        const INDEX p = max(min(s * PIXEL, pixels - PIXEL), (INDEX)0);
        const bool whole = p == s * PIXEL && p + PIXEL <= pixels && channels >= WIDTH_OF_PANEL;
        FN(conv_pairs_tile)(size, x, from, w, factor, start, whole, sum, place, y, at, channel CHAIN_ARGUMENTS);
        if (!whole)
            FN(conv_pairs_store)(size, (int)(s * PIXEL - p), (int)min(pixels - p, (INDEX)PIXEL), channels, sum, place,
                                 y, at, channel CHAIN_ARGUMENTS);
    }
}

static void FN(conv_pairs)(INDEX task, SIZES size, global const float *x, global const int *w, global const float *b,
                           global const float *f, global int *strips, global float *y CHAIN_PARAMETERS)
{
    const INDEX all = (PIXELS + PIXEL - 1) / PIXEL, panels = (FILTERS + WIDTH_OF_PANEL - 1) / WIDTH_OF_PANEL;
    const INDEX tiles = TILES, parts = (all + tiles - 1) / tiles, shares = (panels + PANELS - 1) / PANELS;
    const INDEX tile = task % parts * tiles, last = min(tile + tiles, all), n = task / parts / shares;
    const INDEX first = task / parts % shares * PANELS, end = min(first + PANELS, panels);
    const INDEX depth = BLOCKS * KERNEL(0) * KERNEL(1) * LANES / 2 * WIDTH_OF_PANEL;
    global int *strip = strips + task * STRIP;
    INDEX from[TILES_MAX * PIXEL], place[TILES_MAX * PIXEL];
    FN(conv_pairs_find)(size, tile, last, from, place);
    FN(conv_pairs_strip)(size, tile, x + n * BATCH + FIRST, strip);
    for (INDEX panel = first; panel < end; panel++) {
        const INDEX channel = panel * WIDTH_OF_PANEL, block = n * Y_BATCH + panel * VECTORS * Y_CHANNEL;
        for (int v = 0; v < VECTORS && v * LANES < FILTERS - channel && tile == 0; v++)
            ncl_halo(y + block + v * Y_CHANNEL, Y_ROW, WIDTH, (long2)(HALO(0), HALO(1)), (long2)(HALO(2), HALO(3)), 0,
                     HEIGHT, HEIGHT);
        FN(conv_pairs_panel)(size, tile, last, strip, from, place, w + panel * depth, b, f, y,
                             block + Y_FIRST, channel CHAIN_ARGUMENTS);
    }
}
