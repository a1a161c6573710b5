/* SPDX-License-Identifier: Apache-2.0 */
/* C[m,n] = bias[m,n] + sum_k A[m,k] B[k,n] for each matrix of a batch, all of any strides. Neighbouring tasks are
 * neighbours along n.
 *
 * tasks: prod_i EXTENT(i) * M * N */
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

static void FN(matmul_plain)(INDEX task, SIZES size, global const NCL_T0 *a, global const NCL_T1 *b,
                             global const float *bias, global NCL_CELL *c CHAIN_PARAMETERS)
{
    const INDEX k = K, a_column = A_COLUMN, b_row = B_ROW, n = task % N, m = task / N % M;
    INDEX batch = task / N / M, place = 0;
    for (int i = (int)RANK - 1; i >= 0; i--) {
        const INDEX at = batch % EXTENT(i);
        batch /= EXTENT(i);
        a += at * A_STRIDE(i);
        b += at * B_STRIDE(i);
        place += at * C_STRIDE(i);
        bias += at * BIAS_STRIDE(i);
    }
    a += m * A_ROW;
    b += n * B_COLUMN;
    float sum = HAS_BIAS ? bias[m * BIAS_ROW + n * BIAS_COLUMN] : 0.0f;
    for (INDEX i = 0; i < k; i++)
        sum = ncl_mac(NCL_AT(NCL_T0, a, i * a_column), NCL_AT(NCL_T1, b, i * b_row), sum);
    NCL_STORE_AFTER(sum, 1, c, place + m * C_ROW + n * C_COLUMN, n)
}
