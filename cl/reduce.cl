/* SPDX-License-Identifier: Apache-2.0 */
/* y[r] = finish(J over the elements v of line r of  map(v)): sums, means, maxima, minima, all, any, sums of squared
 * differences from m[r].
 *
 * JOIN     how a vector v joins an accumulator a         START    the accumulator at the start
 * T        type of the elements
 * MAP(v)   of an element or vector, with m and unit      FINISH(v)  of the joined value, with VOLUME and back
 * SUM      1: JOIN is a + v; what every 32 additions give is summed with compensation (Kahan), so that the error does
 *          not grow with the line. A sum beyond a float is taken again of the elements times unit, back is 1 / unit
 * COLUMNS  1: a line is up to LANES neighbouring results, of WIDTH in a row; 0: one result, its elements are neighbours
 * APART    1: of COLUMNS, the elements of neighbouring results lie BESIDE apart; 0: BESIDE is 1
 * LINES    number of lines                               SPAN     lines of a task
 * RUN      elements along the innermost gathered axis, STEP apart                GROUPS   such runs in a line
 * KEPT     outer axes that stay: EXTENT, STRIDE; GATHERED  outer axes that are gathered: GATHERED_EXTENT,
 *          GATHERED_STRIDE; innermost first
 * VOLUME   elements that a result gathers
 * Where MAP has no m, x stands in its place. tasks: ceil(LINES / SPAN) */
#ifndef T
#define T float
#endif
#ifndef JOIN
#define JOIN a + v
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
#ifndef COLUMNS
#define COLUMNS 0
#endif
#ifndef APART
#define APART 0
#endif
#define LINES SIZE(0)
#define SPAN SIZE(1)
#define WIDTH SIZE(2)
#define RUN SIZE(3)
#define STEP SIZE(4)
#define GROUPS SIZE(5)
#define KEPT SIZE(6)
#define GATHERED SIZE(7)
#define EXTENT(i) SIZE(8 + (i))
#define STRIDE(i) SIZE(12 + (i))
#define GATHERED_EXTENT(i) SIZE(16 + (i))
#define GATHERED_STRIDE(i) SIZE(20 + (i))
#define BESIDE SIZE(24)
#define VOLUME REAL(25)

#define TV NCL_VECTOR(T)
#define PACE (COLUMNS ? 1 : LANES) /* elements along the run that a vector covers */
#define PITCH (COLUMNS ? STEP : 1) /* how far they are apart */
#define HERE(j) (COLUMNS ? lanes : min(RUN - (j), (INDEX)LANES)) /* elements of the vector at j */
#define BLOCK (32 * PACE)
#define FOLD(d) total = FN(reduce_join)(total, NCL_SWAP(total, d)); /* each lane has its other half's values too */

static TV FN(reduce_join)(TV a, TV v)
{
    return JOIN;
}

#if SUM
static TV FN(reduce_total)(TV total, TV block, TV *lost)
{
    NCL_ADD_UP(TV, total, block, *lost)
    return total;
}
#else
static TV FN(reduce_total)(TV total, TV block, TV *lost)
{
    return FN(reduce_join)(total, block);
}
#endif

#if APART
/* The elements of n results, and behind them that of the last one. */
static TV FN(reduce_load)(SIZES size, global const T *x, INDEX n, TV m, float unit)
{
    T each[LANES];
#pragma unroll
    for (int i = 0; i < LANES; i++)
        each[i] = x[min((INDEX)i, n - 1) * BESIDE];
    const TV v = VLOAD(each);
    return MAP(v);
}
#else
/* The first n elements, mapped, and START behind them. */
static TV FN(reduce_load)(SIZES size, global const T *x, INDEX n, TV m, float unit)
{
    if (n == LANES)
        return MAP(VLOAD(x));
    T each[LANES], part[LANES];
    VSTORE(m, each);
    VSTORE((TV)START, part);
    for (INDEX i = 0; i < n; i++) {
        const T m = each[i];
        part[i] = MAP(x[i]);
    }
    return VLOAD(part);
}
#endif

/* A line, joined; of one result in each lane. `x`: its first element with all gathered axes at 0. */
NCL_APART static TV FN(reduce_line)(SIZES size, global const T *x, INDEX lanes, TV m, float unit)
{
    TV total = START, lost = 0;
    for (INDEX g = 0; g < GROUPS; g++) {
        global const T *from = x + NCL_OFFSET(g, GATHERED, 16, 20);
        for (INDEX j = 0; j < RUN;) {
            TV block = START;
            for (const INDEX end = min(j + BLOCK, RUN); j < end; j += PACE)
                block = FN(reduce_join)(block, FN(reduce_load)(size, from + j * PITCH, HERE(j), m, unit));
            total = FN(reduce_total)(total, block, &lost);
        }
    }
    if (COLUMNS)
        return total;
    NCL_HALVINGS(FOLD)
    return total;
}

static TV FN(reduce_finish)(SIZES size, TV v, float back)
{
    return FINISH(v);
}

#if SUM
static TV FN(reduce_result)(SIZES size, global const T *x, INDEX lanes, TV m)
{
    const TV total = FN(reduce_line)(size, x, lanes, m, 1), y = FN(reduce_finish)(size, total, 1);
    if (all(isfinite(total)))
        return y;
    const TV less = FN(reduce_line)(size, x, lanes, m, 0x1p-64f);
    return select(FN(reduce_finish)(size, less, 0x1p64f), y, isfinite(total));
}
#else
static TV FN(reduce_result)(SIZES size, global const T *x, INDEX lanes, TV m)
{
    return FN(reduce_finish)(size, FN(reduce_line)(size, x, lanes, m, 1), 1);
}
#endif

static void FN(reduce)(INDEX task, SIZES size, global const T *x, global const T *mean, global T *y)
{
    const INDEX last = min((task + 1) * SPAN, LINES), blocks = (WIDTH + LANES - 1) / LANES;
    for (INDEX line = task * SPAN; line < last; line++) {
        const INDEX outer = line / blocks, first = line % blocks * LANES, lanes = min(WIDTH - first, (INDEX)LANES);
        const INDEX result = outer * WIDTH + first;
        const TV m = COLUMNS ? NCL_LOAD(T, mean + result, lanes) : (TV)mean[result];
        const TV joined = FN(reduce_result)(size, x + first * BESIDE + NCL_OFFSET(outer, KEPT, 8, 12), lanes, m);
        if (COLUMNS)
            NCL_STORE(T, joined, y + result, lanes);
        else
            y[result] = joined.s0;
    }
}
