/* SPDX-License-Identifier: Apache-2.0 */
/* quantization.c: the quantization operations (4.9.5). */
#include "op_suite.h"

#define X(shape, call) "graph g( x ) -> ( y )\n{\n    x = external(shape = [" shape "]);\n    y = " call ";\n}\n"

#define XAB(shape, a, type, call)                                                                                      \
    "graph g( x, a, b ) -> ( y )\n{\n    x = external(shape = [" shape "]);\n    a = external<" type ">(shape = [" a   \
    "]);\n"                                                                                                            \
    "    b = external(shape = [" a "]);\n    y = " call ";\n}\n"

static const struct op_case cases[] = {
    {"min_max_linear_quantize",
     X("9", "min_max_linear_quantize(x, min = -1.0, max = 1.0, bits = 4, signed = false, symmetric = false)"),
     "-2 -1 -0.3 0 0.1 0.49 0.8 1 3", "-1 -1 -0.3333333 0.06666667 0.06666667 0.4666667 0.8666667 1 1"},
    {"min_max_linear_quantize, signed and symmetric",
     X("9", "min_max_linear_quantize(x, min = -1.0, max = 1.0, bits = 4, signed = true, symmetric = true)"),
     "-2 -1 -0.3 0 0.1 0.49 0.8 1 3", "-1 -1 -0.2857143 0 0.1428571 0.4285714 0.8571429 1 1"},
    {"linear_quantize", X("9", "linear_quantize(x, min = -1.0, max = 1.0, bits = 3)"), "-2 -1 -0.3 0 0.1 0.49 0.8 1 3",
     "-1 -1 -0.4285714 0.1428571 0.1428571 0.4285714 0.7142857 1 1"},
    {"zero_point_linear_quantize",
     X("9", "zero_point_linear_quantize(x, zero_point = 3, scale = 0.25, bits = 4, signed = false, symmetric = false)"),
     "-2 -1 -0.3 0 0.1 0.49 0.8 1 3", "-0.75 -0.75 -0.25 0 0 0.5 0.75 1 3"},
    {"zero_point_linear_quantize, signed",
     X("9", "zero_point_linear_quantize(x, zero_point = 1, scale = 0.25, bits = 3, signed = true, symmetric = false)"),
     "-2 -1 -0.3 0 0.1 0.49 0.8 1 3", "-1.25 -1 -0.25 0 0 0.5 0.5 0.5 0.5"},
    {"logarithmic_quantize", X("9", "logarithmic_quantize(x, max = 2.0, bits = 3)"), "-2 -1 -0.3 0.04 0.1 0.49 0.8 1 3",
     "-2 -1 -0.25 0.03125 0.125 0.5 1 1 2"},
    {"boundaries go up", X("8", "linear_quantize(x, min = 0.0, max = 7.0, bits = 3)"),
     "0.5 1.5 2.5 3.5 0.49999997 1.4999999 6.4999995 6.5", "1 2 3 4 0 1 6 7"},
    {"boundaries go up, below zero", X("4", "linear_quantize(x, min = -4.0, max = 3.0, bits = 3)"),
     "-3.5 -2.5 -2.5000002 -0.5", "-3 -2 -3 0"},
    {"multiples of a scale",
     X("8", "zero_point_linear_quantize(x, 0, 0.1, bits = 8, signed = true, symmetric = false)"),
     "0.05 0.15 0.25 0.35 -0.05 -0.15 12.75 -12.85", "0.1 0.2 0.2 0.3 0 -0.2 12.7 -12.8"},
    {"a scale below zero", X("4", "zero_point_linear_quantize(x, 0, -0.5, bits = 4, signed = true, symmetric = false)"),
     "0.25 -0.25 3 -9", "0 -0.5 3 -3.5"},
    {"zero is zero",
     X("3", "min_max_linear_quantize(x, min = -1.0, max = 1.0, bits = 8, signed = true, symmetric = true)"),
     "0 0.001 -0.001", "0 0 0", 0, 1e-30},
    {"one bit", X("4", "linear_quantize(x, min = -1.0, max = 1.0, bits = 1)"), "-0.5 0 -0.0001 9", "-1 1 -1 1"},
    {"one bit, signed and symmetric: no step",
     X("2", "min_max_linear_quantize(x, -1.0, 1.0, bits = 1, signed = true, symmetric = true)"), "0.5 -1", "nan nan"},
    {"no range", X("2", "linear_quantize(x, min = 1.0, max = 1.0, bits = 8)"), "0.5 1", "nan nan"},
    {"16 bits", X("3", "linear_quantize(x, min = 0.0, max = 65535.0, bits = 16)"), "1000.4 1000.5 1000.6",
     "1000 1001 1001"},
    {"23 bits", X("3", "linear_quantize(x, min = 0.0, max = 8388607.0, bits = 23)"), "4000000.25 4000000.5 5",
     "4000000 4000001 5"},
    {"24 to 64 bits",
     "graph g( x ) -> ( a, b, c )\n{\n    x = external(shape = [4]);\n"
     "    a = linear_quantize(x, min = -1.0, max = 1.0, bits = 24);\n    b = min_max_linear_quantize(x, -1.0, 1.0, "
     "bits = 32, signed = true, "
     "symmetric = true);\n"
     "    c = linear_quantize(x, min = -1.0, max = 1.0, bits = 64);\n}\n",
     "-2 0.1 0.7 5", "-1 0.1 0.7 1 | -1 0.1 0.7 1 | -1 0.1 0.7 1", 1e-6, 1e-7},
    {"zero point, 32 and 64 bits",
     "graph g( x ) -> ( a, b )\n{\n    x = external(shape = [3]);\n"
     "    a = zero_point_linear_quantize(x, 7, 0.5, bits = 32, signed = true, symmetric = false);\n    b = "
     "zero_point_linear_quantize(x, 7, 0.5, "
     "bits = 64, signed = false, symmetric = false);\n}\n",
     "-2.25 1.25 1e9", "-2 1.5 1e9 | -2 1.5 1e9"},
    {"a zero point far off",
     X("3", "zero_point_linear_quantize(x, 300, 1.0, bits = 8, signed = false, symmetric = false)"), "0 -50 -500",
     "-45 -50 -300"},
    {"by channel",
     XAB("2,3", "1,3", "scalar", "min_max_linear_quantize(x, a, b, bits = 2, signed = false, symmetric = false)"),
     "0.4 0.4 0.4 9 9 9 | 0 -1 0 | 3 2 0.3", "0 0 0.3 3 2 0.3"},
    {"by channel with zero points",
     XAB("2,3", "1,3", "integer", "zero_point_linear_quantize(x, a, b, bits = 4, signed = false, symmetric = false)"),
     "0.4 0.4 0.4 9 -9 9 | 0 1 2 | 1 0.5 0.25", "0 0.5 0.5 9 -0.5 3.25"},
    {"by row", XAB("2,3", "2", "scalar", "linear_quantize(x, a, b, bits = 1)"), "0.4 0.6 2 0.4 0.6 2 | 0 0 | 1 4",
     "0 1 1 0 0 4"},
    {"powers of two", X("9", "logarithmic_quantize(x, max = 8.0, bits = 3)"),
     "1.4142135 1.4142137 2.8284271 2.8284273 100 -100 1e-30 0 -0", "1 2 2 4 8 -8 0.0625 0 0"},
    {"powers of two below a largest one", X("4", "logarithmic_quantize(x, max = 7.9, bits = 8)"), "1e-38 8 nan inf",
     "9.4039548e-39 8 nan 8", 1e-5, 2e-38},
    {"powers by channel",
     "graph g( x, m ) -> ( y )\n{\n    x = external(shape = [2,2]);\n    m = external(shape = [1,2]);\n    y = "
     "logarithmic_quantize(x, m, bits = "
     "2);\n}\n",
     "9 9 0.01 0.01 | 1 4", "1 4 0.125 0.5"},
    {"NaN becomes the upper limit", X("2", "linear_quantize(x, min = 0.0, max = 2.0, bits = 4)"), "nan -inf", "2 0"},
};

static const struct op_error errors[] = {
    {"no maximum", X("3", "linear_quantize(x, min = 0.0, bits = 8)"), "max", 5},
    {"no bits", X("3", "linear_quantize(x, 0.0, 1.0, bits = 0)"), "'bits' is 0, it must be 1 to 64", 5},
    {"bits", X("3", "logarithmic_quantize(x, 1.0, bits = 65)"), "'bits' is 65, it must be 1 to 64", 5},
    {"shapes",
     "graph g( x, m ) -> ( y )\n{\n    x = external(shape = [2,2]);\n    m = external(shape = [3]);\n    y = "
     "logarithmic_quantize(x, m, bits = "
     "2);\n}\n",
     "broadcast", 6},
};

OP_SUITE("quantization", cases, errors)
