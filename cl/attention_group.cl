/* SPDX-License-Identifier: Apache-2.0 */
/* y = softmax(q k^T scale / divisor + mask) v for each matrix of a batch, as attention.cl has it, by work-groups.
 *
 *   s[i,j] = sum_d q[i,d] k[j,d] scale / divisor + mask[i,j]            m[i] = max_j s[i,j]
 *   y[i,c] = sum_j e[i,j] v[j,c] / sum_j e[i,j],                        e[i,j] = exp(s[i,j] - m[i])
 *
 * A group has TALL queries, its DOWN x ACROSS work-items 4 x 4 scores each of a block of keys, and 4 x 4 elements of
 * the result. Keys come in blocks of EDGE, queries and keys in parts of PART elements, all through local memory, where
 * the weights e take the place of the parts; m is the maximum so far, and with each block what was added up for an
 * earlier one is multiplied by exp(earlier m - m). The columns are made in parts of EDGE, each from the scores on.
 *
 * DOWN     work-items of a group along the queries
 * MASK     0: none; 1: the same for all queries; 2: one for each score
 * GUARDED  1: a query without weights, all of whose keys are masked, or whose weights are no numbers, has zeros
 * QUERIES, KEYS, DEPTH, COLUMNS   of one matrix; BLOCKS = ceil(QUERIES / TALL)
 * x_FIRST, x_ROW, x_COLUMN, x_STRIDE(i)   where the elements of an operand lie; columns of q and y are neighbours
 * group: DOWN * ACROSS work-items, LOCAL_FLOATS of local memory
 * tasks: prod_i EXTENT(i) * BLOCKS */
#ifndef DOWN
#define DOWN 16
#endif
#ifndef MASK
#define MASK 0
#endif
#ifndef GUARDED
#define GUARDED 0
#endif
#define NCL_CELL NCL_T6
#define QUERIES SIZE(0)
#define KEYS SIZE(1)
#define DEPTH SIZE(2)
#define COLUMNS SIZE(3)
#define BLOCKS SIZE(4)
#define Q_FIRST SIZE(5)
#define Q_ROW SIZE(6)
#define K_FIRST SIZE(7)
#define K_ROW SIZE(8)
#define K_COLUMN SIZE(9)
#define V_FIRST SIZE(10)
#define V_ROW SIZE(11)
#define V_COLUMN SIZE(12)
#define Y_ROW SIZE(13)
#define MASK_ROW SIZE(14)
#define MASK_COLUMN SIZE(15)
#define RANK SIZE(16)
#define EXTENT(i) SIZE(17 + (i))
#define Q_STRIDE(i) SIZE(23 + (i))
#define K_STRIDE(i) SIZE(29 + (i))
#define V_STRIDE(i) SIZE(35 + (i))
#define Y_STRIDE(i) SIZE(41 + (i))
#define MASK_STRIDE(i) SIZE(47 + (i))
#define SCALE_STRIDE(i) SIZE(53 + (i))

#define ACROSS 16
#define ITEMS  (DOWN * ACROSS)
#define TALL   (DOWN * 4)
#define EDGE   (ACROSS * 4)
#define PART   32
#define GAP    4 /* behind each row: neighbours of a column lie in different banks */
#define Q_AT   0
#define K_AT   (PART * (TALL + GAP))
#define E_AT   0 /* the weights, where q and k were */
#define V_AT   (EDGE * (EDGE + GAP))
#define M_AT   (V_AT + EDGE * (EDGE + GAP))
#define LOCAL_FLOATS (M_AT + ACROSS * (TALL + GAP))
#define LOWEST -3.402823466e38f /* a block without weights leaves it */

/* panel[b][a] = factor x[a row + b column] for a < edge, b < PART; zeros where x has no more. Neighbours read
 * neighbours. */
#define NCL_PANEL(name, T)                                                                                        \
    static void name(global const T *x, INDEX rows, INDEX row, INDEX columns, INDEX column, int edge,             \
                     float factor, local float *panel)                                                            \
    {                                                                                                             \
        for (int i = get_local_id(0); i < edge * PART; i += ITEMS) {                                              \
            const int a = column == 1 ? i / PART : i % edge, b = column == 1 ? i % PART : i / edge;               \
            panel[b * (edge + GAP) + a] =                                                                         \
                a < rows && b < columns ? NCL_AT(T, x, a * row + b * column) * factor : 0.0f;                     \
        }                                                                                                         \
    }
NCL_PANEL(FN(attention_group_queries), NCL_T0)
NCL_PANEL(FN(attention_group_keys), NCL_T1)

/* panel[j][c] = x[j row + c column], zeros where x has no more. */
static void FN(attention_group_values)(global const NCL_T2 *x, INDEX rows, INDEX row, INDEX columns, INDEX column,
                                       local float *panel)
{
    for (int i = get_local_id(0); i < EDGE * EDGE; i += ITEMS) {
        const int j = i / EDGE, c = i % EDGE;
        panel[j * (EDGE + GAP) + c] = j < rows && c < columns ? NCL_AT(NCL_T2, x, j * row + c * column) : 0.0f;
    }
}

/* sum[r] += sum over i < count of left[i][r] right[i] */
static void FN(attention_group_add)(int count, local const float *left, int left_pitch, local const float *right,
                                    int right_pitch, float4 *sum)
{
#pragma unroll 4
    for (int i = 0; i < count; i++) {
        const float4 a = *(local const float4 *)(left + i * left_pitch),
                     b = *(local const float4 *)(right + i * right_pitch);
        sum[0] = ncl_mac((float4)(a.x), b, sum[0]);
        sum[1] = ncl_mac((float4)(a.y), b, sum[1]);
        sum[2] = ncl_mac((float4)(a.z), b, sum[2]);
        sum[3] = ncl_mac((float4)(a.w), b, sum[3]);
    }
}

/* Of all items with the same queries: the greatest, or the sum. All come by. */
static float4 FN(attention_group_join)(local float *shared, int x, int y, float4 value, bool sum)
{
    barrier(CLK_LOCAL_MEM_FENCE); /* what was there before is read */
    *(local float4 *)(shared + M_AT + x * (TALL + GAP) + y * 4) = value;
    barrier(CLK_LOCAL_MEM_FENCE);
    float4 joined = sum ? (float4)(0) : value;
    for (int i = 0; i < ACROSS; i++) {
        const float4 other = *(local const float4 *)(shared + M_AT + i * (TALL + GAP) + y * 4);
        joined = sum ? joined + other : fmax(joined, other);
    }
    return joined;
}

/* The scores of a block of keys that a work-item has: s[r] are those of a query. */
static void FN(attention_group_scores)(SIZES size, local float *shared, int x, int y, global const NCL_T0 *query,
                                       INDEX rows, global const NCL_T1 *key, INDEX keys, float factor, float4 *s)
{
#pragma unroll
    for (int r = 0; r < 4; r++)
        s[r] = 0;
    for (INDEX part = 0; part < DEPTH; part += PART) {
        barrier(CLK_LOCAL_MEM_FENCE);
        FN(attention_group_queries)(query + part, rows, Q_ROW, DEPTH - part, 1, TALL, factor, shared + Q_AT);
        FN(attention_group_keys)(key + part * K_COLUMN, keys, K_ROW, DEPTH - part, K_COLUMN, EDGE, 1.0f,
                                 shared + K_AT);
        barrier(CLK_LOCAL_MEM_FENCE);
        FN(attention_group_add)(PART, shared + Q_AT + y * 4, TALL + GAP, shared + K_AT + x * 4, EDGE + GAP, s);
    }
}

#if MASK
static void FN(attention_group_mask)(SIZES size, global const float *mask, INDEX first, INDEX rows, INDEX from,
                                     INDEX keys, float4 *s)
{
    for (int r = 0; r < 4; r++) {
        global const float *at = mask + min(first + r, rows - 1) * MASK_ROW;
        s[r] += (float4)(at[min(from, keys - 1) * MASK_COLUMN], at[min(from + 1, keys - 1) * MASK_COLUMN],
                         at[min(from + 2, keys - 1) * MASK_COLUMN], at[min(from + 3, keys - 1) * MASK_COLUMN]);
    }
}
#endif

/* Scores become weights in local memory, [key][query]; `total` are the sums of those of this work-item, `earlier` is
 * exp(earlier m - m). */
static void FN(attention_group_weights)(local float *shared, int x, int y, INDEX keys, float4 *s, float4 *peak,
                                        float4 *total, float4 *earlier)
{
    const int4 there = (int4)(x * 4, x * 4 + 1, x * 4 + 2, x * 4 + 3) < (int4)((int)keys);
#pragma unroll
    for (int r = 0; r < 4; r++)
        s[r] = select((float4)(-INFINITY), s[r], there);
#define MOST(r) fmax(fmax(s[r].x, s[r].y), fmax(s[r].z, s[r].w))
    const float4 own = fmax((float4)(MOST(0), MOST(1), MOST(2), MOST(3)), *peak);
#undef MOST
    const float4 highest = FN(attention_group_join)(shared, x, y, own, false);
    *earlier = exp(*peak - highest);
    *peak = highest;
    s[0] = exp(s[0] - highest.x);
    s[1] = exp(s[1] - highest.y);
    s[2] = exp(s[2] - highest.z);
    s[3] = exp(s[3] - highest.w);
    const float4 e[4] = {(float4)(s[0].x, s[1].x, s[2].x, s[3].x), (float4)(s[0].y, s[1].y, s[2].y, s[3].y),
                         (float4)(s[0].z, s[1].z, s[2].z, s[3].z), (float4)(s[0].w, s[1].w, s[2].w, s[3].w)};
    *total = ncl_mac(*total, *earlier, e[0] + e[1] + e[2] + e[3]);
#pragma unroll
    for (int j = 0; j < 4; j++)
        *(local float4 *)(shared + E_AT + (x * 4 + j) * (TALL + GAP) + y * 4) = e[j];
}

#define QUOTIENT(sum, total) (GUARDED && !((total) > 0) ? (float4)0 : (sum) / (total))

/* What was added up, each divided by its total, through local memory and the chain. */
static void FN(attention_group_store)(SIZES size, local float *shared, int x, int y, float4 *o, float4 total,
                                      INDEX rows, INDEX column, INDEX place, global NCL_CELL *out CHAIN_PARAMETERS)
{
    local float *tile = shared + V_AT;
    const float4 sums = FN(attention_group_join)(shared, x, y, total, true);
    *(local float4 *)(tile + (y * 4 + 0) * (EDGE + GAP) + x * 4) = QUOTIENT(o[0], sums.x);
    *(local float4 *)(tile + (y * 4 + 1) * (EDGE + GAP) + x * 4) = QUOTIENT(o[1], sums.y);
    *(local float4 *)(tile + (y * 4 + 2) * (EDGE + GAP) + x * 4) = QUOTIENT(o[2], sums.z);
    *(local float4 *)(tile + (y * 4 + 3) * (EDGE + GAP) + x * 4) = QUOTIENT(o[3], sums.w);
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int i = get_local_id(0) * LANES; i < TALL * EDGE; i += ITEMS * LANES) {
        const INDEX row = i / EDGE, at = column + i % EDGE;
        if (row < rows && at < COLUMNS)
            NCL_STORE_AFTER(VLOAD(tile + row * (EDGE + GAP) + i % EDGE), min(COLUMNS - at, (INDEX)LANES), out,
                            place + row * Y_ROW + at, at)
    }
    barrier(CLK_LOCAL_MEM_FENCE);
}

static void FN(attention_group)(INDEX task, SIZES size, local float *shared, global const NCL_T0 *query,
                                global const NCL_T1 *key, global const NCL_T2 *value, global const float *mask,
                                global const float *scale, global const float *divisor, global NCL_CELL *out
                                CHAIN_PARAMETERS)
{
    const int x = get_local_id(0) % ACROSS, y = get_local_id(0) / ACROSS;
    const INDEX first = task % BLOCKS * TALL, rows = min(QUERIES - first, (INDEX)TALL);
    INDEX batch = task / BLOCKS, place = first * Y_ROW;
    query += Q_FIRST + first * Q_ROW;
    key += K_FIRST;
    value += V_FIRST;
    mask += first * MASK_ROW;
    for (int i = (int)RANK - 1; i >= 0; i--) {
        const INDEX at = batch % EXTENT(i);
        batch /= EXTENT(i);
        query += at * Q_STRIDE(i);
        key += at * K_STRIDE(i);
        value += at * V_STRIDE(i);
        mask += at * MASK_STRIDE(i);
        scale += at * SCALE_STRIDE(i);
        place += at * Y_STRIDE(i);
    }
    const float factor = *scale / *divisor;
    for (INDEX column = 0; column < COLUMNS; column += EDGE) {
        float4 s[4], o[4], peak = LOWEST, total = 0, earlier;
#pragma unroll
        for (int r = 0; r < 4; r++)
            o[r] = 0;
        for (INDEX from = 0; from < KEYS; from += EDGE) {
            const INDEX keys = min(KEYS - from, (INDEX)EDGE);
            FN(attention_group_scores)(size, shared, x, y, query, rows, key + from * K_ROW, keys, factor, s);
#if MASK
            FN(attention_group_mask)(size, mask, y * 4, rows, from + x * 4, KEYS, s);
#endif
            FN(attention_group_values)(value + from * V_ROW + column * V_COLUMN, keys, V_ROW, COLUMNS - column,
                                       V_COLUMN, shared + V_AT);
            FN(attention_group_weights)(shared, x, y, keys, s, &peak, &total, &earlier);
            o[0] *= earlier.x;
            o[1] *= earlier.y;
            o[2] *= earlier.z;
            o[3] *= earlier.w;
            barrier(CLK_LOCAL_MEM_FENCE);
            FN(attention_group_add)(EDGE, shared + E_AT + y * 4, TALL + GAP, shared + V_AT + x * 4, EDGE + GAP, o);
        }
        FN(attention_group_store)(size, shared, x, y, o, total, rows, column, place, out CHAIN_ARGUMENTS);
    }
}
