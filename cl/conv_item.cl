/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution (4.3.1) over three spatial axes on devices of many narrow cores, without local memory:
 *
 *   y[n][k][o] = b[k] + sum over c, j of  w[k][c][j] x~[n][g C + c][o s + j d - p]
 *
 * with g = k / FILTERS, o and j over the axes, the last one's stride STEP and dilation DILATED. A task is PIXELS
 * neighbours of a row for EACH filters of a group; what a row of taps reads of a row of x lies in registers, so that
 * neighbours share it, and so do the filters.
 *
 * TAPS          of a row of taps, at a time: KERNEL(2) times as many are there
 * BORDER(i, n)  how x~ continues x
 * IN_IMAGE, OUT_IMAGE  elements from image to image
 * GROUPS, CHANNELS, FILTERS  of a group: channels of x, filters            BIAS  1: one for each k, 0: one
 * tasks: N * GROUPS * ceil(FILTERS / EACH) * OUT(0) * OUT(1) * ceil(OUT(2) / PIXELS) */
#ifndef TAPS
#define TAPS 3
#endif
#ifndef STEP
#define STEP 1
#endif
#ifndef DILATED
#define DILATED 1
#endif
#ifndef EACH
#define EACH 4
#endif
#ifndef PIXELS
#define PIXELS 4
#endif
#ifndef BORDER
#define BORDER NCL_BORDER_CONSTANT
#endif
#define NCL_CELL NCL_T3
#define GROUPS SIZE(0)
#define CHANNELS SIZE(1)
#define FILTERS SIZE(2)
#define BIAS SIZE(3)
#define IN(i) SIZE(4 + (i))
#define OUT(i) SIZE(7 + (i))
#define KERNEL(i) SIZE(10 + (i))
#define STRIDE(i) SIZE(13 + (i))
#define DILATION(i) SIZE(16 + (i))
#define BEFORE(i) SIZE(19 + (i))
#define IN_IMAGE SIZE(22)
#define OUT_IMAGE SIZE(23)

#define LINE ((PIXELS - 1) * STEP + (TAPS - 1) * DILATED + 1) /* of x; what no tap reads is not loaded */

static void FN(conv_item_line)(INDEX width, INDEX first, global const NCL_T0 *row, float *line)
{
    if (first >= 0 && first + LINE <= width) {
#pragma unroll
        for (int i = 0; i < LINE; i++)
            line[i] = NCL_AT(NCL_T0, row, first + i);
        return;
    }
#pragma unroll
    for (int i = 0; i < LINE; i++) {
        const INDEX at = first + i, from = BORDER(at, width);
        line[i] = from >= 0 ? NCL_AT(NCL_T0, row, from) : 0.0f;
    }
}

/* What a row of taps of all filters adds. */
static void FN(conv_item_add)(INDEX taps, const float *line, global const NCL_T1 *const *filter, float (*sum)[PIXELS])
{
#pragma unroll
    for (int s = 0; s < TAPS; s++)
#pragma unroll
        for (int f = 0; f < EACH; f++) {
            const float v = NCL_AT(NCL_T1, filter[f], taps + s);
#pragma unroll
            for (int p = 0; p < PIXELS; p++)
                sum[f][p] = ncl_mac(v, line[p * STEP + s * DILATED], sum[f][p]);
        }
}

static void FN(conv_item)(INDEX task, SIZES size, global const NCL_T0 *x, global const NCL_T1 *w,
                          global const float *b, global NCL_CELL *y CHAIN_PARAMETERS)
{
    const INDEX strips = (OUT(2) + PIXELS - 1) / PIXELS, blocks = (FILTERS + EACH - 1) / EACH;
    const INDEX column = task % strips * PIXELS, line_of = task / strips, plane = line_of / OUT(1) / OUT(0);
    const INDEX row = line_of % OUT(1), face = line_of / OUT(1) % OUT(0);
    const INDEX filter = plane % blocks * EACH, group = plane / blocks % GROUPS, n = plane / blocks / GROUPS;
    const INDEX channels = CHANNELS, rows = KERNEL(1), outer = KERNEL(0) * rows, pieces = KERNEL(2);
    const INDEX first = group * FILTERS, width = IN(2), start = column * STEP - BEFORE(2);
    float sum[EACH][PIXELS], line[LINE];
    global const NCL_T1 *filters[EACH];
#pragma unroll
    for (int f = 0; f < EACH; f++) {
        const INDEX k = first + min(filter + f, FILTERS - 1);
        filters[f] = w + k * channels * outer * pieces * TAPS;
#pragma unroll
        for (int p = 0; p < PIXELS; p++)
            sum[f][p] = b[k * BIAS];
    }
    x += n * IN_IMAGE + group * channels * IN(0) * IN(1) * width;
    for (INDEX c = 0; c < channels; c++, x += IN(0) * IN(1) * width)
        for (INDEX j = 0; j < outer; j++) {
            const INDEX u = face * STRIDE(0) + j / rows * DILATION(0) - BEFORE(0), from = BORDER(u, IN(0));
            const INDEX v = row * STRIDE(1) + j % rows * DILATION(1) - BEFORE(1), at = BORDER(v, IN(1));
            if (from < 0 || at < 0)
                continue;
            for (INDEX i = 0; i < pieces; i++) {
                FN(conv_item_line)(width, start + i * TAPS * DILATED, x + (from * IN(1) + at) * width, line);
                FN(conv_item_add)(((c * outer + j) * pieces + i) * TAPS, line, filters, sum);
            }
        }
    const INDEX count = min(OUT(2) - column, (INDEX)PIXELS);
#pragma unroll
    for (int f = 0; f < EACH; f++) {
        const INDEX k = first + filter + f;
        float out[LANES];
#pragma unroll
        for (int i = 0; i < LANES; i++)
            out[i] = sum[f][i % PIXELS];
        if (filter + f < FILTERS)
            NCL_STORE_AFTER(VLOAD(out), count, y,
                            n * OUT_IMAGE + ((k * OUT(0) + face) * OUT(1) + row) * OUT(2) + column, k)
    }
}
