/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution with 3 x 3 taps, stride 1, by Winograd's minimal filtering F(TILE x TILE, 3 x 3) (Lavin and Gray, Fast
 * Algorithms for Convolutional Neural Networks, 2015), x and y in blocks of LANES channels with a halo
 * (src/emit/blocks.h).
 *
 *   y[n][g][m] = b[m] + for each tile of TILE x TILE pixels  A^T (sum over c of  u[m][c] * (B^T x[n][c] B)) A
 *
 * B^T x B and A^T z A are transforms of POINTS x POINTS = (TILE + 2)^2 pixels, * multiplies them point by point. u: the
 * filters, transformed by conv_winograd_filter. So each point is a product of matrices of its own, with a quarter (TILE
 * 4) or 4 / 9 (TILE 2) of the multiplications in all.
 *
 * A task takes STRIPS strips of TILES tiles, and of these PANELS panels of output channels (VECTORS blocks each). Of a
 * strip it transforms x into its part of `scratch`, multiplies PASS panels at a time, which stay near, and transforms
 * their sums back into y: a strip never leaves the caches.
 * Tiles of registers: PIXEL tiles by VECTORS blocks of output channels, as in conv_blocked. The last tiles of rows and
 * columns reach beyond y, where x has zeros too: its halo is as wide as they need.
 * With a dilation, every DILATION(i)th pixel makes an image of its own, whose taps are next to each other: tiles take
 * their pixels that far apart. Tiles next to each other are of neighbouring images, so that cells that share a line are
 * read together.
 *
 * PIXEL, VECTORS                  of a tile of registers
 * GROUPS, FILTERS, BLOCKS         groups; output channels and blocks of x of a group
 * ACROSS, ALL                     tiles in a row, of an image          TILES  of a strip: a multiple of PIXEL
 * BIAS                            1: one for each channel, 0: one
 * BATCH, CHANNEL, ROW, FIRST      of x, the first tap of the first pixel
 * Y_BATCH ... HALO(i)             of y (prelude.cl, ncl_halo)
 * IN_POINT, SUM_POINT             elements of scratch from point to point, of transformed x and of sums
 * SLOT                            elements of scratch of a task
 * TILE                            4 or 2: a network with both compiles their products once
 * DILATED                         1: with DILATION(i), which are 1 otherwise
 * tasks: batch * GROUPS * ceil(panels / PANELS) * ceil(ALL / (TILES STRIPS)) */
#ifndef PIXEL
#define PIXEL 6
#endif
#ifndef VECTORS
#define VECTORS 2
#endif
#ifndef DILATED
#define DILATED 0
#endif
#define NCL_CELL       NCL_T3
#define WIDTH_OF_PANEL (VECTORS * LANES)
#define EARLY          3 /* tiles, fewer than a tile of registers has */
#define FETCH_EACH     (WIDTH_OF_PANEL > 16 ? 1 : 2) /* channels for one hint */
#define GROUPS         SIZE(0)
#define FILTERS        SIZE(1)
#define BLOCKS         SIZE(2)
#define ACROSS         SIZE(3)
#define ALL            SIZE(4)
#define TILES          SIZE(5)
#define STRIPS         SIZE(6)
#define PANELS         SIZE(7)
#define PASS           SIZE(8)
#define BIAS           SIZE(9)
#define BATCH          SIZE(10)
#define CHANNEL        SIZE(11)
#define ROW            SIZE(12)
#define FIRST          SIZE(13)
#define Y_BATCH        SIZE(14)
#define Y_CHANNEL      SIZE(15)
#define Y_ROW          SIZE(16)
#define Y_FIRST        SIZE(17)
#define HEIGHT         SIZE(18)
#define WIDTH          SIZE(19)
#define HALO(i)        SIZE(20 + (i))
#define IN_POINT       SIZE(24)
#define SUM_POINT      SIZE(25)
#define SLOT           SIZE(26)
#define TILE           SIZE(27)
#define DILATION(i)    (DILATED ? SIZE(28 + (i)) : 1)
#define IMAGES(i)      (DILATED ? min(DILATION(i), SIZE(18 + (i))) : 1)

/* One dimension of the transforms, of values `step` vectors apart, in place. B^T has the coefficients of the
 * polynomials whose roots are all points but one; A^T the powers of the points.
 * Tiles of 4: points 0, a, -a, b, -b and infinity, with a = 1 / sqrt(2) and b = sqrt(2): a b = 1 keeps all factors near
 * 1. Tiles of 2: points 0, 1, -1 and infinity. */
#define POINT_A 0.70710678118654752f
#define POINT_B 1.41421356237309505f
static void FN(conv_winograd_in_line4)(private V *d, int step)
{
    const V d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step];
    const V even_a = fma((V)-2.0f, d2, d4), odd_a = POINT_A * fma((V)-2.0f, d1, d3);
    const V even_b = fma((V)-0.5f, d2, d4), odd_b = POINT_B * fma((V)-0.5f, d1, d3);
    d[0] = fma((V)-2.5f, d2, d[0] + d4);
    d[step] = even_a + odd_a;
    d[2 * step] = even_a - odd_a;
    d[3 * step] = even_b + odd_b;
    d[4 * step] = even_b - odd_b;
    d[5 * step] = fma((V)-2.5f, d3, d1 + d[5 * step]);
}
static void FN(conv_winograd_in_line2)(private V *d, int step)
{
    const V d1 = d[step], d2 = d[2 * step];
    d[0] = d[0] - d2;
    d[step] = d2 + d1;
    d[2 * step] = d2 - d1;
    d[3 * step] = d[3 * step] - d1;
}
static void FN(conv_winograd_out_line4)(private V *m, int step)
{
    const V sum_a = m[step] + m[2 * step], odd_a = POINT_A * (m[step] - m[2 * step]);
    const V sum_b = m[3 * step] + m[4 * step], odd_b = POINT_B * (m[3 * step] - m[4 * step]);
    m[0] = m[0] + sum_a + sum_b;
    m[step] = odd_a + odd_b;
    m[2 * step] = fma((V)0.5f, sum_a, 2.0f * sum_b);
    m[3 * step] = fma((V)0.5f, odd_a, fma((V)2.0f, odd_b, m[5 * step]));
}
static void FN(conv_winograd_out_line2)(private V *m, int step)
{
    m[0] = m[0] + m[step] + m[2 * step];
    m[step] = m[step] - m[2 * step] + m[3 * step];
}

/* B^T x B of one tile and block, which begins at x, to its place in v. Meanwhile what a later tile, at `ahead`, has and
 * the one before it has not comes near: tiles of a row share two columns, dilated ones none. */
#define IN(name, line, points)                                                                             \
    static NCL_APART void name(INDEX row, INDEX column, INDEX point, global const NCL_T0 *x,               \
                               global const NCL_T0 *ahead, global float *v)                                \
    {                                                                                                      \
        const INDEX apart = DILATED ? column : LANES;                                                      \
        V d[points * points];                                                                              \
        _Pragma("unroll") for (int q = 0; q < points; q++)                                                 \
        {                                                                                                  \
            _Pragma("unroll") for (int r = 0; r < points; r++)                                             \
            {                                                                                              \
                if (DILATED || (q >= 2 && q % 2 == 0))                                                     \
                    NCL_FETCH(ahead + r * row + q * apart);                                                \
                d[r * points + q] = NCL_VLOAD(NCL_T0, x + r * row + q * apart);                            \
            }                                                                                              \
            line(d + q, points);                                                                           \
        }                                                                                                  \
        _Pragma("unroll") for (int r = 0; r < points; r++)                                                 \
        {                                                                                                  \
            line(d + r * points, 1);                                                                       \
            _Pragma("unroll") for (int q = 0; q < points; q++) VSTORE(d[r * points + q],                   \
                                                                      v + (r * points + q) * point);       \
        }                                                                                                  \
    }
IN(FN(conv_winograd_in4), FN(conv_winograd_in_line4), 6)
IN(FN(conv_winograd_in2), FN(conv_winograd_in_line2), 4)

/* A^T m A of one tile and block of output channels: z[r][q] in rows of POINTS_MAX. */
#define POINTS_MAX 6
#define OUT(name, line, points)                                                                            \
    static NCL_APART void name(INDEX point, global const float *m, private V *z)                           \
    {                                                                                                      \
        _Pragma("unroll") for (int q = 0; q < points; q++)                                                 \
        {                                                                                                  \
            _Pragma("unroll") for (int r = 0; r < points; r++) z[r * POINTS_MAX + q] =                     \
                VLOAD(m + (r * points + q) * point);                                                       \
            line(z + q, POINTS_MAX);                                                                       \
        }                                                                                                  \
        _Pragma("unroll") for (int r = 0; r < points - 2; r++) line(z + r * POINTS_MAX, 1);                \
    }
OUT(FN(conv_winograd_out4), FN(conv_winograd_out_line4), 6)
OUT(FN(conv_winograd_out2), FN(conv_winograd_out_line2), 4)

/* First element of tile t of a strip, counted on into the next block. */
static INDEX FN(conv_winograd_at)(SIZES size, INDEX first, INDEX tiles, INDEX t)
{
    const INDEX across = ACROSS, tile = min(first + (t < tiles ? t : t - tiles), ALL - 1);
    return (t < tiles ? 0 : CHANNEL) + NCL_TILE_BEGIN(tile / across, TILE, DILATION(0), IMAGES(0)) * ROW +
           NCL_TILE_BEGIN(tile % across, TILE, DILATION(1), IMAGES(1)) * LANES;
}

/* The strip from tile `first` on, all blocks. What fills it up is the last tile again. */
static void FN(conv_winograd_strip)(SIZES size, INDEX first, INDEX tiles, global const NCL_T0 *x, global float *v)
{
    const INDEX row = ROW * DILATION(0), column = LANES * DILATION(1), point = IN_POINT;
    for (INDEX k = 0; k < BLOCKS; k++, x += CHANNEL)
        for (INDEX t = 0; t < tiles; t++, v += LANES) {
            global const NCL_T0 *from = x + FN(conv_winograd_at)(size, first, tiles, t),
                                *ahead = x + FN(conv_winograd_at)(size, first, tiles, t + EARLY);
            if (TILE == 4)
                FN(conv_winograd_in4)(row, column, point, from, ahead, v);
            else
                FN(conv_winograd_in2)(row, column, point, from, ahead, v);
        }
}

/* m[t] = sum over c of u[c] v[c][t], a point of a panel: t < tiles. Filters come from far away: while those at u are
 * multiplied, an even share of the ones at `ahead`, which are next, is asked for with every block. */
static NCL_APART void FN(conv_winograd_product)(INDEX blocks, INDEX tiles, global const float *v, global const float *u,
                                                global const float *ahead, global float *m)
{
    const INDEX block = tiles * LANES, pace = (FETCH_EACH * WIDTH_OF_PANEL * PIXEL + tiles - 1) / tiles;
    for (INDEX t = 0; t < tiles; t += PIXEL, m += PIXEL * WIDTH_OF_PANEL) {
        global const float *from = v + t * LANES, *weights = u;
        V c[PIXEL][VECTORS];
#pragma unroll
        for (int i = 0; i < PIXEL * VECTORS; i++)
            c[i / VECTORS][i % VECTORS] = 0;
        for (INDEX k = 0; k < blocks; k++, from += block)
#pragma unroll
            for (int d = 0; d < LANES; d++, weights += WIDTH_OF_PANEL) {
                V weight[VECTORS];
                if (d % FETCH_EACH == 0) {
                    NCL_FETCH(ahead);
                    ahead += pace;
                }
#pragma unroll
                for (int w = 0; w < VECTORS; w++)
                    weight[w] = VLOAD(weights + w * LANES);
#pragma unroll
                for (int i = 0; i < PIXEL; i++) {
                    const V value = from[i * LANES + d];
#pragma unroll
                    for (int w = 0; w < VECTORS; w++)
                        c[i][w] = fma(value, weight[w], c[i][w]);
                }
            }
#pragma unroll
        for (int i = 0; i < PIXEL * VECTORS; i++)
            VSTORE(c[i / VECTORS][i % VECTORS], m + i * LANES);
    }
}

/* Those of its pixels that y has, and n channels from `channel` on. Whole tiles are stored in
 * fours, rows of a tile of 4 or a tile of 2, which read the numbers of a chain once. */
static void FN(conv_winograd_store)(SIZES size, INDEX row, INDEX column, int n, V start, private const V *z,
                                    global NCL_CELL *restrict y, INDEX block, INDEX channel CHAIN_PARAMETERS)
{
    const INDEX down = DILATION(0), across = DILATION(1), y_row = Y_ROW * down, y_next = LANES * across, tile = TILE;
    const INDEX at = block + Y_FIRST + row * Y_ROW + column * LANES;
    const int rows = (int)min((HEIGHT - row + down - 1) / down, tile),
              columns = (int)min((WIDTH - column + across - 1) / across, tile);
    const bool whole = rows == tile && columns == tile && n == LANES;
    const INDEX y_two = tile == 4 ? 2 * y_next : y_row;
    const int z_two = tile == 4 ? 2 : POINTS_MAX;
    for (int r = 0; 4 * r < tile * tile && whole; r++) {
        V four[4];
#pragma unroll
        for (int i = 0; i < 4; i++)
            four[i] = z[r * POINTS_MAX + i / 2 * z_two + i % 2] + start;
        NCL_STORE_BLOCKS(4, four[i], y, at + r * y_row + i / 2 * y_two + i % 2 * y_next, channel)
    }
    for (int r = 0; r < rows && !whole; r++)
        for (int q = 0; q < columns; q++)
            NCL_STORE_BLOCK(z[r * POINTS_MAX + q] + start, n, y, at + r * y_row + q * y_next, channel)
}

/* The strip from tile `first` on, for the VECTORS blocks of a panel that there are: `channels` channels. */
static void FN(conv_winograd_panel)(SIZES size, INDEX first, INDEX tiles, global const float *m, global const float *b,
                                    INDEX channels, global NCL_CELL *y, INDEX block, INDEX channel CHAIN_PARAMETERS)
{
    const INDEX across = ACROSS, point = SUM_POINT, size_of = TILE;
    for (int w = 0; w < VECTORS && channels > 0; w++, channels -= LANES, channel += LANES, block += Y_CHANNEL) {
        const int n = (int)min(channels, (INDEX)LANES);
        const V start = BIAS ? NCL_LOAD(float, b + channel, n) : (V)*b;
        for (INDEX t = 0; t < tiles; t++) {
            V z[POINTS_MAX * POINTS_MAX];
            if (size_of == 4)
                FN(conv_winograd_out4)(point, m + t * WIDTH_OF_PANEL + w * LANES, z);
            else
                FN(conv_winograd_out2)(point, m + t * WIDTH_OF_PANEL + w * LANES, z);
            FN(conv_winograd_store)(size,
                                    NCL_TILE_BEGIN((first + t) / across, size_of, DILATION(0), IMAGES(0)),
                                    NCL_TILE_BEGIN((first + t) % across, size_of, DILATION(1), IMAGES(1)), n, start, z,
                                    y, block, channel CHAIN_ARGUMENTS);
        }
    }
}

static void FN(conv_winograd)(INDEX task, SIZES size, global const NCL_T0 *x, global const float *u,
                              global const float *b, global NCL_CELL *y, global float *scratch CHAIN_PARAMETERS)
{
    const INDEX filters = FILTERS, panels = (filters + WIDTH_OF_PANEL - 1) / WIDTH_OF_PANEL, blocks = BLOCKS;
    const INDEX all = ALL, tiles = TILES, parts = (all + tiles * STRIPS - 1) / (tiles * STRIPS), pass = PASS;
    const INDEX shares = (panels + PANELS - 1) / PANELS, of_point = blocks * LANES * WIDTH_OF_PANEL;
    const INDEX points = (TILE + 2) * (TILE + 2);
    INDEX rest = task;
    const INDEX part = rest % parts, share = (rest /= parts) % shares, g = (rest /= shares) % GROUPS, n = rest / GROUPS;
    const INDEX end = min((share + 1) * PANELS, panels), last = min((part + 1) * STRIPS * tiles, all);
    const INDEX y_blocks = n * Y_BATCH + g * ((filters + LANES - 1) / LANES) * Y_CHANNEL;
    global float *v = scratch + task * SLOT, *m = v + points * IN_POINT;
    for (INDEX k = share * PANELS * VECTORS; k < end * VECTORS && k * LANES < filters && part == 0; k++)
        ncl_halo(y + y_blocks + k * Y_CHANNEL, Y_ROW, WIDTH, (long2)(HALO(0), HALO(1)), (long2)(HALO(2), HALO(3)), 0,
                 HEIGHT, HEIGHT);
    for (INDEX first = part * STRIPS * tiles; first < last; first += tiles) {
        const INDEX count = min(tiles, last - first), whole = (count + PIXEL - 1) / PIXEL * PIXEL;
        FN(conv_winograd_strip)(size, first, whole, x + n * BATCH + g * blocks * CHANNEL + FIRST, v);
        for (INDEX p = share * PANELS; p < end; p += pass) {
            const INDEX some = min(pass, end - p);
            for (INDEX k = 0; k < points * some; k++) {
                const INDEX point = k / some, panel = k % some;
                global const float *filter = u + ((g * panels + p + panel) * points + point) * of_point;
                const INDEX next = panel + 1 < some ? points : 1 - panel * points;
                FN(conv_winograd_product)(blocks, whole, v + point * IN_POINT, filter, filter + next * of_point,
                                          m + point * SUM_POINT + panel * tiles * WIDTH_OF_PANEL);
            }
            for (INDEX panel = 0; panel < some; panel++) {
                const INDEX of_group = (p + panel) * WIDTH_OF_PANEL;
                FN(conv_winograd_panel)(size, first, count, m + panel * tiles * WIDTH_OF_PANEL, b, filters - of_group,
                                        y, y_blocks + (p + panel) * VECTORS * Y_CHANNEL,
                                        g * filters + of_group CHAIN_ARGUMENTS);
            }
        }
    }
}
