/* SPDX-License-Identifier: Apache-2.0 */
/* A region of interest resampled to a fixed size by multi-linear interpolation, along six spatial axes. For region
 * n = (lo..., hi...) and each axis
 *
 *   at = lo + t     r = hi - lo     METHOD 0, symmetric: t = (o + 1/2) r / OUT - 1/2     1, asymmetric: t = o r / OUT
 *                                                       2, aligned: t = o (r - 1) / (OUT - 1)
 *   y[o] = (1 - u) x[j] + u x[j + 1]     j = floor(at), u = at - j, at clamped to x
 *
 * One output of METHOD 2 is the corner. A region of a batch item that x lacks gives 0.
 *
 * COUNT  elements of y      RUN  elements of a task      BATCH, CHANNELS  of x      SPATIAL  axes of a region
 * arrays: the spatial axes, 1s in front of fewer than six
 * tasks: ceil(COUNT / RUN) */
#ifndef METHOD
#define METHOD 0
#endif
#define COUNT    SIZE(0)
#define RUN      SIZE(1)
#define BATCH    SIZE(2)
#define CHANNELS SIZE(3)
#define SPATIAL  SIZE(4)
#define IN(i)    SIZE(5 + (i))
#define OUT(i)   SIZE(11 + (i))

/* Where output o of `out` reads an axis of n elements: the lower neighbour and the weight of the upper one. A
 * coordinate that is NaN reads the first. */
static INDEX FN(roi_resample_at)(float lo, float hi, float o, float out, INDEX n, float *fraction)
{
    const float r = hi - lo;
    const float t = METHOD == 0 ? fma(o + 0.5f, r / out, -0.5f)
                    : METHOD == 1 ? o * (r / out)
                    : out > 1     ? o * ((r - 1) / (out - 1))
                                  : 0;
    const float at = clamp(isnan(lo + t) ? 0.0f : lo + t, 0.0f, (float)(n - 1));
    const INDEX j = min((INDEX)at, max(n - 2, (INDEX)0));
    *fraction = at - (float)j;
    return j;
}

static void FN(roi_resample)(INDEX task, SIZES size, global const float *x, global const float *rois,
                             global const int *batch, global float *y)
{
    const INDEX end = min((task + 1) * RUN, COUNT);
    for (INDEX e = task * RUN; e < end; e++) {
        INDEX o[6], low[6], step[6], plane = 1;
        float u[6];
        const INDEX rest = NCL_POSITION(e, 6, 11, o), channel = rest % CHANNELS, region = rest / CHANNELS;
        const int item = batch[region];
        const int corners = item >= 0 && item < (int)min(BATCH, (INDEX)INT_MAX) ? 1 << (int)SPATIAL : 0;
        for (int a = 5; a >= 0; a--) {
            const INDEX k = region * 2 * SPATIAL + a - (6 - SPATIAL);
            low[a] = 0;
            u[a] = 0;
            if (a >= 6 - SPATIAL)
                low[a] = plane * FN(roi_resample_at)(rois[k], rois[k + SPATIAL], (float)o[a], (float)OUT(a), IN(a),
                                                     &u[a]);
            step[a] = IN(a) > 1 ? plane : 0;
            plane *= IN(a);
        }
        float sum = 0;
        for (int corner = 0; corner < corners; corner++) {
            INDEX offset = ((INDEX)item * CHANNELS + channel) * plane;
            float weight = 1;
            for (int a = 0; a < 6; a++) {
                const bool up = corner >> (5 - a) & 1;
                weight *= up ? u[a] : 1 - u[a];
                offset += low[a] + (up ? step[a] : 0);
            }
            if (weight != 0)
                sum = fma(weight, x[offset], sum);
        }
        y[e] = sum;
    }
}
