/* SPDX-License-Identifier: Apache-2.0 */
/* A network of ONNX has the plan that the same network has in NNEF, so it is as fast. */
#include "import/onnx_text.h"
#include "nnefcl/nnefcl.h"
#include "suite.h"

static struct onnx_text text;

#define NNEF(code)            "version 1.0;\ngraph g( x ) -> ( y )\n{\n" code "}\n"
#define VARIABLE(name, shape) #name " = variable(shape = [" shape "], label = '" #name "');\n"

static const struct pair {
    int opset;
    const char *onnx, *nnef;
} pairs[] = {
    {13,
     "in x 1,3,8,8:\nconst w f 4,3,3,3:\nconst b f 4:\nconst v f 5,64:\nconst c f 5:\n"
     "Conv x w b -> h pads=[1,1,1,1]\nRelu h -> r\n"
     "MaxPool r -> p kernel_shape=[2,2] strides=[2,2]\nFlatten p -> f\nGemm f v c -> y transB=1\n",
     NNEF("x = external(shape = [1,3,8,8]);\n" VARIABLE(w, "4,3,3,3")
              VARIABLE(b, "1,4") "h = conv(x, w, b, padding = [(1,1),(1,1)]);\nr = relu(h);\n"
                                 "p = max_pool(r, size = [1,1,2,2], stride = [1,1,2,2], border = 'ignore', padding = "
                                 "[(0,0),(0,0),(0,0),(0,0)]);\n"
                                 "f = reshape(p, shape = [1,64]);\n" VARIABLE(v, "5,64")
                                     VARIABLE(c, "1,5") "y = linear(f, v, c);\n")},
    {15,
     "in x 1,3,8,8:\nconst w f 8,3,3,3:\nconst s f 8:\nconst o f 8:\nconst m f 8:\nconst v f 8:\nconst d f 8,8,1,1:\n"
     "Conv x w -> h pads=[1,1,1,1]\nBatchNormalization h s o m v -> n\nRelu n -> r\n"
     "AveragePool r -> p kernel_shape=[2,2] strides=[2,2]\nConv p d -> q\nAdd p q -> t\nGlobalAveragePool t -> y\n",
     NNEF("x = external(shape = [1,3,8,8]);\n" VARIABLE(
         w, "8,3,3,3") "h = conv(x, w, padding = [(1,1),(1,1)]);\n" VARIABLE(s, "1,8") VARIABLE(o, "1,8")
              VARIABLE(m, "1,8") VARIABLE(
                  v, "1,8") "n = batch_normalization(h, m, v, o, s, epsilon = 1e-5);\nr = relu(n);\n"
                            "p = avg_pool(r, size = [1,1,2,2], stride = [1,1,2,2], border = 'ignore', padding = "
                            "[(0,0),(0,0),(0,0),(0,0)]);\n" VARIABLE(
                                d, "8,8,1,1") "q = conv(p, d, padding = [(0,0),(0,0)]);\nt = p + q;\n"
                                              "y = mean_reduce(t, axes = [2,3]);\n")},
    {17,
     "in x 1,4,16:\nconst g f 16:\nconst b f 16:\nconst q f 16,16:\nconst k f 16,16:\nconst v f 16,16:\nconst u f "
     "16,32:\n"
     "const d f 32,16:\nLayerNormalization x g b -> n\nMatMul n q -> nq\nMatMul n k -> nk\nMatMul n v -> nv\n"
     "Transpose nk -> kt perm=[0,2,1]\nMatMul nq kt -> s\nSoftmax s -> p\nMatMul p nv -> a\nAdd x a -> r\n"
     "MatMul r u -> h\nRelu h -> e\nMatMul e d -> z\nAdd r z -> y\n",
     NNEF("x = external(shape = [1,4,16]);\n" VARIABLE(g, "16") VARIABLE(
         b, "16") "mean, variance = moments(x, axes = [2]);\n"
                  "n = (x - mean) * rsqrt(variance + 1e-5) * unsqueeze(g, axes = [0,1]) + unsqueeze(b, axes = "
                  "[0,1]);\n" VARIABLE(q, "16,16") VARIABLE(k, "16,16") VARIABLE(
                      v,
                      "16,16") "nq = matmul(n, unsqueeze(q, axes = [0]));\nnk = matmul(n, unsqueeze(k, axes = [0]));\n"
                               "nv = matmul(n, unsqueeze(v, axes = [0]));\n"
                               "kt = transpose(nk, axes = [0,2,1]);\ns = matmul(nq, kt);\np = softmax(s, axes = "
                               "[2]);\na = matmul(p, "
                               "nv);\nr = x + a;\n" VARIABLE(u, "16,32")
                                   VARIABLE(d, "32,16") "h = matmul(r, unsqueeze(u, axes = [0]));\ne = relu(h);\nz = "
                                                        "matmul(e, unsqueeze(d, axes = [0]));\n"
                                                        "y = r + z;\n")},
    {17,
     "in x 2,3,4,8:\nconst k f 2,3,5,8:\nconst v f 2,3,5,6:\nEinsum x k -> s equation='bhqd,bhkd->bhqk'\nSoftmax s -> "
     "p\n"
     "Einsum p v -> y equation='bhqk,bhkd->bhqd'\n",
     NNEF("x = external(shape = [2,3,4,8]);\n" VARIABLE(k, "2,3,5,8")
              VARIABLE(v, "2,3,5,6") "kt = transpose(k, axes = [0,1,3,2]);\ns = matmul(x, kt);\n"
                                     "p = softmax(s, axes = [3]);\ny = matmul(p, v);\n")},
    {17, "in x 1,6,2,8:\nconst w f 1,6,2:\nEinsum x w -> y equation='nlhv,nlh->nlhv'\n",
     NNEF("x = external(shape = [1,6,2,8]);\n" VARIABLE(w, "1,6,2") "y = x * reshape(w, shape = [1,6,2,1]);\n")},
};

static int append(void *user, const char *part, size_t length)
{
    strncat(user, part, length);
    return 0;
}

/* Places stand behind '#' or in parentheses of a file: they are what differs. */
static char *plan_of(const void *bytes, size_t size)
{
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_model *model = NULL;
    options.random_weights = 1;
    char *plan = calloc(1, 1 << 18);
    ck_assert_msg(nnefcl_model_open_memory(bytes, size, &options, &model, &error) == NNEFCL_OK, "%s", error.message);
    ck_assert_msg(nnefcl_model_dump_plan(model, NULL, 0, NNEFCL_DUMP_PLAN, append, plan, &error) == NNEFCL_OK, "%s",
                  error.message);
    nnefcl_model_free(model);
    return plan;
}

/* "  t2 n.9 scalar[...": behind the name, which is made up for a tensor that the file does not name. */
static size_t name_end(const char *line)
{
    const size_t tensor = strncmp(line, "  t", 3) == 0 ? 3 + strspn(line + 3, "0123456789") : 0;
    return tensor > 3 && line[tensor] == ' ' ? tensor + 1 + strcspn(line + tensor + 1, " \n") : 0;
}

/* The first lines that differ: a plan is too long for a message. */
static void plans_are_equal(const char *a, const char *b)
{
    while (*a || *b) {
        a += name_end(a);
        b += name_end(b);
        const size_t ends = strcspn(a, "\n"), other = strcspn(b, "\n");
        ck_assert_msg(ends == other && memcmp(a, b, ends) == 0, "'%.*s'\nis in NNEF\n'%.*s'", (int)ends, a, (int)other,
                      b);
        a += ends + (a[ends] == '\n');
        b += other + (b[other] == '\n');
    }
}

START_TEST(onnx_and_nnef_have_one_plan)
{
    const struct pair *pair = &pairs[_i];
    size_t size;
    onnx_text_parse(&text, pair->opset, pair->onnx, "y");
    for (size_t i = 0; i < text.graph.n_initializer; i++) {
        NclOnnx__Tensor *tensor = text.tensors[i];
        tensor->n_floats = 1;
        for (size_t j = 0; j < tensor->n_dims; j++)
            tensor->n_floats *= (size_t)tensor->dims[j];
    }
    uint8_t *bytes = onnx_text_pack(&text, &size);
    char *onnx = plan_of(bytes, size), *nnef = plan_of(pair->nnef, strlen(pair->nnef));
    plans_are_equal(onnx, nnef);
    free(onnx);
    free(nnef);
    free(bytes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("import/onnx_plan");
    TCase *tests = tcase_create("import/onnx_plan");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, onnx_and_nnef_have_one_plan, 0, sizeof pairs / sizeof *pairs);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
