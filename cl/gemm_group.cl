/* SPDX-License-Identifier: Apache-2.0 */
/* C[m,n] = bias[m,n] + sum_k A[m,k] B[k,n] for each matrix of a batch, all of any strides, by work-groups: for devices
 * whose work-items share local memory and wait for each other at little cost. With IMAGE, B are the patches of images,
 * which makes it the convolution (4.3.1)
 *
 *   B[k,n] = x~[image][channel][d STRIDE(0) + q DILATION(0) - BEFORE(0)]
 *                              [h STRIDE(1) + r DILATION(1) - BEFORE(1)][w STRIDE(2) + s DILATION(2) - BEFORE(2)]
 *
 * with k = ((channel KERNEL(0) + q) KERNEL(1) + r) KERNEL(2) + s, n = ((image OUT(0) + d) OUT(1) + h) OUT(2) + w: all
 * images of a batch lie side by side. the strides of B lead from group to group, IN_IMAGE and OUT_IMAGE from image to
 * image.
 *
 * A task is a tile of TALL x WIDE elements of C, and a work-group: DOWN x ACROSS work-items, each with 8 rows of two
 * vectors of four sums, which are half a tile apart, so that neighbours read neighbours from local memory; 8 x 4 of
 * them read few elements for what they add up, and pairs the same ones, which is one read. DEPTH columns of A and rows
 * of B at a time come to the one half of local memory, while those in the other half are added up. Rows and columns
 * outside of C are those of its edge again, and are not stored; behind the last k there are zeros. Where C has too few
 * tiles for the device, SPLITS tasks have TERMS terms each of the sums of a tile, and leave them PART elements apart
 * (gemm_join.cl).
 *
 * DOWN, ACROSS  work-items of a group: multiples of 4, of 8        DEPTH    of the panels
 * LEFT, RIGHT   1: A, B are read along k, four neighbours at a time; 0: along m, n
 * CHANNELS      0: operands of the chain that go along channels go along n; else m is the channel, this their number
 * WHOLE         1: all panels of both matrices are whole, and each four neighbours are a vector
 * IMAGE         0: matrices; 2, 3: patches of images of so many axes, the last ones; with 2 there is no d and no q
 * HALVES        1: panels are halves, and so are what a panel adds to the sums; for devices with cl_khr_fp16
 * TAPS          of a filter that has 1, or 3 x 3 without DILATION(2), and BORDER zeros: a work-item has all taps of its
 *               channels, and knows once for all which of them lie inside; 0: of any filter
 * BORDER(i, n)  how x~ continues x
 * group: DOWN * ACROSS work-items, LOCAL_BYTES of local memory
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
#ifndef LEFT
#define LEFT 0
#endif
#ifndef RIGHT
#define RIGHT 0
#endif
#ifndef WHOLE
#define WHOLE 0
#endif
#ifndef IMAGE
#define IMAGE 0
#endif
#ifndef TAPS
#define TAPS 0
#endif
#ifndef HALVES
#define HALVES 0
#endif
#ifndef BORDER
#define BORDER NCL_BORDER_CONSTANT
#endif
#define ITEMS        (DOWN * ACROSS)
#define ROWS         8
#define TALL         (DOWN * ROWS)
#define HALF         (ACROSS * 4)
#define WIDE         (2 * HALF)
/* Behind each row of a panel: neighbours of a column lie in different banks. */
#define GAP          (16 / (int)sizeof(FACTOR))
#define PANELS       (DEPTH * (TALL + GAP + WIDE + GAP))
#define LOCAL_BYTES  (2 * PANELS * sizeof(FACTOR))
#define PASSES       (HALVES ? 8 : 4) /* in which the sums go out, through local memory */
#define SLICE        (ROWS / PASSES)
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
#define SPLITS SIZE(43)
#define TERMS SIZE(44)
#define PART SIZE(45)
#define CHANNELS SIZE(46)
#define IN_IMAGE SIZE(47)
#define OUT_IMAGE SIZE(48)
#define OUT(i) SIZE(49 + (i))
#define IN(i) SIZE(52 + (i))
#define KERNEL(i) SIZE(55 + (i))
#define STRIDE(i) SIZE(58 + (i))
#define DILATION(i) SIZE(61 + (i))
#define BEFORE(i) SIZE(64 + (i))

/* ---- what is multiplied ---- */

/* FACTOR: the type of what lies in panels.  FACTOR_AT(T, p, i), FACTOR_ALIGNED(T, p)   one, or four at once, of what is
 * stored as T.  FACTOR_FOUR(p)   four of a panel.  FACTOR_MAC(a, b, c)   a b + c, of halves rounded once or twice. */
#if HALVES
#pragma OPENCL EXTENSION cl_khr_fp16 : enable
#define FACTOR                 half
#define FACTOR4                half4
#define FACTOR_AT(T, p, i)     ((half)(p)[i])
#define FACTOR_EACH(T, v)      (T)((v).x, (v).y, (v).z, (v).w) /* libclc has no conversions of halves */
#define FACTOR_ALIGNED_float(p) FACTOR_EACH(half4, (*(global const float4 *)(p)))
#define FACTOR_ALIGNED_half(p) as_half4(*(global const uint2 *)(p))
#define FACTOR_FOUR(p)         as_half4(*(local const uint2 *)(p))
#define FACTOR_MAC(a, b, c) ((a) * (b) + (c))
#else
#define FACTOR                 float
#define FACTOR4                float4
#define FACTOR_AT(T, p, i)     NCL_AT(T, p, i)
#define FACTOR_ALIGNED_float(p) *(global const float4 *)(p)
#define FACTOR_ALIGNED_half(p) vload_half4(0, p)
#define FACTOR_FOUR(p)         *(local const float4 *)(p)
#define FACTOR_MAC(a, b, c)    ncl_mac(a, b, c)
#endif
#define FACTOR_ALIGNED(T, p) NCL_CAT(FACTOR_ALIGNED_, T)(p)

/* ---- matrices ---- */

/* Every four of the tile is one vector of memory: `along` is the stride between those that are read side by side. */
static bool FN(gemm_group_is_vectors)(global const void *x, INDEX along, INDEX other, INDEX lines, int edge)
{
    return WHOLE ? ((ulong)x & 15) == 0
                 : along == 1 && other % 4 == 0 && ((ulong)x & 15) == 0 && (lines >= edge || lines % 4 == 0);
}

/* Where vector i of a panel lies in x; behind the last line comes that one again. */
static INDEX FN(gemm_group_place)(int i, int along, int edge, INDEX lines, INDEX line, INDEX step)
{
    return along ? min((INDEX)(i / (DEPTH / 4)), lines - 1) * line + i % (DEPTH / 4) * 4
                 : min((INDEX)(i % (edge / 4) * 4), lines - 4) + i / (edge / 4) * step;
}

/* A side: what a work-item has of the panels of a matrix x[l line + k step], l < edge, k < DEPTH, zeros from `depth`
 * on: VECTORS(edge) of four neighbours, along k or along l; with WHOLE, where they lie from x on is known once for all.
 * load: those of the next panel are on their way. */
#define VECTORS(edge) ((edge) * DEPTH / 4 / ITEMS)
#define MATRIX_SIDE(side, begin, load, keep, four, T, along, edge)                                                    \
    struct side {                                                                                                     \
        global const T *x;                                                                                            \
        INDEX lines, place[VECTORS(edge)];                                                                            \
        bool vectors;                                                                                                 \
    };                                                                                                                \
    static void begin(global const T *x, INDEX lines, INDEX line, INDEX step, struct side *of)                        \
    {                                                                                                                 \
        of->x = x;                                                                                                    \
        of->lines = lines;                                                                                            \
        of->vectors = FN(gemm_group_is_vectors)(x, along ? step : line, along ? line : step, along ? edge : lines,    \
                                                edge);                                                                \
        if (WHOLE)                                                                                                    \
            _Pragma("unroll") for (int j = 0; j < VECTORS(edge); j++)                                                 \
                of->place[j] = FN(gemm_group_place)(j * ITEMS + get_local_id(0), along, edge, lines, line, step);     \
    }                                                                                                                 \
    /* Four elements `stride` apart, of which `count` are there. */                                                   \
    static FACTOR4 four(global const T *x, INDEX stride, INDEX count)                                                 \
    {                                                                                                                 \
        return (FACTOR4)(count > 0 ? FACTOR_AT(T, x, 0) : 0, count > 1 ? FACTOR_AT(T, x, stride) : 0,                 \
                         count > 2 ? FACTOR_AT(T, x, 2 * stride) : 0, count > 3 ? FACTOR_AT(T, x, 3 * stride) : 0);   \
    }                                                                                                                 \
    static void load(INDEX depth, INDEX line, INDEX step, struct side *of, FACTOR4 *next)                             \
    {                                                                                                                 \
        const INDEX lines = of->lines;                                                                                \
        _Pragma("unroll") for (int j = 0; j < VECTORS(edge); j++)                                                     \
        {                                                                                                             \
            const int i = j * ITEMS + get_local_id(0);                                                                \
            const INDEX l = along ? i / (DEPTH / 4) : i % (edge / 4) * 4;                                             \
            const INDEX k = along ? i % (DEPTH / 4) * 4 : i / (edge / 4);                                             \
            if (WHOLE)                                                                                                \
                next[j] = of->vectors ? FACTOR_ALIGNED(T, of->x + of->place[j]) : four(of->x + of->place[j], 1, 4);   \
            else if (of->vectors && depth >= DEPTH)                                                                   \
                next[j] = FACTOR_ALIGNED(T, of->x + FN(gemm_group_place)(i, along, edge, lines, line, step));         \
            else if (along)                                                                                           \
                next[j] = four(of->x + min(l, lines - 1) * line + k * step, step, depth - k);                         \
            else                                                                                                      \
                next[j] = four(of->x + l * line + k * step, line, k < depth ? lines - l : 0);                         \
        }                                                                                                             \
        of->x += DEPTH * step;                                                                                        \
    }                                                                                                                 \
    /* panel[k][l] = what was loaded. */                                                                              \
    static void keep(const FACTOR4 *next, local FACTOR *panel)                                                        \
    {                                                                                                                 \
        const int pitch = (edge) + GAP;                                                                               \
        _Pragma("unroll") for (int j = 0; j < VECTORS(edge); j++)                                                     \
        {                                                                                                             \
            const int i = j * ITEMS + get_local_id(0);                                                                \
            if (along) {                                                                                              \
                local FACTOR *to = panel + i % (DEPTH / 4) * 4 * pitch + i / (DEPTH / 4);                             \
                to[0] = next[j].x;                                                                                    \
                to[pitch] = next[j].y;                                                                                \
                to[2 * pitch] = next[j].z;                                                                            \
                to[3 * pitch] = next[j].w;                                                                            \
            } else                                                                                                    \
                *(local FACTOR4 *)(panel + i / (edge / 4) * pitch + i % (edge / 4) * 4) = next[j];                    \
        }                                                                                                             \
    }

/* ---- A ---- */

#if DEPTH % 4
/* Panels that are no whole number of vectors of four for each work-item: element by element. */
#define LEFT_PITCH (ITEMS / TALL)
#define LEFT_EACH  ((DEPTH + LEFT_PITCH - 1) / LEFT_PITCH)
typedef FACTOR FN(gemm_group_left_next);
struct FN(gemm_group_left) {
    global const NCL_T0 *x;
};

static void FN(gemm_group_begin_left)(global const NCL_T0 *x, INDEX lines, INDEX line, INDEX step,
                                      struct FN(gemm_group_left) *left)
{
    left->x = x + min((INDEX)(get_local_id(0) % TALL), lines - 1) * line;
}

static void FN(gemm_group_load_left)(INDEX depth, INDEX line, INDEX step, struct FN(gemm_group_left) *left,
                                     FACTOR *next)
{
    const INDEX first = get_local_id(0) / TALL;
    global const NCL_T0 *from = left->x + first * step;
#pragma unroll
    for (int j = 0; j < LEFT_EACH; j++)
        next[j] =
            first + j * LEFT_PITCH < min(depth, (INDEX)DEPTH) ? FACTOR_AT(NCL_T0, from, j * LEFT_PITCH * step) : 0;
    left->x += DEPTH * step;
}

static void FN(gemm_group_keep_left)(const FACTOR *next, local FACTOR *panel)
{
    local FACTOR *to = panel + get_local_id(0) / TALL * (TALL + GAP) + get_local_id(0) % TALL;
#pragma unroll
    for (int j = 0; j < LEFT_EACH; j++)
        if ((j + 1) * LEFT_PITCH <= DEPTH || get_local_id(0) / TALL + j * LEFT_PITCH < DEPTH)
            to[j * LEFT_PITCH * (TALL + GAP)] = next[j];
}
#else
#define LEFT_EACH VECTORS(TALL)
typedef FACTOR4 FN(gemm_group_left_next);
MATRIX_SIDE(FN(gemm_group_left), FN(gemm_group_begin_left), FN(gemm_group_load_left), FN(gemm_group_keep_left),
            FN(gemm_group_four_a), NCL_T0, LEFT, TALL)
#endif

/* ---- B ---- */

#if IMAGE
/* What a work-item knows of its part of the patches before the first panel: see gemm_group_begin_right. */
struct FN(gemm_group_right) {
    global const NCL_T1 *x;
    INDEX d, h, w, k;
    int inside;
};

/* Rows of a panel that a work-item has of a column. */
#define RIGHT_EACH (WIDE * DEPTH / ITEMS)
typedef FACTOR FN(gemm_group_next);

/* The column of a work-item and its first row; behind the last column comes that one again. `inside`: the taps of which
 * have their elements in the image, a bit each. */
static void FN(gemm_group_begin_right)(SIZES size, INDEX from, INDEX column, global const NCL_T1 *x,
                                       struct FN(gemm_group_right) *right)
{
    const INDEX n = min(column + (INDEX)(get_local_id(0) % WIDE), N - 1), row = n / OUT(2), image = row / OUT(1);
    const INDEX first = get_local_id(0) / WIDE * RIGHT_EACH;
    right->w = n % OUT(2) * STRIDE(2) - BEFORE(2);
    right->h = row % OUT(1) * STRIDE(1) - BEFORE(1);
    right->d = IMAGE == 3 ? image % OUT(0) * STRIDE(0) - BEFORE(0) : 0;
    right->x = x + (IMAGE == 3 ? image / OUT(0) : image) * IN_IMAGE;
    right->k = from + first;
    right->inside = 0;
#if TAPS
    right->k /= TAPS;
    right->x += right->k * IN(1) * IN(2) + right->h * IN(2) + right->w;
#pragma unroll
    for (int t = 0; t < TAPS; t++) {
        const INDEX a = right->h + t / 3 * DILATION(1), b = right->w + t % 3;
        right->inside |= (a >= 0 && a < IN(1) && b >= 0 && b < IN(2)) << t;
    }
#endif
}

#if TAPS
static void FN(gemm_group_load_right)(SIZES size, INDEX depth, struct FN(gemm_group_right) *right, FACTOR *next)
{
    const INDEX plane = IN(1) * IN(2), row = DILATION(1) * IN(2), left = K / TAPS - right->k;
#pragma unroll
    for (int j = 0; j < RIGHT_EACH; j++) {
        const int t = j % TAPS, channel = j / TAPS;
        const bool inside = (right->inside >> t & 1) && channel < left;
        next[j] = inside ? FACTOR_AT(NCL_T1, right->x, channel * plane + t / 3 * row + t % 3) : 0;
    }
    right->x += DEPTH / TAPS * plane;
    right->k += DEPTH / TAPS;
}
#else
static void FN(gemm_group_load_right)(SIZES size, INDEX depth, struct FN(gemm_group_right) *right, FACTOR *next)
{
    const INDEX face = KERNEL(1) * KERNEL(2), taps = KERNEL(0) * face, k = right->k;
    const INDEX end = depth - (INDEX)(get_local_id(0) / WIDE) * RIGHT_EACH;
    INDEX channel = k / taps, q = k % taps / face, r = k % face / KERNEL(2), s = k % KERNEL(2);
#pragma unroll
    for (int j = 0; j < RIGHT_EACH; j++) {
        const INDEX a = right->h + r * DILATION(1), b = right->w + s * DILATION(2), c = right->d + q * DILATION(0);
        const INDEX u = IMAGE == 3 ? BORDER(c, IN(0)) : 0, y = BORDER(a, IN(1)), z = BORDER(b, IN(2));
        const INDEX plane = IMAGE == 3 ? channel * IN(0) + u : channel;
        next[j] = j < end && u >= 0 && y >= 0 && z >= 0
                      ? FACTOR_AT(NCL_T1, right->x, (plane * IN(1) + y) * IN(2) + z)
                      : 0;
        s++;
        r += s == KERNEL(2);
        s = s == KERNEL(2) ? 0 : s;
        const bool over = r == KERNEL(1);
        r = over ? 0 : r;
        q += IMAGE == 3 && over;
        channel += IMAGE == 3 ? q == KERNEL(0) : over;
        q = IMAGE == 3 && q == KERNEL(0) ? 0 : q;
    }
    right->k += DEPTH;
}
#endif

static void FN(gemm_group_keep_right)(const FACTOR *next, local FACTOR *panel)
{
    local FACTOR *to = panel + get_local_id(0) / WIDE * RIGHT_EACH * (WIDE + GAP) + get_local_id(0) % WIDE;
#pragma unroll
    for (int j = 0; j < RIGHT_EACH; j++)
        to[j * (WIDE + GAP)] = next[j];
}
#else
#define RIGHT_EACH VECTORS(WIDE)
typedef FACTOR4 FN(gemm_group_next);
MATRIX_SIDE(FN(gemm_group_right), FN(gemm_group_begin_columns), FN(gemm_group_load_columns), FN(gemm_group_keep_right),
            FN(gemm_group_four_b), NCL_T1, RIGHT, WIDE)

static void FN(gemm_group_begin_right)(SIZES size, INDEX from, INDEX column, global const NCL_T1 *b,
                                       struct FN(gemm_group_right) *right)
{
    FN(gemm_group_begin_columns)(b + column * B_COLUMN + from * B_ROW, N - column, B_COLUMN, B_ROW, right);
}

static void FN(gemm_group_load_right)(SIZES size, INDEX depth, struct FN(gemm_group_right) *right, FACTOR4 *next)
{
    FN(gemm_group_load_columns)(depth, B_COLUMN, B_ROW, right, next);
}
#endif

/* ---- C ---- */

/* sum[r][half] += sum over k of left[k][r] right[k][half], in so many parts */
#define PARTS (WHOLE || HALVES ? 2 : 1)
#define ADD(r, element, to)                                             \
    to[r][0] = FACTOR_MAC((FACTOR4)(rows[(r) / 4].element), low, to[r][0]); \
    to[r][1] = FACTOR_MAC((FACTOR4)(rows[(r) / 4].element), high, to[r][1]);
#if HALVES
/* Four rows at a time, whose panel is added up in halves: few of them meet in one sum, and in few registers. */
static void FN(gemm_group_add)(int part, local const half *left, local const half *right, float4 (*sum)[2])
{
    half4 few[4][2];
    left += part * 4;
    sum += part * 4;
#pragma unroll
    for (int r = 0; r < 4; r++)
        few[r][0] = few[r][1] = 0;
#pragma unroll 2
    for (int k = 0; k < DEPTH; k++, left += TALL + GAP, right += WIDE + GAP) {
        const half4 low = FACTOR_FOUR(right), high = FACTOR_FOUR(right + HALF), rows[1] = {FACTOR_FOUR(left)};
        ADD(0, x, few) ADD(1, y, few) ADD(2, z, few) ADD(3, w, few)
    }
#pragma unroll
    for (int r = 0; r < 4; r++) {
        sum[r][0] += FACTOR_EACH(float4, few[r][0]);
        sum[r][1] += FACTOR_EACH(float4, few[r][1]);
    }
}
#else
static void FN(gemm_group_add)(int part, local const float *left, local const float *right, float4 (*sum)[2])
{
    const int first = part * DEPTH / PARTS, end = (part + 1) * DEPTH / PARTS;
    left += first * (TALL + GAP);
    right += first * (WIDE + GAP);
#pragma unroll 1
    for (int k = first; k < end; k++, left += TALL + GAP, right += WIDE + GAP) {
        const float4 low = FACTOR_FOUR(right), high = FACTOR_FOUR(right + HALF);
        const float4 rows[2] = {FACTOR_FOUR(left), FACTOR_FOUR(left + 4)};
        ADD(0, x, sum) ADD(1, y, sum) ADD(2, z, sum) ADD(3, w, sum)
        ADD(4, x, sum) ADD(5, y, sum) ADD(6, z, sum) ADD(7, w, sum)
    }
}
#endif
#undef ADD

#define STORE_ROW              NCL_CAT(STORE_ROW_, NCL_CELL)
#define STORE_ROW_half(v, each, p) NCL_VSTORE(half, v, p);
#define STORE_ROW_float(v, each, p)                                              \
    VSTORE(v, each);                                                             \
    if (((ulong)(p) & 15) == 0)                                                  \
        _Pragma("unroll") for (int i = 0; i < LANES; i += 4)                     \
            *(global float4 *)((p) + i) = vload4(0, each + i);                   \
    else                                                                         \
        VSTORE(v, p);

/* LANES elements of a row of C, from column n on, of which N has `count`; c begins with the row. The offsets that the
 * chain goes by count from `place` before it. */
static void FN(gemm_group_store)(SIZES size, local const float *sum, INDEX n, int count, global const float *bias,
                                 global NCL_CELL *c, INDEX at CHAIN_PARAMETERS)
{
    const INDEX pixels = OUT(0) * OUT(1) * OUT(2), image = IMAGE ? n / pixels : 0, pixel = IMAGE ? n % pixels : n;
    const INDEX step = IMAGE ? 1 : C_COLUMN, first = at + image * OUT_IMAGE + pixel * step;
    const INDEX channel = CHANNELS ? (IMAGE ? at : first) / C_ROW % CHANNELS : n, bias_step = BIAS_COLUMN;
    const bool biased = HAS_BIAS, row = step == 1 && count == LANES, within = !IMAGE || pixel + LANES <= pixels;
    if (row && within) {
        float each[LANES];
#pragma unroll
        for (int i = 0; i < LANES; i++)
            each[i] = sum[i] + (biased ? bias[(n + i) * bias_step] : 0.0f);
        V out = VLOAD(each);
        NCL_AFTER(out, LANES, first, channel)
        STORE_ROW(out, each, c + first)
        return;
    }
    for (int i = 0; i < count; i++) {
        const INDEX to = IMAGE ? at + (n + i) / pixels * OUT_IMAGE + (n + i) % pixels : at + (n + i) * step;
        NCL_STORE_AFTER(sum[i] + (biased ? bias[(n + i) * bias_step] : 0.0f), 1, c, to,
                        CHANNELS ? (IMAGE ? at : to) / C_ROW % CHANNELS : n + i)
    }
}

/* The sums of a tile whose first element is C[row, column]: SLICE rows of each work-item at a time go to local memory,
 * and from there, whole vectors side by side, through the chain, which is compiled for one of them. */
static void FN(gemm_group_store_tile)(SIZES size, local float *slice, INDEX row, INDEX column, int x, int y,
                                      float4 (*sum)[2], global const float *bias, global NCL_CELL *c,
                                      INDEX at CHAIN_PARAMETERS)
{
    for (int pass = 0; pass < PASSES; pass++) {
#pragma unroll
        for (int r = 0; r < SLICE; r++) {
            float4 low = sum[r][0], high = sum[r][1];
#pragma unroll
            for (int p = 1; p < PASSES; p++) {
                low = select(low, sum[p * SLICE + r][0], (int4)(pass == p ? -1 : 0));
                high = select(high, sum[p * SLICE + r][1], (int4)(pass == p ? -1 : 0));
            }
            *(local float4 *)(slice + (y / ROWS * SLICE + r) * WIDE + x) = low;
            *(local float4 *)(slice + (y / ROWS * SLICE + r) * WIDE + x + HALF) = high;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        for (int i = get_local_id(0) * LANES; i < DOWN * SLICE * WIDE; i += ITEMS * LANES) {
            const int line = i / WIDE;
            const INDEX m = row + line / SLICE * ROWS + pass * SLICE + line % SLICE, n = column + i % WIDE;
            if (m < M && n < N)
                FN(gemm_group_store)(size, slice + i, n, (int)min((INDEX)LANES, N - n), bias + m * BIAS_ROW, c,
                                     at + m * C_ROW CHAIN_ARGUMENTS);
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
}

/* Where a place of the batch lies in each of the tensors. */
#define NCL_GEMM_GROUP_OFFSET(name, STRIDE)                                 \
    static INDEX FN(name)(SIZES size, INDEX batch)                          \
    {                                                                       \
        INDEX offset = 0;                                                   \
        for (int i = (int)RANK - 1; i >= 0; i--) {                          \
            offset += batch % EXTENT(i) * STRIDE(i);                        \
            batch /= EXTENT(i);                                             \
        }                                                                   \
        return offset;                                                      \
    }
NCL_GEMM_GROUP_OFFSET(gemm_group_of_a, A_STRIDE)
NCL_GEMM_GROUP_OFFSET(gemm_group_of_b, B_STRIDE)
NCL_GEMM_GROUP_OFFSET(gemm_group_of_c, C_STRIDE)
NCL_GEMM_GROUP_OFFSET(gemm_group_of_bias, BIAS_STRIDE)

static void FN(gemm_group)(INDEX task, SIZES size, local float *shared, global const NCL_T0 *a, global const NCL_T1 *b,
                           global const float *bias, global NCL_CELL *c CHAIN_PARAMETERS)
{
    const INDEX across = (N + WIDE - 1) / WIDE, down = (M + TALL - 1) / TALL, splits = SPLITS;
    const INDEX tile = task / splits, row = tile % down * TALL, column = tile / down % across * WIDE;
    const INDEX from = task % splits * TERMS, terms = min((INDEX)TERMS, K - from);
    const int item = get_local_id(0), warp = item / 32;
    const int x = (warp % (ACROSS / 8) * 8 + item / 2 % 8) * 4;
    const int y = (warp / (ACROSS / 8) * 4 + item / 16 % 2 * 2 + item % 2) * ROWS;
    const INDEX batch = tile / across / down;
    float4 sum[ROWS][2];
#pragma unroll
    for (int r = 0; r < ROWS; r++)
        sum[r][0] = sum[r][1] = 0;
    FN(gemm_group_left_next) of_left[LEFT_EACH];
    FN(gemm_group_next) of_right[RIGHT_EACH];
    struct FN(gemm_group_left) left;
    struct FN(gemm_group_right) right;
    FN(gemm_group_begin_left)(a + FN(gemm_group_of_a)(size, batch) + row * A_ROW + from * A_COLUMN, M - row, A_ROW,
                              A_COLUMN, &left);
    FN(gemm_group_begin_right)(size, from, column, b + FN(gemm_group_of_b)(size, batch), &right);
    local FACTOR *const panel = (local FACTOR *)shared;
    int turn = 0;
    for (INDEX k = 0; k < terms + DEPTH; k += DEPTH, turn ^= PANELS) {
        const bool more = k < terms;
        local const FACTOR *const now_left = panel + (PANELS ^ turn) + y,
                                 *const now_right = panel + (PANELS ^ turn) + DEPTH * (TALL + GAP) + x;
        if (more)
            FN(gemm_group_load_left)(terms - k, A_ROW, A_COLUMN, &left, of_left);
#if WHOLE || HALVES
        /* One after the other, in fewer registers. */
        if (k > 0)
            FN(gemm_group_add)(0, now_left, now_right, sum);
        if (more) {
            FN(gemm_group_keep_left)(of_left, panel + turn);
            FN(gemm_group_load_right)(size, terms - k, &right, of_right);
        }
        if (k > 0)
            FN(gemm_group_add)(1, now_left, now_right, sum);
#else
        if (more)
            FN(gemm_group_load_right)(size, terms - k, &right, of_right);
        if (k > 0)
            _Pragma("unroll") for (int part = 0; part < PARTS; part++)
                FN(gemm_group_add)(part, now_left, now_right, sum);
        if (more)
            FN(gemm_group_keep_left)(of_left, panel + turn);
#endif
        if (more)
            FN(gemm_group_keep_right)(of_right, panel + turn + DEPTH * (TALL + GAP));
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    FN(gemm_group_store_tile)(size, shared, row, column, x, y, sum, bias + FN(gemm_group_of_bias)(size, batch), c,
                              task % splits * PART + FN(gemm_group_of_c)(size, batch) CHAIN_ARGUMENTS);
}
