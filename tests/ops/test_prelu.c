/* SPDX-License-Identifier: Apache-2.0 */
/* prelu.c, and how parameters of channels are read (channels.c). */
#include "op_suite.h"

#define P(x, a, values)                                                                                                \
    "graph g( x ) -> ( z )\n{\n    x = external(shape = [" x "]);\n    a = constant(shape = [" a "], value = [" values \
    "]);\n    z = prelu(x, a);\n}\n"

static const struct op_case cases[] = {
    {"one for each channel", P("1,2,3", "1,2", "0.5, 0.1"), "1 -2 0 -1 10 -10", "1 -1 0 -0.1 10 -1"},
    {"one for all", P("1,2,3", "", "0.5"), "1 -2 0 -1 10 -10", "1 -1 0 -0.5 10 -5"},
    {"one for each element", P("1,2,2", "1,2,2", "1.0, 2.0, 3.0, 4.0"), "-1 -1 -1 -1", "-1 -2 -3 -4"},
    {"rank 1, as many images as channels", P("2,2,1", "2", "0.5, 0.1"), "-1 -10 -2 -20", "-0.5 -1 -1 -2"},
    {"rank 1, another batch", P("1,2,1", "2", "0.5, 0.1"), "-1 -10", "-0.5 -1"},
    {"channels last, as wide as channels", P("1,2,1,2", "1,1,1,2", "0.5, 0.1"), "-1 -1 -10 -10", "-0.5 -0.5 -1 -1"},
    {"channels first", P("1,2,1,2", "2,1,1", "0.5, 0.1"), "-1 -1 -10 -10", "-0.5 -0.5 -1 -1"},
    {"larger than x", P("1,2", "2,2", "1.0, 2.0, 3.0, 4.0"), "-1 -1", "-1 -2 -3 -4"},
    {"a vector", P("3", "3", "1.0, 2.0, 3.0"), "-1 1 -1", "-1 1 -3"},
};

static const struct op_error errors[] = {
    {"one for each image", P("2,3,1", "2", "0.5, 0.1"), "'alpha' has shape [2], it must be [1,3] or one value", 6},
    {"one for each column", P("2,3,2", "1,1,2", "0.5, 0.1"), "'alpha' has shape [1,1,2], it must be [1,3]", 6},
    {"other channels", P("2,3,2", "1,2", "0.5, 0.1"), "'alpha' of shape [1,2] does not broadcast", 6},
};

OP_SUITE("prelu", cases, errors)
