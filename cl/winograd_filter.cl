/* SPDX-License-Identifier: Apache-2.0 */
/* Filters of 3 x 3 taps transformed for products of matrices (winograd_in.cl):
 *
 *   u[t][g][c][m] = (G w[g][m][c] G^T)[t / POINTS][t % POINTS],   t < POINTS^2 = (TILE + 2)^2
 *
 * and zeros from m = FILTERS up to PITCH, which makes rows of whole vectors. G: cl/conv_winograd_filter.cl.
 *
 * TILE               4 or 2
 * FILTERS, CHANNELS  of a group        GROUPS        PITCH  elements of a row
 * tasks: GROUPS * CHANNELS * PITCH */
#ifndef TILE
#define TILE 4
#endif
#define POINTS (TILE + 2)
#define FILTERS SIZE(0)
#define CHANNELS SIZE(1)
#define GROUPS SIZE(2)
#define PITCH SIZE(3)

/* One dimension: from w[0], w[from], w[2 from] to u[0], u[to], ... */
#if TILE == 4
#define POINT_A 0.70710678118654752f
#define POINT_B 1.41421356237309505f
static void FN(winograd_filter_line)(const float *w, int from, float *u, int to)
{
    const float w0 = w[0], w1 = w[from], w2 = w[2 * from];
    const float even_a = ncl_mac(0.5f, w2, w0) * (-2.0f / 3.0f), odd_a = w1 * (POINT_A * -2.0f / 3.0f);
    const float even_b = ncl_mac(2.0f, w2, w0) * (1.0f / 6.0f), odd_b = w1 * (POINT_B / 6.0f);
    u[0] = w0;
    u[to] = even_a + odd_a;
    u[2 * to] = even_a - odd_a;
    u[3 * to] = even_b + odd_b;
    u[4 * to] = even_b - odd_b;
    u[5 * to] = w2;
}
#else
static void FN(winograd_filter_line)(const float *w, int from, float *u, int to)
{
    const float w0 = w[0], w1 = w[from], w2 = w[2 * from], even = 0.5f * (w0 + w2), odd = 0.5f * w1;
    u[0] = w0;
    u[to] = even + odd;
    u[2 * to] = even - odd;
    u[3 * to] = w2;
}
#endif

static void FN(winograd_filter)(INDEX task, SIZES size, global const float *w, global float *u)
{
    const INDEX m = task % PITCH, c = task / PITCH % CHANNELS, g = task / PITCH / CHANNELS;
    const INDEX point = GROUPS * CHANNELS * PITCH;
    float taps[9], lines[3 * POINTS], whole[POINTS];
    w += ((g * FILTERS + min(m, FILTERS - 1)) * CHANNELS + c) * 9;
#pragma unroll
    for (int t = 0; t < 9; t++)
        taps[t] = m < FILTERS ? w[t] : 0.0f;
#pragma unroll
    for (int q = 0; q < 3; q++)
        FN(winograd_filter_line)(taps + q, 3, lines + q, 3);
#pragma unroll
    for (int r = 0; r < POINTS; r++) {
        FN(winograd_filter_line)(lines + 3 * r, 1, whole, 1);
#pragma unroll
        for (int q = 0; q < POINTS; q++)
            u[task + (r * POINTS + q) * point] = whole[q];
    }
}
