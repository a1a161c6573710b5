/* SPDX-License-Identifier: Apache-2.0 */
/* cast.c: cast, between all types. */
#include "op_suite.h"

#define X(type, shape, call)                                                                                           \
    "graph g( x ) -> ( y )\n{\n    x = external<" type ">(shape = [" shape "]);\n    y = " call ";\n}\n"

static const struct op_case cases[] = {
    {"scalar to integer", X("scalar", "7", "cast<integer>(x)"), "-1.5 -0.5 0 0.5 1.9 2147483520 -7",
     "-1 0 0 0 1 2147483520 -7"},
    {"what does not fit", X("scalar", "5", "cast<integer>(x)"), "3e9 -3e9 nan inf -inf",
     "2147483647 -2147483648 0 2147483647 -2147483648"},
    {"scalar to logical", X("scalar", "6", "cast<logical>(x)"), "0 -0 1 -0.25 nan inf", "0 0 1 1 1 1"},
    {"scalar to scalar", X("scalar", "3", "cast<scalar>(x) + 1.0"), "1.5 -2 0", "2.5 -1 1"},
    {"integer to scalar", X("integer", "3", "cast<scalar>(x)"), "-5 0 16777217", "-5 0 16777216"},
    {"integer to logical", X("integer", "4", "cast<logical>(x)"), "0 1 -1 256", "0 1 1 1"},
    {"integer to integer", X("integer", "2", "cast<integer>(x)"), "0 -7", "0 -7"},
    {"logical to scalar", X("logical", "3", "cast<scalar>(x)"), "0 1 1", "0 1 1"},
    {"logical to integer", X("logical", "3", "cast<integer>(x)"), "0 1 1", "0 1 1"},
    {"logical to logical", X("logical", "3", "cast<logical>(x)"), "0 1 1", "0 1 1"},
    {"many to logical", X("scalar", "5003", "cast<logical>(x)"), "5000*0.5 3*0", "5000*1 3*0"},
    {"many to integer", X("logical", "5003", "cast<integer>(x)"), "5000*1 3*0", "5000*1 3*0"},
    {"many to scalar", X("integer", "17", "cast<scalar>(x)"), "-8..8", "-8..8"},
};

static const struct op_error errors[] = {
    {"no such type", X("scalar", "3", "cast<string>(x)"), "", 5},
};

OP_SUITE("cast", cases, errors)
