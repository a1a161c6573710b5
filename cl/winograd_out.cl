/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a convolution by minimal filtering (winograd_in.cl): sums of products become pixels,
 *
 *   y[image][plane][TILE i + r][TILE j + q] = b[plane] + (A^T z[.][plane][p] A)[r][q],   r, q < TILE
 *
 * for each tile p = (image, i, j) and each plane, the filters of all groups; z as the products leave it, for each of
 * POINTS^2 = (TILE + 2)^2 points PLANES rows of PITCH tiles. Neighbours have tiles side by side.
 *
 * TILE  4 or 2        BIAS  1: one for each plane, 0: one
 * ACROSS, ALL, TILES  tiles in a row, of an image, of all of them        IMAGE  elements from image to image of y
 * DILATED             1: with DILATION(i), and the images they make (winograd_in.cl): pixels are stored one by one
 * tasks: PLANES * TILES */
#ifndef TILE
#define TILE 4
#endif
#ifndef DILATED
#define DILATED 0
#endif
#define POINTS (TILE + 2)
#define NCL_CELL NCL_T2
#define PLANES SIZE(0)
#define TILES SIZE(1)
#define PITCH SIZE(2)
#define ACROSS SIZE(3)
#define ALL SIZE(4)
#define OUT(i) SIZE(5 + (i))
#define BIAS SIZE(7)
#define IMAGE SIZE(8)
#define DILATION(i) (DILATED ? SIZE(9 + (i)) : 1)
#define IMAGES(i) (DILATED ? SIZE(11 + (i)) : 1)

/* One dimension of A^T, of values `step` apart, in place: the points of cl/conv_winograd.cl. */
#if TILE == 4
#define POINT_A 0.70710678118654752f
#define POINT_B 1.41421356237309505f
static void FN(winograd_out_line)(float *m, int step)
{
    const float sum_a = m[step] + m[2 * step], odd_a = POINT_A * (m[step] - m[2 * step]);
    const float sum_b = m[3 * step] + m[4 * step], odd_b = POINT_B * (m[3 * step] - m[4 * step]);
    m[0] = m[0] + sum_a + sum_b;
    m[step] = odd_a + odd_b;
    m[2 * step] = ncl_mac(0.5f, sum_a, 2.0f * sum_b);
    m[3 * step] = ncl_mac(0.5f, odd_a, ncl_mac(2.0f, odd_b, m[5 * step]));
}
#else
static void FN(winograd_out_line)(float *m, int step)
{
    m[0] = m[0] + m[step] + m[2 * step];
    m[step] = m[step] - m[2 * step] + m[3 * step];
}
#endif

static void FN(winograd_out)(INDEX task, SIZES size, global const float *z, global const float *b,
                             global NCL_CELL *y CHAIN_PARAMETERS)
{
    const INDEX p = task % TILES, plane = task / TILES, point = PLANES * PITCH, image = p / ALL, tile = p % ALL;
    const INDEX row = NCL_TILE_BEGIN(tile / ACROSS, TILE, DILATION(0), IMAGES(0)),
                column = NCL_TILE_BEGIN(tile % ACROSS, TILE, DILATION(1), IMAGES(1)), width = OUT(1),
                rows = OUT(0) - row;
    const INDEX first = image * IMAGE + (plane * OUT(0) + row) * width + column;
    const float bias = b[plane * BIAS];
    float m[POINTS * POINTS];
    z += plane * PITCH + p;
#pragma unroll
    for (int t = 0; t < POINTS * POINTS; t++)
        m[t] = z[t * point];
#pragma unroll
    for (int q = 0; q < POINTS; q++)
        FN(winograd_out_line)(m + q, POINTS);
#pragma unroll
    for (int r = 0; r < TILE; r++) {
        FN(winograd_out_line)(m + r * POINTS, 1);
#if DILATED
        for (int q = 0; q < TILE && r * DILATION(0) < rows && column + q * DILATION(1) < width; q++)
            NCL_STORE_AFTER((V)(m[r * POINTS + q] + bias), 1, y, first + r * DILATION(0) * width + q * DILATION(1),
                            plane)
#else
        float out[LANES];
#pragma unroll
        for (int i = 0; i < LANES; i++)
            out[i] = m[r * POINTS + i % TILE] + bias;
        if (r < rows)
            NCL_STORE_AFTER(VLOAD(out), min(width - column, (INDEX)TILE), y, first + r * width, plane)
#endif
    }
}
