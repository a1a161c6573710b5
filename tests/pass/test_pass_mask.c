/* SPDX-License-Identifier: Apache-2.0 */
/* pass_mask.c: which masks of scores become one, and that the values stay. */
#include "pass_case.h"

/* Scores of 2 images of 3 windows, 2 heads, 2 queries and 3 keys; `a` is a bias of places, `b` a mask of windows. */
#define G(outputs, body)                                                                                               \
    "version 1.0;\ngraph g( x ) -> ( " outputs                                                                         \
    " )\n{\n    x = external(shape = [6,2,2,3]);\n    a = variable(shape = [1,2,2,3], label = 'a');\n"                 \
    "    b = variable(shape = [1,3,1,2,3], label = 'b');\n    w = variable(shape = [6,1,2,3], label = 'w');\n"         \
    "    " body "\n}\n"
#define Y(body)    G("y", body)
#define THERE(s)   "t = reshape(" s ", shape = [2,3,2,2,3]);\n    "
#define BACK(sum)  "u = " sum ";\n    r = reshape(u, shape = [6,2,2,3]);\n    y = softmax(r, axes = [3]);"
#define ALONE(sum) "u = " sum ";\n    y = softmax(u, axes = [3]);"

static const struct pass_case cases[] = {
    {"Swin", Y("s = add(x, a);\n    " THERE("s") BACK("add(t, b)")), "tile reshape add add softmax"},
    {"exchanged", Y("s = add(a, x);\n    " THERE("s") BACK("add(b, t)")), "tile reshape add add softmax"},
    {"a mask of windows twice", Y("s = add(x, a);\n    " THERE("s") "v = add(t, b);\n    " BACK("add(v, b)")),
     "add tile reshape add add softmax"},
    {"a mask of windows alone", Y(THERE("x") BACK("add(t, b)")), "tile reshape add softmax"},
    {"one image",
     Y("s = add(x, a);\n    t = unsqueeze(s, axes = [0]); c = unsqueeze(w, axes = [0]); u = add(t, c);\n"
       "    r = squeeze(u, axes = [0]); y = softmax(r, axes = [3]);"),
     "unsqueeze reshape add add softmax"},
    {"the same for all images and windows",
     Y("c = variable(shape = [1,1,2,1,3], label = 'c');\n    " THERE("x") BACK("add(t, c)")), "reshape add softmax"},
    {"of fewer axes", Y("c = variable(shape = [1,1,2], label = 'c');\n    " THERE("x") BACK("add(t, c)")),
     "reshape add softmax"},
    {"in one shape", Y("s = add(x, a); " ALONE("add(s, w)")), "add add softmax"},
    {"in one shape, exchanged", Y("s = add(a, x); " ALONE("add(w, s)")), "add add softmax"},
    {"a mask that is computed of what is known", Y("s = add(x, a); m = mul(w, 2.0); " ALONE("add(s, m)")),
     "mul add add softmax"},

    {"a mask of an input", G("y, m", "m = mul(x, 2.0); s = add(x, a); " ALONE("add(s, m)")), "mul add add softmax"},
    {"windows in front of images",
     Y("c = variable(shape = [2,1,1,2,3], label = 'c'); t = reshape(x, shape = [3,2,2,2,3]); d = reshape(c, shape = "
       "[1,2,1,2,3]);\n    " BACK("add(t, d)")),
     "reshape tile reshape add softmax"},
    {"another shape in front",
     Y("c = variable(shape = [1,4,1,3], label = 'c');\n    t = reshape(x, shape = [6,4,1,3]);\n    "
       "u = add(t, c); r = reshape(u, shape = [6,2,2,3]); y = softmax(r, axes = [3]);"),
     "reshape add reshape softmax"},
    {"the sum an output", G("y, u", "s = add(x, a);\n    " THERE("s") BACK("add(t, b)")),
     "add reshape add reshape softmax"},
    {"the scores an output", G("y, s", "s = add(x, a); " ALONE("add(s, w)")), "add add softmax"},
    {"a sum that is larger than the scores",
     Y("c = slice(x, axes = [0], begin = [0], end = [1]); s = add(c, w); " ALONE("add(s, a)")), "add add softmax"},
    {"no softmax", Y("s = add(x, a); y = add(s, w);"), "add add"},
};

START_TEST(joins)
{
    pass_case_run(&cases[_i], "mask", 0);
}
END_TEST

/* Of two sums, the one of masks is known at init; where it may not be made, the first is of the input. */
START_TEST(known_at_init)
{
    static const struct {
        const char *graph;
        bool joined;
    } sums[] = {{Y("s = add(x, a); " ALONE("add(s, w)")), true},
                {Y("s = add(a, x); " ALONE("add(w, s)")), true},
                {Y("s = add(x, a); m = mul(x, 2.0); " ALONE("add(s, m)")), false},
                {Y("s = add(x, x); " ALONE("add(s, w)")), false},
                {G("y, s", "s = add(x, a); " ALONE("add(s, w)")), false},
                {Y("c = slice(x, axes = [0], begin = [0], end = [1]); s = add(c, w); " ALONE("add(s, a)")), false}};
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
        begin(sums[i].graph, 0);
        const struct ncl_node *softmax = graph_behind("mask", NULL)->output[0]->producer,
                              *sum = softmax->argument[0].tensor->producer;
        bool joined = false;
        for (int k = 0; k < 2; k++) {
            const struct ncl_node *inner = sum->argument[k].tensor->producer;
            joined |= ncl_node_is(inner, "add") && ncl_tensor_is_constant(inner->argument[0].tensor) &&
                      ncl_tensor_is_constant(inner->argument[1].tensor);
        }
        ck_assert_msg(joined == sums[i].joined, "%s", sums[i].graph);
        end();
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pass_mask");
    TCase *tests = tcase_create("pass_mask");
    tcase_add_loop_test(tests, joins, 0, (int)(sizeof cases / sizeof *cases));
    tcase_add_test(tests, known_at_init);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
