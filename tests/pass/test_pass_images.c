/* SPDX-License-Identifier: Apache-2.0 */
/* pass_images.c: which products of tokens become products of images, what element-wise nodes do beside them, and that
 * the values stay. */
#include "pass_case.h"
#include "suite.h"

#define G(results, body)                                                                                               \
    "version 1.0;\ngraph g( x ) -> ( " results " )\n{\n    x = external(shape = [2,6,3]);\n"                           \
    "    w = variable(shape = [1,3,8], label = 'w');\n    b = variable(shape = [1,1,8], label = 'b');\n"               \
    "    f = variable(shape = [8,1,3,3], label = 'f');\n    v = variable(shape = [1,8,4], label = 'v');\n"             \
    "    c = variable(shape = [1,1,4], label = 'c');\n" body "\n}\n"
#define WIDE   "m = matmul(x, w); t = add(m, b);\n    "
#define IMAGE  "p = transpose(t, axes = [0,2,1]); i = reshape(p, shape = [2,8,2,3]);\n    "
#define CONV   "y = conv(i, f, groups = 8);\n    "
#define TOKENS "q = reshape(y, shape = [2,8,6]); s = transpose(q, axes = [0,2,1]);\n    "
/* The image that the other cases begin with. */
#define MADE      "i = reshape(x, shape = [2,2,3,3]); j = transpose(i, axes = [0,3,1,2]);\n    "
#define MADE_CONV MADE "g = variable(shape = [8,3,3,3], label = 'g'); y = conv(j, g);\n    "
#define BEFORE    "reshape transpose reshape transpose reshape reshape conv"
#define BEHIND    "reshape transpose reshape reshape conv transpose reshape"

static const struct pass_case cases[] = {
    {"a product in front", G("y", WIDE IMAGE CONV), BEFORE " conv"},
    {"without a bias", G("y", "t = matmul(x, w);" IMAGE CONV), "reshape transpose reshape transpose reshape conv conv"},
    {"with a bias in front", G("y", "m = matmul(x, w); t = add(b, m);" IMAGE CONV), BEFORE " conv"},
    {"by a transposed matrix",
     G("y", "u = variable(shape = [1,8,3], label = 'u'); t = matmul(x, u, transposeB = true);" IMAGE CONV),
     "reshape transpose reshape reshape conv conv"},
    {"of rows of tokens",
     G("y", "r = reshape(x, shape = [2,2,3,3]); u = variable(shape = [1,1,3,8], label = 'u');\n"
            "    t = matmul(r, u); i = transpose(t, axes = [0,3,1,2]);\n    " CONV),
     "reshape transpose reshape transpose reshape conv conv"},
    {"a product behind", G("z", MADE_CONV TOKENS "e = sigmoid(s); n = matmul(e, v); z = add(n, c);"),
     "reshape transpose conv sigmoid " BEHIND},
    {"behind, without a bias", G("z", MADE_CONV TOKENS "e = sigmoid(s); z = matmul(e, v);"),
     "reshape transpose conv sigmoid reshape transpose reshape conv transpose reshape"},
    {"element by element", G("z", MADE_CONV TOKENS "z = sigmoid(s);"),
     "reshape transpose conv sigmoid reshape transpose"},
    {"twice, with a number", G("z", MADE_CONV TOKENS "e = leaky_relu(s, alpha = 0.25); z = sigmoid(e);"),
     "reshape transpose conv leaky_relu sigmoid reshape transpose"},
    {"all of them", G("z", WIDE IMAGE CONV TOKENS "e = sigmoid(s); n = matmul(e, v); z = add(n, c);"),
     BEFORE " conv sigmoid " BEHIND},

    {"a product that is read elsewhere too", G("y, t", WIDE IMAGE CONV), "matmul add transpose reshape conv"},
    {"a move that is read elsewhere too", G("y, p", WIDE IMAGE CONV), "matmul add transpose reshape conv"},
    {"channels that are hardly more",
     G("y", "u = variable(shape = [1,3,5], label = 'u'); t = matmul(x, u); p = transpose(t, axes = [0,2,1]);\n"
            "    i = reshape(p, shape = [2,5,2,3]); h = variable(shape = [5,1,3,3], label = 'h');\n"
            "    y = conv(i, h, groups = 5);"),
     "matmul transpose reshape conv"},
    {"hardly fewer behind",
     G("z", MADE_CONV TOKENS "u = variable(shape = [1,8,5], label = 'u'); e = sigmoid(s); z = matmul(e, u);"),
     "reshape transpose conv sigmoid reshape transpose matmul"},
    {"places across", G("y", WIDE "r = reshape(t, shape = [2,3,2,8]); i = transpose(r, axes = [0,3,2,1]);\n    " CONV),
     "matmul add reshape transpose conv"},
    {"no channels first", G("y", WIDE "i = reshape(t, shape = [2,8,2,3]);\n    " CONV), "matmul add reshape conv"},
    {"nothing made in an image",
     G("z", "j = box(x, size = [1,3,1], normalize = true); i = reshape(j, shape = [2,3,2,3]);\n"
            "    q = reshape(i, shape = [2,3,6]); s = transpose(q, axes = [0,2,1]); z = sigmoid(s);"),
     "box reshape reshape transpose sigmoid"},
    {"tokens that are read elsewhere too", G("z, s", MADE_CONV TOKENS "z = sigmoid(s);"),
     "reshape transpose conv reshape transpose sigmoid"},
    {"two operands", G("z", MADE_CONV TOKENS "z = mul(s, b);"), "reshape transpose conv reshape transpose mul"},
};

START_TEST(in_images)
{
    pass_case_run(&cases[_i], "images", 0);
}
END_TEST

START_TEST(no_blocks_elsewhere)
{
    const struct ncl_target gpu = {.cpu = false};
    target = &gpu;
    begin(cases[0].graph, 0);
    ck_assert_str_eq(nodes_of(graph_behind("images", NULL)), "matmul add transpose reshape conv");
    end();
    target = &ncl_target_generic_cpu;
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pass_images");
    TCase *tests = tcase_create("pass_images");
    tcase_add_loop_test(tests, in_images, 0, (int)(sizeof cases / sizeof *cases));
    tcase_add_test(tests, no_blocks_elsewhere);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
