/* The quantization operations (4.9.5), by their bodies. */
#include "op_suite.h"

#define X(shape, call) "graph g( x ) -> ( y )\n{\n    x = external(shape = [" shape "]);\n    y = " call ";\n}\n"

static const struct op_case cases[] = {
    {"min_max_linear_quantize", X("9", "min_max_linear_quantize(x, min = -1.0, max = 1.0, bits = 4, signed = false, symmetric = false)"),
     "-2 -1 -0.3 0 0.1 0.49 0.8 1 3", "-1 -1 -0.3333333 0.06666667 0.06666667 0.4666667 0.8666667 1 1"},
    {"min_max_linear_quantize, signed and symmetric",
     X("9", "min_max_linear_quantize(x, min = -1.0, max = 1.0, bits = 4, signed = true, symmetric = true)"), "-2 -1 -0.3 0 0.1 0.49 0.8 1 3",
     "-1 -1 -0.2857143 0 0.1428571 0.4285714 0.8571429 1 1"},
    {"linear_quantize", X("9", "linear_quantize(x, min = -1.0, max = 1.0, bits = 3)"), "-2 -1 -0.3 0 0.1 0.49 0.8 1 3",
     "-1 -1 -0.4285714 0.1428571 0.1428571 0.4285714 0.7142857 1 1"},
    {"zero_point_linear_quantize", X("9", "zero_point_linear_quantize(x, zero_point = 3, scale = 0.25, bits = 4, signed = false, symmetric = false)"),
     "-2 -1 -0.3 0 0.1 0.49 0.8 1 3", "-0.75 -0.75 -0.25 0 0 0.5 0.75 1 3"},
    {"zero_point_linear_quantize, signed",
     X("9", "zero_point_linear_quantize(x, zero_point = 1, scale = 0.25, bits = 3, signed = true, symmetric = false)"),
     "-2 -1 -0.3 0 0.1 0.49 0.8 1 3", "-1.25 -1 -0.25 0 0 0.5 0.5 0.5 0.5"},
    {"logarithmic_quantize", X("9", "logarithmic_quantize(x, max = 2.0, bits = 3)"), "-2 -1 -0.3 0.04 0.1 0.49 0.8 1 3",
     "-2 -1 -0.25 0.03125 0.125 0.5 1 1 2"},
};

static const struct op_error errors[] = {
    {"no range", X("3", "linear_quantize(x, min = 0.0, bits = 8)"), "max", 5},
};

OP_SUITE("quantize", cases, errors)
