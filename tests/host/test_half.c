/* SPDX-License-Identifier: Apache-2.0 */
/* Tensors between steps and weights in half (NNEFCL_PRECISION_MIXED): which lie so, and that every node is as near to
 * its definition as that allows. With NNEFCL_ZOO, the folder of the networks beside the project, some of them too. */
#include "host/host.h"
#include "host_case.h"
#include "host_verify.h"
#include "model/frozen.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers" /* rows of tables leave out what is zero */

#define GRAPH(shape, text)  "version 1.0;\ngraph net(x) -> (y)\n{\n    x = external(shape = " shape ");\n" text "}\n"
#define FILTER(name, shape) "    " name " = variable(shape = " shape ", label = '" name "');\n"

static const struct half_case {
    const char *name, *graph, *kernel; /* forced; NULL: none */
    int halves, floats;                /* tensors of the graph between steps; -1: whatever there are */
} cases[] = {
    {"convolutions and pools",
     GRAPH("[1,16,12,12]", FILTER("v", "[19,16,3,3]")
                               FILTER("w", "[32,19,1,1]") "    a = relu(conv(x, v));\n    b = max_pool(a, size = "
                                                          "[1,1,3,3], stride = [1,1,2,2]);\n    c = conv(b, w);\n"
                                                          "    y = sigmoid(c + c);\n"),
     "blocked", -1, -1},
    {"plain ones",
     GRAPH("[1,6,9,9]",
           FILTER("v", "[8,6,3,3]") FILTER("w", "[4,8,1,1]") "    a = relu(conv(x, v));\n    b = avg_pool(a, "
                                                             "size = [1,1,2,2]);\n    y = exp(conv(b, w));\n"),
     "plain", 2, 0},
    {"a network of plain tensors",
     GRAPH("[1,6,9,9]",
           FILTER("v", "[8,6,3,3]") FILTER("w", "[4,8,1,1]") "    a = relu(conv(x, v));\n    b = avg_pool(a, "
                                                             "size = [1,1,2,2]);\n    y = exp(conv(b, w));\n"),
     "conv=conv_gemm", -1, -1},
    {"an expanding layer and a depthwise one",
     GRAPH("[1,16,13,13]",
           FILTER("v", "[48,16,1,1]") FILTER("w", "[48,1,3,3]")
               FILTER("u", "[16,48,1,1]") "    z = relu(x);\n    a = clamp(conv(z, v), 0.0, 6.0);\n    b = relu("
                                          "conv(a, w, groups = 0));\n    y = tanh(z + conv(b, u));\n"),
     "conv=conv_expand", -1, -1},
    {"transforms",
     GRAPH("[1,16,14,14]",
           FILTER("v", "[32,16,3,3]") FILTER("w", "[16,32,3,3]") "    z = relu(x);\n    a = relu(conv(z, "
                                                                 "v));\n    y = exp(z + conv(a, w));\n"),
     "conv=conv_winograd2", -1, -1},
    {"products",
     GRAPH("[12,40]",
           FILTER("v", "[64,40]") FILTER("w", "[40,64]") "    a = relu(linear(x, v));\n    b = linear(a, w);\n"
                                                         "    c = b + x;\n    y = matmul(c, c, transposeB = "
                                                         "true);\n"),
     NULL, 2, 0},
    {"a row",
     GRAPH("[1,300]", FILTER("v", "[80,300]") FILTER("w", "[9,80]") "    y = linear(relu(linear(x, v)), w);\n"),
     "product=product_gemv", 1, 0},
    {"moves",
     GRAPH("[2,24,18]",
           "    a = exp(x);\n    b = transpose(a, axes = [0,2,1]);\n    c = slice(b, axes = [1], begin = [3], "
           "end = [11]);\n    d = concat([c, c], axis = 1);\n    y = tanh(d);\n"),
     NULL, -1, -1},
    {"statistics stay floats",
     GRAPH("[4,33]", "    a = exp(x);\n    m = mean_reduce(a, axes = [1]);\n    s = softmax(a);\n    y = s - m;\n"),
     NULL, 0, 3},
    {"beyond 65504", GRAPH("[1,40]", "    a = x * 300000.0;\n    b = transpose(a, axes = [1,0]);\n    y = b + 1.0;\n"),
     NULL, -1, -1},
};

static void verify(const char *name, const nnefcl_model *model, const char *kernel)
{
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    options.precision = NNEFCL_PRECISION_MIXED;
    options.kernels = &kernel;
    options.kernel_count = kernel != NULL;
    host_verify(name, model, device, options);
}

/* Of the tensors that live between steps and have memory of their own. */
static void count_tensors(const struct half_case *c, const nnefcl_model *model)
{
    const struct ncl_plan_options options = {.kernels = &c->kernel, .kernel_count = c->kernel != NULL, .half = true};
    const struct ncl_plan *plan;
    struct ncl_arena arena;
    struct ncl_diag diag;
    int halves = 0, floats = 0;
    ncl_arena_init(&arena, NULL, 0);
    ncl_diag_init(&diag, NULL, NULL, NULL, false);
    ck_assert_int_eq(ncl_model_plan(model, &device->target, &options, &arena, &diag, NULL, &plan), NNEFCL_OK);
    for (ncl_ref i = 0; i < plan->tensor_count; i++) {
        const struct ncl_plan_tensor *tensor = &plan->tensor[i];
        if (tensor->storage != NCL_STORE_ARENA || tensor->base != NCL_NO_TENSOR)
            continue;
        halves += tensor->layout.element == NCL_ELEMENT_HALF;
        floats += tensor->layout.element == NCL_ELEMENT_OWN;
    }
    ck_assert_msg(c->halves < 0 ? halves > 0 : halves == c->halves, "%s: %d tensors in half", c->name, halves);
    ck_assert_msg(c->floats < 0 || floats == c->floats, "%s: %d tensors of floats", c->name, floats);
    ncl_arena_free(&arena);
}

START_TEST(networks)
{
    const struct half_case *c = &cases[_i];
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_model *model;
    options.random_weights = 1;
    ck_assert_msg(nnefcl_model_open_memory(c->graph, strlen(c->graph), &options, &model, &error) == NNEFCL_OK,
                  "%s: %d: %s", c->name, error.line, error.message);
    count_tensors(c, model);
    verify(c->name, model, c->kernel);
    nnefcl_model_free(model);
}
END_TEST

/* ---- the networks beside the project ---- */

static const char *const zoo[] = {"mlp", "gru_stateful", "lstm16", "m5_audio", "squeezenet1_1", "mobilenet_v1_int8"};

START_TEST(network_of_the_zoo)
{
    const char *folder = getenv("NNEFCL_ZOO");
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_model *model;
    char path[1024];
    if (!folder)
        return;
    snprintf(path, sizeof path, "%s/%s", folder, zoo[_i]);
    options.random_weights = 1;
    ck_assert_msg(nnefcl_model_open(path, &options, &model, &error) == NNEFCL_OK, "%s: %s", path, error.message);
    verify(zoo[_i], model, NULL);
    nnefcl_model_free(model);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_loop_test(tests, networks, 0, sizeof cases / sizeof *cases);
    tcase_add_loop_test(tests, network_of_the_zoo, 0, sizeof zoo / sizeof *zoo);
}

int main(void)
{
    return host_main("half", add);
}
