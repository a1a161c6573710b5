/* SPDX-License-Identifier: Apache-2.0 */
/* r[c][h][w] = f(x0[c][h][w], x1[c][h][w], ...) for each image, as in elements.cl, with the result in blocks of LANES
 * channels (src/emit/blocks.h): one cell, the channels of a block at one place, after the other. Lanes behind the last
 * channel and the halo become zeros.
 *
 * FORMULA, ARITY, Xk   as in elements.cl
 * KINDk    what operand k gives: 0: one element for a row of cells, 1: one for each cell, 2: LANES elements for a row,
 *          3: for each cell
 * Y_BATCH, Y_CHANNEL, Y_ROW   elements of y from image to image, block to block, row to row        Y_FIRST  to (0, 0)
 * HEIGHT, WIDTH   of the image        HALO(i)  cells before H and W, then behind        CHANNELS  of the image
 * ROWS     rows of a task             PLANES   of a volume, images of y (blocks.h); 1: of an image
 * STRIDE(i)  for operand 0, then 1, ...: from volume to volume, block to block, row to row, to (0, 0), plane to plane
 * tasks: images * PLANES * blocks * ceil(HEIGHT / ROWS) */
#ifndef FORMULA
#define FORMULA NCL_LET(float, r, -x0 + x1 * x2 - x3)
#define ARITY   4
#define X0      NCL_T0
#define X1      NCL_T1
#define X2      NCL_T2
#define X3      NCL_T3
#define KIND0   3
#define KIND1   2
#define KIND2   1
#define KIND3   0
#endif
#define NCL_CELL  NCL_CAT(NCL_T, ARITY)
#define Y_BATCH   SIZE(0)
#define Y_CHANNEL SIZE(1)
#define Y_ROW     SIZE(2)
#define Y_FIRST   SIZE(3)
#define HEIGHT    SIZE(4)
#define WIDTH     SIZE(5)
#define HALO(i)   SIZE(6 + (i))
#define CHANNELS  SIZE(10)
#define ROWS      SIZE(11)
#define PLANES    SIZE(12)
#define STRIDE(i) SIZE(13 + (i))

#define TYPE(k)      NCL_CAT(X, k)
#define PARAMETER(k) global const TYPE(k) *a##k,
#define START(k)                                                                                                 \
    global const TYPE(k) *at##k =                                                                                \
        a##k + image * STRIDE(5 * (k)) + block * STRIDE(5 * (k) + 1) + h * STRIDE(5 * (k) + 2) +                     \
        STRIDE(5 * (k) + 3) + plane * STRIDE(5 * (k) + 4);                                                       \
    const NCL_VECTOR(NCL_VALUE(TYPE(k))) repeated##k =                                                                \
        NCL_CAT(KIND, k) == 2 ? NCL_LOAD(TYPE(k), at##k, n) : NCL_AT(TYPE(k), at##k, 0);
#define NEXT(k)                                                                  \
    const NCL_VECTOR(NCL_VALUE(TYPE(k))) x##k =                                  \
        NCL_CAT(KIND, k) == 3   ? NCL_VLOAD(TYPE(k), at##k + w * LANES)          \
        : NCL_CAT(KIND, k) == 1 ? (NCL_VECTOR(NCL_VALUE(TYPE(k))))NCL_AT(TYPE(k), at##k, w) \
                                : repeated##k;

static void FN(elements_blocked)(INDEX task, SIZES size, NCL_OPERANDS(PARAMETER) global NCL_CELL *y)
{
    const INDEX blocks = (CHANNELS + LANES - 1) / LANES, parts = (HEIGHT + ROWS - 1) / ROWS;
    const INDEX number = task / parts / blocks, block = task / parts % blocks;
    const INDEX image = number / PLANES, plane = number % PLANES;
    const INDEX from = task % parts * ROWS, to = min(from + ROWS, HEIGHT);
    const INDEX n = min(CHANNELS - block * LANES, (INDEX)LANES);
    y += number * Y_BATCH + block * Y_CHANNEL;
    ncl_halo(y, Y_ROW, WIDTH, (long2)(HALO(0), HALO(1)), (long2)(HALO(2), HALO(3)), from, to, HEIGHT);
    for (INDEX h = from; h < to; h++) {
        global NCL_CELL *row = y + Y_FIRST + h * Y_ROW;
        NCL_OPERANDS(START)
        for (INDEX w = 0; w < WIDTH; w++) {
            NCL_OPERANDS(NEXT)
            FORMULA
            NCL_VSTORE(NCL_CELL, n < LANES ? select((V)0, r, NCL_RAMP < (int)n) : r, row + w * LANES);
        }
    }
}
