/* SPDX-License-Identifier: Apache-2.0 */
/* pass_feeder.c: which convolutions are computed with the depthwise one behind them, counted in the plan. That the
 * values stay is in tests/host/test_blocks.c. */
#include "pass_steps.h"

#define G(results, body)                                                                                               \
    "version 1.0;\ngraph g( x ) -> ( " results " )\n{\n    x = external(shape = [1,16,28,28]);\n"                      \
    "    v = variable(shape = [96,16,1,1], label = 'v');\n    w = variable(shape = [96,1,3,3], label = 'w');\n"        \
    "    z = variable(shape = [16,16,3,3], label = 'z');\n    i = conv(x, z);\n" body "}\n"
#define WINDOW                                                                                                         \
    "    u = variable(shape = [96,16,3,3], label = 'u');\n    a = relu(conv(i, u));\n"                                 \
    "    y = conv(a, w, groups = 96);\n"

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
};

int main(void)
{
    static const char *const passes[] = {"feeder"};
    return pass_steps_run("pass_feeder", cases, sizeof cases / sizeof *cases, passes, 1, &ncl_target_generic_cpu);
}
