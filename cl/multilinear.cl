/* SPDX-License-Identifier: Apache-2.0 */
/* Multi-linear interpolation along six spatial axes, for each of them
 *
 *   y[o] = (1 - u) x~[j] + u x~[j + 1]     j = floor(at), u = at - j
 *
 * METHOD 0, symmetric: at = (o - (f - 1) / 2) / f     1, asymmetric: at = o / f
 *        2, aligned: at = o (IN - 1) / (OUT - 1), the first element when OUT is 1
 * BORDER(i, n)  how x~ continues x      f = OUT / IN
 * COUNT  elements of y      RUN  elements of a task
 * PAIRS  2 to the number of spatial axes in front of the last two
 * arrays: the spatial axes, 1s in front of fewer than six
 *
 * A task goes along rows of y, the last axis: what the other axes read is found once for a row, what outputs between
 * two elements of a row read once for all of them. tasks: ceil(COUNT / RUN) */
#ifndef BORDER
#define BORDER NCL_BORDER_REPLICATE
#endif
#ifndef METHOD
#define METHOD 0
#endif
#define COUNT SIZE(0)
#define RUN   SIZE(1)
#define PAIRS SIZE(2)
#define IN(i)  SIZE(3 + (i))
#define OUT(i) SIZE(9 + (i))

/* at = (first + o step) / parts, in integers: the floor and the fraction are exact. */
struct FN(multilinear_line) {
    INDEX first, step, parts;
};

static struct FN(multilinear_line) FN(multilinear_line)(INDEX in, INDEX out)
{
    struct FN(multilinear_line) line;
    const INDEX f = out / in;
    line.first = METHOD == 0 ? 1 - f : 0;
    line.step = METHOD == 0 ? 2 : METHOD == 1 ? 1 : in - 1;
    line.parts = METHOD == 0 ? 2 * f : METHOD == 1 ? f : max(out - 1, (INDEX)1);
    return line;
}

/* j of output o, and what is left of `at` in parts. */
static INDEX FN(multilinear_floor)(const struct FN(multilinear_line) *line, INDEX o, INDEX *left)
{
    const long numerator = line->first + (long)o * line->step;
    const INDEX j = (INDEX)(numerator < 0 ? -1 : numerator / line->parts);
    *left = (INDEX)(numerator - (long)j * line->parts);
    return j;
}

/* What has no weight is not read: it may be infinite. */
static float FN(multilinear_mix)(float u, float low, float high)
{
    return u == 0 ? low : u == 1 ? high : fma(u, high, (1 - u) * low);
}

/* Element j of a row of x~ between two rows of x (NULL: outside) in the parts 1 - v and v. */
static float FN(multilinear_column)(INDEX j, INDEX extent, float v, global const float *low, global const float *high)
{
    const INDEX at = BORDER(j, extent);
    return FN(multilinear_mix)(v, low && at >= 0 ? low[at] : 0, high && at >= 0 ? high[at] : 0);
}

/* weight value, added to what is there unless it is the first; of the output at y. */
static void FN(multilinear_put)(float value, bool first, global float *y)
{
    *y = first ? value : *y + value;
}

/* n outputs of a row from o on, between two rows of x, times the weight that both have of the axes in front; added to
 * what is there unless they are the first. All outputs between two elements of the row are found from these. */
static void FN(multilinear_row)(SIZES size, INDEX o, INDEX n, float weight, float v, global const float *low,
                                global const float *high, global float *y, bool first)
{
    const struct FN(multilinear_line) line = FN(multilinear_line)(IN(5), OUT(5));
    const INDEX extent = IN(5), step = max(line.step, (INDEX)1); /* 0 where there is one element and one output */
    const float part = 1.0f / (float)line.parts;
    INDEX left, j = FN(multilinear_floor)(&line, o, &left);
    float a = weight * FN(multilinear_column)(j, extent, v, low, high);
    for (INDEX i = 0; i < n; left -= line.parts) {
        const float b = weight * FN(multilinear_column)(++j, extent, v, low, high);
        if (left == 0) {
            FN(multilinear_put)(a, first, y + i++);
            left += step;
        }
        for (; i + LANES <= n && left + (LANES - 1) * step < line.parts; i += LANES, left += LANES * step) {
            const V u = NCL_CAT(convert_float, LANES)(NCL_RAMP * (int)step + (int)left) * part;
            const V value = fma(u, (V)b, (1 - u) * a);
            VSTORE(first ? value : VLOAD(y + i) + value, y + i);
        }
        for (; i < n && left < line.parts; i++, left += step) {
            const float u = (float)left * part;
            FN(multilinear_put)(fma(u, b, (1 - u) * a), first, y + i);
        }
        a = b;
    }
}

static void FN(multilinear)(INDEX task, SIZES size, global const float *x, global float *y)
{
    const INDEX end = min((task + 1) * RUN, COUNT);
    for (INDEX e = task * RUN; e < end;) {
        const INDEX o = e % OUT(5), n = min(OUT(5) - o, end - e);
        INDEX rest = e / OUT(5), near[2][5], plane = IN(5); /* offsets of the two neighbours, negative: outside */
        float u[5];
        for (int a = 4; a >= 0; a--) {
            const struct FN(multilinear_line) line = FN(multilinear_line)(IN(a), OUT(a));
            INDEX left;
            const INDEX j = FN(multilinear_floor)(&line, rest % OUT(a), &left);
            const INDEX low = BORDER(j, IN(a)), high = BORDER(j + 1, IN(a));
            u[a] = (float)left / (float)line.parts;
            near[0][a] = low < 0 ? -1 : low * plane;
            near[1][a] = high < 0 ? -1 : high * plane;
            plane *= IN(a);
            rest /= OUT(a);
        }
        for (INDEX pair = 0; pair < PAIRS; pair++) {
            INDEX offset = rest * plane;
            float weight = 1;
            bool inside = true;
            for (int a = 0; a < 4; a++) {
                const bool up = pair >> (3 - a) & 1;
                weight *= up ? u[a] : 1 - u[a];
                inside = inside && near[up][a] >= 0;
                offset += near[up][a];
            }
            inside = inside && weight != 0;
            global const float *low = inside && near[0][4] >= 0 ? x + offset + near[0][4] : 0;
            global const float *high = inside && near[1][4] >= 0 ? x + offset + near[1][4] : 0;
            FN(multilinear_row)(size, o, n, weight, u[4], low, high, y + e, pair == 0);
        }
        e += n;
    }
}
