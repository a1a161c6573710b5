/* Matrix transposes inside of two index schemes:
 *
 *   y[OUT_FIRST + sum_k i_k OUT_STRIDE(k) + c COLUMN_STRIDE + r]
 *     = x[IN_FIRST + sum_k i_k IN_STRIDE(k) + r ROW_STRIDE + c]
 *
 * for 0 <= i_k < EXTENT(k), k < RANK, 0 <= r < ROWS, 0 <= c < COLUMNS; ROWS, COLUMNS >= LANES. x and y do not overlap:
 * the last block of LANES rows or columns overlaps the one before.
 *
 * T      element type
 *
 * A task is a tile of at most TILE x TILE elements, TILE a multiple of LANES.
 * tasks: prod_k EXTENT(k) * ceil(ROWS / TILE) * ceil(COLUMNS / TILE) */
#ifndef T
#define T float
#endif
#define ROWS SIZE(0)
#define COLUMNS SIZE(1)
#define ROW_STRIDE SIZE(2)
#define COLUMN_STRIDE SIZE(3)
#define TILE SIZE(4)
#define IN_FIRST SIZE(5)
#define OUT_FIRST SIZE(6)
#define RANK SIZE(7)
#define EXTENT(i) SIZE(8 + (i))
#define IN_STRIDE(i) SIZE(24 + (i))
#define OUT_STRIDE(i) SIZE(40 + (i))

#define TV NCL_VECTOR(T)

/* LOW_d: the lanes of a without bit d, each followed d lanes behind by the same lane of b; HIGH_d: those with bit d.
 * Element by element: Oclgrind's checker of uninitialized reads falls over vectors put together from shorter ones. */
#if LANES == 16
#define LOW_8(a, b) (TV)(a.s0, a.s1, a.s2, a.s3, a.s4, a.s5, a.s6, a.s7, b.s0, b.s1, b.s2, b.s3, b.s4, b.s5, b.s6, b.s7)
#define HIGH_8(a, b) \
    (TV)(a.s8, a.s9, a.sa, a.sb, a.sc, a.sd, a.se, a.sf, b.s8, b.s9, b.sa, b.sb, b.sc, b.sd, b.se, b.sf)
#define LOW_4(a, b) (TV)(a.s0, a.s1, a.s2, a.s3, b.s0, b.s1, b.s2, b.s3, a.s8, a.s9, a.sa, a.sb, b.s8, b.s9, b.sa, b.sb)
#define HIGH_4(a, b) \
    (TV)(a.s4, a.s5, a.s6, a.s7, b.s4, b.s5, b.s6, b.s7, a.sc, a.sd, a.se, a.sf, b.sc, b.sd, b.se, b.sf)
#define LOW_2(a, b) (TV)(a.s0, a.s1, b.s0, b.s1, a.s4, a.s5, b.s4, b.s5, a.s8, a.s9, b.s8, b.s9, a.sc, a.sd, b.sc, b.sd)
#define HIGH_2(a, b) \
    (TV)(a.s2, a.s3, b.s2, b.s3, a.s6, a.s7, b.s6, b.s7, a.sa, a.sb, b.sa, b.sb, a.se, a.sf, b.se, b.sf)
#define LOW_1(a, b) (TV)(a.s0, b.s0, a.s2, b.s2, a.s4, b.s4, a.s6, b.s6, a.s8, b.s8, a.sa, b.sa, a.sc, b.sc, a.se, b.se)
#define HIGH_1(a, b) \
    (TV)(a.s1, b.s1, a.s3, b.s3, a.s5, b.s5, a.s7, b.s7, a.s9, b.s9, a.sb, b.sb, a.sd, b.sd, a.sf, b.sf)
#else
#define LOW_4(a, b) (TV)(a.s0, a.s1, a.s2, a.s3, b.s0, b.s1, b.s2, b.s3)
#define HIGH_4(a, b) (TV)(a.s4, a.s5, a.s6, a.s7, b.s4, b.s5, b.s6, b.s7)
#define LOW_2(a, b) (TV)(a.s0, a.s1, b.s0, b.s1, a.s4, a.s5, b.s4, b.s5)
#define HIGH_2(a, b) (TV)(a.s2, a.s3, b.s2, b.s3, a.s6, a.s7, b.s6, b.s7)
#define LOW_1(a, b) (TV)(a.s0, b.s0, a.s2, b.s2, a.s4, b.s4, a.s6, b.s6)
#define HIGH_1(a, b) (TV)(a.s1, b.s1, a.s3, b.s3, a.s5, b.s5, a.s7, b.s7)
#endif

/* Rows i and i + d exchange the halves that are in each other's place. */
#define EXCHANGE(d)                               \
    _Pragma("unroll") for (int i = 0; i < LANES; i++) \
    {                                             \
        if (i & d)                                \
            continue;                             \
        const TV a = row[i], b = row[i + d];      \
        row[i] = LOW_##d(a, b);                   \
        row[i + d] = HIGH_##d(a, b);              \
    }

/* LANES x LANES in registers: exchange halves, then quarters, and on to neighbours. */
static void FN(transpose_block)(global const T *x, INDEX row_stride, global T *y, INDEX column_stride)
{
    TV row[LANES];
#pragma unroll
    for (int i = 0; i < LANES; i++)
        row[i] = VLOAD(x + i * row_stride);
    NCL_HALVINGS(EXCHANGE)
#pragma unroll
    for (int i = 0; i < LANES; i++)
        VSTORE(row[i], y + i * column_stride);
}

static void FN(blocked_transpose)(INDEX task, SIZES size, global const T *x, global T *y)
{
    const INDEX rows = ROWS, columns = COLUMNS, row_stride = ROW_STRIDE, column_stride = COLUMN_STRIDE, tile = TILE;
    const INDEX row_tiles = (rows + tile - 1) / tile, column_tiles = (columns + tile - 1) / tile;
    const INDEX c0 = task % column_tiles * tile, c1 = min(c0 + tile, columns);
    INDEX rest = task / column_tiles;
    const INDEX r0 = rest % row_tiles * tile, r1 = min(r0 + tile, rows);
    rest /= row_tiles;
    x += IN_FIRST;
    y += OUT_FIRST;
    for (int k = (int)RANK - 1; k >= 0; k--) {
        x += rest % EXTENT(k) * IN_STRIDE(k);
        y += rest % EXTENT(k) * OUT_STRIDE(k);
        rest /= EXTENT(k);
    }
    for (INDEX c = c0; c < c1; c += LANES) {
        const INDEX column = min(c, columns - LANES);
        for (INDEX r = r0; r < r1; r += LANES) {
            const INDEX row = min(r, rows - LANES);
            FN(transpose_block)(x + row * row_stride + column, row_stride, y + column * column_stride + row,
                                column_stride);
        }
    }
}
