/* SPDX-License-Identifier: Apache-2.0 */
/* Caffe2: a network and the one that fills its weights, results written over operands, the shape of the input beside.
 */
#include "import/file_bytes_made.h"

static const char *const files[] = {"predict_net.pb", "init_net.pb", "value_info.json"};

static void arg_int(struct bytes *op, const char *name, int value)
{
    struct bytes arg = {.size = 0};
    pb_text(&arg, 1, name);
    pb_number(&arg, 3, (uint64_t)value);
    pb_message(op, 5, &arg);
}

static void fill(struct bytes *net, const char *name, const int *extent, size_t rank)
{
    struct bytes op = {.size = 0}, shape = {.size = 0}, values = {.size = 0};
    size_t count = 1;
    pb_text(&op, 2, name);
    pb_text(&op, 4, "GivenTensorFill");
    pb_text(&shape, 1, "shape");
    pb_text(&values, 1, "values");
    for (size_t i = 0; i < rank; i++) {
        pb_number(&shape, 6, (uint64_t)extent[i]);
        count *= (size_t)extent[i];
    }
    for (size_t i = 0; i < count; i++)
        pb_float(&values, 5, 0.25f);
    pb_message(&op, 5, &shape);
    pb_message(&op, 5, &values);
    pb_message(net, 2, &op);
}

static struct bytes op_of(const char *type, const char *const *input, size_t inputs, const char *output)
{
    struct bytes op = {.size = 0};
    for (size_t i = 0; i < inputs; i++)
        pb_text(&op, 1, input[i]);
    pb_text(&op, 2, output);
    pb_text(&op, 4, type);
    return op;
}

static void make_network(struct bytes *net, struct bytes *init)
{
    static const char *const inputs[] = {"data", "w", "b"};
    net->size = init->size = 0;
    pb_text(net, 1, "net");
    struct bytes op = op_of("Conv", inputs, 3, "c");
    arg_int(&op, "kernel", 3);
    arg_int(&op, "pad", 1);
    pb_message(net, 2, &op);
    op = op_of("Relu", (const char *const[]){"c"}, 1, "c");
    pb_message(net, 2, &op);
    op = op_of("Softmax", (const char *const[]){"c"}, 1, "y");
    pb_message(net, 2, &op);
    for (size_t i = 0; i < 3; i++)
        pb_text(net, 7, inputs[i]);
    pb_text(net, 8, "y");
    pb_text(init, 1, "init");
    fill(init, "w", (const int[]){2, 1, 3, 3}, 4);
    fill(init, "b", (const int[]){2}, 1);
}

static void open_with(const struct bytes *net, const struct bytes *init, const char *info, struct model_text *text)
{
    struct file_folder folder;
    folder_make(&folder);
    folder_write(&folder, files[0], net->data, net->size);
    if (init)
        folder_write(&folder, files[1], init->data, init->size);
    if (info)
        folder_write(&folder, files[2], info, strlen(info));
    folder_open(&folder, files[0], text);
    folder_remove(&folder, files, 3);
}

START_TEST(network)
{
    static struct bytes net, init;
    static struct model_text text;
    make_network(&net, &init);
    open_with(&net, &init, "{\"data\": [1, [1, 1, 5, 6]]}", &text);
    flat_has(&text,
             "( data ) -> ( y )|shape = [1, 1, 5, 6]|c_1 = conv(|padding = [(1, 1), (1, 1)]|c = relu(c_1)|softmax(c, "
             "axes = [1, 2, 3])");
    nnefcl_model_free(text.model);
}
END_TEST

START_TEST(refused)
{
    static struct bytes net, init;
    static struct model_text text;
    make_network(&net, &init);
    open_with(&net, NULL, NULL, &text);
    ck_assert_msg(text.status != NNEFCL_OK && strstr(text.talk, "init_net.pb"), "%s", text.talk);
    open_with(&net, &init, NULL, &text);
    ck_assert_msg(text.status != NNEFCL_OK && strstr(text.talk, "'data'"), "%s", text.talk);
}
END_TEST

START_TEST(damaged)
{
    static struct bytes net, init, bad;
    static struct model_text text;
    make_network(&net, &init);
    for (size_t at = 0; at < net.size + init.size; at += 2) {
        const bool first = at < net.size;
        bad = first ? net : init;
        bad.data[first ? at : at - net.size] ^= 0x81;
        open_with(first ? &bad : &net, first ? &init : &bad, "{\"data\": [1, [1, 1, 5, 6]]}", &text);
        ck_assert_msg(text.status == NNEFCL_OK || text.error.message[0], "byte %zu", at);
        nnefcl_model_free(text.model);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("caffe2");
    TCase *tests = tcase_create("caffe2");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, network);
    tcase_add_test(tests, refused);
    tcase_add_test(tests, damaged);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
