/* SPDX-License-Identifier: Apache-2.0 */
/* sample.c: argmax_pool, max_pool_with_index, sample, desample. */
#include "op_suite.h"

#define VALUES "0 7 2 9 4 11 6 1 8 3 10 5 0 7 2 9 4 11 6 1 8 3 10 5"
#define X(shape, call)                                                                                                 \
    "graph g( x ) -> ( y, i )\n{\n    x = external(shape = [" shape "]);\n    y, i = max_pool_with_index(x, " call     \
    ");\n}\n"
#define A(shape, call)                                                                                                 \
    "graph g( x ) -> ( i )\n{\n    x = external(shape = [" shape "]);\n    i = argmax_pool(x, " call ");\n}\n"
#define XI(shape, index, call)                                                                                         \
    "graph g( x, i ) -> ( y )\n{\n    x = external(shape = [" shape "]);\n    i = external<integer>(shape = [" index   \
    "]);\n    y = " call ";\n}\n"
#define S(border)                                                                                                      \
    XI("4,6", "2,4",                                                                                                   \
       "sample(x, i, size = [2,3], padding = [(1,0),(1,1)], stride = [2,1], dilation = [1,2], border = '" border "')")
#define D "desample(x, i, size = [2,3], padding = [(0,1),(1,0)], stride = [1,2], dilation = [2,1])"

static const struct op_case cases[] = {
    {"ignored border", X("4,6", "size = [3,3], padding = [(1,1),(1,1)], stride = [2,2], border = 'ignore'"), VALUES,
     "7 9 11 7 9 11 | 5 5 5 5 5 5"},
    {"zeros around, dilated, cropped",
     X("4,6", "size = [2,3], padding = [(1,0),(2,-1)], stride = [1,2], dilation = [2,1]"), VALUES,
     "6 8 10 0 7 9 6 8 10 | 5 5 5 0 1 1 2 2 2"},
    {"replicate",
     X("4,6", "size = [3,2], padding = [(2,1),(0,1)], stride = [2,3], dilation = [1,2], border = 'replicate'"), VALUES,
     "2 11 8 11 8 11 | 1 1 3 1 3 1"},
    {"reflect", X("4,6", "size = [3,3], padding = [(1,1),(2,2)], stride = [3,2], border = 'reflect'"), VALUES,
     "8 8 10 11 8 8 10 11 | 0 2 2 4 3 5 5 1"},
    {"reflect-even", X("4,6", "size = [3,3], padding = [(1,1),(2,2)], stride = [3,2], border = 'reflect-even'"), VALUES,
     "7 8 10 11 7 8 10 11 | 0 8 8 1 0 5 5 1"},
    {"batch and channel",
     X("2,3,2,2", "size = [2,2,1,2], padding = [(0,1),(1,0),(0,0),(1,1)], stride = [1,2,1,1], border = 'ignore'"),
     VALUES,
     "0 7 7 2 9 9 8 11 11 10 10 5 0 7 7 2 9 9 8 11 11 10 10 5 | 3 3 2 3 3 2 3 1 0 3 2 2 3 3 2 3 3 2 3 1 0 3 2 2"},
    {"rank 8",
     A("1,2,1,2,1,3,2,1", "size = [1,1,1,2,1,2,2,1], padding = [(0,0),(0,0),(0,0),(0,0),(0,0),(0,0),(0,0),(0,0)]"),
     VALUES, "3 3 3 3"},
    {"rank 0", A("", "size = []"), "5", "0"},
    {"automatic padding", A("5", "size = [2], stride = [2], border = 'ignore'"), "1 2 4 3 5", "1 0 0"},
    {"ties", A("5", "size = [3], padding = [(0,0)]"), "1 1 1 2 2", "0 2 1"},
    {"negative values beside zeros", A("3", "size = [3], padding = [(1,1)]"), "-1 -2 -3", "0 0 2"},
    {"windows in the ignored border", X("2", "size = [2], stride = [2], padding = [(2,2)], border = 'ignore'"), "-3 -4",
     "0 -3 0 | 0 0 0"},
    {"NaN", X("6", "size = [3], padding = [(0,0)]"), "5 nan 7 nan 2 inf", "nan nan nan nan | 1 0 1 0"},
    {"minus infinity", X("3", "size = [2], padding = [(0,0)], border = 'ignore'"), "-inf -inf 1", "-inf 1 | 0 1"},
    {"sample", S("constant"), VALUES "| -1 4 1 6 3 0 5 2", "0 2 0 0 0 6 11 0"},
    {"sample, replicate", S("replicate"), VALUES "| -1 4 1 6 3 0 5 2", "0 2 9 0 0 6 11 5"},
    {"sample, reflect", S("reflect"), VALUES "| -1 4 1 6 3 0 5 2", "0 2 3 0 7 6 11 10"},
    {"sample, reflect-even", S("reflect-even"), VALUES "| -1 4 1 6 3 0 5 2", "0 2 9 0 0 6 11 5"},
    {"sample, far indices", XI("3", "2", "sample(x, i, size = [2], padding = [(0,0)])"),
     "1 2 3 | 2147483647 -2147483648", "0 0"},
    {"desample", XI("2,3", "2,3", D), "1 2 4 8 16 32 | 0 5 2 3 4 -1", "0 0 0 0 0 4 9*0 2 0 0"},
    {"desample, others", XI("2,3", "2,3", D), "1 2 4 8 16 32 | 2 1 0 0 0 6", "0 1 2 4 0 0 0 16 10*0"},
    {"desample to a shape", XI("3", "3", "desample(x, i, size = [3], stride = [2], output_shape = [5])"),
     "1 2 4 | 2 0 1", "0 3 0 0 4"},
    {"and back",
     "graph g( x ) -> ( y )\n{\n    x = external(shape = [1,1,4,4]);\n"
     "    m, i = max_pool_with_index(x, size = [1,1,2,2], stride = [1,1,2,2], border = 'ignore');\n"
     "    y = desample(m, i, size = [1,1,2,2], stride = [1,1,2,2]);\n}\n",
     "1 5 2 6 3 4 8 7 9 9 1 2 3 4 5 6", "0 5 0 0 0 0 8 0 9 0 0 0 0 0 0 6"},
};

static const struct op_error errors[] = {
    {"shape of index of sample", XI("1,4,8,6", "1,4,8,6", "sample(x, i, size = [1,1,2,2], stride = [1,1,2,2])"),
     "'index' has shape [1,4,8,6], it must be that of the output, [1,4,4,3]", 6},
    {"shape of index of desample", XI("1,4,8,6", "1,4,8,11", "desample(x, i, size = [1,1,2,2])"),
     "'index' has shape [1,4,8,11], it must be that of the input", 6},
    {"border of sample", XI("8,6", "8,6", "sample(x, i, size = [2,2], border = 'ignore')"),
     "border 'ignore' is none of 'constant'", 6},
    {"border of desample", XI("8,6", "8,6", "desample(x, i, size = [2,2], border = 'replicate')"),
     "border 'replicate' is none of 'constant'", 6},
    {"items of size", A("1,4,8,6", "size = [2,2]"), "'size' has 2 items, the input has rank 4", 5},
};

OP_SUITE("sample", cases, errors)
