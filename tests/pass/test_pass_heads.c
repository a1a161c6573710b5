/* SPDX-License-Identifier: Apache-2.0 */
/* pass_heads.c: which moves around attention become views, and that they are views of the right elements. */
#include "pass_case.h"

#define G(outputs, body)                                                                                               \
    MODEL_HEADER "graph g( x ) -> ( " outputs " )\n{\n    x = external(shape = [2,4,24]);\n    " body "}\n"
#define CUT                      "[a, b, c] = split(x, axis = 2, ratios = [1,1,1]);\n"
#define AXES(axes)               "axes = [" axes "]"
#define HEADS(heads, from, axes) heads " = transpose(reshape(" from ", shape = [2,4,2,4]), " AXES(axes) ");\n"
#define QKV                      HEADS("q", "a", "0,2,1,3") HEADS("k", "b", "0,2,1,3") HEADS("v", "c", "0,2,1,3")
#define SCORES(more)             "s = softmax(matmul(q, k, transposeB = true) / 2.0" more ", axes = [3]);\n"
#define RESULT                   "t = matmul(s, v);\n"
#define ATTENTION(more)          SCORES(more) RESULT
#define JOIN                     "y = reshape(transpose(t, axes = [0,2,1,3]), shape = [2,4,8]);\n"
#define FLAT                     "t = matmul(softmax(matmul(q, k, transposeB = true), axes = [2]), v);\n"
#define BACK(axes)               "y = transpose(t, axes = [" axes "]);\n"
#define TURN(heads, from)        heads " = transpose(reshape(" from ", shape = [4,4,4]), axes = [1,0,2]);\n"
#define TURN4(heads, from)                                                                                             \
    heads " = reshape(transpose(reshape(" from ", shape = [4,4,4]), axes = [1,0,2]), shape = [2,2,4,4]);\n"

static const struct pass_case cases[] = {
    {"heads of one product", G("y", CUT QKV ATTENTION("") JOIN), "attention_views"},
    {"heads of three products",
     G("y", "[d, e, f] = split(x, axis = 2, ratios = [1,1,1]); a = sin(d); b = cos(e); c = tanh(f);\n" QKV ATTENTION("")
                JOIN),
     "split sin cos tanh attention_views"},
    {"keys as columns",
     G("y", CUT HEADS("q", "a", "0,2,1,3") HEADS("k", "b", "0,2,3,1")
                HEADS("v", "c", "0,2,1,3") "t = matmul(softmax(matmul(q, k), axes = [3]), v);\n" JOIN),
     "attention_views"},
    {"a mask", G("y", "m = variable(shape = [2,1,4,4], label = 'm');\n" CUT QKV ATTENTION(" + m") JOIN),
     "attention_views"},
    {"a mask that is moved",
     G("y", "m = transpose(reshape(sin(x), shape = [12,4,4]), axes = [1,2,0]);\n"
            "n = reshape(slice(m, axes = [2], begin = [3], end = [5]), shape = [1,2,4,4]);\n" CUT QKV ATTENTION(" + n")
                JOIN),
     "sin reshape transpose reshape attention_views"},
    {"unstack", G("y", "[a, b, c] = unstack(reshape(x, shape = [2,4,3,8]), axis = 2);\n" QKV ATTENTION("") JOIN),
     "attention_views"},
    {"slices from either end",
     G("y",
       "a = slice(x, axes = [2], begin = [-8], end = [0]); b = slice(x, axes = [2,0], begin = [4,0], end = [12,0]);\n"
       "c = slice(x, axes = [2], begin = [0], end = [8], stride = [1]);\n" QKV ATTENTION("") JOIN),
     "attention_views"},
    {"slices of every other element",
     G("y", "a = slice(x, axes = [2], begin = [0], end = [16], stride = [2]); b = exp(a); c = sin(a);\n" QKV ATTENTION(
                "") JOIN),
     "exp sin attention_views"},
    {"numbers in front of the scores",
     G("y", CUT HEADS("p", "a", "0,2,1,3") HEADS("o", "b", "0,2,3,1") HEADS(
                "v", "c",
                "0,2,1,3") "q = p * 0.5; k = 0.25 * o; t = matmul(softmax(matmul(q, k) * 3.0, axes = [3]), v);\n" JOIN),
     "attention_views"},
    {"a number in front of the values",
     G("y", CUT HEADS("q", "a", "0,2,1,3") HEADS("k", "b", "0,2,1,3")
                HEADS("w", "c", "0,2,1,3") "v = w * 0.5;\n" ATTENTION("") JOIN),
     "split reshape transpose mul attention_views"},
    {"factors that are no numbers",
     G("y", "f = variable(shape = [1,1,1,1], label = 'f');\n" CUT HEADS("p", "a", "0,2,1,3") HEADS("k", "b", "0,2,1,3")
                HEADS("v", "c", "0,2,1,3") "q = p * f;\n" ATTENTION("") JOIN),
     "split reshape transpose mul attention_views"},

    {"one head, no batch of them", G("y", CUT "y = matmul(softmax(matmul(a, b, transposeB = true), axes = [2]), c);\n"),
     "attention_views"},
    {"heads and batch along one axis",
     G("y", "z = reshape(x, shape = [4,2,24]); [a, b, c] = split(z, axis = 2, ratios = [1,1,1]);\n"
            "d = sin(a);\n" TURN("q", "d") TURN("k", "b") TURN("v", "c") FLAT
       "y = reshape(transpose(t, axes = [1,0,2]), shape = [4,2,8]);\n"),
     "reshape split sin attention_views"},
    {"heads and batch along one axis, and then along two",
     G("y", "z = reshape(x, shape = [4,2,24]); [a, b, c] = split(z, axis = 2, ratios = [1,1,1]);\n" TURN4("q", "a")
                TURN4("k", "b") TURN4("v", "c")
                    ATTENTION("") "y = reshape(transpose(t, axes = [2,0,1,3]), shape = [8,8]);\n"),
     "attention_views"},
    {"queries and results whose elements lie apart",
     G("y", CUT HEADS("q", "a", "0,2,3,1") HEADS("k", "b", "0,2,3,1") HEADS("v", "c", "0,2,3,1") ATTENTION("")
                BACK("0,2,3,1")),
     "split reshape transpose attention_views transpose"},

    {"keys and values that go on where queries do not",
     G("y", "r = transpose(reshape(x, shape = [2,3,2,4,4]), axes = [1,0,2,4,3]);\n"
            "[a, b, c] = split(r, axis = 0, ratios = [1,1,1]);\n"
            "q = squeeze(a, axes = [0]); k = squeeze(b, axes = [0]); v = squeeze(c, axes = [0]);\n" ATTENTION("")
                BACK("0,2,1,3")),
     "reshape transpose attention_views"},
    {"an operand that is an output", G("y, q", CUT QKV ATTENTION("") JOIN), "split reshape transpose attention_views"},
    {"a result that is read twice", G("y, t", CUT QKV ATTENTION("") JOIN), "attention_views transpose reshape"},
    {"keys that are the values",
     G("y", CUT HEADS("q", "a", "0,2,1,3") HEADS(
                "k", "b", "0,2,1,3") "v = copy(k);\n"
                                     "t = matmul(softmax(matmul(q, k, transposeB = true), axes = [3]), k);\n" JOIN),
     "attention_views"},
    {"two of one query",
     G("y", CUT QKV ATTENTION("") "u = matmul(softmax(matmul(q, v, transposeB = true), axes = [3]), k);\n"
                                  "y = t + u;\n"),
     "split reshape transpose reshape transpose reshape transpose attention attention add"},
    {"nothing is moved", G("y", "t = sin(x); y = matmul(softmax(matmul(x, t, transposeB = true), axes = [2]), t);\n"),
     "sin attention"},
    {"shapes alone",
     G("y", "q = reshape(x, shape = [2,2,2,24]); k = sin(q);\n"
            "t = matmul(softmax(matmul(q, k, transposeB = true), axes = [3]), k);\n"
            "y = reshape(t, shape = [2,4,24]);\n"),
     "reshape sin attention reshape"},
};

START_TEST(views)
{
    const struct pass_case *c = &cases[_i];
    begin(c->graph, 0);
    const struct ncl_graph *graph = graph_behind("heads", NULL);
    ck_assert_msg(strcmp(nodes_of(graph), c->nodes) == 0, "%s: %s", c->name, nodes_of(graph));
    compare_outputs(c->name, graph);
    end();
}
END_TEST

static void list_compare(const struct ncl_node *node, const char *name, const int64_t *want, size_t count)
{
    ck_assert_uint_eq(ncl_node_count(node, name), count);
    for (size_t i = 0; i < count; i++)
        ck_assert_msg(ncl_node_integer_at(node, name, i) == want[i], "%s[%zu]: %lld", name, i,
                      (long long)ncl_node_integer_at(node, name, i));
}

/* Where the operands lie, the scale with all its numbers, and the nodes that it was, in their order. */
START_TEST(arguments)
{
    static const char *const inner[] = {"split",     "reshape", "transpose", "reshape",   "transpose", "reshape",
                                        "transpose", "mul",     "attention", "transpose", "reshape"};
    begin(G("y", CUT HEADS("p", "a", "0,2,1,3") HEADS("k", "b", "0,2,1,3")
                     HEADS("v", "c", "0,2,1,3") "q = p * 0.5; t = matmul(softmax(matmul(q, k, transposeB = true) * "
                                                "3.0, axes = [3]), v);\n" JOIN),
          0);
    const struct ncl_graph *graph = graph_behind("heads", NULL);
    const struct ncl_node *node = graph->output[0]->producer;
    ck_assert_str_eq(node->op->name, "attention_views");
    ck_assert_str_eq(ncl_node_tensor(node, "key")->name, "x");
    ck_assert(ncl_tensor_is_filled_with(ncl_node_tensor(node, "scale"), 1.5));
    list_compare(node, "extents", (const int64_t[]){2, 2, 4, 4, 4, 4}, 6);
    list_compare(node, "query_view", (const int64_t[]){0, 96, 4, 24, 1}, 5);
    list_compare(node, "key_view", (const int64_t[]){8, 96, 4, 24, 1}, 5);
    list_compare(node, "value_view", (const int64_t[]){16, 96, 4, 24, 1}, 5);
    list_compare(node, "result_view", (const int64_t[]){0, 32, 4, 8, 1}, 5);
    ck_assert_uint_eq(node->inner_count, sizeof inner / sizeof *inner);
    for (size_t i = 0; i < node->inner_count; i++)
        ck_assert_str_eq(node->inner[i]->op->name, inner[i]);
    end();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pass_heads");
    TCase *tests = tcase_create("pass_heads");
    tcase_add_loop_test(tests, views, 0, (int)(sizeof cases / sizeof *cases));
    tcase_add_test(tests, arguments);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
