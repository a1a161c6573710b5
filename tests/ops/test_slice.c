/* SPDX-License-Identifier: Apache-2.0 */
/* slice.c: slice. */
#include "op_suite.h"

#define X(type, shape, call)                                                                                           \
    "graph g( x ) -> ( y )\n{\n    x = external<" type ">(shape = [" shape "]);\n    y = " call ";\n}\n"

static const struct op_case cases[] = {
    {"columns", X("scalar", "4,5", "slice(x, axes = [1], begin = [1], end = [4])"), "1..20", "2..4 7..9 12..14 17..19"},
    {"two axes", X("scalar", "4,5,6", "slice(x, axes = [0,2], begin = [1,2], end = [3,6])"), "1..120",
     "33..36 39..42 45..48 51..54 57..60 63..66 69..72 75..78 81..84 87..90"},
    {"axes in another order", X("scalar", "4,5", "slice(x, axes = [1,0], begin = [1,2], end = [3,4])"), "1..20",
     "12 13 17 18"},
    {"from the end", X("scalar", "4,5", "slice(x, axes = [1], begin = [-3], end = [-1])"), "1..20",
     "3 4 8 9 13 14 18 19"},
    {"clamped end", X("scalar", "4,5", "slice(x, axes = [0], begin = [1], end = [9223372036854775807])"), "1..20",
     "6..20"},
    {"end 0 is the extent", X("scalar", "4,5", "slice(x, axes = [1], begin = [2], end = [0])"), "1..20",
     "3..5 8..10 13..15 18..20"},
    {"also with strides of 1", X("scalar", "4,5", "slice(x, axes = [1], begin = [2], end = [0], stride = [1])"),
     "1..20", "3..5 8..10 13..15 18..20"},
    {"stride", X("scalar", "4,6", "slice(x, axes = [1], begin = [0], end = [6], stride = [2])"), "1..24",
     "1 3 5 7 9 11 13 15 17 19 21 23"},
    {"the extent rounds down", X("scalar", "3,5", "slice(x, axes = [1], begin = [0], end = [5], stride = [2])"),
     "1..15", "1 3 6 8 11 13"},
    {"reversed", X("scalar", "4,6", "slice(x, axes = [1], begin = [5], end = [-7], stride = [-1])"), "1..24",
     "6 5 4 3 2 1 12 11 10 9 8 7 18 17 16 15 14 13 24 23 22 21 20 19"},
    {"reversed to the far end",
     X("scalar", "4,6", "slice(x, axes = [1], begin = [-1], end = [-9223372036854775807], stride = [-1])"), "1..24",
     "6 5 4 3 2 1 12 11 10 9 8 7 18 17 16 15 14 13 24 23 22 21 20 19"},
    {"reversed, end 0 as it stands", X("scalar", "4,6", "slice(x, axes = [1], begin = [4], end = [0], stride = [-2])"),
     "1..24", "5 3 11 9 17 15 23 21"},
    {"reversed rows", X("scalar", "4,5", "slice(x, axes = [0,1], begin = [3,0], end = [0,4], stride = [-1,2])"),
     "1..20", "16 18 11 13 6 8"},
    {"long reversed rows", X("scalar", "2,19", "slice(x, axes = [1], begin = [18], end = [1], stride = [-1])"), "1..38",
     "19 18 17 16 15 14 13 12 11 10 9 8 7 6 5 4 3 38 37 36 35 34 33 32 31 30 29 28 27 26 25 24 23 22"},
    {"a plane of rows that are long", X("scalar", "3,2,5000", "slice(x, axes = [1], begin = [1], end = [2])"),
     "5000*1 5000*2 5000*3 5000*4 5000*5 5000*6", "5000*2 5000*4 5000*6"},
    {"no axis", X("scalar", "4,5", "slice(x, axes = [], begin = [], end = [])"), "1..20", "1..20"},
    {"rows from a computed tensor", X("scalar", "4,5", "slice(x * 2.0, axes = [0], begin = [1], end = [3]) + 1.0"),
     "1..20", "13 15 17 19 21 23 25 27 29 31"},
    {"integers", X("integer", "2,3", "slice(x, axes = [1], begin = [2], end = [-4], stride = [-1])"), "1..6",
     "3 2 1 6 5 4"},
    {"many logicals", X("logical", "20", "slice(x, axes = [0], begin = [19], end = [-21], stride = [-1])"), "1 0 18*0",
     "18*0 0 1"},
};

static const struct op_error errors[] = {
    {"lengths", X("scalar", "3,4", "slice(x, axes = [0,1], begin = [0,0], end = [1])"),
     "axes, begin, end and stride have 2, 2, 1 and 0 items", 5},
    {"strides", X("scalar", "3,4", "slice(x, axes = [0,1], begin = [0,0], end = [1,1], stride = [1])"),
     "2, 2, 2 and 1 items", 5},
    {"axis", X("scalar", "3,4", "slice(x, axes = [2], begin = [0], end = [1])"), "axis 2 is outside of rank 2", 5},
    {"twice", X("scalar", "3,4", "slice(x, axes = [1,1], begin = [0,0], end = [1,1])"), "axis 1 is given twice", 5},
    {"stride 0", X("scalar", "3,4", "slice(x, axes = [0], begin = [0], end = [1], stride = [0])"), "stride is 0", 5},
    {"order", X("scalar", "9", "slice(x, axes = [0], begin = [5], end = [2])"),
     "begin = 5 lies after end = 2 with stride 1", 5},
    {"reversed order", X("scalar", "9", "slice(x, axes = [0], begin = [2], end = [5], stride = [-1])"),
     "begin = 2 lies before end = 5 with stride -1", 5},
    {"empty", X("scalar", "9", "slice(x, axes = [0], begin = [2], end = [2])"), "is empty", 5},
    {"empty by a stride", X("scalar", "9", "slice(x, axes = [0], begin = [2], end = [5], stride = [4])"), "is empty",
     5},
    {"before the first", X("scalar", "9", "slice(x, axes = [0], begin = [-10], end = [5])"),
     "begin = -10 is outside of extent 9", 5},
    {"behind the last", X("scalar", "9", "slice(x, axes = [0], begin = [9], end = [2], stride = [-1])"),
     "begin = 9 is outside of extent 9", 5},
};

OP_SUITE("slice", cases, errors)
