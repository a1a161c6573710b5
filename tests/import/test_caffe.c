/* SPDX-License-Identifier: Apache-2.0 */
/* Caffe: a description and weights side by side, in both forms of layers; tops that are written again. */
#include "import/file_bytes_made.h"

static const char *const files[] = {"model.caffemodel", "model.prototxt"};

static void blob(struct bytes *layer, unsigned field, const int *extent, size_t rank)
{
    struct bytes made = {.size = 0}, shape = {.size = 0}, data = {.size = 0};
    size_t count = 1;
    for (size_t i = 0; i < rank; i++) {
        pb_number(&shape, 1, (uint64_t)extent[i]);
        count *= (size_t)extent[i];
    }
    for (size_t i = 0; i < count; i++)
        bytes_floats(&data, &(float){0.5f}, 1);
    pb_message(&made, 5, &data);
    pb_message(&made, 7, &shape);
    pb_message(layer, field, &made);
}

/* Weights of a convolution (2 filters of 1 channel, 3x3) and of a normalization. */
static void make_weights(struct bytes *net, bool old)
{
    struct bytes conv = {.size = 0}, norm = {.size = 0};
    net->size = 0;
    pb_text(net, 1, "net");
    if (old) {
        pb_text(&conv, 4, "c");
        pb_number(&conv, 5, 4);
    } else {
        pb_text(&conv, 1, "c");
        pb_text(&conv, 2, "Convolution");
    }
    blob(&conv, old ? 6 : 7, (const int[]){2, 1, 3, 3}, 4);
    blob(&conv, old ? 6 : 7, (const int[]){2}, 1);
    pb_message(net, old ? 2 : 100, &conv);
    if (old)
        return;
    pb_text(&norm, 1, "n");
    pb_text(&norm, 2, "BatchNorm");
    blob(&norm, 7, (const int[]){2}, 1);
    blob(&norm, 7, (const int[]){2}, 1);
    blob(&norm, 7, (const int[]){1}, 1);
    pb_message(net, 100, &norm);
}

static void open_with(const struct bytes *weights, const char *description, struct model_text *text)
{
    struct file_folder folder;
    folder_make(&folder);
    folder_write(&folder, files[0], weights->data, weights->size);
    if (description)
        folder_write(&folder, files[1], description, strlen(description));
    folder_open(&folder, files[0], text);
    folder_remove(&folder, files, 2);
}

#define CONV                                                                                                           \
    "layer { name: 'c' type: 'Convolution' bottom: 'data' top: 'c' convolution_param { num_output: 2 kernel_size: 3 "  \
    "pad: 1 weight_filler { type: \"xavier\" } } }\n"

static const struct described {
    const char *text, *flat; /* flat empty: refused, */
    const char *says;        /* with this */
    bool old;
} descriptions[] = {
    {"# a comment\nname: \"net\"\nlayer { name: 'd' type: 'Input' top: 'data' input_param { shape { dim: 1 dim: 1 dim: "
     "5 "
     "dim: 6 } } }\n" CONV "layer { name: 'n' type: 'BatchNorm' bottom: 'c' top: 'c' batch_norm_param { eps: 1e-3 } }\n"
     "layer { name: 'r' type: 'ReLU' bottom: 'c' top: 'c' relu_param { negative_slope: .5 } }\n",
     "( data ) -> ( c )|shape = [1, 1, 5, 6]|c_1 = conv(data|c_2 = batch_normalization(c_1|c = leaky_relu(c_2, alpha = "
     "0.5)",
     "", false},
    {"name: 'net'\ninput: 'data'\ninput_dim: 1 input_dim: 1 input_dim: 5 input_dim: 6\nlayers { name: 'c' type: "
     "CONVOLUTION bottom: 'data' top: 'c' convolution_param { num_output: 2 kernel_size: 3 } }\n",
     "( data ) -> ( c )|shape = [1, 1, 5, 6]|c = conv(data|padding = [(0, 0), (0, 0)]", "", true},
    {"input: 'data' input_shape { dim: [1, 1, 8, 8] }\nlayer { name: 'p' type: 'Pooling' bottom: 'data' top: 'p' "
     "pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 1 } }\n",
     "( data ) -> ( p )|pad(", "", false},
    {"input: 'data' input_shape { dim: [1, 1, 7, 7] }\nlayer { name: 'p' type: 'Interp' bottom: 'data' top: 'p' }\n",
     "", "the operator Interp is not supported", false},
    {"name: 'net'\nlayer { name: 'd\n", "", "2: a string without an end", false},
    {"name: 'net'\nlayer { name: 'd' type: 'Input' top: 'data' \n", "", "the text ends within a message", false},
    {"name: 'net'\nlayer { name: 'd' pooling_param { pool: MEDIAN } }\n", "", "2: this is no value of the field",
     false},
    {"input: 'data' input_shape { dim: [1, 1, 7, 7] }\nlayer { name: 't' type: 'Split' bottom: 'data' top: 's' include "
     "{ "
     "phase: TRAIN } }\nlayer { name: 'r' type: 'ReLU' bottom: 'data' top: 'y' include { phase: TEST } }\n",
     "( data ) -> ( y )|relu(data)", "", false},
    {"input: 'data' input_shape { dim: [2, 4, 3, 3] }\nlayer { name: 'p' type: 'Swish' bottom: 'data' top: 'p' "
     "swish_param { beta: 2 } }\n",
     "( data ) -> ( p )|mul(data, 2.0)|sigmoid(|mul(data", "", false},
    {"input: 'data' input_shape { dim: [2, 4, 3, 3] }\nlayer { name: 'p' type: 'Clip' bottom: 'data' top: 'p' "
     "clip_param { min: -1 max: 2 } }\n",
     "( data ) -> ( p )|clamp(data, -1.0, 2.0)", "", false},
    {"input: 'data' input_shape { dim: [2, 4, 3, 3] }\nlayer { name: 'p' type: 'ReLU6' bottom: 'data' top: 'p'  }\n",
     "( data ) -> ( p )|clamp(data, 0.0, 6.0)", "", false},
    {"input: 'data' input_shape { dim: [2, 4, 3, 3] }\nlayer { name: 'p' type: 'ShuffleChannel' bottom: 'data' top: "
     "'p' shuffle_channel_param { group: 2 } }\n",
     "( data ) -> ( p )|shape = [2, 2, 2, 9]|transpose|shape = [2, 4, 3, 3]", "", false},
    {"input: 'data' input_shape { dim: [2, 4, 3, 3] }\nlayer { name: 'p' type: 'Reshape' bottom: 'data' top: 'p' "
     "reshape_param { shape { dim: 2 dim: -1 } axis: 1 num_axes: 1 } }\n",
     "( data ) -> ( p )|shape = [2, 2, 2, 3, 3]", "", false},
    {"input: 'data' input_shape { dim: [2, 4, 3, 3] }\nlayer { name: 'p' type: 'Reshape' bottom: 'data' top: 'p' "
     "reshape_param { shape { dim: 0 dim: -1 } } }\n",
     "( data ) -> ( p )|shape = [2, 36]", "", false},
    {"input: 'data' input_shape { dim: [2, 4, 3, 3] }\nlayer { name: 'p' type: 'ArgMax' bottom: 'data' top: 'p'  }\n",
     "( data ) -> ( p )|shape = [2, 1, 36]|argmax_reduce", "", false},
    {"input: 'data' input_shape { dim: [2, 4, 3, 3] }\nlayer { name: 'r' type: 'ReLU' bottom: 'data' top: 'y' }\nlayer "
     "{ name: 'a' type: 'Accuracy' bottom: 'y' bottom: 'label' top: 'a' }\n",
     "( data ) -> ( y )|relu(data)", "", false},
};

START_TEST(described)
{
    static struct bytes weights;
    static struct model_text text;
    const struct described *d = &descriptions[_i];
    make_weights(&weights, d->old);
    open_with(&weights, d->text, &text);
    if (*d->flat)
        flat_has(&text, d->flat);
    else
        ck_assert_msg(text.status != NNEFCL_OK && strstr(text.talk, d->says), "%s", text.talk);
    nnefcl_model_free(text.model);
}
END_TEST

START_TEST(damaged_text)
{
    static struct bytes weights;
    static struct model_text text;
    char bad[1024];
    make_weights(&weights, false);
    const size_t size = strlen(descriptions[0].text);
    for (size_t at = 0; at < size; at += 3) {
        memcpy(bad, descriptions[0].text, size + 1);
        bad[at] = "{}'\"[:#"[at % 7];
        open_with(&weights, bad, &text);
        ck_assert_msg(text.status == NNEFCL_OK || text.error.message[0], "byte %zu", at);
        nnefcl_model_free(text.model);
    }
}
END_TEST

START_TEST(damaged_weights)
{
    static struct bytes weights, bad;
    static struct model_text text;
    make_weights(&weights, false);
    for (size_t at = 0; at < weights.size; at += 2) {
        bad = weights;
        bad.data[at] ^= 0x83;
        open_with(&bad, descriptions[0].text, &text);
        ck_assert_msg(text.status == NNEFCL_OK || text.error.message[0], "byte %zu", at);
        nnefcl_model_free(text.model);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("caffe");
    TCase *tests = tcase_create("caffe");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, described, 0, sizeof descriptions / sizeof *descriptions);
    tcase_add_test(tests, damaged_text);
    tcase_add_test(tests, damaged_weights);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
