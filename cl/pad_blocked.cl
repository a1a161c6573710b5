/* SPDX-License-Identifier: Apache-2.0 */
/* A border around H and W of images in blocks of LANES channels (src/emit/blocks.h):
 *
 *   y[c][o0][o1] = x[c][f(o0 - BEFORE(0))][f(o1 - BEFORE(1))]   with f(j) by the border for j outside of 0 .. IN - 1
 *
 * BORDER   NCL_BORDER_x of the prelude: VALUE where any j is outside, or the element that stands for it
 *
 * Y_BATCH, Y_CHANNEL, Y_ROW   elements of y from image to image, block to block, row to row        Y_FIRST  to (0, 0)
 * HEIGHT, WIDTH   of y       HALO(i)  cells before H and W, then behind        X_...  the same of x
 * CHANNELS   of the image    ROWS     rows of y in a task        IN(i)  H and W of x
 * tasks: images * blocks * ceil(HEIGHT / ROWS) */
#ifndef BORDER
#define BORDER NCL_BORDER_CONSTANT
#endif
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
#define BEFORE(i) SIZE(18 + (i))
#define VALUE     REAL(20)

static void FN(pad_blocked)(INDEX task, SIZES size, global const NCL_T0 *x, global NCL_CELL *y)
{
    const INDEX blocks = (CHANNELS + LANES - 1) / LANES, parts = (HEIGHT + ROWS - 1) / ROWS;
    const INDEX image = task / parts / blocks, block = task / parts % blocks;
    const INDEX from = task % parts * ROWS, to = min(from + ROWS, HEIGHT), channel = block * LANES;
    const INDEX n = min(CHANNELS - channel, (INDEX)LANES), plane = image * Y_BATCH + block * Y_CHANNEL;
    const INDEX width = WIDTH, before = BEFORE(1), extent = IN(1);
    ncl_halo(y + plane, Y_ROW, width, (long2)(HALO(0), HALO(1)), (long2)(HALO(2), HALO(3)), from, to, HEIGHT);
    x += image * X_BATCH + block * X_CHANNEL + X_FIRST;
    for (INDEX row = from; row < to; row++) {
        const INDEX up = row - BEFORE(0), source = BORDER(up, IN(0)), at = plane + Y_FIRST + row * Y_ROW;
        global const NCL_T0 *cell = x + source * X_ROW;
        for (INDEX o = 0; o < width; o++) {
            const INDEX along = o - before, i = BORDER(along, extent);
            const bool filled = source < 0 || i < 0;
            const V v = filled ? (V)VALUE : NCL_VLOAD(NCL_T0, cell + i * LANES);
            NCL_STORE_BLOCK(v, n, y, at + o * LANES, channel)
        }
    }
}
