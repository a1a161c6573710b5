/* SPDX-License-Identifier: Apache-2.0 */
/* Means, sums and maxima of windows over the last two axes, on devices of many narrow cores:
 *
 *   y[n][o] = R over j of  x~[n][o s + j - p]
 *
 * R: the sum, the sum divided by the number of values, the maximum; o and j over both axes. A task is a column of DOWN
 * outputs, neighbours have neighbours of a row, so that they read and write side by side. Rows of the windows are
 * joined first, each once for all outputs of the column that have it.
 *
 * TALL        rows of the window                                  STEP  stride down
 * MAX         1: the maximum, NaN wins; 0: the sum                NORMALIZE  1: divide the sum
 * IGNORE      1: what lies outside of x is left out, also of the number of values (a window wholly outside gives 0);
 *             0: it is zeros
 * TAPS, STRIDE  along rows
 * PLANES      n of an image        IN_IMAGE, OUT_IMAGE  elements from image to image
 * A sum beyond a float is taken again of x 2^-64.
 * tasks: N * ceil(OUT(0) / DOWN) * OUT(1) */
#ifndef TALL
#define TALL 3
#endif
#ifndef STEP
#define STEP 2
#endif
#ifndef DOWN
#define DOWN 4
#endif
#ifndef MAX
#define MAX 0
#endif
#ifndef NORMALIZE
#define NORMALIZE 0
#endif
#ifndef IGNORE
#define IGNORE 0
#endif
#define NCL_CELL NCL_T1
#define IN(i)     SIZE(0 + (i))
#define OUT(i)    SIZE(2 + (i))
#define TAPS      SIZE(4)
#define STRIDE    SIZE(5)
#define BEFORE(i) SIZE(6 + (i))
#define PLANES    SIZE(8)
#define IN_IMAGE  SIZE(9)
#define OUT_IMAGE SIZE(10)

#define LINES   ((DOWN - 1) * STEP + TALL) /* of x; what no window has is not loaded */
#define NOTHING (MAX ? -INFINITY : 0.0f)

static float FN(pool_column_join)(float a, float v)
{
    return MAX ? (v > a || isnan(v) ? v : a) : a + v;
}

/* What rows of taps [first, end) of x times unit join to, in lines from `top` on. */
static void FN(pool_column_lines)(SIZES size, INDEX first, INDEX end, INDEX top, float unit, global const NCL_T0 *x,
                                  float *line)
{
    const INDEX width = IN(1), height = IN(0);
#pragma unroll
    for (int r = 0; r < LINES; r++)
        line[r] = NOTHING;
    for (INDEX u = first; u < end; u++)
#pragma unroll
        for (int r = 0; r < LINES; r++) {
            const INDEX at = clamp(top + r, (INDEX)0, height - 1); /* all are read, so that none waits for a branch */
            const float v = NCL_AT(NCL_T0, x, at * width + u) * unit;
            line[r] = FN(pool_column_join)(line[r], at == top + r ? v : NOTHING);
        }
}

static void FN(pool_column)(INDEX task, SIZES size, global const NCL_T0 *x, global NCL_CELL *y CHAIN_PARAMETERS)
{
    const INDEX strips = (OUT(0) + DOWN - 1) / DOWN, column = task % OUT(1), strip = task / OUT(1);
    const INDEX row = strip % strips * DOWN, width = IN(1), height = IN(0);
    const INDEX plane = strip / strips % PLANES, image = strip / strips / PLANES;
    const INDEX left = column * STRIDE - BEFORE(1), top = row * STEP - BEFORE(0);
    const INDEX first = max(left, (INDEX)0), end = min(left + TAPS, width), across = max(end - first, (INDEX)0);
    const INDEX to = image * OUT_IMAGE + (plane * OUT(0) + row) * OUT(1) + column, rows = OUT(0) - row, below = OUT(1);
    float value[DOWN], line[LINES];
    bool finite = false;
    x += image * IN_IMAGE + plane * height * width;
    for (int again = 0; again < (MAX ? 1 : 2) && !finite; again++) {
        FN(pool_column_lines)(size, first, end, top, again ? 0x1p-64f : 1.0f, x, line);
        finite = true;
#pragma unroll
        for (int o = 0; o < DOWN; o++) {
            const INDEX start = top + o * STEP, down = min(start + TALL, height) - max(start, (INDEX)0);
            const INDEX inside = across * max(down, (INDEX)0);
            float joined = NOTHING;
#pragma unroll
            for (int j = 0; j < TALL; j++)
                joined = FN(pool_column_join)(joined, line[o * STEP + j]);
            if (MAX && (IGNORE ? inside == 0 : inside < TALL * TAPS))
                joined = joined < 0 ? 0 : joined;
            if (NORMALIZE)
                joined /= (float)(IGNORE ? max(inside, (INDEX)1) : TALL * TAPS);
            if (!again || !isfinite(value[o]))
                value[o] = again ? joined * 0x1p64f : joined;
            finite = finite && isfinite(value[o]);
        }
    }
#pragma unroll
    for (int o = 0; o < DOWN; o++)
        if (o < rows)
            NCL_STORE_AFTER(value[o], 1, y, to + o * below, 0)
}
