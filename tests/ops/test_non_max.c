/* SPDX-License-Identifier: Apache-2.0 */
/* non_max.c: non_max_suppression. Boxes of whole numbers, whose areas are exact, so that a share of exactly the limit
 * is one. */
#include "op_suite.h"

#define G(batch, boxes, classes, call)                                                                                 \
    "extension KHR_enable_fragment_definitions;\nfragment non_max_suppression( boxes: tensor<scalar>, "                \
    "scores: tensor<scalar>, capacity: integer, limit: scalar, least: scalar ) -> ( index: tensor<integer>, rest: "    \
    "tensor<scalar> );\ngraph g( b, s ) -> ( i, r )\n{\n    b = external(shape = [" batch "," boxes                    \
    ",4]);\n    s = external(shape = [" batch "," classes "," boxes "]);\n    i, r = non_max_suppression(b, s, " call  \
    ");\n}\n"
/* the second covers half of the first, the third a third of it, the fourth is apart */
#define FOUR "0 0 1 4 0 0 1 2 0 2 1 6 9 9 10 10"

static const struct op_case cases[] = {
    {"by score", G("1", "4", "1", "capacity = 4, limit = 0.4, least = 0.0"), FOUR " | 0.9 0.8 0.7 0.95",
     "3 0 2 -1 | -inf -inf -inf -inf"},
    {"a share of exactly the limit stays", G("1", "4", "1", "capacity = 4, limit = 0.5, least = 0.0"),
     FOUR " | 0.9 0.8 0.7 0.95", "3 0 1 2 | -inf -inf -inf -inf"},
    {"no limit", G("1", "4", "1", "capacity = 3, limit = 1.0, least = 0.0"), FOUR " | 1 2 3 4",
     "3 2 1 | 1 -inf -inf -inf"},
    {"whatever meets", G("1", "4", "1", "capacity = 3, limit = 0.0, least = 0.0"), FOUR " | 1 2 3 4",
     "3 2 1 | -inf -inf -inf -inf"},
    {"least is not enough", G("1", "4", "1", "capacity = 3, limit = 1.0, least = 0.5"), FOUR " | 0.5 0.6 0.25 nan",
     "1 -1 -1 | -inf -inf -inf -inf"},
    {"none", G("1", "4", "1", "capacity = 2, limit = 1.0, least = 5.0"), FOUR " | 1 2 3 4",
     "-1 -1 | -inf -inf -inf -inf"},
    {"the first of equal ones", G("1", "4", "1", "capacity = 2, limit = 1.0, least = 0.0"), FOUR " | 1 2 2 1",
     "1 2 | 1 -inf -inf 1"},
    {"below zero", G("1", "4", "1", "capacity = 2, limit = 1.0, least = -10.0"), FOUR " | -4 -3 -2 -1",
     "3 2 | -4 -3 -inf -inf"},
    {"corners in any order", G("1", "2", "1", "capacity = 2, limit = 0.4, least = 0.0"), "1 4 0 0 0 2 1 0 | 1 2",
     "1 -1 | -inf -inf"},
    {"an empty box covers nothing", G("1", "2", "1", "capacity = 2, limit = 0.0, least = 0.0"), "0 0 0 0 0 0 0 0 | 1 2",
     "1 0 | -inf -inf"},
    {"batches and classes", G("2", "2", "2", "capacity = 2, limit = 0.5, least = 0.0"),
     "0 0 1 1 0 0 1 1 0 0 1 1 5 5 6 6 | 1 2 4 3 1 2 4 3",
     "1 -1 0 -1 1 0 0 1 | -inf -inf -inf -inf -inf -inf -inf -inf"},
};

static const struct op_error errors[] = {
    {"capacity", G("1", "4", "1", "capacity = 0, limit = 1.0, least = 0.0"), "capacity = 0", 8},
    {"boxes",
     "extension KHR_enable_fragment_definitions;\nfragment non_max_suppression( boxes: tensor<scalar>, "
     "scores: tensor<scalar>, capacity: integer, limit: scalar, least: scalar ) -> ( index: tensor<integer>, rest: "
     "tensor<scalar> );\ngraph g( b ) -> ( i, r )\n{\n    b = external(shape = [1,2,4]);\n    i, r = "
     "non_max_suppression(b, b, capacity = 1, limit = 1.0, least = 0.0);\n}\n",
     "they must be (B,N,4) and (B,C,N)", 7},
};

OP_SUITE("non_max", cases, errors)
