/* SPDX-License-Identifier: Apache-2.0 */
/* tile.c: tile. */
#include "op_suite.h"

#define X(type, shape, call)                                                                                           \
    "graph g( x ) -> ( y )\n{\n    x = external<" type ">(shape = [" shape "]);\n    y = " call ";\n}\n"

static const struct op_case cases[] = {
    {"rows", X("scalar", "2,3", "tile(x, repeats = [2,1])"), "1..6", "1..6 1..6"},
    {"columns", X("scalar", "2,3", "tile(x, repeats = [1,3])"), "1..6", "1..3 1..3 1..6 4..6 4..6"},
    {"both", X("scalar", "2,3", "tile(x, repeats = [2,3])"), "1..6",
     "1..3 1..3 1..6 4..6 4..6 1..3 1..3 1..6 4..6 4..6"},
    {"three axes", X("scalar", "2,1,3", "tile(x, repeats = [2,2,2])"), "1..6",
     "1..3 1..3 1..3 1..6 4..6 4..6 4..6 1..3 1..3 1..3 1..6 4..6 4..6 4..6"},
    {"of one element", X("scalar", "1,1", "tile(x, repeats = [3,19])"), "4", "57*4"},
    {"of columns of one element", X("scalar", "3,1", "tile(x, repeats = [1,21])"), "1 2 3", "21*1 21*2 21*3"},
    {"once", X("scalar", "2,3", "tile(x, repeats = [1,1])"), "1..6", "1..6"},
    {"rank 8",
     X("scalar", "2,2,2,2,2,2,2,2",
       "slice(tile(x, repeats = [2,1,1,1,1,2,2,2]), axes = [0,1,2,3], begin = [0,0,0,0], end = [1,1,1,1])"),
     "1..256",
     "1 2 1..4 3 4 1 2 1..4 3..6 5..8 7 8 5 6 5..8 7 8 1 2 1..4 3 4 1 2 1..4 3..6 5..8 7 8 5 6 5..8 7..10 9..12 11 "
     "12 9 10 9..12 11..14 13..16 15 16 13 14 13..16 15 16 9 10 9..12 11 12 9 10 9..12 11..14 13..16 15 16 13 14 "
     "13..16 15 16"},
    {"far", X("scalar", "2,1", "tile(x, repeats = [2,10000])"), "1 2", "10000*1 10000*2 10000*1 10000*2"},
    {"integers", X("integer", "2", "tile(x, repeats = [3])"), "-1 5", "-1 5 -1 5 -1 5"},
    {"logicals", X("logical", "3", "tile(x, repeats = [3])"), "1 0 1", "1 0 1 1 0 1 1 0 1"},
};

static const struct op_error errors[] = {
    {"length", X("scalar", "3,4", "tile(x, repeats = [2])"), "repeats has 1 items, the input rank 2", 5},
    {"zero", X("scalar", "3,4", "tile(x, repeats = [2,0])"), "repeats 0 is not positive", 5},
    {"too large", X("scalar", "3,4", "tile(x, repeats = [9223372036854775807,1])"), "too large", 5},
};

OP_SUITE("tile", cases, errors)
