/* SPDX-License-Identifier: Apache-2.0 */
/* A convolution and what alone reads it, a depthwise one or the maximum of windows, in blocks of LANES channels
 * (src/emit/blocks.h):
 *
 *   t[n][c][p] = f(e[c] + sum over k, taps of u[c][k][tap] x[n][k][from(p) + tap])
 *   y[n][c][o] = b[c] + sum over taps of w[c][tap] t[n][c][at(o) + tap],  or with MAX
 *   y[n][c][o] = max over taps of t[n][c][at(o) + tap];  t = OUTSIDE outside of the image
 *
 * The first one has 1x1 taps and x lies in blocks; or, with STEM, it has a window over a plain x of few channels, whose
 * rows a task lays out with the zeros around them first, behind its part of `ring`.
 * t is several times as large as x, and no task has more of it than the rows that ROUND rows of y read, for a panel of
 * VECTORS blocks of channels: they lie in a ring in the task's part of `ring`, which stays in the near caches. Row r of
 * t, counted from the first row above the image that is read, has slot r % RING of each block; the columns beside the
 * image stay as they are.
 * Rows of t come in tiles of PIXEL pixels times VECTORS blocks in registers, counted through all new rows of a round,
 * those of y OUTPUTS neighbours at a time. u comes from conv_pack in panels of VECTORS LANES channels, w in blocks. A
 * task computes ROWS rows of y for PANELS panels.
 *
 * PIXEL, VECTORS  of a tile of t       FEED  makes r of a vector `after` of sums of t, which LOW and HIGH bound before;
 *                                      NAN is none
 * Y_BATCH, Y_CHANNEL, Y_ROW, Y_FIRST, HEIGHT, WIDTH, HALO(i)  of y       CHANNELS  of t and y
 * BATCH, CHANNEL, ROW, FIRST           of x as of y               BLOCKS  of x          EXTENT(i)  of x and t
 * KERNEL(i), STRIDE(i), DILATION(i), BEFORE(i)  rows, columns of the window of y
 * PITCH  cells of a row of the ring    BIAS_T, BIAS  of t, of y: 1: one for each channel, 0: one
 * AHEAD  where, behind a panel of u, the one lies that this core computes next and that comes from far away; 0: none
 * IMAGE(i), WINDOW(i), STEP(i), SPREAD(i), SKIP(i)  of a plain x: extents; taps, stride, dilation and zeros in front
 * STRIP(i)  rows and columns of a channel of x laid out; then ROW is that from row to row of t, BLOCKS the channels
 * BESIDE 0 to 3: windows of y of 3 columns, 1 and 2 apart, of 5, 1 and 2 apart; 4: all others.  NEEDS  which there are
 * tasks: batch * ceil(panels / PANELS) * ceil(HEIGHT / ROWS) */
#ifndef NEEDS
#define NEEDS 31
#endif
#ifndef PIXEL
#define PIXEL 6
#endif
#ifndef VECTORS
#define VECTORS 2
#endif
#ifndef STEM
#define STEM 0
#endif
#ifndef MAX
#define MAX 0
#endif
#ifndef FEED
#define FEED const V r = after;
#endif
#define NCL_CELL    NCL_T6
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
#define AHEAD       SIZE(35)
#define OUTSIDE     REAL(36)
#define IMAGE(i)    SIZE(37 + (i))
#define WINDOW(i)   SIZE(39 + (i))
#define STEP(i)     SIZE(41 + (i))
#define SPREAD(i)   SIZE(43 + (i))
#define SKIP(i)     SIZE(45 + (i))
#define STRIP(i)    SIZE(47 + (i))
#define BESIDE      SIZE(49)
#define PANEL_WIDTH (VECTORS * LANES)
#define DEPTH       (STEM ? BLOCKS * WINDOW(0) * WINDOW(1) : BLOCKS * LANES) /* rows of a panel of u */
#if STEM
#define NCL_FED float /* what t is computed from */
#else
#define NCL_FED NCL_T0
#endif

/* Channel d of a block of pixel i of a tile. Halves become floats a block at a time, in `near`. */
#define PIXEL_AT       NCL_CAT(PIXEL_AT_, NCL_T0)
#define PIXEL_AT_float(i, d) tap[(i) * LANES + (d)]
#define PIXEL_AT_half(i, d)  near[i][d]
#define COME_NEAR()    NCL_CAT(COME_NEAR_, NCL_T0)()
#define COME_NEAR_float()
#define COME_NEAR_half()        \
    float near[PIXEL][LANES];   \
    _Pragma("unroll") for (int i = 0; i < PIXEL; i++) VSTORE(NCL_VLOAD(half, tap + i * LANES), near[i]);

/* The weights of a row of a panel of u, and what each adds to the sums of a tile for the PIXEL values that it meets. */
#define ADD_ROW(value_at)                                                                                             \
    {                                                                                                                  \
        V weight[VECTORS];                                                                                             \
        _Pragma("unroll") for (int v = 0; v < VECTORS; v++) weight[v] = NCL_VLOAD(NCL_T1, weights + v * LANES);        \
        _Pragma("unroll") for (int i = 0; i < PIXEL; i++)                                                              \
        {                                                                                                              \
            const V value = value_at;                                                                                  \
            _Pragma("unroll") for (int v = 0; v < VECTORS; v++) c[i][v] = fma(value, weight[v], c[i][v]);              \
        }                                                                                                              \
        weights += PANEL_WIDTH;                                                                                        \
    }

#if !STEM
/* The pixel of t at x, where a row or an image has less of them than a tile. */
NCL_APART static void FN(conv_expand_pixel)(SIZES size, global const NCL_T0 *x, global const NCL_T1 *u,
                                            private const V *start, global float *t, INDEX plane)
{
    const float low = LOW, high = HIGH;
    for (int v = 0; v < VECTORS; v++) {
        V after = start[v];
        for (INDEX k = 0; k < BLOCKS * LANES; k++)
            after = fma((V)NCL_AT(NCL_T0, x, k / LANES * CHANNEL + k % LANES),
                        NCL_VLOAD(NCL_T1, u + k * PANEL_WIDTH + v * LANES), after);
        after = ncl_bounded(after, low, high);
        FEED
        VSTORE(r, t + v * plane);
    }
}

#endif

/* Where the pixels of a tile lie in the ring, from `column` of the row in slot `at` on; both go on behind them. */
static void FN(conv_expand_places)(INDEX width, INDEX slots, INDEX pitch, INDEX first, INDEX *at, INDEX *column,
                                   INDEX *place)
{
    INDEX to = *at * pitch + first + *column * LANES;
    const bool over = *column + PIXEL > width; /* the end of a row lies between */
#pragma unroll
    for (int i = 0; i < PIXEL; i++)
        place[i] = to + i * LANES;
#pragma unroll
    for (int i = 1; i < PIXEL && over; i++) {
        if (++*column == width) {
            *column = 0;
            *at = *at + 1 == slots ? 0 : *at + 1;
            to = *at * pitch + first - i * LANES;
        }
        place[i] = to + i * LANES;
    }
    *column += over ? 1 : PIXEL;
    if (*column == width) {
        *column = 0;
        *at = *at + 1 == slots ? 0 : *at + 1;
    }
}

/* What a panel adds to the sums of the tile at x; on the way it asks for a share of the panel that comes next. */
static void FN(conv_expand_sums)(SIZES size, INDEX pace, global const NCL_FED *x, global const NCL_T1 *weights,
                                 global const NCL_T1 **ahead, V (*c)[VECTORS])
{
    const INDEX blocks = BLOCKS;
#if STEM
    const INDEX window0 = WINDOW(0), window1 = WINDOW(1), across = SPREAD(1), channel = STRIP(0) * STRIP(1);
    const INDEX down = SPREAD(0) * STRIP(1), step = STEP(1);
    for (INDEX k = 0; k < blocks; k++)
        for (INDEX r = 0; r < window0; r++) {
            global const float *tap = x + k * channel + r * down;
            for (INDEX s = 0; s < window1; s++, tap += across)
                ADD_ROW(tap[i * step])
        }
#else
    global const NCL_T0 *tap = x;
    const INDEX channel = CHANNEL;
    for (INDEX k = 0; k < blocks; k++, tap += channel, *ahead += pace) {
        NCL_FETCH(*ahead);
        COME_NEAR()
#pragma unroll
        for (int d = 0; d < LANES; d++)
            ADD_ROW(PIXEL_AT(i, d))
    }
#endif
}

/* The sums of a tile, bounded and fed to what hangs on them, at their places in the ring. */
static void FN(conv_expand_keep)(SIZES size, float low, float high, V (*c)[VECTORS], const INDEX *place, INDEX plane,
                                 global float *restrict ring)
{
#pragma unroll
    for (int i = 0; i < PIXEL * VECTORS && high == high; i++)
        c[i / VECTORS][i % VECTORS] = ncl_at_most(c[i / VECTORS][i % VECTORS], high);
#pragma unroll
    for (int i = 0; i < PIXEL * VECTORS && low == low; i++)
        c[i / VECTORS][i % VECTORS] = ncl_at_least(c[i / VECTORS][i % VECTORS], low);
#pragma unroll
    for (int i = 0; i < PIXEL * VECTORS; i++) {
        const V after = c[i / VECTORS][i % VECTORS];
        FEED
        VSTORE(r, ring + place[i / VECTORS] + i % VECTORS * plane);
    }
}

/* `count` pixels of t, which follow each other in x, from the first one of the row in `slot` on. The last ones share
 * their tile with the ones before. Each tile asks for an even share of the panel that comes next. */
NCL_APART static void FN(conv_expand_tiles)(SIZES size, INDEX count, INDEX slot, global const NCL_FED *x,
                                            global const NCL_T1 *u, private const V *start, global float *restrict ring)
{
    const INDEX apart = STEM ? STEP(1) : LANES, width = EXTENT(1), slots = RING, pitch = PITCH * LANES;
    const INDEX plane = slots * pitch, first = BEFORE(1) * LANES;
    const INDEX tiles = (count + PIXEL - 1) / PIXEL, pace = AHEAD ? (LANES * PANEL_WIDTH + tiles - 1) / tiles : 0;
    const float low = LOW, high = HIGH;
    global const NCL_T1 *ahead = u + AHEAD;
    INDEX column = 0, at = slot;
    for (INDEX p = 0; p < count; p += PIXEL) {
        const INDEX q = min(p, count - PIXEL);
        if (q < p) {
            const INDEX row = q / width;
            column = q - row * width;
            at = slot + row;
            at -= at >= slots ? slots : 0;
        }
        INDEX place[PIXEL];
        FN(conv_expand_places)(width, slots, pitch, first, &at, &column, place);
        V c[PIXEL][VECTORS];
#pragma unroll
        for (int i = 0; i < PIXEL * VECTORS; i++)
            c[i / VECTORS][i % VECTORS] = start[i % VECTORS];
        FN(conv_expand_sums)(size, pace, x + q * apart, u, &ahead, c);
        FN(conv_expand_keep)(size, low, high, c, place, plane, ring);
    }
}

/* `rows` rows of t from the one of x on, into the ring from `slot` on. Without a halo of x they follow each other. */
static void FN(conv_expand_rows)(SIZES size, INDEX rows, INDEX slot, global const NCL_FED *x, global const NCL_T1 *u,
                                 private const V *start, global float *ring)
{
    const INDEX width = EXTENT(1), pitch = PITCH * LANES, slots = RING;
    const INDEX flat = !STEM && ROW == width * LANES ? rows : 1;
    for (INDEX r = 0; r < rows; r += flat, x += ROW) {
        const INDEX count = flat * width, at = (slot + r) % slots;
        if (STEM || count >= PIXEL) {
            FN(conv_expand_tiles)(size, count, at, x, u, start, ring);
            continue;
        }
#if !STEM
        for (INDEX i = 0; i < count; i++)
            FN(conv_expand_pixel)(size, x + i * LANES, u, start,
                                  ring + (at + i / width) % slots * pitch + (BEFORE(1) + i % width) * LANES,
                                  slots * pitch);
#endif
    }
}

#if STEM
#define BORDER NCL_BORDER_CONSTANT
NCL_BORDER_ROW(FN(conv_expand_row), global, NCL_T0, float)

/* The rows of x that those of t from `first` on read, the zeros around x too, channel by channel. */
NCL_APART static void FN(conv_expand_strip)(SIZES size, INDEX first, global const NCL_T0 *x, global float *strip)
{
    const INDEX pitch = STRIP(1), from = first * STEP(0) - SKIP(0), end = from + STRIP(0), height = IMAGE(0);
    for (INDEX c = 0; c < BLOCKS; c++, x += CHANNEL)
        for (INDEX r = from; r < end; r++, strip += pitch) {
            if (r >= 0 && r < height)
                FN(conv_expand_row)(pitch, -SKIP(1), 1, IMAGE(1), x + r * IMAGE(1), strip);
            for (INDEX e = 0; e < pitch && (r < 0 || r >= height); e++)
                strip[e] = 0;
        }
}
#undef BORDER
#endif

#define JOIN(c, value, weight) (MAX ? NCL_GREATER(c, value) : fma(value, weight, c))
#define FILTER(p)              (MAX ? (V)0 : NCL_VLOAD(NCL_T3, p))

/* A row of the windows of OUTPUTS outputs where TAPS taps and all windows, APART cells apart, lie side by side: what is
 * read once serves them all. EACH_ROW: that of every row of taps, which are in slots of the ring. */
#define WINDOWS(TAPS, APART)                                                                                           \
    {                                                                                                                  \
        V weight[TAPS];                                                                                                \
        _Pragma("unroll") for (int q = 0; q < TAPS; q++) weight[q] = FILTER(w + q * LANES);                            \
        _Pragma("unroll") for (int i = 0; i < (OUTPUTS - 1) * APART + TAPS; i++)                                       \
        {                                                                                                              \
            const V value = VLOAD(x + i * LANES);                                                                      \
            _Pragma("unroll") for (int q = i % APART; q < TAPS; q += APART)                                            \
                if (i >= q && (i - q) / APART < OUTPUTS)                                                               \
                    c[(i - q) / APART] = JOIN(c[(i - q) / APART], value, weight[q]);                                   \
        }                                                                                                              \
        w += TAPS * LANES;                                                                                             \
    }

#define EACH_ROW(taps)                                                                                                 \
    for (INDEX r = 0, s = slot; r < rows; r++) {                                                                       \
        global const float *x = windows + s * pitch;                                                                   \
        s += down;                                                                                                     \
        s -= s >= slots ? slots : 0;                                                                                   \
        taps                                                                                                           \
    }

/* Windows that have a loop of their own, which takes no test where all steps have the same. */
#define IS_BESIDE(k) (NCL_NEED(k) && (NEEDS == 1 << (k) || beside == (k)))

/* Rows [first, end) of y for `lanes` channels from `channel` on: start + w t. t: a block of the ring, y: of the
 * output, whose rows begin `place` elements behind it. */
NCL_APART static void FN(conv_expand_outputs)(SIZES size, INDEX first, INDEX end, V start, global const float *t,
                                              global const NCL_T3 *filter, INDEX lanes, global NCL_CELL *restrict y,
                                              INDEX place, INDEX channel CHAIN_PARAMETERS)
{
    const INDEX rows = KERNEL(0), columns = KERNEL(1), tap = DILATION(1) * LANES, pitch = PITCH * LANES;
    const INDEX down = DILATION(0), slots = RING, width = WIDTH, step = STRIDE(1), stride = STRIDE(0), y_row = Y_ROW;
    const INDEX beside = BESIDE;
    place += first * y_row;
    INDEX slot = first * stride % slots;
    for (INDEX row = first; row < end; row++, place += y_row) {
        for (INDEX wanted = 0; wanted < width; wanted += OUTPUTS) {
            const INDEX o = max(min(wanted, width - OUTPUTS), (INDEX)0), to = min(width - o, (INDEX)OUTPUTS);
            global const NCL_T3 *w = filter;
            global const float *windows = t + o * step * LANES;
            V c[OUTPUTS];
#pragma unroll
            for (int i = 0; i < OUTPUTS; i++)
                c[i] = start;
            if (IS_BESIDE(0))
                EACH_ROW(WINDOWS(3, 1))
            else if (IS_BESIDE(1))
                EACH_ROW(WINDOWS(3, 2))
            else if (IS_BESIDE(2))
                EACH_ROW(WINDOWS(5, 1))
            else if (IS_BESIDE(3))
                EACH_ROW(WINDOWS(5, 2))
            else if (NCL_NEED(4))
                EACH_ROW(for (INDEX q = 0; q < columns; q++, w += LANES, x += tap) {
                    const V weight = FILTER(w);
                    _Pragma("unroll") for (int i = 0; i < OUTPUTS; i++) {
                        const V value = VLOAD(x + i * step * LANES);
                        c[i] = JOIN(c[i], value, weight);
                    }
                })
            const INDEX at = place + o * LANES;
            if (o == wanted && to == OUTPUTS && lanes == LANES) {
                NCL_STORE_BLOCKS(OUTPUTS, c[i], y, at + i * LANES, channel)
                continue;
            }
            V sum[OUTPUTS];
#pragma unroll
            for (int i = 0; i < OUTPUTS; i++)
                sum[i] = c[i];
            for (INDEX i = wanted - o; i < to; i++)
                NCL_STORE_BLOCK(sum[i], lanes, y, at + i * LANES, channel)
        }
        slot = (slot + stride) % slots;
    }
}
#undef WINDOWS
#undef IS_BESIDE
#undef EACH_ROW
#undef JOIN
#undef FILTER

/* Cells [from, to) of a row of the ring lie outside of the image. */
static void FN(conv_expand_clear)(global float *row, INDEX from, INDEX to, float outside)
{
    for (INDEX i = from; i < to; i++)
        VSTORE((V)outside, row + i * LANES);
}

/* The columns beside the image. */
NCL_APART static void FN(conv_expand_clear_ring)(SIZES size, global float *ring)
{
    const INDEX pitch = PITCH, before = BEFORE(1), after = before + EXTENT(1);
    for (INDEX r = 0; r < VECTORS * RING; r++, ring += pitch * LANES) {
        FN(conv_expand_clear)(ring, 0, before, OUTSIDE);
        FN(conv_expand_clear)(ring, after, pitch, OUTSIDE);
    }
}

/* Rows [from, to) of t, the first ones of which, and the last ones, may be above and below the image. x: where the
 * rows of t from `origin` on are computed from. */
static void FN(conv_expand_fill)(SIZES size, INDEX from, INDEX to, INDEX origin, global const NCL_FED *x,
                                 global const NCL_T1 *u, private const V *start, global float *ring)
{
    const INDEX slots = RING, pitch = PITCH, above = BEFORE(0), height = EXTENT(0);
    const INDEX first = clamp(from, above, above + height), last = clamp(to, above, above + height);
    for (INDEX r = from; r < to; r++)
        for (int v = 0; v < VECTORS && (r < first || r >= last); v++)
            FN(conv_expand_clear)(ring + (v * slots + r % slots) * pitch * LANES, 0, pitch, OUTSIDE);
    if (first < last)
        FN(conv_expand_rows)(size, last - first, first % slots, x + (first - origin) * ROW, u, start, ring);
}

/* Rows [first, end) of y for a panel of channels. */
static void FN(conv_expand_panel)(SIZES size, INDEX n, INDEX panel, INDEX first, INDEX end, INDEX origin,
                                  global const NCL_FED *x, global const NCL_T1 *u, global const float *e,
                                  global const NCL_T3 *w, global const float *b, global float *ring,
                                  global NCL_CELL *y CHAIN_PARAMETERS)
{
    const INDEX channel = panel * PANEL_WIDTH, channels = CHANNELS - channel, taps = KERNEL(0) * KERNEL(1);
    const INDEX reach = (KERNEL(0) - 1) * DILATION(0) + 1, plane = n * Y_BATCH + panel * VECTORS * Y_CHANNEL;
    INDEX done = 0;
    V start[VECTORS], begin[VECTORS];
    for (int v = 0; v < VECTORS; v++) {
        const INDEX at = channel + min(v * LANES, channels), lanes = clamp(channels - v * LANES, 0, LANES);
        start[v] = BIAS_T ? NCL_LOAD(float, e + at, lanes) : (V)*e;
        begin[v] = MAX ? (V)-INFINITY : BIAS ? NCL_LOAD(float, b + at, lanes) : (V)*b;
        if (lanes > 0)
            ncl_halo(y + plane + v * Y_CHANNEL, Y_ROW, WIDTH, (long2)(HALO(0), HALO(1)), (long2)(HALO(2), HALO(3)),
                     first, end, HEIGHT);
    }
    for (INDEX o = first; o < end; o += ROUND) {
        const INDEX last = min(o + ROUND, end), wanted = (last - 1) * STRIDE(0) + reach;
        FN(conv_expand_fill)(size, max(done, o * STRIDE(0)), wanted, origin, x, u, start, ring);
        done = wanted;
        for (int v = 0; v < VECTORS && v * LANES < channels; v++)
            FN(conv_expand_outputs)(size, o, last, begin[v], ring + v * RING * PITCH * LANES, w + v * taps * LANES,
                                    min(channels - v * LANES, (INDEX)LANES), y, plane + v * Y_CHANNEL + Y_FIRST,
                                    channel + v * LANES CHAIN_ARGUMENTS);
    }
}

static void FN(conv_expand)(INDEX task, SIZES size, global const NCL_T0 *x, global const NCL_T1 *u,
                            global const float *e, global const NCL_T3 *w, global const float *b, global float *ring,
                            global NCL_CELL *y CHAIN_PARAMETERS)
{
    const INDEX panels = (CHANNELS + PANEL_WIDTH - 1) / PANEL_WIDTH, shares = (panels + PANELS - 1) / PANELS;
    const INDEX parts = (HEIGHT + ROWS - 1) / ROWS, cells = VECTORS * RING * PITCH * LANES;
    const INDEX first = task % parts * ROWS, share = task / parts % shares, n = task / parts / shares;
    ring += task * (cells + STEM * BLOCKS * STRIP(0) * STRIP(1));
    FN(conv_expand_clear_ring)(size, ring);
#if STEM
    const INDEX origin = first * STRIDE(0);
    global const float *from = ring + cells;
    FN(conv_expand_strip)(size, origin - BEFORE(0), x + n * BATCH, ring + cells);
#else
    const INDEX origin = BEFORE(0);
    global const NCL_T0 *from = x + n * BATCH + FIRST;
#endif
    for (INDEX panel = share * PANELS; panel < min((share + 1) * PANELS, panels); panel++)
        FN(conv_expand_panel)(size, n, panel, first, min(first + ROWS, HEIGHT), origin, from,
                              u + panel * DEPTH * PANEL_WIDTH, e, w + panel * VECTORS * KERNEL(0) * KERNEL(1) * LANES,
                              b, ring, y CHAIN_ARGUMENTS);
}
