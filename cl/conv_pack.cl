/* SPDX-License-Identifier: Apache-2.0 */
/* The filter of a convolution in panels of MR output channels, zeros behind the last one:
 *
 *   y[g][panel][k][r] = w[g GROUP + (panel MR + r) ROW + e(k) COLUMN]
 *
 * k counts the TAPS elements e of the filter of each of CHANNELS channels, which are in blocks with BLOCK > 1: k = (c /
 * BLOCK TAPS + t) BLOCK + c % BLOCK is tap t of channel c, zeros behind the last channel. In w a channel has FILTER
 * elements, of which WIDTH in each row of PITCH are taken, STEP apart (either may be negative: a filter turned round):
 * e = c FILTER + FIRST + t / WIDTH PITCH + t % WIDTH STEP.
 * Of volumes a channel has PLANES times FILTER elements, and the numbers k of the first plane stand before all of the
 * second one.
 * With PARTS > 1 a group is made of so many, one after the other in w: zeros where a row and a channel are of two.
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
#define FILTER   SIZE(10)
#define FIRST    SIZE(11)
#define WIDTH    SIZE(12)
#define PITCH    SIZE(13)
#define PARTS    SIZE(14)
#define STEP     SIZE(15)
#define PLANES   SIZE(16)

static void FN(conv_pack)(INDEX task, SIZES size, global const float *w, global NCL_T1 *y)
{
    const INDEX row = ROW, column = COLUMN, panel = MR, block = BLOCK, channels = CHANNELS, parts = PARTS;
    const INDEX inputs = channels / parts, outputs = ROWS / parts, first = task % PANELS * panel;
    const INDEX rows = min(panel, ROWS - first), channel = PLANES * FILTER * column;
    global const float *from = w + task / PANELS * GROUP + first * row;
    global NCL_T1 *to = y + task * DEPTH * panel;
    for (INDEX p = 0, base = 0; p < PLANES; base += block, p += base >= channels, base = base < channels ? base : 0)
        for (INDEX t = 0; t < TAPS; t++, to += block * panel)
            for (INDEX r = 0; r < panel; r++) {
                const INDEX tap = (p * FILTER + FIRST + t / WIDTH * PITCH + t % WIDTH * STEP) * column;
                const INDEX begin = (parts > 1 ? (first + r) / outputs * inputs : 0) - base;
                const INDEX low = clamp(begin, (INDEX)0, block);
                const INDEX high = r < rows ? clamp(begin + inputs, low, block) : low;
                global const float *e = from + r * row + tap - begin * channel;
                INDEX c = 0;
                for (; c < low; c++)
                    NCL_PUT(NCL_T1, 0, to, c * panel + r);
                for (; c < high; c++)
                    NCL_PUT(NCL_T1, e[c * channel], to, c * panel + r);
                for (; c < block; c++)
                    NCL_PUT(NCL_T1, 0, to, c * panel + r);
            }
}
