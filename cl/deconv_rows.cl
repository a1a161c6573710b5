/* SPDX-License-Identifier: Apache-2.0 */
/* The windows of a reverse operation added up, row by row of the output, any rank, border, stride and dilation:
 *
 *   y[plane][o] = SCALE (b[plane mod CHANNELS] + sum over j with s | (o + p - j d) of  x~[plane][j][(o + p - j d) / s])
 *
 * o and j over six spatial axes. For deconv, x holds the products of filter and input for each tap j (TAP elements
 * apart, PLANE for all of them); for debox all taps read the input itself (TAP 0).
 *
 * BORDER(i, n)  how x~ continues x      CLIP  1: by zeros
 * NO_BIAS       1: b is not read; a scaled sum beyond a float is taken again of x 2^-64
 * BIAS          1: one for each channel, 0: one
 * ROWS   rows of y                      RUN   rows of a task
 * arrays: the spatial axes, 1s in front of fewer than six
 * tasks: ceil(ROWS / RUN) */
#ifndef BORDER
#define BORDER NCL_BORDER_CONSTANT
#endif
#ifndef CLIP
#define CLIP 1
#endif
#ifndef NO_BIAS
#define NO_BIAS 0
#endif
#define NCL_CELL float
#define ROWS        SIZE(0)
#define RUN         SIZE(1)
#define CHANNELS    SIZE(2)
#define BIAS        SIZE(3)
#define PLANE       SIZE(4)
#define TAP         SIZE(5)
#define SCALE       REAL(6)
#define IN(i)       SIZE(7 + (i))
#define OUT(i)      SIZE(13 + (i))
#define KERNEL(i)   SIZE(19 + (i))
#define STRIDE(i)   SIZE(25 + (i))
#define DILATION(i) SIZE(31 + (i))
#define BEFORE(i)   SIZE(37 + (i))

/* The first of the outer axes along which there is more than one place: divisions by the extents of the others, for
 * each row and tap, were most of the time of small images. */
static int FN(deconv_rows_axis)(SIZES size)
{
    int first = 0;
    while (first < 5 && IN(first) == 1 && OUT(first) == 1 && KERNEL(first) == 1 && BEFORE(first) == 0)
        first++;
    return first;
}

/* The offset of the row that tap j of the outer axes from `first` on reads for an output row at `at` = o + p; negative:
 * none. */
static INDEX FN(deconv_rows_outer)(SIZES size, int first, INDEX j, const INDEX *at)
{
    INDEX offset = 0, pitch = IN(5);
    for (int a = 4; a >= first; a--) {
        const INDEX up = at[a] - j % KERNEL(a) * DILATION(a), q = up / STRIDE(a), i = BORDER(q, IN(a));
        if (up % STRIDE(a) || i < 0)
            return -1;
        offset += i * pitch;
        pitch *= IN(a);
        j /= KERNEL(a);
    }
    return offset;
}

/* floor(a / b) */
static INDEX FN(deconv_rows_floor)(INDEX a, INDEX b)
{
    return a >= 0 ? a / b : -((b - 1 - a) / b);
}

/* y[i s - shift] += x~[i] wherever that lies in y. */
static void FN(deconv_rows_add)(INDEX shift, INDEX stride, INDEX extent, INDEX width, global const float *x,
                                global float *y)
{
    const INDEX first = FN(deconv_rows_floor)(shift + stride - 1, stride);
    const INDEX end = FN(deconv_rows_floor)(width - 1 + shift, stride) + 1;
    INDEX i = CLIP ? max(first, (INDEX)0) : first;
    y -= shift;
    for (; i < min(end, (INDEX)0); i++)
        y[i * stride] += x[BORDER(i, extent)];
    const INDEX inside = min(end, extent);
    if (stride == 1)
        for (; i + LANES <= inside; i += LANES)
            VSTORE(VLOAD(y + i) + VLOAD(x + i), y + i);
    for (; i < inside; i++)
        y[i * stride] += x[i];
    for (; !CLIP && i < end; i++)
        y[i * stride] += x[BORDER(i, extent)];
}

/* Without bias: output o of the row at `at`, of x times 2^-64. `x`: its plane. */
static float FN(deconv_rows_less)(SIZES size, global const float *x, const INDEX *at, INDEX o)
{
    const int first = FN(deconv_rows_axis)(size);
    const INDEX taps = KERNEL(5), outer = KERNEL(0) * KERNEL(1) * KERNEL(2) * KERNEL(3) * KERNEL(4);
    float sum = 0;
    for (INDEX j = 0; j < outer; j++) {
        const INDEX offset = FN(deconv_rows_outer)(size, first, j, at);
        for (INDEX t = 0; t < taps && offset >= 0; t++) {
            const INDEX up = o + BEFORE(5) - t * DILATION(5), q = up / STRIDE(5), i = BORDER(q, IN(5));
            sum += up % STRIDE(5) || i < 0 ? 0 : x[(j * taps + t) * TAP + offset + i] * 0x1p-64f;
        }
    }
    return sum * SCALE * 0x1p64f;
}

/* What is not finite among the n outputs from o on. */
NCL_APART static V FN(deconv_rows_mend)(SIZES size, global const float *x, const INDEX *at, INDEX o, INDEX n, V y)
{
    float each[LANES];
    VSTORE(y, each);
    for (INDEX k = 0; k < n; k++)
        each[k] = isfinite(each[k]) ? each[k] : FN(deconv_rows_less)(size, x, at, o + k);
    return VLOAD(each);
}

static void FN(deconv_rows)(INDEX task, SIZES size, global const float *x, global const float *b,
                            global float *y CHAIN_PARAMETERS)
{
    const INDEX end = min((task + 1) * RUN, ROWS), width = OUT(5), taps = KERNEL(5);
    const INDEX outer = KERNEL(0) * KERNEL(1) * KERNEL(2) * KERNEL(3) * KERNEL(4);
    const int first = FN(deconv_rows_axis)(size);
    for (INDEX row = task * RUN; row < end; row++) {
        INDEX plane = row, at[5];
        for (int a = 4; a >= first; a--) {
            at[a] = plane % OUT(a) + BEFORE(a);
            plane /= OUT(a);
        }
        global float *to = y + row * width;
        const float start = NO_BIAS ? 0 : b[plane % CHANNELS * BIAS];
        for (INDEX o = 0; o < width; o++)
            to[o] = start;
        for (INDEX j = 0; j < outer; j++) {
            const INDEX offset = FN(deconv_rows_outer)(size, first, j, at);
            for (INDEX t = 0; t < taps && offset >= 0; t++)
                FN(deconv_rows_add)(BEFORE(5) - t * DILATION(5), STRIDE(5), IN(5), width,
                                    x + plane * PLANE + (j * taps + t) * TAP + offset, to);
        }
        for (INDEX o = 0; !(CHAIN_NOTHING && SCALE == 1) && o < width; o += LANES) {
            const INDEX n = min(width - o, (INDEX)LANES);
            V v = NCL_LOAD(float, to + o, n) * SCALE;
            if (NO_BIAS && !all(isfinite(v)))
                v = FN(deconv_rows_mend)(size, x + plane * PLANE, at, o, n, v);
            NCL_STORE_AFTER(v, n, y, row * width + o, plane % CHANNELS)
        }
    }
}
