/* SPDX-License-Identifier: Apache-2.0 */
/* Nearest neighbours along six spatial axes, in both directions:
 *
 *   y[n][o] = x[n][floor(o IN / OUT)]     one of IN, OUT is a multiple of the other on each axis
 *
 * COUNT  elements of y      RUN  elements of a task      arrays: the spatial axes, 1s in front of fewer than six
 *
 * A task goes along rows of y, the last axis. tasks: ceil(COUNT / RUN) */
#define COUNT  SIZE(0)
#define RUN    SIZE(1)
#define IN(i)  SIZE(2 + (i))
#define OUT(i) SIZE(8 + (i))

/* n outputs of a row from o on. */
static void FN(nearest_row)(INDEX in, INDEX out, INDEX o, INDEX n, global const float *x, global float *y)
{
    const INDEX step = max(in / out, (INDEX)1), times = max(out / in, (INDEX)1);
    if (times == 1) {
        for (INDEX i = 0; i < n; i++)
            y[i] = x[(o + i) * step];
        return;
    }
    INDEX j = o / times, left = times - o % times; /* times that x[j] is still written */
    for (INDEX i = 0; i < n; left = times, j++) {
        const INDEX to = min(i + left, n);
        const float value = x[j];
        for (; i < to; i++)
            y[i] = value;
    }
}

static void FN(nearest)(INDEX task, SIZES size, global const float *x, global float *y)
{
    const INDEX end = min((task + 1) * RUN, COUNT);
    for (INDEX e = task * RUN; e < end;) {
        const INDEX o = e % OUT(5), n = min(OUT(5) - o, end - e);
        INDEX rest = e / OUT(5), offset = 0, pitch = IN(5);
        for (int a = 4; a >= 0; a--) {
            const INDEX at = rest % OUT(a), i = OUT(a) >= IN(a) ? at / (OUT(a) / IN(a)) : at * (IN(a) / OUT(a));
            offset += i * pitch;
            pitch *= IN(a);
            rest /= OUT(a);
        }
        FN(nearest_row)(IN(5), OUT(5), o, n, x + rest * pitch + offset, y + e);
        e += n;
    }
}
