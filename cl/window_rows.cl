/* SPDX-License-Identifier: Apache-2.0 */
/* Windows over the last two axes on CPUs: depthwise convolution, and sums, means and maxima, LANES
 * neighbours at a time.
 *
 *   y[k][slice][o] = R over j of  x~[floor(k / MULTIPLIER)][slice][o s + j d - p]
 *
 * k counts the channels of an image, slice the SLICES planes that the axes outside of the window make of a channel.
 * R: b[c] + the sum weighted by w[c][j] with c = k mod CHANNELS, the sum, the maximum.
 * A task computes ROWS rows of one plane. It first copies the rows of x that they need to private memory with the
 * border filled in, so that all windows are alike.
 *
 * KIND          0: weighted sum; 1: sum, taken again of x 2^-64 where it is beyond a float; 2: maximum, NaN wins
 *               (1 and 2 do not read w and b)
 * STEP          stride along a row when it is 1 or 2, else 0
 * TAPS          extents of the window when both are equal and known at build, else 0
 * LINES_MAX     elements of private memory
 * IGNORE        1: what lies outside is left out (a window wholly outside gives 0)
 * NORMALIZE     1: divide by the number of values
 * BORDER(i, n)  how x~ continues x          arrays: the two axes
 * PITCH         elements of a private row   BIAS  1: one for each channel, 0: one
 * PLANES        of an image of y           IN_IMAGE, OUT_IMAGE  elements from one image of x, of y, to the next
 * tasks: planes of y * ceil(OUT(0) / ROWS) */
#ifndef BORDER
#define BORDER NCL_BORDER_CONSTANT
#endif
#ifndef KIND
#define KIND 0
#endif
#ifndef STEP
#define STEP 1
#endif
#ifndef TAPS
#define TAPS 0
#endif
#ifndef LINES_MAX
#define LINES_MAX 8192
#endif
#ifndef IGNORE
#define IGNORE 0
#endif
#ifndef NORMALIZE
#define NORMALIZE 0
#endif
#define NCL_CELL    NCL_T3
#define IN(i)       SIZE(0 + (i))
#define OUT(i)      SIZE(2 + (i))
#define KERNEL(i)   SIZE(4 + (i))
#define STRIDE(i)   SIZE(6 + (i))
#define DILATION(i) SIZE(8 + (i))
#define BEFORE(i)   SIZE(10 + (i))
#define ROWS        SIZE(12)
#define PITCH       SIZE(13)
#define MULTIPLIER  SIZE(14)
#define CHANNELS    SIZE(15)
#define BIAS        SIZE(16)
#define SLICES      SIZE(17)
#define PLANES      SIZE(18)
#define IN_IMAGE    SIZE(19)
#define OUT_IMAGE   SIZE(20)
#define OUTSIDE     (KIND == 2 && IGNORE ? -INFINITY : 0.0f)

/* One row of x from `start` on, `extent` elements. */
NCL_APART static void FN(window_rows_fill)(INDEX extent, INDEX start, INDEX width, global const NCL_T0 *from,
                                           private float *to)
{
    const INDEX first = clamp(-start, (INDEX)0, extent), last = clamp(width - start, first, extent);
    INDEX q = 0;
    for (; q < first; q++) {
        const INDEX at = start + q, i = BORDER(at, width);
        to[q] = i < 0 ? OUTSIDE : NCL_AT(NCL_T0, from, i);
    }
    for (; q + LANES <= last; q += LANES)
        VSTORE(NCL_VLOAD(NCL_T0, from + start + q), to + q);
    for (; q < last; q++)
        to[q] = NCL_AT(NCL_T0, from, start + q);
    for (; q < extent; q++) {
        const INDEX at = start + q, i = BORDER(at, width);
        to[q] = i < 0 ? OUTSIDE : NCL_AT(NCL_T0, from, i);
    }
}

#define STRIDED(i) x[0x##i * stride]

static V FN(window_rows_load)(private const float *x, INDEX stride)
{
    if (STEP == 1)
        return VLOAD(x);
    if (STEP == 2) {
        const V a = VLOAD(x), b = VLOAD(x + LANES);
        return NCL_EVEN(V, a, b);
    }
    return (V)(NCL_EACH(STRIDED));
}

static V FN(window_rows_join)(V a, V v, float w)
{
    return KIND < 2 ? fma((V)w, v, a) : NCL_GREATER(a, v);
}

/* How many of `taps` positions from `at` on, `dilation` apart, lie in [0, extent), for LANES windows `stride` apart. */
static V FN(window_rows_inside)(INDEX at, INDEX taps, INDEX stride, INDEX dilation, INDEX extent)
{
    const VI lane = NCL_RAMP * (int)stride;
    VI count = 0;
    for (INDEX j = 0; j < taps; j++) {
        const VI i = lane + (int)(at + j * dilation);
        count -= (i >= 0) & (i < (int)extent);
    }
    return NCL_CAT(convert_, V)(count);
}

#define TAPS0 (TAPS ? TAPS : KERNEL(0))
#define TAPS1 (TAPS ? TAPS : KERNEL(1))
#define PACE  (STEP ? STEP : STRIDE(1))

/* LANES windows, `x` the first tap of the first one; a sum times unit. */
static V FN(window_rows_windows)(SIZES size, private const float *x, global const float *w, V start, float unit)
{
    const INDEX taps0 = TAPS0, taps1 = TAPS1, down = DILATION(0) * PITCH, across = DILATION(1), stride = PACE;
    V value = start;
    for (INDEX j0 = 0; j0 < taps0; j0++)
        for (INDEX j1 = 0; j1 < taps1; j1++)
            value = FN(window_rows_join)(value, FN(window_rows_load)(x + j0 * down + j1 * across, stride),
                                         KIND == 0 ? w[j0 * taps1 + j1] : unit);
    return value;
}

/* The joined windows by the numbers of their values. */
static V FN(window_rows_share)(SIZES size, INDEX o, INDEX row, V value)
{
    if (IGNORE) {
        const V rows = FN(window_rows_inside)(row * STRIDE(0) - BEFORE(0), TAPS0, 0, DILATION(0), IN(0));
        const V count = rows * FN(window_rows_inside)(o * PACE - BEFORE(1), TAPS1, PACE, DILATION(1), IN(1));
        return select(NORMALIZE ? value / count : value, (V)0, count == 0);
    }
    return NORMALIZE ? value / (float)(TAPS0 * TAPS1) : value;
}

NCL_APART static V FN(window_rows_less)(SIZES size, INDEX o, INDEX row, private const float *x, global const float *w)
{
    return FN(window_rows_share)(size, o, row, FN(window_rows_windows)(size, x, w, 0, 0x1p-64f)) * 0x1p64f;
}

/* LANES outputs from o on. `x`: the private row of their first tap. */
static V FN(window_rows_vector)(SIZES size, INDEX o, INDEX row, private const float *x, global const float *w, V start)
{
    x += o * PACE;
    const V value = FN(window_rows_windows)(size, x, w, start, 1), y = FN(window_rows_share)(size, o, row, value);
    if (KIND != 1 || all(isfinite(value)))
        return y;
    return select(FN(window_rows_less)(size, o, row, x, w), y, isfinite(value));
}

/* A row of the output; `line`: the row of the input of its first tap. */
NCL_APART static void FN(window_rows_row)(SIZES size, INDEX row, private const float *line, global const float *w,
                                          V start, global NCL_CELL *y, INDEX to, INDEX channel CHAIN_PARAMETERS)
{
    const INDEX width = OUT(1), last = max(width - LANES, (INDEX)0), n = min(width, (INDEX)LANES);
    for (INDEX i = 0; i < width; i += LANES) {
        const INDEX o = min(i, last); /* the last ones: with neighbours that are there already, or lanes too many */
        NCL_STORE_AFTER(FN(window_rows_vector)(size, o, row, line, w, start), n, y, to + o, channel)
    }
}

static void FN(window_rows)(INDEX task, SIZES size, global const NCL_T0 *x, global const float *w,
                            global const float *b, global NCL_CELL *y CHAIN_PARAMETERS)
{
    float lines[LINES_MAX];
    const INDEX blocks = (OUT(0) + ROWS - 1) / ROWS, n = task / blocks / PLANES, plane = task / blocks % PLANES;
    const INDEX row = task % blocks * ROWS, end = min(row + ROWS, OUT(0));
    const INDEX width = OUT(1), channel = plane / SLICES, k = channel % CHANNELS, pitch = PITCH, stride = STRIDE(0);
    const INDEX needed = (end - 1 - row) * stride + (KERNEL(0) - 1) * DILATION(0) + 1;
    x += n * IN_IMAGE + (channel / MULTIPLIER * SLICES + plane % SLICES) * IN(0) * IN(1);
    for (INDEX l = 0; l < needed; l++) {
        const INDEX at = row * stride - BEFORE(0) + l, i = BORDER(at, IN(0));
        if (i >= 0)
            FN(window_rows_fill)(pitch, -BEFORE(1), IN(1), x + i * IN(1), lines + l * pitch);
        else
            for (INDEX q = 0; q < pitch; q++)
                lines[l * pitch + q] = OUTSIDE;
    }
    w += KIND == 0 ? k * KERNEL(0) * KERNEL(1) : 0;
    INDEX to = n * OUT_IMAGE + (plane * OUT(0) + row) * width;
    const V start = KIND == 0 ? b[k * BIAS] : KIND == 2 ? -INFINITY : 0;
    for (INDEX r = row; r < end; r++, to += width)
        FN(window_rows_row)(size, r, lines + (r - row) * stride * pitch, w, start, y, to, k CHAIN_ARGUMENTS);
}
