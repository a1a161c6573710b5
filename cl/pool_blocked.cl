/* SPDX-License-Identifier: Apache-2.0 */
/* Sums, means and maxima of windows over H and W (and D of volumes), in blocks of LANES channels (src/emit/blocks.h):
 *
 *   y[c][o0][o1] = R over j0, j1 of  x~[c][o0 s0 + j0 d0 - p0][o1 s1 + j1 d1 - p1]
 *
 * R: the sum, the sum divided by the number of values, the maximum. PIXEL cells of a row, each the channels of a block
 * at one place, together where their windows lie inside of the image, else one after the other; of a window only what
 * lies inside is read, so the halo of x is not.
 *
 * MAX        1: the maximum, NaN wins; 0: the sum        NORMALIZE  1: divide the sum
 * IGNORE     1: what lies outside is left out (also of the number of values; a window wholly outside gives 0), 0: it
 *            is zeros
 * Y_BATCH, Y_CHANNEL, Y_ROW   elements of y from image to image, block to block, row to row        Y_FIRST  to (0, 0)
 * HEIGHT, WIDTH   of y       HALO(i)  cells before H and W, then behind        X_...  the same of x
 * CHANNELS   of the image    ROWS     rows of y in a task        arrays: H and W
 * PLANES   of y in each volume, which are images (blocks.h); DEPTH_...  D of x and of the window; 1 of images
 * A sum beyond a float is taken again of x 2^-64.
 * tasks: images * blocks * ceil(HEIGHT / ROWS) */
#ifndef MAX
#define MAX 0
#endif
#ifndef NORMALIZE
#define NORMALIZE 0
#endif
#ifndef IGNORE
#define IGNORE 0
#endif
#define NCL_CELL    NCL_T1
#define PIXEL       4
#define Y_BATCH     SIZE(0)
#define Y_CHANNEL   SIZE(1)
#define Y_ROW       SIZE(2)
#define Y_FIRST     SIZE(3)
#define HEIGHT      SIZE(4)
#define WIDTH       SIZE(5)
#define HALO(i)     SIZE(6 + (i))
#define CHANNELS    SIZE(10)
#define ROWS        SIZE(11)
#define X_BATCH     SIZE(12)
#define X_CHANNEL   SIZE(13)
#define X_ROW       SIZE(14)
#define X_FIRST     SIZE(15)
#define IN(i)       SIZE(16 + (i))
#define KERNEL(i)   SIZE(18 + (i))
#define STRIDE(i)   SIZE(20 + (i))
#define DILATION(i) SIZE(22 + (i))
#define BEFORE(i)   SIZE(24 + (i))
#define PLANES         SIZE(26)
#define DEPTH_EXTENT   SIZE(27)
#define DEPTH_TAPS     SIZE(28)
#define DEPTH_STRIDE   SIZE(29)
#define DEPTH_DILATION SIZE(30)
#define DEPTH_BEFORE   SIZE(31)

static V FN(pool_blocked_join)(V a, V v)
{
    return MAX ? NCL_GREATER(a, v) : a + v;
}

/* A window of deep.y by down.y by across.y positions, the first of them at x, deep.x, down.x and across.x apart. */
static V FN(pool_blocked_window)(global const NCL_T0 *x, long2 deep, long2 down, long2 across, float unit)
{
    V value = MAX ? -INFINITY : 0;
    for (INDEX p = 0; p < deep.y; p++, x += deep.x)
        for (INDEX j0 = 0; j0 < down.y; j0++)
            for (INDEX j1 = 0; j1 < across.y; j1++) {
                const V v = NCL_VLOAD(NCL_T0, x + j0 * down.x + j1 * across.x);
                value = FN(pool_blocked_join)(value, MAX ? v : v * unit);
            }
    return value;
}

/* A sum beyond a float by the number of values. */
NCL_APART static V FN(pool_blocked_less)(global const NCL_T0 *x, long2 deep, long2 down, long2 across, float values)
{
    return FN(pool_blocked_window)(x, deep, down, across, 0x1p-64f) / values * 0x1p64f;
}

static V FN(pool_blocked_result)(global const NCL_T0 *x, long2 deep, long2 down, long2 across, V sum, float values)
{
    const VI finite = isfinite(sum);
    return all(finite) ? sum / values
                       : select(FN(pool_blocked_less)(x, deep, down, across, values), sum / values, finite);
}

/* PIXEL cells side by side, whose windows begin at x and lie inside: none of them waits for another one. */
NCL_APART static void FN(pool_blocked_tile)(SIZES size, long2 deep, global const NCL_T0 *x, global NCL_CELL *restrict y,
                                            INDEX at, INDEX n, INDEX channel CHAIN_PARAMETERS)
{
    const INDEX rows = KERNEL(0), columns = KERNEL(1), step = STRIDE(1) * LANES;
    const INDEX row = DILATION(0) * X_ROW, column = DILATION(1) * LANES;
    const float values = NORMALIZE ? deep.y * rows * columns : 1;
    global const NCL_T0 *first = x;
    V value[PIXEL];
#pragma unroll
    for (int i = 0; i < PIXEL; i++)
        value[i] = MAX ? -INFINITY : 0;
    for (INDEX p = 0; p < deep.y; p++, x += deep.x - rows * row)
        for (INDEX r = 0; r < rows; r++, x += row)
            for (INDEX q = 0; q < columns; q++) {
                global const NCL_T0 *tap = x + q * column;
#pragma unroll
                for (int i = 0; i < PIXEL; i++)
                    value[i] = FN(pool_blocked_join)(value[i], NCL_VLOAD(NCL_T0, tap + i * step));
            }
    for (int i = 0; i < PIXEL; i++, first += step) {
        const long2 down = (long2)(row, rows), across = (long2)(column, columns);
        const V v = MAX ? value[i] : FN(pool_blocked_result)(first, deep, down, across, value[i], values);
        NCL_STORE_BLOCK(v, n, y, at + i * LANES, channel)
    }
}

static void FN(pool_blocked)(INDEX task, SIZES size, global const NCL_T0 *x, global NCL_CELL *y CHAIN_PARAMETERS)
{
    const INDEX blocks = (CHANNELS + LANES - 1) / LANES, parts = (HEIGHT + ROWS - 1) / ROWS;
    const INDEX image = task / parts / blocks, block = task / parts % blocks;
    const INDEX from = task % parts * ROWS, to = min(from + ROWS, HEIGHT), channel = block * LANES;
    const INDEX n = min(CHANNELS - channel, (INDEX)LANES), plane = image * Y_BATCH + block * Y_CHANNEL;
    ncl_halo(y + plane, Y_ROW, WIDTH, (long2)(HALO(0), HALO(1)), (long2)(HALO(2), HALO(3)), from, to, HEIGHT);
    const INDEX above = image % PLANES * DEPTH_STRIDE - DEPTH_BEFORE;
    const long2 planes = ncl_taps_inside(above, above, DEPTH_TAPS, DEPTH_DILATION, DEPTH_EXTENT);
    const long2 deep = (long2)(DEPTH_DILATION * X_BATCH, planes.y - planes.x);
    x += (image / PLANES * DEPTH_EXTENT + above + planes.x * DEPTH_DILATION) * X_BATCH + block * X_CHANNEL + X_FIRST;
    const INDEX taps0 = KERNEL(0), taps1 = KERNEL(1), d0 = DILATION(0), d1 = DILATION(1), x_row = X_ROW;
    for (INDEX o0 = from; o0 < to; o0++) {
        const INDEX at0 = o0 * STRIDE(0) - BEFORE(0);
        const long2 down = ncl_taps_inside(at0, at0, taps0, d0, IN(0));
        for (INDEX o1 = 0, count; o1 < WIDTH; o1 += count) {
            const INDEX at1 = o1 * STRIDE(1) - BEFORE(1), place = plane + Y_FIRST + o0 * Y_ROW + o1 * LANES;
            const INDEX end1 = at1 + (PIXEL - 1) * STRIDE(1) + (taps1 - 1) * d1;
            const bool across_inside = at1 >= 0 && end1 < IN(1) && o1 + PIXEL <= WIDTH;
            const bool inner = deep.y == DEPTH_TAPS && down.y - down.x == taps0 && across_inside;
            count = inner ? PIXEL : 1;
            if (inner) {
                FN(pool_blocked_tile)(size, deep, x + at0 * x_row + at1 * LANES, y, place, n, channel CHAIN_ARGUMENTS);
                continue;
            }
            const long2 across = ncl_taps_inside(at1, at1, taps1, d1, IN(1));
            const INDEX inside = deep.y * (down.y - down.x) * (across.y - across.x);
            const INDEX values = DEPTH_TAPS * taps0 * taps1;
            global const NCL_T0 *first = x + (at0 + down.x * d0) * x_row + (at1 + across.x * d1) * LANES;
            const long2 rows = (long2)(d0 * x_row, down.y - down.x), cells = (long2)(d1 * LANES, across.y - across.x);
            V value = FN(pool_blocked_window)(first, deep, rows, cells, 1);
            if (MAX > IGNORE && inside < values)
                value = FN(pool_blocked_join)(value, 0);
            if (IGNORE == 1 && inside == 0)
                value = 0;
            else if (!MAX)
                value =
                    FN(pool_blocked_result)(first, deep, rows, cells, value, NORMALIZE ? IGNORE ? inside : values : 1);
            NCL_STORE_BLOCK(value, n, y, place, channel)
        }
    }
}
