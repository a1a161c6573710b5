/* SPDX-License-Identifier: Apache-2.0 */
/* C[m,n] = bias[m,n] + sum_k A[m,k] B[k,n] for each matrix of a batch, by tiles of MR x WIDTH in registers: N >= WIDTH,
 * M >= MR. The columns of C are contiguous.
 *
 * MR, VECTORS    rows of a tile, and vectors of a row: WIDTH columns
 * TRANSPOSED_A   0: the columns of A are contiguous and LDA steps through its rows; 1: the other way around
 * PACKED         0: B in rows of stride LDB; 1: in panels of WIDTH columns, [ceil(N / WIDTH)][K][WIDTH]
 * STEP           the loop over k is unrolled by it: addresses stay few because the rows are pointers made anew in each
 *                step
 * BIAS           NO_BIAS;  COLUMN_BIAS: contiguous along n;  ROW_BIAS: the same for all n
 *
 * The last tile of rows and the last panel of columns (in B's panels too) start early enough to be whole: what lies in
 * two tiles is computed twice, alike.
 * A task is one panel of columns and ROWS rows of C: the panel stays in a near cache, also for the tasks of the other
 * rows, which come next. Meanwhile the panel AHEAD panels behind, which a task to come reads, is on its way: each tile
 * of rows hints at its share of it.
 * tasks: prod_i EXTENT(i) * BLOCKS * PANELS, with BLOCKS = ceil(M / ROWS), PANELS = ceil(N / WIDTH),
 * of which those from HALVED on are two tasks each, of half the rows, so that cores end together */
#ifndef MR
#define MR 6
#endif
#ifndef VECTORS
#define VECTORS 2
#endif
#ifndef STEP
#define STEP 4
#endif
#ifndef TRANSPOSED_A
#define TRANSPOSED_A 0
#endif
#ifndef PACKED
#define PACKED 0
#endif
#ifndef BIAS
#define BIAS NO_BIAS
#endif
#define NCL_CELL NCL_T3
#define WIDTH (VECTORS * LANES)
#define M SIZE(0)
#define N SIZE(1)
#define K SIZE(2)
#define LDA SIZE(3)
#define LDB SIZE(4)
#define LDC SIZE(5)
#define ROWS SIZE(6)
#define BLOCKS SIZE(7)
#define PANELS SIZE(8)
#define BIAS_ROW SIZE(9)
#define AHEAD SIZE(10)
#define RANK SIZE(11)
#define EXTENT(i) SIZE(12 + (i))
#define A_STRIDE(i) SIZE(18 + (i))
#define B_STRIDE(i) SIZE(24 + (i))
#define C_STRIDE(i) SIZE(30 + (i))
#define BIAS_STRIDE(i) SIZE(36 + (i))
#define HALVED SIZE(42)

static V FN(NO_BIAS)(global const float *bias, INDEX column)
{
    return 0.0f;
}

static V FN(COLUMN_BIAS)(global const float *bias, INDEX column)
{
    return VLOAD(bias + column);
}

static V FN(ROW_BIAS)(global const float *bias, INDEX column)
{
    return bias[0];
}

/* Element j of row r of A in a step. Halves become floats a step at a time, in `near`. */
#define ROW_AT       NCL_CAT(ROW_AT_, NCL_T0)
#define ROW_AT_float(r, j) row[r][(j) * along]
#define ROW_AT_half(r, j)  near[r][j]
#define COME_NEAR()  NCL_CAT(COME_NEAR_, NCL_T0)()
#define COME_NEAR_float()
#define COME_NEAR_half()                                                                                     \
    float near[MR][STEP];                                                                                    \
    _Pragma("unroll") for (int r = 0; r < MR; r++) _Pragma("unroll") for (int j = 0; j < STEP; j += FOUR)    \
        if (FOUR == 4)                                                                                       \
            vstore4(vload_half4(0, row[r] + j), 0, near[r] + j);                                             \
        else                                                                                                 \
            near[r][j] = vload_half(0, row[r] + j * along);
#define FOUR (TRANSPOSED_A || STEP % 4 ? 1 : 4) /* neighbours at a time */

/* What one element of each row of A, by a row of B, adds to the sums of a tile. */
#define ADD(value_at)                                                                                        \
    {                                                                                                        \
        V columns[VECTORS];                                                                                  \
        _Pragma("unroll") for (int v = 0; v < VECTORS; v++) columns[v] = NCL_VLOAD(NCL_T1, b + v * LANES);   \
        _Pragma("unroll") for (int r = 0; r < MR; r++)                                                       \
        {                                                                                                    \
            const V value = value_at;                                                                        \
            _Pragma("unroll") for (int v = 0; v < VECTORS; v++) sum[r][v] = fma(value, columns[v], sum[r][v]); \
        }                                                                                                    \
    }

/* `ahead` goes on by `pace` elements with each STEP. */
static void FN(gemm_tile)(SIZES size, INDEX k, global const NCL_T0 *a, INDEX lda, global const NCL_T1 *b, INDEX ldb,
                          global const float *bias, INDEX bias_row, INDEX column, global NCL_CELL *c, INDEX at,
                          INDEX ldc, global const NCL_T1 *ahead, INDEX pace CHAIN_PARAMETERS)
{
    const INDEX down = TRANSPOSED_A ? 1 : lda, along = TRANSPOSED_A ? lda : 1;
    global const NCL_T0 *row[MR];
    V sum[MR][VECTORS];
#pragma unroll
    for (int i = 0; i < MR * VECTORS; i++)
        sum[i / VECTORS][i % VECTORS] = FN(BIAS)(bias + i / VECTORS * bias_row, column + i % VECTORS * LANES);
    INDEX i = 0;
    for (; i + STEP <= k; i += STEP, a += STEP * along, ahead += pace) {
        NCL_FETCH(ahead);
#pragma unroll
        for (int r = 0; r < MR; r++)
            row[r] = a + r * down;
        COME_NEAR()
#pragma unroll
        for (int j = 0; j < STEP; j++, b += ldb)
            ADD(ROW_AT(r, j))
    }
    for (; i < k; i++, a += along, b += ldb) {
#pragma unroll
        for (int r = 0; r < MR; r++)
            row[r] = a + r * down;
        ADD(NCL_AT(NCL_T0, row[r], 0))
    }
#pragma unroll
    for (int i = 0; i < MR * VECTORS; i++)
        NCL_STORE_AFTER(sum[i / VECTORS][i % VECTORS], LANES, c, at + i / VECTORS * ldc + i % VECTORS * LANES,
                        column + i % VECTORS * LANES)
}

static void FN(gemm)(INDEX task, SIZES size, global const NCL_T0 *a, global const NCL_T1 *b, global const float *bias,
                     global NCL_CELL *c CHAIN_PARAMETERS)
{
    const INDEX m = M, k = K, lda = LDA, ldc = LDC, bias_row = BIAS_ROW, rows = ROWS;
    const INDEX beyond = max(task - HALVED, (INDEX)0), whole = task - (beyond + 1) / 2, top = whole % BLOCKS * rows;
    const INDEX panel = whole / BLOCKS % PANELS, column = min(panel * WIDTH, N - WIDTH);
    const INDEX bottom = min(top + rows, m), middle = top + (bottom - top + 2 * MR - 1) / (2 * MR) * MR;
    const INDEX first = beyond % 2 ? middle : top, end = task < HALVED || beyond % 2 ? bottom : middle;
    if (first >= end)
        return; /* the whole one is a single tile */
    INDEX batch = whole / BLOCKS / PANELS, place = column;
    for (int i = (int)RANK - 1; i >= 0; i--) {
        const INDEX at = batch % EXTENT(i);
        batch /= EXTENT(i);
        a += at * A_STRIDE(i);
        b += at * B_STRIDE(i);
        place += at * C_STRIDE(i);
        bias += at * BIAS_STRIDE(i);
    }
    b += PACKED ? panel * k * WIDTH : column;
    const INDEX tiles = (end - first + MR - 1) / MR, pace = (WIDTH * STEP + tiles - 1) / tiles;
    global const NCL_T1 *ahead = b + (PACKED ? min(AHEAD, PANELS - 1 - panel) * k * WIDTH : 0);
    for (INDEX row = first; row < end; row += MR, ahead += k / STEP * pace) {
        const INDEX at = min(row, m - MR);
        FN(gemm_tile)(size, k, a + (TRANSPOSED_A ? at : at * lda), lda, b, PACKED ? WIDTH : LDB,
                      bias + at * bias_row, bias_row, column, c, place + at * ldc, ldc, ahead, pace CHAIN_ARGUMENTS);
    }
}
