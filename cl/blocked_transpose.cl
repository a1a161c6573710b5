/* Matrix transposes inside of two index schemes:  y[OUT_FIRST + sum_k i_k OUT_STRIDE(k) + c COLUMN_STRIDE + r] = x[IN_FIRST + sum_k i_k IN_STRIDE(k) + r ROW_STRIDE + c]
 * for 0 <= i_k < EXTENT(k), k < RANK, 0 <= r < ROWS, 0 <= c < COLUMNS; ROWS, COLUMNS >= 8. x and y do not overlap: the last block of 8 rows or columns overlaps the one before.
 *
 * T      element type
 *
 * A task is a tile of at most TILE x TILE elements, TILE a multiple of 8.
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

#define T8 NCL_CAT(T, 8)

/* Element by element: Oclgrind's checker of uninitialized reads falls over vectors that are put together from shorter ones. */
#define LOW(a, b)        (T8)(a.s0, a.s1, a.s2, a.s3, b.s0, b.s1, b.s2, b.s3)
#define HIGH(a, b)       (T8)(a.s4, a.s5, a.s6, a.s7, b.s4, b.s5, b.s6, b.s7)
#define LOW_PAIRS(a, b)  (T8)(a.s0, a.s1, b.s0, b.s1, a.s4, a.s5, b.s4, b.s5)
#define HIGH_PAIRS(a, b) (T8)(a.s2, a.s3, b.s2, b.s3, a.s6, a.s7, b.s6, b.s7)
#define EVEN(a, b)       (T8)(a.s0, b.s0, a.s2, b.s2, a.s4, b.s4, a.s6, b.s6)
#define ODD(a, b)        (T8)(a.s1, b.s1, a.s3, b.s3, a.s5, b.s5, a.s7, b.s7)

/* 8 x 8 in registers: exchange halves, then pairs, then neighbours. */
static void FN(transpose8)(global const T *x, INDEX row_stride, global T *y, INDEX column_stride)
{
    T8 r0 = vload8(0, x), r1 = vload8(0, x + row_stride), r2 = vload8(0, x + 2 * row_stride), r3 = vload8(0, x + 3 * row_stride);
    T8 r4 = vload8(0, x + 4 * row_stride), r5 = vload8(0, x + 5 * row_stride), r6 = vload8(0, x + 6 * row_stride), r7 = vload8(0, x + 7 * row_stride);
    const T8 s0 = LOW(r0, r4), s1 = LOW(r1, r5), s2 = LOW(r2, r6), s3 = LOW(r3, r7);
    const T8 s4 = HIGH(r0, r4), s5 = HIGH(r1, r5), s6 = HIGH(r2, r6), s7 = HIGH(r3, r7);
    r0 = LOW_PAIRS(s0, s2), r1 = LOW_PAIRS(s1, s3), r2 = HIGH_PAIRS(s0, s2), r3 = HIGH_PAIRS(s1, s3);
    r4 = LOW_PAIRS(s4, s6), r5 = LOW_PAIRS(s5, s7), r6 = HIGH_PAIRS(s4, s6), r7 = HIGH_PAIRS(s5, s7);
    vstore8(EVEN(r0, r1), 0, y);
    vstore8(ODD(r0, r1), 0, y + column_stride);
    vstore8(EVEN(r2, r3), 0, y + 2 * column_stride);
    vstore8(ODD(r2, r3), 0, y + 3 * column_stride);
    vstore8(EVEN(r4, r5), 0, y + 4 * column_stride);
    vstore8(ODD(r4, r5), 0, y + 5 * column_stride);
    vstore8(EVEN(r6, r7), 0, y + 6 * column_stride);
    vstore8(ODD(r6, r7), 0, y + 7 * column_stride);
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
    for (INDEX c = c0; c < c1; c += 8) {
        const INDEX column = min(c, columns - 8);
        for (INDEX r = r0; r < r1; r += 8) {
            const INDEX row = min(r, rows - 8);
            FN(transpose8)(x + row * row_stride + column, row_stride, y + column * column_stride + row, column_stride);
        }
    }
}
