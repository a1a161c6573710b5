/* SPDX-License-Identifier: Apache-2.0 */
/* C[m,n] = bias[m,n] + sum_k A[m,k] B[k,n] for each matrix of a batch, all of any strides, by work-groups: for devices
 * whose work-items share local memory and wait for each other at little cost. With IMAGE, B are the patches of images,
 * which makes it the convolution (4.3.1)
 *
 *   B[k,n] = x~[channel][d STRIDE(0) + q DILATION(0) - BEFORE(0)]
 *                       [h STRIDE(1) + r DILATION(1) - BEFORE(1)][w STRIDE(2) + s DILATION(2) - BEFORE(2)]
 *
 * with k = ((channel KERNEL(0) + q) KERNEL(1) + r) KERNEL(2) + s and n = (d OUT_HEIGHT + h) OUT_WIDTH + w, and b
 * IN(0) x IN(1) x IN(2) elements for each channel.
 *
 * A task is a tile of TALL x WIDE elements of C, and a work-group: DOWN x ACROSS work-items, each with 8 rows of two
 * vectors of four sums, which are half a tile apart, so that neighbours read neighbours from local memory. DEPTH
 * columns of A and rows of B at a time come there, while those before are added up; outside of the matrices the panels
 * hold zeros, and what lies outside of C is not stored. Where C has too few tiles for the device, SPLITS tasks have
 * TERMS terms each of the sums of a tile, and leave them PART elements apart (gemm_join.cl).
 *
 * DOWN, ACROSS  work-items of a group           DEPTH    of the panels
 * CHANNELS      0: operands of the chain that go along channels go along n; else m is the channel, this their number
 * IMAGE         0: matrices; 2, 3: patches of images of so many axes, the last ones; with 2 there is no d and no q
 * BORDER(i, n)  how x~ continues x
 * group: DOWN * ACROSS work-items, LOCAL_FLOATS of local memory
 * tasks: SPLITS * prod_i EXTENT(i) * ceil(M / TALL) * ceil(N / WIDE) */
#ifndef DOWN
#define DOWN 8
#endif
#ifndef ACROSS
#define ACROSS 8
#endif
#ifndef DEPTH
#define DEPTH 8
#endif
#ifndef IMAGE
#define IMAGE 0
#endif
#ifndef BORDER
#define BORDER NCL_BORDER_CONSTANT
#endif
#define ITEMS        (DOWN * ACROSS)
#define ROWS         8
#define TALL         (DOWN * ROWS)
#define HALF         (ACROSS * 4)
#define WIDE         (2 * HALF)
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
#define SPLITS SIZE(43)
#define TERMS SIZE(44)
#define PART SIZE(45)
#define CHANNELS SIZE(46)
#define OUT_HEIGHT SIZE(47)
#define OUT_WIDTH SIZE(48)
#define IN(i) SIZE(49 + (i))
#define KERNEL(i) SIZE(52 + (i))
#define STRIDE(i) SIZE(55 + (i))
#define DILATION(i) SIZE(58 + (i))
#define BEFORE(i) SIZE(61 + (i))

/* Four elements `stride` apart, of which `count` are there. */
static float4 FN(gemm_group_four)(global const float *x, INDEX stride, INDEX count)
{
    if (count >= 4 && stride == 1)
        return vload4(0, x);
    return (float4)(count > 0 ? x[0] : 0.0f, count > 1 ? x[stride] : 0.0f, count > 2 ? x[2 * stride] : 0.0f,
                    count > 3 ? x[3 * stride] : 0.0f);
}

/* The next panel of a matrix on its way: what a work-item has of x[l line + k step] for l < edge, k < DEPTH, zeros from
 * `lines` and `depth` on. Four neighbours in memory at a time, where there are some: along k, or along l. */
static void FN(gemm_group_load)(int edge, INDEX lines, INDEX depth, INDEX line, INDEX step, global const float *x,
                                float4 *next)
{
#pragma unroll
    for (int j = 0; j < edge * DEPTH / 4 / ITEMS; j++) {
        const int i = j * ITEMS + get_local_id(0);
        const int l = step == 1 ? i / (DEPTH / 4) : i % (edge / 4) * 4;
        const int k = step == 1 ? i % (DEPTH / 4) * 4 : i / (edge / 4);
        next[j] = step == 1 ? FN(gemm_group_four)(x + l * line + k, 1, l < lines ? depth - k : 0)
                            : FN(gemm_group_four)(x + l * line + k * step, line, k < depth ? lines - l : 0);
    }
}

/* panel[k][l] = what was loaded. */
static void FN(gemm_group_keep)(int edge, INDEX step, const float4 *next, local float *panel)
{
    const int pitch = edge + GAP;
#pragma unroll
    for (int j = 0; j < edge * DEPTH / 4 / ITEMS; j++) {
        const int i = j * ITEMS + get_local_id(0);
        if (step == 1) {
            local float *to = panel + i % (DEPTH / 4) * 4 * pitch + i / (DEPTH / 4);
            to[0] = next[j].x;
            to[pitch] = next[j].y;
            to[2 * pitch] = next[j].z;
            to[3 * pitch] = next[j].w;
        } else
            *(local float4 *)(panel + i / (edge / 4) * pitch + i % (edge / 4) * 4) = next[j];
    }
}

#define LEFT_FOURS  (TALL * DEPTH / 4 / ITEMS)
#define RIGHT_FOURS (WIDE * DEPTH / 4 / ITEMS)
#if IMAGE
/* B[from + i][column + l] for the rows i of the panel that a work-item has of its column l, zeros from row `to` and
 * column N on. */
static void FN(gemm_group_load_right)(SIZES size, INDEX from, INDEX to, INDEX column, global const float *x,
                                      float4 *next)
{
    const int l = get_local_id(0) % WIDE, first = get_local_id(0) / WIDE * RIGHT_FOURS * 4;
    const INDEX n = column + l, k = from + first, face = KERNEL(1) * KERNEL(2), taps = KERNEL(0) * face;
    const INDEX row = n / OUT_WIDTH, w = n % OUT_WIDTH * STRIDE(2) - BEFORE(2);
    const INDEX h = (IMAGE == 3 ? row % OUT_HEIGHT : row) * STRIDE(1) - BEFORE(1);
    const INDEX d = IMAGE == 3 ? row / OUT_HEIGHT * STRIDE(0) - BEFORE(0) : 0;
    const INDEX end = n < N ? to - k : 0;
    INDEX channel = k / taps, q = k % taps / face, r = k % face / KERNEL(2), s = k % KERNEL(2);
#pragma unroll
    for (int j = 0; j < RIGHT_FOURS; j++) {
        float each[4];
#pragma unroll
        for (int i = 0; i < 4; i++) {
            const INDEX a = h + r * DILATION(1), b = w + s * DILATION(2), c = d + q * DILATION(0);
            const INDEX u = IMAGE == 3 ? BORDER(c, IN(0)) : 0, y = BORDER(a, IN(1)), z = BORDER(b, IN(2));
            const bool inside = j * 4 + i < end && u >= 0 && y >= 0 && z >= 0;
            const INDEX plane = IMAGE == 3 ? channel * IN(0) + u : channel;
            each[i] = inside ? x[(plane * IN(1) + y) * IN(2) + z] : 0.0f;
            s++;
            r += s == KERNEL(2);
            s = s == KERNEL(2) ? 0 : s;
            const bool over = r == KERNEL(1);
            r = over ? 0 : r;
            q += IMAGE == 3 && over;
            channel += IMAGE == 3 ? q == KERNEL(0) : over;
            q = IMAGE == 3 && q == KERNEL(0) ? 0 : q;
        }
        next[j] = (float4)(each[0], each[1], each[2], each[3]);
    }
}

static void FN(gemm_group_keep_right)(SIZES size, const float4 *next, local float *panel)
{
    local float *to = panel + get_local_id(0) / WIDE * RIGHT_FOURS * 4 * (WIDE + GAP) + get_local_id(0) % WIDE;
#pragma unroll
    for (int j = 0; j < RIGHT_FOURS; j++, to += 4 * (WIDE + GAP)) {
        to[0] = next[j].x;
        to[WIDE + GAP] = next[j].y;
        to[2 * (WIDE + GAP)] = next[j].z;
        to[3 * (WIDE + GAP)] = next[j].w;
    }
}
#else
static void FN(gemm_group_load_right)(SIZES size, INDEX from, INDEX to, INDEX column, global const float *b,
                                      float4 *next)
{
    FN(gemm_group_load)(WIDE, N - column, to - from, B_COLUMN, B_ROW, b + column * B_COLUMN + from * B_ROW, next);
}

static void FN(gemm_group_keep_right)(SIZES size, const float4 *next, local float *panel)
{
    FN(gemm_group_keep)(WIDE, B_ROW, next, panel);
}
#endif

/* sum[r][half] += sum over k of left[k][r] right[k][half] */
static void FN(gemm_group_add)(local const float *left, local const float *right, float4 (*sum)[2])
{
#pragma unroll 2
    for (int k = 0; k < DEPTH; k++, left += TALL + GAP, right += WIDE + GAP) {
        const float4 low = *(local const float4 *)right, high = *(local const float4 *)(right + HALF);
        const float4 rows[2] = {*(local const float4 *)left, *(local const float4 *)(left + 4)};
#define ADD(r, element)                                        \
    sum[r][0] = fma((float4)(rows[r / 4].element), low, sum[r][0]); \
    sum[r][1] = fma((float4)(rows[r / 4].element), high, sum[r][1]);
        ADD(0, x) ADD(1, y) ADD(2, z) ADD(3, w) ADD(4, x) ADD(5, y) ADD(6, z) ADD(7, w)
#undef ADD
    }
}

/* Up to four elements of a row of C from column `column` on, C_COLUMN apart; the first one is c[at]. */
static void FN(gemm_group_store)(SIZES size, float4 sum, INDEX column, global const float *bias, global float *c,
                                 INDEX at CHAIN_PARAMETERS)
{
    const float each[4] = {sum.x, sum.y, sum.z, sum.w};
    float out[LANES];
    const int count = (int)clamp(N - column, (INDEX)0, (INDEX)4);
#pragma unroll
    for (int i = 0; i < LANES; i++)
        out[i] = i >= 4 ? 0.0f : each[i % 4] + (HAS_BIAS && i < count ? bias[(column + i) * BIAS_COLUMN] : 0.0f);
    if (CHANNELS || C_COLUMN == 1) {
        if (count)
            NCL_STORE_AFTER(VLOAD(out), count, c, at + column, CHANNELS ? at / N % CHANNELS : column)
        return;
    }
    for (int i = 0; i < count; i++)
        NCL_STORE_AFTER(out[i], 1, c, at + (column + i) * C_COLUMN, column + i)
}

static void FN(gemm_group)(INDEX task, SIZES size, local float *shared, global const float *a, global const float *b,
                           global const float *bias, global float *c CHAIN_PARAMETERS)
{
    const INDEX across = (N + WIDE - 1) / WIDE, down = (M + TALL - 1) / TALL, splits = SPLITS;
    const INDEX tile = task / splits, column = tile % across * WIDE, row = tile / across % down * TALL;
    const INDEX from = task % splits * TERMS, to = min(from + TERMS, (INDEX)K);
    const int x = get_local_id(0) % ACROSS * 4, y = get_local_id(0) / ACROSS * ROWS;
    local float *left = shared, *right = shared + DEPTH * (TALL + GAP);
    INDEX batch = tile / across / down, place = task % splits * PART;
    for (int i = (int)RANK - 1; i >= 0; i--) {
        const INDEX at = batch % EXTENT(i);
        batch /= EXTENT(i);
        a += at * A_STRIDE(i);
        b += at * B_STRIDE(i);
        place += at * C_STRIDE(i);
        bias += at * BIAS_STRIDE(i);
    }
    a += row * A_ROW;
    float4 sum[ROWS][2];
#pragma unroll
    for (int r = 0; r < ROWS; r++)
        sum[r][0] = sum[r][1] = 0;
    float4 left_next[LEFT_FOURS], right_next[RIGHT_FOURS];
    FN(gemm_group_load)(TALL, M - row, to - from, A_ROW, A_COLUMN, a + from * A_COLUMN, left_next);
    FN(gemm_group_load_right)(size, from, to, column, b, right_next);
    for (INDEX k = from; k < to; k += DEPTH) {
        FN(gemm_group_keep)(TALL, A_COLUMN, left_next, left);
        FN(gemm_group_keep_right)(size, right_next, right);
        barrier(CLK_LOCAL_MEM_FENCE);
        if (k + DEPTH < to) {
            FN(gemm_group_load)(TALL, M - row, to - k - DEPTH, A_ROW, A_COLUMN, a + (k + DEPTH) * A_COLUMN, left_next);
            FN(gemm_group_load_right)(size, k + DEPTH, to, column, b, right_next);
        }
        FN(gemm_group_add)(left + y, right + x, sum);
        barrier(CLK_LOCAL_MEM_FENCE);
    }
#pragma unroll
    for (int r = 0; r < ROWS; r++)
        if (row + y + r < M) {
            const INDEX m = row + y + r;
            FN(gemm_group_store)(size, sum[r][0], column + x, bias + m * BIAS_ROW, c,
                                 place + m * C_ROW CHAIN_ARGUMENTS);
            FN(gemm_group_store)(size, sum[r][1], column + x + HALF, bias + m * BIAS_ROW, c,
                                 place + m * C_ROW CHAIN_ARGUMENTS);
        }
}
