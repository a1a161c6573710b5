/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution of whole numbers, for images in blocks of LANES channels with a halo (src/emit/blocks.h) whose elements
 * are stored as the whole numbers k of 16 bits that count steps, and a filter whose elements are multiples of another
 * step:
 *
 *   y[n][m][p] = b[m] + FACTOR f[m] sum over c, t of  w[m][c][t] k[n][c][at(p) + t]
 *
 * FACTOR: both steps. f: what that of the filter is multiplied by from channel to channel; without it f[m] = 1.
 * p: the pixels of the output, in rows of OUT_WIDTH; m: output channels; c: channels; t: taps of the filter. The sum is
 * whole and exact, since 32 bits hold it, and is multiplied once. Two channels are a pair in an int: what multiplies
 * pairs and adds both products does twice as much as what multiplies floats.
 * A task computes TILES tiles for each of PANELS panels: PIXEL pixels times VECTORS blocks of output channels, in
 * registers over all t and c. w comes from conv_pairs_pack. The last pixels of an image share their tile with the ones
 * before. The task of the first pixels of a block of y also clears its halo.
 *
 * PIXEL, VECTORS  of a tile               TILES_MAX  bound of TILES
 * PIXELS   of an image of y               FILTERS, BLOCKS  output channels; blocks of x
 * KERNEL   rows and columns of taps       BIAS  1: one for each channel, 0: one
 * BATCH, CHANNEL  pairs of x from image to image, from block to block;  FIRST  the first tap of the first pixel
 * STEP(i), TAP(i) from output row to output row, column to column; from tap to tap
 * STEPS    1: f there is, 0: none
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
#define NCL_CELL NCL_T4
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
#define FACTOR      REAL(26)
#define STEPS       SIZE(27)

/* c += both products of each pair: one instruction of the newer processors, two of the others, of which LLVM 14 finds
 * neither. Since whole numbers may be added in any order, it adds up what several pairs give before that is added to c,
 * and spills: an empty statement makes each c a value that it knows nothing of (KEEP: in what registers), and another
 * one keeps it from reading the weights of the next pair early, for which there is no register. */
#if defined(__AVX512VNNI__) && LANES == 16
#define SUM_OF_PAIRS(c, a, b) __builtin_ia32_vpdpwssd512(c, a, b)
#define KEEP                  "+v"
#elif ((defined(__AVX512VNNI__) && defined(__AVX512VL__)) || defined(__AVXVNNI__)) && LANES == 8
#define SUM_OF_PAIRS(c, a, b) __builtin_ia32_vpdpwssd256(c, a, b)
#define KEEP                  "+x"
#elif defined(__AVX512BW__) && LANES == 16
typedef short FN(conv_pairs_shorts) __attribute__((ext_vector_type(32)));
#define SHORTS(a)             __builtin_astype(a, FN(conv_pairs_shorts))
#define SUM_OF_PAIRS(c, a, b) ((c) + __builtin_astype(__builtin_ia32_pmaddwd512(SHORTS(a), SHORTS(b)), VI))
#define KEEP                  "+v"
#elif defined(__AVX2__) && LANES == 8
#define SUM_OF_PAIRS(c, a, b) ((c) + __builtin_astype(__builtin_ia32_pmaddwd256(as_short16(a), as_short16(b)), VI))
#define KEEP                  "+x"
#else
#define SUM_OF_PAIRS(c, a, b) ((c) + ((a) << 16 >> 16) * ((b) << 16 >> 16) + ((a) >> 16) * ((b) >> 16))
#endif
#ifdef KEEP
#define ADD_PAIRS(c, a, b) c = SUM_OF_PAIRS(c, a, b); __asm__("" : KEEP(c));
#define PAIR_ENDS          __asm__ volatile("" ::: "memory");
#else
#define ADD_PAIRS(c, a, b) c = SUM_OF_PAIRS(c, a, b);
#define PAIR_ENDS
#endif

/* Where the windows of the pixels of tiles [tile, last) begin in x, and where these pixels lie in y. */
NCL_APART static void FN(conv_pairs_find)(SIZES size, INDEX tile, INDEX last, private INDEX *x, private INDEX *y)
{
    const INDEX pixels = PIXELS, width = OUT_WIDTH;
    for (INDEX s = tile; s < last; s++)
        for (INDEX i = 0; i < PIXEL; i++, x++, y++) {
            const INDEX p = min(max(min(s * PIXEL, pixels - PIXEL), (INDEX)0) + i, pixels - 1);
            *x = p / width * STEP(0) + p % width * STEP(1);
            *y = p / width * Y_ROW + p % width * LANES;
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
            _Pragma("unroll") for (int v = 0; v < VECTORS; v++) { ADD_PAIRS(c[i][v], weight[v], value) } \
        }                                                                                      \
        w += WIDTH_OF_PANEL;                                                                   \
        PAIR_ENDS                                                                              \
    }

/* A tile, whose sums times `factor` are added to `start`. `whole`: it goes to y with what comes after it, straight from
 * registers; else to `sum`. */
NCL_APART static void FN(conv_pairs_tile)(SIZES size, global const int *x, private const INDEX *at,
                                          global const int *w, private const V *factor, private const V *start,
                                          bool whole, private V *sum, private const INDEX *place,
                                          global NCL_CELL *restrict y, INDEX to, INDEX channel CHAIN_PARAMETERS)
{
    const INDEX rows = KERNEL(0), columns = KERNEL(1), blocks = BLOCKS, block = CHANNEL, row = TAP(0), column = TAP(1),
                next = Y_CHANNEL;
    VI c[PIXEL][VECTORS];
#pragma unroll
    for (int i = 0; i < PIXEL * VECTORS; i++)
        c[i / VECTORS][i % VECTORS] = 0;
    for (INDEX r = 0; r < rows; r++)
        for (INDEX q = 0; q < columns; q++) {
            global const int *tap = x + r * row + q * column;
            for (INDEX k = 0; k < blocks; k++, tap += block) {
                global const int *pixel[PIXEL];
#pragma unroll
                for (int i = 0; i < PIXEL; i++)
                    pixel[i] = tap + at[i];
#pragma unroll
                for (int d = 0; d < LANES / 2; d++)
                    PAIR_OF_CELL(d)
            }
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
                                           private const INDEX *place, global NCL_CELL *restrict y, INDEX at,
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
                                 global const float *f, global NCL_CELL *y, INDEX at, INDEX channel CHAIN_PARAMETERS)
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

static void FN(conv_pairs)(INDEX task, SIZES size, global const int *x, global const int *w, global const float *b,
                           global const float *f, global NCL_CELL *y CHAIN_PARAMETERS)
{
    const INDEX all = (PIXELS + PIXEL - 1) / PIXEL, panels = (FILTERS + WIDTH_OF_PANEL - 1) / WIDTH_OF_PANEL;
    const INDEX tiles = TILES, parts = (all + tiles - 1) / tiles, shares = (panels + PANELS - 1) / PANELS;
    const INDEX tile = task % parts * tiles, last = min(tile + tiles, all), n = task / parts / shares;
    const INDEX first = task / parts % shares * PANELS, end = min(first + PANELS, panels);
    const INDEX depth = BLOCKS * KERNEL(0) * KERNEL(1) * LANES / 2 * WIDTH_OF_PANEL;
    global const int *image = x + n * BATCH + FIRST;
    INDEX from[TILES_MAX * PIXEL], place[TILES_MAX * PIXEL];
    FN(conv_pairs_find)(size, tile, last, from, place);
    for (INDEX panel = first; panel < end; panel++) {
        const INDEX channel = panel * WIDTH_OF_PANEL, block = n * Y_BATCH + panel * VECTORS * Y_CHANNEL;
        for (int v = 0; v < VECTORS && v * LANES < FILTERS - channel && tile == 0; v++)
            ncl_halo(y + block + v * Y_CHANNEL, Y_ROW, WIDTH, (long2)(HALO(0), HALO(1)), (long2)(HALO(2), HALO(3)), 0,
                     HEIGHT, HEIGHT);
        FN(conv_pairs_panel)(size, tile, last, image, from, place, w + panel * depth, b, f, y,
                             block + Y_FIRST, channel CHAIN_ARGUMENTS);
    }
}
