/* SPDX-License-Identifier: Apache-2.0 */
/* Opening models: from memory, a reader, a folder; options; files of variables; graph.quant; what memory failures do.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "base/counting_allocator.h"
#include "model/model_text.h"

static const char small[] = "version 1.0;\n\ngraph net( x ) -> ( y, z )\n{\n    x = external(shape = [1,4]);\n    w = "
                            "variable(shape = [3,4], label = 'layer/w');\n"
                            "    y = matmul(x, w, transposeB = true);\n    z = relu(y);\n}\n";

START_TEST(questions)
{
    struct model_text text;
    nnefcl_tensor_info info;
    model_text_open(&text, small, NULL);
    ck_assert_msg(text.status == NNEFCL_OK, "%s", text.talk);
    ck_assert_str_eq(nnefcl_model_name(text.model), "net");
    ck_assert_uint_eq(nnefcl_model_input_count(text.model), 1);
    ck_assert_uint_eq(nnefcl_model_output_count(text.model), 2);
    ck_assert_uint_eq(nnefcl_model_variable_count(text.model), 1);
    ck_assert_int_eq(nnefcl_model_input(text.model, 0, &info), NNEFCL_OK);
    ck_assert_str_eq(info.name, "x");
    ck_assert_uint_eq(info.bytes, 16);
    ck_assert_int_eq(nnefcl_model_output(text.model, 1, &info), NNEFCL_OK);
    ck_assert_str_eq(info.name, "z");
    ck_assert_int_eq((int)info.shape.extent[1], 3);
    ck_assert_int_eq(nnefcl_model_variable(text.model, 0, &info), NNEFCL_OK);
    ck_assert_str_eq(info.name, "w");
    ck_assert_str_eq(info.label, "layer/w");
    ck_assert_int_eq(nnefcl_model_output(text.model, 2, &info), NNEFCL_ERR_ARGUMENT);
    ck_assert_ptr_null(info.name);
    model_text_close(&text);
    nnefcl_model_free(NULL);
}
END_TEST

START_TEST(bad_arguments)
{
    nnefcl_model *model = NULL;
    nnefcl_error error = {0};
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    const nnefcl_input_shape shape = {"nothing", {1, {3}}};
    ck_assert_int_eq(nnefcl_model_open(NULL, NULL, &model, &error), NNEFCL_ERR_ARGUMENT);
    ck_assert_int_eq(nnefcl_model_open("model", NULL, NULL, NULL), NNEFCL_ERR_ARGUMENT);
    ck_assert_int_eq(nnefcl_model_open_memory(NULL, 3, NULL, &model, NULL), NNEFCL_ERR_ARGUMENT);
    ck_assert_int_eq(nnefcl_model_open_reader(NULL, NULL, &model, NULL), NNEFCL_ERR_ARGUMENT);
    options.shapes = &shape;
    options.shape_count = 1;
    options.random_weights = 1;
    ck_assert_int_eq(nnefcl_model_open_memory(small, sizeof small - 1, &options, &model, &error), NNEFCL_ERR_ARGUMENT);
    options = (nnefcl_model_options){.version = 7};
    ck_assert_int_eq(nnefcl_model_open_memory(small, sizeof small - 1, &options, &model, NULL), NNEFCL_ERR_ARGUMENT);
    options = (nnefcl_model_options){.version = 1, .strict = 1, .compat = NNEFCL_COMPAT_TORCH};
    ck_assert_int_eq(nnefcl_model_open_memory(small, sizeof small - 1, &options, &model, NULL), NNEFCL_ERR_ARGUMENT);
    options = (nnefcl_model_options){.version = 1, .batch = -1};
    ck_assert_int_eq(nnefcl_model_open_memory(small, sizeof small - 1, &options, &model, NULL), NNEFCL_ERR_ARGUMENT);
    ck_assert_int_eq(nnefcl_model_open("model/no-such-folder", NULL, &model, &error), NNEFCL_ERR_MODEL);
    ck_assert_int_eq(nnefcl_model_open("model", NULL, &model, &error), NNEFCL_ERR_MODEL);
    ck_assert_int_eq(nnefcl_model_open_memory("", 0, NULL, &model, &error), NNEFCL_ERR_MODEL);
    ck_assert_ptr_null(model);
}
END_TEST

START_TEST(shapes_of_inputs)
{
    struct model_text text;
    nnefcl_tensor_info info;
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    const nnefcl_input_shape good = {"x", {2, {7, 4}}}, bad = {"x", {2, {7, 5}}};
    options.shapes = &good;
    options.shape_count = 1;
    model_text_open(&text, small, &options);
    ck_assert_msg(text.status == NNEFCL_OK, "%s", text.talk);
    ck_assert_int_eq(nnefcl_model_output(text.model, 0, &info), NNEFCL_OK);
    ck_assert_int_eq((int)info.shape.extent[0], 7);
    model_text_close(&text);
    options.shapes = &bad;
    model_text_open(&text, small, &options);
    ck_assert_int_eq(text.status, NNEFCL_ERR_MODEL);
    ck_assert_int_eq(text.error.line, 7);
    options = (nnefcl_model_options)NNEFCL_MODEL_OPTIONS_INIT;
    options.batch = 9;
    model_text_open(&text, small, &options);
    ck_assert_msg(text.status == NNEFCL_OK, "%s", text.talk);
    ck_assert_int_eq(nnefcl_model_output(text.model, 1, &info), NNEFCL_OK);
    ck_assert_int_eq((int)info.shape.extent[0], 9);
    model_text_close(&text);
}
END_TEST

/* ---- files ---- */

static void put(const char *folder, const char *name, const void *bytes, size_t size)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static void put_scalar(const char *folder, const char *name, float value)
{
    char path[512];
    nnefcl_tensor tensor = {.dtype = NNEFCL_SCALAR, .data = &value, .bytes = sizeof value};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    ck_assert_int_eq(nnefcl_tensor_save(path, &tensor, NULL), NNEFCL_OK);
}

static void put_vector(const char *folder, const char *name)
{
    char path[512];
    float values[3] = {1, 2, 3};
    nnefcl_tensor tensor = {.dtype = NNEFCL_SCALAR, .shape = {1, {3}}, .data = values, .bytes = sizeof values};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    ck_assert_int_eq(nnefcl_tensor_save(path, &tensor, NULL), NNEFCL_OK);
}

static nnefcl_status open_folder(struct model_text *text, const char *folder, nnefcl_model_options options)
{
    memset(text, 0, sizeof *text);
    options.diagnostic = model_text_talk;
    options.diagnostic_user = text;
    return text->status = nnefcl_model_open(folder, &options, &text->model, &text->error);
}

static const nnefcl_model_options defaults = NNEFCL_MODEL_OPTIONS_INIT;

START_TEST(files)
{
    static const char graph[] =
        "version 1.0;\ngraph g( x ) -> ( y )\n{ x = external(shape = [3]);\nw = variable(shape = [3], label = 'W');\n"
        "dead = variable(shape = [9], label = 'dead');\ne = variable<scalar>(shape = [], label = 'eps');\n"
        "z = leaky_relu(x, alpha = e);\ny = add(z, w); }\n";
    char folder[] = "/tmp/nnefcl-model-XXXXXX", path[64];
    struct model_text text;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    put(folder, "graph.nnef", graph, sizeof graph - 1);
    put_scalar(folder, "eps.dat", 0.25f);
    ck_assert_int_eq(open_folder(&text, folder, defaults), NNEFCL_ERR_MODEL); /* w.dat is missing */
    ck_assert_int_eq(text.error.line, 4);
    put_vector(folder, "w.dat"); /* found without regard to case; the file of the dead variable is not looked for */
    ck_assert_msg(open_folder(&text, folder, defaults) == NNEFCL_OK, "%s", text.talk);
    ck_assert_ptr_nonnull(strstr(model_text_dump(&text, NNEFCL_DUMP_FLAT), "leaky_relu(x, alpha = 0.25)"));
    ck_assert_uint_eq(nnefcl_model_variable_count(text.model), 1);
    model_text_close(&text);
    put(folder, "graph.quant",
        "\"w\": linear_quantize(min = 0.0, max = [1.0, 2.0, 3.0], bits = 8);\n'nowhere': logarithmic_quantize(max = "
        "1.0, bits = 4);\n",
        120);
    ck_assert_msg(open_folder(&text, folder, defaults) == NNEFCL_OK, "%s", text.talk);
    ck_assert_ptr_nonnull(strstr(text.talk, "warning 2: the graph has no tensor 'nowhere'"));
    model_text_close(&text);
    snprintf(path, sizeof path, "rm -r %s", folder);
    ck_assert_int_eq(system(path), 0);
}
END_TEST

/* Line 1 of graph.quant. */
static const struct {
    const char *line, *message;
} quant_errors[] = {
    {"'w': quantise(bits = 8);", "is no quantization operation"},
    {"'w': relu();", ""},
    {"'w': linear_quantize(min = 0.0, bits = 8);", "argument 'max' is missing"},
    {"'w': linear_quantize(min = 0.0, max = 1.0, bits = 8, extra = 1);", "has no parameter 'extra'"},
    {"'w': linear_quantize(x = 0.0, min = 0.0, max = 1.0, bits = 8);", "has no parameter 'x'"},
    {"'w': linear_quantize(min = 0.0, max = 1.0, bits = 8.0);", "'bits' takes a value of type integer"},
    {"'w': linear_quantize(min = 0.0, max = 1.0, bits = 0);", "it must be 1 to 64"},
    {"'w': linear_quantize(min = [], max = 1.0, bits = 8);", "empty array"},
    {"'w': linear_quantize(min = [1.0, 2.0], max = 1.0, bits = 8);", "does not broadcast"},
    {"'w': linear_quantize(min = [[1.0], [2.0, 3.0]], max = 1.0, bits = 8);", "different lengths"},
    {"'w': linear_quantize(min = [[1.0], 2.0], max = 1.0, bits = 8);", "mixes numbers and arrays"},
    {"'w': linear_quantize(min = 'a', max = 1.0, bits = 8);", "'min' takes scalars"},
    {"'w': zero_point_linear_quantize(zero_point = 0.5, scale = 1.0, bits = 8, signed = true, symmetric = false);",
     "'zero_point' takes integers"},
};

START_TEST(bad_quant)
{
    static const char graph[] =
        "version 1.0;\ngraph g( x ) -> ( y ) { x = external(shape = [3]); w = exp(x); y = exp(w); }\n";
    char folder[] = "/tmp/nnefcl-model-XXXXXX", path[64];
    struct model_text text;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    put(folder, "graph.nnef", graph, sizeof graph - 1);
    put(folder, "graph.quant", quant_errors[_i].line, strlen(quant_errors[_i].line));
    ck_assert_msg(open_folder(&text, folder, defaults) == NNEFCL_ERR_MODEL, "%s", quant_errors[_i].line);
    ck_assert_msg(strstr(text.error.message, quant_errors[_i].message), "%s: %s", quant_errors[_i].line,
                  text.error.message);
    snprintf(path, sizeof path, "%s/graph.quant", folder);
    ck_assert_str_eq(text.error.file, path);
    ck_assert_int_eq(text.error.line, 1);
    snprintf(path, sizeof path, "rm -r %s", folder);
    ck_assert_int_eq(system(path), 0);
}
END_TEST

/* ---- memory: each allocation fails in turn; an error comes back, nothing leaks ---- */

START_TEST(memory)
{
    static const char graph[] = MODEL_HEADER "fragment f( t: tensor<scalar>, k: integer[] ) -> ( r: tensor<scalar>[] ) "
                                             "{ r = [for i in k yield t * scalar(i)] + f(t, k = k[1:]) if "
                                             "length_of(k) > 0 else []; }\n"
                                             "graph g( x ) -> ( y ) { x = external(shape = [3]); w = variable(shape = "
                                             "[3], label = 'w'); y = add_n(f(x + w, k = [1,2,3])); }\n";
    struct counting_allocator counting = {0};
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_status status = NNEFCL_ERR_NOMEM;
    options.random_weights = 1;
    for (size_t n = 1; status != NNEFCL_OK; n++) {
        nnefcl_model *model = NULL;
        nnefcl_error error = {0};
        counting = (struct counting_allocator){.fail_at = n};
        options.allocator = counting_allocator(&counting);
        status = nnefcl_model_open_memory(graph, sizeof graph - 1, &options, &model, &error);
        ck_assert_msg(status == NNEFCL_OK || status == NNEFCL_ERR_NOMEM, "allocation %zu: %s %s", n,
                      nnefcl_status_name(status), error.message);
        ck_assert_uint_lt(n, 10000);
        nnefcl_model_free(model);
        ck_assert_msg(counting.live == 0, "allocation %zu: %zu blocks leak", n, counting.live);
    }
}
END_TEST

START_TEST(memory_limit)
{
    struct model_text text;
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    options.memory_limit = 4096;
    model_text_open(&text, small, &options);
    ck_assert_int_eq(text.status, NNEFCL_ERR_LIMIT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model");
    TCase *tests = tcase_create("model");
    tcase_add_test(tests, questions);
    tcase_add_test(tests, bad_arguments);
    tcase_add_test(tests, shapes_of_inputs);
    tcase_add_test(tests, files);
    tcase_add_loop_test(tests, bad_quant, 0, sizeof quant_errors / sizeof *quant_errors);
    tcase_add_test(tests, memory);
    tcase_add_test(tests, memory_limit);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
