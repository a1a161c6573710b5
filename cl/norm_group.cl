/* SPDX-License-Identifier: Apache-2.0 */
/* y = (x - mean) / sqrt(variance + EPSILON) scale + offset along each line, mean and variance of its elements; without
 * CENTRED  y = x / sqrt(mean of x^2 + EPSILON) scale + offset. By work-groups.
 *
 * LENGTH   1: y = x / max(sqrt(sum of x^2) + BIAS, EPSILON)
 *
 * SHARE work-items of a group have every SHARE-th element of a line each; sums are joined as trees in local memory.
 *
 * COLUMNS  1: neighbours of a group have neighbouring lines, WIDTH in a row; 0: neighbours along a line
 * RESULTS  number of lines                               SHARE    work-items of a line, a power of two
 * RUN      elements along the innermost gathered axis, STEP apart                ELEMENTS of a line
 * KEPT     outer axes that stay: EXTENT, STRIDE; GATHERED  outer axes that are gathered: GATHERED_EXTENT,
 *          GATHERED_STRIDE; innermost first
 * SCALE_STEP, OFFSET_STEP  elements of scale and offset from element to element of a line: 1, or 0 to repeat one
 * HAS_OFFSET  0: offset is any tensor, and not read      VOLUME   elements of a line; of LENGTH 1
 * Where the mean or the variance of a line is beyond a float, its work-items take them again, each alone, of the
 * elements times unit, 2^-100 (where it is below SMALL, 2^70).
 * group: a float of local memory for each work-item
 * tasks: ceil(RESULTS / (work-items / SHARE)) */
#ifndef LENGTH
#define LENGTH 0
#endif
#define COLUMNS SIZE(0)
#define RESULTS SIZE(1)
#define SHARE SIZE(2)
#define WIDTH SIZE(3)
#define RUN SIZE(4)
#define STEP SIZE(5)
#define ELEMENTS SIZE(6)
#define KEPT SIZE(7)
#define GATHERED SIZE(8)
#define EXTENT(i) SIZE(9 + (i))
#define STRIDE(i) SIZE(13 + (i))
#define GATHERED_EXTENT(i) SIZE(17 + (i))
#define GATHERED_STRIDE(i) SIZE(21 + (i))
#define CENTRED SIZE(25)
#define SCALE_STEP SIZE(26)
#define OFFSET_STEP SIZE(27)
#define HAS_OFFSET SIZE(28)
#define EPSILON REAL(29)
#define VOLUME REAL(30)
#define BIAS REAL(31)
#define SMALL REAL(32)

/* Element e of a line, counted from its first one. */
static INDEX FN(norm_group_at)(SIZES size, INDEX e)
{
    return e < RUN ? e * STEP : e % RUN * STEP + NCL_OFFSET(e / RUN, GATHERED, 17, 21);
}

/* The mean over a line of what its work-items have of a sum each. All come by. */
static float FN(norm_group_mean)(SIZES size, local float *shared, float sum, int place, int pitch)
{
    const int item = get_local_id(0);
    barrier(CLK_LOCAL_MEM_FENCE); /* what was there before is read */
    shared[item] = sum;
    NCL_TREE(place, (int)SHARE, reach, {
        sum += shared[item + reach * pitch];
        shared[item] = sum;
    })
    return shared[item - place * pitch] / VOLUME;
}

/* The sum of unit x - mean, or of its square, over every step-th element of a line from e on. */
static float FN(norm_group_sum)(SIZES size, global const NCL_T0 *x, INDEX e, INDEX end, INDEX step, float unit,
                                float mean, int squared)
{
    float sum = 0, lost = 0;
    for (; e < end; e += step) {
        const float v = fma(NCL_AT(NCL_T0, x, FN(norm_group_at)(size, e)), unit, -mean);
        NCL_ADD_UP(float, sum, squared ? v * v : v, lost)
    }
    return sum;
}

/* Are the sums to be taken again, of multiples? A NaN stays one. */
static int FN(norm_group_again)(SIZES size, float spread)
{
#if LENGTH
    return isinf(spread) || spread < SMALL;
#else
    return !isfinite(spread);
#endif
}

static void FN(norm_group)(INDEX task, SIZES size, local float *shared, global const NCL_T0 *x,
                           global const float *scale, global const float *offset, global NCL_T3 *y)
{
    const int item = get_local_id(0), share = SHARE, lines = (int)get_local_size(0) / share;
    const int place = COLUMNS ? item / lines : item % share, pitch = COLUMNS ? lines : 1;
    const INDEX result = task * lines + (COLUMNS ? item % lines : item / share), line = min(result, RESULTS - 1);
    const INDEX first = line % WIDTH + NCL_OFFSET(line / WIDTH, KEPT, 9, 13), end = result < RESULTS ? ELEMENTS : 0;
    global const NCL_T0 *from = x + first;
    float unit = 1, mean = 0;
    if (CENTRED) {
        const float sum = FN(norm_group_sum)(size, from, place, end, share, unit, 0.0f, 0);
        mean = FN(norm_group_mean)(size, shared, sum, place, pitch);
    }
    const float squares = FN(norm_group_sum)(size, from, place, end, share, unit, mean, 1);
    float spread = FN(norm_group_mean)(size, shared, squares, place, pitch);
    if (FN(norm_group_again)(size, spread)) {
        unit = isfinite(spread) ? 0x1p70f : 0x1p-100f;
        if (CENTRED)
            mean = FN(norm_group_sum)(size, from, 0, end, 1, unit, 0.0f, 0) / VOLUME;
        spread = FN(norm_group_sum)(size, from, 0, end, 1, unit, mean, 1) / VOLUME;
    }
#if LENGTH
    const float length = sqrt(spread) + BIAS * unit, divisor = length > EPSILON * unit ? length : EPSILON * unit;
#else
    const float factor = rsqrt(spread + EPSILON * unit * unit);
#endif
    for (INDEX e = place; e < end; e += share) {
        const INDEX at = first + FN(norm_group_at)(size, e);
#if LENGTH
        NCL_PUT(NCL_T3, NCL_AT(NCL_T0, x, at) * unit / divisor, y, at);
#else
        const float v = fma(NCL_AT(NCL_T0, x, at), unit, -mean) * factor * scale[e * SCALE_STEP];
        NCL_PUT(NCL_T3, HAS_OFFSET ? v + offset[e * OFFSET_STEP] : v, y, at);
#endif
    }
}
