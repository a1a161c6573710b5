/* SPDX-License-Identifier: Apache-2.0 */
/* pass_across.c: which products of values and scores change sides, that `recognize` finds attention in them, and that
 * the values stay. */
#include "pass_case.h"
#include "suite.h"

#define G(results, body)                                                                                               \
    "version 1.0;\ngraph g( x ) -> ( " results " )\n{\n    x = external(shape = [2,3,4,5]);\n"                         \
    "    m = variable(shape = [1,3,5,5], label = 'm');\n    k = sigmoid(x); v = tanh(x);\n    " body "\n}\n"
#define SCORES "s = matmul(x, k, transposeA = true); "
#define BEHIND "y = matmul(v, p, transposeB = true);"
#define MADE   "softmax transpose matmul transpose"

static const struct pass_case cases[] = {
    {"plain", G("y", SCORES "p = softmax(s, axes = [3]); " BEHIND), "sigmoid tanh transpose matmul " MADE},
    {"masked", G("y", SCORES "t = add(s, m); p = softmax(t, axes = [3]); " BEHIND),
     "sigmoid tanh transpose matmul add " MADE},
    {"masked by the left", G("y", SCORES "t = add(m, s); p = softmax(t, axes = [3]); " BEHIND),
     "sigmoid tanh transpose matmul add " MADE},
    {"times a number", G("y", SCORES "r = mul(0.5, s); t = add(r, m); p = softmax(t, axes = [3]); " BEHIND),
     "sigmoid tanh transpose matmul mul add " MADE},
    {"by a number", G("y", SCORES "t = div(s, 2.0); p = softmax(t, axes = [3]); " BEHIND),
     "sigmoid tanh transpose matmul div " MADE},
    {"queries as they are",
     G("y", "q = reshape(k, shape = [2,3,5,4]); s = matmul(q, x); p = softmax(s, axes = [3]); " BEHIND),
     "sigmoid tanh reshape matmul " MADE},

    {"along another axis", G("y", SCORES "p = softmax(s, axes = [2]); " BEHIND), "sigmoid tanh matmul softmax matmul"},
    {"values on the right", G("y", SCORES "p = softmax(s, axes = [3]); y = matmul(p, v, transposeB = true);"),
     "sigmoid tanh matmul softmax matmul"},
    {"scores as they are", G("y", SCORES "p = softmax(s, axes = [3]); y = matmul(v, p);"),
     "sigmoid tanh matmul softmax matmul"},
    {"scores that somebody reads", G("y, s", SCORES "p = softmax(s, axes = [3]); " BEHIND),
     "sigmoid tanh matmul softmax matmul"},
    {"weights that somebody reads", G("y, p", SCORES "p = softmax(s, axes = [3]); " BEHIND),
     "sigmoid tanh matmul softmax matmul"},
    {"times a tensor", G("y", SCORES "t = mul(s, m); p = softmax(t, axes = [3]); " BEHIND),
     "sigmoid tanh matmul mul softmax matmul"},
    {"a mask that is multiplied", G("y", SCORES "r = add(s, m); t = mul(r, 2.0); p = softmax(t, axes = [3]); " BEHIND),
     "sigmoid tanh matmul add mul softmax matmul"},
    {"by scores", G("y", SCORES "t = div(2.0, s); p = softmax(t, axes = [3]); " BEHIND),
     "sigmoid tanh matmul div softmax matmul"},
    {"a function of scores", G("y", SCORES "t = sigmoid(s); p = softmax(t, axes = [3]); " BEHIND),
     "sigmoid tanh matmul sigmoid softmax matmul"},
};

START_TEST(across)
{
    pass_case_run(&cases[_i], "across", 0);
}
END_TEST

START_TEST(are_recognized)
{
    for (int i = 0; i < 6; i++) {
        begin(cases[i].graph, 0);
        ck_assert_msg(strstr(nodes_of(graph_behind("recognize", NULL)), "attention"), "%s", cases[i].name);
        ck_assert(!strstr(nodes_of(graph_behind("recognize", "across")), "attention"));
        end();
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pass_across");
    TCase *tests = tcase_create("pass_across");
    tcase_add_loop_test(tests, across, 0, (int)(sizeof cases / sizeof *cases));
    tcase_add_test(tests, are_recognized);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
