/* SPDX-License-Identifier: Apache-2.0 */
/* Windows over the last three axes on CPUs: depthwise convolution, and sums, means and maxima, LANES
 * neighbours at a time.
 *
 *   y[k][slice][o] = R over j of  x~[floor(k / MULTIPLIER)][slice][o s + j d - p]
 *
 * k counts the channels of an image, slice the SLICES volumes that the axes outside of the window make of a channel;
 * a window over two axes, or one, has volumes of one plane.
 * R: b[c] + the sum weighted by w[c][j] with c = k mod CHANNELS, the sum, the maximum.
 * A task computes ROWS rows of DEEP planes. It first copies the rows of x that they need, a layer for each plane, to
 * private memory with the border filled in, so that all windows are alike.
 *
 * KIND          0: weighted sum; 1: sum, taken again of x 2^-64 where it is beyond a float; 2: maximum, NaN wins
 *               (1 and 2 do not read w and b)
 * STEP          stride along a row when it is 1 or 2, else 0
 * DEPTH, TAPS   extents of the window along the first axis, and along both others when they are equal, known at build;
 *               else 0
 * LINES_MAX     elements of private memory
 * IGNORE        1: what lies outside is left out (a window wholly outside gives 0)
 * NORMALIZE     1: divide by the number of values
 * BORDER(i, n)  how x~ continues x          arrays: the three axes
 * PITCH         elements of a private row   BIAS  1: one for each channel, 0: one
 * VOLUMES       of an image of y           IN_IMAGE, OUT_IMAGE  elements from one image of x, of y, to the next
 * tasks: volumes of y * ceil(OUT(0) / DEEP) * ceil(OUT(1) / ROWS) */
#ifndef BORDER
#define BORDER NCL_BORDER_CONSTANT
#endif
#ifndef KIND
#define KIND 0
#endif
#ifndef STEP
#define STEP 1
#endif
#ifndef DEPTH
#define DEPTH 1
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
#define OUT(i)      SIZE(3 + (i))
#define KERNEL(i)   SIZE(6 + (i))
#define STRIDE(i)   SIZE(9 + (i))
#define DILATION(i) SIZE(12 + (i))
#define BEFORE(i)   SIZE(15 + (i))
#define DEEP        SIZE(18)
#define ROWS        SIZE(19)
#define PITCH       SIZE(20)
#define MULTIPLIER  SIZE(21)
#define CHANNELS    SIZE(22)
#define BIAS        SIZE(23)
#define SLICES      SIZE(24)
#define VOLUMES     SIZE(25)
#define IN_IMAGE    SIZE(26)
#define OUT_IMAGE   SIZE(27)
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

/* How many of `taps` positions from `at` on, `dilation` apart, lie in [0, extent). */
static INDEX FN(window_rows_count)(INDEX at, INDEX taps, INDEX dilation, INDEX extent)
{
    INDEX count = 0;
    for (INDEX j = 0; j < taps; j++, at += dilation)
        count += at >= 0 && at < extent;
    return count;
}

/* The same for LANES windows `stride` apart. */
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

#define TAPS0 (DEPTH ? DEPTH : KERNEL(0))
#define TAPS1 (TAPS ? TAPS : KERNEL(1))
#define TAPS2 (TAPS ? TAPS : KERNEL(2))
#define PACE  (STEP ? STEP : STRIDE(2))

/* A row of the outputs: elements from one of its taps to the next along each axis; `inside` of its taps along the first
 * two lie in x. */
typedef struct {
    INDEX inside, layer, down, across;
    global const float *w;
    V start;
} FN(window_rows_of);

/* LANES windows, `x` the first tap of the first one; a sum times unit. */
static V FN(window_rows_windows)(SIZES size, FN(window_rows_of) of, private const float *x, V start, float unit)
{
    const INDEX taps0 = TAPS0, taps1 = TAPS1, taps2 = TAPS2, stride = PACE;
    V value = start;
    for (INDEX j0 = 0; j0 < taps0; j0++)
        for (INDEX j1 = 0; j1 < taps1; j1++)
            for (INDEX j2 = 0; j2 < taps2; j2++)
                value = FN(window_rows_join)(
                    value, FN(window_rows_load)(x + j0 * of.layer + j1 * of.down + j2 * of.across, stride),
                    KIND == 0 ? of.w[(j0 * taps1 + j1) * taps2 + j2] : unit);
    return value;
}

/* The joined windows by the numbers of their values. */
static V FN(window_rows_share)(SIZES size, INDEX o, FN(window_rows_of) of, V value)
{
    if (IGNORE) {
        const V columns = FN(window_rows_inside)(o * PACE - BEFORE(2), TAPS2, PACE, of.across, IN(2));
        const V count = columns * (float)of.inside;
        return select(NORMALIZE ? value / count : value, (V)0, count == 0);
    }
    return NORMALIZE ? value / (float)(TAPS0 * TAPS1 * TAPS2) : value;
}

NCL_APART static V FN(window_rows_less)(SIZES size, INDEX o, FN(window_rows_of) of, private const float *x)
{
    return FN(window_rows_share)(size, o, of, FN(window_rows_windows)(size, of, x, 0, 0x1p-64f)) * 0x1p64f;
}

/* LANES outputs from o on. `x`: the private row of their first tap. */
static V FN(window_rows_vector)(SIZES size, INDEX o, FN(window_rows_of) of, private const float *x)
{
    x += o * PACE;
    const V value = FN(window_rows_windows)(size, of, x, of.start, 1), y = FN(window_rows_share)(size, o, of, value);
    if (KIND != 1 || all(isfinite(value)))
        return y;
    return select(FN(window_rows_less)(size, o, of, x), y, isfinite(value));
}

/* A row of the output; `line`: the row of the input of its first tap. */
NCL_APART static void FN(window_rows_row)(SIZES size, FN(window_rows_of) of, private const float *line,
                                          global NCL_CELL *y, INDEX to, INDEX channel CHAIN_PARAMETERS)
{
    const INDEX width = OUT(2), last = max(width - LANES, (INDEX)0), n = min(width, (INDEX)LANES);
    for (INDEX i = 0; i < width; i += LANES) {
        const INDEX o = min(i, last); /* the last ones: with neighbours that are there already, or lanes too many */
        NCL_STORE_AFTER(FN(window_rows_vector)(size, o, of, line), n, y, to + o, channel)
    }
}

/* A layer: `count` rows from row `at` on of the plane `x`, or of one outside. */
static void FN(window_rows_layer)(SIZES size, INDEX at, INDEX count, bool inside, global const NCL_T0 *x,
                                  private float *lines)
{
    const INDEX pitch = PITCH;
    for (INDEX l = 0; l < count; l++, lines += pitch) {
        const INDEX row = at + l, i = BORDER(row, IN(1));
        if (inside && i >= 0)
            FN(window_rows_fill)(pitch, -BEFORE(2), IN(2), x + i * IN(2), lines);
        else
            for (INDEX q = 0; q < pitch; q++)
                lines[q] = OUTSIDE;
    }
}

static void FN(window_rows)(INDEX task, SIZES size, global const NCL_T0 *x, global const float *w,
                            global const float *b, global NCL_CELL *y CHAIN_PARAMETERS)
{
    float lines[LINES_MAX];
    const INDEX row_blocks = (OUT(1) + ROWS - 1) / ROWS, plane_blocks = (OUT(0) + DEEP - 1) / DEEP;
    const INDEX row = task % row_blocks * ROWS, end = min(row + ROWS, OUT(1)), block = task / row_blocks;
    const INDEX plane = block % plane_blocks * DEEP, last = min(plane + DEEP, OUT(0));
    const INDEX n = block / plane_blocks / VOLUMES, volume = block / plane_blocks % VOLUMES;
    const INDEX channel = volume / SLICES, k = channel % CHANNELS;
    const INDEX needed = (end - 1 - row) * STRIDE(1) + (KERNEL(1) - 1) * DILATION(1) + 1, layer = needed * PITCH;
    const INDEX layers = (last - 1 - plane) * STRIDE(0) + (KERNEL(0) - 1) * DILATION(0) + 1;
    x += n * IN_IMAGE + (channel / MULTIPLIER * SLICES + volume % SLICES) * IN(0) * IN(1) * IN(2);
    for (INDEX l = 0; l < layers; l++) {
        const INDEX at = plane * STRIDE(0) - BEFORE(0) + l, i = BORDER(at, IN(0));
        global const NCL_T0 *from = x + max(i, (INDEX)0) * IN(1) * IN(2);
        FN(window_rows_layer)(size, row * STRIDE(1) - BEFORE(1), needed, i >= 0, from, lines + l * layer);
    }
    FN(window_rows_of) of;
    of.layer = layer * DILATION(0);
    of.down = DILATION(1) * PITCH;
    of.across = DILATION(2);
    of.w = w + (KIND == 0 ? k * KERNEL(0) * KERNEL(1) * KERNEL(2) : 0);
    of.start = KIND == 0 ? b[k * BIAS] : KIND == 2 ? -INFINITY : 0;
    for (INDEX d = plane; d < last; d++) {
        const INDEX first = (d - plane) * STRIDE(0) * layer;
        INDEX to = n * OUT_IMAGE + ((volume * OUT(0) + d) * OUT(1) + row) * OUT(2);
        const INDEX inside = FN(window_rows_count)(d * STRIDE(0) - BEFORE(0), TAPS0, DILATION(0), IN(0));
        for (INDEX r = row; r < end; r++, to += OUT(2)) {
            of.inside = inside * FN(window_rows_count)(r * STRIDE(1) - BEFORE(1), TAPS1, DILATION(1), IN(1));
            FN(window_rows_row)(size, of, lines + first + (r - row) * STRIDE(1) * PITCH, y, to, k CHAIN_ARGUMENTS);
        }
    }
}
