/* SPDX-License-Identifier: Apache-2.0 */
/* batch_norm.c */
#include "op_suite.h"

#define B(shape, parameters, arguments)                                                                                \
    "graph g( x ) -> ( y )\n{\n    x = external(shape = [" shape "]);\n    mean = constant(shape = [" parameters       \
    "], value = [1.0, -2.0]);\n    variance = constant(shape = [" parameters                                           \
    "], value = [4.0, 0.25]);\n    offset = constant(shape = [" parameters                                             \
    "], value = [0.5, 1.0]);\n    scale = constant(shape = [" parameters                                               \
    "], value = [2.0, 3.0]);\n    y = batch_normalization(" arguments ");\n}\n"

static const struct op_case cases[] = {
    {"batch_normalization", B("2,2,2,2", "1,2", "x, mean, variance, offset, scale, epsilon = 0.01"),
     "-6 4 -8 6 -1 -1 -5 -3 5 7 8 2 -4 -8 1 1",
     "-6.491266 3.496257 -8.488771 5.493762 6.883484 6.883484 -16.65045 -4.883484 4.495009 6.492514 7.491266 1.498752 "
     "-10.76697 -34.3009 18.65045 "
     "18.65045"},
    {"parameters of full rank", B("2,2,2,2", "1,2,1,1", "x, mean, variance, offset, scale, epsilon = 0.01"),
     "-6 4 -8 6 -1 -1 -5 -3 5 7 8 2 -4 -8 1 1",
     "-6.491266 3.496257 -8.488771 5.493762 6.883484 6.883484 -16.65045 -4.883484 4.495009 6.492514 7.491266 1.498752 "
     "-10.76697 -34.3009 18.65045 "
     "18.65045"},
    {"literals for parameters", B("2,2,2,2", "1,2", "x, mean, 4.0, 0.5, 2.0, epsilon = 0.0"),
     "-6 4 -8 6 -1 -1 -5 -3 5 7 8 2 -4 -8 1 1",
     "-6.5 3.5 -8.5 5.5 1.5 1.5 -2.5 -0.5 4.5 6.5 7.5 1.5 -1.5 -5.5 3.5 3.5"},
    {"parameters with their axis last", B("2,2,2,2", "1,1,1,2", "x, mean, variance, offset, scale, epsilon = 0.01"),
     "-6 4 -8 6 -1 -1 -5 -3 5 7 8 2 -4 -8 1 1",
     "-6.491266 3.496257 -8.488771 5.493762 6.883484 6.883484 -16.65045 -4.883484 4.495009 6.492514 7.491266 1.498752 "
     "-10.76697 -34.3009 18.65045 "
     "18.65045",
     0, 0, NNEFCL_COMPAT_TORCH},
    {"parameters of rank 1", B("2,2,2,2", "2", "x, mean, variance, offset, scale, epsilon = 0.01"),
     "-6 4 -8 6 -1 -1 -5 -3 5 7 8 2 -4 -8 1 1",
     "-6.491266 3.496257 -8.488771 5.493762 6.883484 6.883484 -16.65045 -4.883484 4.495009 6.492514 7.491266 1.498752 "
     "-10.76697 -34.3009 18.65045 "
     "18.65045",
     0, 0, NNEFCL_COMPAT_TORCH},
    {"a mean that is far from 0",
     "graph g( x ) -> ( y )\n{\n    x = external(shape = [1,2,2]);\n    m = constant(shape = [1,2], value = [100000.0, "
     "3.5]);\n    y = "
     "batch_normalization(x, m, 0.0001, 0.0, 1.0, epsilon = 0.0);\n}\n",
     "100000.5 100000.25 3 4", "50 25 -50 50"},
    {"parameters that are computed",
     "graph g( x, m, v ) -> ( y )\n{\n    x = external(shape = [1,2,2]);\n    m = external(shape = [1,2]);\n    v = "
     "external(shape = [1,2]);\n"
     "    y = batch_normalization(x, m, v, 1.0, 2.0, epsilon = 0.0);\n}\n",
     "1 2 3 4 | 1 3 | 4 0.25", "1 2 1 5"},
    {"a difference beyond a float",
     "graph g( x, m, v ) -> ( y )\n{\n    x = external(shape = [1,2,2]);\n    m = external(shape = [1,2]);\n    v = "
     "external(shape = [1,2]);\n"
     "    y = batch_normalization(x, m, v, 1e20, 1.0, epsilon = 0.0);\n}\n",
     "3e38 -3e38 2 4 | -3e38 3 | 1e36 1e-4", "7e20 1e20 1e20 1e20"},
};

static const struct op_error errors[] = {
    {"parameters with their axis last", B("2,2,3,3", "1,1,1,2", "x, mean, variance, offset, scale, epsilon = 0.01"),
     "--compat=torch", 9},
    {"parameters with their axis last, as wide as channels",
     B("2,2,2,2", "1,1,1,2", "x, mean, variance, offset, scale, epsilon = 0.01"), "--compat=torch", 9},
    {"parameters of rank 1, as many images as channels",
     B("2,2,3,3", "2", "x, mean, variance, offset, scale, epsilon = 0.01"), "--compat=torch", 9},
    {"parameters of the batch", B("2,3,2,2", "2", "x, mean, variance, offset, scale, epsilon = 0.01"),
     "'mean' has shape [2], it must be [1,3] or one value", 9},
    {"parameters of columns", B("2,3,3,2", "1,1,1,2", "x, mean, variance, offset, scale, epsilon = 0.01"),
     "'mean' has shape [1,1,1,2], it must be [1,3] or one value", 9},
    {"other channels", B("2,3,4,4", "1,2", "x, mean, variance, offset, scale, epsilon = 0.01"),
     "'mean' of shape [1,2] does not broadcast with the shape [2,3,4,4]", 9},
};

OP_SUITE("batch_norm", cases, errors)
