/* SPDX-License-Identifier: Apache-2.0 */
/* select.c: select and clamp. */
#include "op_suite.h"

#define S(type, cs, ts, fs)                                                                                            \
    "graph g( c, t, f ) -> ( y )\n{\n    c = external<logical>(shape = [" cs "]);\n    t = external<" type             \
    ">(shape = [" ts "]);\n    f = external<" type ">(shape = [" fs "]);\n    y = select(c, t, f);\n}\n"
#define X(shape, call) "graph g( x ) -> ( y )\n{\n    x = external(shape = [" shape "]);\n    y = " call ";\n}\n"

static const struct op_case cases[] = {
    {"select", S("scalar", "9", "9", "9"), "1 0 1 0 1 0 1 0 0 | 1..9 | 9*-1", "1 -1 3 -1 5 -1 7 -1 -1"},
    {"nan stays behind", S("scalar", "2", "2", "2"), "1 0 | 1 nan | nan 2", "1 2"},
    {"one condition", S("scalar", "1", "2,2", "2,2"), "0 | 1 2 3 4 | 5 6 7 8", "5 6 7 8"},
    {"condition by rows", S("scalar", "2,1", "1,3", "2,3"), "1 0 | 1 2 3 | 4..9", "1 2 3 7 8 9"},
    {"three ranks", S("scalar", "2", "2,3,2", "1,3"), "1 0 | 1..12 | 10 20 30", "1..6 10 10 20 20 30 30"},
    {"wider than each operand", S("scalar", "2,1,1", "1,2,1", "1,1,2"), "1 0 | 1 2 | 3 4", "1 1 2 2 3 4 3 4"},
    {"integers", S("integer", "4", "4", "1"), "1 0 0 1 | -1 2 3 2147483647 | -7", "-1 -7 -7 2147483647"},
    {"logicals", S("logical", "4", "4", "4"), "1 1 0 0 | 1 0 1 0 | 0 0 1 1", "1 0 1 1"},
    {"literals", X("3", "select(x > 0.0, 1.0, x)"), "-2 0 5", "-2 0 1"},
    {"a condition that is known", X("3", "select(true, x, 0.0)"), "-2 0 5", "-2 0 5"},
    {"many", S("scalar", "4097", "4097", "1"), "4096*1 0 | 4097*3 | 5", "4096*3 5"},
    {"clamp", X("5", "clamp(x, -1.0, 2.0)"), "-3 -1 0.5 2 7", "-1 -1 0.5 2 2"},
    {"clamp with crossed limits: the lower one wins", X("3", "clamp(x, 1.0, -1.0)"), "-2 0 2", "1 1 1"},
    {"clamp of a NaN: the upper limit", X("2", "clamp(x, 0.0, 6.0)"), "nan 7", "6 6"},
    {"clamp by channels",
     "graph g( x ) -> ( y )\n{\n    x = external(shape = [1,2,3]);\n    a = constant(shape = [1,2], value = [0.0, "
     "-1.0]);\n    b = constant(shape = "
     "[1,2,1], "
     "value = [1.0, 5.0]);\n    y = clamp(x, a, b);\n}\n",
     "-9 0.5 9 -9 0.5 9", "0 0.5 1 -1 0.5 5"},
};

static const struct op_error errors[] = {
    {"shapes", S("scalar", "3,4", "3,4", "3,11"),
     "'false_value' of shape [3,11] does not broadcast with the shape [3,4] of the operands before it", 7},
    {"clamp", X("3", "clamp(x, [1.0, 2.0], 3.0)"), "", 5},
    {"scalar condition", X("3", "select(x, x, x)"), "", 5},
};

OP_SUITE("select", cases, errors)
