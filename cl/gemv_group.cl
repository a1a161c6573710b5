/* SPDX-License-Identifier: Apache-2.0 */
/* C[i,j] = bias[i,j] + sum_k X[i,k] W[j,k] for each matrix of a batch, for few rows of X, by work-groups: W is read
 * once, and so that neighbours read neighbours.
 *
 * SHARE work-items of a group have every SHARE-th part of the sums of a row of W, and join what they have as a tree in
 * local memory.
 *
 * Weights in fewer bits (gemv_store.cl) are read as such and have a factor for each row, SCALED 1.
 *
 * WEIGHT          of w in memory: float, half or char
 * WEIGHT_FOUR(p)  four of them as floats       WEIGHT_AT(p, i)  one
 * ALONG  1: rows of X and W are contiguous along k, neighbours have the next four terms;
 *        0: neighbours have the next row
 *        of W, all strides are free
 * ROWS   at least X_ROWS: sums of a work-item; those beyond repeat the last row
 * W_ROWS rows of W, those of a group BLOCKS times             SHARE  work-items of a row, a power of two
 * CHANNELS  operands of the chain that go along channels go along 0: i, 1: j
 * group: ROWS floats of local memory for each work-item
 * tasks: prod_i EXTENT(i) * BLOCKS, with BLOCKS = ceil(W_ROWS / (work-items / SHARE)) */
#ifndef ALONG
#define ALONG 1
#endif
#ifndef ROWS
#define ROWS 1
#endif
#ifndef WEIGHT
#define WEIGHT          NCL_T2
#define WEIGHT_FOUR(p)  NCL_FOUR(NCL_T2, p)
#define WEIGHT_AT(p, i) NCL_AT(NCL_T2, p, i)
#endif
#define NCL_CELL NCL_T4
#define X_ROWS SIZE(0)
#define W_ROWS SIZE(1)
#define K SIZE(2)
#define X_ROW SIZE(3)
#define X_COLUMN SIZE(4)
#define W_ROW SIZE(5)
#define W_COLUMN SIZE(6)
#define C_I SIZE(7)
#define C_J SIZE(8)
#define BIAS_I SIZE(9)
#define BIAS_J SIZE(10)
#define HAS_BIAS SIZE(11)
#define SHARE SIZE(12)
#define BLOCKS SIZE(13)
#define CHANNELS SIZE(14)
#define SCALED SIZE(15)
#define RANK SIZE(16)
#define EXTENT(i) SIZE(17 + (i))
#define X_STRIDE(i) SIZE(23 + (i))
#define W_STRIDE(i) SIZE(29 + (i))
#define C_STRIDE(i) SIZE(35 + (i))
#define BIAS_STRIDE(i) SIZE(41 + (i))

/* What a work-item has of the sums of a row of W. */
#if ALONG
/* Four on a boundary of four, in one read. */
#define VECTOR(T, p)    NCL_CAT(VECTOR_, T)(p)
#define VECTOR_float(p) *(global const float4 *)(p)
#define VECTOR_half(p)  vload_half4(0, p)
#define VECTOR_char(p)  convert_float4(*(global const char4 *)(p))
#define TERMS(w_four, x_four)                                                                                       \
    _Pragma("unroll 2") for (; k + 4 <= end; k += step)                                                             \
    {                                                                                                               \
        const float4 v = w_four;                                                                                    \
        _Pragma("unroll") for (int i = 0; i < ROWS; i++)                                                            \
        {                                                                                                           \
            global const NCL_T1 *row = x + min((INDEX)i, X_ROWS - 1) * X_ROW + k;                                   \
            four[i] = ncl_mac(x_four, v, four[i]);                                                                  \
        }                                                                                                           \
    }
static void FN(gemv_group_share)(SIZES size, INDEX place, global const NCL_T1 *x, global const WEIGHT *w, float *sum)
{
    const INDEX end = K, step = 4 * SHARE;
    const bool vectors = ((ulong)w & (4 * sizeof(WEIGHT) - 1)) == 0 && ((ulong)x & (4 * sizeof(NCL_T1) - 1)) == 0 &&
                         (X_ROWS == 1 || X_ROW % 4 == 0);
    INDEX k = 4 * place;
    float4 four[ROWS];
#pragma unroll
    for (int i = 0; i < ROWS; i++)
        four[i] = 0;
    if (vectors)
        TERMS(VECTOR(WEIGHT, w + k), VECTOR(NCL_T1, row))
    else
        TERMS(WEIGHT_FOUR(w + k), NCL_FOUR(NCL_T1, row))
#pragma unroll
    for (int i = 0; i < ROWS; i++)
        sum[i] = four[i].x + four[i].y + four[i].z + four[i].w;
    for (; k < end; k++)
#pragma unroll
        for (int i = 0; i < ROWS; i++)
            sum[i] = ncl_mac(NCL_AT(NCL_T1, x, min((INDEX)i, X_ROWS - 1) * X_ROW + k), WEIGHT_AT(w, k), sum[i]);
}
#else
static void FN(gemv_group_share)(SIZES size, INDEX place, global const NCL_T1 *x, global const WEIGHT *w, float *sum)
{
#pragma unroll
    for (int i = 0; i < ROWS; i++)
        sum[i] = 0;
#pragma unroll 4
    for (INDEX k = place; k < K; k += SHARE) {
        const float v = WEIGHT_AT(w, k * W_COLUMN);
#pragma unroll
        for (int i = 0; i < ROWS; i++)
            sum[i] = ncl_mac(NCL_AT(NCL_T1, x, min((INDEX)i, X_ROWS - 1) * X_ROW + k * X_COLUMN), v, sum[i]);
    }
}
#endif

static void FN(gemv_group)(INDEX task, SIZES size, local float *shared, global const float *scale,
                           global const NCL_T1 *x, global const WEIGHT *w, global const float *bias,
                           global NCL_CELL *c CHAIN_PARAMETERS)
{
    const int item = get_local_id(0), share = SHARE, lines = (int)get_local_size(0) / share;
    const int place = ALONG ? item % share : item / lines, pitch = ALONG ? 1 : lines;
    const INDEX j = task % BLOCKS * lines + (ALONG ? item / share : item % lines);
    INDEX batch = task / BLOCKS, at = j * C_J;
    for (int i = (int)RANK - 1; i >= 0; i--) {
        const INDEX position = batch % EXTENT(i);
        batch /= EXTENT(i);
        x += position * X_STRIDE(i);
        w += position * W_STRIDE(i);
        at += position * C_STRIDE(i);
        bias += position * BIAS_STRIDE(i);
    }
    float sum[ROWS];
    FN(gemv_group_share)(size, place, x, w + min(j, W_ROWS - 1) * W_ROW, sum);
    shared += ROWS * item;
    for (int i = 0; i < ROWS; i++)
        shared[i] = sum[i];
    NCL_TREE(place, share, reach, {
        for (int i = 0; i < ROWS; i++)
            shared[i] += shared[ROWS * reach * pitch + i];
    })
    if (place == 0 && j < W_ROWS)
        for (int i = 0; i < ROWS && i < X_ROWS; i++) {
            const float product = shared[i] * (SCALED ? scale[j] : 1.0f);
            const float joined = product + (HAS_BIAS ? bias[i * BIAS_I + j * BIAS_J] : 0.0f);
            NCL_STORE_AFTER(joined, 1, c, at + i * C_I, CHANNELS ? j : i)
        }
}
