/* Nearest neighbours along six spatial axes, in both directions:
 *
 *   y[n][o] = x[n][floor(o IN / OUT)]     one of IN, OUT is a multiple of the other on each axis
 *
 * COUNT  elements of y      RUN  elements of a task      arrays: the spatial axes, 1s in front of fewer than six
 * tasks: ceil(COUNT / RUN) */
#define COUNT  SIZE(0)
#define RUN    SIZE(1)
#define IN(i)  SIZE(2 + (i))
#define OUT(i) SIZE(8 + (i))

static void FN(nearest)(INDEX task, SIZES size, global const float *x, global float *y)
{
    const INDEX end = min((task + 1) * RUN, COUNT);
    for (INDEX e = task * RUN; e < end; e++) {
        INDEX rest = e, offset = 0, pitch = 1;
        for (int a = 5; a >= 0; a--) {
            const INDEX o = rest % OUT(a), i = OUT(a) >= IN(a) ? o / (OUT(a) / IN(a)) : o * (IN(a) / OUT(a));
            offset += i * pitch;
            pitch *= IN(a);
            rest /= OUT(a);
        }
        y[e] = x[rest * pitch + offset];
    }
}
