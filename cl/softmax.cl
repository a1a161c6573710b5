/* SPDX-License-Identifier: Apache-2.0 */
/* y = exp(x - m) / (sum of exp(x - m)) along each line, m its maximum (NNEF 4.9.1).
 *
 * COLUMNS  1: a line is up to LANES neighbouring positions, of WIDTH in a row; 0: one position, its elements are
 *          neighbours
 * LINES    number of lines                               SPAN     lines of a task
 * RUN      elements along the innermost gathered axis, STEP apart                GROUPS   such runs in a line
 * KEPT     outer axes that stay: EXTENT, STRIDE; GATHERED  outer axes that are gathered: GATHERED_EXTENT,
 *          GATHERED_STRIDE; innermost first
 * tasks: ceil(LINES / SPAN) */
#ifndef COLUMNS
#define COLUMNS 0
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

#define PACE (COLUMNS ? 1 : LANES)  /* elements along the run that a vector covers */
#define PITCH (COLUMNS ? STEP : 1)  /* how far they are apart */
#define BLOCK (128 * PACE)          /* partial sums keep the error of long lines small */
/* Where the vector at j begins: the last one of a run that is no whole number of vectors lies partly in the one before
 * it, so that none is put together from elements but in runs that are shorter than a vector. */
#define BACK(j) (COLUMNS ? (j) : max(min(j, RUN - LANES), (INDEX)0))
#define RAISE(d) v = fmax(v, NCL_SWAP(v, d));
#define ADD(d) v += NCL_SWAP(v, d);

/* Elements that are not there count as nothing, in the maximum and in the sum. */
static V FN(softmax_load)(global const float *x, INDEX n)
{
    if (n == LANES)
        return VLOAD(x);
    float part[LANES];
    VSTORE((V)-INFINITY, part);
    for (INDEX i = 0; i < n; i++)
        part[i] = x[i];
    return VLOAD(part);
}

static V FN(softmax_max)(V v)
{
    NCL_HALVINGS(RAISE)
    return v;
}

static V FN(softmax_sum)(V v)
{
    NCL_HALVINGS(ADD)
    return v;
}

static void FN(softmax)(INDEX task, SIZES size, global const float *x, global float *y)
{
    const INDEX last = min((task + 1) * SPAN, LINES), blocks = (WIDTH + LANES - 1) / LANES;
    for (INDEX line = task * SPAN; line < last; line++) {
        const INDEX outer = line / blocks, first = line % blocks * LANES;
        const INDEX n = min(COLUMNS ? WIDTH - first : RUN, (INDEX)LANES); /* elements of a vector */
        const INDEX start = first + NCL_OFFSET(outer, KEPT, 8, 12);
        V peak = -INFINITY, sum = 0;
        for (INDEX g = 0; g < GROUPS; g++) {
            const INDEX run = start + NCL_OFFSET(g, GATHERED, 16, 20);
            for (INDEX j = 0; j < RUN; j += PACE) {
                const V v = FN(softmax_load)(x + run + BACK(j) * PITCH, n);
                peak = select(peak, v, v > peak);
            }
        }
        peak = COLUMNS ? peak : FN(softmax_max)(peak);
        for (INDEX g = 0; g < GROUPS; g++) {
            const INDEX run = start + NCL_OFFSET(g, GATHERED, 16, 20);
            for (INDEX j = 0; j < RUN;) {
                V part = 0;
                for (const INDEX end = min(j + BLOCK, RUN); j < end; j += PACE) {
                    const INDEX at = BACK(j);
                    const V e = ncl_exp(FN(softmax_load)(x + run + at * PITCH, n) - peak);
                    part += at == j ? e : select(e, (V)0, NCL_RAMP < (int)(j - at));
                    NCL_STORE(float, e, y + run + at * PITCH, n);
                }
                sum += part;
            }
        }
        const V scale = 1.0f / (COLUMNS ? sum : FN(softmax_sum)(sum));
        for (INDEX g = 0; g < GROUPS; g++) {
            const INDEX run = start + NCL_OFFSET(g, GATHERED, 16, 20), at = BACK(RUN - 1);
            const V end = NCL_LOAD(float, y + run + at * PITCH, n);
            for (INDEX j = 0; j < at; j += PACE)
                NCL_STORE(float, NCL_LOAD(float, y + run + j * PITCH, n) * scale, y + run + j * PITCH, n);
            NCL_STORE(float, end * scale, y + run + at * PITCH, n);
        }
    }
}
