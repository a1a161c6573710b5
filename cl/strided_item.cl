/* SPDX-License-Identifier: Apache-2.0 */
/* Copies between two index schemes, on devices of many narrow cores:
 *
 *   y[OUT_FIRST + sum_k i_k OUT_STRIDE(k) + j INNER_OUT] = x[IN_FIRST + sum_k i_k IN_STRIDE(k) + j INNER_IN]
 *
 * for 0 <= i_k < EXTENT(k), k < RANK, 0 <= j < INNER. A task is four elements along j, neighbours have those beside
 * them; where all four follow each other on both sides and lie on a boundary of four, they are one vector.
 *
 * NCL_T0, NCL_T1   types of the elements of x and y
 * tasks: prod_k EXTENT(k) * ceil(INNER / 4) */
#define INNER SIZE(0)
#define INNER_IN SIZE(1)
#define INNER_OUT SIZE(2)
#define IN_FIRST SIZE(3)
#define OUT_FIRST SIZE(4)
#define RANK SIZE(5)
#define EXTENT(i) SIZE(6 + (i))
#define IN_STRIDE(i) SIZE(22 + (i))
#define OUT_STRIDE(i) SIZE(38 + (i))

#define FOUR(T)    NCL_CAT(FOUR_, T)
#define FOUR_float float4
#define FOUR_int   int4
#define FOUR_uchar uchar4
#define FOUR_half  ushort4

static void FN(strided_item)(INDEX task, SIZES size, global const NCL_T0 *x, global NCL_T1 *y)
{
    const INDEX strips = (INNER + 3) / 4, in = INNER_IN, out = INNER_OUT, first = task % strips * 4;
    INDEX row = task / strips;
    x += IN_FIRST + first * in;
    y += OUT_FIRST + first * out;
    for (int k = (int)RANK - 1; k >= 0; k--) {
        const INDEX extent = EXTENT(k), above = row / extent, at = row - above * extent;
        x += at * IN_STRIDE(k);
        y += at * OUT_STRIDE(k);
        row = above;
    }
    const INDEX count = min(INNER - first, (INDEX)4);
    const bool boundary = (((ulong)x | (ulong)y) & (sizeof(FOUR(NCL_T0)) - 1)) == 0;
    if (sizeof(NCL_T0) == sizeof(NCL_T1) && in == 1 && out == 1 && count == 4 && boundary) {
        *(global FOUR(NCL_T0) *)y = *(global const FOUR(NCL_T0) *)x;
        return;
    }
    NCL_VALUE(NCL_T0) v[4];
#pragma unroll
    for (int i = 0; i < 4; i++)
        v[i] = NCL_AT(NCL_T0, x, min((INDEX)i, count - 1) * in);
#pragma unroll
    for (int i = 0; i < 4; i++)
        if (i < count)
            NCL_PUT(NCL_T1, v[i], y, i * out);
}
