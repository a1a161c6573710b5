/* SPDX-License-Identifier: Apache-2.0 */
/* What normalizations of whole images need of them, of images in blocks of LANES channels (src/emit/blocks.h): for each
 * task and channel three numbers, unit, the mean m of unit x[c][h][w] over the rows of the task, and the sum of squares
 * of the differences from m. norm_whole.cl joins them.
 *
 * CENTRED  0: m is 0
 * X_BATCH, X_CHANNEL, X_ROW   elements of x from image to image, block to block, row to row        X_FIRST  to (0, 0)
 * HEIGHT, WIDTH   of the image        CHANNELS  of the image        ROWS  rows of a task
 * A task reads its rows twice, but from memory once. unit is 1, and 2^-100 where the sum of squares is beyond a float.
 * tasks: images * blocks * ceil(HEIGHT / ROWS) */
#ifndef CENTRED
#define CENTRED 1
#endif
#define X_BATCH   SIZE(0)
#define X_CHANNEL SIZE(1)
#define X_ROW     SIZE(2)
#define X_FIRST   SIZE(3)
#define HEIGHT    SIZE(4)
#define WIDTH     SIZE(5)
#define CHANNELS  SIZE(6)
#define ROWS      SIZE(7)

#define PART 128 /* cells: each of four sums has a quarter of them */

static V FN(norm_moments_term)(global const NCL_T0 *x, V unit, V m, int squared)
{
    const V d = fma(NCL_VLOAD(NCL_T0, x), unit, -m);
    return squared ? d * d : d;
}

static V FN(norm_moments_part)(global const NCL_T0 *x, INDEX cells, V unit, V m, int squared)
{
    V a = 0, b = 0, c = 0, d = 0;
    INDEX i = 0;
    for (; i + 4 <= cells; i += 4, x += 4 * LANES) {
        a += FN(norm_moments_term)(x, unit, m, squared);
        b += FN(norm_moments_term)(x + LANES, unit, m, squared);
        c += FN(norm_moments_term)(x + 2 * LANES, unit, m, squared);
        d += FN(norm_moments_term)(x + 3 * LANES, unit, m, squared);
    }
    for (; i < cells; i++, x += LANES)
        a += FN(norm_moments_term)(x, unit, m, squared);
    return (a + b) + (c + d);
}

/* The sum over rows of unit x - m, or of its square. */
NCL_APART static V FN(norm_moments_sum)(SIZES size, global const NCL_T0 *x, INDEX rows, V unit, V m, int squared)
{
    V total = 0, lost = 0;
    for (INDEX h = 0; h < rows; h++, x += X_ROW)
        for (INDEX w = 0; w < WIDTH; w += PART) {
            const INDEX cells = min(WIDTH - w, (INDEX)PART);
            NCL_ADD_UP(V, total, FN(norm_moments_part)(x + w * LANES, cells, unit, m, squared), lost)
        }
    return total;
}

static void FN(norm_moments)(INDEX task, SIZES size, global const NCL_T0 *x, global float *y)
{
    const INDEX blocks = (CHANNELS + LANES - 1) / LANES, groups = (HEIGHT + ROWS - 1) / ROWS;
    const INDEX from = task % groups * ROWS, rows = min(ROWS, HEIGHT - from);
    V unit = 1, m = 0;
    x += task / groups / blocks * X_BATCH + task / groups % blocks * X_CHANNEL + X_FIRST + from * X_ROW;
    y += task * 3 * LANES;
    if (CENTRED)
        m = FN(norm_moments_sum)(size, x, rows, unit, (V)0, 0) / (float)(rows * WIDTH);
    V squares = FN(norm_moments_sum)(size, x, rows, unit, m, 1);
    if (!all(isfinite(squares))) {
        unit = select((V)0x1p-100f, (V)1, isfinite(squares));
        if (CENTRED)
            m = FN(norm_moments_sum)(size, x, rows, unit, (V)0, 0) / (float)(rows * WIDTH);
        squares = FN(norm_moments_sum)(size, x, rows, unit, m, 1);
    }
    VSTORE(unit, y);
    VSTORE(m, y + LANES);
    VSTORE(squares, y + 2 * LANES);
}
