/* SPDX-License-Identifier: Apache-2.0 */
/* Depthwise convolution (4.3.1) over two spatial axes on devices of many narrow cores:
 *
 *   y[n][k][o] = b[k] + sum over j of  w[k][j] x~[n][k / FILTERS][o s + j d - p]
 *
 * with o and j over both axes. A task is a column of DOWN outputs, neighbours have neighbours of a row, so that they
 * read and write side by side. What a column of taps reads of a column of x lies in registers and goes into all outputs
 * whose windows have it.
 *
 * TALL            taps of a column        STEP, DILATED  stride and dilation down
 * BORDER(i, n)    how x~ continues x
 * CHANNELS        of y                    FILTERS of a channel of x    BIAS  1: one for each k, 0: one
 * TAPS, STRIDE, DILATION  along rows      IN_IMAGE, OUT_IMAGE  elements from image to image
 * tasks: N * CHANNELS * ceil(OUT(0) / DOWN) * OUT(1) */
#ifndef TALL
#define TALL 3
#endif
#ifndef STEP
#define STEP 1
#endif
#ifndef DILATED
#define DILATED 1
#endif
#ifndef DOWN
#define DOWN 4
#endif
#ifndef BORDER
#define BORDER NCL_BORDER_CONSTANT
#endif
#define NCL_CELL NCL_T3
#define CHANNELS SIZE(0)
#define FILTERS SIZE(1)
#define BIAS SIZE(2)
#define IN(i) SIZE(3 + (i))
#define OUT(i) SIZE(5 + (i))
#define TAPS SIZE(7)
#define STRIDE SIZE(8)
#define DILATION SIZE(9)
#define BEFORE(i) SIZE(10 + (i))
#define IN_IMAGE SIZE(12)
#define OUT_IMAGE SIZE(13)

#define LINES ((DOWN - 1) * STEP + (TALL - 1) * DILATED + 1) /* of x; what no tap reads is not loaded */

/* What a column of taps adds: `from` has the offsets of the lines, negative: outside. */
static void FN(conv_column_add)(INDEX taps, const INDEX *from, global const NCL_T0 *x, global const NCL_T1 *w,
                                float *sum)
{
    float weight[TALL], value[LINES];
#pragma unroll
    for (int r = 0; r < LINES; r++) { /* all are read, so that none waits for a branch */
        const float v = NCL_AT(NCL_T0, x, max(from[r], (INDEX)0));
        value[r] = from[r] >= 0 ? v : 0.0f;
    }
#pragma unroll
    for (int j = 0; j < TALL; j++)
        weight[j] = NCL_AT(NCL_T1, w, j * taps);
#pragma unroll
    for (int j = 0; j < TALL; j++)
#pragma unroll
        for (int o = 0; o < DOWN; o++)
            sum[o] = ncl_mac(weight[j], value[o * STEP + j * DILATED], sum[o]);
}

static void FN(conv_column)(INDEX task, SIZES size, global const NCL_T0 *x, global const NCL_T1 *w,
                            global const float *b, global NCL_CELL *y CHAIN_PARAMETERS)
{
    const INDEX strips = (OUT(0) + DOWN - 1) / DOWN, column = task % OUT(1), strip = task / OUT(1);
    const INDEX row = strip % strips * DOWN, plane = strip / strips, k = plane % CHANNELS, image = plane / CHANNELS;
    const INDEX taps = TAPS;
    const INDEX left = column * STRIDE - BEFORE(1), top = row * STEP - BEFORE(0), height = IN(0), width = IN(1);
    float sum[DOWN];
    INDEX from[LINES];
#pragma unroll
    for (int o = 0; o < DOWN; o++)
        sum[o] = b[k * BIAS];
#pragma unroll
    for (int r = 0; r < LINES; r++) {
        const INDEX v = top + r;
        from[r] = BORDER(v, height) * width;
    }
    x += image * IN_IMAGE + k / FILTERS * height * width;
    w += k * TALL * taps;
    for (INDEX t = 0; t < taps; t++) {
        const INDEX u = left + t * DILATION, at = BORDER(u, width);
        if (at >= 0)
            FN(conv_column_add)(taps, from, x + at, w + t, sum);
    }
#pragma unroll
    for (int o = 0; o < DOWN; o++)
        if (row + o < OUT(0))
            NCL_STORE_AFTER(sum[o], 1, y, image * OUT_IMAGE + (k * OUT(0) + row + o) * OUT(1) + column, k)
}
