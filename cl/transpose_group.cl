/* SPDX-License-Identifier: Apache-2.0 */
/* Matrix transposes inside of two index schemes, by work-groups:
 *
 *   y[OUT_FIRST + sum_k i_k OUT_STRIDE(k) + c COLUMN_STRIDE + r]
 *     = x[IN_FIRST + sum_k i_k IN_STRIDE(k) + r ROW_STRIDE + c]
 *
 * for 0 <= i_k < EXTENT(k), k < RANK, 0 <= r < ROWS, 0 <= c < COLUMNS.
 *
 * NCL_T0, NCL_T1   types of the elements of x and y
 *
 * A task is a tile of EDGE x EDGE elements. It passes through local memory, whose rows are longer by one, so that
 * neighbours read and write neighbours in x and y, and other banks in between.
 * group: a multiple of EDGE; local memory: EDGE (EDGE + 1) elements
 * tasks: prod_k EXTENT(k) * ceil(ROWS / EDGE) * ceil(COLUMNS / EDGE) */
#define EDGE 32
#define ROWS SIZE(0)
#define COLUMNS SIZE(1)
#define ROW_STRIDE SIZE(2)
#define COLUMN_STRIDE SIZE(3)
#define IN_FIRST SIZE(4)
#define OUT_FIRST SIZE(5)
#define RANK SIZE(6)
#define EXTENT(i) SIZE(7 + (i))
#define IN_STRIDE(i) SIZE(23 + (i))
#define OUT_STRIDE(i) SIZE(39 + (i))

static void FN(transpose_group)(INDEX task, SIZES size, local float *shared, global const NCL_T0 *x, global NCL_T1 *y)
{
    local NCL_VALUE(NCL_T0) *tile = (local NCL_VALUE(NCL_T0) *)shared;
    const int item = get_local_id(0), across = item % EDGE, down = item / EDGE, step = (int)get_local_size(0) / EDGE;
    const INDEX column_tiles = (COLUMNS + EDGE - 1) / EDGE, row_tiles = (ROWS + EDGE - 1) / EDGE;
    const INDEX c0 = task % column_tiles * EDGE;
    INDEX rest = task / column_tiles;
    const INDEX r0 = rest % row_tiles * EDGE;
    rest /= row_tiles;
    x += IN_FIRST + r0 * ROW_STRIDE + c0;
    y += OUT_FIRST + c0 * COLUMN_STRIDE + r0;
    for (int k = (int)RANK - 1; k >= 0; k--) {
        x += rest % EXTENT(k) * IN_STRIDE(k);
        y += rest % EXTENT(k) * OUT_STRIDE(k);
        rest /= EXTENT(k);
    }
    const int rows = (int)min((INDEX)EDGE, ROWS - r0), columns = (int)min((INDEX)EDGE, COLUMNS - c0);
    for (int r = down; r < rows; r += step)
        if (across < columns)
            tile[r * (EDGE + 1) + across] = NCL_AT(NCL_T0, x, r * ROW_STRIDE + across);
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int c = down; c < columns; c += step)
        if (across < rows)
            NCL_PUT(NCL_T1, tile[across * (EDGE + 1) + c], y, c * COLUMN_STRIDE + across);
}
