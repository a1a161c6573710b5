/* SPDX-License-Identifier: Apache-2.0 */
/* pass_horizontal.c: which products of one input become one, what goes along, and what they leave alone. */
#include "pass_case.h"

#define G(shape, outputs, body)                                                                                        \
    MODEL_HEADER "graph g( x ) -> ( " outputs " )\n{\n    x = external(shape = [" shape "]);\n    " body "}\n"
#define V(name, shape) name " = variable(shape = [" shape "], label = '" name "');\n"

#define WEIGHTS          V("wa", "1,8,8") V("wb", "1,8,8") V("wc", "1,8,8")
#define BIASES           V("ba", "1,1,8") V("bb", "1,1,8") V("bc", "1,1,8")
#define PRODUCT(y, w)    y " = matmul(x, " w ", transposeB = true);\n"
#define HEADS(heads, of) heads " = transpose(reshape(" of ", shape = [2,4,2,4]), axes = [0,2,1,3]);\n"
#define QKV              HEADS("q", "a") HEADS("k", "b") HEADS("v", "c")
#define ATTENTION        "t = matmul(softmax(matmul(q, k, transposeB = true) / 2.0, axes = [3]), v);\n"
#define JOIN             "y = reshape(transpose(t, axes = [0,2,1,3]), shape = [2,4,8]);\n"
#define MOVES            "reshape transpose reshape transpose reshape transpose attention transpose reshape"

#define IMAGE        "1,4,6,6"
#define CONV(y, w)   y " = conv(x, " w ");\n"
#define ONE(y, w)    V(w, "8,4,1,1") CONV(y, w)
#define THREE(y, of) V("w3" y, "2,8,3,3") y " = conv(" of ", w3" y ", padding = [(1,1),(1,1)]);\n"
#define BOTH(a, b)   THREE("p", a) THREE("q", b) "y = p + q;\n"

static const struct pass_case cases[] = {
    {"query, key and value",
     G("2,4,8", "y",
       WEIGHTS BIASES PRODUCT("d", "wa") PRODUCT("e", "wb")
           PRODUCT("f", "wc") "a = d + ba; b = e + bb; c = f + bc;\n" QKV ATTENTION JOIN),
     "concat concat linear " MOVES},
    {"without biases, weights where they are first read",
     G("2,4,8", "y",
       V("wa", "1,8,8") PRODUCT("a", "wa") HEADS("q", "a") V("wb", "1,8,8") PRODUCT("b", "wb") HEADS("k", "b")
           V("wc", "1,8,8") PRODUCT("c", "wc") HEADS("v", "c") ATTENTION JOIN),
     "concat matmul " MOVES},
    {"matrices as they are, and different ends",
     G("2,4,8", "y",
       WEIGHTS BIASES
       "d = matmul(x, wa); e = matmul(x, wb); f = matmul(x, wc); a = (d + ba) * 0.5; b = e + bb; c = f + bc;\n" QKV
           ATTENTION JOIN),
     "concat matmul concat add mul " MOVES},
    {"one without a bias",
     G("2,4,8", "y",
       WEIGHTS BIASES PRODUCT("d", "wa") PRODUCT("b", "wb")
           PRODUCT("f", "wc") "a = d + ba; c = f + bc;\n" QKV ATTENTION JOIN),
     "matmul concat concat linear " MOVES},
    {"one is an output",
     G("2,4,8", "y, a", WEIGHTS PRODUCT("a", "wa") PRODUCT("b", "wb") PRODUCT("c", "wc") QKV ATTENTION JOIN),
     "matmul concat matmul " MOVES},
    {"a weight that is computed",
     G("2,4,8", "y",
       V("wa", "1,8,8") V("wb", "1,8,8") PRODUCT("a", "wa") PRODUCT(
           "b", "wb") "w = reshape(x, shape = [1,8,8]); c = matmul(x, w, transposeB = true);\n" QKV ATTENTION JOIN),
     "concat matmul reshape matmul " MOVES},
    {"parts would have to be copied",
     G("2,4,8", "y",
       WEIGHTS PRODUCT("a", "wa") PRODUCT("b", "wb") "y = softmax(a, axes = [2]) + softmax(b, axes = [2]);\n"),
     "matmul matmul softmax softmax add"},
    {"one row",
     G("1,8", "y",
       V("wa", "8,8") V("wb", "16,8") PRODUCT("a", "wa")
           PRODUCT("b", "wb") "c = softmax(a); y = matmul(c, b, transposeA = true);\n"),
     "concat matmul softmax matmul"},

    {"branches of one image", G(IMAGE, "y", ONE("a", "wa") ONE("b", "wb") "c = relu(a); d = relu(b);\n" BOTH("c", "d")),
     "concat conv relu conv conv add"},
    {"one with a bias, one without",
     G(IMAGE, "y",
       V("wa", "8,4,1,1") V("wb", "8,4,1,1") V("ba", "1,8") "a = conv(x, wa, ba);\n" CONV("b", "wb") BOTH("a", "b")),
     "conv conv conv conv add"},
    {"windows of other sizes",
     G(IMAGE, "y", V("wa", "8,4,1,1") V("wb", "8,4,3,3") "a = conv(x, wa); b = conv(x, wb);\n" BOTH("a", "b")),
     "conv conv conv conv add"},
    {"other strides",
     G(IMAGE, "y",
       V("wa", "8,4,1,1") V("wb", "8,4,1,1") "a = conv(x, wa); b = conv(x, wb, stride = [2,2]);\n" THREE("p", "a")
           THREE("q", "b") "y = max_reduce(p, axes = [2,3]) + max_reduce(q, axes = [2,3]);\n"),
     "conv conv conv conv max_reduce max_reduce add"},
    {"one that is concatenated stays",
     G(IMAGE, "y",
       ONE("a", "wa") ONE("b", "wb") ONE("c", "wc") THREE("p", "b")
           THREE("q", "c") "y = concat([p, q, a], axis = 1);\n"),
     "conv concat conv conv conv concat"},
    {"two images", G("2,4,5,5", "y", ONE("a", "wa") ONE("b", "wb") BOTH("a", "b")), "conv conv conv conv add"},
    {"element by element behind one of them",
     G(IMAGE, "y", ONE("a", "wa") ONE("b", "wb") "c = relu(a);\n" BOTH("c", "b")), "conv conv relu conv conv add"},
};

START_TEST(products)
{
    const struct pass_case *c = &cases[_i];
    begin(c->graph, 0);
    const struct ncl_graph *graph = graph_behind("horizontal", NULL);
    ck_assert_msg(strcmp(nodes_of(graph), c->nodes) == 0, "%s: %s", c->name, nodes_of(graph));
    compare_outputs(c->name, graph);
    end();
}
END_TEST

static const char attention[] = G("2,4,8", "y",
                                  WEIGHTS BIASES PRODUCT("d", "wa") PRODUCT("e", "wb")
                                      PRODUCT("f", "wc") "a = d + ba; b = e + bb; c = f + bc;\n" QKV ATTENTION JOIN);

/* Attention reads its operands where they lie in the one product. */
START_TEST(heads_lie_in_the_product)
{
    begin(attention, 0);
    const struct ncl_graph *graph = graph_behind("heads", NULL);
    const struct ncl_node *node = graph->output[0]->producer;
    ck_assert_str_eq(nodes_of(graph), "concat concat linear attention_views");
    ck_assert_str_eq(ncl_node_tensor(node, "query")->name, "a.linear");
    ck_assert_ptr_eq(ncl_node_tensor(node, "query"), ncl_node_tensor(node, "value"));
    ck_assert_int_eq(ncl_node_integer_at(node, "value_view", 0), 16);
    ck_assert_int_eq(ncl_node_integer_at(node, "value_view", 3), 24);
    compare_outputs("heads", graph);
    end();
}
END_TEST

START_TEST(others_are_left_alone)
{
    target = _i ? &ncl_target_generic_cpu : &ncl_target_generic_gpu;
    begin(attention, 0);
    ck_assert_str_eq(nodes_of(graph_behind("heads", NULL)), "linear linear linear attention_views");
    end();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pass_horizontal");
    TCase *tests = tcase_create("pass_horizontal");
    struct ncl_target gpu = ncl_target_generic_gpu;
    gpu.local_memory = 49152;
    target = &gpu;
    tcase_add_loop_test(tests, products, 0, (int)(sizeof cases / sizeof *cases));
    tcase_add_test(tests, heads_lie_in_the_product);
    tcase_add_loop_test(tests, others_are_left_alone, 0, 2);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
