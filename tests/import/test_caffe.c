/* SPDX-License-Identifier: Apache-2.0 */
/* Caffe: a description and weights side by side, in both forms of layers; tops that are written again. */
#include "import/computed.h"
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

enum form { NEW, OLD, FIRST };

/* Weights of a convolution (2 filters of 1 channel, 3x3) and of a normalization. */
static void make_weights(struct bytes *net, enum form form)
{
    const bool old = form == OLD, first = form == FIRST;
    struct bytes conv = {.size = 0}, norm = {.size = 0}, outer = {.size = 0};
    net->size = 0;
    pb_text(net, 1, "net");
    if (first) {
        pb_text(&conv, 1, "c");
        pb_text(&conv, 2, "conv");
    } else if (old) {
        pb_text(&conv, 4, "c");
        pb_number(&conv, 5, 4);
    } else {
        pb_text(&conv, 1, "c");
        pb_text(&conv, 2, "Convolution");
    }
    blob(&conv, first ? 50 : old ? 6 : 7, (const int[]){2, 1, 3, 3}, 4);
    blob(&conv, first ? 50 : old ? 6 : 7, (const int[]){2}, 1);
    pb_message(&outer, 1, &conv);
    pb_message(net, old || first ? 2 : 100, first ? &outer : &conv);
    if (old || first)
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
    enum form form;
} descriptions[] = {
    {"# a comment\nname: \"net\"\nlayer { name: 'd' type: 'Input' top: 'data' input_param { shape { dim: 1 dim: 1 dim: "
     "5 "
     "dim: 6 } } }\n" CONV "layer { name: 'n' type: 'BatchNorm' bottom: 'c' top: 'c' batch_norm_param { eps: 1e-3 } }\n"
     "layer { name: 'r' type: 'ReLU' bottom: 'c' top: 'c' relu_param { negative_slope: .5 } }\n",
     "( data ) -> ( c )|shape = [1, 1, 5, 6]|c_1 = conv(data|c_2 = batch_normalization(c_1|c = leaky_relu(c_2, alpha = "
     "0.5)",
     "", NEW},
    {"name: 'net'\ninput: 'data'\ninput_dim: 1 input_dim: 1 input_dim: 5 input_dim: 6\nlayers { name: 'c' type: "
     "CONVOLUTION bottom: 'data' top: 'c' convolution_param { num_output: 2 kernel_size: 3 } }\n",
     "( data ) -> ( c )|shape = [1, 1, 5, 6]|c = conv(data|padding = [(0, 0), (0, 0)]", "", OLD},
    {"input: 'data' input_dim: [1, 1, 5, 6]\nlayers { layer { name: 'p' type: 'padding' pad: 2 } bottom: 'data' top: "
     "'p' }\nlayers { layer { name: 'c' type: 'conv' num_output: 2 kernelsize: 3 stride: 2 } bottom: 'p' top: 'c' }\n"
     "layers { layer { name: 'r' type: 'relu' } bottom: 'c' top: 'c' }\nlayers { layer { name: 'm' type: 'pool' pool: "
     "MAX kernelsize: 2 stride: 2 } bottom: 'c' top: 'm' }\nlayers { layer { name: 'l' type: 'lrn' local_size: 3 "
     "alpha: "
     "0.5 beta: 1 } bottom: 'm' top: 'l' }\n",
     "( data ) -> ( l )|conv(data|padding = [(2, 2), (2, 2)], stride = [2, 2]|relu(|max_pool(|size = [1, 1, 2, 2]|"
     "local_response_normalization(|size = [1, 3, 1, 1]|alpha = 0.5|beta = 1.0",
     "", FIRST},
    {"input: 'data' input_dim: [1, 1, 5, 6]\nlayers { layer { name: 'c' type: 'swirl' } bottom: 'data' top: 'c' }\n",
     "", "the operator swirl is not supported", FIRST},
    {"input: 'data' input_shape { dim: [1, 1, 8, 8] }\nlayer { name: 'p' type: 'Pooling' bottom: 'data' top: 'p' "
     "pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 1 } }\n",
     "( data ) -> ( p )|pad(", "", NEW},
    {"input: 'data' input_shape { dim: [1, 1, 7, 7] }\nlayer { name: 'p' type: 'Proposal' bottom: 'data' top: "
     "'p' }\n",
     "", "the operator Proposal is not supported", NEW},
    /* layers that fetch: extents as far as they say them */
    {"layer { name: 'd' type: 'DummyData' top: 'data' dummy_data_param { shape { dim: [1, 1, 5, 6] } } }\n" CONV,
     "( data ) -> ( c )|shape = [1, 1, 5, 6]", "", NEW},
    {"layer { name: 'd' type: 'DummyData' top: 'data' dummy_data_param { num: 1 channels: 1 height: 5 width: 6 } "
     "}\n" CONV,
     "( data ) -> ( c )|shape = [1, 1, 5, 6]", "", NEW},
    {"layer { name: 'd' type: 'MemoryData' top: 'data' top: 'label' memory_data_param { batch_size: 1 channels: 1 "
     "height: 9 width: "
     "9 } transform_param { crop_size: 5 } }\n" CONV,
     "( data ) -> ( c )|shape = [1, 1, 5, 5]", "", NEW},
    {"layer { name: 'd' type: 'Data' top: 'data' top: 'label' data_param { source: 'x' batch_size: 9 backend: LMDB } "
     "transform_param { crop_size: 5 mirror: true mean_value: 1 mean_value: 2 mean_value: 3 } }\n" CONV,
     "", "[?,3,5,5]", NEW},
    {"layer { name: 'd' type: 'Data' top: 'data' transform_param { crop_size: 5 scale: 0.5 } }\n" CONV, "",
     "'d' scales what it fetches", NEW},
    {"layer { name: 'd' type: 'ImageData' top: 'data' image_data_param { new_height: 5 new_width: 6 } }\n" CONV, "",
     "[?,?,5,6]", NEW},
    {"layers { name: 'd' type: DATA top: 'data' data_param { crop_size: 5 } }\nlayers { name: 'c' type: CONVOLUTION "
     "bottom: "
     "'data' top: 'c' convolution_param { num_output: 2 kernel_size: 3 } }\n",
     "", "[?,?,5,5]", OLD},
    {"layers { layer { name: 'd' type: 'data' cropsize: 5 meanfile: 'm' } top: 'data' }\nlayers { layer { name: 'c' "
     "type: 'conv' "
     "num_output: 2 kernelsize: 3 } bottom: 'data' top: 'c' }\n",
     "", "[?,?,5,5]", FIRST},
    {"name: 'net'\nlayer { name: 'd\n", "", "2: a string without an end", NEW},
    {"name: 'net'\nlayer { name: 'd' type: 'Input' top: 'data' \n", "", "the text ends within a message", NEW},
    {"name: 'net'\nlayer { name: 'd' pooling_param { pool: MEDIAN } }\n", "", "2: this is no value of the field", NEW},
    {"input: 'data' input_shape { dim: [1, 1, 7, 7] }\nlayer { name: 't' type: 'Split' bottom: 'data' top: 's' include "
     "{ "
     "phase: TRAIN } }\nlayer { name: 'r' type: 'ReLU' bottom: 'data' top: 'y' include { phase: TEST } }\n",
     "( data ) -> ( y )|relu(data)", "", NEW},
    {"input: 'data' input_shape { dim: [2, 4, 3, 3] }\nlayer { name: 'p' type: 'Swish' bottom: 'data' top: 'p' "
     "swish_param { beta: 2 } }\n",
     "( data ) -> ( p )|mul(data, 2.0)|sigmoid(|mul(data", "", NEW},
    {"input: 'data' input_shape { dim: [2, 4, 3, 3] }\nlayer { name: 'p' type: 'Clip' bottom: 'data' top: 'p' "
     "clip_param { min: -1 max: 2 } }\n",
     "( data ) -> ( p )|clamp(data, -1.0, 2.0)", "", NEW},
    {"input: 'data' input_shape { dim: [2, 4, 3, 3] }\nlayer { name: 'p' type: 'ReLU6' bottom: 'data' top: 'p'  }\n",
     "( data ) -> ( p )|clamp(data, 0.0, 6.0)", "", NEW},
    {"input: 'data' input_shape { dim: [2, 4, 3, 3] }\nlayer { name: 'p' type: 'ShuffleChannel' bottom: 'data' top: "
     "'p' shuffle_channel_param { group: 2 } }\n",
     "( data ) -> ( p )|shape = [2, 2, 2, 9]|transpose|shape = [2, 4, 3, 3]", "", NEW},
    {"input: 'data' input_shape { dim: [2, 4, 3, 3] }\nlayer { name: 'p' type: 'Reshape' bottom: 'data' top: 'p' "
     "reshape_param { shape { dim: 2 dim: -1 } axis: 1 num_axes: 1 } }\n",
     "( data ) -> ( p )|shape = [2, 2, 2, 3, 3]", "", NEW},
    {"input: 'data' input_shape { dim: [2, 4, 3, 3] }\nlayer { name: 'p' type: 'Reshape' bottom: 'data' top: 'p' "
     "reshape_param { shape { dim: 0 dim: -1 } } }\n",
     "( data ) -> ( p )|shape = [2, 36]", "", NEW},
    {"input: 'data' input_shape { dim: [2, 4, 3, 3] }\nlayer { name: 'p' type: 'ArgMax' bottom: 'data' top: 'p'  }\n",
     "( data ) -> ( p )|shape = [2, 1, 36]|argmax_reduce", "", NEW},
    {"input: 'data' input_shape { dim: [2, 4, 3, 3] }\nlayer { name: 'r' type: 'ReLU' bottom: 'data' top: 'y' }\nlayer "
     "{ name: 'a' type: 'Accuracy' bottom: 'y' bottom: 'label' top: 'a' }\n",
     "( data ) -> ( y )|relu(data)", "", NEW},
    {"input: 'data' input_shape { dim: [2, 4, 3, 3] }\nlayer { name: 'r' type: 'ReLU' bottom: 'data' top: 'y' }\nlayer "
     "{ name: 'a' type: 'HingeLoss' bottom: 'y' bottom: 'label' top: 'a' }\nlayer { name: 's' type: 'Silence' bottom: "
     "'a' "
     "}\n",
     "( data ) -> ( y )|relu(data)", "", NEW},
};

START_TEST(described)
{
    static struct bytes weights;
    static struct model_text text;
    const struct described *d = &descriptions[_i];
    make_weights(&weights, d->form);
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
    make_weights(&weights, NEW);
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
    make_weights(&weights, NEW);
    for (size_t at = 0; at < weights.size; at += 2) {
        bad = weights;
        bad.data[at] ^= 0x83;
        open_with(&bad, descriptions[0].text, &text);
        ck_assert_msg(text.status == NNEFCL_OK || text.error.message[0], "byte %zu", at);
        nnefcl_model_free(text.model);
    }
}
END_TEST

/* ---- single layers: values by the definition ---- */

/* Offsets of two boxes, scores of three classes, two boxes and their variances. */
#define DETECTED                                                                                                       \
    "1x8: 0 0 0 0 1 0 0 0|1x6: 0.1 0.2 0.7 0.1 0.8 0.1|1x2x8: 0 0 0.5 0.5 0.5 0.5 1 1 0.1 0.1 0.2 0.2 0.1 0.1 0.2 0.2"

/* y = type(a, b, c) */
static const struct single {
    const char *type, *params, *x, *weights[5], *y; /* x: of a, b, c */
} singles[] = {
    {"Swish", "swish_param { beta: 2 }", "2: 1 -1", {0}, "2: 0.88079708 -0.11920292"},
    {"Swish", "", "2: 1 -1", {0}, "2: 0.73105858 -0.26894142"},
    {"Clip", "clip_param { min: -1 max: 2 }", "3: -3 1 3", {0}, "3: -1 1 2"},
    {"Clip", "", "1: 0", {0}, "!no bounds"},
    {"ReLU6", "", "3: -3 1 7", {0}, "3: 0 1 6"},
    {"Axpy", "", "1x2: 2 -1|1x2x1x2: 1 2 3 4|1x2x1x2: 1 1 0 0", {0}, "1x2x1x2: 3 5 -3 -4"},
    {"Axpy", "", "2x1x1x1: 2 -1|2x1x1x2: 1 2 3 4|2x1x1x2: 1 1 0 0", {0}, "2x1x1x2: 3 5 -3 -4"},
    {"Embed",
     "embed_param { num_output: 2 input_dim: 3 }",
     "2: 2 0",
     {"3x2: 1 2 3 4 5 6", "2: 10 20"},
     "2x2: 15 26 11 22"},
    {"Embed", "embed_param { num_output: 1 input_dim: 3 bias_term: false }", "1x2: 1 2", {"3x1: 1 2 3"}, "1x2x1: 2 3"},
    {"DepthwiseConvolution",
     "convolution_param { num_output: 2 group: 2 kernel_size: 1 bias_term: false }",
     "1x2x1x2: 1 2 3 4",
     {"2x1x1x1: 2 10"},
     "1x2x1x2: 2 4 30 40"},
    {"ConvolutionDepthwise",
     "convolution_param { num_output: 2 kernel_h: 1 kernel_w: 2 }",
     "1x2x1x2: 1 2 3 4",
     {"2x1x1x2: 1 10 100 1000", "2: 0 0.5"},
     "1x2x1x1: 21 4300.5"},
    {"ShuffleChannel", "shuffle_channel_param { group: 2 }", "1x4x1x1: 1 2 3 4", {0}, "1x4x1x1: 1 3 2 4"},
    {"ShuffleChannel", "shuffle_channel_param { group: 3 }", "1x6: 1 2 3 4 5 6", {0}, "1x6: 1 3 5 2 4 6"},
    {"ShuffleChannel", "shuffle_channel_param { group: 3 }", "1x4: 1 2 3 4", {0}, "!3 groups"},
    {"ArgMax", "", "2x2x2: 1 3 2 0 4 5 7 6", {0}, "2x1x1: 1 2"},
    {"ArgMax", "argmax_param { axis: 1 }", "2x3: 1 3 2 6 5 4", {0}, "2x1: 1 0"},
    {"Reshape",
     "reshape_param { shape { dim: 2 dim: 0 } axis: 1 num_axes: 2 }",
     "1x4x1x1: 1 2 3 4",
     {0},
     "!does not fit"},
    {"Reshape", "reshape_param { shape { dim: 0 dim: -1 } axis: 1 }", "1x2x1x2: 1 2 3 4", {0}, "1x2x2: 1 2 3 4"},
    {"Reshape", "reshape_param { shape { dim: 1 } axis: -1 }", "2: 1 2", {0}, "2x1: 1 2"},
    {"Reshape", "reshape_param { shape { dim: 1 } axis: 0 num_axes: 0 }", "2: 1 2", {0}, "1x2: 1 2"},
    /* h = tanh(W x + b + U (cont h)), o = tanh(V h + c): W = 1, b = 0, U = 2, V = 1, c = 0.5; the second begins anew */
    {"RNN",
     "",
     "2x1x1: 0.5 1|2x1: 0 0",
     {"1x1: 1", "1: 0", "1x1: 2", "1x1: 1", "1: 0.5"},
     "2x1x1: 0.74521974 0.85150301"},
    {"RNN",
     "",
     "2x1x1: 0.5 1|2x1: 0 1",
     {"1x1: 1", "1: 0", "1x1: 2", "1x1: 1", "1: 0.5"},
     "2x1x1: 0.74521974 0.89731506"},
    {"RNN",
     "recurrent_param { expose_hidden: true }",
     "1x1x1: 1|1x1: 0",
     {"1x1: 1", "1: 0", "1x1: 2", "1x1: 1", "1: 0"},
     "!expose_hidden"},
    {"LSTM", "", "1x1x1: 1|1x1: 0", {"4x1: 1 2 3 4", "4: 0 0 0 0", "4: 1 1 1 1"}, "!weights of the state of rank 1"},
    /* gates i, f, o, g of x: 1, 2, 3, 4 times; of the state: 1 each */
    {"LSTM",
     "",
     "2x1x1: 1 0.5|2x1: 0 1",
     {"4x1: 1 2 3 4", "4: 0 0 0 0", "4x1: 1 1 1 1"},
     "2x1x1: 0.59384698 0.77775213"},
    {"LSTM",
     "",
     "2x1x1: 1 0.5|2x1: 0 0",
     {"4x1: 1 2 3 4", "4: 0 0 0 0", "4x1: 1 1 1 1"},
     "2x1x1: 0.59384698 0.43911756"},
    {"LSTM",
     "",
     "1x1x1: 0|1x1: 0|1x1: 1",
     {"4x1: 1 2 3 4", "4: 0 0 0 0", "4x1: 1 2 3 4", "4x1: 1 1 1 1"},
     "1x1x1: 0.59384698"},
    {"PriorBox",
     "prior_box_param { min_size: 2 max_size: 8 aspect_ratio: 4 flip: false clip: true variance: 0.5 }",
     "1x1x1x1: 0|1x1x4x8: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0",
     {0},
     "1x2x12: 0.375 0.25 0.625 0.75 0.25 0 0.75 1 0.25 0.375 0.75 0.625 0.5 0.5 0.5 0.5 0.5 0.5 0.5 0.5 0.5 0.5 0.5 "
     "0.5"},
    {"Reorg", "reorg_param { stride: 2 }", "1x1x2x2: 1 2 3 4", {0}, "1x4x1x1: 1 2 3 4"},
    {"ROIPooling",
     "roi_pooling_param { pooled_h: 1 pooled_w: 2 spatial_scale: 0.5 }",
     "1x1x3x4: 0 1 2 3 4 5 6 7 8 9 10 11|2x5: 0 0 0 6 2 0 2 4 3 4",
     {0},
     "2x1x1x2: 5 7 9 10"},
    {"Interp", "interp_param { zoom_factor: 2 }", "1x1x1x2: 1 3", {0}, "1x1x1x3: 1 2 3"},
    {"Interp", "interp_param { height: 1 width: 2 }", "1x1x1x3: 1 2 5", {0}, "1x1x1x2: 1 5"},
    {"SPP", "spp_param { pyramid_height: 2 pool: MAX }", "1x1x2x2: 1 2 3 4", {0}, "1x5: 4 1 2 3 4"},
    {"DetectionOutput",
     "detection_output_param { num_classes: 3 nms_param { nms_threshold: 0.5 } code_type: CENTER_SIZE keep_top_k: 9 "
     "confidence_threshold: 0.15 }",
     DETECTED,
     {0},
     "1x1x4x7: 0 1 0.8 0.55 0.5 1.05 1 0 1 0.2 0 0 0.5 0.5 0 2 0.7 0 0 0.5 0.5 -1 -1 -1 -1 -1 -1 -1"},
    {"DetectionOutput",
     "detection_output_param { num_classes: 3 nms_param { top_k: 1 } keep_top_k: 2 confidence_threshold: 0.15 }",
     DETECTED,
     {0},
     "1x1x2x7: 0 1 0.8 0.6 0.5 1 1 0 2 0.7 0 0 0.5 0.5"},
    {"DetectionOutput",
     "detection_output_param { num_classes: 3 background_label_id: 2 code_type: CORNER_SIZE keep_top_k: 1 }",
     DETECTED,
     {0},
     "1x1x1x7: 0 1 0.8 0.55 0.5 1 1"},
    {"DetectionOutput",
     "detection_output_param { num_classes: 3 share_location: false }",
     DETECTED,
     {0},
     "!each class of their own"},
    {"DetectionOutput", "detection_output_param { num_classes: 4 }", DETECTED, {0}, "!do not fit"},
    {"BatchReindex", "", "3x1: 1 2 3|2: 2 0", {0}, "2x1: 3 1"},
};

static void put_values(struct bytes *layer, const char *text)
{
    struct written w;
    struct bytes made = {.size = 0}, shape = {.size = 0}, data = {.size = 0};
    written_read(&w, text);
    for (int i = 0; i < w.rank; i++)
        pb_number(&shape, 1, (uint64_t)w.extent[i]);
    bytes_floats(&data, w.value, w.count);
    pb_message(&made, 5, &data);
    pb_message(&made, 7, &shape);
    pb_message(layer, 7, &made);
}

/* Declares inputs a, b, c of these extents; returns what the layer reads. */
static const char *put_inputs(char *text, size_t room, const char *x)
{
    static const char *const bottoms[] = {"", "bottom: 'a'", "bottom: 'a' bottom: 'b'",
                                          "bottom: 'a' bottom: 'b' bottom: 'c'"};
    struct written w;
    size_t count = 0, used = 0;
    for (const char *at = x; at; count++) {
        at = written_read(&w, at);
        used += (size_t)snprintf(text + used, room - used, "input: '%c' input_shape {", "abc"[count]);
        for (int i = 0; i < w.rank; i++)
            used += (size_t)snprintf(text + used, room - used, " dim: %d", w.extent[i]);
        used += (size_t)snprintf(text + used, room - used, " }\n");
    }
    return bottoms[count];
}

START_TEST(single)
{
    static struct bytes weights;
    static struct model_text text;
    const struct single *s = &singles[_i];
    struct bytes layer = {.size = 0};
    char description[1024];
    const char *bottoms = put_inputs(description, sizeof description, s->x);
    const size_t used = strlen(description);
    snprintf(description + used, sizeof description - used, "layer { name: 'l' type: '%s' %s top: 'y' %s }\n", s->type,
             bottoms, s->params);
    weights.size = 0;
    pb_text(&weights, 1, "net");
    pb_text(&layer, 1, "l");
    pb_text(&layer, 2, s->type);
    for (size_t i = 0; i < 5 && s->weights[i]; i++)
        put_values(&layer, s->weights[i]);
    pb_message(&weights, 100, &layer);
    open_with(&weights, description, &text);
    if (*s->y == '!')
        ck_assert_msg(text.status != NNEFCL_OK && strstr(text.talk, s->y + 1), "%s", text.talk);
    else
        computed_are(&text, s->x, s->y);
    nnefcl_model_free(text.model);
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
    tcase_add_loop_test(tests, single, 0, sizeof singles / sizeof *singles);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
