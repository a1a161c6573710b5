/* SPDX-License-Identifier: Apache-2.0 */
/* The filter of a convolution in panels of MR output channels, zeros behind the last one:
 *
 *   y[g][panel][k][r] = w[g GROUP + (panel MR + r) ROW + e(k) COLUMN]
 *
 * k counts the elements e of the filter of an output channel as they lie, or with BLOCK > 1 channels in blocks: e(k) is
 * element t of channel c of CHANNELS, each of TAPS, and k = (c / BLOCK TAPS + t) BLOCK + c % BLOCK; zeros behind the
 * last channel.
 *
 * MR      rows of a panel            PANELS  panels of a group      ROWS  output channels of a group
 * DEPTH   numbers k                  GROUP, ROW, COLUMN  strides of w
 * tasks: one for each panel */
#define PANELS   SIZE(0)
#define ROWS     SIZE(1)
#define DEPTH    SIZE(2)
#define GROUP    SIZE(3)
#define ROW      SIZE(4)
#define COLUMN   SIZE(5)
#define MR       SIZE(6)
#define CHANNELS SIZE(7)
#define TAPS     SIZE(8)
#define BLOCK    SIZE(9)

static void FN(conv_pack)(INDEX task, SIZES size, global const float *w, global NCL_T1 *y)
{
    const INDEX depth = DEPTH, row = ROW, column = COLUMN, panel = MR, block = BLOCK, taps = TAPS;
    const INDEX first = task % PANELS * panel, rows = min(panel, ROWS - first);
    global const float *from = w + task / PANELS * GROUP + first * row;
    global NCL_T1 *to = y + task * depth * panel;
    for (INDEX k = 0; k < depth; k++) {
        const INDEX channel = k / (block * taps) * block + k % block, e = channel * taps + k / block % taps;
        for (INDEX r = 0; r < panel; r++)
            NCL_PUT(NCL_T1, r < rows && channel < CHANNELS ? from[r * row + e * column] : 0, to, k * panel + r);
    }
}
