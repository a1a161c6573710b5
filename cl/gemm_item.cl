/* SPDX-License-Identifier: Apache-2.0 */
/* C[m,n] = bias[m,n] + sum_k A[m,k] B[k,n] for each matrix of a batch, all of any strides, in registers: for devices of
 * many narrow cores whose local memory is no faster than the other.
 *
 * A task is a tile of ROWS rows of two vectors of four of C. Four steps of k at a time: fours of A along k; fours of B
 * along n, or along k and turned.
 *
 * B_ALONG  1: B is contiguous along k
 * tasks: prod_i EXTENT(i) * ceil(M / ROWS) * ceil(N / 8) */
#ifndef B_ALONG
#define B_ALONG 0
#endif
#define ROWS 4
#define WIDE 8
#define NCL_CELL NCL_T3
#define M SIZE(0)
#define N SIZE(1)
#define K SIZE(2)
#define A_ROW SIZE(3)
#define A_COLUMN SIZE(4)
#define B_ROW SIZE(5)
#define B_COLUMN SIZE(6)
#define C_ROW SIZE(7)
#define C_COLUMN SIZE(8)
#define BIAS_ROW SIZE(9)
#define BIAS_COLUMN SIZE(10)
#define HAS_BIAS SIZE(11)
#define RANK SIZE(12)
#define EXTENT(i) SIZE(13 + (i))
#define A_STRIDE(i) SIZE(19 + (i))
#define B_STRIDE(i) SIZE(25 + (i))
#define C_STRIDE(i) SIZE(31 + (i))
#define BIAS_STRIDE(i) SIZE(37 + (i))

/* Four elements `stride` apart, of which `count` are there. */
#define FOUR(name, T)                                                                                \
    static float4 name(global const T *x, INDEX stride, INDEX count)                                 \
    {                                                                                                \
        if (count >= 4 && stride == 1)                                                               \
            return NCL_FOUR(T, x);                                                                   \
        return (float4)(count > 0 ? NCL_AT(T, x, 0) : 0.0f, count > 1 ? NCL_AT(T, x, stride) : 0.0f, \
                        count > 2 ? NCL_AT(T, x, 2 * stride) : 0.0f,                                 \
                        count > 3 ? NCL_AT(T, x, 3 * stride) : 0.0f);                                \
    }
FOUR(FN(gemm_item_left), NCL_T0)
FOUR(FN(gemm_item_four), NCL_T1)

/* b[i] = B[k + i, n ... n + 3], of `depth` rows and `columns` columns that are there. */
static void FN(gemm_item_right)(INDEX row, INDEX column, INDEX depth, INDEX columns, global const NCL_T1 *x, float4 *b)
{
#if B_ALONG
    float4 turned[4];
#pragma unroll
    for (int i = 0; i < 4; i++)
        turned[i] = FN(gemm_item_four)(x + i * column, row, i < columns ? depth : 0);
    b[0] = (float4)(turned[0].x, turned[1].x, turned[2].x, turned[3].x);
    b[1] = (float4)(turned[0].y, turned[1].y, turned[2].y, turned[3].y);
    b[2] = (float4)(turned[0].z, turned[1].z, turned[2].z, turned[3].z);
    b[3] = (float4)(turned[0].w, turned[1].w, turned[2].w, turned[3].w);
#else
#pragma unroll
    for (int i = 0; i < 4; i++)
        b[i] = FN(gemm_item_four)(x + i * row, column, i < depth ? columns : 0);
#endif
}

static void FN(gemm_item)(INDEX task, SIZES size, global const NCL_T0 *a, global const NCL_T1 *b,
                          global const float *bias, global NCL_CELL *c CHAIN_PARAMETERS)
{
    const INDEX across = (N + WIDE - 1) / WIDE, down = (M + ROWS - 1) / ROWS;
    const INDEX column = task % across * WIDE, row = task / across % down * ROWS, depth = K;
    INDEX batch = task / across / down, place = 0;
    for (int i = (int)RANK - 1; i >= 0; i--) {
        const INDEX at = batch % EXTENT(i);
        batch /= EXTENT(i);
        a += at * A_STRIDE(i);
        b += at * B_STRIDE(i);
        place += at * C_STRIDE(i);
        bias += at * BIAS_STRIDE(i);
    }
    float4 sum[ROWS][2];
#pragma unroll
    for (int r = 0; r < ROWS; r++)
        sum[r][0] = sum[r][1] = 0;
    for (INDEX k = 0; k < depth; k += 4) {
        float4 low[4], high[4];
        global const NCL_T1 *right = b + k * B_ROW + column * B_COLUMN;
        FN(gemm_item_right)(B_ROW, B_COLUMN, depth - k, N - column, right, low);
        FN(gemm_item_right)(B_ROW, B_COLUMN, depth - k, N - column - 4, right + 4 * B_COLUMN, high);
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
            const INDEX m = min(row + r, M - 1);
            const float4 v = FN(gemm_item_left)(a + m * A_ROW + k * A_COLUMN, A_COLUMN, depth - k);
#define ADD(i, element)                                            \
    sum[r][0] = ncl_mac((float4)(v.element), low[i], sum[r][0]);       \
    sum[r][1] = ncl_mac((float4)(v.element), high[i], sum[r][1]);
            ADD(0, x) ADD(1, y) ADD(2, z) ADD(3, w)
#undef ADD
        }
    }
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
        const INDEX m = row + r, at = place + m * C_ROW + column * C_COLUMN;
        const INDEX count = m < M ? min(N - column, (INDEX)WIDE) : 0, lanes = C_COLUMN == 1 ? WIDE : 1;
        float value[LANES + WIDE];
        vstore4(sum[r][0], 0, value);
        vstore4(sum[r][1], 0, value + 4);
        for (INDEX i = 0; i < count && HAS_BIAS; i++)
            value[i] += bias[m * BIAS_ROW + (column + i) * BIAS_COLUMN];
        for (INDEX i = 0; i < count; i += lanes)
            NCL_STORE_AFTER(VLOAD(value + i), min(lanes, count), c, at + i * C_COLUMN, column + i)
    }
}
