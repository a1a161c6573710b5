/* SPDX-License-Identifier: Apache-2.0 */
/* Networks whose images lie in blocks of channels wherever they can: every node is right, for one image in launches and
 * for two as the device likes it; and nothing is converted but at the borders.
 *
 * With NNEFCL_ZOO, the folder of the networks beside the project, the smaller ones of them too, for small images. */
#define OP_TILES 1
#include "host/host.h"
#include "host_case.h"
#include "host_verify.h"
#include "model/frozen.h"
#include "ops/op_programs.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers" /* rows of tables leave out what is zero */

#define OPEN(channels, size)                                                                                           \
    "graph net(x) -> (y)\n{\n    x = external(shape = [1," #channels "," #size "," #size "]);\n"
#define FILTER(name, shape) "    " name " = variable(shape = " shape ", label = '" name "');\n"

static const struct blocks_case {
    const char *name, *graph;
    int conversions;    /* of a run; -1: whatever there are */
    const char *kernel; /* forced too; NULL: none */
    bool wide;          /* with 16 lanes too, wherever it runs */
} cases[] = {
    {"a chain",
     OPEN(32, 9) "    a = relu(x);\n    b = max_pool(a, size = [1,1,3,3], stride = [1,1,2,2], padding = []);\n"
                 "    c = sigmoid(b);\n    d = avg_pool(c, size = [1,1,2,2], padding = [], border = 'ignore');\n"
                 "    y = add(c, d);\n}\n",
     2},
    {"channels that fill no block",
     OPEN(19,
          7) "    a = exp(x);\n    b = box(a, size = [1,1,3,1], normalize = true, border = 'ignore', padding = []);\n"
             "    y = div(a, b);\n}\n",
     2},
    {"branches that join",
     OPEN(32, 8) "    a = relu(x);\n    b = max_pool(a, size = [1,1,3,3], padding = [], border = 'ignore');\n"
                 "    c = sigmoid(a);\n    d = concat([b, c, b], axis = 1);\n    y = tanh(d);\n}\n",
     3 /* `b` is in it twice: a copy */},
    {"nearest neighbours, in both directions",
     OPEN(20, 7) FILTER("w", "[20,20,3,3]") "    a = relu(x);\n    b = nearest_upsample(a, factor = [2,3]);\n"
                                            "    c = conv(b, w);\n    d = nearest_downsample(c, factor = [1,7]);\n"
                                            "    y = tanh(d);\n}\n",
     2},
    {"normalizations over channels",
     OPEN(20, 9) FILTER("w", "[20,1,5,3]") FILTER("s", "[1,20,1,1]")
         FILTER("o", "[1,20,1,1]") "    a = relu(x);\n    m, v = moments(a, axes = [1]);\n    b = (a - m) / sqrt(v + "
                                   "0.1) * s + o;\n"
                                   "    c = conv(b, w, groups = 20);\n    d = transpose(c, axes = [0,2,3,1]);\n"
                                   "    k, u = moments(d, axes = [3]);\n    e = transpose((d - k) / sqrt(u + 0.1), "
                                   "axes = [0,3,1,2]);\n"
                                   "    f = l2_normalization(e + b, axes = [1], epsilon = 0.1);\n    y = tanh(f);\n}\n",
     2},
    {"a normalization of sequences",
     "graph net(x) -> (y)\n{\n    x = external(shape = [1,16,40]);\n" FILTER(
         "w", "[24,16,5]") "    a = tanh(conv(x, w));\n    b = a * rsqrt(mean_reduce(sqr(a), axes = [1]) + 0.1);\n    "
                           "y = relu(b);\n}\n",
     -1},
    {"normalizations of whole images",
     OPEN(20, 9) FILTER("w", "[20,1,5,3]") FILTER("s", "[1,20,1,1]")
         FILTER("o", "[1,20,1,1]") "    a = relu(x);\n    r = reshape(a, shape = [0,1,-1]);\n"
                                   "    m, v = moments(r, axes = [2]);\n    n = (r - m) / sqrt(v + 0.1);\n"
                                   "    b = reshape(n, shape = [0,20,9,9]) * s + o;\n"
                                   "    c = conv(b, w, groups = 20);\n    k, u = moments(c, axes = [2,3]);\n"
                                   "    d = (c - k) / sqrt(u + 0.1) * s + b;\n    y = tanh(d);\n}\n",
     2},
    {"cut and joined again",
     OPEN(64, 6) "    a = exp(x);\n    [b, c] = split(a, axis = 1, ratios = [1, 3]);\n    d = relu(b);\n"
                 "    e = slice(c, axes = [1], begin = [16], end = [48]);\n    f = concat([d, e], axis = 1);\n"
                 "    y = tanh(f);\n}\n",
     -1},
    {"each layer reads all before it",
     OPEN(32, 5) "    a = tanh(x);\n    b = sigmoid(a);\n    c = concat([a, b], axis = 1);\n    d = relu(c);\n"
                 "    e = concat([a, b, d], axis = 1);\n    f = max_pool(e, size = [1,1,3,3], padding = []);\n"
                 "    y = concat([e, f], axis = 1);\n}\n",
     -1},
    {"residual blocks",
     OPEN(3, 17) FILTER("v", "[32,3,3,3]") FILTER("w", "[32,32,3,3]")
         FILTER("u", "[32,32,1,1]") "    a = relu(conv(x, v, stride = [2,2]));\n    b = relu(conv(a, w));\n    c = "
                                    "relu(a + conv(b, w));\n"
                                    "    d = relu(conv(c, w, stride = [2,2]));\n    e = conv(c, u, stride = [2,2]);\n  "
                                    "  f = relu(e + conv(d, w));\n"
                                    "    y = avg_pool(f, size = [1,1,5,5], padding = [(0,0),(0,0),(0,0),(0,0)]);\n}\n",
     -1},
    {"branches of convolutions",
     OPEN(8, 11) FILTER("v", "[16,8,1,1]") FILTER("w", "[32,8,3,3]") FILTER("u", "[16,64,1,1]")
         FILTER("t", "[16,16,1,1]") "    a = relu(conv(x, v));\n    b = relu(conv(x, w));\n    c = max_pool(x, size = "
                                    "[1,1,3,3], padding = []);\n"
                                    "    d = conv(concat([c, c], axis = 1), t);\n    e = concat([a, b, d], axis = "
                                    "1);\n    y = conv(e, u);\n}\n",
     -1},
    {"a gate for each channel",
     OPEN(24, 10) FILTER("w", "[24,24,1,1]")
         FILTER("s", "[24,1,3,3]") "    a = relu(conv(x, s, groups = 0));\n    b = mean_reduce(a, axes = [2, 3]);\n    "
                                   "c = sigmoid(conv(b, w));\n"
                                   "    d = a * c;\n    y = conv(d, w);\n}\n",
     -1},
    {"three times three blocks",
     OPEN(24, 7) FILTER("v", "[72,24,1,1]") FILTER("b", "[1,72]") FILTER("w", "[72,72,1,1]")
         "    a = relu(conv(x, v, b));\n    y = relu(a + conv(a, w, b));\n}\n",
     -1},
    {"taps that read zeros for most pixels",
     OPEN(16, 16) FILTER("v", "[24,16,3,3]") FILTER("b", "[1,24]") FILTER("w", "[20,24,4,3]")
         "    a = relu(conv(x, v, b, dilation = [12,11]));\n"
         "    y = conv(a, w, dilation = [5,7], stride = [2,1], padding = [(9,6),(9,6)]);\n}\n",
     -1},
    {"sequences",
     "graph net(x) -> (y)\n{\n    x = external(shape = [1,16,40]);\n" FILTER("w", "[32,16,5]")
         FILTER("b", "[1,32]") "    a = relu(conv(x, w, b));\n    m = max_pool(a, size = [1,1,3], stride = [1,1,2], "
                               "padding = []);\n"
                               "    y = m * 0.5;\n}\n",
     -1},
#define TRANSFORMED(kernel)                                                                                            \
    {kernel,                                                                                                           \
     OPEN(24, 29) FILTER("v", "[40,24,3,3]") FILTER("b", "[1,40]") FILTER("w", "[40,40,3,3]")                          \
         FILTER("u", "[48,16,3,3]") "    a = relu(conv(x, v, b));\n    c = relu(a + conv(a, w));\n"                    \
                                    "    d = conv(c, w, padding = [(0,0),(2,1)]);\n"                                   \
                                    "    [e, f] = split(d, axis = 1, ratios = [4, 1]);\n"                              \
                                    "    y = conv(e, u, groups = 2);\n}\n",                                            \
     -1, "conv=" kernel},
#define FED(name, channels, size, wide, taps, feed, window, after)                                                     \
    {name,                                                                                                             \
     OPEN(channels, size) FILTER("v", "[" #wide "," #channels ",1,1]") FILTER("b", "[1," #wide "]")                    \
         FILTER("w", "[" #wide ",1," taps "]") "    a = conv(x, v, b);\n    c = " feed ";\n    d = conv(c, w, "        \
                                               "groups = 0" window ");\n    y = " after ";\n}\n",                     \
     -1, "conv=conv_expand", true}
    FED("fed, with bounds", 16, 29, 48, "3,3", "clamp(a, 0.0, 6.0)", "", "clamp(d, -0.5, 0.5)"),
    FED("fed, a stride", 19, 31, 70, "3,3", "relu(a)", ", stride = [2,2]", "relu(d) + d"),
    FED("fed, a formula", 24, 9, 40, "5,5", "silu(a)", ", stride = [2,1]", "silu(d)"),
    FED("fed, dilation", 8, 13, 33, "3,5", "sigmoid(a)", ", dilation = [3,2]", "d"),
    FED("fed, few columns", 32, 4, 56, "3,3", "relu(a)", ", padding = [(2,1),(0,3)]", "d"),
    FED("fed, no border", 16, 12, 16, "3,3", "a", ", padding = [(0,0),(0,0)]", "d"),
    FED("fed, a column that no window reaches", 16, 28, 32, "3,3", "a", ", stride = [2,2], padding = [(0,0),(0,0)]",
        "d"),
#define STEM(name, channels, height, width, many, window, feed, next, after, kernel)                                   \
    {name,                                                                                                             \
     "graph net(x) -> (y)\n{\n    x = external(shape = [1," #channels "," #height "," #width "]);\n" FILTER(          \
         "v", "[" #many "," #channels "," window) FILTER("b", "[1," #many "]") FILTER("w", "[" #many ",1,3,3]")        \
         "    a = conv(x, v, b" feed ";\n    d = " next ";\n    y = " after ";\n}\n",                                 \
     -1, kernel, true}
    STEM("stem, a maximum", 3, 37, 41, 40, "3,3]", ", stride = [2,2], padding = [(0,0),(0,0)]);\n    c = relu(a)",
         "max_pool(c, size = [1,1,3,3], stride = [1,1,2,2], padding = [], border = 'ignore')", "d + d",
         "pool=pool_stem"),
    STEM("stem, a column that no window reaches", 3, 40, 64, 24, "3,3]", ", stride = [2,2]);\n    c = a",
         "max_pool(c, size = [1,1,3,3], stride = [1,1,2,2], padding = [(0,0),(0,0),(0,0),(0,0)], border = 'ignore')",
         "relu(d)", "pool=pool_stem"),
    STEM("stem, a maximum with a border", 3, 47, 52, 24, "7,7]",
         ", stride = [2,2], padding = [(3,3),(3,3)]);\n    c = a",
         "max_pool(c, size = [1,1,3,3], stride = [1,1,2,2], padding = [(0,0),(0,0),(1,1),(1,1)], border = 'ignore')",
         "sigmoid(d)", "pool=pool_stem"),
    STEM("stem, a maximum with zeros", 1, 20, 33, 19, "5,3]", ");\n    c = clamp(a, -3.0, -1.0)",
         "max_pool(c, size = [1,1,2,3], stride = [1,1,1,1], padding = [(0,0),(0,0),(1,0),(0,2)], border = 'constant')",
         "d", "pool=pool_stem"),
    STEM("stem, few rows and a dilation", 4, 6, 90, 16, "2,3]",
         ", dilation = [1,4], padding = [(1,2),(0,3)]);\n    c = silu(a)",
         "max_pool(c, size = [1,1,5,5], stride = [1,1,3,4], padding = [(0,0),(0,0),(2,2),(2,2)], border = 'ignore')",
         "d", "pool=pool_stem"),
    STEM("stem, depthwise", 3, 40, 44, 32, "3,3]",
         ", stride = [2,2], padding = [(0,1),(0,1)]);\n    c = clamp(a, 0.0, 6.0)", "conv(c, w, groups = 0)",
         "clamp(d, -0.5, 0.5)", "conv=conv_stem"),
    STEM("stem, depthwise with a stride", 1, 31, 29, 21, "4,4]", ");\n    c = silu(a)",
         "conv(c, w, groups = 0, stride = [2,2])", "d + d", "conv=conv_stem"),
    TRANSFORMED("conv_winograd2") TRANSFORMED("conv_winograd4")
#define DILATED(kernel)                                                                                                \
    {kernel ", dilated",                                                                                               \
     OPEN(24, 29) FILTER("v", "[40,24,3,3]") FILTER("b", "[1,40]") FILTER("w", "[40,40,3,3]")                          \
         FILTER("u", "[48,20,3,3]") "    a = relu(conv(x, v, b, dilation = [2,3]));\n"                                 \
                                    "    c = relu(a + conv(a, w, dilation = [1,7]));\n"                                \
                                    "    d = conv(c, w, dilation = [4,9], padding = [(1,2),(0,3)]);\n"                 \
                                    "    y = conv(d, u, dilation = [40,2], groups = 2);\n}\n",                        \
     -1, "conv=" kernel}
    DILATED("conv_winograd2"), DILATED("conv_winograd4")};

static const char *forced[2] = {"blocked"};
static size_t forced_count = 1;

static void verify(const char *name, const nnefcl_model *model, const nnefcl_device *on, nnefcl_execution execution)
{
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    options.execution = execution;
    options.kernels = forced;
    options.kernel_count = forced_count;
    host_verify(name, model, on, options);
}

/* Steps of the run that convert; of the forced variant there is one. */
static int count_conversions(const struct blocks_case *c, const nnefcl_model *model)
{
    const struct ncl_plan_options options = {.kernels = forced, .kernel_count = forced_count};
    const struct ncl_plan *plan;
    struct ncl_arena arena;
    struct ncl_diag diag;
    int count = 0, forced_ones = 0;
    ncl_arena_init(&arena, NULL, 0);
    ncl_diag_init(&diag, NULL, NULL, NULL, false);
    ck_assert_int_eq(ncl_model_plan(model, &device->target, &options, &arena, &diag, NULL, &plan), NNEFCL_OK);
    for (size_t i = 0; i < plan->run.count; i++) {
        const struct ncl_step *step = &plan->run.step[i];
        count += step->kind == NCL_STEP_KERNEL && strncmp(plan->kernel[step->kernel].body, "convert", 7) == 0;
        forced_ones += c->kernel && step->variant && strcmp(step->variant, strchr(c->kernel, '=') + 1) == 0;
    }
    ck_assert_msg(!c->kernel == !forced_ones, "%s: no step by the forced variant", c->name);
    ncl_arena_free(&arena);
    return count;
}

static nnefcl_model *blocks_model(const struct blocks_case *c, int batch)
{
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_model *model;
    char *text = malloc(strlen(c->graph) + 32);
    ck_assert_ptr_nonnull(text);
    forced[1] = c->kernel;
    forced_count = c->kernel ? 2 : 1;
    strcat(strcpy(text, "version 1.0;\n"), c->graph);
    options.random_weights = 1;
    options.batch = batch;
    ck_assert_msg(nnefcl_model_open_memory(text, strlen(text), &options, &model, &error) == NNEFCL_OK, "%s: %d: %s",
                  c->name, error.line, error.message);
    free(text);
    return model;
}

static void make_programs(void)
{
    struct op_programs programs[OP_FORMS];
    op_programs_begin(programs);
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        const struct blocks_case *c = &cases[i / 2];
        nnefcl_model *model = blocks_model(c, (int)(i % 2 + 1));
        const struct ncl_plan_options options = {
            .kernels = forced, .kernel_count = forced_count, .keep_tensors = true};
        op_programs_add_plan(&programs[OP_FORM_LAUNCH], model, &options);
        if (c->wide && i % 2)
            op_programs_add_plan(&programs[OP_FORM_WIDE], model, &options);
        nnefcl_model_free(model);
    }
    op_programs_end(programs);
}

START_TEST(networks)
{
    const struct blocks_case *c = &cases[_i / 2];
    nnefcl_model *model = blocks_model(c, _i % 2 + 1);
    const int conversions = count_conversions(c, model);
    ck_assert_msg(c->conversions < 0 || conversions == c->conversions, "%s: %d conversions", c->name, conversions);
    verify(c->name, model, op_case_device(), _i % 2 ? NNEFCL_EXECUTION_AUTO : NNEFCL_EXECUTION_LAUNCHES);
    if (c->wide && _i % 2)
        verify(c->name, model, op_form_device(&op_forms[OP_FORM_WIDE]), NNEFCL_EXECUTION_LAUNCHES);
    nnefcl_model_free(model);
}
END_TEST

/* ---- the networks beside the project ---- */

static const struct zoo_case {
    const char *name;
    int64_t batch, size;
} zoo[] = {
    {"squeezenet1_1", 2, 48}, {"resnet18", 1, 33},        {"densenet121", 2, 32}, {"mobilenet_v2", 1, 32},
    {"googlenet", 1, 48},     {"efficientnet_b0", 1, 32}, {"unet", 2, 32},
};

START_TEST(network_of_the_zoo)
{
    const char *folder = getenv("NNEFCL_ZOO");
    const struct zoo_case *c = &zoo[_i];
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_model *model;
    nnefcl_tensor_info info;
    char path[1024];
    forced_count = 1;
    if (!folder)
        return;
    snprintf(path, sizeof path, "%s/%s", folder, c->name);
    options.random_weights = 1;
    ck_assert_msg(nnefcl_model_open(path, &options, &model, &error) == NNEFCL_OK, "%s: %s", path, error.message);
    nnefcl_model_input(model, 0, &info);
    const nnefcl_input_shape shape = {info.name, {.rank = 4, .extent = {c->batch, 3, c->size, c->size}}};
    options.shapes = &shape;
    options.shape_count = 1;
    nnefcl_model *small;
    ck_assert_msg(nnefcl_model_open(path, &options, &small, &error) == NNEFCL_OK, "%s: %s", path, error.message);
    verify(c->name, small, device, NNEFCL_EXECUTION_AUTO);
    nnefcl_model_free(small);
    nnefcl_model_free(model);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_unchecked_fixture(tests, make_programs, NULL);
    tcase_add_loop_test(tests, networks, 0, 2 * sizeof cases / sizeof *cases);
    tcase_add_loop_test(tests, network_of_the_zoo, 0, sizeof zoo / sizeof *zoo);
}

int main(void)
{
    return host_main("blocks", add);
}
