/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution with 3 x 3 taps, stride 1, by Winograd's minimal filtering F(TILE x TILE, 3 x 3) (Lavin and Gray, Fast
 * Algorithms for Convolutional Neural Networks, 2015), where a product of matrices is fast as it is:
 *
 *   y[g][m] = b[g][m] + for each tile of TILE x TILE pixels  A^T (sum over c of  u[g][m][c] * (B^T x[g][c] B)) A
 *
 * * multiplies the POINTS^2 = (TILE + 2)^2 points one by one, so each of them is a product of its own, of filters and
 * tiles over channels. u: winograd_filter.cl; A^T z A: winograd_out.cl; this is
 *
 *   v[t][plane][p] = (B^T x~[image][plane][tile p of all images] B)[t / POINTS][t % POINTS]
 *
 * with all channels of an image as its planes. Tiles follow each other through rows and images, ACROSS in a row, ALL in
 * an image, TILES in all, and the last one again up to PITCH, which makes rows of whole vectors. Neighbours have tiles
 * side by side. With a dilation, every DILATION(i)th pixel makes an image of its own, whose tiles take pixels that far
 * apart; tiles next to each other are of neighbouring ones.
 *
 * TILE          4 or 2
 * BORDER(i, n)  how x~ continues x
 * BEFORE(i)     what H and W are padded with in front
 * IMAGE         elements from image to image of x
 * DILATED       1: with DILATION(i), which are 1 otherwise, and how many images they make of H and W
 * tasks: PLANES * PITCH */
#ifndef TILE
#define TILE 4
#endif
#ifndef BORDER
#define BORDER NCL_BORDER_CONSTANT
#endif
#ifndef DILATED
#define DILATED 0
#endif
#define POINTS (TILE + 2)
#define PLANES SIZE(0)
#define TILES SIZE(1)
#define PITCH SIZE(2)
#define ACROSS SIZE(3)
#define ALL SIZE(4)
#define IN(i) SIZE(5 + (i))
#define BEFORE(i) SIZE(7 + (i))
#define IMAGE SIZE(9)
#define DILATION(i) (DILATED ? SIZE(10 + (i)) : 1)
#define IMAGES(i) (DILATED ? SIZE(12 + (i)) : 1)

/* One dimension of B^T, of values `step` apart, in place: the points of cl/conv_winograd.cl. */
#if TILE == 4
#define POINT_A 0.70710678118654752f
#define POINT_B 1.41421356237309505f
static void FN(winograd_in_line)(float *d, int step)
{
    const float d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step];
    const float even_a = ncl_mac(-2.0f, d2, d4), odd_a = POINT_A * ncl_mac(-2.0f, d1, d3);
    const float even_b = ncl_mac(-0.5f, d2, d4), odd_b = POINT_B * ncl_mac(-0.5f, d1, d3);
    d[0] = ncl_mac(-2.5f, d2, d[0] + d4);
    d[step] = even_a + odd_a;
    d[2 * step] = even_a - odd_a;
    d[3 * step] = even_b + odd_b;
    d[4 * step] = even_b - odd_b;
    d[5 * step] = ncl_mac(-2.5f, d3, d1 + d[5 * step]);
}
#else
static void FN(winograd_in_line)(float *d, int step)
{
    const float d1 = d[step], d2 = d[2 * step];
    d[0] = d[0] - d2;
    d[step] = d2 + d1;
    d[2 * step] = d2 - d1;
    d[3 * step] = d[3 * step] - d1;
}
#endif

static void FN(winograd_in)(INDEX task, SIZES size, global const NCL_T0 *x, global float *v)
{
    const INDEX p = min(task % PITCH, TILES - 1), plane = task / PITCH, point = PLANES * PITCH;
    const INDEX image = p / ALL, tile = p % ALL, height = IN(0), width = IN(1);
    const INDEX row = NCL_TILE_BEGIN(tile / ACROSS, TILE, DILATION(0), IMAGES(0)) - BEFORE(0),
                column = NCL_TILE_BEGIN(tile % ACROSS, TILE, DILATION(1), IMAGES(1)) - BEFORE(1);
    float d[POINTS * POINTS];
    x += image * IMAGE + plane * height * width;
#pragma unroll
    for (int r = 0; r < POINTS; r++) {
        const INDEX i = row + r * DILATION(0), from = BORDER(i, height);
#pragma unroll
        for (int q = 0; q < POINTS; q++) {
            const INDEX j = column + q * DILATION(1), at = BORDER(j, width);
            d[r * POINTS + q] = from >= 0 && at >= 0 ? NCL_AT(NCL_T0, x, from * width + at) : 0.0f;
        }
    }
#pragma unroll
    for (int q = 0; q < POINTS; q++)
        FN(winograd_in_line)(d + q, POINTS);
#pragma unroll
    for (int r = 0; r < POINTS; r++) {
        FN(winograd_in_line)(d + r * POINTS, 1);
#pragma unroll
        for (int q = 0; q < POINTS; q++)
            v[task + (r * POINTS + q) * point] = d[r * POINTS + q];
    }
}
