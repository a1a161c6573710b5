/* SPDX-License-Identifier: Apache-2.0 */
/* moved_norm.c: which normalizations between moves are those along other axes, and that the values stay. */
#include "pass_case.h"
#include "suite.h"

#define G(results, body)                                                                                               \
    "version 1.0;\nextension KHR_enable_operator_expressions;\ngraph g( x ) -> ( " results " )\n{\n"                   \
    "    x = external(shape = [2,3,4,5]);\n    s = variable(shape = [1,1,1,3], label = 's');\n"                        \
    "    o = variable(shape = [1,1,1,3], label = 'o');\n" body "\n}\n"
#define NORM(x, axes) "    m, v = moments(" x ", axes = " axes "); n = (" x " - m) / sqrt(v + 0.25);\n"
#define LAST          "    t = transpose(x, axes = [0,2,3,1]);\n"
#define BACK(n)       "    y = transpose(" n ", axes = [0,3,1,2]);"
#define FLAT(shape)   "    t = reshape(x, shape = " shape ");\n"
#define IMAGE(n)      "    y = reshape(" n ", shape = [2,3,4,5]);"

static const struct pass_case cases[] = {
    {"channels brought last", G("y", LAST NORM("t", "[3]") BACK("n")), "layer_norm"},
    {"with scale and offset", G("y", LAST NORM("t", "[3]") BACK("n * s + o")), "reshape reshape layer_norm"},
    {"without a mean", G("y", LAST "    n = t * rsqrt(mean_reduce(sqr(t), axes = [3]) + 0.5) * s;\n" BACK("n")),
     "reshape rms_norm"},
    {"by the length", G("y", LAST "    n = l2_normalization(t, axes = [3], epsilon = 0.5);\n" BACK("n")),
     "l2_normalization"},
    {"by the length, of TensorFlow",
     G("y", LAST "    n = t * rsqrt(max(sum_reduce(sqr(t), axes = [3]), 0.5));\n" BACK("n")), "l2_norm"},
    {"of sequences",
     G("y", "    r = reshape(x, shape = [2,6,10]); t = transpose(r, axes = [0,2,1]);\n" NORM(
                "t", "[2]") "    y = transpose(n, axes = [0,2,1]);"),
     "reshape layer_norm"},
    {"places in one axis",
     G("y", "    r = reshape(x, shape = [2,3,20]); t = transpose(r, axes = [0,2,1]);\n"
            "    w = variable(shape = [1,1,3], label = 'w');\n" NORM(
                "t", "[2]") "    q = transpose(n * w, axes = [0,2,1]);\n" IMAGE("q")),
     "reshape reshape layer_norm"},
    {"what was brought last is read elsewhere too", G("y, t", LAST NORM("t", "[3]") BACK("n")), "transpose layer_norm"},
    {"an image as one axis", G("y", FLAT("[2,1,-1]") NORM("t", "[2]") IMAGE("n")), "layer_norm"},
    {"an image as one axis, then scale and offset of channels",
     G("y", "    a = variable(shape = [1,3,1,1], label = 'a'); b = variable(shape = [1,3,1,1], label = 'b');\n" FLAT(
                "[2,1,-1]") NORM("t", "[2]") "    i = reshape(n, shape = [2,3,4,5]); y = i * a + b;"),
     "layer_norm"},
    {"an image as one axis, with a scale of one",
     G("y", "    a = constant(shape = [1,1,1], value = [2.0]);\n" FLAT("[2,1,-1]") NORM("t", "[2]") IMAGE("n * a")),
     "constant reshape layer_norm"},
    {"each channel as one axis", G("y", FLAT("[2,3,20]") NORM("t", "[2]") IMAGE("n")), "layer_norm"},
    {"images and channels as one axis", G("y", FLAT("[6,20]") NORM("t", "[1]") IMAGE("n")), "layer_norm"},

    {"not back", G("y", LAST NORM("t", "[3]") "    y = n;"), "transpose layer_norm copy"},
    {"another way back", G("y", LAST NORM("t", "[3]") "    y = transpose(n, axes = [0,3,2,1]);"),
     "transpose layer_norm transpose"},
    {"read elsewhere too", G("y, n", LAST NORM("t", "[3]") BACK("n")), "transpose layer_norm transpose"},
    {"channels and columns", G("y", LAST NORM("t", "[2,3]") BACK("n")), "transpose layer_norm transpose"},
    {"rows brought last",
     G("y", "    t = transpose(x, axes = [0,1,3,2]);\n" NORM("t", "[3]") "    y = transpose(n, axes = [0,1,3,2]);"),
     "transpose layer_norm transpose"},
    {"five axes",
     G("y", "    r = reshape(x, shape = [2,3,2,2,5]); t = transpose(r, axes = [0,2,3,4,1]);\n" NORM(
                "t", "[4]") "    y = transpose(n, axes = [0,4,1,2,3]);"),
     "reshape transpose layer_norm transpose"},
    {"half of the channels", G("y", FLAT("[4,30]") NORM("t", "[1]") IMAGE("n")), "reshape layer_norm reshape"},
    {"a scale for each element",
     G("y", "    a = variable(shape = [1,1,60], label = 'a');\n" FLAT("[2,1,-1]") NORM("t", "[2]") IMAGE("n * a")),
     "reshape layer_norm"},
};

START_TEST(along_other_axes)
{
    pass_case_run(&cases[_i], "recognize", 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pass_moved_norm");
    TCase *tests = tcase_create("pass_moved_norm");
    tcase_add_loop_test(tests, along_other_axes, 0, (int)(sizeof cases / sizeof *cases));
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
