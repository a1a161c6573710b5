/* SPDX-License-Identifier: Apache-2.0 */
/* pass_tile.c: which tiles are left to broadcasting. */
#include "pass_case.h"

#define G(outputs, body)                                                                                               \
    "version 1.0;\ngraph g( x ) -> ( " outputs                                                                         \
    " )\n{\n    x = external(shape = [2,3,4]);\n    v = variable(shape = [2,1,4], label = 'v');\n"                     \
    "    w = variable(shape = [1,1,4], label = 'w');\n    " body "\n}\n"
#define Y(body) G("y", body)
#define TILE    "t = tile(v, repeats = [1,3,1]);\n    "

static const struct pass_case cases[] = {
    {"sum", Y(TILE "y = add(x, t);"), "add"},
    {"quotient, on the left", Y(TILE "y = div(t, x);"), "div"},
    {"along two axes", Y("t = tile(w, repeats = [2,3,1]); y = mul(x, t);"), "mul"},
    {"comparison", Y(TILE "l = gt(x, t); y = select(l, x, 0.0);"), "gt select"},
    {"select", Y(TILE "y = select(lt(x, 0.0), t, x);"), "lt select"},
    {"clamp", Y(TILE "y = clamp(x, t, 9.0);"), "clamp"},
    {"of nothing", Y("t = tile(v, repeats = [1,1,1]); y = add(x, t);"), "add"},
    {"read by two", Y(TILE "a = add(x, t); y = mul(a, t);"), "add mul"},
    {"two operands, of other axes", Y(TILE "u = tile(w, repeats = [2,1,1]); y = add(t, u);"), "tile add"},
    {"two operands that are repeated alike", Y(TILE "u = tile(w, repeats = [2,3,1]); y = add(t, u);"), "tile add"},
    {"one operand twice", Y(TILE "y = mul(t, t);"), "tile mul"},

    {"read by another one too", Y(TILE "s = sum_reduce(t, axes = [1]); a = add(x, t); y = mul(a, s);"),
     "tile sum_reduce add mul"},
    {"an output", G("y, t", TILE "y = add(x, t);"), "tile add"},
    {"an extent of more than 1",
     Y("p = variable(shape = [2,3,2], label = 'p'); t = tile(p, repeats = [1,1,2]); y = add(x, t);"), "tile add"},
    {"the result is as large by it alone", Y(TILE "y = add(t, w);"), "tile add"},
    {"one operand", Y(TILE "y = exp(t);"), "tile exp"},
    {"one operand and a number", Y(TILE "y = leaky_relu(t, alpha = 0.5);"), "tile leaky_relu"},
    {"no broadcasting", Y(TILE "y = concat([x, t], axis = 1);"), "tile concat"},
    {"slopes of channels", Y("t = tile(w, repeats = [1,3,1]); y = prelu(x, t);"), "tile prelu"},
};

START_TEST(reads)
{
    pass_case_run(&cases[_i], "tile", 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pass_tile");
    TCase *tests = tcase_create("pass_tile");
    tcase_add_loop_test(tests, reads, 0, (int)(sizeof cases / sizeof *cases));
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
