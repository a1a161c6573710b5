/* SPDX-License-Identifier: Apache-2.0 */
/* branches.c: which sums of convolutions of one input become one, and that the values stay. */
#include "pass_case.h"
#include "suite.h"

#define G(results, body)                                                                                               \
    "version 1.0;\ngraph g( x ) -> ( " results " )\n{\n    x = external(shape = [2,4,5,6]);\n"                         \
    "    f = variable(shape = [4,4,3,3], label = 'f');\n    p = variable(shape = [4,4,1,1], label = 'p');\n"           \
    "    d = variable(shape = [4,1,3,3], label = 'd');\n    e = variable(shape = [4,1,1,1], label = 'e');\n"           \
    "    h = variable(shape = [4,2,3,3], label = 'h');\n    q = variable(shape = [4,1,5,5], label = 'q');\n"           \
    "    s = variable(shape = [1,4], label = 's');\n    t = variable(shape = [1,4,1,1], label = 't');\n"               \
    "    u = variable(shape = [1,4], label = 'u');\n" body "\n}\n"
#define WIDE      "a = conv(x, f, s, padding = [(1,1),(1,1)]);\n    "
#define POINT     "b = conv(x, p, u, padding = [(0,0),(0,0)]);\n    "
#define DEEP      "a = conv(x, d, s, padding = [(1,1),(1,1)], groups = 4);\n    "
#define DEEP_ONE  "b = conv(x, e, 0.0, padding = [(0,0),(0,0)], groups = 4);\n    "
#define NORM(of)  "n = batch_normalization(" of ", s, 0.5, u, s, epsilon = 0.001);\n    "
#define SUM       "y = add(a, b);"
#define FACTORS   "fold_norm reshape "
#define MADE_DIAG "fold_norm reshape pad reshape reshape pad fold_norm add add conv"

static const struct pass_case cases[] = {
    {"one tap among nine", G("y", WIDE POINT SUM), "pad add add conv"},
    {"the other way round", G("y", WIDE POINT "y = add(b, a);"), "pad add add conv"},
    {"nine and nine", G("y", WIDE "b = conv(x, f, 0.0, padding = [(1,1),(1,1)]);" SUM), "add conv"},
    {"by channel", G("y", DEEP DEEP_ONE SUM), "pad add conv"},
    {"nine of twenty-five", G("y", DEEP "b = conv(x, q, u, padding = [(2,2),(2,2)], groups = 4);" SUM),
     "pad add add conv"},
    {"uneven padding", G("y", "a = conv(x, q, s, padding = [(1,3),(3,1)], groups = 4);\n    " DEEP_ONE SUM),
     "pad add conv"},
    {"strides",
     G("y", "a = conv(x, f, s, padding = [(1,1),(1,0)], stride = [2,3]);\n"
            "    b = conv(x, p, u, padding = [(0,0),(0,-1)], stride = [2,3]);" SUM),
     "pad add add conv"},
    {"taps apart",
     G("y", "a = conv(x, q, s, padding = [(4,4),(4,4)], dilation = [2,2], groups = 4);\n"
            "    b = conv(x, d, u, padding = [(2,2),(2,2)], dilation = [2,2], groups = 4);" SUM),
     "pad add add conv"},
    {"a difference", G("y", WIDE POINT "y = sub(a, b);"), "pad sub sub conv"},
    {"a difference from nothing", G("y", DEEP DEEP_ONE "y = sub(b, a);"), "pad sub sub conv"},
    {"x itself", G("y", DEEP "y = add(x, a);"), "reshape pad add conv"},
    {"without x itself", G("y", DEEP "y = sub(a, x);"), "reshape pad sub conv"},
    {"a normalization", G("y", DEEP NORM("x") "y = add(a, n);"), FACTORS "pad fold_norm add add conv"},
    {"a normalization, all channels", G("y", WIDE NORM("x") "y = add(n, a);"), MADE_DIAG},
    {"a normalization, groups of two",
     G("y", "a = conv(x, h, s, padding = [(1,1),(1,1)], groups = 2);\n    " NORM("x") "y = add(n, a);"), MADE_DIAG},
    {"times constants", G("y", DEEP DEEP_ONE "c = mul(a, t); y = add(c, b);"), "reshape mul reshape mul pad add conv"},
    {"times a number", G("y", DEEP "c = mul(0.25, a); y = add(x, c);"), "reshape pad reshape mul reshape mul add conv"},
    {"normalized behind", G("n", DEEP "b = add(a, x);\n    " NORM("b")), "reshape pad add fold_norm fold_norm conv"},
    {"all of them",
     G("y", DEEP DEEP_ONE NORM("x") "m = batch_normalization(x, s, 0.5, u, s, epsilon = 0.01); z = add(a, 0.0); k = add(z, b);\n"
                                    "    l = add(k, n); o = sub(l, m); c = mul(o, t); y = add(x, c);"),
     "pad add fold_norm reshape pad fold_norm add add fold_norm reshape pad fold_norm sub sub reshape pad reshape mul "
     "reshape mul add conv"},
    {"and nothing", G("y", WIDE "b = add(a, 0.0); y = sigmoid(b);"), "conv sigmoid"},

    {"read elsewhere too", G("y, z", WIDE POINT SUM " z = sigmoid(b);"), "conv conv add sigmoid"},
    {"an output", G("y, b", WIDE POINT SUM), "conv conv add"},
    {"of another input", G("y", WIDE "z = sigmoid(x); b = conv(z, p, u, padding = [(0,0),(0,0)]);" SUM),
     "conv sigmoid conv add"},
    {"taps beside each other",
     G("y", "v = variable(shape = [4,1,1,3], label = 'v'); w = variable(shape = [4,1,3,1], label = 'w');\n"
            "    a = conv(x, v, padding = [(0,0),(1,1)], groups = 4);\n"
            "    b = conv(x, w, padding = [(1,1),(0,0)], groups = 4);" SUM),
     "conv conv add"},
    {"taps nearer to each other",
     G("y", "a = conv(x, q, s, padding = [(4,4),(4,4)], dilation = [2,2], groups = 4);\n"
            "    b = conv(x, d, u, padding = [(1,1),(1,1)], groups = 4);" SUM),
     "conv conv add"},
    {"between the taps",
     G("y", "a = conv(x, d, s, padding = [(2,2),(2,2)], dilation = [2,2], groups = 4);\n"
            "    b = conv(x, e, u, padding = [(1,-1),(1,-1)], groups = 4);" SUM),
     "conv conv add"},
    {"other groups", G("y", WIDE DEEP_ONE SUM), "conv conv add"},
    {"another border", G("y", WIDE "b = conv(x, f, s, border = 'replicate', padding = [(1,1),(1,1)]);" SUM),
     "conv conv add"},
    {"no factor for each channel", G("y", WIDE "y = add(x, a);"), "conv add"},
    {"a factor for each element",
     G("y", "v = variable(shape = [2,4,5,6], label = 'v');\n    " DEEP "c = mul(a, v); y = add(x, c);"),
     "conv mul add"},
    {"added to one image", G("y", "i = slice(x, axes = [0], begin = [0], end = [1]);\n    " DEEP "y = add(a, i);"),
     "conv add"},
};

START_TEST(branches)
{
    pass_case_run(&cases[_i], "norm", 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("branches");
    TCase *tests = tcase_create("branches");
    tcase_add_loop_test(tests, branches, 0, (int)(sizeof cases / sizeof *cases));
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
