/* SPDX-License-Identifier: Apache-2.0 */
/* Matrix transposes inside of two index schemes:
 *
 *   y[OUT_FIRST + sum_k i_k OUT_STRIDE(k) + c COLUMN_STRIDE + r]
 *     = x[IN_FIRST + sum_k i_k IN_STRIDE(k) + r ROW_STRIDE + c]
 *
 * for 0 <= i_k < EXTENT(k), k < RANK, 0 <= r < ROWS, 0 <= c < COLUMNS; ROWS, COLUMNS >= LANES. x and y do not overlap:
 * the last block of LANES rows or columns overlaps the one before.
 *
 * NCL_T0, NCL_T1   types of the elements of x and y
 *
 * A task is a tile of at most TILE x TILE elements, TILE a multiple of LANES.
 * tasks: prod_k EXTENT(k) * ceil(ROWS / TILE) * ceil(COLUMNS / TILE) */
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

#define TV NCL_VECTOR(NCL_VALUE(NCL_T0))

static void FN(transpose_block)(global const NCL_T0 *x, INDEX row_stride, global NCL_T1 *y, INDEX column_stride)
{
    TV row[LANES];
#pragma unroll
    for (int i = 0; i < LANES; i++)
        row[i] = NCL_VLOAD(NCL_T0, x + i * row_stride);
    NCL_TRANSPOSE(TV, row)
#pragma unroll
    for (int i = 0; i < LANES; i++)
        NCL_VSTORE(NCL_T1, row[i], y + i * column_stride);
}

static void FN(blocked_transpose)(INDEX task, SIZES size, global const NCL_T0 *x, global NCL_T1 *y)
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
