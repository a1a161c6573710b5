/* SPDX-License-Identifier: Apache-2.0 */
/* y = (x - m) / sqrt(v + EPSILON) scale + offset for each row, m the mean and v the variance of its elements
 * (layer_norm.c).
 *
 * CENTRED  0: m is 0, v the mean of squares
 * LENGTH   1: y = x / max(sqrt(v) + BIAS, EPSILON), v the sum of squares; below SMALL, and where it is beyond a float,
 *          it is taken again of multiples
 * SCALED, SHIFTED   0: there is no scale, no offset; x stands in its place
 * ROWS rows of COLUMNS elements, SPAN of them in a task: a row is read three times, but from memory once
 * TILE     rows that go together, LANES or 1: their chains of additions do not wait for each other, and what is found
 *          of each row lies in a lane of one vector, so lanes are joined, and roots are taken, once for all of them
 * The last elements of a row are those of its last vector, which the one before it shares; a row of less than a vector
 * is read and written by elements.
 * Where m or v is beyond a float, both are taken again of the elements times 2^-100, and so is the difference.
 * tasks: ceil(ROWS / SPAN) */
#ifndef TILE
#define TILE LANES
#endif
#ifndef CENTRED
#define CENTRED 1
#endif
#ifndef LENGTH
#define LENGTH 0
#endif
#ifndef SCALED
#define SCALED 1
#endif
#ifndef SHIFTED
#define SHIFTED 1
#endif
#define ROWS SIZE(0)
#define COLUMNS SIZE(1)
#define SPAN SIZE(2)
#define EPSILON REAL(3)
#define BIAS REAL(4)
#define SMALL REAL(5)

#define BLOCK (32 * LANES) /* elements of a part: as many additions to a sum as it has vectors */
#define ADD(d) total += NCL_SWAP(total, d);
#define WHOLE (COLUMNS - COLUMNS % LANES) /* elements of whole vectors */
#define LAST max(COLUMNS - LANES, (INDEX)0) /* where the last vector begins, */
#define OURS (NCL_RAMP >= (int)(WHOLE - LAST) && NCL_RAMP < (int)(COLUMNS - LAST)) /* and its lanes behind the others */

/* The last vector of a row. */
static V FN(norm_last)(SIZES size, global const NCL_T0 *x)
{
    return COLUMNS < LANES ? NCL_LOAD(NCL_T0, x, COLUMNS) : NCL_VLOAD(NCL_T0, x + LAST);
}

/* The sums over all lanes of each row's sum. */
static V FN(norm_join)(V *sum)
{
#if TILE == 1
    V total = *sum;
    NCL_HALVINGS(ADD)
    return total;
#else
    V total = 0;
    NCL_TRANSPOSE(V, sum)
#pragma unroll
    for (int i = 0; i < TILE; i++)
        total += sum[i];
    return total;
#endif
}

/* The means over rows of unit x - m, or of its square, one for each lane; of a length the sums. */
NCL_APART static V FN(norm_mean)(SIZES size, global const NCL_T0 *x, const INDEX *row, V units, V means, int squared)
{
    float unit[LANES], mean[LANES];
    V sum[TILE] = {0};
    VSTORE(units, unit);
    VSTORE(-means, mean);
    for (INDEX j = 0; j < WHOLE;) {
        const INDEX end = min(j + BLOCK, WHOLE);
        V part[TILE] = {0};
        for (; j < end; j += LANES)
#pragma unroll
            for (int i = 0; i < TILE; i++) {
                const V d = fma(NCL_VLOAD(NCL_T0, x + row[i] + j), (V)unit[i], (V)mean[i]);
                part[i] = squared ? fma(d, d, part[i]) : part[i] + d;
            }
#pragma unroll
        for (int i = 0; i < TILE; i++)
            sum[i] += part[i];
    }
    if (WHOLE < COLUMNS)
#pragma unroll
        for (int i = 0; i < TILE; i++) {
            const V d = select((V)0, fma(FN(norm_last)(size, x + row[i]), (V)unit[i], (V)mean[i]), OURS);
            sum[i] = squared ? fma(d, d, sum[i]) : sum[i] + d;
        }
    return LENGTH ? FN(norm_join)(sum) : FN(norm_join)(sum) / (float)COLUMNS;
}

/* What elements are taken times so that v is a float, and not too small a one. */
static V FN(norm_unit)(SIZES size, V v)
{
#if LENGTH
    return select(select((V)1, (V)0x1p70f, v < SMALL), (V)0x1p-100f, isinf(v));
#else
    return select((V)0x1p-100f, (V)1, isfinite(v + EPSILON));
#endif
}

/* What differences from m are divided by; of those that are no length its reciprocal. */
static V FN(norm_by)(SIZES size, V v, V unit)
{
#if LENGTH
    const V length = sqrt(v) + BIAS * unit, least = EPSILON * unit;
    return select(least, length, length > least);
#else
    return 1.0f / sqrt(v + EPSILON * unit * unit);
#endif
}

/* n elements of a row from j on, of which x are those that are read. */
static void FN(norm_put)(V x, V unit, V mean, V by, global const float *scale, global const float *offset,
                         global NCL_T3 *y, INDEX n)
{
    const V d = fma(x, unit, mean);
    V r = LENGTH ? d / by : d * by;
    if (SCALED)
        r *= NCL_LOAD(float, scale, n);
    if (SHIFTED)
        r += NCL_LOAD(float, offset, n);
    NCL_STORE(NCL_T3, r, y, n);
}

/* TILE rows that begin at `row`. */
static void FN(norm_tile)(SIZES size, global const NCL_T0 *x, const INDEX *row, global const float *scale,
                          global const float *offset, global NCL_T3 *y)
{
    float unit[LANES], mean[LANES], by[LANES];
    V units = 1, m = CENTRED ? FN(norm_mean)(size, x, row, units, 0, 0) : (V)0;
    V v = FN(norm_mean)(size, x, row, units, m, 1);
    units = FN(norm_unit)(size, v);
    if (any(units != 1)) {
        m = CENTRED ? FN(norm_mean)(size, x, row, units, 0, 0) : (V)0;
        v = FN(norm_mean)(size, x, row, units, m, 1);
    }
    VSTORE(units, unit);
    VSTORE(-m, mean);
    VSTORE(FN(norm_by)(size, v, units), by);
    for (INDEX j = 0; j < WHOLE; j += LANES)
#pragma unroll
        for (int i = 0; i < TILE; i++)
            FN(norm_put)(NCL_VLOAD(NCL_T0, x + row[i] + j), unit[i], mean[i], by[i], scale + j, offset + j,
                         y + row[i] + j, LANES);
    if (WHOLE < COLUMNS)
        for (int i = 0; i < TILE; i++)
            FN(norm_put)(FN(norm_last)(size, x + row[i]), unit[i], mean[i], by[i], scale + LAST, offset + LAST,
                         y + row[i] + LAST, min(COLUMNS, (INDEX)LANES));
}

static void FN(norm_rows)(INDEX task, SIZES size, global const NCL_T0 *x, global const float *scale,
                          global const float *offset, global NCL_T3 *y)
{
    const INDEX last = min((task + 1) * SPAN, ROWS);
    for (INDEX first = task * SPAN; first < last; first += TILE) {
        INDEX row[TILE];
        for (int i = 0; i < TILE; i++)
            row[i] = min(first + i, last - 1) * COLUMNS; /* the last one in place of those behind it */
        FN(norm_tile)(size, x, row, scale, offset, y);
    }
}
