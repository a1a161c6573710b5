/* SPDX-License-Identifier: Apache-2.0 */
/* y[c][h][w] = (x[c][h][w] - m) / sqrt(v + EPSILON) scale[c] + offset[c] for each image in blocks of LANES channels
 * (src/emit/blocks.h), m the mean and v the variance of all of the image, or of each channel of it (layer_norm.c), made
 * of what norm_moments.cl leaves of its rows:
 *
 *   m = sum of n_i m_i / sum of n_i,   v = sum of (squares_i + n_i (m_i - m)^2) / sum of n_i
 *
 * ACROSS   1: of all channels together
 * CENTRED  0: m is 0, v the mean of squares
 * SCALED, SHIFTED   0: there is no scale, no offset; x stands in its place
 * Y_BATCH, Y_CHANNEL, Y_ROW   elements of y from image to image, block to block, row to row        Y_FIRST  to (0, 0)
 * HEIGHT, WIDTH   of the image       HALO(i)  cells before H and W, then behind        X_...  the same of x
 * CHANNELS   of the image    ROWS     rows of a task        TOGETHER  rows of a task of norm_moments
 * Where v is beyond a float, both are taken again of the elements times 2^-100, and so is the difference.
 * tasks: images * blocks * ceil(HEIGHT / ROWS) */
#ifndef ACROSS
#define ACROSS 1
#endif
#ifndef CENTRED
#define CENTRED 1
#endif
#ifndef SCALED
#define SCALED 1
#endif
#ifndef SHIFTED
#define SHIFTED 1
#endif
#define NCL_CELL  NCL_T4
#define Y_BATCH   SIZE(0)
#define Y_CHANNEL SIZE(1)
#define Y_ROW     SIZE(2)
#define Y_FIRST   SIZE(3)
#define HEIGHT    SIZE(4)
#define WIDTH     SIZE(5)
#define HALO(i)   SIZE(6 + (i))
#define CHANNELS  SIZE(10)
#define ROWS      SIZE(11)
#define X_BATCH   SIZE(12)
#define X_CHANNEL SIZE(13)
#define X_ROW     SIZE(14)
#define X_FIRST   SIZE(15)
#define TOGETHER  SIZE(16)
#define EPSILON   REAL(17)

#define ADD(d)   total += NCL_SWAP(total, d);
#define LEAST(d) unit = min(unit, NCL_SWAP(unit, d));

/* The mean of what blocks [from, to) have: of m_i where m is NULL, else of the squares of differences from *m. Times
 * `unit`, which is none of theirs or smaller. */
NCL_APART static V FN(norm_whole_mean)(SIZES size, global const float *moments, INDEX from, INDEX to, V unit,
                                       const V *m)
{
    const INDEX groups = (HEIGHT + TOGETHER - 1) / TOGETHER;
    V total = 0, lost = 0;
    for (INDEX b = from; b < to; b++) {
        const VI is_there = NCL_RAMP < (int)min(CHANNELS - b * LANES, (INDEX)LANES);
        for (INDEX g = 0; g < groups; g++) {
            global const float *own = moments + (b * groups + g) * 3 * LANES;
            const float n = min(TOGETHER, HEIGHT - g * TOGETHER) * WIDTH;
            const V times = unit / VLOAD(own), mean = VLOAD(own + LANES) * times, d = m ? mean - *m : mean;
            const V part = m ? fma(d * n, d, VLOAD(own + 2 * LANES) * times * times) : d * n;
            NCL_ADD_UP(V, total, select((V)0, part, is_there), lost)
        }
    }
    if (ACROSS) {
        NCL_HALVINGS(ADD)
        total /= (float)CHANNELS;
    }
    return total / (float)(HEIGHT * WIDTH);
}

/* The smallest unit in blocks [from, to), in all lanes where they belong together. */
static V FN(norm_whole_unit)(SIZES size, global const float *moments, INDEX from, INDEX to)
{
    const INDEX groups = (HEIGHT + TOGETHER - 1) / TOGETHER;
    V unit = 1;
    for (INDEX i = from * groups; i < to * groups; i++)
        unit = min(unit, VLOAD(moments + i * 3 * LANES));
    if (ACROSS) {
        NCL_HALVINGS(LEAST)
    }
    return unit;
}

static void FN(norm_whole)(INDEX task, SIZES size, global const NCL_T0 *x, global const float *moments,
                           global const float *scale, global const float *offset, global NCL_CELL *y)
{
    const INDEX blocks = (CHANNELS + LANES - 1) / LANES, parts = (HEIGHT + ROWS - 1) / ROWS;
    const INDEX image = task / parts / blocks, block = task / parts % blocks;
    const INDEX from = task % parts * ROWS, to = min(from + ROWS, HEIGHT);
    const INDEX n = min(CHANNELS - block * LANES, (INDEX)LANES);
    const INDEX first = ACROSS ? 0 : block, end = ACROSS ? blocks : block + 1;
    moments += image * blocks * ((HEIGHT + TOGETHER - 1) / TOGETHER) * 3 * LANES;
    V unit = FN(norm_whole_unit)(size, moments, first, end), m = 0;
    if (CENTRED)
        m = FN(norm_whole_mean)(size, moments, first, end, unit, 0);
    V v = FN(norm_whole_mean)(size, moments, first, end, unit, &m);
    if (!all(isfinite(v + EPSILON))) {
        unit = select((V)0x1p-100f, unit, isfinite(v + EPSILON));
        if (CENTRED)
            m = FN(norm_whole_mean)(size, moments, first, end, unit, 0);
        v = FN(norm_whole_mean)(size, moments, first, end, unit, &m);
    }
    V factor = 1.0f / sqrt(v + EPSILON * unit * unit);
    const V shift = SHIFTED ? NCL_LOAD(float, offset + block * LANES, n) : (V)0;
    if (SCALED)
        factor *= NCL_LOAD(float, scale + block * LANES, n);
    x += image * X_BATCH + block * X_CHANNEL + X_FIRST;
    y += image * Y_BATCH + block * Y_CHANNEL;
    ncl_halo(y, Y_ROW, WIDTH, (long2)(HALO(0), HALO(1)), (long2)(HALO(2), HALO(3)), from, to, HEIGHT);
    for (INDEX h = from; h < to; h++) {
        global const NCL_T0 *line = x + h * X_ROW;
        global NCL_CELL *out = y + Y_FIRST + h * Y_ROW;
        for (INDEX w = 0; w < WIDTH; w++) {
            const V d = fma(NCL_VLOAD(NCL_T0, line + w * LANES), unit, -m);
            const V r = SHIFTED ? d * factor + shift : d * factor;
            NCL_VSTORE(NCL_CELL, n < LANES ? select((V)0, r, NCL_RAMP < (int)n) : r, out + w * LANES);
        }
    }
}
