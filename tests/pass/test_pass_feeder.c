/* SPDX-License-Identifier: Apache-2.0 */
/* pass_feeder.c: which convolutions are computed with the depthwise one or the maximum behind them, counted in the
 * plan. That the values stay is in tests/host/test_blocks.c. */
#include "pass_steps.h"

#define G(results, body)                                                                                               \
    "version 1.0;\ngraph g( x ) -> ( " results " )\n{\n    x = external(shape = [1,16,28,28]);\n"                      \
    "    v = variable(shape = [96,16,1,1], label = 'v');\n    w = variable(shape = [96,1,3,3], label = 'w');\n"        \
    "    z = variable(shape = [16,16,3,3], label = 'z');\n    i = conv(x, z);\n" body "}\n"
#define WINDOW                                                                                                         \
    "    u = variable(shape = [96,16,3,3], label = 'u');\n    a = relu(conv(i, u));\n"                                 \
    "    y = conv(a, w, groups = 96);\n"

#define STEM(channels, results, body)                                                                                  \
    "version 1.0;\ngraph g( x ) -> ( " results " )\n{\n    x = external(shape = [1," channels ",128,128]);\n"          \
    "    v = variable(shape = [32," channels ",3,3], label = 'v');\n    c = relu(conv(x, v));\n" body "}\n"
#define POOL(name) name "(c, size = [1,1,3,3], stride = [1,1,2,2], padding = [], border = 'ignore')"

/* Two more steps: `i`, which lies in blocks, and the conversion of y. */
static const struct pass_steps_case cases[] = {
    {"a pair", G("y", "    y = conv(conv(i, v), w, groups = 96);\n"), 4, 3},
    {"with bounds", G("y", "    a = clamp(conv(i, v), 0.0, 6.0);\n    y = relu(conv(a, w, groups = 0));\n"), 4, 3},
    {"with a formula", G("y", "    y = silu(conv(silu(conv(i, v)), w, groups = 0));\n"), 4, 3},
    {"with another operand",
     G("y", "    b = variable(shape = [1,96], label = 'b');\n    y = conv(conv(i, v) * b, w, groups = 96);\n"), 4, 4},
    {"read twice", G("y", "    a = relu(conv(i, v));\n    y = conv(a, w, groups = 96) + a;\n"), 4, 4},
    {"an output", G("y, a", "    a = relu(conv(i, v));\n    y = conv(a, w, groups = 96);\n"), 4, 4},
    {"a window", G("y", WINDOW), 4, 4},
    {"a stride", G("y", "    y = conv(conv(i, v, stride = [2,2]), w, groups = 96);\n"), 4, 4},
    {"no depthwise one",
     G("y", "    t = variable(shape = [32,3,3,3], label = 't');\n    y = conv(conv(i, v), t, groups = 32);\n"), 4, 4},
    {"a stem and a maximum", STEM("3", "y", "    y = " POOL("max_pool") ";\n"), 3, 2},
    {"a stem and a mean", STEM("3", "y", "    y = " POOL("avg_pool") ";\n"), 3, 3},
    {"many channels and a maximum", STEM("8", "y", "    y = " POOL("max_pool") ";\n"), 4, 4},
    {"a stem that is read twice", STEM("3", "y, z", "    y = " POOL("max_pool") ";\n    z = tanh(c);\n"), 5, 5},
    {"a stem and a depthwise one",
     STEM("3", "y", "    w = variable(shape = [32,1,3,3], label = 'w');\n    y = conv(c, w, groups = 0);\n"), 3, 2},
};

int main(void)
{
    static const char *const passes[] = {"feeder"};
    return pass_steps_run("pass_feeder", cases, sizeof cases / sizeof *cases, passes, 1, &ncl_target_generic_cpu);
}
