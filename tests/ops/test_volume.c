/* SPDX-License-Identifier: Apache-2.0 */
/* Volumes, whose planes lie as images do where channels are in blocks: planes of taps that are left out, apart or cut
 * off, and what stands around convolutions. Operands count up; expected values are exact, by the formulas of 4.3. */
#define OP_TILES 1
#include "op_suite.h"

#define XW(x_shape, w_shape, call)                                                                                     \
    "graph g( x, w ) -> ( y )\n{\n    x = external(shape = " x_shape ");\n    w = external(shape = " w_shape           \
    ");\n    y = conv(x, w" call ");\n}\n"

static const struct op_case cases[] = {
    {"planes in front and behind",
     XW("[1,2,3,2,3]", "[3,2,3,2,2]",
        ", padding = [(1,1),(0,1),(0,0)], stride = [1,1,2], dilation = [1,1,1], groups = 1"),
     "-7..28 | -5..66",
     "1940 992 3282 1602 1924 888 4628 2624 9042 4914 6916 3672 7316 4256 14802 8226 11908 6456"},
    {"a stride along the planes",
     XW("[2,1,5,2,3]", "[2,1,2,1,3]",
        ", padding = [(0,1),(0,0),(0,0)], stride = [2,1,1], dilation = [1,1,1], groups = 0"),
     "-7..52 | -5..6",
     "76 31 -104 -149 -214 -250 -32 31 220 283 110 128 -374 -419 -554 -599 -574 -610 598 661 850 913 290 308"},
    {"planes apart and cut off",
     XW("[1,3,6,2,3]", "[1,3,3,2,2]",
        ", padding = [(-1,2),(0,0),(1,0)], stride = [1,1,1], dilation = [2,1,1], groups = 1"),
     "-7..100 | -5..30",
     "17136 33633 34083 10020 19590 19842 10812 21102 21354"},
    {"outputs that read no plane",
     XW("[1,2,2,2,2]", "[1,2,2,1,2]",
        ", padding = [(3,3),(0,0),(0,0)], stride = [1,1,1], dilation = [1,1,1], groups = 1"),
     "-7..8 | -5..2",
     "0 0 0 0 38 34 88 64 18 -2 0 0 0 0"},
    {"groups of volumes",
     XW("[1,4,3,2,2]", "[4,2,2,1,2]",
        ", padding = [(0,0),(0,0),(0,0)], stride = [1,1,1], dilation = [1,1,1], groups = 2"),
     "-7..40 | -5..26",
     "96 72 48 24 192 296 400 504 3072 3304 3536 3768 4704 5064 5424 5784"},
    {"depthwise volumes",
     XW("[2,3,4,2,3]", "[3,1,3,2,3]",
        ", padding = [(1,1),(0,1),(1,1)], stride = [2,1,2], dilation = [1,1,1], groups = 0"),
     "-7..136 | -5..48",
     "-20 44 26 46 654 606 273 231 4492 4508 2246 2242 8502 8382 4143 4065 15916 15884 7922 7894 26718 26526 "
     "13197 13083 4012 3500 1610 1342 4110 3198 1353 879 18892 18332 9014 8722 27510 26526 12999 12489 40684 "
     "40076 19874 19558 61278 60222 29829 29283"},
    {"one plane of taps, three by three",
     XW("[1,2,2,4,4]", "[1,2,1,3,3]",
        ", padding = [(0,0),(1,1),(1,1)], stride = [1,1,1], dilation = [1,1,1], groups = 1"),
     "-7..56 | -5..12",
     "1108 1628 1688 1088 1611 2334 2397 1521 1803 2586 2649 1665 992 1388 1412 860 1812 2588 2648 1664 2379 "
     "3342 3405 2097 2571 3594 3657 2241 1312 1772 1796 1052"},
    {"steps of a network",
     "graph g( x, w, f ) -> ( a, y )\n{\n    x = external(shape = [2,2,3,2,4]);\n"
     "    w = external(shape = [2,2,1,1,1]);\n"
     "    f = external(shape = [1,4,3,1,2]);\n    z = conv(x, w);\n"
     "    m = max_pool(z, size = [1,1,2,2,3], border = 'ignore', padding = [(0,0),(0,0),(0,0),(0,0),(0,0)]);\n"
     "    a = avg_pool(m, size = [1,1,2,1,2], border = 'ignore', padding = [(0,0),(0,0),(0,0),(0,0),(0,0)]);\n"
     "    s = max_reduce(z, axes = [2,3,4]) - min_reduce(z, axes = [2,3,4]);\n    c = concat([z * s, x], axis = 1);\n"
     "    y = conv(c, f, padding = [(1,1),(0,0),(0,0)]);\n}\n",
     "-9..86 | 1..4 | -2..21",
     "76.5 162.5 220.5 498.5"
     " | "
     "349808 384992 420176 490544 525728 560912 680512 725272 770032 859552 904312 949072 443536 468032 492528 "
     "541520 566016 590512 2038640 2073824 2109008 2179376 2214560 2249744 2828992 2873752 2918512 3008032 "
     "3052792 3097552 1619344 1643840 1668336 1717328 1741824 1766320"},
};

static const struct op_error errors[] = {
    {"rank of the filter", XW("[1,2,3,3,3]", "[2,2,3,3]", ""), "the filter has rank 4, the input has rank 5", 6},
};

OP_SUITE("volume", cases, errors)
