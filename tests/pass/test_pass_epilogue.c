/* SPDX-License-Identifier: Apache-2.0 */
/* pass_epilogue.c: what becomes one step, counted in the plan. That the values stay is in tests/ops/test_chains.c. */
#include "pass_steps.h"

#define G(results, body)                                                                                               \
    "version 1.0;\ngraph g( x, z ) -> ( " results " )\n{\n    x = external(shape = [1,2,4,4]);\n"                      \
    "    z = external(shape = [1,2,4,4]);\n    w = variable(shape = [2,2,1,1], label = 'w');\n"                        \
    "    s = variable(shape = [1,2], label = 's');\n    u = variable(shape = [1,2,4,4], label = 'u');\n" body "}\n"

static const struct pass_steps_case cases[] = {
    {"a chain", G("y", "    a = exp(x);\n    b = neg(a);\n    y = sqr(b);\n"), 3, 1},
    {"a tree", G("y", "    a = exp(x);\n    b = neg(z);\n    y = mul(a, b);\n"), 3, 1},
    {"read twice inside", G("y", "    a = sigmoid(x);\n    b = neg(a);\n    y = mul(a, b);\n"), 3, 1},
    {"read twice, once elsewhere", G("y, m", "    a = exp(x);\n    y = neg(a);\n    m = mean_reduce(a, axes = [3]);\n"),
     3, 3},
    {"an output on the way", G("y, a", "    a = exp(x);\n    y = neg(a);\n"), 2, 2},
    {"another shape on the way", G("y", "    a = exp(s);\n    b = exp(x);\n    c = mul(b, a);\n    y = neg(c);\n"), 3,
     1},
    {"twelve calls and two",
     G("y",
       "    a = tanh(x);\n    b = tanh(a);\n    c = tanh(b);\n    d = tanh(c);\n    e = tanh(d);\n    f = tanh(e);\n"
       "    g = tanh(f);\n    h = tanh(g);\n    i = tanh(h);\n    j = tanh(i);\n    k = tanh(j);\n    l = tanh(k);\n"
       "    m = tanh(l);\n    y = tanh(m);\n"),
     14, 2},
    {"fourteen that call nothing",
     G("y", "    a = neg(x);\n    b = neg(a);\n    c = neg(b);\n    d = neg(c);\n    e = neg(d);\n    f = neg(e);\n"
            "    g = neg(f);\n    h = neg(g);\n    i = neg(h);\n    j = neg(i);\n    k = neg(j);\n    l = neg(k);\n"
            "    m = neg(l);\n    y = neg(m);\n"),
     14, 1},
    {"what is known at init stays there", G("y", "    a = exp(u);\n    b = neg(a);\n    y = mul(x, b);\n"), 1, 1},
    {"through a view", G("y", "    a = exp(x);\n    b = reshape(a, shape = [1,32]);\n    y = neg(b);\n"), 2, 2},
};

int main(void)
{
    static const char *const passes[] = {"epilogue"};
    return pass_steps_run("pass_epilogue", cases, sizeof cases / sizeof *cases, passes, 1, &ncl_target_generic_cpu);
}
