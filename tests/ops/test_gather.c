/* SPDX-License-Identifier: Apache-2.0 */
/* gather.c: gather. Indices that turn out wrong while it runs are clamped: nothing outside of the tensor is read. */
#include "op_suite.h"

#define G(type, a, b, call)                                                                                            \
    "graph g( x, i ) -> ( y )\n{\n    x = external<" type ">(shape = [" a "]);\n    i = external<integer>(shape = [" b \
    "]);\n    y = " call ";\n}\n"
#define X(type, shape, call)                                                                                           \
    "graph g( x ) -> ( y )\n{\n    x = external<" type ">(shape = [" shape "]);\n    y = " call ";\n}\n"

static const struct op_case cases[] = {
    {"rows", G("scalar", "5,3", "4", "gather(x, i)"), "1..15 | 4 0 0 2", "13..15 1..3 1..3 7..9"},
    {"a matrix of indices", G("scalar", "5,3", "2,2", "gather(x, i, axis = 0)"), "1..15 | 4 3 1 0",
     "13..15 10..12 4..6 1..3"},
    {"middle axis", G("scalar", "2,6,3", "4", "gather(x, i, axis = 1)"), "1..36 | 5 0 3 3",
     "16..18 1..3 10..12 10..12 34..36 19..21 28..30 28..30"},
    {"last axis", G("scalar", "2,4", "3", "gather(x, i, axis = 1)"), "1..8 | 3 0 3", "4 1 4 8 5 8"},
    {"one index", X("scalar", "4,3", "gather(x, 1, axis = 0)"), "1..12", "4..6"},
    {"long rows", G("scalar", "3,5000", "2", "gather(x, i)"), "5000*1 5000*2 5000*3 | 2 1", "5000*3 5000*2"},
    {"odd rows", G("scalar", "3,19", "2", "gather(x, i)"), "1..57 | 2 0", "39..57 1..19"},
    {"known indices",
     "graph g( x ) -> ( y )\n{\n    x = external(shape = [3,2]);\n    i = constant<integer>(shape = [2], value = [2, "
     "0]);\n    y = gather(x, "
     "i);\n}\n",
     "1..6", "5 6 1 2"},
    {"outside", G("scalar", "3,2", "4", "gather(x, i)"), "1..6 | -1 3 2147483647 -2147483648", "1 2 5 6 5 6 1 2"},
    {"integers", G("integer", "3", "2", "gather(x, i)"), "7 8 9 | 2 0", "9 7"},
    {"logicals", G("logical", "3", "4", "gather(x, i)"), "0 1 0 | 1 0 1 2", "1 0 1 0"},
};

static const struct op_error errors[] = {
    {"negative axis", G("scalar", "3,4", "2", "gather(x, i, axis = -1)"), "axis = -1 is outside of the input's rank 2",
     6},
    {"axis", G("scalar", "3,4", "2", "gather(x, i, axis = 2)"), "axis = 2 is outside", 6},
    {"a known index", X("scalar", "3,4", "gather(x, 3, axis = 0)"), "index 3 is outside of extent 3", 5},
    {"a known negative index", X("scalar", "3,4", "gather(x, -1, axis = 0)"), "index -1 is outside", 5},
    {"rank", G("scalar", "1,1,1,1,1,1,1,1", "1,1", "gather(x, i)"), "rank 9", 6},
};

OP_SUITE("gather", cases, errors)
