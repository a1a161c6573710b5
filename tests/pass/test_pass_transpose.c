/* SPDX-License-Identifier: Apache-2.0 */
/* pass_transpose.c: which transposes vanish, and that the values stay. */
#include "pass_case.h"
#include "suite.h"

#define G(results, body)                                                                                               \
    "version 1.0;\ngraph g( x ) -> ( " results " )\n{\n    x = external(shape = [2,3,4]);\n"                           \
    "    w = variable(shape = [1,5,4], label = 'w');\n    v = variable(shape = [1,3,5], label = 'v');\n" body "\n}\n"

static const struct pass_case cases[] = {
    {"undone", G("y", "p = transpose(x, axes = [0,2,1]); q = transpose(p, axes = [0,2,1]); y = exp(q);"), "exp"},
    {"turned further", G("y", "p = transpose(x, axes = [1,2,0]); q = transpose(p, axes = [1,2,0]); y = exp(q);"),
     "transpose transpose exp"},
    {"of the second operand", G("y", "p = transpose(w, axes = [0,2,1]); y = matmul(x, p);"), "matmul"},
    {"of the first operand", G("y", "p = transpose(x, axes = [0,2,1]); y = matmul(p, v);"), "matmul"},
    {"of both, of which one has the flag",
     G("y", "p = transpose(x, axes = [0,2,1]); q = transpose(w, axes = [0,2,1]);\n"
            "y = matmul(p, q, transposeA = true);"),
     "matmul"},
    {"read elsewhere too", G("y, p", "p = transpose(x, axes = [0,2,1]); y = matmul(p, v);"), "transpose matmul"},
    {"of another axis",
     G("y", "p = transpose(x, axes = [1,0,2]); w2 = transpose(w, axes = [0,2,1]); y = matmul(p, w2);"),
     "transpose matmul"},
    {"of three axes", G("y", "p = transpose(x, axes = [2,0,1]); y = matmul(p, v);"), "transpose matmul"},
};

START_TEST(vanish)
{
    pass_case_run(&cases[_i], "transpose", 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pass_transpose");
    TCase *tests = tcase_create("pass_transpose");
    tcase_add_loop_test(tests, vanish, 0, (int)(sizeof cases / sizeof *cases));
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
