/* C[m,n] = bias[m,n] + sum_k A[m,k] B[k,n] for each matrix of a batch, by tiles of MR x 16 in registers: N >= 16, M >= MR. The columns of C are contiguous.
 *
 * MR             rows of a tile, 1 to 6: more spill
 * TRANSPOSED_A   0: the columns of A are contiguous and LDA steps through its rows; 1: the other way around
 * PACKED         0: B in rows of stride LDB; 1: in panels of 16 columns, [ceil(N / 16)][K][16]
 * STEP           the loop over k is unrolled by it: addresses stay few because the rows are pointers made anew in each step
 * BIAS           NO_BIAS;  COLUMN_BIAS: contiguous along n;  ROW_BIAS: the same for all n
 *
 * The last tile of rows and the last panel of columns (in B's panels too) start early enough to be whole: what lies in two tiles is computed twice, alike.
 * A task is one panel of columns and ROWS rows of C: the panel stays in a near cache.
 * tasks: prod_i EXTENT(i) * BLOCKS * PANELS, with BLOCKS = ceil(M / ROWS), PANELS = ceil(N / 16) */
#ifndef MR
#define MR 6
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
#define RANK SIZE(10)
#define EXTENT(i) SIZE(11 + (i))
#define A_STRIDE(i) SIZE(17 + (i))
#define B_STRIDE(i) SIZE(23 + (i))
#define C_STRIDE(i) SIZE(29 + (i))
#define BIAS_STRIDE(i) SIZE(35 + (i))

static float8 FN(NO_BIAS)(global const float *bias, INDEX column)
{
    return 0.0f;
}

static float8 FN(COLUMN_BIAS)(global const float *bias, INDEX column)
{
    return vload8(0, bias + column);
}

static float8 FN(ROW_BIAS)(global const float *bias, INDEX column)
{
    return bias[0];
}

static void FN(gemm_tile)(INDEX k, global const float *a, INDEX lda, global const float *b, INDEX ldb, global const float *bias, INDEX bias_row, INDEX column,
                          global float *c, INDEX ldc)
{
    float8 left[MR], right[MR];
#pragma unroll
    for (int r = 0; r < MR; r++) {
        left[r] = FN(BIAS)(bias + r * bias_row, column);
        right[r] = FN(BIAS)(bias + r * bias_row, column + 8);
    }
    INDEX i = 0;
    for (; i + STEP <= k; i += STEP) {
        global const float *row[MR];
#pragma unroll
        for (int r = 0; r < MR; r++)
            row[r] = a + (TRANSPOSED_A ? r : r * lda);
#pragma unroll
        for (int j = 0; j < STEP; j++) {
            const float8 b0 = vload8(0, b), b1 = vload8(1, b);
            b += ldb;
#pragma unroll
            for (int r = 0; r < MR; r++) {
                const float8 value = row[r][TRANSPOSED_A ? j * lda : j];
                left[r] = fma(value, b0, left[r]);
                right[r] = fma(value, b1, right[r]);
            }
        }
        a += STEP * (TRANSPOSED_A ? lda : 1);
    }
    for (; i < k; i++) {
        const float8 b0 = vload8(0, b), b1 = vload8(1, b);
        b += ldb;
#pragma unroll
        for (int r = 0; r < MR; r++) {
            const float8 value = a[TRANSPOSED_A ? r : r * lda];
            left[r] = fma(value, b0, left[r]);
            right[r] = fma(value, b1, right[r]);
        }
        a += TRANSPOSED_A ? lda : 1;
    }
#pragma unroll
    for (int r = 0; r < MR; r++) {
        vstore8(left[r], 0, c + r * ldc);
        vstore8(right[r], 1, c + r * ldc);
    }
}

static void FN(gemm)(INDEX task, SIZES size, global const float *a, global const float *b, global const float *bias, global float *c)
{
    const INDEX m = M, k = K, lda = LDA, ldc = LDC, bias_row = BIAS_ROW, rows = ROWS;
    const INDEX panel = task % PANELS, column = min(panel * 16, N - 16), first = task / PANELS % BLOCKS * rows, end = min(first + rows, m);
    INDEX batch = task / PANELS / BLOCKS;
    for (int i = (int)RANK - 1; i >= 0; i--) {
        const INDEX at = batch % EXTENT(i);
        batch /= EXTENT(i);
        a += at * A_STRIDE(i);
        b += at * B_STRIDE(i);
        c += at * C_STRIDE(i);
        bias += at * BIAS_STRIDE(i);
    }
    b += PACKED ? panel * k * 16 : column;
    for (INDEX row = first; row < end; row += MR) {
        const INDEX at = min(row, m - MR);
        FN(gemm_tile)(k, a + (TRANSPOSED_A ? at : at * lda), lda, b, PACKED ? 16 : LDB, bias + at * bias_row, bias_row, column, c + at * ldc + column, ldc);
    }
}
