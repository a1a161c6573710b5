/* SPDX-License-Identifier: Apache-2.0 */
/* tensors.c: external, constant, variable, update. */
#include "op_suite.h"

#define X(body) "graph g( x ) -> ( y )\n{\n    x = external(shape = [2,2]);\n    " body "\n}\n"

static const struct op_case cases[] = {
    {"external of rank 0", "graph g( x ) -> ( y )\n{\n    x = external(shape = []);\n    y = neg(x);\n}\n", "3", "-3"},
    {"an input that nothing reads",
     "graph g( x, z ) -> ( y )\n{\n    x = external(shape = [2]);\n    z = external(shape = [3]);\n    y = "
     "neg(x);\n}\n",
     "1 2 | 3 4 5", "-1 -2"},
    {"an input that is an output", "graph g( x ) -> ( x )\n{\n    x = external(shape = [2]);\n    y = neg(x);\n}\n",
     "1 2", "1 2"},
    {"constant with all values", X("c = constant(shape = [2,2], value = [1.0, 2.0, 3.0, 4.0]);\n    y = x + c;"),
     "4*10", "11 12 13 14"},
    {"constant with one value", X("c = constant(shape = [2,2], value = [0.5]);\n    y = x + c;"), "1 2 3 4",
     "1.5 2.5 3.5 4.5"},
    {"constant as output",
     "graph g( x ) -> ( c, y )\n{\n    x = external(shape = [2]);\n    c = constant(shape = [3], value = [7.0]);\n    "
     "y = copy(x);\n}\n",
     "1 2", "7 7 7 | 1 2"},
    {"constant of integers",
     "graph g( x ) -> ( y )\n{\n    x = external(shape = [2]);\n    c = constant<integer>(shape = [3], value = [-5, "
     "2147483647, 7]);\n    y = "
     "copy(c);\n}\n",
     "1 2", "-5 2147483647 7"},
    {"constant of logicals",
     X("c = constant<logical>(shape = [2,2], value = [true, false, false, true]);\n    y = select(c, x, 0.0);"),
     "1 2 3 4", "1 0 0 4"},
    {"what is computed from constants",
     X("c = constant(shape = [2,2], value = [1.0, 2.0, 3.0, 4.0]);\n    d = sqr(c);\n    e = d - c;\n    y = x * e;"),
     "1 1 1 1", "0 2 6 12"},
    {"update gives the new value", X("v = variable(shape = [2,2], label = 'v');\n    y = update(v, x);"), "1 2 3 4",
     "1 2 3 4"},
    {"labels are compared without case",
     "graph g( x ) -> ( y )\n{\n    x = external(shape = [2]);\n    a = variable(shape = [2], label = 'Scope/v');\n    "
     "b = variable(shape = [2], "
     "label = 'scope/V');\n    y = a - b;\n}\n",
     "1 2", "0 0"},
};

static const struct op_error errors[] = {
    {"external of a negative extent",
     "graph g( x ) -> ( y )\n{\n    x = external(shape = [-1,4]);\n    y = relu(x);\n}\n", "item 0 of 'shape' is -1",
     4},
    {"external of rank 9",
     "graph g( x ) -> ( y )\n{\n    x = external(shape = [1,1,1,1,1,1,1,1,1]);\n    y = relu(x);\n}\n", "9 items", 4},
    {"external that is too large",
     "graph g( x ) -> ( y )\n{\n    x = external(shape = [2000000,2000000]);\n    y = relu(x);\n}\n", "2^40", 4},
    {"external whose volume wraps",
     "graph g( x ) -> ( y )\n{\n    x = external(shape = [2147483647,2147483647,2147483647]);\n    y = relu(x);\n}\n",
     "2^40", 4},
    {"constant of extent 0", X("c = constant(shape = [0], value = [1.0]);\n    y = copy(x);"), "must be positive", 5},
    {"constant with too few values", X("c = constant(shape = [2,2], value = [1.0, 2.0]);\n    y = x + c;"),
     "'value' has 2 items, the shape [2,2] needs 4 or 1", 5},
    {"constant without values", X("c = constant(shape = [2], value = []);\n    y = x;"), "", 5},
    {"integer beyond 32 bits", X("c = constant<integer>(shape = [1], value = [2147483648]);\n    y = copy(x);"),
     "32 bits", 5},
    {"empty label", X("v = variable(shape = [2], label = '');\n    y = copy(x);"), "label is empty", 5},
    {"colon in a label", X("v = variable(shape = [2,2], label = 'scope:0');\n    y = x + v;"), "has the character ':'",
     5},
    {"control character in a label", X("v = variable(shape = [2,2], label = 'a\tb');\n    y = x + v;"), "code 9", 5},
    {"one label, two shapes",
     X("v = variable(shape = [2,2], label = 'v');\n    w = variable(shape = [4], label = 'V');\n    y = x + v;"),
     "has shape [4] here and [2,2] before", 6},
    {"one label, two types",
     X("v = variable(shape = [2,2], label = 'v');\n    w = variable<integer>(shape = [2,2], label = 'v');\n    y = x + "
       "v;"),
     "is integer here and scalar before", 6},
    {"update of another shape", X("v = variable(shape = [4], label = 'v');\n    y = update(v, x);"),
     "the value has shape [2,2], the variable 'v' has [4]", 6},
    {"update of no variable", X("z = neg(x);\n    y = update(z, x);"), "not the result of a variable operation", 6},
    {"second update", X("v = variable(shape = [2,2], label = 'v');\n    z = update(v, x);\n    y = update(v, z);"),
     "updated already", 7},
};

OP_SUITE("tensors", cases, errors)
