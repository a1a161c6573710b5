/* SPDX-License-Identifier: Apache-2.0 */
/* y[c][h][w] = (x[c][h][w] - m) / sqrt(v + EPSILON) scale[c] + offset[c] for each image in blocks of LANES channels
 * (src/emit/blocks.h), m the mean and v the variance of the channels at (h, w) (layer_norm.c).
 *
 * CENTRED  0: m is 0, v the mean of squares
 * LENGTH   1: y = x / max(sqrt(v) + BIAS, EPSILON), v the sum of squares; below SMALL, and where it is beyond a float,
 *          it is taken again of multiples
 * SCALED, SHIFTED   0: there is no scale, no offset; x stands in its place
 * PIXEL cells of a row, each the channels of a block at one place, go through all blocks together, three times, but
 * from memory once: PIXEL chains of additions wait for none of the others.
 * Y_BATCH, Y_CHANNEL, Y_ROW   elements of y from image to image, block to block, row to row        Y_FIRST  to (0, 0)
 * HEIGHT, WIDTH   of the image       HALO(i)  cells before H and W, then behind        X_...  the same of x
 * CHANNELS   of the image    ROWS of CELLS cells each in a task: where it is more than one, of whole rows
 * Where m or v is beyond a float, both are taken again of the elements times 2^-100, and so is the difference.
 * tasks: images * ceil(HEIGHT / ROWS) * ceil(WIDTH / CELLS) */
#ifndef CENTRED
#define CENTRED 1
#endif
#ifndef LENGTH
#define LENGTH 0
#endif
#ifndef SCALED
#define SCALED 1
#endif
#ifndef SHIFTED
#define SHIFTED 1
#endif
#define NCL_CELL  NCL_T3
#define Y_BATCH   SIZE(0)
#define Y_CHANNEL SIZE(1)
#define Y_ROW     SIZE(2)
#define Y_FIRST   SIZE(3)
#define HEIGHT    SIZE(4)
#define WIDTH     SIZE(5)
#define HALO(i)   SIZE(6 + (i))
#define CHANNELS  SIZE(10)
#define ROWS      SIZE(11)
#define CELLS     SIZE(12)
#define X_BATCH   SIZE(13)
#define X_CHANNEL SIZE(14)
#define X_ROW     SIZE(15)
#define X_FIRST   SIZE(16)
#define EPSILON   REAL(17)
#define BIAS      REAL(18)
#define SMALL     REAL(19)

#define PIXEL 4
#define PART  32 /* blocks: as many additions to a sum */
#define ADD(d) mean[i] += NCL_SWAP(mean[i], d);

/* The mean over channels of unit x - m at PIXEL cells, or of its square, in all lanes; of a length the sum. Lanes
 * behind the last channel are zeros, but their differences from m are none. */
NCL_APART static void FN(norm_blocked_mean)(SIZES size, global const NCL_T0 *x, const INDEX *cell, const V *unit,
                                            const V *m, int squared, V *mean)
{
    const INDEX blocks = CHANNELS / LANES, rest = CHANNELS % LANES, channel = X_CHANNEL;
    V total[PIXEL] = {0};
    for (INDEX b = 0; b < blocks;) {
        const INDEX end = min(b + PART, blocks);
        V part[PIXEL] = {0};
        for (; b < end; b++, x += channel)
#pragma unroll
            for (int i = 0; i < PIXEL; i++) {
                const V d = fma(NCL_VLOAD(NCL_T0, x + cell[i]), unit[i], -m[i]);
                part[i] = squared ? fma(d, d, part[i]) : part[i] + d;
            }
#pragma unroll
        for (int i = 0; i < PIXEL; i++)
            total[i] += part[i];
    }
#pragma unroll
    for (int i = 0; i < PIXEL; i++) {
        mean[i] = total[i];
        if (rest > 0) {
            const V d = select((V)0, fma(NCL_VLOAD(NCL_T0, x + cell[i]), unit[i], -m[i]), NCL_RAMP < (int)rest);
            mean[i] = squared ? fma(d, d, mean[i]) : mean[i] + d;
        }
        NCL_HALVINGS(ADD)
        if (!LENGTH)
            mean[i] /= (float)CHANNELS;
    }
}

/* m and v of unit x at PIXEL cells. */
static void FN(norm_blocked_moments)(SIZES size, global const NCL_T0 *x, const INDEX *cell, const V *unit, V *m, V *v)
{
    const V none[PIXEL] = {0};
    if (CENTRED)
        FN(norm_blocked_mean)(size, x, cell, unit, none, 0, m);
    FN(norm_blocked_mean)(size, x, cell, unit, m, 1, v);
}

/* What the elements are taken times so that v is a float, and not too small a one. */
static V FN(norm_blocked_unit)(SIZES size, V v)
{
#if LENGTH
    return select(select((V)1, (V)0x1p70f, v < SMALL), (V)0x1p-100f, isinf(v));
#else
    return select((V)0x1p-100f, (V)1, isfinite(v + EPSILON));
#endif
}

/* What differences from m are divided by; of those that are no length its reciprocal. */
static V FN(norm_blocked_by)(SIZES size, V v, V unit)
{
#if LENGTH
    const V length = sqrt(v) + BIAS * unit, least = EPSILON * unit;
    return select(least, length, length > least);
#else
    return 1.0f / sqrt(v + EPSILON * unit * unit);
#endif
}

/* The first `count` cells from x on, the last one of them in place of those behind it. */
static void FN(norm_blocked_tile)(SIZES size, global const NCL_T0 *x, global const float *scale,
                                  global const float *offset, global NCL_CELL *y, INDEX count)
{
    INDEX cell[PIXEL];
    V unit[PIXEL], m[PIXEL] = {0}, v[PIXEL];
    VI again = 0;
    for (int i = 0; i < PIXEL; i++) {
        cell[i] = min((INDEX)i, count - 1) * LANES;
        unit[i] = 1;
    }
    FN(norm_blocked_moments)(size, x, cell, unit, m, v);
    for (int i = 0; i < PIXEL; i++) {
        unit[i] = FN(norm_blocked_unit)(size, v[i]);
        again |= unit[i] != 1;
    }
    if (any(again))
        FN(norm_blocked_moments)(size, x, cell, unit, m, v);
    for (int i = 0; i < PIXEL; i++)
        v[i] = FN(norm_blocked_by)(size, v[i], unit[i]);
    for (INDEX c = 0; c < CHANNELS; c += LANES, x += X_CHANNEL, y += Y_CHANNEL) {
        const INDEX n = min(CHANNELS - c, (INDEX)LANES);
        const V by = SCALED ? NCL_LOAD(float, scale + c, n) : (V)1;
        const V to = SHIFTED ? NCL_LOAD(float, offset + c, n) : (V)0;
#pragma unroll
        for (int i = 0; i < PIXEL; i++) {
            const V d = fma(NCL_VLOAD(NCL_T0, x + cell[i]), unit[i], -m[i]);
            V r = LENGTH ? d / v[i] : d * v[i];
            if (SCALED)
                r *= by;
            if (SHIFTED)
                r += to;
            NCL_VSTORE(NCL_CELL, n < LANES ? select((V)0, r, NCL_RAMP < (int)n) : r, y + cell[i]);
        }
    }
}

static void FN(norm_blocked)(INDEX task, SIZES size, global const NCL_T0 *x, global const float *scale,
                             global const float *offset, global NCL_CELL *y)
{
    const INDEX across = (WIDTH + CELLS - 1) / CELLS, down = (HEIGHT + ROWS - 1) / ROWS;
    const INDEX image = task / across / down, from = task / across % down * ROWS, to = min(from + ROWS, HEIGHT);
    const INDEX left = task % across * CELLS, right = min(left + CELLS, WIDTH);
    x += image * X_BATCH + X_FIRST;
    y += image * Y_BATCH;
    if (left == 0)
        for (INDEX c = 0; c < CHANNELS; c += LANES)
            ncl_halo(y + c / LANES * Y_CHANNEL, Y_ROW, WIDTH, (long2)(HALO(0), HALO(1)), (long2)(HALO(2), HALO(3)),
                     from, to, HEIGHT);
    for (INDEX h = from; h < to; h++)
        for (INDEX w = left; w < right; w += PIXEL)
            FN(norm_blocked_tile)(size, x + h * X_ROW + w * LANES, scale, offset, y + Y_FIRST + h * Y_ROW + w * LANES,
                                  min((INDEX)PIXEL, right - w));
}
