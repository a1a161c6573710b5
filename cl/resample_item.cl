/* SPDX-License-Identifier: Apache-2.0 */
/* Resampling along three spatial axes on devices of many narrow cores, with the place of output o of an axis
 *
 *   at = (FIRST + o STEP) / PARTS    j = floor(at), u = at - j
 *
 * LINEAR 0: y[n][o] = x[n][j]      1: y[n][o] = (1 - u) x~[n][j] + u x~[n][j + 1] for each axis
 *
 * A task is four outputs of a row, neighbours have neighbours of it. What other axes read is found once for all four;
 * the place in the row moves on by additions.
 *
 * BORDER(i, n)  how x~ continues x
 * WHOLE, LEFT   of STEP / PARTS on the last axis: the quotient and what is left
 * CHANNELS      n of an image        IN_IMAGE, OUT_IMAGE  elements from image to image
 * tasks: N * OUT(0) * OUT(1) * ceil(OUT(2) / 4) */
#ifndef BORDER
#define BORDER NCL_BORDER_REPLICATE
#endif
#ifndef LINEAR
#define LINEAR 1
#endif
#define IN(i)    SIZE(0 + (i))
#define OUT(i)   SIZE(3 + (i))
#define FIRST(i) SIZE(6 + (i))
#define STEP(i)  SIZE(9 + (i))
#define PARTS(i) SIZE(12 + (i))
#define WHOLE    SIZE(15)
#define LEFT     SIZE(16)
#define CHANNELS SIZE(17)
#define IN_IMAGE SIZE(18)
#define OUT_IMAGE SIZE(19)

/* j of output o on an axis, and what is left of `at` in parts; places in front of the input are less than one away. */
static INDEX FN(resample_item_floor)(SIZES size, int axis, INDEX o, INDEX *left)
{
    const INDEX parts = PARTS(axis), numerator = FIRST(axis) + o * STEP(axis);
    const INDEX j = numerator < 0 ? (INDEX)-1 : numerator / parts;
    *left = numerator - j * parts;
    return j;
}

/* What has no weight is not read: it may be infinite. */
static float FN(resample_item_mix)(float u, float low, float high)
{
    return u == 0 ? low : u == 1 ? high : fma(u, high, (1 - u) * low);
}

/* Element i of the row that begins at `row`; either is negative: outside. All are read, so that none waits for a
 * branch. */
static float FN(resample_item_read)(global const NCL_T0 *x, INDEX row, INDEX i)
{
    const bool outside = (row | i) < 0;
    const float v = NCL_AT(NCL_T0, x, outside ? 0 : row + i);
    return outside ? 0.0f : v;
}

/* Four outputs of a row from o on, of the rows of x that begin at `low` and `high` in the parts 1 - v and v. */
static void FN(resample_item_row)(SIZES size, INDEX o, float v, global const NCL_T0 *x, INDEX low, INDEX high,
                                  float *value)
{
    const INDEX width = IN(2), parts = PARTS(2), whole = WHOLE, rest = LEFT;
    const float part = 1.0f / (float)parts;
    INDEX left, j = FN(resample_item_floor)(size, 2, o, &left);
#pragma unroll
    for (int p = 0; p < 4; p++) {
        if (LINEAR) {
            const INDEX a = BORDER(j, width), b = BORDER(j + 1, width);
            const float u = (float)left * part;
            const float l0 = FN(resample_item_read)(x, low, a), l1 = FN(resample_item_read)(x, low, b),
                        h0 = FN(resample_item_read)(x, high, a), h1 = FN(resample_item_read)(x, high, b);
            value[p] = FN(resample_item_mix)(v, FN(resample_item_mix)(u, l0, l1), FN(resample_item_mix)(u, h0, h1));
        } else
            value[p] = NCL_AT(NCL_T0, x, low + min(j, width - 1));
        left += rest;
        j += whole + (left >= parts);
        left -= left >= parts ? parts : 0;
    }
}

static void FN(resample_item)(INDEX task, SIZES size, global const NCL_T0 *x, global NCL_T1 *y)
{
    const INDEX strips = (OUT(2) + 3) / 4, column = task % strips * 4, line = task / strips;
    const INDEX row = line % OUT(1), face = line / OUT(1) % OUT(0), plane = line / OUT(1) / OUT(0);
    const INDEX image = plane / CHANNELS, channel = plane % CHANNELS;
    INDEX left0, left1;
    const INDEX j0 = FN(resample_item_floor)(size, 0, face, &left0), j1 = FN(resample_item_floor)(size, 1, row, &left1);
    const INDEX width = IN(2), height = IN(1);
    float value[4];
    x += image * IN_IMAGE + channel * IN(0) * height * width;
    if (LINEAR) {
        const float u = (float)left0 / (float)PARTS(0), v = (float)left1 / (float)PARTS(1);
        const INDEX above = BORDER(j1, height), below = BORDER(j1 + 1, height);
        float far[4] = {0, 0, 0, 0}, near[4] = {0, 0, 0, 0};
#pragma unroll
        for (int i = 0; i < 2; i++) {
            const INDEX from = BORDER(j0 + i, IN(0));
            if (from < 0 || (i ? u : 1 - u) == 0)
                continue;
            FN(resample_item_row)(size, column, v, x + from * height * width, above * width, below * width,
                                  i ? far : near);
        }
#pragma unroll
        for (int p = 0; p < 4; p++)
            value[p] = FN(resample_item_mix)(u, near[p], far[p]);
    } else
        FN(resample_item_row)(size, column, 0.0f, x, (j0 * height + j1) * width, 0, value);
    y += image * OUT_IMAGE + ((channel * OUT(0) + face) * OUT(1) + row) * OUT(2) + column;
    const INDEX count = min(OUT(2) - column, (INDEX)4);
#pragma unroll
    for (int p = 0; p < 4; p++)
        if (p < count)
            NCL_PUT(NCL_T1, value[p], y, p);
}
