/* SPDX-License-Identifier: Apache-2.0 */
/* C[i,j] = bias[i,j] + sum_k X[i,k] W[j,k] for each matrix of a batch: rows against rows, for few rows X (a matrix
 * times a vector: one). Both are contiguous along k.
 *
 * A task is ROWS rows of W (a multiple of 4, the last one less) against all X_ROWS rows of X: W is read once, 4 rows x
 * 2 accumulators at a time.
 * Weights in fewer bits (gemv_store.cl) are read as such and have a factor for each row, SCALED 1.
 *
 * WEIGHT         of w in memory: float, half or char
 * WEIGHTS(p)     LANES of them as floats       WEIGHT_AT(p, i)  one
 * tasks: prod_i EXTENT(i) * BLOCKS, with BLOCKS = ceil(W_ROWS / ROWS) */
#ifndef WEIGHT
#define WEIGHT          NCL_T2
#define WEIGHTS(p)      NCL_VLOAD(NCL_T2, p)
#define WEIGHT_AT(p, i) NCL_AT(NCL_T2, p, i)
#endif
#define NCL_CELL NCL_T4
#define X_ROWS SIZE(0)
#define W_ROWS SIZE(1)
#define K SIZE(2)
#define LDX SIZE(3)
#define LDW SIZE(4)
#define C_I SIZE(5)
#define C_J SIZE(6)
#define BIAS_I SIZE(7)
#define BIAS_J SIZE(8)
#define HAS_BIAS SIZE(9)
#define SCALED SIZE(10)
#define ROWS SIZE(11)
#define BLOCKS SIZE(12)
#define RANK SIZE(13)
#define EXTENT(i) SIZE(14 + (i))
#define X_STRIDE(i) SIZE(20 + (i))
#define W_STRIDE(i) SIZE(26 + (i))
#define C_STRIDE(i) SIZE(32 + (i))
#define BIAS_STRIDE(i) SIZE(38 + (i))

#define ADD(d) v += NCL_SWAP(v, d);

static float FN(gemv_sum)(V v)
{
    NCL_HALVINGS(ADD)
    return v.s0;
}

/* One row of X against four rows of W: at w, and d1, d2, d3 behind it. Those behind them, `next` away, are asked for
 * meanwhile: streams of one row end before the core knows them for streams. */
NCL_APART static float4 FN(gemv_rows)(INDEX k, global const NCL_T1 *x, global const WEIGHT *w, INDEX d1, INDEX d2,
                                      INDEX d3, INDEX next)
{
    global const WEIGHT *w1 = w + d1, *w2 = w + d2, *w3 = w + d3;
    V a0 = 0.0f, a1 = 0.0f, a2 = 0.0f, a3 = 0.0f, b0 = 0.0f, b1 = 0.0f, b2 = 0.0f, b3 = 0.0f;
    INDEX i = 0;
    for (; i + 2 * LANES <= k; i += 2 * LANES) {
        NCL_FETCH(w + next + i);
        NCL_FETCH(w1 + next + i);
        NCL_FETCH(w2 + next + i);
        NCL_FETCH(w3 + next + i);
        const V p = NCL_VLOAD(NCL_T1, x + i), q = NCL_VLOAD(NCL_T1, x + i + LANES);
        a0 = fma(p, WEIGHTS(w + i), a0);
        b0 = fma(q, WEIGHTS(w + i + LANES), b0);
        a1 = fma(p, WEIGHTS(w1 + i), a1);
        b1 = fma(q, WEIGHTS(w1 + i + LANES), b1);
        a2 = fma(p, WEIGHTS(w2 + i), a2);
        b2 = fma(q, WEIGHTS(w2 + i + LANES), b2);
        a3 = fma(p, WEIGHTS(w3 + i), a3);
        b3 = fma(q, WEIGHTS(w3 + i + LANES), b3);
    }
    float4 sum = (float4)(FN(gemv_sum)(a0 + b0), FN(gemv_sum)(a1 + b1), FN(gemv_sum)(a2 + b2), FN(gemv_sum)(a3 + b3));
    for (; i < k; i++)
        sum = fma((float4)(NCL_AT(NCL_T1, x, i)),
                  (float4)(WEIGHT_AT(w, i), WEIGHT_AT(w1, i), WEIGHT_AT(w2, i), WEIGHT_AT(w3, i)), sum);
    return sum;
}

static void FN(gemv)(INDEX task, SIZES size, global const float *scale, global const NCL_T1 *x, global const WEIGHT *w,
                     global const float *bias, global NCL_CELL *c CHAIN_PARAMETERS)
{
    const INDEX k = K, ldw = LDW, x_rows = X_ROWS, first = task % BLOCKS * ROWS, end = min(first + ROWS, W_ROWS);
    const INDEX lanes = C_J == 1 ? 4 : 1; /* neighbours in a row of C, or each in its own */
    INDEX batch = task / BLOCKS, place = 0;
    for (int i = (int)RANK - 1; i >= 0; i--) {
        const INDEX at = batch % EXTENT(i);
        batch /= EXTENT(i);
        x += at * X_STRIDE(i);
        w += at * W_STRIDE(i);
        place += at * C_STRIDE(i);
        bias += at * BIAS_STRIDE(i);
    }
    for (INDEX j = first; j < end; j += 4) {
        const INDEX last = min(end - 1 - j, (INDEX)3); /* rows beyond the end repeat the last one */
        for (INDEX i = 0; i < x_rows; i++) {
            const float4 sum = FN(gemv_rows)(k, x + i * LDX, w + j * ldw, min((INDEX)1, last) * ldw,
                                             min((INDEX)2, last) * ldw, last * ldw, 4 * ldw);
            float value[LANES + 4] = {sum.x, sum.y, sum.z, sum.w};
            for (INDEX r = 0; r <= last && SCALED; r++)
                value[r] *= scale[j + r];
            for (INDEX r = 0; r <= last && HAS_BIAS; r++)
                value[r] += bias[i * BIAS_I + (j + r) * BIAS_J];
            for (INDEX r = 0; r <= last; r += lanes)
                NCL_STORE_AFTER(VLOAD(value + r), min(lanes, last + 1), c, place + i * C_I + (j + r) * C_J,
                                C_J == 1 ? j : i)
        }
    }
}
