/* The filter of a convolution in panels of MR output channels, zeros behind the last one:
 *
 *   y[g][panel][k][r] = w[g GROUP + (panel MR + r) ROW + k COLUMN]
 *
 * MR      rows of a panel            PANELS  panels of a group      ROWS  output channels of a group
 * DEPTH   k: filter elements of an output channel                   GROUP, ROW, COLUMN  strides of w
 * tasks: one for each panel */
#define PANELS SIZE(0)
#define ROWS   SIZE(1)
#define DEPTH  SIZE(2)
#define GROUP  SIZE(3)
#define ROW    SIZE(4)
#define COLUMN SIZE(5)
#define MR     SIZE(6)

static void FN(conv_pack)(INDEX task, SIZES size, global const float *w, global float *y)
{
    const INDEX depth = DEPTH, row = ROW, column = COLUMN, panel = MR;
    const INDEX first = task % PANELS * panel, rows = min(panel, ROWS - first);
    global const float *from = w + task / PANELS * GROUP + first * row;
    global float *to = y + task * depth * panel;
    for (INDEX k = 0; k < depth; k++)
        for (INDEX r = 0; r < panel; r++)
            to[k * panel + r] = r < rows ? from[r * row + k * column] : 0;
}
