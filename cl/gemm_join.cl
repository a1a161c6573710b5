/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of a product of which several tasks had some terms of the sums each:
 *
 *   y[m][n] = BIAS[m, n] + x[0][m][n] + x[1][m][n] + ...
 *
 * M     rows, of all matrices of a batch       N      elements of a row       SPLITS     summands
 * BIAS_ROW, BIAS_COLUMN  strides               BIAS_PERIOD    rows behind which the bias begins anew
 * CHANNELS  0: operands of the chain that go along channels go along n; else m is the channel, this their number, and
 *           IMAGE the distance of images of y
 * tasks: M * ceil(N / LANES) */
#define NCL_CELL NCL_T2
#define M           SIZE(0)
#define N           SIZE(1)
#define SPLITS      SIZE(2)
#define BIAS_ROW    SIZE(3)
#define BIAS_COLUMN SIZE(4)
#define BIAS_PERIOD SIZE(5)
#define HAS_BIAS    SIZE(6)
#define CHANNELS    SIZE(7)
#define IMAGE       SIZE(8)

static V FN(gemm_join_bias)(SIZES size, INDEX column, int count, global const float *bias)
{
    float each[LANES];
    for (int i = 0; i < LANES; i++)
        each[i] = i < count ? bias[(column + i) * BIAS_COLUMN] : 0.0f;
    return VLOAD(each);
}

static void FN(gemm_join)(INDEX task, SIZES size, global const float *x, global const float *bias,
                          global NCL_CELL *y CHAIN_PARAMETERS)
{
    const INDEX across = (N + LANES - 1) / LANES, m = task / across, column = task % across * LANES;
    const INDEX at = m * N + column, part = M * N;
    const int count = (int)min((INDEX)LANES, N - column);
    V sum = HAS_BIAS ? FN(gemm_join_bias)(size, column, count, bias + m % BIAS_PERIOD * BIAS_ROW) : (V)0;
    for (INDEX i = 0; i < SPLITS; i++)
        sum += NCL_LOAD(float, x + at + i * part, count);
    const INDEX channel = CHANNELS ? m % CHANNELS : column;
    const INDEX to = CHANNELS ? m / CHANNELS * IMAGE + channel * N + column : at;
    NCL_STORE_AFTER(sum, count, y, to, channel)
}
