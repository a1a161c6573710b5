/* SPDX-License-Identifier: Apache-2.0 */
/* pass_pad.c: which pads become padding of the window behind them. */
#include "pass_case.h"

#define G(outputs, body)                                                                                               \
    "version 1.0;\ngraph g( x ) -> ( " outputs                                                                         \
    " )\n{\n    x = external(shape = [1,2,5,6]);\n    f = variable(shape = [3,2,3,3], label = 'f');\n    " body        \
    "\n}\n"
#define PAD(padding) "p = pad(x, padding = " padding ");\n    "
#define CONV(more)   "y = conv(p, f, padding = [(0,0),(0,1)]" more ");"
#define POOL(op)     "y = " op "(p, size = [1,1,2,2], padding = [(0,0),(0,0),(1,0),(0,0)], stride = [1,1,2,2]);"

static const struct pass_case cases[] = {
    {"conv", G("y", PAD("[(0,0),(0,0),(1,0),(2,1)]") CONV("")), "conv"},
    {"conv with a stride", G("y", PAD("[(0,0),(0,0),(1,1),(1,1)]") CONV(", stride = [2,2]")), "conv"},
    {"average", G("y", PAD("[(0,0),(0,0),(1,0),(2,1)]") POOL("avg_pool")), "avg_pool"},
    {"box", G("y", PAD("[(0,0),(0,0),(0,3),(0,0)]") POOL("box")), "box"},
    {"maximum, of zeros too", G("y", PAD("[(0,0),(0,0),(1,1),(1,1)]") POOL("max_pool")), "max_pool"},
    {"a pool over channels", G("y", PAD("[(0,0),(1,0),(0,0),(0,0)]") POOL("avg_pool")), "avg_pool"},
    {"two pads",
     G("y", "q = pad(x, padding = [(0,0),(0,0),(1,0),(0,0)]);\n"
            "p = pad(q, padding = [(0,0),(0,0),(0,0),(0,0)]); " CONV("")),
     "conv"},
    {"of nothing", G("y", PAD("[(0,0),(0,0),(0,0),(0,0)]") "y = exp(p);"), "exp"},

    {"channels of a conv",
     G("y", "p = pad(x, padding = [(0,0),(0,2),(0,0),(0,0)]);\n"
            "g = variable(shape = [3,4,3,3], label = 'g'); y = conv(p, g, padding = [(0,0),(0,0)]);"),
     "pad conv"},
    {"another number", G("y", "p = pad(x, padding = [(0,0),(0,0),(1,1),(1,1)], value = 1.0);" CONV("")), "pad conv"},
    {"another border", G("y", "p = pad(x, padding = [(0,0),(0,0),(1,1),(1,1)], border = 'replicate');" CONV("")),
     "pad conv"},
    {"a window that does not read zeros", G("y", PAD("[(0,0),(0,0),(1,1),(1,1)]") CONV(", border = 'reflect'")),
     "pad conv"},
    {"padding that depends on the input", G("y", PAD("[(0,0),(0,0),(1,1),(1,1)]") "y = conv(p, f);"), "pad conv"},
    {"read twice",
     G("y", PAD("[(0,0),(0,0),(1,1),(1,1)]") "c = conv(p, f, padding = [(1,1),(1,1)]);\n"
                                             "r = sum_reduce(p, axes = [1]); y = add(c, r);"),
     "pad conv sum_reduce add"},
    {"an output", G("y, p", PAD("[(0,0),(0,0),(1,1),(1,1)]") CONV("")), "pad conv"},
};

START_TEST(folds)
{
    pass_case_run(&cases[_i], "pad", 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pass_pad");
    TCase *tests = tcase_create("pass_pad");
    tcase_add_loop_test(tests, folds, 0, (int)(sizeof cases / sizeof *cases));
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
