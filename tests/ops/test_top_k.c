/* SPDX-License-Identifier: Apache-2.0 */
/* top_k.c: top_k. Ties, infinities and NaN, rows of many parts, and lines along other axes than the last one. */
#include "op_suite.h"

#define G(shape, call)                                                                                                 \
    "extension KHR_enable_fragment_definitions;\nfragment top_k( x: tensor<scalar>, axis: integer, count: integer, "   \
    "largest: logical ) -> ( value: tensor<scalar>, index: tensor<integer> );\ngraph g( x ) -> ( v, i )\n{\n    x = "  \
    "external(shape = [" shape "]);\n    v, i = top_k(x, " call ");\n}\n"

static const struct op_case cases[] = {
    {"greatest", G("2,4", "axis = 1, count = 2, largest = true"), "1 4 2 3 -1 -4 -2 -3", "4 3 -1 -2 | 1 3 0 2"},
    {"least", G("2,4", "axis = 1, count = 2, largest = false"), "1 4 2 3 -1 -4 -2 -3", "1 2 -4 -3 | 0 2 1 3"},
    {"the first of equal ones", G("1,6", "axis = 1, count = 4, largest = true"), "1 2 1 2 1 2", "2 2 2 1 | 1 3 5 0"},
    {"all of them", G("1,3", "axis = 1, count = 3, largest = false"), "3 1 2", "1 2 3 | 1 2 0"},
    {"both zeros", G("1,4", "axis = 1, count = 4, largest = true"), "-0.0 0.0 -0.0 1", "1 -0.0 0.0 -0.0 | 3 0 1 2"},
    {"infinities", G("1,4", "axis = 1, count = 4, largest = true"), "-inf 1 inf -inf", "inf 1 -inf -inf | 2 1 0 3"},
    {"least infinities", G("1,4", "axis = 1, count = 4, largest = false"), "inf 1 -inf inf",
     "-inf 1 inf inf | 2 1 0 3"},
    {"NaN is beyond", G("1,4", "axis = 1, count = 3, largest = true"), "1 nan inf nan", "nan nan inf | 1 3 2"},
    {"NaN is below", G("1,4", "axis = 1, count = 3, largest = false"), "1 nan -inf nan", "nan nan -inf | 1 3 2"},
    {"first axis", G("3,2", "axis = 0, count = 2, largest = true"), "1 6 3 2 2 4", "3 6 2 4 | 1 0 2 2"},
    {"middle axis", G("2,3,2", "axis = 1, count = 1, largest = true"), "1..12", "5 6 11 12 | 2 2 2 2"},
    {"long rows", G("2,3000", "axis = 1, count = 3, largest = true"), "1..6000",
     "3000 2999 2998 6000 5999 5998 | "
     "2999 2998 2997 2999 2998 2997"},
    {"long rows from the front", G("1,3001", "axis = 1, count = 3, largest = false"), "1..3001", "1 2 3 | 0 1 2"},
    {"long rows of equal ones", G("1,1000", "axis = 1, count = 20, largest = true"), "1000*5", "20*5 | 0..19"},
    {"long lines", G("1100,2", "axis = 0, count = 2, largest = true"), "1..2200",
     "2199 2200 2197 2198 | "
     "1099 1099 1098 1098"},
};

static const struct op_error errors[] = {
    {"count", G("2,3", "axis = 1, count = 4, largest = true"), "count = 4, there are 3 elements", 7},
    {"none", G("2,3", "axis = 1, count = 0, largest = true"), "count = 0", 7},
    {"axis", G("2,3", "axis = 2, count = 1, largest = true"), "axis = 2 is outside", 7},
};

OP_SUITE("top_k", cases, errors)
