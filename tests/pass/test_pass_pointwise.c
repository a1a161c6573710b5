/* SPDX-License-Identifier: Apache-2.0 */
/* pass_pointwise.c: which products between transposes are taken from the left, and that the values stay. */
#include "pass_case.h"
#include "suite.h"

#define G(results, body)                                                                                               \
    "version 1.0;\ngraph g( x ) -> ( " results " )\n{\n    x = external(shape = [2,3,4,5]);\n"                         \
    "    w = variable(shape = [1,1,3,2], label = 'w');\n    b = variable(shape = [1,1,1,2], label = 'b');\n" body      \
    "\n}\n"
#define LAST "p = transpose(x, axes = [0,2,3,1]);\n    "
#define BACK "y = transpose(q, axes = [0,3,1,2]);"

static const struct pass_case cases[] = {
    {"alone", G("y", LAST "q = matmul(p, w);" BACK), "reshape reshape matmul reshape"},
    {"with a bias", G("y", LAST "m = matmul(p, w); q = add(m, b);" BACK), "reshape reshape matmul reshape add reshape"},
    {"with a bias in front", G("y", LAST "m = matmul(p, w); q = add(b, m);" BACK),
     "reshape reshape matmul reshape add reshape"},
    {"by a transposed matrix",
     G("y", LAST "t = variable(shape = [1,1,6,3], label = 't'); q = matmul(p, t, transposeB = true);" BACK),
     "reshape reshape matmul reshape"},
    {"of three axes",
     G("y", "r = reshape(x, shape = [2,6,10]); p = transpose(r, axes = [0,2,1]);\n"
            "    v = variable(shape = [1,6,3], label = 'v'); q = matmul(p, v); y = transpose(q, axes = [0,2,1]);"),
     "reshape reshape reshape matmul reshape"},
    {"channels that are read elsewhere too", G("y, p", LAST "q = matmul(p, w);" BACK),
     "transpose reshape reshape matmul reshape"},

    {"a product that is read elsewhere too", G("y, q", LAST "q = matmul(p, w);" BACK), "transpose matmul transpose"},
    {"a bias for each place",
     G("y", "c = variable(shape = [1,4,5,2], label = 'c');" LAST "m = matmul(p, w); q = add(m, c);" BACK),
     "transpose matmul add transpose"},
    {"a matrix for each row", G("y", "s = variable(shape = [1,4,3,2], label = 's');" LAST "q = matmul(p, s);" BACK),
     "transpose matmul transpose"},
    {"more channels than places", G("y", LAST "t = variable(shape = [1,1,3,20], label = 't'); q = matmul(p, t);" BACK),
     "transpose matmul transpose"},
    {"another way there", G("y", "p = transpose(x, axes = [0,3,2,1]); q = matmul(p, w);" BACK),
     "transpose matmul transpose"},
    {"another way back", G("y", LAST "q = matmul(p, w); y = transpose(q, axes = [0,3,2,1]);"),
     "transpose matmul transpose"},
};

START_TEST(from_the_left)
{
    pass_case_run(&cases[_i], "pointwise", 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pass_pointwise");
    TCase *tests = tcase_create("pass_pointwise");
    tcase_add_loop_test(tests, from_the_left, 0, (int)(sizeof cases / sizeof *cases));
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
