/* SPDX-License-Identifier: Apache-2.0 */
/* Plans under every option that a plan depends on, for a CPU and a GPU, without a device: each is made, the same each
 * time, and its sources are written; and what an option promises of memory and kernels shows. */
#include <stdlib.h>
#include <string.h>

#include "nnefcl/nnefcl.h"
#include "suite.h"

/* Products, with weights large enough to be stored in fewer bits, what is moved, parts of it, and a state. */
static const char net[] = "version 1.0;\n"
                          "graph net(x) -> (y, s, p, v)\n"
                          "{\n"
                          "    x = external(shape = [2, 16, 12, 12]);\n"
                          "    f = variable(shape = [32, 16, 3, 3], label = 'f');\n"
                          "    d = variable(shape = [32, 1, 3, 3], label = 'd');\n"
                          "    w = variable(shape = [96, 1152], label = 'w');\n"
                          "    k = variable(shape = [2, 96], label = 'k');\n"
                          "    c = constant(shape = [1, 96], value = [0.25]);\n"
                          "    c1 = relu(conv(x, f, padding = [(1,1),(1,1)]));\n"
                          "    c2 = conv(c1, d, groups = 0, padding = [(1,1),(1,1)]);\n"
                          "    m = max_pool(c2, size = [1,1,2,2], stride = [1,1,2,2], border = 'ignore');\n"
                          "    j = concat([m, tanh(m)], axis = 1);\n"
                          "    [a, b] = split(j, axis = 1, ratios = [1, 1]);\n"
                          "    t = transpose(add(a, b), axes = [0, 2, 3, 1]);\n"
                          "    r = reshape(t, shape = [2, 1152]);\n"
                          "    l = linear(r, w);\n"
                          "    q = linear_quantize(l, -4.0, 4.0, bits = 8);\n"
                          "    g = sigmoid(add(mul(l, c), q));\n"
                          "    s = add(k, g);\n"
                          "    u = update(k, s);\n"
                          "    p = sum_reduce(g, axes = [1]);\n"
                          "    y = softmax(matmul(g, transpose(s, axes = [1, 0])));\n"
                          "    e = variable(shape = [96, 96], label = 'e');\n" /* products read it, and others */
                          "    m1 = mul(e, sum_reduce(g, axes = [0, 1]));\n"
                          "    v = matmul(matmul(g, e), m1);\n"
                          "}\n";

struct text {
    char data[1 << 20];
    size_t length;
};

static int append(void *user, const char *bytes, size_t length)
{
    struct text *text = user;
    ck_assert_uint_lt(text->length + length, sizeof text->data);
    memcpy(text->data + text->length, bytes, length);
    text->length += length;
    return 0;
}

static nnefcl_model *model;

static void model_make(void)
{
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_error error = {0};
    options.random_weights = 1;
    ck_assert_msg(nnefcl_model_open_memory(net, sizeof net - 1, &options, &model, &error) == NNEFCL_OK, "%s",
                  error.message);
}

static void model_end(void)
{
    nnefcl_model_free(model);
}

static nnefcl_status dump(struct text *text, const nnefcl_session_options *options, int gpu, nnefcl_dump what,
                          nnefcl_error *error)
{
    memset(text, 0, sizeof *text);
    return nnefcl_model_dump_plan(model, options, gpu, what, append, text, error);
}

static const char *const plain[] = {"plain"}, *const blocked[] = {"blocked"},
                         *const winograd[] = {"conv=conv_winograd4"}, *const no_fusion[] = {"none"},
                         *const groups[] = {"conv=conv_winograd4_group"};

static const struct option {
    const char *name;
    nnefcl_precision precision;
    nnefcl_weights weights;
    nnefcl_execution execution;
    int separate_buffers, keep_tensors, long_index;
    const char *const *kernels;
    double max_launch_ms;
    const char *shows; /* in the sources, or NULL */
} cases[] = {
    {.name = "default"},
    {.name = "exact", .precision = NNEFCL_PRECISION_EXACT},
    {.name = "mixed", .precision = NNEFCL_PRECISION_MIXED, .shows = "#define NCL_T"},
    {.name = "fp16", .precision = NNEFCL_PRECISION_FP16, .shows = "#define NCL_T"},
    {.name = "weights of 16 bits", .weights = NNEFCL_WEIGHTS_FP16, .shows = "#define WEIGHT half"},
    {.name = "weights of 8 bits", .weights = NNEFCL_WEIGHTS_INT8, .shows = "char"},
    {.name = "mixed, weights of 8 bits", .precision = NNEFCL_PRECISION_MIXED, .weights = NNEFCL_WEIGHTS_INT8},
    {.name = "launches", .execution = NNEFCL_EXECUTION_LAUNCHES},
    {.name = "persistent", .execution = NNEFCL_EXECUTION_PERSISTENT},
    {.name = "persistent, mixed", .execution = NNEFCL_EXECUTION_PERSISTENT, .precision = NNEFCL_PRECISION_MIXED},
    {.name = "separate buffers", .separate_buffers = 1},
    {.name = "kept tensors", .keep_tensors = 1},
    {.name = "kept tensors, mixed", .keep_tensors = 1, .precision = NNEFCL_PRECISION_MIXED},
    {.name = "long index", .long_index = 1, .shows = "long"},
    {.name = "plain", .kernels = plain},
    {.name = "plain, exact", .kernels = plain, .precision = NNEFCL_PRECISION_EXACT},
    {.name = "plain, mixed", .kernels = plain, .precision = NNEFCL_PRECISION_MIXED},
    {.name = "blocked", .kernels = blocked},
    {.name = "blocked, mixed", .kernels = blocked, .precision = NNEFCL_PRECISION_MIXED},
    {.name = "parts", .max_launch_ms = 0.001},
};

static nnefcl_session_options options_of(const struct option *option)
{
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    options.precision = option->precision;
    options.weights = option->weights;
    options.execution = option->execution;
    options.separate_buffers = option->separate_buffers;
    options.keep_tensors = option->keep_tensors;
    options.long_index = option->long_index;
    options.kernels = option->kernels;
    options.kernel_count = option->kernels != NULL;
    options.max_launch_ms = option->max_launch_ms;
    return options;
}

START_TEST(plans)
{
    const struct option *option = &cases[_i / 2];
    const nnefcl_session_options options = options_of(option);
    const int gpu = _i % 2;
    struct text *first = malloc(sizeof *first), *again = malloc(sizeof *again);
    nnefcl_error error = {0};
    for (int what = NNEFCL_DUMP_PLAN; what <= NNEFCL_DUMP_CL; what++) {
        ck_assert_msg(dump(first, &options, gpu, (nnefcl_dump)what, &error) == NNEFCL_OK, "%s: %s", option->name,
                      error.message);
        ck_assert_int_eq(dump(again, &options, gpu, (nnefcl_dump)what, &error), NNEFCL_OK);
        ck_assert_msg(strcmp(first->data, again->data) == 0, "%s: another one the second time", option->name);
    }
    ck_assert_msg(!option->shows || strstr(first->data, option->shows), "%s: no '%s'", option->name, option->shows);
    free(again);
    free(first);
}
END_TEST

/* Halves are multiplied where the precision allows it and the device, a GPU with local memory of its own, can. */
static const struct multiplied {
    const char *target;
    int fp16; /* of its facts; -1: as they are */
    nnefcl_precision precision;
    const char *shows, *lacks;
} multiplied[] = {
    {"nvidia", 1, NNEFCL_PRECISION_FP16,
     "group 64 local 5184 ACROSS=8 BORDER=NCL_BORDER_CONSTANT DEPTH=9 DOWN=8 HALVES=1", NULL},
    {"nvidia", 1, NNEFCL_PRECISION_MIXED,
     "group 64 local 9792 ACROSS=8 BORDER=NCL_BORDER_CONSTANT DEPTH=9 DOWN=8 IMAGE", "HALVES"},
    {"nvidia", -1, NNEFCL_PRECISION_FP16, "gemm_group", "HALVES"},
    {"amd", -1, NNEFCL_PRECISION_FP16, "HALVES=1", NULL},
    {"amd", -1, NNEFCL_PRECISION_FP32, "gemm_group", "HALVES"},
    {"mali", -1, NNEFCL_PRECISION_FP16, "NCL_T0=half", "HALVES"},
};

START_TEST(halves_are_multiplied)
{
    const struct multiplied *m = &multiplied[_i];
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    struct text *text = malloc(sizeof *text);
    nnefcl_device_info facts = {0};
    nnefcl_error error = {0};
    for (size_t i = 0; strcmp(facts.name, m->target) != 0; i++)
        ck_assert_int_eq(nnefcl_target(i, &facts), NNEFCL_OK);
    facts.fp16 = m->fp16 < 0 ? facts.fp16 : m->fp16;
    options.target = &facts;
    options.target_size = sizeof facts;
    options.precision = m->precision;
    ck_assert_msg(dump(text, &options, 1, NNEFCL_DUMP_PLAN, &error) == NNEFCL_OK, "%s", error.message);
    ck_assert_msg(strstr(text->data, m->shows), "%s: no '%s' in:\n%s", m->target, m->shows, text->data);
    ck_assert_msg(!m->lacks || !strstr(text->data, m->lacks), "%s: %s", m->target, m->lacks);
    free(text);
}
END_TEST

static nnefcl_needs needs_of(const nnefcl_session_options *options)
{
    nnefcl_needs needs;
    nnefcl_error error = {0};
    ck_assert_msg(nnefcl_model_check(model, options, &needs, &error) == NNEFCL_OK, "%s", error.message);
    return needs;
}

/* Fewer bits take less memory, tensors that are kept and buffers of their own more. */
START_TEST(memory)
{
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    const nnefcl_needs plainly = needs_of(&options);
    options.precision = NNEFCL_PRECISION_MIXED;
    const nnefcl_needs mixed = needs_of(&options);
    ck_assert_uint_lt(mixed.weights, plainly.weights * 2 / 3);
    ck_assert_uint_eq(mixed.io, plainly.io);
    options.precision = NNEFCL_PRECISION_FP32;
    options.weights = NNEFCL_WEIGHTS_INT8;
    ck_assert_uint_lt(needs_of(&options).weights, mixed.weights);
    options.weights = NNEFCL_WEIGHTS_FP32;
    options.keep_tensors = 1;
    ck_assert_uint_gt(needs_of(&options).arena, plainly.arena);
    options.keep_tensors = 0;
    options.memory_limit = plainly.weights + plainly.arena + plainly.io - 1;
    nnefcl_needs needs;
    ck_assert_int_eq(nnefcl_model_check(model, &options, &needs, NULL), NNEFCL_ERR_LIMIT);
}
END_TEST

/* What cannot be is said before anything is planned. */
START_TEST(refused)
{
    static const char *const unknown[] = {"conv=none"};
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    struct text *text = malloc(sizeof *text);
    nnefcl_device_info weak = {0};
    nnefcl_error error = {0};
    options.kernels = unknown;
    options.kernel_count = 1;
    ck_assert_int_eq(dump(text, &options, 0, NNEFCL_DUMP_PLAN, &error), NNEFCL_ERR_ARGUMENT);
    options.kernels = groups;
    ck_assert_int_eq(dump(text, &options, 0, NNEFCL_DUMP_PLAN, &error), NNEFCL_ERR_UNSUPPORTED);
    options.kernels = winograd;
    options.precision = NNEFCL_PRECISION_EXACT;
    ck_assert_int_eq(dump(text, &options, 0, NNEFCL_DUMP_PLAN, &error), NNEFCL_ERR_ARGUMENT);
    options = (nnefcl_session_options)NNEFCL_SESSION_OPTIONS_INIT;
    options.disabled_passes = no_fusion;
    options.disabled_pass_count = 1;
    ck_assert_int_eq(dump(text, &options, 0, NNEFCL_DUMP_PLAN, &error), NNEFCL_ERR_ARGUMENT);
    options = (nnefcl_session_options)NNEFCL_SESSION_OPTIONS_INIT;
    options.tuning = "no table";
    ck_assert_int_eq(dump(text, &options, 0, NNEFCL_DUMP_PLAN, &error), NNEFCL_ERR_ARGUMENT);
    options.tuning = NULL;
    weak.type = NNEFCL_DEVICE_GPU; /* work-groups of one: no barriers */
    weak.compute_units = 1;
    weak.global_memory = weak.max_allocation = (uint64_t)1 << 30;
    weak.max_work_group = 1;
    options.target = &weak;
    options.target_size = sizeof weak;
    ck_assert_msg(dump(text, &options, 1, NNEFCL_DUMP_CL, &error) == NNEFCL_OK, "%s", error.message);
    options.precision = NNEFCL_PRECISION_MIXED;
    ck_assert_msg(dump(text, &options, 1, NNEFCL_DUMP_CL, &error) == NNEFCL_OK, "%s", error.message);
    options.weights = NNEFCL_WEIGHTS_INT8;
    ck_assert_int_eq(dump(text, &options, 1, NNEFCL_DUMP_PLAN, &error), NNEFCL_ERR_UNSUPPORTED);
    options.weights = NNEFCL_WEIGHTS_FP32;
    weak.global_memory = 1 << 18;
    ck_assert_int_eq(dump(text, &options, 1, NNEFCL_DUMP_PLAN, &error), NNEFCL_ERR_LIMIT);
    ck_assert_msg(strstr(error.message, "more than the device has, 262144 bytes"), "%s", error.message);
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plan_options");
    TCase *tests = tcase_create("plan_options");
    tcase_add_unchecked_fixture(tests, model_make, model_end);
    tcase_add_loop_test(tests, plans, 0, 2 * (int)(sizeof cases / sizeof *cases));
    tcase_add_loop_test(tests, halves_are_multiplied, 0, (int)(sizeof multiplied / sizeof *multiplied));
    tcase_add_test(tests, memory);
    tcase_add_test(tests, refused);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
