/* SPDX-License-Identifier: Apache-2.0 */
/* pass_norm.c: which batch normalizations go into a convolution, counted in the plan. That the values stay is in
 * tests/ops/test_chains.c. */
#include "pass_steps.h"

#define G(results, body)                                                                                               \
    "version 1.0;\ngraph g( x, z ) -> ( " results " )\n{\n    x = external(shape = [1,2,4,4]);\n"                      \
    "    z = external(shape = [1,2]);\n    w = variable(shape = [2,2,1,1], label = 'w');\n"                            \
    "    s = variable(shape = [1,2], label = 's');\n    u = variable(shape = [1,2,4,4], label = 'u');\n" body "}\n"
#define NORM(input, mean, scale)                                                                                       \
    "    y = batch_normalization(" input ", " mean ", 0.5, s, " scale ", epsilon = 0.001);\n"

static const struct pass_steps_case cases[] = {
    {"of constants", G("y", "    c = conv(x, w, s);\n" NORM("c", "s", "s")), 2, 1},
    {"numbers", G("y", "    c = conv(x, w, 0.0);\n" NORM("c", "0.25", "2.0")), 2, 1},
    {"in groups",
     G("y",
       "    v = variable(shape = [2,1,1,1], label = 'v');\n    c = conv(x, v, s, groups = 2);\n" NORM("c", "s", "s")),
     2, 1},
    {"read twice", G("y, m", "    c = conv(x, w, s);\n" NORM("c", "s", "s") "    m = mean_reduce(c, axes = [3]);\n"), 3,
     3},
    {"an output", G("y, c", "    c = conv(x, w, s);\n" NORM("c", "s", "s")), 2, 2},
    {"a mean from outside", G("y", "    c = conv(x, w, s);\n" NORM("c", "z", "s")), 2, 2},
    {"a mean for each element", G("y", "    c = conv(x, w, s);\n" NORM("c", "u", "s")), 2, 2},
    {"a filter from outside",
     G("y", "    f = reshape(z, shape = [2,1,1,1]);\n    c = conv(x, f, s, groups = 2);\n" NORM("c", "s", "s")), 2, 2},
    {"of a deconvolution", G("y", "    c = deconv(x, w, s);\n" NORM("c", "s", "s")), 3, 2},
    {"of a deconvolution in groups",
     G("y",
       "    v = variable(shape = [2,1,1,1], label = 'v');\n    c = deconv(x, v, s, groups = 2);\n" NORM("c", "s", "s")),
     3, 3},
    {"of a product",
     G("y", "    v = variable(shape = [2,2], label = 'v');\n    c = linear(z, v, s);\n" NORM("c", "s", "s")), 2, 1},
    {"no convolution", G("y", "    c = max_pool(x, size = [1,1,1,1]);\n" NORM("c", "s", "s")), 2, 2},
};

int main(void)
{
    static const char *const passes[] = {"epilogue", "norm"}; /* an epilogue would take in both */
    return pass_steps_run("pass_norm", cases, sizeof cases / sizeof *cases, passes, 2, &ncl_target_generic_gpu);
}
