/* SPDX-License-Identifier: Apache-2.0 */
/* y[n][c] = finish(J over h, w of  x[n][c][h][w]): sums, means, maxima, minima over H and W (D of volumes) in blocks of
 * LANES channels (src/emit/blocks.h); y is plain.
 *
 * A task is a block of an image: its rows one after the other, in parts of up to PART cells, which four accumulators
 * share.
 *
 * JOIN     how a vector v joins an accumulator a         START    the accumulator at the start
 * MAP(v)   of a vector, with unit                      FINISH(v)  of the joined value, with VOLUME and back
 * SUM      1: JOIN is a + v; what parts give is summed with compensation (Kahan). A sum beyond a float is taken again
 *          of the elements times unit, back is 1 / unit
 * X_BATCH, X_CHANNEL, X_ROW   elements of x from image to image, block to block, row to row        X_FIRST  to (0, 0)
 * ROWS     of CELLS cells each: those of the image, or all of it as one row where nothing lies between them
 * PLANES   of a volume, X_PLANE elements apart; 1: of an image
 * CHANNELS of the image      VOLUME   elements that a result gathers
 * tasks: images * ceil(CHANNELS / LANES) */
#ifndef JOIN
#define JOIN a + v
#endif
#ifndef START
#define START 0
#endif
#ifndef MAP
#define MAP(v) v
#endif
#ifndef FINISH
#define FINISH(v) v
#endif
#ifndef SUM
#define SUM 1
#endif
#define X_BATCH   SIZE(0)
#define X_CHANNEL SIZE(1)
#define X_ROW     SIZE(2)
#define X_FIRST   SIZE(3)
#define ROWS      SIZE(4)
#define CELLS     SIZE(5)
#define CHANNELS  SIZE(6)
#define VOLUME    REAL(7)
#define PLANES    SIZE(8)
#define X_PLANE   SIZE(9)

#define PART 128 /* cells: each accumulator has a quarter of them */

static V FN(reduce_blocked_join)(V a, V v)
{
    return JOIN;
}

#if SUM
static V FN(reduce_blocked_total)(V total, V part, V *lost)
{
    NCL_ADD_UP(V, total, part, *lost)
    return total;
}
#else
static V FN(reduce_blocked_total)(V total, V part, V *lost)
{
    return FN(reduce_blocked_join)(total, part);
}
#endif

static V FN(reduce_blocked_part)(global const NCL_T0 *x, INDEX cells, float unit)
{
    V a = START, b = START, c = START, d = START;
    INDEX i = 0;
    for (; i + 4 <= cells; i += 4, x += 4 * LANES) {
        a = FN(reduce_blocked_join)(a, MAP(NCL_VLOAD(NCL_T0, x)));
        b = FN(reduce_blocked_join)(b, MAP(NCL_VLOAD(NCL_T0, x + LANES)));
        c = FN(reduce_blocked_join)(c, MAP(NCL_VLOAD(NCL_T0, x + 2 * LANES)));
        d = FN(reduce_blocked_join)(d, MAP(NCL_VLOAD(NCL_T0, x + 3 * LANES)));
    }
    for (; i < cells; i++, x += LANES)
        a = FN(reduce_blocked_join)(a, MAP(NCL_VLOAD(NCL_T0, x)));
    return FN(reduce_blocked_join)(FN(reduce_blocked_join)(a, b), FN(reduce_blocked_join)(c, d));
}

NCL_APART static V FN(reduce_blocked_plane)(SIZES size, global const NCL_T0 *plane, float unit)
{
    const INDEX rows = ROWS, cells = CELLS;
    V total = START, lost = 0;
    for (INDEX p = 0; p < PLANES; p++, plane += X_PLANE)
        for (INDEX h = 0; h < rows; h++)
            for (INDEX w = 0; w < cells; w += PART)
                total = FN(reduce_blocked_total)(
                    total, FN(reduce_blocked_part)(plane + h * X_ROW + w * LANES, min(cells - w, (INDEX)PART), unit),
                    &lost);
    return total;
}

static V FN(reduce_blocked_finish)(SIZES size, V v, float back)
{
    return FINISH(v);
}

static void FN(reduce_blocked)(INDEX task, SIZES size, global const NCL_T0 *x, global float *y)
{
    const INDEX blocks = (CHANNELS + LANES - 1) / LANES, image = task / blocks, channel = task % blocks * LANES;
    global const NCL_T0 *plane = x + image * X_BATCH + task % blocks * X_CHANNEL + X_FIRST;
    const V total = FN(reduce_blocked_plane)(size, plane, 1);
    V result = FN(reduce_blocked_finish)(size, total, 1);
    if (SUM && !all(isfinite(total))) {
        const V less = FN(reduce_blocked_plane)(size, plane, 0x1p-64f);
        result = select(FN(reduce_blocked_finish)(size, less, 0x1p64f), result, isfinite(total));
    }
    NCL_STORE(float, result, y + image * CHANNELS + channel, min(CHANNELS - channel, (INDEX)LANES));
}
