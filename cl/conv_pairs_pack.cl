/* SPDX-License-Identifier: Apache-2.0 */
/* The filter of a convolution of whole numbers (conv_pairs.cl): multiples of a step, in panels of WIDTH output
 * channels, two input channels as a pair of 16-bit numbers in an int, zeros behind the last ones:
 *
 *   y[panel][t][c / 2][r] = pair of  w[panel WIDTH + r][c][t] / step  for c and c + 1
 *
 * ROWS     output channels       CHANNELS  input channels      TAPS  of a channel
 * PAIRS    of a tap, whole blocks   INVERSE  1 / step
 * tasks: one for each panel */
#define ROWS     SIZE(0)
#define CHANNELS SIZE(1)
#define TAPS     SIZE(2)
#define PAIRS    SIZE(3)
#define WIDTH    SIZE(4)
#define INVERSE  REAL(5)

static int FN(conv_pairs_multiple)(SIZES size, INDEX row, INDEX channel, INDEX tap, global const float *w)
{
    return row < ROWS && channel < CHANNELS ? (int)rint(w[(row * CHANNELS + channel) * TAPS + tap] * INVERSE) : 0;
}

static void FN(conv_pairs_pack)(INDEX task, SIZES size, global const float *w, global int *y)
{
    const INDEX pairs = PAIRS, width = WIDTH, depth = TAPS * pairs;
    y += task * depth * width;
    for (INDEX k = 0; k < depth; k++)
        for (INDEX r = 0; r < width; r++, y++) {
            const INDEX row = task * width + r, tap = k / pairs, channel = k % pairs * 2;
            const int even = FN(conv_pairs_multiple)(size, row, channel, tap, w),
                      odd = FN(conv_pairs_multiple)(size, row, channel + 1, tap, w);
            *y = (even & 0xffff) | (int)((uint)odd << 16);
        }
}
