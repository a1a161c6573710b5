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

/* 8 x 8 in registers: exchange halves, then pairs, then neighbours. */
static void FN(transpose8)(global const T *x, INDEX row_stride, global T *y, INDEX column_stride)
{
    T8 r0 = vload8(0, x), r1 = vload8(0, x + row_stride), r2 = vload8(0, x + 2 * row_stride), r3 = vload8(0, x + 3 * row_stride);
    T8 r4 = vload8(0, x + 4 * row_stride), r5 = vload8(0, x + 5 * row_stride), r6 = vload8(0, x + 6 * row_stride), r7 = vload8(0, x + 7 * row_stride);
    T8 s0 = (T8)(r0.lo, r4.lo), s1 = (T8)(r1.lo, r5.lo), s2 = (T8)(r2.lo, r6.lo), s3 = (T8)(r3.lo, r7.lo);
    T8 s4 = (T8)(r0.hi, r4.hi), s5 = (T8)(r1.hi, r5.hi), s6 = (T8)(r2.hi, r6.hi), s7 = (T8)(r3.hi, r7.hi);
    r0 = (T8)(s0.s01, s2.s01, s0.s45, s2.s45), r1 = (T8)(s1.s01, s3.s01, s1.s45, s3.s45);
    r2 = (T8)(s0.s23, s2.s23, s0.s67, s2.s67), r3 = (T8)(s1.s23, s3.s23, s1.s67, s3.s67);
    r4 = (T8)(s4.s01, s6.s01, s4.s45, s6.s45), r5 = (T8)(s5.s01, s7.s01, s5.s45, s7.s45);
    r6 = (T8)(s4.s23, s6.s23, s4.s67, s6.s67), r7 = (T8)(s5.s23, s7.s23, s5.s67, s7.s67);
    vstore8((T8)(r0.s0, r1.s0, r0.s2, r1.s2, r0.s4, r1.s4, r0.s6, r1.s6), 0, y);
    vstore8((T8)(r0.s1, r1.s1, r0.s3, r1.s3, r0.s5, r1.s5, r0.s7, r1.s7), 0, y + column_stride);
    vstore8((T8)(r2.s0, r3.s0, r2.s2, r3.s2, r2.s4, r3.s4, r2.s6, r3.s6), 0, y + 2 * column_stride);
    vstore8((T8)(r2.s1, r3.s1, r2.s3, r3.s3, r2.s5, r3.s5, r2.s7, r3.s7), 0, y + 3 * column_stride);
    vstore8((T8)(r4.s0, r5.s0, r4.s2, r5.s2, r4.s4, r5.s4, r4.s6, r5.s6), 0, y + 4 * column_stride);
    vstore8((T8)(r4.s1, r5.s1, r4.s3, r5.s3, r4.s5, r5.s5, r4.s7, r5.s7), 0, y + 5 * column_stride);
    vstore8((T8)(r6.s0, r7.s0, r6.s2, r7.s2, r6.s4, r7.s4, r6.s6, r7.s6), 0, y + 6 * column_stride);
    vstore8((T8)(r6.s1, r7.s1, r6.s3, r7.s3, r6.s5, r7.s5, r6.s7, r7.s7), 0, y + 7 * column_stride);
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
