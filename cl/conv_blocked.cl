/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution whose result lies in blocks of LANES channels with a halo (src/emit/blocks.h).
 *
 *   y[n][g][m][p] = b[g FILTERS + m] + sum over c, t of  w[g][m][c][t] x[n][g][c][at(p) + t]
 *
 * p: the pixels of the output, in rows of OUT_WIDTH; m: output channels; c: channels of a group; t: taps of the
 * filter. x lies in blocks too, with zeros around it, so that there are no borders: where a pixel and a tap lie is only
 * numbers.
 * With ROWS it is plain, of few channels, and a task lays out the rows that it needs with their border in its part of
 * `scratch`, STRIPS times: a channel is a block of its own then.
 * A tile is PIXEL pixels times VECTORS blocks of output channels: in registers over all c and t of a part of the
 * depth. w comes from conv_pack in panels of VECTORS LANES output channels: block of c, t, c in the block. A task
 * computes TILES tiles for each of PANELS panels, PART blocks of c at a time, so that what it reads of w stays near.
 * The last pixels of an image share their tile with the ones before. The task of the first pixels of a block of y also
 * clears its halo.
 *
 * PIXEL, VECTORS  of a tile               TILES_MAX  bound of TILES
 * PIXELS   of an image of y               GROUPS, FILTERS, BLOCKS  groups; output channels and blocks of x of a group
 * KERNEL   rows and columns of taps       BIAS  1: one for each channel, 0: one
 * BATCH, CHANNEL  elements of x from image to image, from block to block;  FIRST  the first tap of the first pixel
 * STEP(i), TAP(i) from output row to output row, column to column; from tap to tap;  Y_STEP(i)  likewise, of y
 * BORDER(i, n)  how a plain x goes on outside
 * EXTENT, STRIDE, BEFORE, DILATION  of x and the window           ROWS, PITCH  of a strip; 0: x lies in blocks
 * STRIPS                          of TILES tiles, one behind the other
 * PLANES   of y in each volume, which are images too (blocks.h), PLANE elements of x apart; 1: of an image
 * DEPTH_...  EXTENT: planes of x; TAPS, STRIDE, DILATION, BEFORE: of the window. Those outside of x are left out; c
 *          counts the channels of the first one, then those of the second
 * AHEAD                           1: w comes from far away, what is next is asked for in time
 * NEEDS  0: x in blocks, 1: plain x, 2: taps are left out of tiles for which they read nothing but zeros
 * tasks: batch * PLANES * GROUPS * ceil(panels / PANELS) * ceil(tiles / (TILES STRIPS)) */
#ifndef NEEDS
#define NEEDS 3
#endif
#ifndef PIXEL
#define PIXEL 6
#endif
#ifndef VECTORS
#define VECTORS 2
#endif
#ifndef TILES_MAX
#define TILES_MAX 32
#endif
#ifndef BORDER
#define BORDER NCL_BORDER_CONSTANT
#endif
#define NCL_CELL       NCL_T4
#define WIDTH_OF_PANEL (VECTORS * LANES)
#define FETCH_EACH     (WIDTH_OF_PANEL > 32 ? 1 : 64 / WIDTH_OF_PANEL) /* channels for one hint */
#define PIXELS      SIZE(0)
#define OUT_WIDTH   SIZE(1)
#define GROUPS      SIZE(2)
#define FILTERS     SIZE(3)
#define BLOCKS      SIZE(4)
#define KERNEL(i)   SIZE(5 + (i))
#define TILES       SIZE(7)
#define PANELS      SIZE(8)
#define PART        SIZE(9)
#define BIAS        SIZE(10)
#define BATCH       SIZE(11)
#define CHANNEL     SIZE(12)
#define FIRST       SIZE(13)
#define STEP(i)     SIZE(14 + (i))
#define TAP(i)      SIZE(16 + (i))
#define Y_BATCH     SIZE(18)
#define Y_CHANNEL   SIZE(19)
#define Y_ROW       SIZE(20)
#define Y_FIRST     SIZE(21)
#define HEIGHT      SIZE(22)
#define WIDTH       SIZE(23)
#define HALO(i)     SIZE(24 + (i))
#define EXTENT(i)   SIZE(28 + (i))
#define STRIDE(i)   SIZE(30 + (i))
#define BEFORE(i)   SIZE(32 + (i))
#define ROWS        SIZE(34)
#define PITCH       SIZE(35)
#define STRIPS      SIZE(36)
#define AHEAD       SIZE(37)
#define STRIP       (NCL_NEED(1) ? ROWS : 0)
#define DILATION(i) SIZE(38 + (i))
#define Y_STEP(i)   SIZE(40 + (i))
#define PLANES         SIZE(42)
#define PLANE          SIZE(43)
#define DEPTH_EXTENT   SIZE(44)
#define DEPTH_TAPS     SIZE(45)
#define DEPTH_STRIDE   SIZE(46)
#define DEPTH_DILATION SIZE(47)
#define DEPTH_BEFORE   SIZE(48)
#define LEFT_OUT    (NCL_NEED(2) && !STRIP)
#define DEPTH       (!NCL_NEED(0) || STRIP ? 1 : LANES) /* channels of a block of x */

/* Where the windows of PIXEL pixels from p on begin in x, and where these lie in y; behind the image: the last one. */
NCL_APART static void FN(conv_blocked_find)(SIZES size, INDEX p, private INDEX *x, private INDEX *y)
{
    const INDEX pixels = PIXELS, width = OUT_WIDTH, x_row = STEP(0), x_column = STEP(1), y_row = Y_STEP(0);
    const INDEX y_column = Y_STEP(1);
    INDEX row = p / width, column = p % width;
    for (int i = 0; i < PIXEL; i++, p++) {
        x[i] = row * x_row + column * x_column;
        y[i] = row * y_row + column * y_column;
        column += p + 1 < pixels;
        if (column == width) {
            column = 0;
            row++;
        }
    }
}

/* The rows [0, 1) and columns [2, 3) of taps that read more than zeros around the image for PIXEL pixels from p on. */
NCL_APART static void FN(conv_blocked_taps)(SIZES size, INDEX p, private INDEX *taps)
{
    const INDEX rows = KERNEL(0), columns = KERNEL(1), width = OUT_WIDTH, end = min(p + PIXEL, PIXELS) - 1;
    const INDEX top = p / width, bottom = end / width, left = p - top * width, right = end - bottom * width;
    const bool turns = top < bottom;
    const long2 down = ncl_taps_inside(top * STRIDE(0) - BEFORE(0), bottom * STRIDE(0) - BEFORE(0), rows, DILATION(0),
                                       EXTENT(0));
    const long2 across = ncl_taps_inside((turns ? 0 : left) * STRIDE(1) - BEFORE(1),
                                         (turns ? width - 1 : right) * STRIDE(1) - BEFORE(1), columns, DILATION(1),
                                         EXTENT(1));
    taps[0] = (INDEX)down.x;
    taps[1] = (INDEX)down.y;
    taps[2] = (INDEX)across.x;
    taps[3] = (INDEX)across.y;
}

/* Channel d of a block of pixel i. Halves become floats a block at a time, in `near`. */
#define PIXEL_AT       NCL_CAT(PIXEL_AT_, NCL_T0)
#define PIXEL_AT_float(i, d) pixel[i][d]
#define PIXEL_AT_half(i, d)  near[i][d]
#define COME_NEAR()    NCL_CAT(COME_NEAR_, NCL_T0)()
#define COME_NEAR_float()
#define COME_NEAR_half()        \
    float near[PIXEL][LANES];   \
    _Pragma("unroll") for (int i = 0; i < PIXEL; i++) VSTORE(NCL_VLOAD(half, pixel[i]), near[i]);
#define ONE_NEAR()     NCL_CAT(ONE_NEAR_, NCL_T0)()
#define ONE_NEAR_float()
#define ONE_NEAR_half()         \
    float near[PIXEL][1];       \
    _Pragma("unroll") for (int i = 0; i < PIXEL; i++) near[i][0] = vload_half(0, pixel[i]);

/* What channel d of a block adds to all sums of a tile. */
#define CHANNEL_OF_BLOCK(d)                                                                   \
    {                                                                                         \
        V weight[VECTORS];                                                                    \
        _Pragma("unroll") for (int v = 0; v < VECTORS; v++) weight[v] = NCL_VLOAD(NCL_T1, weights + v * LANES); \
        _Pragma("unroll") for (int i = 0; i < PIXEL; i++)                                     \
        {                                                                                     \
            const V value = PIXEL_AT(i, d);                                                   \
            _Pragma("unroll") for (int v = 0; v < VECTORS; v++)                               \
                c[i][v] = fma(value, weight[v], c[i][v]);                                     \
        }                                                                                     \
        weights += WIDTH_OF_PANEL;                                                            \
    }

/* What a tile that is not whole stores: pixels [from, to), those of its blocks that there are, `channels` channels from
 * `channel` on. */
NCL_APART static void FN(conv_blocked_store)(SIZES size, int from, int to, INDEX channels, private const V *sum,
                                             private const INDEX *place, global NCL_CELL *restrict y, INDEX at,
                                             INDEX channel CHAIN_PARAMETERS)
{
    const INDEX block = Y_CHANNEL;
    for (int v = 0; v < VECTORS; v++, at += block, channels -= LANES, channel += LANES) {
        const int n = (int)min(channels, (INDEX)LANES);
        for (int i = from; i < to && n > 0; i++)
            NCL_STORE_BLOCK(sum[i * VECTORS + v], n, y, at + place[i], channel)
    }
}

/* Tiles [tile, last) of one panel over `blocks` blocks of c, from x and w on, and all taps. Pixel i of a tile starts
 * with the vectors of `start`, or behind the first part of the depth with those that the tile left in `sums`. Each tile
 * asks for its share of the weights that lie behind these, which are next: every FETCH_EACH channels for `pace`
 * elements. `over`: that is all, and it goes to y with what comes after it, straight from registers where the tile is
 * whole. `inside`: which taps of each tile, where some are left out. Pointers made anew for each tap keep the compiler
 * from computing PIXEL DEPTH addresses in front of the loop and spilling them (docs/kernels-blocked.md). */
NCL_APART static void FN(conv_blocked_part)(SIZES size, INDEX tile, INDEX last, INDEX blocks, bool first, bool over,
                                            global const NCL_T0 *x, private const INDEX *from, global const NCL_T1 *w,
                                            private const V *start, private V *sums, private const INDEX *to,
                                            private const INDEX *inside, INDEX channels, global NCL_CELL *restrict y,
                                            INDEX at, INDEX channel CHAIN_PARAMETERS)
{
    const INDEX rows = KERNEL(0), columns = KERNEL(1), block = CHANNEL, row = TAP(0), column = TAP(1);
    const INDEX pixels = PIXELS, next = Y_CHANNEL, tiles = last - tile, elements = blocks * DEPTH * rows * columns;
    const INDEX pace = AHEAD ? (FETCH_EACH * WIDTH_OF_PANEL + tiles - 1) / tiles : 0;
    const INDEX share = AHEAD ? elements * WIDTH_OF_PANEL / tiles : 0;
    const bool single = DEPTH == 1, full = channels >= WIDTH_OF_PANEL, kept = !(first && over), some = LEFT_OUT;
    global const NCL_T1 *hint = w + AHEAD * elements * WIDTH_OF_PANEL;
    for (INDEX s = tile; s < last; s++, hint += share, from += PIXEL, to += PIXEL, sums += kept * PIXEL * VECTORS) {
        const INDEX r0 = some ? inside[0] : 0, r1 = some ? inside[1] : rows, q0 = some ? inside[2] : 0;
        const INDEX q1 = some ? inside[3] : columns, unit = DEPTH * WIDTH_OF_PANEL;
        const INDEX beside = some ? (columns - q1 + q0) * unit : 0;
        const INDEX between = some ? (rows - r1 + r0) * columns * unit : 0;
        global const NCL_T0 *image = x;
        global const NCL_T1 *weights = w + (r0 * columns + q0) * unit, *ahead = hint;
        private const V *begin = first ? start : sums;
        const int step = first ? 0 : VECTORS;
        V c[PIXEL][VECTORS];
#pragma unroll
        for (int i = 0; i < PIXEL * VECTORS; i++)
            c[i / VECTORS][i % VECTORS] = begin[i / VECTORS * step + i % VECTORS];
        inside += 4;
        for (INDEX k = 0; k < blocks; k++, image += block, weights += between)
            for (INDEX r = r0; r < r1; r++, weights += beside)
                for (INDEX q = q0; q < q1; q++) {
                    global const NCL_T0 *tap = image + r * row + q * column, *pixel[PIXEL];
#pragma unroll
                    for (int i = 0; i < PIXEL; i++)
                        pixel[i] = tap + from[i];
                    if (single) {
                        ONE_NEAR()
                        CHANNEL_OF_BLOCK(0)
                        continue;
                    }
                    COME_NEAR()
#pragma unroll
                    for (int d = 0; d < LANES; d++) {
                        if (d % FETCH_EACH == 0) {
                            NCL_FETCH(ahead);
                            ahead += pace;
                        }
                        CHANNEL_OF_BLOCK(d)
                    }
                }
        const INDEX p = max(min(s * PIXEL, pixels - PIXEL), (INDEX)0);
        if (over && full && p == s * PIXEL && p + PIXEL <= pixels) {
            NCL_STORE_BLOCKS(PIXEL * VECTORS, c[i / VECTORS][i % VECTORS], y,
                             at + to[i / VECTORS] + i % VECTORS * next, channel + i % VECTORS * LANES)
            continue;
        }
#pragma unroll
        for (int i = 0; i < PIXEL * VECTORS; i++)
            sums[i] = c[i / VECTORS][i % VECTORS];
        if (over)
            FN(conv_blocked_store)(size, (int)(s * PIXEL - p), (int)min(pixels - p, (INDEX)PIXEL), channels, sums, to,
                                   y, at, channel CHAIN_ARGUMENTS);
    }
}

/* What the sums of a panel start with, by block: the bias of the `channels` channels that there are from b on. */
static void FN(conv_blocked_start)(SIZES size, INDEX channels, global const float *b, private V *start)
{
    for (int v = 0; v < VECTORS; v++)
        start[v] = BIAS ? NCL_LOAD(float, b + min(v * LANES, channels), clamp(channels - v * LANES, 0, LANES)) : (V)*b;
}

NCL_BORDER_ROW(FN(conv_blocked_row), global, NCL_T0, NCL_T0)

/* The rows of all channels of a plane that the pixels from output row `first` on read. */
NCL_APART static void FN(conv_blocked_strip)(SIZES size, INDEX first, global const NCL_T0 *x, global NCL_T0 *strip)
{
    const INDEX pitch = PITCH, width = EXTENT(1), channel = DEPTH_EXTENT * EXTENT(0);
    for (INDEX c = 0; c < BLOCKS; c++)
        for (INDEX q = 0; q < STRIP; q++, strip += pitch) {
            const INDEX at = first * STRIDE(0) + q - BEFORE(0), row = BORDER(at, EXTENT(0));
            if (row >= 0)
                FN(conv_blocked_row)(pitch, -BEFORE(1), 1, width, x + (c * channel + row) * width, strip);
            for (INDEX e = 0; e < pitch && row < 0; e++)
                NCL_PUT(NCL_T0, 0.0f, strip, e);
        }
}

/* Tiles [tile, last) of one panel, whose weights begin at w and whose sums start with `start`; x: where they read, of
 * the planes [deep.x, deep.y) of taps. Blocks of planes that follow each other are one run. */
static void FN(conv_blocked_panel)(SIZES size, INDEX tile, INDEX last, long2 deep, global const NCL_T0 *x,
                                   private const INDEX *from, private const INDEX *to, private const INDEX *inside,
                                   global const NCL_T1 *w, private const V *start, INDEX channels, global NCL_CELL *y,
                                   INDEX at, INDEX channel CHAIN_PARAMETERS)
{
    const INDEX blocks = BLOCKS, part = PART, taps = KERNEL(0) * KERNEL(1) * DEPTH * WIDTH_OF_PANEL;
    const INDEX begin = deep.x * blocks, end = deep.y * blocks;
    const INDEX plane = STRIP ? blocks * CHANNEL : DEPTH_DILATION * PLANE;
    const bool apart = plane != blocks * CHANNEL;
    V sums[TILES_MAX * PIXEL * VECTORS];
    INDEX k = begin, next;
    do {
        next = min(k + part, apart ? min(end, (k / blocks + 1) * blocks) : end);
        FN(conv_blocked_part)(size, tile, last, next - k, k == begin, next == end,
                              x + k / blocks * plane + k % blocks * CHANNEL, from, w + k * taps, start, sums, to,
                              inside, channels, y, at, channel CHAIN_ARGUMENTS);
        k = next;
    } while (k < end);
}

/* Tiles [tile, last) of group g of image n, for panels [first, end). */
static void FN(conv_blocked_tiles)(SIZES size, INDEX n, INDEX g, INDEX tile, INDEX last, INDEX first, INDEX end,
                                   global const NCL_T0 *x, global const NCL_T1 *w, global const float *b,
                                   global NCL_T0 *strip, global NCL_CELL *y CHAIN_PARAMETERS)
{
    const INDEX pixels = PIXELS, filters = FILTERS, panels = (filters + WIDTH_OF_PANEL - 1) / WIDTH_OF_PANEL;
    const INDEX depth = DEPTH_TAPS * BLOCKS * KERNEL(0) * KERNEL(1) * DEPTH;
    const INDEX above = n % PLANES * DEPTH_STRIDE - DEPTH_BEFORE;
    const long2 deep = ncl_taps_inside(above, above, DEPTH_TAPS, DEPTH_DILATION, DEPTH_EXTENT);
    INDEX from[TILES_MAX * PIXEL], to[TILES_MAX * PIXEL], inside[TILES_MAX * 4];
    for (INDEX s = tile; s < last; s++) {
        const INDEX p = max(min(s * PIXEL, pixels - PIXEL), (INDEX)0);
        FN(conv_blocked_find)(size, p, from + (s - tile) * PIXEL, to + (s - tile) * PIXEL);
        if (LEFT_OUT)
            FN(conv_blocked_taps)(size, p, inside + (s - tile) * 4);
    }
    x += n / PLANES * BATCH + above * PLANE;
    global const NCL_T0 *image = x + g * BLOCKS * CHANNEL + FIRST;
    if (STRIP) {
        const INDEX row = max(min(tile * PIXEL, pixels - PIXEL), (INDEX)0) / OUT_WIDTH;
        for (INDEX t = deep.x; t < deep.y; t++)
            FN(conv_blocked_strip)(size, row,
                                   x + t * DEPTH_DILATION * PLANE + g * BLOCKS * DEPTH_EXTENT * EXTENT(0) * EXTENT(1),
                                   strip + t * BLOCKS * CHANNEL);
        for (INDEX i = 0; i < (last - tile) * PIXEL; i++)
            from[i] -= row * STEP(0);
        image = strip;
    }
    for (INDEX panel = first; panel < end; panel++) {
        const INDEX channel = panel * WIDTH_OF_PANEL, channels = filters - channel;
        const INDEX block = n * Y_BATCH + (g * ((filters + LANES - 1) / LANES) + panel * VECTORS) * Y_CHANNEL;
        V start[VECTORS];
        FN(conv_blocked_start)(size, channels, b + (g * filters + channel) * BIAS, start);
        for (int v = 0; v < VECTORS && v * LANES < channels && tile == 0; v++)
            ncl_halo(y + block + v * Y_CHANNEL, Y_ROW, WIDTH, (long2)(HALO(0), HALO(1)), (long2)(HALO(2), HALO(3)), 0,
                     HEIGHT, HEIGHT);
        FN(conv_blocked_panel)(size, tile, last, deep, image, from, to, inside,
                               w + (g * panels + panel) * depth * WIDTH_OF_PANEL, start, channels, y,
                               block + Y_FIRST, g * filters + channel CHAIN_ARGUMENTS);
    }
}

static void FN(conv_blocked)(INDEX task, SIZES size, global const NCL_T0 *x, global const NCL_T1 *w,
                             global const float *b, global float *scratch, global NCL_CELL *y CHAIN_PARAMETERS)
{
    const INDEX all = (PIXELS + PIXEL - 1) / PIXEL, panels = (FILTERS + WIDTH_OF_PANEL - 1) / WIDTH_OF_PANEL;
    const INDEX tiles = TILES, share = tiles * STRIPS, parts = (all + share - 1) / share;
    const INDEX shares = (panels + PANELS - 1) / PANELS;
    INDEX rest = task;
    const INDEX tile = rest % parts * share, first = (rest /= parts) % shares * PANELS;
    const INDEX g = (rest /= shares) % GROUPS, n = rest / GROUPS, last = min(tile + share, all);
    for (INDEX at = tile; at < last; at += tiles)
        FN(conv_blocked_tiles)(size, n, g, at, min(at + tiles, last), first, min(first + PANELS, panels), x, w, b,
                               (global NCL_T0 *)scratch + task * DEPTH_TAPS * BLOCKS * CHANNEL, y CHAIN_ARGUMENTS);
}
