/* SPDX-License-Identifier: Apache-2.0 */
/* y[r] = finish(J over the elements v of line r of  map(v)), as reduce.cl and argreduce.cl have it, by work-groups.
 *
 * SHARE work-items of a group have every SHARE-th element of a line each, and join what they have as a tree in local
 * memory. Where there are few lines, SPLITS tasks have TERMS elements each of a line, and leave what they have RESULTS
 * elements apart: y then are parts, which another step joins.
 *
 * ARG      1: y is the position of the element that no other is beyond, the first of equals, with a NaN beyond every
 *          number: BETTER(v, a) says what is; 0: what JOIN gives, how a value v joins an accumulator a
 * START    the accumulator at the start                  T, Y     type of the elements, of the results
 * MAP(v)   of an element, with m and unit                FINISH(v)  of the joined value, with VOLUME and back
 * SUM      1: JOIN is a + v; what every PART additions give is summed with compensation (Kahan). A sum beyond a float
 *          is taken again, by one work-item, of the elements times unit; back is 1 / unit
 * COLUMNS  1: neighbours of a group have neighbouring lines, WIDTH in a row; 0: neighbours along a line
 * RESULTS  number of lines                               SHARE    work-items of a line, a power of two
 * RUN      elements along the innermost gathered axis, STEP apart                ELEMENTS of a line
 * KEPT     outer axes that stay: EXTENT, STRIDE; GATHERED  outer axes that are gathered: GATHERED_EXTENT,
 *          GATHERED_STRIDE; innermost first
 * VOLUME   elements that a result gathers
 * Where MAP has no m, x stands in its place.
 * group: LOCAL_FLOATS of local memory for each work-item
 * tasks: SPLITS * ceil(RESULTS / (work-items / SHARE)) */
#ifndef ARG
#define ARG 0
#endif
#ifndef T
#define T float
#endif
#ifndef Y
#define Y T
#endif
#ifndef JOIN
#define JOIN a + v
#endif
#ifndef BETTER
#define BETTER(v, a) v > a
#endif
#ifndef START
#define START 0
#endif
#ifndef MAP
#define MAP(v) v
#endif
#ifndef FINISH
#define FINISH(v) v
#endif
#ifndef SUM
#define SUM 1
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
#define SPLITS SIZE(25)
#define TERMS SIZE(26)
#define VOLUME REAL(27)

#define LOCAL_FLOATS (1 + ARG)
#define PART 32

#if ARG
static void FN(reduce_group_join)(T *a, INDEX *at, T v, INDEX from)
{
    const bool first = from < *at;
    const bool wins = isnan(v) ? !isnan(*a) || first : !isnan(*a) && ((BETTER(v, *a)) || (v == *a && first));
    *a = wins ? v : *a;
    *at = wins ? from : *at;
}
static Y FN(reduce_group_finish)(SIZES size, T v, INDEX at, float back)
{
    return at;
}
#else
static T FN(reduce_group_joined)(T a, T v)
{
    return JOIN;
}
static void FN(reduce_group_join)(T *a, INDEX *at, T v, INDEX from)
{
    *a = FN(reduce_group_joined)(*a, v);
}
static Y FN(reduce_group_finish)(SIZES size, T v, INDEX at, float back)
{
    return FINISH(v);
}
#endif

/* Element e of a line, counted from its first one. */
static INDEX FN(reduce_group_at)(SIZES size, INDEX e)
{
    return e < RUN ? e * STEP : e % RUN * STEP + NCL_OFFSET(e / RUN, GATHERED, 17, 21);
}

/* What a work-item has of the elements [e, end) of a line, `pace` apart. */
#if SUM
static T FN(reduce_group_share)(SIZES size, INDEX e, INDEX end, INDEX pace, T m, global const T *x, INDEX *at,
                                float unit)
{
    T total = START, lost = 0;
    while (e < end) {
        T part = START;
        for (int i = 0; i < PART && e < end; i++, e += pace) {
            const T v = x[FN(reduce_group_at)(size, e)];
            part = FN(reduce_group_joined)(part, MAP(v));
        }
        NCL_ADD_UP(T, total, part, lost)
    }
    return total;
}
static bool FN(reduce_group_holds)(T total)
{
    return isfinite(total);
}
#else
static T FN(reduce_group_share)(SIZES size, INDEX e, INDEX end, INDEX pace, T m, global const T *x, INDEX *at,
                                float unit)
{
    T total = START;
    for (; e < end; e += pace) {
        const T v = x[FN(reduce_group_at)(size, e)];
        FN(reduce_group_join)(&total, at, MAP(v), e);
    }
    return total;
}
static bool FN(reduce_group_holds)(T total)
{
    return true;
}
#endif

static void FN(reduce_group)(INDEX task, SIZES size, local float *shared, global const T *x, global const T *mean,
                             global Y *y)
{
    const int item = get_local_id(0), share = SHARE, lines = (int)get_local_size(0) / share;
    const int place = COLUMNS ? item / lines : item % share, pitch = COLUMNS ? lines : 1;
    const INDEX split = task % SPLITS, result = task / SPLITS * lines + (COLUMNS ? item % lines : item / share);
    const INDEX line = min(result, RESULTS - 1), from = split * TERMS, to = min(from + TERMS, ELEMENTS);
    local T *values = (local T *)shared;
    local int *places = (local int *)shared + get_local_size(0);
    INDEX at = ELEMENTS;
    global const T *first = x + line % WIDTH + NCL_OFFSET(line / WIDTH, KEPT, 9, 13);
    T total = FN(reduce_group_share)(size, from + place, to, share, mean[line], first, &at, 1);
    values[item] = total;
    if (ARG)
        places[item] = at;
    NCL_TREE(place, share, reach, {
        const int other = item + reach * pitch;
        FN(reduce_group_join)(&total, &at, values[other], ARG ? places[other] : 0);
        values[item] = total;
        if (ARG)
            places[item] = at;
    })
    if (place != 0 || result >= RESULTS)
        return;
    float back = 1;
    if (!FN(reduce_group_holds)(total)) {
        total = FN(reduce_group_share)(size, from, to, 1, mean[line], first, &at, 0x1p-64f);
        back = 0x1p64f;
    }
    y[split * RESULTS + result] = FN(reduce_group_finish)(size, total, at, back);
}
