/* SPDX-License-Identifier: Apache-2.0 */
/* nearest_downsample, area_downsample, nearest_upsample, multilinear_upsample; expected values from the formulas
 * of 4.3.4 in rational numbers. */
#include "op_suite.h"

#define X(x_shape, call) "graph g( x ) -> ( y )\n{\n    x = external(shape = " x_shape ");\n    y = " call ";\n}\n"

static const struct op_case cases[] = {
    {"nearest_downsample, 2 axes", X("[2,1,4,6]", "nearest_downsample(x, factor = [2,3])"),
     "0.5 -1 1 -1.75 -1.5 -1.25 0.75 -1.75 2 -0.5 -1.75 -1.5 1.25 1.25 -1.5 -0.25 -1.5 1.25 -1.75 -1.25 -0.25 -1.75 1 "
     "-1.75 -0.25 -1.75 -1 "
     "0.25 1.25 -1 -1.25 0.25 -0.75 -1.25 -0.5 0.75 -1.25 -1.5 -1.75 -0.5 1.75 1.25 0.5 1.5 1.5 0.75 0.25 -0.25",
     "0.5 -1.75 1.25 -0.25 -0.25 0.25 -1.25 -0.5"},
    {"area_downsample, 2 axes", X("[2,1,4,6]", "area_downsample(x, factor = [2,3])"),
     "-0.75 -0.25 -1.5 0.25 2 1.75 0.5 1.5 0.25 -1.5 -1.25 2 1.25 -0.75 0.5 -1 1.75 1.25 -1.75 -1.5 0.5 0.5 0.75 1.75 "
     "1.5 -1.5 -1.5 0 1.75 "
     "-1.5 -1.75 0.25 1.5 0.25 1 0.75 -2 1.5 0.75 -0.75 -1.25 1.75 -1.75 -0.5 0.25 -1 -0.25 1",
     "-0.0416666667 0.541666667 -0.291666667 0.833333333 -0.25 0.375 -0.291666667 -0.0833333333"},
    {"nearest_downsample, 1 axes", X("[1,2,8]", "nearest_downsample(x, factor = [4])"),
     "1 1.75 -1.5 -0.75 1.5 1 0 -1 1.25 0 1.25 0.75 1 -0.25 -1 -1.5", "1 1.5 1.25 1"},
    {"area_downsample, 1 axes", X("[1,2,8]", "area_downsample(x, factor = [4])"),
     "-0.75 -1 -0.25 -0.25 -2 1.75 -0.75 0 0.25 -2 -1 1.25 0.75 0.5 -1 2", "-0.5625 -0.25 -0.375 0.5625"},
    {"nearest_downsample, 3 axes", X("[1,1,2,4,2]", "nearest_downsample(x, factor = [1,2,2])"),
     "-1.75 1.5 1 1 1 1 -1.25 1.75 1 -1.75 -0.5 -1.5 -0.5 1.5 -0.75 -1.25", "-1.75 1 1 -0.5"},
    {"area_downsample, 3 axes", X("[1,1,2,4,2]", "area_downsample(x, factor = [1,2,2])"),
     "0.5 -1.75 -1.25 -2 -1 -1.25 0.75 -2 -1.5 -0.5 1 -1 0 0.75 0.75 1.75", "-1.125 -0.875 -0.5 0.8125"},
    {"nearest_downsample, 2 axes", X("[1,1,3,3]", "nearest_downsample(x, factor = [1,1])"),
     "-1.25 -1.25 1.75 1.5 1.75 1.75 0.25 -1.5 -1", "-1.25 -1.25 1.75 1.5 1.75 1.75 0.25 -1.5 -1"},
    {"area_downsample, 2 axes", X("[1,1,3,3]", "area_downsample(x, factor = [1,1])"),
     "-1.25 0.5 0 1.75 -0.75 2 -2 -0.5 2", "-1.25 0.5 0 1.75 -0.75 2 -2 -0.5 2"},
    {"nearest_upsample, 2 axes", X("[2,1,2,3]", "nearest_upsample(x, factor = [2,3])"),
     "0.75 -1 -2 2 0.25 -1.5 0 2 0.75 -0.75 0.75 -0.25",
     "0.75 0.75 0.75 -1 -1 -1 -2 -2 -2 0.75 0.75 0.75 -1 -1 -1 -2 -2 -2 2 2 2 0.25 0.25 0.25 -1.5 -1.5 -1.5 2 2 2 0.25 "
     "0.25 0.25 -1.5 -1.5 "
     "-1.5 0 0 0 2 2 2 0.75 0.75 0.75 0 0 0 2 2 2 0.75 0.75 0.75 -0.75 -0.75 -0.75 0.75 0.75 0.75 -0.25 -0.25 -0.25 "
     "-0.75 -0.75 -0.75 0.75 "
     "0.75 0.75 -0.25 -0.25 -0.25"},
    {"nearest_upsample, 1 axes", X("[1,2,3]", "nearest_upsample(x, factor = [4])"), "2 0.5 -0.25 -0.5 -0.25 1",
     "2 2 2 2 0.5 0.5 0.5 0.5 -0.25 -0.25 -0.25 -0.25 -0.5 -0.5 -0.5 -0.5 -0.25 -0.25 -0.25 -0.25 1 1 1 1"},
    {"nearest_upsample, 3 axes", X("[1,1,2,2,2]", "nearest_upsample(x, factor = [1,2,3])"),
     "-0.25 -0.5 2 1.75 0.75 -2 -2 0",
     "-0.25 -0.25 -0.25 -0.5 -0.5 -0.5 -0.25 -0.25 -0.25 -0.5 -0.5 -0.5 2 2 2 1.75 1.75 1.75 2 2 2 1.75 1.75 1.75 0.75 "
     "0.75 0.75 -2 -2 -2 0.75 "
     "0.75 0.75 -2 -2 -2 -2 -2 -2 0 0 0 -2 -2 -2 0 0 0"},
    {"nearest_upsample, 2 axes", X("[1,1,2,2]", "nearest_upsample(x, factor = [1,1])"), "1.75 0 -0.5 0.75",
     "1.75 0 -0.5 0.75"},
    {"multilinear_upsample, by default", X("[1,1,2,3]", "multilinear_upsample(x, factor = [2,2])"),
     "1.5 0.75 0.75 -1.5 -0.25 -1.25",
     "1.5 1.3125 0.9375 0.75 0.75 0.75 0.75 0.6875 0.5625 0.4375 0.3125 0.25 -0.75 -0.5625 -0.1875 -0.1875 -0.5625 "
     "-0.75 -1.5 -1.1875 -0.5625 "
     "-0.5 -1 -1.25"},
    {"multilinear_upsample, symmetric, constant",
     X("[1,1,2,3]", "multilinear_upsample(x, factor = [3,2], method = 'symmetric', border = 'constant')"),
     "-0.25 1.75 -0.5 0.5 -0.5 1.75",
     "-0.125 0.166666667 0.833333333 0.791666667 0.0416666667 -0.25 -0.1875 0.25 1.25 1.1875 0.0625 -0.375 0 0.25 0.75 "
     "0.8125 0.4375 0.1875 "
     "0.1875 0.25 0.25 0.4375 0.8125 0.75 0.375 0.25 -0.25 0.0625 1.1875 1.3125 0.25 0.166666667 -0.166666667 "
     "0.0416666667 0.791666667 0.875"},
    {"multilinear_upsample, symmetric, replicate",
     X("[1,1,2,3]", "multilinear_upsample(x, factor = [3,2], method = 'symmetric', border = 'replicate')"),
     "-2 1.75 0.75 -1.5 -1.25 1",
     "-2 -1.0625 0.8125 1.5 1 0.75 -2 -1.0625 0.8125 1.5 1 0.75 -1.83333333 -1.1875 0.104166667 0.770833333 0.8125 "
     "0.833333333 -1.66666667 "
     "-1.3125 -0.604166667 0.0416666667 0.625 0.916666667 -1.5 -1.4375 -1.3125 -0.6875 0.4375 1 -1.5 -1.4375 -1.3125 "
     "-0.6875 0.4375 1"},
    {"multilinear_upsample, symmetric, reflect",
     X("[1,1,2,3]", "multilinear_upsample(x, factor = [3,2], method = 'symmetric', border = 'reflect')"),
     "-0.5 1.75 -0.75 1.25 0.5 -1.5",
     "0.395833333 0.395833333 1.02083333 0.75 -0.416666667 -0.416666667 0.0625 0.0625 1.1875 1.125 -0.125 -0.125 "
     "0.395833333 0.395833333 "
     "1.02083333 0.75 -0.416666667 -0.416666667 0.729166667 0.729166667 0.854166667 0.375 -0.708333333 -0.708333333 "
     "1.0625 1.0625 0.6875 0 -1 "
     "-1 0.729166667 0.729166667 0.854166667 0.375 -0.708333333 -0.708333333"},
    {"multilinear_upsample, symmetric, reflect-even",
     X("[1,1,2,3]", "multilinear_upsample(x, factor = [3,2], method = 'symmetric', border = 'reflect-even')"),
     "1 1.5 1 -1.5 -0.75 -0.75",
     "1 1.125 1.375 1.375 1.125 1 1 1.125 1.375 1.375 1.125 1 0.166666667 0.3125 0.604166667 0.666666667 0.5 "
     "0.416666667 -0.666666667 -0.5 "
     "-0.166666667 -0.0416666667 -0.125 -0.166666667 -1.5 -1.3125 -0.9375 -0.75 -0.75 -0.75 -1.5 -1.3125 -0.9375 -0.75 "
     "-0.75 -0.75"},
    {"multilinear_upsample, symmetric, one axis",
     X("[1,2,3]", "multilinear_upsample(x, factor = [4], method = 'symmetric')"), "-1 -2 -1 1.5 -1 1.75",
     "-1 -1 -1.125 -1.375 -1.625 -1.875 -1.875 -1.625 -1.375 -1.125 -1 -1 1.5 1.5 1.1875 0.5625 -0.0625 -0.6875 "
     "-0.65625 0.03125 0.71875 "
     "1.40625 1.75 1.75"},
    {"multilinear_upsample, symmetric, extent 1",
     X("[1,1,1,2]", "multilinear_upsample(x, factor = [2,1], method = 'symmetric')"), "0.75 -1", "0.75 -1 0.75 -1"},
    {"multilinear_upsample, asymmetric, constant",
     X("[1,1,2,3]", "multilinear_upsample(x, factor = [3,2], method = 'asymmetric', border = 'constant')"),
     "-1 -2 -2 -1.25 2 -1",
     "-1 -1.5 -2 -2 -2 -1 -1.08333333 -0.875 -0.666666667 -1.16666667 -1.66666667 -0.833333333 -1.16666667 -0.25 "
     "0.666666667 -0.333333333 "
     "-1.33333333 -0.666666667 -1.25 0.375 2 0.5 -1 -0.5 -0.833333333 0.25 1.33333333 0.333333333 -0.666666667 "
     "-0.333333333 -0.416666667 0.125 "
     "0.666666667 0.166666667 -0.333333333 -0.166666667"},
    {"images within larger ones",
     "graph g( x ) -> ( y )\n{\n    x = external(shape = [2,2,2,3]);\n    [p, r] = split(x, axis = 1, ratios = "
     "[1,1]);\n"
     "    c = nearest_upsample(p, factor = [2,2]);\n"
     "    d = multilinear_upsample(r, factor = [2,2], method = 'asymmetric', border = 'replicate');\n"
     "    y = concat([c, d], axis = 1);\n}\n",
     "-1.5 -0.5 -0.25 0.75 -2 0.75 1 0 1.25 -1.25 0.75 -1.75 0.25 -1.25 0.25 2 0.5 0.25 0.75 -1 1.25 1.25 0.75 "
     "1.5",
     "-1.5 -1.5 -0.5 -0.5 -0.25 -0.25 -1.5 -1.5 -0.5 -0.5 -0.25 -0.25 0.75 0.75 -2 -2 0.75 0.75 0.75 0.75 -2 "
     "-2 0.75 0.75 1 0.5 0 0.625 1.25 1.25 -0.125 0.125 0.375 0.0625 -0.25 -0.25 -1.25 -0.25 0.75 -0.5 -1.75 "
     "-1.75 -1.25 -0.25 0.75 -0.5 -1.75 -1.75 0.25 0.25 -1.25 -1.25 0.25 0.25 0.25 0.25 -1.25 -1.25 0.25 0.25 "
     "2 2 0.5 0.5 0.25 0.25 2 2 0.5 0.5 0.25 0.25 0.75 -0.125 -1 0.125 1.25 1.25 1 0.4375 -0.125 0.625 1.375 "
     "1.375 1.25 1 0.75 1.125 1.5 1.5 1.25 1 0.75 1.125 1.5 1.5"},
    {"multilinear_upsample, asymmetric, replicate",
     X("[1,1,2,3]", "multilinear_upsample(x, factor = [3,2], method = 'asymmetric', border = 'replicate')"),
     "1.25 -0.5 -0.5 -2 0 -0.5",
     "1.25 0.375 -0.5 -0.5 -0.5 -0.5 0.166666667 -0.0833333333 -0.333333333 -0.416666667 -0.5 -0.5 -0.916666667 "
     "-0.541666667 -0.166666667 "
     "-0.333333333 -0.5 -0.5 -2 -1 0 -0.25 -0.5 -0.5 -2 -1 0 -0.25 -0.5 -0.5 -2 -1 0 -0.25 -0.5 -0.5"},
    {"multilinear_upsample, asymmetric, reflect",
     X("[1,1,2,3]", "multilinear_upsample(x, factor = [3,2], method = 'asymmetric', border = 'reflect')"),
     "0.25 2 -0.25 0.5 0 1.25",
     "0.25 1.125 2 0.875 -0.25 0.875 0.333333333 0.833333333 1.33333333 0.791666667 0.25 0.791666667 0.416666667 "
     "0.541666667 0.666666667 "
     "0.708333333 0.75 0.708333333 0.5 0.25 0 0.625 1.25 0.625 0.416666667 0.541666667 0.666666667 0.708333333 0.75 "
     "0.708333333 0.333333333 "
     "0.833333333 1.33333333 0.791666667 0.25 0.791666667"},
    {"multilinear_upsample, asymmetric, reflect-even",
     X("[1,1,2,3]", "multilinear_upsample(x, factor = [3,2], method = 'asymmetric', border = 'reflect-even')"),
     "-1 -1.75 0.75 1.5 2 1.25",
     "-1 -1.375 -1.75 -0.5 0.75 0.75 -0.166666667 -0.333333333 -0.5 0.208333333 0.916666667 0.916666667 0.666666667 "
     "0.708333333 0.75 "
     "0.916666667 1.08333333 1.08333333 1.5 1.75 2 1.625 1.25 1.25 1.5 1.75 2 1.625 1.25 1.25 1.5 1.75 2 1.625 1.25 "
     "1.25"},
    {"multilinear_upsample, asymmetric, one axis",
     X("[1,2,3]", "multilinear_upsample(x, factor = [4], method = 'asymmetric')"), "2 -1 -1 2 2 -2",
     "2 1.25 0.5 -0.25 -1 -1 -1 -1 -1 -1 -1 -1 2 2 2 2 2 1 0 -1 -2 -2 -2 -2"},
    {"multilinear_upsample, asymmetric, extent 1",
     X("[1,1,1,2]", "multilinear_upsample(x, factor = [2,1], method = 'asymmetric')"), "1.5 -0.75",
     "1.5 -0.75 1.5 -0.75"},
    {"multilinear_upsample, aligned, constant",
     X("[1,1,2,3]", "multilinear_upsample(x, factor = [3,2], method = 'aligned', border = 'constant')"),
     "-2 -1 -0.75 -1 1.75 -1.25",
     "-2 -1.6 -1.2 -0.95 -0.85 -0.75 -1.8 -1.26 -0.72 -0.53 -0.69 -0.85 -1.6 -0.92 -0.24 -0.11 -0.53 -0.95 -1.4 -0.58 "
     "0.24 0.31 -0.37 -1.05 "
     "-1.2 -0.24 0.72 0.73 -0.21 -1.15 -1 0.1 1.2 1.15 -0.05 -1.25"},
    {"multilinear_upsample, aligned, replicate",
     X("[1,1,2,3]", "multilinear_upsample(x, factor = [3,2], method = 'aligned', border = 'replicate')"),
     "-1.75 0.5 2 2 1.75 -1.25",
     "-1.75 -0.85 0.05 0.8 1.4 2 -1 -0.3 0.4 0.87 1.11 1.35 -0.25 0.25 0.75 0.94 0.82 0.7 0.5 0.8 1.1 1.01 0.53 0.05 "
     "1.25 1.35 1.45 1.08 0.24 "
     "-0.6 2 1.9 1.8 1.15 -0.05 -1.25"},
    {"multilinear_upsample, aligned, reflect",
     X("[1,1,2,3]", "multilinear_upsample(x, factor = [3,2], method = 'aligned', border = 'reflect')"),
     "-1.75 -0.25 -0.5 0 -1.75 -1.25",
     "-1.75 -1.15 -0.55 -0.3 -0.4 -0.5 -1.4 -1.06 -0.72 -0.57 -0.61 -0.65 -1.05 -0.97 -0.89 -0.84 -0.82 -0.8 -0.7 "
     "-0.88 -1.06 -1.11 -1.03 "
     "-0.95 -0.35 -0.79 -1.23 -1.38 -1.24 -1.1 0 -0.7 -1.4 -1.65 -1.45 -1.25"},
    {"multilinear_upsample, aligned, reflect-even",
     X("[1,1,2,3]", "multilinear_upsample(x, factor = [3,2], method = 'aligned', border = 'reflect-even')"),
     "2 1.5 -2 -1.5 1.5 0.5",
     "2 1.8 1.6 0.8 -0.6 -2 1.3 1.38 1.46 0.9 -0.3 -1.5 0.6 0.96 1.32 1 0 -1 -0.1 0.54 1.18 1.1 0.3 -0.5 -0.8 0.12 "
     "1.04 1.2 0.6 0 -1.5 -0.3 "
     "0.9 1.3 0.9 0.5"},
    {"multilinear_upsample, aligned, one axis",
     X("[1,2,3]", "multilinear_upsample(x, factor = [4], method = 'aligned')"), "2 2 -0.5 0 1.5 2",
     "2 2 2 2 2 2 1.77272727 1.31818182 0.863636364 0.409090909 -0.0454545455 -0.5 0 0.272727273 0.545454545 "
     "0.818181818 1.09090909 1.36363636 "
     "1.54545455 1.63636364 1.72727273 1.81818182 1.90909091 2"},
    {"multilinear_upsample, aligned, extent 1",
     X("[1,1,1,2]", "multilinear_upsample(x, factor = [2,1], method = 'aligned')"), "1.75 2", "1.75 2 1.75 2"},
    {"multilinear_upsample, three axes",
     X("[1,1,2,2,2]", "multilinear_upsample(x, factor = [2,1,2], border = 'constant')"),
     "-0.25 2 0 -0.5 1.5 -1 1.25 -1.25",
     "-0.140625 0.234375 1.078125 1.125 0 -0.09375 -0.28125 -0.28125 0.140625 0.453125 0.984375 0.9375 0.234375 0.0625 "
     "-0.4375 -0.515625 "
     "0.796875 0.734375 0.078125 -0.1875 0.703125 0.4375 -0.5625 -0.796875 0.84375 0.65625 -0.28125 -0.5625 0.703125 "
     "0.46875 -0.46875 "
     "-0.703125"},
    {"nearest_upsample, rows of ten", X("[1,1,1,5]", "nearest_upsample(x, factor = [1,2])"), "1 2 3 4 5",
     "1 1 2 2 3 3 4 4 5 5"},
    {"nearest_downsample, to a row of five", X("[1,1,1,15]", "nearest_downsample(x, factor = [1,3])"),
     "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15", "1 4 7 10 13"},
    {"nearest_upsample, four axes", X("[1,1,1,1,2,2]", "nearest_upsample(x, factor = [1,1,1,2])"), "1 2 3 4",
     "1 1 2 2 3 3 4 4"},
    {"multilinear_upsample, infinity beside what is read",
     X("[1,1,1,3]", "multilinear_upsample(x, factor = [1,2], method = 'asymmetric')"), "1 3 inf", "1 2 3 inf inf inf"},
};

#define S "[1,4,8,6]"

static const struct op_error errors[] = {
    {"factor for all axes", X(S, "multilinear_upsample(x, factor = [1,1,2,2])"),
     "'factor' has 4 items, the input of rank 4 has 2 spatial dimensions", 5},
    {"factor that does not divide", X(S, "area_downsample(x, factor = [1,4])"),
     "the factor 4 does not divide the extent 6 of axis 3", 5},
    {"factor 0", X(S, "nearest_upsample(x, factor = [0,1])"), "item 0 of 'factor' is 0", 5},
    {"negative factor", X(S, "nearest_downsample(x, factor = [2,-2])"), "item 1 of 'factor' is -2", 5},
    {"factor beyond all bounds", X(S, "nearest_upsample(x, factor = [9223372036854775807,1])"), "too large", 5},
    {"result beyond all bounds", X(S, "nearest_upsample(x, factor = [100000000,1000000])"), "2^40", 5},
    {"method", X(S, "multilinear_upsample(x, factor = [2,2], method = 'cubic')"),
     "method 'cubic' is none of 'symmetric', 'asymmetric', 'aligned'", 5},
    {"border", X(S, "multilinear_upsample(x, factor = [2,2], border = 'ignore')"),
     "border 'ignore' is none of 'constant'", 5},
};

OP_SUITE("resample", cases, errors)
