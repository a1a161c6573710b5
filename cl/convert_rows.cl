/* SPDX-License-Identifier: Apache-2.0 */
/* One form of a tensor from another as in convert.cl, row by row in vectors. A row runs along the last axis and has the
 * channels of one block side by side, which are
 *
 *   MODE 0, to blocks:    rows of x of their own,  y[w][c] = x[c][w]
 *   MODE 1, from blocks:  rows of y of their own,  y[c][w] = x[w][c]
 *   MODE 2, as they are:  y[w][c] = x[w][c]; without blocks of one channel
 *
 * for 0 <= w < WIDTH. What lies beside the row in y, above and below the rows of the image, and behind the last channel
 * of the last block is zeros (the last, where blocks are copied, as in x).
 *
 * NCL_T0, NCL_T1      types of the elements of x and y
 * BLOCK    channels of a block: LANES, 1 where there are none
 * LINES    rows of y                 ROWS   of a task
 * LAST     channels of the last block       AXIS  the blocked axis
 * IN_LANE, OUT_LANE   elements from channel to channel where these have rows of their own
 * LEFT, RIGHT         cells of y beside the row
 * RANK     axes in front of the last one, EXTENT(a) theirs in the memory of y, the blocked one in blocks
 * COUNT(a) positions along them, BEFORE(a) indices before the first one
 * IN_STRIDE(a), OUT_STRIDE(a)   elements from index to index      IN_FIRST   to the first position of x
 * tasks: ceil(LINES / ROWS) */
#ifndef MODE
#define MODE 0
#endif
#define BLOCK         SIZE(0)
#define WIDTH         SIZE(1)
#define LINES         SIZE(2)
#define ROWS          SIZE(3)
#define LAST          SIZE(4)
#define AXIS          SIZE(5)
#define IN_LANE       SIZE(6)
#define OUT_LANE      SIZE(7)
#define LEFT          SIZE(8)
#define RIGHT         SIZE(9)
#define IN_FIRST      SIZE(10)
#define RANK          SIZE(11)
#define COUNT(a)      SIZE(12 + (a))
#define BEFORE(a)     SIZE(20 + (a))
#define IN_STRIDE(a)  SIZE(28 + (a))
#define OUT_STRIDE(a) SIZE(36 + (a))
#define EXTENT(a)     SIZE(44 + (a))

#define MAX_RANK 8
#define TV       NCL_VECTOR(NCL_VALUE(NCL_T0))

NCL_APART static void FN(convert_rows_zero)(global NCL_T1 *y, INDEX n)
{
    for (INDEX i = 0; i < n; i += LANES)
        NCL_STORE(NCL_T1, (TV)0, y + i, min(n - i, (INDEX)LANES));
}

NCL_APART static void FN(convert_rows_copy)(INDEX n, global const NCL_T0 *x, global NCL_T1 *y)
{
    for (INDEX i = 0; i < n; i += LANES) {
        const INDEX part = min(n - i, (INDEX)LANES);
        NCL_STORE(NCL_T1, NCL_LOAD(NCL_T0, x + i, part), y + i, part);
    }
}

/* LANES cells and channels. */
static void FN(convert_rows_turn)(global const NCL_T0 *x, INDEX in, global NCL_T1 *y, INDEX out)
{
    TV row[LANES];
#pragma unroll
    for (int i = 0; i < LANES; i++)
        row[i] = NCL_VLOAD(NCL_T0, x + i * in);
    NCL_TRANSPOSE(TV, row)
#pragma unroll
    for (int i = 0; i < LANES; i++)
        NCL_VSTORE(NCL_T1, row[i], y + i * out);
}

/* `cells` cells of `channels` channels: one of them is less than LANES. */
static void FN(convert_rows_part)(INDEX cells, INDEX channels, global const NCL_T0 *x, INDEX in, global NCL_T1 *y,
                                  INDEX out)
{
    for (INDEX w = 0; w < cells; w++)
        for (INDEX c = 0; c < (MODE ? channels : (INDEX)LANES); c++)
            NCL_PUT(NCL_T1, c < channels ? NCL_AT(NCL_T0, x, MODE ? w * in + c : c * in + w) : 0, y,
                    MODE ? c * out + w : w * out + c);
}

/* A row of channels. */
NCL_APART static void FN(convert_rows_row)(SIZES size, INDEX channels, global const NCL_T0 *x, global NCL_T1 *y)
{
    const INDEX width = WIDTH, in = MODE ? (INDEX)LANES : IN_LANE, out = MODE ? OUT_LANE : (INDEX)LANES;
    INDEX w = 0;
    if (channels == LANES)
        for (; w + LANES <= width; w += LANES)
            FN(convert_rows_turn)(x + (MODE ? w * LANES : w), in, y + (MODE ? w : w * LANES), out);
    FN(convert_rows_part)(width - w, channels, x + (MODE ? w * LANES : w), in, y + (MODE ? w : w * LANES), out);
}

/* Row number `line` of y; `channels` rows of it in MODE 1. */
static void FN(convert_rows_line)(SIZES size, INDEX line, global const NCL_T0 *x, global NCL_T1 *y)
{
    INDEX at[MAX_RANK], channels = BLOCK;
    bool inside = true;
    NCL_POSITION(line, (int)RANK, 44, at);
    for (int a = 0; a < (int)RANK; a++) {
        const INDEX p = at[a] - BEFORE(a);
        inside = inside && p >= 0 && p < COUNT(a);
        channels = a == AXIS && p == COUNT(a) - 1 ? LAST : channels;
        x += p * IN_STRIDE(a);
        y += at[a] * OUT_STRIDE(a);
    }
    const INDEX cell = MODE == 1 ? 1 : BLOCK, left = LEFT * cell, middle = WIDTH * cell, right = RIGHT * cell;
    for (INDEX c = 0; c < (MODE == 1 ? channels : 1); c++) {
        FN(convert_rows_zero)(y + c * OUT_LANE, inside ? left : left + middle + right);
        FN(convert_rows_zero)(y + c * OUT_LANE + left + middle, inside ? right : 0);
    }
    if (inside && MODE == 2)
        FN(convert_rows_copy)(middle, x, y + left);
    else if (inside)
        FN(convert_rows_row)(size, channels, x, y + left);
}

static void FN(convert_rows)(INDEX task, SIZES size, global const NCL_T0 *x, global NCL_T1 *y)
{
    const INDEX end = min((task + 1) * ROWS, LINES);
    for (INDEX line = task * ROWS; line < end; line++)
        FN(convert_rows_line)(size, line, x + IN_FIRST, y);
}
