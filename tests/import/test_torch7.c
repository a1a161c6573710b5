/* SPDX-License-Identifier: Apache-2.0 */
/* Networks that torch.save of Torch7 wrote: modules in containers, weights shared by number, classes of cudnn. */
#include "import/file_bytes_made.h"

enum { NUMBER = 1, STRING = 2, TABLE = 3, OBJECT = 4 };

static unsigned next_number;

static void put_string(struct bytes *file, const char *text)
{
    bytes_int(file, strlen(text), 4);
    bytes_put(file, text, strlen(text));
}

static void put_key(struct bytes *file, const char *key)
{
    bytes_int(file, STRING, 4);
    put_string(file, key);
}

static void put_number(struct bytes *file, double number)
{
    bytes_int(file, NUMBER, 4);
    bytes_put(file, &number, sizeof number);
}

static void put_class(struct bytes *file, const char *name)
{
    bytes_int(file, OBJECT, 4);
    bytes_int(file, ++next_number, 4);
    put_string(file, "V 1");
    put_string(file, name);
}

static void put_table(struct bytes *file, unsigned entries)
{
    bytes_int(file, TABLE, 4);
    bytes_int(file, ++next_number, 4);
    bytes_int(file, entries, 4);
}

static void put_tensor(struct bytes *file, const int *extent, unsigned rank)
{
    uint64_t count = 1;
    put_class(file, "torch.FloatTensor");
    bytes_int(file, rank, 4);
    for (unsigned i = 0; i < rank; i++) {
        bytes_int(file, (uint64_t)extent[i], 8);
        count *= (uint64_t)extent[i];
    }
    uint64_t stride = count;
    for (unsigned i = 0; i < rank; i++)
        bytes_int(file, stride /= (uint64_t)extent[i], 8);
    bytes_int(file, 1, 8);
    put_class(file, "torch.FloatStorage");
    bytes_int(file, count, 8);
    for (uint64_t i = 0; i < count; i++)
        bytes_floats(file, &(float){0.5f}, 1);
}

/* `fields`: "kW=3 kH=3", and weights of these extents. */
static void put_module(struct bytes *file, const char *name, const char *fields, const int *extent, unsigned rank)
{
    unsigned count = rank > 0;
    for (const char *at = fields; (at = strchr(at, '=')); at++)
        count++;
    put_class(file, name);
    put_table(file, count);
    for (const char *at = fields; *at;) {
        char key[32];
        double value;
        int used = 0;
        ck_assert_int_eq(sscanf(at, "%31[^=]=%lf %n", key, &value, &used), 2);
        put_key(file, key);
        put_number(file, value);
        at += used;
    }
    if (rank) {
        put_key(file, "weight");
        put_tensor(file, extent, rank);
    }
}

static void put_container(struct bytes *file, const char *name, unsigned modules)
{
    put_class(file, name);
    put_table(file, 1);
    put_key(file, "modules");
    put_table(file, modules);
}

static void make_network(struct bytes *file)
{
    file->size = 0;
    next_number = 0;
    put_container(file, "nn.Sequential", 4);
    put_number(file, 1);
    put_module(file, "cudnn.SpatialConvolution", "kW=3 kH=3 dW=1 dH=1 padW=1 padH=1", (const int[]){2, 1, 3, 3}, 4);
    put_number(file, 2);
    put_container(file, "nn.ConcatTable", 2);
    put_number(file, 1);
    put_module(file, "nn.ReLU", "", NULL, 0);
    put_number(file, 2);
    put_module(file, "nn.Identity", "", NULL, 0);
    put_number(file, 3);
    put_module(file, "nn.CAddTable", "", NULL, 0);
    put_number(file, 4);
    put_module(file, "nn.LogSoftMax", "", NULL, 0);
}

static void open_shaped(struct model_text *text, const struct bytes *file)
{
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    const nnefcl_input_shape shape = {"x", {.rank = 4, .extent = {1, 1, 5, 6}}};
    memset(text, 0, sizeof *text);
    options.shapes = &shape;
    options.shape_count = 1;
    options.diagnostic = model_text_talk;
    options.diagnostic_user = text;
    text->status = nnefcl_model_open_memory(file->data, file->size, &options, &text->model, &text->error);
}

START_TEST(network)
{
    static struct bytes file;
    static struct model_text text;
    make_network(&file);
    open_shaped(&text, &file);
    flat_has(&text, "( x ) -> ( y )|shape = [1, 1, 5, 6]|SpatialConvolution0 = conv(x|padding = [(1, 1), (1, 1)]|relu("
                    "SpatialConvolution0)|add(|SpatialConvolution0)|max_reduce(|axes = [1]|exp(|log(");
    nnefcl_model_free(text.model);
}
END_TEST

START_TEST(shape_wanted)
{
    static struct bytes file;
    static struct model_text text;
    make_network(&file);
    ck_assert_int_ne(bytes_open(&text, file.data, file.size), NNEFCL_OK);
    ck_assert_msg(strstr(text.talk, "'x'") != NULL, "%s", text.talk);
}
END_TEST

START_TEST(damaged)
{
    static struct bytes file, bad;
    static struct model_text text;
    make_network(&file);
    for (size_t at = 0; at < file.size; at++) {
        bad = file;
        bad.data[at] ^= "\1\x80\xff"[at % 3];
        open_shaped(&text, &bad);
        ck_assert_msg(text.status == NNEFCL_OK || text.error.message[0], "byte %zu", at);
        nnefcl_model_free(text.model);
        bad.size = at;
        open_shaped(&text, &bad);
        ck_assert_int_ne(text.status, NNEFCL_OK);
    }
}
END_TEST

/* Modules within modules without an end, and one that is shared so often that walking it never ends. */
START_TEST(nested)
{
    static struct bytes file;
    static struct model_text text;
    file.size = 0;
    next_number = 0;
    for (unsigned i = 0; i < 120; i++) {
        put_container(&file, "nn.C", 1);
        put_number(&file, 1);
    }
    open_shaped(&text, &file);
    ck_assert_msg(text.status != NNEFCL_OK && strstr(text.talk, "nested too deep"), "%s", text.talk);
    file.size = 0;
    next_number = 0;
    for (unsigned i = 0; i < 40; i++) { /* two modules each: the next one, and the next one again */
        put_container(&file, "nn.Sequential", 2);
        put_number(&file, 1);
    }
    put_module(&file, "nn.Identity", "", NULL, 0);
    for (unsigned i = 40; i-- > 0;) {
        put_number(&file, 2);
        bytes_int(&file, OBJECT, 4);
        bytes_int(&file, 3 * (i + 1) + 1, 4);
    }
    open_shaped(&text, &file);
    ck_assert_msg(text.status != NNEFCL_OK && strstr(text.talk, "too many modules"), "%s", text.talk);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("torch7");
    TCase *tests = tcase_create("torch7");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, network);
    tcase_add_test(tests, shape_wanted);
    tcase_add_test(tests, damaged);
    tcase_add_test(tests, nested);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
