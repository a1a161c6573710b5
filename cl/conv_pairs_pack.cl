/* SPDX-License-Identifier: Apache-2.0 */
/* The filter of a convolution of whole numbers (conv_pairs.cl): multiples of a step, in panels of WIDTH output
 * channels, two input channels as a pair of 16-bit numbers in an int, zeros behind the last ones:
 *
 *   y[panel][t][c / 2][r] = pair of  w[m][c][t] / (STEP f[m]) for c and c + 1,  m = panel WIDTH + r
 *
 * ROWS     output channels       CHANNELS  input channels      TAPS  of a channel
 * PAIRS    of a tap, whole blocks   STEP, f  as FACTOR and f of conv_pairs.cl       STEPS  1: f there is, 0: none
 * tasks: one for each panel */
#define ROWS     SIZE(0)
#define CHANNELS SIZE(1)
#define TAPS     SIZE(2)
#define PAIRS    SIZE(3)
#define WIDTH    SIZE(4)
#define STEP     REAL(5)
#define STEPS    SIZE(6)

static int FN(conv_pairs_multiple)(SIZES size, INDEX row, INDEX channel, INDEX tap, global const float *w,
                                   global const float *f)
{
    if (row >= ROWS || channel >= CHANNELS)
        return 0;
    const float step = STEPS ? STEP * f[row] : STEP;
    return step != 0.0f ? (int)rint(w[(row * CHANNELS + channel) * TAPS + tap] / step) : 0;
}

static void FN(conv_pairs_pack)(INDEX task, SIZES size, global const float *w, global const float *f, global int *y)
{
    const INDEX pairs = PAIRS, width = WIDTH, depth = TAPS * pairs;
    y += task * depth * width;
    for (INDEX k = 0; k < depth; k++)
        for (INDEX r = 0; r < width; r++, y++) {
            const INDEX row = task * width + r, tap = k / pairs, channel = k % pairs * 2;
            const int even = FN(conv_pairs_multiple)(size, row, channel, tap, w, f),
                      odd = FN(conv_pairs_multiple)(size, row, channel + 1, tap, w, f);
            *y = (even & 0xffff) | (int)((uint)odd << 16);
        }
}
