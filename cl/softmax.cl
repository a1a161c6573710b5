/* y = exp(x - m) / (sum of exp(x - m)) along each line, m its maximum (NNEF 4.9.1).
 *
 * COLUMNS  1: a line is up to eight neighbouring positions, of WIDTH in a row; 0: one position, its elements are neighbours
 * LINES    number of lines                               SPAN     lines of a task
 * RUN      elements along the innermost gathered axis, STEP apart                GROUPS   such runs in a line
 * KEPT     outer axes that stay: EXTENT, STRIDE; GATHERED  outer axes that are gathered: GATHERED_EXTENT, GATHERED_STRIDE; innermost first
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

#define PACE (COLUMNS ? 1 : 8)      /* elements along the run that a vector covers */
#define PITCH (COLUMNS ? STEP : 1)  /* how far they are apart */
#define BLOCK (128 * PACE)          /* partial sums keep the error of long lines small */
#define HERE(j) (COLUMNS ? lanes : min(RUN - (j), (INDEX)8)) /* elements of the vector at j */

/* Elements that are not there count as nothing, in the maximum and in the sum. */
static float8 FN(softmax_load)(global const float *x, INDEX n)
{
    if (n == 8)
        return vload8(0, x);
    float part[8] = {-INFINITY, -INFINITY, -INFINITY, -INFINITY, -INFINITY, -INFINITY, -INFINITY, -INFINITY};
    for (INDEX i = 0; i < n; i++)
        part[i] = x[i];
    return vload8(0, part);
}

static float8 FN(softmax_max)(float8 v)
{
    v = fmax(v, v.s45670123);
    v = fmax(v, v.s23016745);
    return fmax(v, v.s10325476);
}

static float8 FN(softmax_sum)(float8 v)
{
    v += v.s45670123;
    v += v.s23016745;
    return v + v.s10325476;
}

static void FN(softmax)(INDEX task, SIZES size, global const float *x, global float *y)
{
    const INDEX last = min((task + 1) * SPAN, LINES), blocks = (WIDTH + 7) / 8;
    for (INDEX line = task * SPAN; line < last; line++) {
        const INDEX outer = line / blocks, first = line % blocks * 8, lanes = min(WIDTH - first, (INDEX)8);
        const INDEX start = first + NCL_OFFSET(outer, KEPT, 8, 12);
        float8 peak = -INFINITY, sum = 0;
        for (INDEX g = 0; g < GROUPS; g++) {
            const INDEX run = start + NCL_OFFSET(g, GATHERED, 16, 20);
            for (INDEX j = 0; j < RUN; j += PACE)
                peak = fmax(peak, FN(softmax_load)(x + run + j * PITCH, HERE(j)));
        }
        peak = COLUMNS ? peak : FN(softmax_max)(peak);
        for (INDEX g = 0; g < GROUPS; g++) {
            const INDEX run = start + NCL_OFFSET(g, GATHERED, 16, 20);
            for (INDEX j = 0; j < RUN;) {
                float8 part = 0;
                for (const INDEX end = min(j + BLOCK, RUN); j < end; j += PACE) {
                    const float8 e = exp(FN(softmax_load)(x + run + j * PITCH, HERE(j)) - peak);
                    part += e;
                    NCL_STORE(float, e, y + run + j * PITCH, HERE(j));
                }
                sum += part;
            }
        }
        const float8 scale = 1.0f / (COLUMNS ? sum : FN(softmax_sum)(sum));
        for (INDEX g = 0; g < GROUPS; g++) {
            const INDEX run = start + NCL_OFFSET(g, GATHERED, 16, 20);
            for (INDEX j = 0; j < RUN; j += PACE)
                NCL_STORE(float, NCL_LOAD(float, y + run + j * PITCH, HERE(j)) * scale, y + run + j * PITCH, HERE(j));
        }
    }
}
