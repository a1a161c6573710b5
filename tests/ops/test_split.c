/* SPDX-License-Identifier: Apache-2.0 */
/* split.c: split and unstack. */
#include "op_suite.h"

#define X2(type, shape, call)                                                                                          \
    "graph g( x ) -> ( y, z )\n{\n    x = external<" type ">(shape = [" shape "]);\n    [y, z] = " call ";\n}\n"
#define INNER                                                                                                          \
    "graph g( x ) -> ( y )\n{\n    x = external(shape = [6,2]);\n    [a, b] = split(x * 2.0, axis = 0, ratios = "      \
    "[1,2]);\n    y = concat([b + 1.0, "                                                                               \
    "a], axis = 0);\n}\n"

static const struct op_case cases[] = {
    {"columns", X2("scalar", "2,6", "split(x, axis = 1, ratios = [1,2])"), "1..12", "1 2 7 8 | 3..6 9..12"},
    {"rows", X2("scalar", "6,2", "split(x, axis = 0, ratios = [1,2])"), "1..12", "1..4 | 5..12"},
    {"rows of one place", X2("scalar", "1,6,2", "split(x, axis = 1, ratios = [2,1])"), "1..12", "1..8 | 9..12"},
    {"middle", X2("scalar", "2,3,2", "split(x, axis = 1, ratios = [2,1])"), "1..12", "1..4 7..10 | 5 6 11 12"},
    {"ratios that are extents", X2("scalar", "2,6", "split(x, axis = 1, ratios = [5,1])"), "1..12",
     "1..5 7..11 | 6 12"},
    {"long rows", X2("scalar", "2,9000", "split(x, axis = 1, ratios = [1,2])"), "3000*1 6000*2 3000*3 6000*4",
     "3000*1 3000*3 | 6000*2 6000*4"},
    {"sections inside of a graph", INNER, "1..12", "11 13 15 17 19 21 23 25 2 4 6 8"},
    {"integers", X2("integer", "1,4", "split(x, axis = 1, ratios = [1,1])"), "-1 2 3 2147483647",
     "-1 2 | 3 2147483647"},
    {"logicals", X2("logical", "2,2", "split(x, axis = 1, ratios = [1,1])"), "1 0 0 1", "1 0 | 0 1"},
    {"unstack rows", X2("scalar", "2,3", "unstack(x, axis = 0)"), "1..6", "1..3 | 4..6"},
    {"unstack columns", X2("scalar", "3,2", "unstack(x, axis = 1)"), "1..6", "1 3 5 | 2 4 6"},
    {"unstack middle", X2("scalar", "2,2,3", "unstack(x, axis = 1)"), "1..12", "1..3 7..9 | 4..6 10..12"},
    {"unstack of a vector", X2("scalar", "2", "unstack(x, axis = 0)"), "5 6", "5 | 6"},
    {"unstack logicals", X2("logical", "2,2", "unstack(x, axis = 1)"), "1 0 0 1", "1 0 | 0 1"},
};

static const struct op_error errors[] = {
    {"count", X2("scalar", "2,6", "split(x, axis = 1, ratios = [1,1,1])"), "", 5},
    {"remainder", X2("scalar", "2,7", "split(x, axis = 1, ratios = [1,1])"),
     "the sum 2 of the ratios does not divide the extent 7 of axis 1", 5},
    {"ratio", X2("scalar", "2,6", "split(x, axis = 1, ratios = [0,1])"), "ratio 0 is not positive", 5},
    {"sum", X2("scalar", "2,6", "split(x, axis = 1, ratios = [9223372036854775807,1])"), "too large", 5},
    {"axis", X2("scalar", "2,6", "split(x, axis = 2, ratios = [1,1])"), "axis = 2 is outside of rank 2", 5},
    {"unstack axis", X2("scalar", "2,6", "unstack(x, axis = -1)"), "axis = -1 is outside of rank 2", 5},
    {"unstack of too many", X2("scalar", "70000,2", "unstack(x, axis = 0)"), "70000 results", 5},
    {"unstack count", X2("scalar", "3,4", "unstack(x, axis = 0)"), "", 5},
};

OP_SUITE("split", cases, errors)
