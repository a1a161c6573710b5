/* SPDX-License-Identifier: Apache-2.0 */
/* pass_recognize.c and patterns.nnef: each pattern fires in each spelling, with the numbers of what was written, and
 * not in near misses. */
#include "pass_case.h"

#define COMPAT NNEFCL_COMPAT_TORCH /* erf */
#define G(outputs, body)                                                                                               \
    MODEL_HEADER                                                                                                       \
    "graph g( x ) -> ( " outputs                                                                                       \
    " )\n{\n    x = external(shape = [2,3,8]);\n    s = variable(shape = [1,1,8], label = 's');\n"                     \
    "    o = variable(shape = [1,1,8], label = 'o');\n" body "}\n"
#define Y(body) G("y", "    " body "\n")
#define ERF                                                                                                            \
    "t = 1.0 / (1.0 + 0.3275911 * abs(x));\n"                                                                          \
    "z = 1.0 - (((((1.061405429 * t + -1.453152027) * t) + 1.421413741) * t + -0.284496736) * t + 0.254829592) * t\n"  \
    "  * exp(-x * x);\n"
#define A2(outputs, body)                                                                                              \
    G(outputs, "    q = slice(x, axes = [1], begin = [0], end = [2]);\n"                                               \
               "    k = variable(shape = [2,8,5], label = 'k');\n    w = variable(shape = [1,5,8], label = 'w');\n"    \
               "    v = variable(shape = [2,5,3], label = 'v');\n    m = variable(shape = [1,2,5], label = 'm');\n"    \
               "    " body "\n")
#define A(body) A2("y", body)

static const struct pass_case cases[] = {
    {"sigmoid", Y("y = 1.0 / (exp(-x) + 1.0);"), "sigmoid"},
    {"sigmoid by a reciprocal", Y("y = rcp(1.0 + exp(-x));"), "sigmoid"},
    {"sigmoid of the other sign", Y("y = 1.0 / (1.0 + exp(x));"), "exp add div"},
    {"silu", Y("y = x * sigmoid(x);"), "silu"},
    {"silu by a quotient", Y("y = x / (1.0 + exp(-x));"), "silu"},
    {"silu, exchanged", Y("y = sigmoid(x) * x;"), "silu"},
    {"silu of something else", Y("y = x * sigmoid(neg(x));"), "neg sigmoid mul"},
    {"silu, the sigmoid read twice", G("y, z", "    t = sigmoid(x); y = x * t; z = t * 2.0;\n"), "sigmoid mul mul"},
    {"silu, the sigmoid an output", G("y, t", "    t = sigmoid(x); y = x * t;\n"), "sigmoid mul"},

    {"gelu by sigmoid", Y("y = x * sigmoid(1.702 * x);"), "gelu"},
    {"gelu by sigmoid, exchanged", Y("y = sigmoid(x * 1.702) * x;"), "gelu"},
    {"gelu by sigmoid, another number", Y("y = x * sigmoid(1.7 * x);"), "mul sigmoid mul"},

    {"gelu by erf, half first", Y("y = 0.5 * x * (1.0 + erf(x * 0.70710678));"), "gelu_erf"},
    {"gelu by erf, half last", Y("y = x * (erf(0.7071067811865475 * x) + 1.0) * 0.5;"), "gelu_erf"},
    {"gelu by erf, half inside", Y("y = x * (0.5 * (1.0 + erf(x * 0.70710678)));"), "gelu_erf"},
    {"gelu by erf, quotient, half first", Y("y = x * 0.5 * (1.0 + erf(x / 1.4142135623730951));"), "gelu_erf"},
    {"gelu by erf, quotient, half last", Y("y = 0.5 * (x * (1.0 + erf(x / 1.41421354)));"), "gelu_erf"},
    {"gelu by erf, quotient, half inside", Y("y = (0.5 * (1.0 + erf(x / 1.4142135))) * x;"), "gelu_erf"},
    {"gelu by erf with constants of a rank",
     Y("h = constant(shape = [1,1,1], value = [0.5]);\n"
       "r = constant(shape = [], value = [1.4142135]);\n"
       "i = constant(shape = [1], value = [1.0]);\n"
       "y = x * h * (i + erf(x / r));"),
     "constant constant constant gelu_erf"},
    {"gelu by erf, a number off", Y("y = 0.5 * x * (1.0 + erf(x * 0.7071));"), "mul mul erf add mul"},
    {"gelu by erf, exchanged quotient", Y("y = 0.5 * x * (1.0 + erf(1.4142135 / x));"), "mul div erf add mul"},
    {"gelu by erf, larger by broadcasting",
     Y("h = constant(shape = [2,3,8], value = [0.5]);\n"
       "v = variable(shape = [1,3,8], label = 'v');\n"
       "y = h * v * (1.0 + erf(v * 0.70710678));"),
     "constant mul mul erf add mul"},

    {"gelu by tanh, pow", Y("y = 0.5 * x * (1.0 + tanh(0.7978845608 * (x + 0.044715 * x ^ 3.0)));"), "gelu_tanh"},
    {"gelu by tanh, pow, half last", Y("y = x * (1.0 + tanh(0.7978845608 * (x + 0.044715 * x ^ 3.0))) * 0.5;"),
     "gelu_tanh"},
    {"gelu by tanh, pow, half inside", Y("y = x * (0.5 * (1.0 + tanh((x + x ^ 3.0 * 0.044715) * 0.7978845608)));"),
     "gelu_tanh"},
    {"gelu by tanh, products", Y("y = 0.5 * x * (1.0 + tanh(0.7978845608 * (x + 0.044715 * x * x * x)));"),
     "gelu_tanh"},
    {"gelu by tanh, products, half last", Y("y = 0.5 * (x * (1.0 + tanh(0.7978845608 * (x + 0.044715 * x * x * x))));"),
     "gelu_tanh"},
    {"gelu by tanh, a cube", Y("y = 0.5 * x * (1.0 + tanh(0.7978845608 * (x + 0.044715 * (x * x * x))));"),
     "gelu_tanh"},
    {"gelu by tanh, factors", Y("y = 0.5 * x * (1.0 + tanh(x * 0.7978845608 * (1.0 + 0.044715 * x * x)));"),
     "gelu_tanh"},
    {"gelu by tanh, products, half inside",
     Y("y = x * (0.5 * (1.0 + tanh(0.7978845608 * (x + 0.044715 * x * x * x))));"), "gelu_tanh"},
    {"gelu by tanh, a cube, half last",
     Y("y = 0.5 * (x * (1.0 + tanh(0.7978845608 * (x + 0.044715 * (x * (x * x))))));"), "gelu_tanh"},
    {"gelu by tanh, a cube, half inside",
     Y("y = x * (0.5 * (1.0 + tanh(0.7978845608 * (x + 0.044715 * (x * (x * x))))));"), "gelu_tanh"},
    {"gelu by tanh, factors, half last",
     Y("y = 0.5 * (x * (1.0 + tanh(x * 0.7978845608 * (1.0 + 0.044715 * x * x))));"), "gelu_tanh"},
    {"gelu by tanh, factors, half inside",
     Y("y = x * (0.5 * (1.0 + tanh(x * 0.7978845608 * (1.0 + 0.044715 * x * x))));"), "gelu_tanh"},
    {"gelu by tanh, a number off", Y("y = 0.5 * x * (1.0 + tanh(0.8 * (x + 0.044715 * x ^ 3.0)));"),
     "mul pow mul add mul tanh add mul"},

    {"hard sigmoid", Y("y = clamp(x + 3.0, 0.0, 6.0) / 6.0;"), "hard_sigmoid"},
    {"hard sigmoid by a product", Y("y = clamp(x + 3.0, 0.0, 6.0) * 0.16666667;"), "hard_sigmoid"},
    {"hard sigmoid by relu", Y("y = min(relu(x + 3.0), 6.0) / 6.0;"), "hard_sigmoid"},
    {"hard sigmoid, clamped last", Y("y = clamp(x * 0.16666667 + 0.5, 0.0, 1.0);"), "hard_sigmoid"},
    {"hard sigmoid of ONNX", Y("y = clamp(x * 0.2 + 0.5, 0.0, 1.0);"), "mul add clamp"},
    {"hard swish", Y("y = x * clamp(x + 3.0, 0.0, 6.0) / 6.0;"), "hard_swish"},
    {"hard swish by hard sigmoid", Y("y = clamp(x + 3.0, 0.0, 6.0) / 6.0 * x;"), "hard_swish"},
    {"hard swish by a product", Y("y = clamp(3.0 + x, 0.0, 6.0) * x * 0.16666667;"), "hard_swish"},
    {"hard swish by relu", Y("y = x * min(6.0, relu(x + 3.0)) / 6.0;"), "hard_swish"},
    {"hard swish by relu and a product", Y("y = x * min(relu(x + 3.0), 6.0) * 0.16666667;"), "hard_swish"},
    {"hard swish, other limits", Y("y = x * clamp(x + 3.0, 0.0, 5.0) / 6.0;"), "add clamp mul div"},

    {"erf of NNEF-Tools", Y(ERF "y = sign(x) * z;"), "erf_polynomial"},
    {"erf of NNEF-Tools, without its sign", Y(ERF "y = x * z;"),
     "abs mul add div mul add mul add mul add mul add mul neg mul exp mul sub mul"},

    {"softplus", Y("y = log(exp(x) + 1.0);"), "softplus"},
    {"softplus to another base", Y("y = log2(exp(x) + 1.0);"), "exp add log2"},
    {"logarithm of what is near 1", Y("y = log(abs(x) + 1.0);"), "abs log1p"},
    {"logarithm of what is near 2", Y("y = log(abs(x) + 2.0);"), "abs add log"},
    {"what exp is above 1", Y("y = exp(x) - 1.0;"), "expm1"},
    {"what exp is below 1", Y("y = 1.0 - exp(x);"), "exp sub"},
    {"mish", Y("y = x * tanh(softplus(x));"), "mish"},
    {"mish written out", Y("y = tanh(log(1.0 + exp(x))) * x;"), "mish"},
    {"mish of something else", Y("y = x * tanh(softplus(neg(x)));"), "neg softplus tanh mul"},

    {"softmax", Y("e = exp(x - max_reduce(x, axes = [2])); y = e / sum_reduce(e, axes = [2]);"), "softmax"},
    {"softmax by a reciprocal", Y("e = exp(x - max_reduce(x, axes = [2])); y = e * rcp(sum_reduce(e, axes = [2]));"),
     "softmax"},
    {"softmax without the maximum", Y("e = exp(x); y = e / sum_reduce(e, axes = [1,2]);"), "softmax"},
    {"softmax of what the maximum of another axis was taken off",
     Y("e = exp(x - max_reduce(x, axes = [1])); y = e / sum_reduce(e, axes = [2]);"), "max_reduce sub softmax"},
    {"softmax of the mean", Y("e = exp(x); y = e / sum_reduce(e, axes = [2], normalize = true);"),
     "exp mean_reduce div"},

    {"layer norm of torch",
     Y("d = x - mean_reduce(x, axes = [2]);\n"
       "y = d / sqrt(mean_reduce(d ^ 2.0, axes = [2]) + 0.00001) * s + o;"),
     "layer_norm"},
    {"layer norm of torch_to_nnef",
     Y("d = x - sum_reduce(x, axes = [2], normalize = true);\n"
       "y = d * rsqrt(sum_reduce(sqr(d), axes = [2], normalize = true) + 0.00001);"),
     "layer_norm"},
    {"layer norm, squares by products",
     Y("d = x - mean_reduce(x, axes = [1,2]); y = d * (1.0 / sqrt(mean_reduce(d * d, axes = [1,2]) + 0.001));"),
     "layer_norm"},
    {"layer norm of moments", Y("m, v = moments(x, axes = [2]); y = o + s * ((x - m) / sqrt(v + 0.00001));"),
     "layer_norm"},
    {"layer norm of moments, scaled first", Y("m, v = moments(x, axes = [2]); y = s * (x - m) / sqrt(v + 0.1) + o;"),
     "layer_norm"},
    {"layer norm of moments, by rsqrt", Y("m, v = moments(x, axes = [2]); y = (x - m) * rcp(sqrt(v + 0.1));"),
     "layer_norm"},
    {"layer norm of TensorFlow",
     Y("m = mean_reduce(x, axes = [2]); v = mean_reduce(sqr(x - m), axes = [2]);\n"
       "f = rsqrt(v + 0.001) * s; y = x * f + (o - m * f);"),
     "layer_norm"},
    {"layer norm of TensorFlow by moments",
     Y("m, v = moments(x, axes = [2]); f = s * rsqrt(v + 0.001); y = (o - f * m) + x * f;"), "layer_norm"},
    {"layer norm, other axes: an rms norm of a difference",
     Y("d = x - mean_reduce(x, axes = [2]); y = d / sqrt(mean_reduce(sqr(d), axes = [1]) + 0.1);"),
     "mean_reduce sub rms_norm"},
    {"layer norm, the variance an output",
     G("y, v", "    m, v = moments(x, axes = [2]); y = (x - m) / sqrt(v + 0.1);\n"), "moments sub add sqrt div"},
    {"layer norm, a residual is no offset", Y("m, v = moments(x, axes = [2]); y = (x - m) / sqrt(v + 0.1) + x;"),
     "layer_norm add"},
    {"layer norm, epsilon is no number",
     Y("m, v = moments(x, axes = [2]); e = variable(shape = [1,3,1], label = 'e'); y = (x - m) / sqrt(v + e);"),
     "moments sub add sqrt div"},
    {"layer norm over one element",
     Y("t = reshape(x, shape = [48,1]); m, v = moments(t, axes = [1]);\n"
       "y = (t - m) / sqrt(v + 0.1);"),
     "reshape moments sub add sqrt div"},

    {"rms norm", Y("y = x * rsqrt(mean_reduce(sqr(x), axes = [2]) + 0.00001) * s;"), "rms_norm"},
    {"rms norm by a quotient", Y("y = s * (x / sqrt(mean_reduce(x * x, axes = [2]) + 0.00001));"), "rms_norm"},
    {"rms norm by pow and rcp", Y("y = rcp(sqrt(sum_reduce(x ^ 2.0, axes = [2], normalize = true) + 0.00001)) * x;"),
     "rms_norm"},
    {"rms norm of a sum", Y("y = x * rsqrt(sum_reduce(sqr(x), axes = [2]) + 0.00001);"),
     "sqr sum_reduce add rsqrt mul"},
    {"rms norm of something else", Y("t = exp(x); y = x * rsqrt(mean_reduce(sqr(t), axes = [2]) + 0.00001);"),
     "exp sqr mean_reduce add rsqrt mul"},

    {"l2 normalization", Y("y = x / max(sqrt(sum_reduce(sqr(x), axes = [2])), 1e-12);"), "l2_normalization"},
    {"l2 normalization, the least first", Y("y = x / max(1e-12, sqrt(sum_reduce(abs(x) ^ 2.0, axes = [2])));"),
     "l2_normalization"},
    {"l2 normalization by pow", Y("y = x / max(sum_reduce(x * x, axes = [1,2]) ^ 0.5, 1e-12);"), "l2_normalization"},
    {"l2 normalization by a sum", Y("y = x / (0.001 + sqrt(sum_reduce(sqr(x), axes = [2])));"), "l2_normalization"},
    {"l2 normalization by a sum of pow", Y("y = x / (sum_reduce(sqr(x), axes = [2]) ^ 0.5 + 0.001);"),
     "l2_normalization"},
    {"l2 normalization without a bound", Y("y = x / sqrt(sum_reduce(sqr(x), axes = [2]));"), "l2_normalization"},
    {"l2 normalization by pow without a bound", Y("y = x / sum_reduce(sqr(x), axes = [2]) ^ 0.5;"), "l2_normalization"},
    {"l2 normalization by rsqrt", Y("y = rsqrt(sum_reduce(sqr(x), axes = [2])) * x;"), "l2_normalization"},
    {"l2 normalization of TensorFlow", Y("y = x * rsqrt(max(sum_reduce(sqr(x), axes = [2]), 1e-12));"), "l2_norm"},
    {"l2 normalization of TensorFlow by a quotient", Y("y = x / sqrt(max(1e-12, sum_reduce(x * x, axes = [2])));"),
     "l2_norm"},
    {"l2 normalization of something else", Y("t = exp(x); y = x / max(sqrt(sum_reduce(sqr(t), axes = [2])), 1e-12);"),
     "exp sqr sum_reduce sqrt max div"},
    {"l2 normalization, the length an output",
     G("y, n", "    n = sqrt(sum_reduce(sqr(x), axes = [2])); y = x / max(n, 1e-12);\n"),
     "sqr sum_reduce sqrt max div"},
    {"l2 normalization, the least is no number",
     Y("e = variable(shape = [2,1,1], label = 'e'); y = x / max(sqrt(sum_reduce(sqr(x), axes = [2])), e);"),
     "sqr sum_reduce sqrt max div"},
    {"l2 normalization, another root", Y("y = x / max(sum_reduce(sqr(x), axes = [2]) ^ 0.25, 1e-12);"),
     "sqr sum_reduce pow max div"},

    {"attention", A("y = matmul(softmax(matmul(q, k), axes = [2]), v);"), "attention"},
    {"attention of BERT", A("y = matmul(softmax(matmul(q, k) / 2.0, axes = [2]), v);"), "attention"},
    {"attention of ViT", A("y = matmul(softmax(matmul(q, w, transposeB = true) * 0.5, axes = [2]), v);"), "attention"},
    {"attention with a mask", A("y = matmul(softmax(m + matmul(q, k), axes = [2]), v);"), "attention"},
    {"attention with a divisor and a mask", A("y = matmul(softmax(matmul(q, k) / 2.0 + m, axes = [2]), v);"),
     "attention"},
    {"attention with a scale and a mask",
     A("f = variable(shape = [1,1,1], label = 'f'); y = matmul(softmax(m + f * matmul(q, k), axes = [2]), v);"),
     "attention"},
    {"attention with a softmax written out", A("e = exp(matmul(q, k)); y = matmul(e / sum_reduce(e, axes = [2]), v);"),
     "attention"},
    {"attention with a guard", A("e = softmax(matmul(q, k), axes = [2]); y = matmul(select(e != e, 0.0, e), v);"),
     "attention"},
    {"attention with a scale and a guard",
     A("e = softmax(matmul(q, k) * 0.5, axes = [2]); y = matmul(select(e != e, 0.0, e), v);"), "attention"},
    {"attention with a mask and a guard",
     A("e = softmax(matmul(q, k) + m, axes = [2]); y = matmul(select(e != e, 0.0, e), v);"), "attention"},
    {"attention with a scale, a mask and a guard",
     A("e = softmax(matmul(q, k) * 0.5 + m, axes = [2]); y = matmul(select(e != e, 0.0, e), v);"), "attention"},
    {"attention with a guard of ones",
     A("e = softmax(matmul(q, k), axes = [2]); y = matmul(select(e != e, 1.0, e), v);"),
     "matmul softmax ne select matmul"},
    {"attention along the queries", A("y = matmul(softmax(matmul(q, k), axes = [1]), v);"), "matmul softmax matmul"},
    {"attention with a scale for each head",
     A("f = variable(shape = [2,1,1], label = 'f'); y = matmul(softmax(matmul(q, k) * f, axes = [2]), v);"),
     "attention"},
    {"attention with a scale for each query",
     A("f = variable(shape = [2,2,1], label = 'f'); y = matmul(softmax(matmul(q, k) * f, axes = [2]), v);"),
     "matmul mul softmax matmul"},
    {"attention with a scale for each key",
     A("f = variable(shape = [1,1,5], label = 'f'); y = matmul(softmax(matmul(q, k) * f, axes = [2]), v);"),
     "matmul mul softmax matmul"},
    {"attention, the weights an output", A2("y, a", "a = softmax(matmul(q, k), axes = [2]); y = matmul(a, v);"),
     "matmul softmax matmul"},
};

START_TEST(recognizes)
{
    pass_case_run(&cases[_i], "recognize", COMPAT);
}
END_TEST

/* What is put in is what was written: numbers, axes, parameters, and nothing of the pattern's own. */
START_TEST(arguments)
{
    begin(Y("m, v = moments(x, axes = [1,2]); p = variable(shape = [1,3], label = 'p');\n"
            "y = ((x - m) / sqrt(v + 0.25)) * p + o;"),
          0);
    const struct ncl_graph *graph = graph_behind("recognize", NULL);
    const struct ncl_node *node = graph->output[0]->producer;
    ck_assert_str_eq(node->op->name, "layer_norm");
    ck_assert_str_eq(ncl_node_tensor(node, "x")->name, "x");
    ck_assert_str_eq(ncl_node_tensor(node, "scale")->name, "p");
    ck_assert_str_eq(ncl_node_tensor(node, "offset")->name, "o");
    ck_assert_double_eq(ncl_node_scalar(node, "epsilon"), 0.25);
    ck_assert_uint_eq(ncl_node_count(node, "axes"), 2);
    ck_assert_int_eq(ncl_node_integer_at(node, "axes", 1), 2);
    ck_assert_str_eq(graph->output[0]->name, "y");
    ck_assert_int_eq(graph->output[0]->id, text.model->graph->output[0]->id);
    end();
}
END_TEST

/* As torch exports F.normalize: the pass `tile` comes first. */
START_TEST(length_repeated)
{
    begin(Y("n = max(sqrt(sum_reduce(sqr(x), axes = [2])), 1e-12); y = x / tile(n, repeats = [1,1,8]);"), 0);
    ck_assert_str_eq(nodes_of(graph_behind("recognize", NULL)), "l2_normalization");
    ck_assert_str_eq(nodes_of(graph_behind("recognize", "tile")), "sqr sum_reduce sqrt max tile div");
    end();
}
END_TEST

/* A document's fragment of the same name is the document's. */
START_TEST(not_callable)
{
    begin(MODEL_HEADER "fragment layer_norm( x: tensor<scalar> ) -> ( y: tensor<scalar> ) { y = neg(x); }\n"
                       "graph g( x ) -> ( y )\n{\n    x = external(shape = [48]);\n    y = layer_norm(x);\n}\n",
          0);
    ck_assert_str_eq(nodes_of(graph_behind("recognize", NULL)), "neg");
    end();
    model_text_open(&text,
                    "version 1.0;\ngraph g( x ) -> ( y )\n{\n    x = external(shape = [2]);\n    y = "
                    "hard_swish(x);\n}\n",
                    NULL);
    ck_assert_int_eq(text.status, NNEFCL_ERR_MODEL);
    ck_assert_msg(strstr(text.error.message, "unknown operation 'hard_swish'") != NULL, "%s", text.error.message);
    model_text_close(&text);
}
END_TEST

/* Without any one of the patterns some case above comes out differently. */
START_TEST(all_patterns)
{
    static bool needed[200];
    size_t count = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin(cases[i].graph, COMPAT);
        const struct ncl_templates all = text.model->templates;
        struct ncl_template *item = calloc(all.count, sizeof *item);
        count = all.count;
        ck_assert_uint_lt(count, sizeof needed / sizeof *needed);
        for (size_t out = 0; out < count; out++) {
            memcpy(item, all.item, out * sizeof *item);
            memcpy(item + out, all.item + out + 1, (count - out - 1) * sizeof *item);
            text.model->templates.count = count - 1;
            text.model->templates.item = item;
            needed[out] |= strcmp(nodes_of(graph_behind("recognize", NULL)), cases[i].nodes) != 0;
        }
        text.model->templates = all;
        free(item);
        end();
    }
    begin(Y("y = neg(x);"), 0);
    for (size_t i = 0; i < count; i++)
        ck_assert_msg(needed[i], "no case needs %s", text.model->templates.item[i].name);
    end();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("recognize");
    TCase *tests = tcase_create("recognize");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, recognizes, 0, (int)(sizeof cases / sizeof *cases));
    tcase_add_test(tests, arguments);
    tcase_add_test(tests, length_repeated);
    tcase_add_test(tests, not_callable);
    tcase_add_test(tests, all_patterns);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
