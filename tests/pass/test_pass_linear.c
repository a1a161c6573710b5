/* SPDX-License-Identifier: Apache-2.0 */
/* pass_linear.c: which pairs of matmul and add become one step, counted in the plan. That the values stay is in
 * tests/ops/test_linear.c. */
#include "pass_steps.h"

#define G(results, body)                                                                                               \
    "version 1.0;\ngraph g( x, b ) -> ( " results                                                                      \
    " )\n{\n    x = external(shape = [6,8]);\n    b = external(shape = [1,20]);\n"                                     \
    "    w = variable(shape = [20,8], label = 'w');\n    v = variable(shape = [8,20], label = 'v');\n" body "}\n"

static const struct pass_steps_case cases[] = {
    {"on the left", G("y", "    p = matmul(x, w, transposeB = true);\n    y = add(p, b);\n"), 2, 1},
    {"on the right", G("y", "    p = matmul(x, w, transposeB = true);\n    y = add(b, p);\n"), 2, 1},
    {"two of them",
     G("y", "    p = matmul(x, w, transposeB = true);\n    q = add(p, b);\n    r = matmul(x, w, transposeB = true);\n  "
            "  y = add(r, q);\n"),
     4, 2},
    {"read twice", G("y", "    p = matmul(x, w, transposeB = true);\n    q = add(p, b);\n    y = mul(p, q);\n"), 3, 3},
    {"an output", G("y, p", "    p = matmul(x, w, transposeB = true);\n    y = add(p, b);\n"), 2, 2},
    {"not transposed", G("y", "    p = matmul(x, v);\n    y = add(p, b);\n"), 2, 2},
    {"by itself", G("y", "    p = matmul(x, w, transposeB = true);\n    y = add(p, p);\n"), 2, 2},
    {"another rank",
     G("y", "    c = variable(shape = [6], label = 'c');\n    p = matmul(x, w, transposeB = true);\n    q = add(p, "
            "c);\n    y = add(q, b);\n"),
     3, 3},
};

int main(void)
{
    static const char *const passes[] = {"epilogue", "linear"}; /* an epilogue joins more than this pass does */
    return pass_steps_run("pass_linear", cases, sizeof cases / sizeof *cases, passes, 2, &ncl_target_generic_cpu);
}
