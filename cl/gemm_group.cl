/* C[m,n] = bias[m,n] + sum_k A[m,k] B[k,n] for each matrix of a batch, all of any strides, by work-groups: for devices
 * whose work-items share local memory and wait for each other at little cost.
 *
 * A task is a tile of TALL x WIDE elements of C, and a work-group: 8 x 8 work-items, each with ROWS rows of a vector of
 * sums. DEPTH columns of A and rows of B at a time come to local memory, where each is read by eight work-items.
 * Outside of the matrices the panels hold zeros; what lies outside of C is not stored.
 *
 * ROWS    rows of C of a work-item            DEPTH    of the panels
 * group: 64 work-items, LOCAL_FLOATS of local memory
 * tasks: prod_i EXTENT(i) * ceil(M / TALL) * ceil(N / WIDE) */
#ifndef ROWS
#define ROWS 8
#endif
#ifndef DEPTH
#define DEPTH 16
#endif
#define ACROSS       8 /* work-items along a row of the tile, and along a column */
#define ITEMS        (ACROSS * ACROSS)
#define TALL         (ACROSS * ROWS)
#define WIDE         (ACROSS * LANES)
#define GAP          4 /* behind each row of a panel: neighbours of a column lie in different banks */
#define LOCAL_FLOATS (DEPTH * (TALL + GAP + WIDE + GAP))
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
static float4 FN(gemm_group_four)(global const float *x, INDEX stride, INDEX count)
{
    if (count >= 4 && stride == 1)
        return vload4(0, x);
    return (float4)(count > 0 ? x[0] : 0.0f, count > 1 ? x[stride] : 0.0f, count > 2 ? x[2 * stride] : 0.0f,
                    count > 3 ? x[3 * stride] : 0.0f);
}

/* panel[k][l] = x[l line + k step] for l < edge, k < DEPTH, zeros from `lines` and `depth` on. Four neighbours in
 * memory at a time, where there are some: along k, or along l. */
static void FN(gemm_group_fill)(int edge, INDEX lines, INDEX depth, INDEX line, INDEX step, global const float *x,
                                local float *panel)
{
    const int pitch = edge + GAP;
    for (int i = get_local_id(0); i < edge * DEPTH / 4; i += ITEMS) {
        if (step == 1) {
            const int l = i / (DEPTH / 4), k = i % (DEPTH / 4) * 4;
            const float4 v = FN(gemm_group_four)(x + l * line + k, 1, l < lines ? depth - k : 0);
            panel[k * pitch + l] = v.x;
            panel[(k + 1) * pitch + l] = v.y;
            panel[(k + 2) * pitch + l] = v.z;
            panel[(k + 3) * pitch + l] = v.w;
        } else {
            const int l = i % (edge / 4) * 4, k = i / (edge / 4);
            vstore4(FN(gemm_group_four)(x + l * line + k * step, line, k < depth ? lines - l : 0), 0,
                    panel + k * pitch + l);
        }
    }
}

/* sum[r] += sum over k of left[k][r] right[k] */
static void FN(gemm_group_add)(local const float *left, local const float *right, V *sum)
{
    for (int k = 0; k < DEPTH; k++, left += TALL + GAP, right += WIDE + GAP) {
        const V columns = VLOAD(right);
#pragma unroll
        for (int r = 0; r < ROWS; r++)
            sum[r] = fma((V)left[r], columns, sum[r]);
    }
}

/* The first `count` elements of a row of C from column `column` on, C_COLUMN apart; the first one is c[at]. */
static void FN(gemm_group_store)(SIZES size, V value, INDEX count, global const float *bias, global float *c, INDEX at,
                                 INDEX column CHAIN_PARAMETERS)
{
    float each[LANES];
    VSTORE(value, each);
    for (INDEX i = 0; HAS_BIAS && i < count; i++)
        each[i] += bias[i * BIAS_COLUMN];
    if (C_COLUMN == 1) {
        NCL_STORE_AFTER(VLOAD(each), count, c, at, column)
        return;
    }
    for (INDEX i = 0; i < count; i++)
        NCL_STORE_AFTER(each[i], 1, c, at + i * C_COLUMN, column + i)
}

static void FN(gemm_group)(INDEX task, SIZES size, local float *shared, global const float *a, global const float *b,
                           global const float *bias, global float *c CHAIN_PARAMETERS)
{
    const INDEX k = K, across = (N + WIDE - 1) / WIDE, down = (M + TALL - 1) / TALL;
    const INDEX column = task % across * WIDE, row = task / across % down * TALL;
    const int x = get_local_id(0) % ACROSS * LANES, y = get_local_id(0) / ACROSS * ROWS;
    local float *left = shared, *right = shared + DEPTH * (TALL + GAP);
    INDEX batch = task / across / down, place = 0;
    for (int i = (int)RANK - 1; i >= 0; i--) {
        const INDEX at = batch % EXTENT(i);
        batch /= EXTENT(i);
        a += at * A_STRIDE(i);
        b += at * B_STRIDE(i);
        place += at * C_STRIDE(i);
        bias += at * BIAS_STRIDE(i);
    }
    a += row * A_ROW;
    b += column * B_COLUMN;
    V sum[ROWS];
#pragma unroll
    for (int r = 0; r < ROWS; r++)
        sum[r] = 0;
    for (INDEX i = 0; i < k; i += DEPTH) {
        FN(gemm_group_fill)(TALL, M - row, k - i, A_ROW, A_COLUMN, a + i * A_COLUMN, left);
        FN(gemm_group_fill)(WIDE, N - column, k - i, B_COLUMN, B_ROW, b + i * B_ROW, right);
        barrier(CLK_LOCAL_MEM_FENCE);
        FN(gemm_group_add)(left + y, right + x, sum);
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    const INDEX rows = clamp(M - row - y, (INDEX)0, (INDEX)ROWS), count = clamp(N - column - x, (INDEX)0, (INDEX)LANES);
#pragma unroll
    for (int r = 0; r < ROWS; r++)
        if (r < rows)
            FN(gemm_group_store)(size, sum[r], count, bias + (row + y + r) * BIAS_ROW + (column + x) * BIAS_COLUMN,
                                 c, place + (row + y + r) * C_ROW + (column + x) * C_COLUMN,
                                 column + x CHAIN_ARGUMENTS);
}
