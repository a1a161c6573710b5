/* SPDX-License-Identifier: Apache-2.0 */
/* reshape.c: reshape, squeeze, unsqueeze: the elements stay, only the shape differs. The shape shows in what can be
 * added to the result. */
#include "op_suite.h"

#define X(type, shape, call)                                                                                           \
    "graph g( x ) -> ( y )\n{\n    x = external<" type ">(shape = [" shape "]);\n    y = " call ";\n}\n"
#define BY(shape, call)                                                                                                \
    "graph g( x, z ) -> ( y )\n{\n    x = external(shape = [" shape                                                    \
    "]);\n    z = external(shape = [2,1,3]);\n    y = add(" call ", z);\n}\n"

static const struct op_case cases[] = {
    {"whole", X("scalar", "2,3,4", "reshape(x, shape = [6,4])"), "1..24", "1..24"},
    {"the remaining extent", BY("6,4", "reshape(x, shape = [2,-1,3])"), "1..24 | 10 20 30 40 50 60",
     "11 22 33 14 25 36 17 28 39 20 31 42 53 64 75 56 67 78 59 70 81 62 73 84"},
    {"inherited, then the remaining", BY("2,4,3", "reshape(x, shape = [0,-1,3])"), "1..24 | 10 20 30 40 50 60",
     "11 22 33 14 25 36 17 28 39 20 31 42 53 64 75 56 67 78 59 70 81 62 73 84"},
    {"a range of axes", BY("2,2,2,3", "reshape(x, shape = [4], axis_start = 1, axis_count = 2)"),
     "1..24 | 10 20 30 40 50 60", "11 22 33 14 25 36 17 28 39 20 31 42 53 64 75 56 67 78 59 70 81 62 73 84"},
    {"no axes: insert", BY("2,3", "reshape(x, shape = [1], axis_start = 1, axis_count = 0)"),
     "1..6 | 10 20 30 40 50 60", "11 22 33 44 55 66"},
    {"to the end from an axis", BY("2,6", "reshape(x, shape = [-1,3], axis_start = 1)"), "1..12 | 10 20 30 40 50 60",
     "11 22 33 14 25 36 47 58 69 50 61 72"},
    {"inherits by its own axis", BY("2,2,3", "reshape(x, shape = [0,3], axis_start = 1)"), "1..12 | 10 20 30 40 50 60",
     "11 22 33 14 25 36 47 58 69 50 61 72"},
    {"to rank 0", X("scalar", "1,1", "reshape(x, shape = [])"), "7", "7"},
    {"squeeze", BY("2,1,1,3", "squeeze(x, axes = [2])"), "1..6 | 10 20 30 40 50 60", "11 22 33 44 55 66"},
    {"squeeze of nothing", BY("2,4,3", "squeeze(x, axes = [])"), "1..24 | 10 20 30 40 50 60",
     "11 22 33 14 25 36 17 28 39 20 31 42 53 64 75 56 67 78 59 70 81 62 73 84"},
    {"unsqueeze", BY("2,3", "unsqueeze(x, axes = [1])"), "1..6 | 10 20 30 40 50 60", "11 22 33 44 55 66"},
    {"integers", X("integer", "2,3", "reshape(x, shape = [3,2])"), "1..6", "1..6"},
    {"logicals", X("logical", "2,3", "unsqueeze(x, axes = [0,3])"), "1 0 1 1 0 0", "1 0 1 1 0 0"},
    {"a computed input", X("scalar", "2,3", "reshape(x + 1.0, shape = [6]) * 2.0"), "1..6", "4 6 8 10 12 14"},
};

static const struct op_error errors[] = {
    {"remainder", X("scalar", "3,4", "reshape(x, shape = [5,-1])"),
     "the items of shape make 5 elements, the input [3,4] has 12 in axes 0 to 1", 5},
    {"volume", X("scalar", "3,4", "reshape(x, shape = [5,2])"), "make 10 elements", 5},
    {"two unknown", X("scalar", "3,4", "reshape(x, shape = [-1,-1])"), "more than one item -1", 5},
    {"negative", X("scalar", "3,4", "reshape(x, shape = [-2,6])"), "item -2 of shape is below -1", 5},
    {"nothing to inherit", X("scalar", "3,4", "reshape(x, shape = [3,4,0])"), "no axis 2 to inherit from", 5},
    {"start", X("scalar", "3,4", "reshape(x, shape = [1], axis_start = 3)"),
     "axis_start = 3 is outside of the input's rank 2", 5},
    {"count", X("scalar", "3,4", "reshape(x, shape = [-1], axis_start = 1, axis_count = 2)"),
     "axis_count = 2 from axis_start = 1", 5},
    {"count below -1", X("scalar", "3,4", "reshape(x, shape = [-1], axis_count = -2)"), "axis_count = -2", 5},
    {"too large", X("scalar", "3,4", "reshape(x, shape = [4611686018427387904,4,4])"), "too large", 5},
    {"rank", X("scalar", "3,4", "reshape(x, shape = [1,1,1,1,1,1,1,3,4])"), "rank 9, more than 8", 5},
    {"squeeze of an extent", X("scalar", "3,4", "squeeze(x, axes = [1])"), "axis 1 has extent 4, not 1", 5},
    {"squeeze outside", X("scalar", "3,1", "squeeze(x, axes = [2])"), "axis 2 is outside of rank 2", 5},
    {"squeeze twice", X("scalar", "3,1", "squeeze(x, axes = [1,1])"), "axis 1 is given twice", 5},
    {"unsqueeze outside", X("scalar", "3,4", "unsqueeze(x, axes = [3])"), "axis 3 is outside of rank 3", 5},
    {"unsqueeze beyond the rank", X("scalar", "1,1,1,1,1,1,1,1", "unsqueeze(x, axes = [0])"), "rank 9, more than 8", 5},
};

OP_SUITE("reshape", cases, errors)
