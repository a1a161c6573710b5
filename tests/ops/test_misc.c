/* SPDX-License-Identifier: Apache-2.0 */
/* misc.c: copy_n and add_n. */
#include "op_suite.h"

#define X(results, body) "graph g( x ) -> ( " results " )\n{\n    x = external(shape = [2,2]);\n    " body "\n}\n"

static const struct op_case cases[] = {
    {"copy_n", X("a, b, c", "[a, b, c] = copy_n(x, times = 3);"), "1 2 3 4", "1 2 3 4 | 1 2 3 4 | 1 2 3 4"},
    {"copy_n once", X("a", "[a] = copy_n(x, times = 1);"), "1 2 3 4", "1 2 3 4"},
    {"copy_n of integers",
     "graph g( x ) -> ( a, b )\n{\n    x = external<integer>(shape = [3]);\n    [a, b] = copy_n(x, times = 2);\n}\n",
     "1 -2 2147483646", "1 -2 2147483646 | 1 -2 2147483646"},
    {"copies diverge", X("a, b", "[p, q] = copy_n(x, times = 2);\n    a = neg(p);\n    b = sqr(q);"), "1 2 3 4",
     "-1 -2 -3 -4 | 1 4 9 16"},
    {"add_n", X("y", "a = neg(x);\n    y = add_n([x, a, x]);"), "1 2 3 4", "1 2 3 4"},
    {"add_n of one", X("y", "y = add_n([x]);"), "1 2 3 4", "1 2 3 4"},
    {"add_n of nothing", X("y", "s = add_n([]);\n    y = x + s;"), "1 2 3 4", "1 2 3 4"},
    {"add_n of two", X("y", "y = add_n([x, x]);"), "1 2 3 4", "2 4 6 8"},
    {"add_n of nine: several steps", X("y", "y = add_n([x, 1.0, x, 2.0, x, 3.0, x, 4.0, x]);"), "1 2 3 4",
     "15 20 25 30"},
    {"add_n broadcasts",
     X("y", "c = constant(shape = [2], value = [10.0, 20.0]);\n    r = constant(shape = [1,2], value = [0.1, 0.2]);\n  "
            "  y = add_n([c, r, x]);"),
     "1 2 3 4", "11.1 12.2 23.1 24.2"},
};

static const struct op_error errors[] = {
    {"add_n of other shapes", X("y", "z = constant(shape = [3], value = [0.1]);\n    y = add_n([x, z]);"),
     "operand 1 of shape [3] does not broadcast with the shape [2,2]", 6},
    {"copy_n of a negative count", X("y", "[y] = copy_n(x, times = -1);"), "'times' is -1", 5},
    {"copy_n of very many", X("y", "[y] = copy_n(x, times = 1000000000);"), "more than 65536", 5},
    {"copy_n: counts differ", X("y, z", "[y, z] = copy_n(x, times = 3);"), "", 5},
};

OP_SUITE("misc", cases, errors)
