/* SPDX-License-Identifier: Apache-2.0 */
/* Filters of 3 x 3 taps transformed for conv_winograd, in panels of WIDTH output channels:
 *
 *   y[g][panel][i][j][c][r] = (G w[g][panel WIDTH + r][c] G^T)[i][j],   i, j < POINTS = TILE + 2
 *
 * G has the powers of the points 1, p, p^2, divided by the product of the distances of p from the others (see
 * conv_winograd.cl); zeros behind the last filter and behind the last channel.
 *
 * PANELS, FILTERS, CHANNELS   of a group       DEPTH  channels with what fills their last block
 * WIDTH   a multiple of LANES        TILE   4 or 2
 * tasks: one for each panel */
#define POINTS_MAX 6
#define PANELS   SIZE(0)
#define FILTERS  SIZE(1)
#define CHANNELS SIZE(2)
#define DEPTH    SIZE(3)
#define WIDTH    SIZE(4)
#define TILE     SIZE(5)

/* One dimension: from w[0], w[from], w[2 from] to u[0], u[to], ... */
#define POINT_A 0.70710678118654752f
#define POINT_B 1.41421356237309505f
static void FN(conv_winograd_filter_line4)(private const V *w, int from, private V *u, int to)
{
    const V w0 = w[0], w1 = w[from], w2 = w[2 * from];
    const V even_a = fma((V)0.5f, w2, w0) * (-2.0f / 3.0f), odd_a = w1 * (POINT_A * -2.0f / 3.0f);
    const V even_b = fma((V)2.0f, w2, w0) * (1.0f / 6.0f), odd_b = w1 * (POINT_B / 6.0f);
    u[0] = w0;
    u[to] = even_a + odd_a;
    u[2 * to] = even_a - odd_a;
    u[3 * to] = even_b + odd_b;
    u[4 * to] = even_b - odd_b;
    u[5 * to] = w2;
}
static void FN(conv_winograd_filter_line2)(private const V *w, int from, private V *u, int to)
{
    const V w0 = w[0], w1 = w[from], w2 = w[2 * from], even = 0.5f * (w0 + w2), odd = 0.5f * w1;
    u[0] = w0;
    u[to] = even + odd;
    u[2 * to] = even - odd;
    u[3 * to] = w2;
}
static void FN(conv_winograd_filter_line)(int points, private const V *w, int from, private V *u, int to)
{
    if (points == 6)
        FN(conv_winograd_filter_line4)(w, from, u, to);
    else
        FN(conv_winograd_filter_line2)(w, from, u, to);
}

/* One channel of LANES filters, of which n are there. */
static NCL_APART void FN(conv_winograd_filter_lanes)(int points, INDEX filter, INDEX point, INDEX n,
                                                     global const float *w, global float *u)
{
    V taps[9], lines[3 * POINTS_MAX], whole[POINTS_MAX];
    float parts[9 * LANES] = {0};
    for (INDEX i = 0; i < n; i++)
        for (int t = 0; t < 9; t++)
            parts[t * LANES + i] = w[i * filter + t];
    for (int t = 0; t < 9; t++)
        taps[t] = VLOAD(parts + t * LANES);
    for (int q = 0; q < 3; q++)
        FN(conv_winograd_filter_line)(points, taps + q, 3, lines + q, 3);
    for (int r = 0; r < points; r++) {
        FN(conv_winograd_filter_line)(points, lines + 3 * r, 1, whole, 1);
        for (int q = 0; q < points; q++, u += point)
            VSTORE(whole[q], u);
    }
}

static void FN(conv_winograd_filter)(INDEX task, SIZES size, global const float *w, global float *y)
{
    const INDEX channels = CHANNELS, depth = DEPTH, width = WIDTH, filter = channels * 9;
    const INDEX first = task % PANELS * width, filters = FILTERS - first;
    const int points = (int)TILE + 2;
    w += task / PANELS * FILTERS * filter + first * filter;
    y += task * points * points * depth * width;
    for (INDEX c = 0; c < depth; c++)
        for (INDEX r = 0; r < width; r += LANES)
            FN(conv_winograd_filter_lanes)(points, filter, depth * width,
                                           c < channels ? clamp(filters - r, (INDEX)0, (INDEX)LANES) : 0,
                                           w + r * filter + c * 9, y + c * width + r);
}
