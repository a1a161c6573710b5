/* SPDX-License-Identifier: Apache-2.0 */
/* binary.c: the formulas, and how two shapes broadcast (broadcast.c). */
#include "op_suite.h"

#define G(xs, ys, call)                                                                                                \
    "graph g( x, y ) -> ( z )\n{\n    x = external(shape = [" xs "]);\n    y = external(shape = [" ys                  \
    "]);\n    z = " call ";\n}\n"
#define L(call)                                                                                                        \
    "graph g( x, y ) -> ( z )\n{\n    x = external<logical>(shape = [4]);\n    y = external<logical>(shape = [4]);\n " \
    "   z = " call ";\n}\n"
#define ONE(count, call) "graph g( x ) -> ( z )\n{\n    x = external(shape = [" #count "]);\n    z = " call ";\n}\n"

static const struct op_case cases[] = {
    {"add", G("9", "9", "add(x, y)"), "1..9 | 9*0.5", "1.5 2.5 3.5 4.5 5.5 6.5 7.5 8.5 9.5"},
    {"sub", G("3", "3", "sub(x, y)"), "1 2 3 | 3 1 -1", "-2 1 4"},
    {"mul", G("3", "3", "mul(x, y)"), "1 2 3 | 3 1 -1", "3 2 -3"},
    {"div", G("4", "4", "div(x, y)"), "1 -2 3 0 | 4 0 -1 0", "0.25 -inf -3 nan"},
    {"pow", G("10", "10", "pow(x, y)"), "-3 -2 -1.5 0.5 2 3 -2 0 7 -1 | 3 2 -2 3 0 -1 -3 2 0.5 5",
     "-27 4 0.44444444 0.125 1 0.33333333 -0.125 0 2.6457513 -1"},
    {"pow of a negative base", G("3", "3", "pow(x, y)"), "-2 -2 -8 | 0.5 -1 7", "nan -0.5 -2097152"},
    {"pow 2.0", ONE(5, "pow(x, 2.0)"), "-3 0 1.5 1e20 nan", "9 0 2.25 inf nan"},
    {"pow 3.0", ONE(3, "pow(x, 3.0)"), "-3 0 1.5", "-27 0 3.375"},
    {"pow 0.5", ONE(4, "pow(x, 0.5)"), "4 0 2 -1", "2 0 1.41421356 nan"},
    {"pow -0.5", ONE(3, "pow(x, -0.5)"), "4 0.25 2", "0.5 2 0.70710678"},
    {"pow -1.0", ONE(3, "pow(x, -1.0)"), "4 -0.25 3", "0.25 -4 0.33333333"},
    {"pow -2.0", ONE(3, "pow(x, -2.0)"), "4 -0.25 3", "0.0625 16 0.11111111"},
    {"pow 1.7", ONE(3, "pow(x, 1.7)"), "4 0.25 3", "10.5560633 0.0947323 6.4730080"},
    {"pow of a number", ONE(4, "pow(2.0, x)"), "4 -1 0 0.5", "16 0.5 1 1.41421356"},
    {"pow by a wider exponent",
     "graph g( x ) -> ( z )\n{\n    x = external(shape = [2]);\n    e = constant(shape = [2,3], value = [2.0]);\n    z "
     "= pow(x, e);\n}\n",
     "3 -4", "9 9 9 16 16 16"},
    {"lt", G("4", "4", "lt(x, y)"), "1 2 3 nan | 2 2 2 2", "1 0 0 0"},
    {"gt", G("4", "4", "gt(x, y)"), "1 2 3 nan | 2 2 2 2", "0 0 1 0"},
    {"le", G("4", "4", "le(x, y)"), "1 2 3 nan | 2 2 2 2", "1 1 0 0"},
    {"ge", G("4", "4", "ge(x, y)"), "1 2 3 nan | 2 2 2 2", "0 1 1 0"},
    {"eq", G("4", "4", "eq(x, y)"), "1 2 0 nan | 2 2 -0 nan", "0 1 1 0"},
    {"ne", G("4", "4", "ne(x, y)"), "1 2 0 nan | 2 2 -0 nan", "1 0 0 1"},
    {"and", L("and(x, y)"), "0 0 1 1 | 0 1 0 1", "0 0 0 1"},
    {"bit_and", G("7", "7", "bit_and(x, y)"), "12 -1 255 -128 7.9 16777215 0 | 10 255 -16 127 -7.9 -2 -1",
     "8 255 240 0 1 16777214 0", 0, 0, NNEFCL_COMPAT_TORCH},
    {"or", L("or(x, y)"), "0 0 1 1 | 0 1 0 1", "0 1 1 1"},
    {"min: y where the comparison is false", G("5", "5", "min(x, y)"), "1 3 nan 2 -inf | 2 2 2 nan 0",
     "1 2 2 nan -inf"},
    {"max: y where the comparison is false", G("5", "5", "max(x, y)"), "1 3 nan 2 inf | 2 2 2 nan 0", "2 3 2 nan inf"},
    {"operators", G("2", "2", "(x + y) * (x - y) / y"), "3 5 | 1 2", "8 10.5"},
    {"comparison operators", G("3", "3", "x < y || x == 3.0"), "1 2 3 | 2 2 2", "1 0 1"},

    {"trailing axes that are missing", G("2,3", "2", "sub(x, y)"), "1..6 | 1 10", "0 1 2 -6 -5 -4"},
    {"missing on the left", G("2", "2,3", "sub(x, y)"), "1 10 | 1..6", "0 -1 -2 6 5 4"},
    {"the first axes agree, not the last", G("2,2", "2", "sub(x, y)"), "1 2 3 4 | 1 2", "0 1 1 2"},
    {"channels", G("1,2,2,2", "1,2", "add(x, y)"), "1..8 | 10 20", "11 12 13 14 25 26 27 28"},
    {"channels of a batch, odd rows", G("2,2,3,3", "1,2", "sub(x, y)"), "1..36 | 1 10", "0..8 0..8 18..26 18..26"},
    {"outer product", G("3,1", "1,2", "mul(x, y)"), "1 2 3 | 10 20", "10 20 20 40 30 60"},
    {"outer product of long rows", G("2,1", "1,9", "add(x, y)"), "10 20 | 1..9", "11..19 21..29"},
    {"repeated in the middle", G("2,2,3", "2,1,3", "sub(x, y)"), "1..12 | 0 1 2 10 20 30",
     "1 1 1 4 4 4 -3 -12 -21 0 -9 -18"},
    {"short rows, the same in each", G("1,7,3", "1,1,3", "sub(x, y)"), "1..21 | 10 20 30",
     "-9 -18 -27 -6 -15 -24 -3 -12 -21 0 -9 -18 3 -6 -15 6 -3 -12 9 0 -9"},
    {"short rows, another for each", G("1,7,3", "1,7,1", "sub(x, y)"), "1..21 | 1..7",
     "0 1 2 2 3 4 4 5 6 6 7 8 8 9 10 10 11 12 12 13 14"},
    {"short rows of both", G("2,7,1", "1,1,3", "sub(x, y)"), "1..14 | 10 20 30",
     "-9 -19 -29 -8 -18 -28 -7 -17 -27 -6 -16 -26 -5 -15 -25 -4 -14 -24 -3 -13 -23 -2 -12 -22 -1 -11 -21 "
     "0 -10 -20 1 -9 -19 2 -8 -18 3 -7 -17 4 -6 -16"},
    {"short rows between other axes", G("1,2,7,1", "1,2,1,3", "sub(x, y)"), "1..14 | 1 2 3 10 20 30",
     "0 -1 -2 1 0 -1 2 1 0 3 2 1 4 3 2 5 4 3 6 5 4 -2 -12 -22 -1 -11 -21 0 -10 -20 1 -9 -19 2 -8 -18 3 -7 "
     "-17 4 -6 -16"},
    {"short rows of halves", G("1,9,5", "1,1,5", "mul(x, y)"), "45*2 | 0.5 1 1.5 2 -1",
     "1 2 3 4 -2 1 2 3 4 -2 1 2 3 4 -2 1 2 3 4 -2 1 2 3 4 -2 1 2 3 4 -2 1 2 3 4 -2 1 2 3 4 -2 1 2 3 4 -2"},
    {"short logical rows",
     "graph g( x, y ) -> ( z )\n{\n    x = external<logical>(shape = [1,5,2]);\n    y = "
     "external<logical>(shape = [1,5,1]);\n    z = and(x, y);\n}\n",
     "0 1 1 0 1 1 1 0 0 1 | 1 0 1 0 1", "0 1 0 0 1 1 0 0 0 1"},
    {"rank 8, every other axis", G("2,1,2,1,2,1,2,1", "1,2,1,2,1,1,1,1", "mul(x, y)"), "1..16 | 1 0 0 1",
     "1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0 0 0 0 0 1 2 3 4 0 0 0 0 5 6 7 8 9 10 11 12 0 0 0 0 13 14 15 16 0 0 0 0 0 0 0 0 9 "
     "10 11 12 0 0 0 0 13 14 15 16"},
    {"a literal", ONE(9, "x * 2.0"), "1..9", "2 4 6 8 10 12 14 16 18"},
    {"a literal on the left", ONE(3, "10.0 - x"), "1 2 3", "9 8 7"},
    {"literals only", ONE(2, "x + 2.0 * 3.0"), "1 2", "7 8"},
    {"one element each", G("1", "1,1,1", "x + y"), "1 | 2", "3"},
    {"the same tensor twice", ONE(4097, "x * x"), "4096*3 2", "4096*9 4"},
    {"rows longer than a task", G("3,5000", "3", "sub(x, y)"), "5000*1 5000*2 5000*3 | 1 2 4", "5000*0 5000*0 5000*-1"},
};

static const struct op_error errors[] = {
    {"extents differ", G("3,4", "3,11", "add(x, y)"),
     "'y' of shape [3,11] does not broadcast with the shape [3,4] of x", 6},
    {"axes are not aligned at the last one", G("3,4", "4", "x * y"), "mul: 'y' of shape [4] does not broadcast", 6},
    {"logical for scalar", G("3", "3", "add(x, x < y)"), "", 6},
    {"too large", G("2000000,1", "1,2000000", "add(x, y)"), "2^40", 6},
};

OP_SUITE("binary", cases, errors)
