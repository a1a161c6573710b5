/* SPDX-License-Identifier: Apache-2.0 */
/* Nearest neighbours along H and W, in both directions, of images in blocks of LANES channels (src/emit/blocks.h):
 *
 *   y[c][o0][o1] = x[c][floor(o0 IN(0) / HEIGHT)][floor(o1 IN(1) / WIDTH)]
 *
 * One of IN and the extent of y is a multiple of the other on each axis. A cell that is read is written as often as it
 * is there in a row.
 *
 * Y_BATCH, Y_CHANNEL, Y_ROW   elements of y from image to image, block to block, row to row        Y_FIRST  to (0, 0)
 * HEIGHT, WIDTH   of y       HALO(i)  cells before H and W, then behind        X_...  the same of x
 * CHANNELS   of the image    ROWS     rows of y in a task        IN(i)  H and W of x
 * tasks: images * blocks * ceil(HEIGHT / ROWS) */
#define NCL_CELL  NCL_T1
#define Y_BATCH   SIZE(0)
#define Y_CHANNEL SIZE(1)
#define Y_ROW     SIZE(2)
#define Y_FIRST   SIZE(3)
#define HEIGHT    SIZE(4)
#define WIDTH     SIZE(5)
#define HALO(i)   SIZE(6 + (i))
#define CHANNELS  SIZE(10)
#define ROWS      SIZE(11)
#define X_BATCH   SIZE(12)
#define X_CHANNEL SIZE(13)
#define X_ROW     SIZE(14)
#define X_FIRST   SIZE(15)
#define IN(i)     SIZE(16 + (i))

static void FN(nearest_blocked)(INDEX task, SIZES size, global const NCL_T0 *x, global NCL_CELL *y CHAIN_PARAMETERS)
{
    const INDEX blocks = (CHANNELS + LANES - 1) / LANES, parts = (HEIGHT + ROWS - 1) / ROWS;
    const INDEX image = task / parts / blocks, block = task / parts % blocks;
    const INDEX from = task % parts * ROWS, to = min(from + ROWS, HEIGHT), channel = block * LANES;
    const INDEX n = min(CHANNELS - channel, (INDEX)LANES), plane = image * Y_BATCH + block * Y_CHANNEL;
    const INDEX width = WIDTH, times = max(width / IN(1), (INDEX)1), step = max(IN(1) / width, (INDEX)1) * LANES;
    const INDEX down = max(HEIGHT / IN(0), (INDEX)1), skip = max(IN(0) / HEIGHT, (INDEX)1) * X_ROW;
    ncl_halo(y + plane, Y_ROW, width, (long2)(HALO(0), HALO(1)), (long2)(HALO(2), HALO(3)), from, to, HEIGHT);
    x += image * X_BATCH + block * X_CHANNEL + X_FIRST;
    for (INDEX row = from; row < to; row++) {
        global const NCL_T0 *cell = x + row / down * skip;
        for (INDEX o = 0, at = plane + Y_FIRST + row * Y_ROW; o < width; o += times, cell += step) {
            const V v = NCL_VLOAD(NCL_T0, cell);
            for (INDEX i = 0; i < times; i++, at += LANES)
                NCL_STORE_BLOCK(v, n, y, at, channel)
        }
    }
}
