/* SPDX-License-Identifier: Apache-2.0 */
/* Multi-linear interpolation along H and W of images in blocks of LANES channels (src/emit/blocks.h), on both axes
 *
 *   y[o] = (1 - u) x~[j] + u x~[j + 1]     j = floor(at), u = at - j, at = (FIRST + o STEP) / PARTS
 *
 * BORDER(i, n)  how x~ continues x
 * Y_BATCH, Y_CHANNEL, Y_ROW   elements of y from image to image, block to block, row to row        Y_FIRST  to (0, 0)
 * HEIGHT, WIDTH   of y       HALO(i)  cells before H and W, then behind        X_...  the same of x
 * CHANNELS   of the image    ROWS     rows of y in a task        IN(i)  H and W of x
 * FIRST(i), STEP(i), PARTS(i)   of H and W: in integers, so that the floor and the fraction are exact
 * Two columns of x between two of its rows are mixed once for all outputs between them.
 * tasks: images * blocks * ceil(HEIGHT / ROWS) */
#ifndef BORDER
#define BORDER NCL_BORDER_REPLICATE
#endif
#define NCL_CELL  NCL_T1
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
#define IN(i)     SIZE(16 + (i))
#define FIRST(i)  SIZE(18 + (i))
#define STEP(i)   SIZE(20 + (i))
#define PARTS(i)  SIZE(22 + (i))

/* j of output o along an axis, and what is left of `at` in parts. */
static INDEX FN(multilinear_blocked_floor)(SIZES size, int axis, INDEX o, INDEX *left)
{
    const long numerator = FIRST(axis) + (long)o * STEP(axis), parts = PARTS(axis);
    const long j = numerator < 0 ? -1 : numerator / parts;
    *left = (INDEX)(numerator - j * parts);
    return (INDEX)j;
}

/* What has no weight is not read: it may be infinite. */
static V FN(multilinear_blocked_mix)(float u, V low, V high)
{
    return u == 0 ? low : u == 1 ? high : fma((V)u, high, (V)(1 - u) * low);
}

/* Column j of x~ between two rows of x (NULL: outside) in the parts 1 - v and v. */
static V FN(multilinear_blocked_column)(INDEX j, INDEX extent, float v, global const NCL_T0 *low,
                                        global const NCL_T0 *high)
{
    const INDEX at = BORDER(j, extent);
    const V a = low && at >= 0 ? NCL_VLOAD(NCL_T0, low + at * LANES) : (V)0;
    const V b = high && at >= 0 ? NCL_VLOAD(NCL_T0, high + at * LANES) : (V)0;
    return FN(multilinear_blocked_mix)(v, a, b);
}

static void FN(multilinear_blocked)(INDEX task, SIZES size, global const NCL_T0 *x, global NCL_CELL *y CHAIN_PARAMETERS)
{
    const INDEX blocks = (CHANNELS + LANES - 1) / LANES, tasks = (HEIGHT + ROWS - 1) / ROWS;
    const INDEX image = task / tasks / blocks, block = task / tasks % blocks;
    const INDEX from = task % tasks * ROWS, to = min(from + ROWS, HEIGHT), channel = block * LANES;
    const INDEX n = min(CHANNELS - channel, (INDEX)LANES), plane = image * Y_BATCH + block * Y_CHANNEL;
    const INDEX width = WIDTH, extent = IN(1), step = STEP(1), parts = PARTS(1);
    ncl_halo(y + plane, Y_ROW, width, (long2)(HALO(0), HALO(1)), (long2)(HALO(2), HALO(3)), from, to, HEIGHT);
    x += image * X_BATCH + block * X_CHANNEL + X_FIRST;
    for (INDEX row = from; row < to; row++) {
        INDEX left, i = FN(multilinear_blocked_floor)(size, 0, row, &left);
        const INDEX above = BORDER(i, IN(0)), below = BORDER(i + 1, IN(0));
        const float v = (float)left / (float)PARTS(0);
        global const NCL_T0 *low = above < 0 ? 0 : x + above * X_ROW, *high = below < 0 ? 0 : x + below * X_ROW;
        INDEX j = FN(multilinear_blocked_floor)(size, 1, 0, &left), at = plane + Y_FIRST + row * Y_ROW;
        V a = FN(multilinear_blocked_column)(j, extent, v, low, high), b = a;
        bool has = false; /* b is column j + 1 */
        for (INDEX o = 0; o < width; o++, left += step, at += LANES) {
            for (; left >= parts; left -= parts, has = false) {
                a = has ? b : FN(multilinear_blocked_column)(j + 1, extent, v, low, high);
                j++;
            }
            if (left > 0 && !has) {
                b = FN(multilinear_blocked_column)(j + 1, extent, v, low, high);
                has = true;
            }
            const V mixed = FN(multilinear_blocked_mix)((float)left / (float)parts, a, b);
            NCL_STORE_BLOCK(mixed, n, y, at, channel)
        }
    }
}
