/* SPDX-License-Identifier: Apache-2.0 */
/* Copies between two index schemes:
 *
 *   y[OUT_FIRST + sum_k i_k OUT_STRIDE(k) + j INNER_OUT] = x[IN_FIRST + sum_k i_k IN_STRIDE(k) + j INNER_IN]
 *
 * for 0 <= i_k < EXTENT(k), k < RANK, 0 <= j < INNER. A row is the run of j at one (i_0, i_1, ...); ROW_COUNT of them.
 *
 * NCL_T0, NCL_T1   types of the elements of x and y
 * ROW    how a row moves: COPY (INNER_IN = INNER_OUT = 1), FILL (0, 1), REVERSE (-1, 1), STEP (any)
 *
 * A task is TASK_ROWS rows, or one of PIECES pieces of PIECE elements of one row.
 * tasks: ceil(ROW_COUNT / TASK_ROWS) * PIECES */
#ifndef ROW
#define ROW COPY
#endif
#define ROW_COUNT SIZE(0)
#define INNER SIZE(1)
#define INNER_IN SIZE(2)
#define INNER_OUT SIZE(3)
#define TASK_ROWS SIZE(4)
#define PIECE SIZE(5)
#define PIECES SIZE(6)
#define IN_FIRST SIZE(7)
#define OUT_FIRST SIZE(8)
#define RANK SIZE(9)
#define EXTENT(i) SIZE(10 + (i))
#define IN_STRIDE(i) SIZE(26 + (i))
#define OUT_STRIDE(i) SIZE(42 + (i))

#define MAX_RANK 16

static void FN(COPY)(global const NCL_T0 *x, global NCL_T1 *y, INDEX count, INDEX in, INDEX out)
{
    INDEX j = 0;
    for (; j + LANES <= count; j += LANES)
        NCL_VSTORE(NCL_T1, NCL_VLOAD(NCL_T0, x + j), y + j);
    for (; j < count; j++)
        NCL_PUT(NCL_T1, NCL_AT(NCL_T0, x, j), y, j);
}

static void FN(FILL)(global const NCL_T0 *x, global NCL_T1 *y, INDEX count, INDEX in, INDEX out)
{
    const NCL_VALUE(NCL_T0) value = NCL_AT(NCL_T0, x, 0);
    INDEX j = 0;
    for (; j + LANES <= count; j += LANES)
        NCL_VSTORE(NCL_T1, (NCL_VECTOR(NCL_VALUE(NCL_T0)))(value), y + j);
    for (; j < count; j++)
        NCL_PUT(NCL_T1, value, y, j);
}

static void FN(REVERSE)(global const NCL_T0 *x, global NCL_T1 *y, INDEX count, INDEX in, INDEX out)
{
    INDEX j = 0;
    for (; j + LANES <= count; j += LANES)
        NCL_VSTORE(NCL_T1, NCL_BACKWARDS(NCL_VLOAD(NCL_T0, x - j - (LANES - 1))), y + j);
    for (; j < count; j++)
        NCL_PUT(NCL_T1, NCL_AT(NCL_T0, x, -j), y, j);
}

static void FN(STEP)(global const NCL_T0 *x, global NCL_T1 *y, INDEX count, INDEX in, INDEX out)
{
    for (INDEX j = 0; j < count; j++)
        NCL_PUT(NCL_T1, NCL_AT(NCL_T0, x, j * in), y, j * out);
}

static void FN(strided_copy)(INDEX task, SIZES size, global const NCL_T0 *x, global NCL_T1 *y)
{
    const int rank = (int)RANK;
    const INDEX in = INNER_IN, out = INNER_OUT;
    const INDEX first = task % PIECES * PIECE, count = min(PIECE, INNER - first);
    INDEX row = task / PIECES * TASK_ROWS, left = min(TASK_ROWS, ROW_COUNT - row);
    INDEX index[MAX_RANK];
    x += IN_FIRST + first * in;
    y += OUT_FIRST + first * out;
    for (int k = rank - 1; k >= 0; k--) {
        index[k] = row % EXTENT(k);
        row /= EXTENT(k);
        x += index[k] * IN_STRIDE(k);
        y += index[k] * OUT_STRIDE(k);
    }
    for (;;) {
        /* along the innermost outer axis without carries */
        const INDEX run = rank ? min(left, EXTENT(rank - 1) - index[rank - 1]) : 1;
        const INDEX dx = rank ? IN_STRIDE(rank - 1) : 0, dy = rank ? OUT_STRIDE(rank - 1) : 0;
        for (INDEX r = 0; r < run; r++, x += dx, y += dy)
            FN(ROW)(x, y, count, in, out);
        left -= run;
        if (left <= 0)
            return;
        index[rank - 1] += run;
        for (int k = rank - 1; k > 0 && index[k] == EXTENT(k); k--) {
            x += IN_STRIDE(k - 1) - index[k] * IN_STRIDE(k);
            y += OUT_STRIDE(k - 1) - index[k] * OUT_STRIDE(k);
            index[k] = 0;
            index[k - 1]++;
        }
    }
}
