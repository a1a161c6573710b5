/* SPDX-License-Identifier: Apache-2.0 */
/* argreduce.c: positions, the first of equals, row-major over several axes. */
#include "op_suite.h"

#define X(shape, call) "graph g( x ) -> ( y )\n{\n    x = external(shape = [" shape "]);\n    y = " call ";\n}\n"

static const struct op_case cases[] = {
    {"argmax 0 of 2,3,4", X("2,3,4", "argmax_reduce(x, axes = [0])"),
     "-0 -2 -2 0 2 -0 2 2 2 0 -0 0 -1 0 -0 -1 2 -2 -2 -2 2 1 2 -2", "0 1 1 0 0 0 0 0 0 1 1 0"},
    {"argmin 0 of 2,3,4", X("2,3,4", "argmin_reduce(x, axes = [0])"),
     "-0 -2 -2 0 2 -0 2 2 2 0 -0 0 -1 0 -0 -1 2 -2 -2 -2 2 1 2 -2", "1 0 0 1 0 1 1 1 0 0 0 1"},
    {"argmax 1 of 2,3,4", X("2,3,4", "argmax_reduce(x, axes = [1])"),
     "0 2 -2 1 0 -2 2 2 0 2 0 2 2 0 -1 -2 0 -2 1 2 -1 0 -2 -2", "0 0 1 1 0 0 1 1"},
    {"argmin 1 of 2,3,4", X("2,3,4", "argmin_reduce(x, axes = [1])"),
     "0 2 -2 1 0 -2 2 2 0 2 0 2 2 0 -1 -2 0 -2 1 2 -1 0 -2 -2", "0 1 0 0 2 1 2 0"},
    {"argmax 2 of 2,3,4", X("2,3,4", "argmax_reduce(x, axes = [2])"),
     "2 -2 2 0 0 2 2 0 -2 1 -1 -1 -2 -2 2 -1 -2 -2 -0 -1 -1 2 2 0", "0 1 1 2 2 1"},
    {"argmin 2 of 2,3,4", X("2,3,4", "argmin_reduce(x, axes = [2])"),
     "2 -2 2 0 0 2 2 0 -2 1 -1 -1 -2 -2 2 -1 -2 -2 -0 -1 -1 2 2 0", "1 0 0 0 0 0"},
    {"argmax 0,2 of 2,3,4", X("2,3,4", "argmax_reduce(x, axes = [0,2])"),
     "-0 -1 -2 2 1 -0 -1 0 -0 1 -2 -2 1 -2 1 -0 -2 1 1 2 2 1 2 -2", "3 7 4"},
    {"argmin 0,2 of 2,3,4", X("2,3,4", "argmin_reduce(x, axes = [0,2])"),
     "-0 -1 -2 2 1 -0 -1 0 -0 1 -2 -2 1 -2 1 -0 -2 1 1 2 2 1 2 -2", "2 4 2"},
    {"argmax 1,2 of 2,3,4", X("2,3,4", "argmax_reduce(x, axes = [1,2])"),
     "1 2 -0 2 -1 -2 2 1 1 2 0 -2 0 0 -0 1 -1 0 2 -2 -0 1 -2 1", "1 6"},
    {"argmin 1,2 of 2,3,4", X("2,3,4", "argmin_reduce(x, axes = [1,2])"),
     "1 2 -0 2 -1 -2 2 1 1 2 0 -2 0 0 -0 1 -1 0 2 -2 -0 1 -2 1", "5 7"},
    {"argmax 0,1 of 2,3,4", X("2,3,4", "argmax_reduce(x, axes = [0,1])"),
     "2 -2 1 -2 1 2 1 -1 2 -1 1 2 0 0 2 -2 -2 -0 -2 2 2 -0 -1 1", "0 1 3 2"},
    {"argmin 0,1 of 2,3,4", X("2,3,4", "argmin_reduce(x, axes = [0,1])"),
     "2 -2 1 -2 1 2 1 -1 2 -1 1 2 0 0 2 -2 -2 -0 -2 2 2 -0 -1 1", "4 0 4 0"},
    {"argmax 0,1,2 of 2,3,4", X("2,3,4", "argmax_reduce(x, axes = [0,1,2])"),
     "2 0 -2 1 1 -0 -2 2 -1 2 -1 -0 2 -2 -2 1 2 2 -2 -2 -1 1 2 2", "0"},
    {"argmin 0,1,2 of 2,3,4", X("2,3,4", "argmin_reduce(x, axes = [0,1,2])"),
     "2 0 -2 1 1 -0 -2 2 -1 2 -1 -0 2 -2 -2 1 2 2 -2 -2 -1 1 2 2", "2"},
    {"argmax 1,3 of 2,2,1,3,2", X("2,2,1,3,2", "argmax_reduce(x, axes = [1,3])"),
     "2 -1 -1 0 1 -1 2 0 1 0 0 0 2 -0 2 2 -2 2 -0 -2 -1 -2 -1 -2", "0 1 0 1"},
    {"argmin 1,3 of 2,2,1,3,2", X("2,2,1,3,2", "argmin_reduce(x, axes = [1,3])"),
     "2 -1 -1 0 1 -1 2 0 1 0 0 0 2 -0 2 2 -2 2 -0 -2 -1 -2 -1 -2", "1 0 2 3"},
    {"argmax 0,3 of 2,2,1,3,2", X("2,2,1,3,2", "argmax_reduce(x, axes = [0,3])"),
     "-2 -1 0 2 -0 1 2 1 2 2 -1 -0 -1 -0 -2 1 -1 2 1 -1 -0 1 -0 -2", "1 1 0 1"},
    {"argmin 0,3 of 2,2,1,3,2", X("2,2,1,3,2", "argmin_reduce(x, axes = [0,3])"),
     "-2 -1 0 2 -0 1 2 1 2 2 -1 -0 -1 -0 -2 1 -1 2 1 -1 -0 1 -0 -2", "0 0 2 5"},
    {"argmax 1,4 of 2,2,1,3,2", X("2,2,1,3,2", "argmax_reduce(x, axes = [1,4])"),
     "-2 0 -1 -0 -2 1 2 -0 -0 -0 -2 1 2 0 -2 -1 -2 2 2 -0 -0 2 -2 1", "2 1 1 0 3 1"},
    {"argmin 1,4 of 2,2,1,3,2", X("2,2,1,3,2", "argmin_reduce(x, axes = [1,4])"),
     "-2 0 -1 -0 -2 1 2 -0 -0 -0 -2 1 2 0 -2 -1 -2 2 2 -0 -0 2 -2 1", "0 0 0 1 0 0"},
    {"argmax 0,2,4 of 2,2,1,3,2", X("2,2,1,3,2", "argmax_reduce(x, axes = [0,2,4])"),
     "2 1 1 -0 2 -0 1 0 -1 -2 0 -1 0 1 2 1 0 -2 -2 1 0 2 0 -0", "0 2 0 0 3 0"},
    {"argmin 0,2,4 of 2,2,1,3,2", X("2,2,1,3,2", "argmin_reduce(x, axes = [0,2,4])"),
     "2 1 1 -0 2 -0 1 0 -1 -2 0 -1 0 1 2 1 0 -2 -2 1 0 2 0 -0", "2 1 3 2 1 1"},
    {"ties go to the first", X("2,17", "argmax_reduce(x, axes = [1])"), "17*3 9*0 1 6*0 1", "0 9"},
    {"the last element", X("1,4097", "argmax_reduce(x, axes = [1])"), "4096*-3 5", "4096"},
    {"only infinities", X("2,9", "argmax_reduce(x, axes = [1])"), "9*-inf 8*-inf -1", "0 8"},
    {"argmin of infinities", X("2,9", "argmin_reduce(x, axes = [1])"), "9*inf 8*inf 1", "0 8"},
    {"the first NaN", X("2,9", "argmax_reduce(x, axes = [1])"), "1 2 nan 3 nan 9 0 0 0 8*inf nan", "2 8"},
    {"the first NaN of columns", X("3,2", "argmin_reduce(x, axes = [0])"), "1 5 nan -6 nan 7", "1 1"},
    {"short runs", X("19,3", "argmax_reduce(x, axes = [1])"),
     "-1 2 7 -9 5 -2 -8 -4 -6 2 6 -2 3 8 -6 9 -2 -9 -3 4 -1 -4 3 -4 -7 -5 5 -5 -5 -9 -9 -3 -3 -4 -4 0 1 "
     "-3 8 -3 -4 -3 3 0 -9 2 4 -4 -5 -1 -7 1 0 9 -9 1 -7",
     "2 1 1 1 1 0 1 1 2 0 1 2 2 0 0 1 1 2 1"},
    {"the first NaN of short runs", X("9,3", "argmin_reduce(x, axes = [1])"), "24*1 nan nan 0", "9*0"},
    {"no axes", X("2,2", "argmax_reduce(x, axes = [])"), "1 2 3 4", "0 0 0 0"},
};

static const struct op_error errors[] = {
    {"axis beyond the rank", X("3,4", "argmax_reduce(x, axes = [2])"), "item 0 of 'axes' is 2, outside of the rank 2",
     5},
    {"negative axis", X("3,4", "argmax_reduce(x, axes = [0, -1])"), "item 1 of 'axes' is -1", 5},
    {"axis twice", X("3,4", "argmax_reduce(x, axes = [1, 1])"), "names the axis 1 twice", 5},
    {"argmin: axis beyond the rank", X("3", "argmin_reduce(x, axes = [1])"), "argmin_reduce: item 0", 5},
};

OP_SUITE("argreduce", cases, errors)
