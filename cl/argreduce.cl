/* SPDX-License-Identifier: Apache-2.0 */
/* y[r] = position of the greatest (or smallest) element of line r: the first of equals, counted in row-major order over
 * the gathered axes. A NaN is beyond every number.
 *
 * BETTER(v, a)  v is beyond a     START  a number that none is behind
 * COLUMNS  1: a line is up to LANES neighbouring results, of WIDTH in a row; 0: one result, its elements are neighbours
 * APART    1: of COLUMNS, the elements of neighbouring results lie BESIDE apart; 0: BESIDE is 1
 * LINES    number of lines                               SPAN     lines of a task
 * RUN      elements along the innermost gathered axis, STEP apart                GROUPS   such runs in a line
 * KEPT     outer axes that stay: EXTENT, STRIDE; GATHERED  outer axes that are gathered: GATHERED_EXTENT,
 *          GATHERED_STRIDE; innermost first
 * tasks: ceil(LINES / SPAN) */
#ifndef BETTER
#define BETTER(v, a) v > a
#endif
#ifndef START
#define START -INFINITY
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

#define PACE (COLUMNS ? 1 : LANES) /* elements along the run that a vector covers */
#define PITCH (COLUMNS ? STEP : 1) /* how far they are apart */
#define HERE(j) (COLUMNS ? lanes : min(RUN - (j), (INDEX)LANES)) /* elements of the vector at j */
#define FOLD(d) FN(argreduce_join)(&best, &at, NCL_SWAP(best, d), NCL_SWAP(at, d));

static VI FN(argreduce_better)(V v, V a)
{
    return (BETTER(v, a)) | (isnan(v) & ~isnan(a));
}

/* Joins other lanes: the better value, or of equal ones the smaller position. */
static void FN(argreduce_join)(V *best, VI *at, V other, VI there)
{
    const VI wins = FN(argreduce_better)(other, *best) | (~FN(argreduce_better)(*best, other) & (there < *at));
    *best = select(*best, other, wins);
    *at = select(*at, there, wins);
}

#if APART
/* The elements of n results, and behind them that of the last one. */
static V FN(argreduce_load)(SIZES size, global const float *x, INDEX n)
{
    float each[LANES];
#pragma unroll
    for (int i = 0; i < LANES; i++)
        each[i] = x[min((INDEX)i, n - 1) * BESIDE];
    return VLOAD(each);
}
#else
static V FN(argreduce_load)(SIZES size, global const float *x, INDEX n)
{
    if (n == LANES)
        return VLOAD(x);
    float part[LANES];
    VSTORE((V)START, part);
    for (INDEX i = 0; i < n; i++)
        part[i] = x[i];
    return VLOAD(part);
}
#endif

static void FN(argreduce)(INDEX task, SIZES size, global const float *x, global int *y)
{
    const INDEX last = min((task + 1) * SPAN, LINES), blocks = (WIDTH + LANES - 1) / LANES;
    const VI ramp = COLUMNS ? (VI)0 : NCL_RAMP;
    for (INDEX line = task * SPAN; line < last; line++) {
        const INDEX outer = line / blocks, first = line % blocks * LANES, lanes = min(WIDTH - first, (INDEX)LANES);
        V best = START; /* at position 0: right when nothing is beyond it */
        VI at = 0;
        for (INDEX g = 0; g < GROUPS; g++) {
            global const float *from =
                x + first * BESIDE + NCL_OFFSET(outer, KEPT, 8, 12) + NCL_OFFSET(g, GATHERED, 16, 20);
            for (INDEX j = 0; j < RUN; j += PACE) {
                const V v = FN(argreduce_load)(size, from + j * PITCH, HERE(j));
                const VI wins = FN(argreduce_better)(v, best);
                best = select(best, v, wins);
                at = select(at, (int)(g * RUN + j) + ramp, wins);
            }
        }
        if (COLUMNS) {
            NCL_STORE(int, at, y + outer * WIDTH + first, lanes);
            continue;
        }
        NCL_HALVINGS(FOLD)
        y[outer] = at.s0;
    }
}
