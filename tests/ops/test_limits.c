/* SPDX-License-Identifier: Apache-2.0 */
/* Both sides of every bound that decides about a kernel or the size of its tables: the last case that fits and the
 * first that does not. The sanitized build runs these too, since what lies behind a bound is a table on some stack.
 *
 * Bounds of a file stand in front of its cases; a bound that moves takes its cases along. */
#define OP_TILES 1
#define OP_TASKS 1
#include "op_suite.h"

/* y = conv of constant planes: every output is the number of taps that lie inside, times x. */
#define CONV(x_shape, w_shape, more)                                                                                   \
    "graph g( x, w ) -> ( y )\n{\n    x = external(shape = " x_shape ");\n    w = external(shape = " w_shape           \
    ");\n    y = conv(x, w, 0.0" more ");\n}\n"
#define ONE(shape, call) "graph g( x ) -> ( y )\n{\n    x = external(shape = " shape ");\n    y = " call ";\n}\n"
#define PRODUCT(a_shape, b_shape, more)                                                                                \
    "graph g( a, b ) -> ( y )\n{\n    a = external(shape = " a_shape ");\n    b = external(shape = " b_shape           \
    ");\n    y = matmul(a, b" more ");\n}\n"
#define VALID ", padding = [(0,0),(0,0)]"

static const struct op_case cases[] = {
    /* conv_gemm: taps of a filter in the record (1024) */
    {"1024 taps", CONV("[1,1,64,21]", "[1,1,64,16]", VALID), "1344*0.5 | 1024*1", "6*512"},
    {"1025 taps", CONV("[1,1,25,45]", "[1,1,25,41]", VALID), "1125*0.5 | 1025*1", "5*512.5"},
    {"33 x 33 taps", CONV("[1,1,34,37]", "[1,1,33,33]", VALID), "1258*0.5 | 1089*1", "10*544.5"},
    /* conv_gemm: panels of six filters in a block (32), for so many pixels that blocks are not cut for tasks; 16 */
    {"16 panels", CONV("[1,1,16,32]", "[96,1,1,1]", ""), "512*0.5 | 96*2", "49152*1"},
    {"17 panels", CONV("[1,1,16,32]", "[97,1,1,1]", ""), "512*0.5 | 97*2", "49664*1"},
    {"32 panels", CONV("[1,1,16,32]", "[192,1,1,1]", ""), "512*0.5 | 192*2", "98304*1"},
    {"33 panels", CONV("[1,1,16,32]", "[193,1,1,1]", ""), "512*0.5 | 193*2", "98816*1"},
    /* conv_gemm: rows of the image at a time (256) */
    {"256 rows", CONV("[1,256,1,17]", "[5,256,1,1]", ""), "4352*0.5 | 1280*1", "85*128"},
    {"257 rows", CONV("[1,257,1,17]", "[5,257,1,1]", ""), "4369*0.5 | 1285*1", "85*128.5"},
    /* conv_gemm: pixels of a tile (16) and tiles (4) */
    {"63 pixels", CONV("[1,2,3,21]", "[7,2,1,1]", ""), "126*0.5 | 14*1", "441*1"},
    {"64 pixels", CONV("[1,2,4,16]", "[7,2,1,1]", ""), "128*0.5 | 14*1", "448*1"},
    {"65 pixels", CONV("[1,2,5,13]", "[7,2,1,1]", ""), "130*0.5 | 14*1", "455*1"},
    /* conv_halo: elements of a task (4096) */
    {"rows of 4096", CONV("[1,1,2,4096]", "[1,1,1,3]", ", padding = [(0,0),(2,0)]"), "8192*0.5 | 3*1",
     "0.5 1 4094*1.5 0.5 1 4094*1.5"},
    {"rows of 4097", CONV("[1,1,2,4097]", "[1,1,1,3]", ", padding = [(0,0),(2,0)]"), "8194*0.5 | 3*1",
     "0.5 1 4095*1.5 0.5 1 4095*1.5"},
    /* conv_into_blocks: elements of a strip of rows (16384) */
    {"a row of 16384", CONV("[1,1,1,16382]", "[1,1,1,3]", ", padding = [(0,0),(1,1)]"), "16382*0.5 | 3*1",
     "1 16380*1.5 1"},
    {"a row of 16385", CONV("[1,1,1,16383]", "[1,1,1,3]", ", padding = [(0,0),(1,1)]"), "16383*0.5 | 3*1",
     "1 16381*1.5 1"},
    /* window_rows: elements of private memory (8192), one line and three */
    {"lines of 8192", ONE("[1,1,1,8189]", "box(x, size = [1,1,1,3], padding = [(0,0),(0,0),(0,0),(1,1)])"), "8189*0.5",
     "1 8187*1.5 1"},
    {"lines of 8193", ONE("[1,1,1,8190]", "box(x, size = [1,1,1,3], padding = [(0,0),(0,0),(0,0),(1,1)])"), "8190*0.5",
     "1 8188*1.5 1"},
    {"three lines of 2730", ONE("[1,1,1,2727]", "max_pool(x, size = [1,1,3,3], padding = [(0,0),(0,0),(1,1),(1,1)])"),
     "1..2727", "2..2727 2727"},
    {"three lines of 2731", ONE("[1,1,1,2728]", "max_pool(x, size = [1,1,3,3], padding = [(0,0),(0,0),(1,1),(1,1)])"),
     "1..2728", "2..2728 2728"},
    {"layers of planes in two parts",
     ONE("[1,1,21,3,140]", "avg_pool(x, size = [1,1,3,3,3], padding = [(0,0),(0,0),(0,0),(0,0),(0,0)])"), "1..8820",
     "562..699 982..1119 1402..1539 1822..1959 2242..2379 2662..2799 3082..3219 3502..3639 3922..4059 "
     "4342..4479 4762..4899 5182..5319 5602..5739 6022..6159 6442..6579 6862..6999 7282..7419 7702..7839 "
     "8122..8259"},
    {"8 layers of 1024",
     ONE("[1,1,8,1,1022]", "avg_pool(x, size = [1,1,8,1,1], padding = [(0,0),(0,0),(0,0),(0,0),(0,0)])"),
     "8176*0.5", "1022*0.5"},
    {"9 layers of 1024",
     ONE("[1,1,9,1,1022]", "avg_pool(x, size = [1,1,9,1,1], padding = [(0,0),(0,0),(0,0),(0,0),(0,0)])"),
     "9198*0.5", "1022*0.5"},
    /* gemm: columns of a tile (16), rows of a packed product (48), steps of K (4), of one block of rows (144) */
    {"16 columns", PRODUCT("[7,5]", "[5,16]", ""), "35*0.5 | 80*1", "112*2.5"},
    {"17 columns", PRODUCT("[7,5]", "[5,17]", ""), "35*0.5 | 85*1", "119*2.5"},
    {"272 columns", PRODUCT("[5,3]", "[3,272]", ""), "15*0.5 | 816*1", "1360*1.5"},
    {"273 columns", PRODUCT("[5,3]", "[3,273]", ""), "15*0.5 | 819*1", "1365*1.5"},
    {"4 rows", PRODUCT("[4,8]", "[8,33]", ""), "32*0.5 | 264*1", "132*4"},
    {"5 rows", PRODUCT("[5,8]", "[8,33]", ""), "40*0.5 | 264*1", "165*4"},
    {"47 rows, much of B", PRODUCT("[47,128]", "[128,257]", ""), "6016*0.5 | 32896*1", "12079*64"},
    {"48 rows, much of B", PRODUCT("[48,128]", "[128,257]", ""), "6144*0.5 | 32896*1", "12336*64"},
    {"144 rows", PRODUCT("[144,9]", "[9,18]", ""), "1296*0.5 | 162*1", "2592*4.5"},
    {"145 rows", PRODUCT("[145,9]", "[9,18]", ""), "1305*0.5 | 162*1", "2610*4.5"},
    {"one row", PRODUCT("[1,63]", "[63,65]", ""), "63*0.5 | 4095*1", "65*31.5"},
    {"one column", PRODUCT("[65,63]", "[63,1]", ""), "4095*0.5 | 63*1", "65*31.5"},
    /* blocked transposition: edges of a block (8) */
    {"edge of 7", ONE("[7,9]", "transpose(x, axes = [1,0])"), "63*0.25", "63*0.25"},
    {"edge of 8", ONE("[8,8]", "transpose(x, axes = [1,0])"), "64*0.25", "64*0.25"},
    {"edge of 9", ONE("[9,8]", "transpose(x, axes = [1,0])"), "72*0.25", "72*0.25"},
    /* tiles of a transposition: edges of 32 and 64 */
    {"edge of 31", ONE("[31,33]", "transpose(x, axes = [1,0])"), "1023*0.25", "1023*0.25"},
    {"edge of 32", ONE("[32,32]", "transpose(x, axes = [1,0])"), "1024*0.25", "1024*0.25"},
    {"edge of 64", ONE("[2,64]", "transpose(x, axes = [1,0])"), "64*1 64*2",
#define TWICE_8 "1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 "
     TWICE_8 TWICE_8 TWICE_8 TWICE_8 TWICE_8 TWICE_8 TWICE_8 TWICE_8},
    {"edge of 65", ONE("[2,65]", "transpose(x, axes = [1,0])"), "65*1 65*2",
     TWICE_8 TWICE_8 TWICE_8 TWICE_8 TWICE_8 TWICE_8 TWICE_8 TWICE_8 "1 2"},
    /* gemv: rows for which weights are read once (8), rows of a work-item's tile (4) */
    {"8 rows of few", PRODUCT("[8,33]", "[33,7]", ""), "264*0.5 | 231*1", "56*16.5"},
    {"9 rows of few", PRODUCT("[9,33]", "[33,7]", ""), "297*0.5 | 231*1", "63*16.5"},
    /* conv_item: taps of a row at a time (11), elements of a row in registers (48) */
    {"11 taps of a row", CONV("[1,1,2,40]", "[1,1,2,11]", VALID), "80*0.5 | 22*1", "30*11"},
    {"12 taps of a row", CONV("[1,1,2,40]", "[1,1,2,12]", VALID), "80*0.5 | 24*1", "29*12"},
    {"taps that are 15 apart", CONV("[1,1,1,50]", "[1,1,1,4]", VALID ", dilation = [1,15]"), "50*0.5 | 4*1", "5*2"},
    {"taps that are 16 apart", CONV("[1,1,1,50]", "[1,1,1,4]", VALID ", dilation = [1,16]"), "50*0.5 | 4*1", "2*2"},
    /* window_rows: taps of square windows that are constants of the kernel (5); pool_item: taps of a row (3) */
    {"5 x 5", ONE("[1,1,5,9]", "max_pool(x, size = [1,1,5,5], padding = [(0,0),(0,0),(0,0),(0,0)])"), "1..45",
     "41..45"},
    {"6 x 6", ONE("[1,1,6,9]", "max_pool(x, size = [1,1,6,6], padding = [(0,0),(0,0),(0,0),(0,0)])"), "1..54",
     "51..54"},
/* norm_rows: elements of a row (64 vectors, 32 times) */
#define RMS(shape) ONE(shape, "x * rsqrt(mean_reduce(sqr(x), axes = [1]) + 12.0)")
    {"rows of 16384 elements", RMS("[1,16384]"), "16384*2", "16384*0.5"},
    {"rows of 16385 elements", RMS("[1,16385]"), "16385*2", "16385*0.5"},
    {"rows of 32769 elements", RMS("[1,32769]"), "32769*2", "32769*0.5"},
    /* norm_blocked: channels (32 vectors, 32 times), blocks of a sum (32), cells together (4), lanes */
    {"8192 channels", RMS("[1,8192,2]"), "16384*2", "16384*0.5"},
    {"8193 channels", RMS("[1,8193,2]"), "16386*2", "16386*0.5"},
    {"16385 channels", RMS("[1,16385,1]"), "16385*2", "16385*0.5"},
    {"256 channels of 4 cells", RMS("[1,256,1,4]"), "1024*2", "1024*0.5"},
    {"257 channels of 5 cells", RMS("[1,257,1,5]"), "1285*2", "1285*0.5"},
    {"8 channels of 4096 cells", RMS("[1,8,1,4096]"), "32768*2", "32768*0.5"},
    /* element-wise: elements of a task (512 at least, 4096, lanes) */
    {"7 elements", ONE("[7]", "x + 1.0"), "1..7", "2..8"},
    {"17 elements", ONE("[17]", "x + 1.0"), "1..17", "2..18"},
    {"512 elements", ONE("[512]", "x + 1.0"), "1..512", "2..513"},
    {"513 elements", ONE("[513]", "x + 1.0"), "1..513", "2..514"},
    {"8192 elements", ONE("[8192]", "x + 1.0"), "1..8192", "2..8193"},
    {"8193 elements", ONE("[8193]", "x + 1.0"), "1..8193", "2..8194"},
    /* elements: operands of an expression (8) */
    {"7 operands", ONE("[9]", "x + x * 2.0 + relu(x) + abs(x) + sqr(x) - x * x + max(x, 1.0)"), "1..9",
     "6 12 18 24 30 36 42 48 54"},
#define OPERANDS_8                                                                                                     \
    "    a = external(shape = [9]);\n    b = external(shape = [9]);\n    c = external(shape = [9]);\n"                 \
    "    d = external(shape = [9]);\n    e = external(shape = [9]);\n    f = external(shape = [9]);\n"                 \
    "    h = external(shape = [9]);\n    i = external(shape = [9]);\n"
    {"8 tensors of a sum",
     "graph g( a, b, c, d, e, f, h, i ) -> ( y )\n{\n" OPERANDS_8 "    y = a + b * c + d + e * f + h - i;\n}\n",
     "9*1 | 9*2 | 9*4 | 9*8 | 9*16 | 9*32 | 9*64 | 1..9", "592 591 590 589 588 587 586 585 584"},
    {"9 tensors of a sum",
     "graph g( a, b, c, d, e, f, h, i ) -> ( y )\n{\n" OPERANDS_8
     "    k = constant(shape = [9], value = [1.0,2.0,3.0,4.0,5.0,6.0,7.0,8.0,9.0]);\n"
     "    y = a + b * c + d + e * f + h - i + k;\n}\n",
     "9*1 | 9*2 | 9*4 | 9*8 | 9*16 | 9*32 | 9*64 | 1..9", "9*593"},
    /* operands of a step: parts of a concatenation, terms of add_n, results of split */
    {"8 parts", ONE("[2]", "concat([x, x, x, x, x, x, x, x], axis = 0)"), "3 4", "3 4 3 4 3 4 3 4 3 4 3 4 3 4 3 4"},
    {"9 parts", ONE("[2]", "concat([x, x, x, x, x, x, x, x, x], axis = 0)"), "3 4",
     "3 4 3 4 3 4 3 4 3 4 3 4 3 4 3 4 3 4"},
    {"17 parts", ONE("[1]", "concat([x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x], axis = 0)"), "3", "17*3"},
    {"8 terms", ONE("[3]", "add_n([x, x, x, x, x, x, x, x])"), "1..3", "8 16 24"},
    {"17 terms", ONE("[3]", "add_n([x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x])"), "1..3", "17 34 51"},
    /* axes: eight of them, and groups of neighbours that alternate (4) */
    {"axes 0 2 4 6", ONE("[2,2,2,2,2,2,2,2]", "sum_reduce(x, axes = [0,2,4,6])"), "256*0.5", "16*8"},
    {"axes 1 3 5 7", ONE("[2,2,2,2,2,2,2,2]", "max_reduce(x, axes = [1,3,5,7])"), "0..255",
     "85 87 93 95 117 119 125 127 213 215 221 223 245 247 253 255"},
    {"axes 0 2 4", ONE("[2,3,2,3,2]", "mean_reduce(x, axes = [0,2,4])"), "72*0.5", "9*0.5"},
    /* persistent: bytes of a task of a copy (65536) */
    {"a copy of 65536 bytes", ONE("[16384]", "copy(x)"), "0..16383", "0..16383"},
    {"a copy of 65540 bytes", ONE("[16385]", "copy(x)"), "0..16384", "0..16384"},
    /* softmax and reductions: lanes (8, 16) */
    {"softmax of 15", ONE("[2,15]", "softmax(x, axes = [1])"), "30*1", "30*0.0666666667"},
    {"softmax of 16", ONE("[2,16]", "softmax(x, axes = [1])"), "32*1", "32*0.0625"},
    {"softmax of 17", ONE("[2,17]", "softmax(x, axes = [1])"), "34*1", "34*0.0588235294"},
    /* lines by groups: neighbours that share one (32), work-items (64) with so many terms each (4) */
    {"31 columns", ONE("[1,9,31]", "sum_reduce(x, axes = [1])"), "279*0.5", "31*4.5"},
    {"32 columns", ONE("[1,9,32]", "sum_reduce(x, axes = [1])"), "288*0.5", "32*4.5"},
    {"lines of 255", ONE("[3,255]", "max_reduce(x, axes = [1])"), "1..765", "255 510 765"},
    {"lines of 257", ONE("[3,257]", "max_reduce(x, axes = [1])"), "1..771", "257 514 771"},
    /* deconv_rows: elements of a task (4096) */
    {"rows of 4096 from deconv",
     "graph g( x, w ) -> ( y )\n{\n    x = external(shape = [1,1,1,2048]);\n"
     "    w = external(shape = [1,1,1,2]);\n    y = deconv(x, w, 0.0, stride = [1,2], padding = [(0,0),(0,0)]);\n}\n",
     "2048*0.5 | 2*1", "4096*0.5"},
    {"rows of 4098 from deconv",
     "graph g( x, w ) -> ( y )\n{\n    x = external(shape = [1,1,1,2049]);\n"
     "    w = external(shape = [1,1,1,2]);\n    y = deconv(x, w, 0.0, stride = [1,2], padding = [(0,0),(0,0)]);\n}\n",
     "2049*0.5 | 2*1", "4098*0.5"},
    {"1024 taps of deconv",
     "graph g( x, w ) -> ( y )\n{\n    x = external(shape = [1,1,1,1]);\n"
     "    w = external(shape = [1,1,32,32]);\n    y = deconv(x, w, 0.0, padding = [(0,0),(0,0)]);\n}\n",
     "0.5 | 1024*3", "1024*1.5"},
    {"1089 taps of deconv",
     "graph g( x, w ) -> ( y )\n{\n    x = external(shape = [1,1,1,1]);\n"
     "    w = external(shape = [1,1,33,33]);\n    y = deconv(x, w, 0.0, padding = [(0,0),(0,0)]);\n}\n",
     "0.5 | 1089*3", "1089*1.5"},
};

static const struct op_error errors[] = {
    {"nine axes", ONE("[1,1,1,1,1,1,1,1,1]", "abs(x)"), "8", 4},
};

OP_SUITE("limits", cases, errors)
