/* Multi-linear interpolation along six spatial axes, for each of them
 *
 *   y[o] = (1 - u) x~[j] + u x~[j + 1]     j = floor(at), u = at - j
 *
 * METHOD 0, symmetric: at = (o - (f - 1) / 2) / f     1, asymmetric: at = o / f
 *        2, aligned: at = o (IN - 1) / (OUT - 1), the first element when OUT is 1
 * BORDER(i, n)  how x~ continues x      f = OUT / IN
 * COUNT  elements of y      RUN  elements of a task      CORNERS  2 to the number of spatial axes
 * arrays: the spatial axes, 1s in front of fewer than six
 * tasks: ceil(COUNT / RUN) */
#ifndef BORDER
#define BORDER NCL_BORDER_REPLICATE
#endif
#ifndef METHOD
#define METHOD 0
#endif
#define COUNT   SIZE(0)
#define RUN     SIZE(1)
#define CORNERS SIZE(2)
#define IN(i)   SIZE(3 + (i))
#define OUT(i)  SIZE(9 + (i))

/* at = numerator / denominator, in integers: the floor and the fraction are exact. */
static INDEX FN(multilinear_floor)(long o, long in, long out, float *fraction)
{
    long numerator = o, denominator = out / in;
    if (METHOD == 0) {
        numerator = 2 * o - (out / in - 1);
        denominator = 2 * (out / in);
    } else if (METHOD == 2) {
        numerator = o * (in - 1);
        denominator = max(out - 1, 1L);
    }
    const long j = numerator < 0 ? -1 : numerator / denominator;
    *fraction = (float)(numerator - j * denominator) / (float)denominator;
    return (INDEX)j;
}

static void FN(multilinear)(INDEX task, SIZES size, global const float *x, global float *y)
{
    const INDEX end = min((task + 1) * RUN, COUNT);
    for (INDEX e = task * RUN; e < end; e++) {
        INDEX rest = e, low[6], high[6], plane = 1; /* offsets of the two neighbours, negative: outside */
        float u[6];
        for (int a = 5; a >= 0; a--) {
            const INDEX j = FN(multilinear_floor)(rest % OUT(a), IN(a), OUT(a), &u[a]);
            const INDEX l = BORDER(j, IN(a)), h = BORDER(j + 1, IN(a));
            low[a] = l < 0 ? -1 : l * plane;
            high[a] = h < 0 ? -1 : h * plane;
            plane *= IN(a);
            rest /= OUT(a);
        }
        float sum = 0;
        for (int corner = 0; corner < CORNERS; corner++) {
            INDEX offset = rest * plane;
            float weight = 1;
            bool inside = true;
            for (int a = 0; a < 6; a++) {
                const bool up = corner >> (5 - a) & 1;
                const INDEX at = up ? high[a] : low[a];
                weight *= up ? u[a] : 1 - u[a];
                inside = inside && at >= 0;
                offset += at;
            }
            if (inside && weight != 0)
                sum = fma(weight, x[offset], sum);
        }
        y[e] = sum;
    }
}
