/* SPDX-License-Identifier: Apache-2.0 */
/* Averages or maxima of the cells that a region of interest is divided into, along six spatial axes. For region
 * n = (lo..., hi...), rounded to integers, and each axis
 *
 *   r = hi - lo     cell i: [lo + i floor(r / OUT), lo + i floor(r / OUT) + ceil(r / OUT))
 *
 * What lies outside of x is left out; a cell without values, and a region of a batch item that x lacks, gives 0.
 *
 * MAX    1: the maximum, a NaN wins; 0: the average
 *        (of x 2^-64 where the sum is beyond a float)
 * COUNT  elements of y      RUN  elements of a task      BATCH, CHANNELS  of x      SPATIAL  axes of a region
 * arrays: the spatial axes, 1s in front of fewer than six
 * tasks: ceil(COUNT / RUN) */
#ifndef MAX
#define MAX 0
#endif
#define COUNT    SIZE(0)
#define RUN      SIZE(1)
#define BATCH    SIZE(2)
#define CHANNELS SIZE(3)
#define SPATIAL  SIZE(4)
#define IN(i)    SIZE(5 + (i))
#define OUT(i)   SIZE(11 + (i))

/* To the nearest integer, x.5 up; bounded, so that what is computed with it fits. NaN: 0. */
static INDEX FN(roi_pool_round)(float x)
{
    const float down = floor(x);
    return isnan(x) ? 0 : (INDEX)clamp(x - down >= 0.5f ? down + 1 : down, -0x1p28f, 0x1p28f);
}

/* What a cell of `count` values joins to, times unit; `x`: the image of its channel. */
NCL_APART static float FN(roi_pool_cell)(SIZES size, global const float *x, const INDEX *first, const INDEX *length,
                                         INDEX count, float unit)
{
    float value = MAX && count ? -INFINITY : 0;
    for (INDEX j = 0; j < count; j++) {
        INDEX left = j, offset = 0, pitch = 1;
        for (int a = 5; a >= 0; a--) {
            offset += (first[a] + left % length[a]) * pitch;
            pitch *= IN(a);
            left /= length[a];
        }
        const float v = x[offset];
        value = MAX ? (v > value || isnan(v) ? v : value) : value + v * unit;
    }
    return value;
}

static void FN(roi_pool)(INDEX task, SIZES size, global const float *x, global const float *rois,
                         global const int *batch, global float *y)
{
    const INDEX end = min((task + 1) * RUN, COUNT);
    for (INDEX e = task * RUN; e < end; e++) {
        INDEX cell[6], first[6], length[6], count = 1, plane = 1;
        const INDEX rest = NCL_POSITION(e, 6, 11, cell), channel = rest % CHANNELS, region = rest / CHANNELS,
                    item = batch[region];
        for (int a = 0; a < 6; a++) {
            plane *= IN(a);
            const INDEX k = region * 2 * SPATIAL + a - (6 - SPATIAL);
            INDEX lo = 0, hi = 1;
            if (a >= 6 - SPATIAL) {
                lo = FN(roi_pool_round)(rois[k]);
                hi = FN(roi_pool_round)(rois[k + SPATIAL]);
            }
            const INDEX r = max(hi - lo, (INDEX)0), from = lo + cell[a] * (r / OUT(a)),
                        to = from + (r + OUT(a) - 1) / OUT(a);
            first[a] = max(from, (INDEX)0);
            length[a] = max(min(to, IN(a)) - first[a], (INDEX)0);
            count *= length[a];
        }
        if (item < 0 || item >= BATCH)
            count = 0;
        global const float *image = x + (count ? (item * CHANNELS + channel) * plane : 0);
        float value = FN(roi_pool_cell)(size, image, first, length, count, 1), back = 1;
        if (!MAX && !isfinite(value)) {
            value = FN(roi_pool_cell)(size, image, first, length, count, 0x1p-64f);
            back = 0x1p64f;
        }
        y[e] = MAX || !count ? value : value / (float)count * back;
    }
}
