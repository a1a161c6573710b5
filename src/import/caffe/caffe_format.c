/* SPDX-License-Identifier: Apache-2.0 */
/* Caffe: how its files begin, and its layers by type. */
#include <ctype.h>
#include <string.h>

#include "import/caffe/caffe.h"
#include "import/protobuf.h"

#define BUILD(name, builder)                                                                                           \
    {                                                                                                                  \
        "", name, ncl_caffe_build_##builder, NULL, NULL                                                                \
    }
#define BUILD_AS(name, builder, as)                                                                                    \
    {                                                                                                                  \
        "", name, ncl_caffe_build_##builder, NULL, as                                                                  \
    }

static const struct ncl_import_operator operators[] = {
    BUILD_AS("Sigmoid", unary, "sigmoid"),
    BUILD_AS("TanH", unary, "tanh"),
    BUILD_AS("AbsVal", unary, "abs"),
    BUILD_AS("BNLL", unary, "softplus"),
    BUILD("Dropout", pass),
    BUILD("Split", pass),
    BUILD("Silence", silence),
    BUILD("ReLU", relu),
    BUILD("PReLU", prelu),
    BUILD("ELU", elu),
    BUILD("ReLU6", clip),
    BUILD("Clip", clip),
    BUILD("Swish", swish),
    BUILD("Axpy", axpy),
    BUILD("Embed", embed),
    BUILD("ShuffleChannel", shuffle),
    BUILD("Power", power),
    BUILD("Exp", exp),
    BUILD("Log", log),
    BUILD("Threshold", threshold),
    BUILD("Eltwise", eltwise),
    BUILD("Scale", scale),
    BUILD("Bias", scale),
    BUILD("BatchNorm", batch_norm),
    BUILD("Convolution", conv),
    BUILD("DepthwiseConvolution", conv),
    BUILD("ConvolutionDepthwise", conv),
    BUILD("Deconvolution", deconv),
    BUILD("Pooling", pool),
    BUILD("InnerProduct", inner_product),
    BUILD("LRN", lrn),
    BUILD("MVN", mvn),
    BUILD("Normalize", normalize),
    BUILD("Softmax", softmax),
    BUILD("SoftmaxWithLoss", softmax),
    BUILD("Concat", concat),
    BUILD("Slice", slice),
    BUILD("Flatten", flatten),
    BUILD("Reshape", reshape),
    BUILD("Crop", crop),
    BUILD("Tile", tile),
    BUILD("Permute", permute),
    BUILD("LSTM", recurrent),
    BUILD("RNN", recurrent),
    BUILD("PriorBox", prior_box),
    BUILD("DetectionOutput", detection_output),
    BUILD("Reorg", reorg),
    BUILD("ROIPooling", roi_pooling),
    BUILD("Interp", interp),
    BUILD("SPP", spp),
    BUILD("BatchReindex", reindex),
    BUILD("Reduction", reduction),
    BUILD("ArgMax", argmax),
};

/* ---- text: "name: ..." or "layer { ..." ---- */

static const uint8_t *skip_comments(const uint8_t *at, const uint8_t *end)
{
    while (at < end && (isspace(*at) || *at == '#'))
        if (*at++ == '#')
            while (at < end && *at != '\n')
                at++;
    return at;
}

static bool is_description(const uint8_t *head, size_t size)
{
    static const char *const first[] = {"name",      "input",       "layer",          "layers",
                                        "input_dim", "input_shape", "force_backward", "state"};
    const uint8_t *end = head + size, *at = skip_comments(head, end), *word = at;
    while (at < end && (isalpha(*at) || *at == '_'))
        at++;
    const size_t length = (size_t)(at - word);
    bool known = false;
    for (size_t i = 0; i < sizeof first / sizeof *first; i++)
        known |= strlen(first[i]) == length && memcmp(first[i], word, length) == 0;
    at = skip_comments(at, end);
    return known && at < end && (*at == ':' || *at == '{');
}

/* ---- binary ---- */

/* A layer of the first form has a message in field 1: a name, then a type, a word. */
static bool is_first_layer(const uint8_t *at, const uint8_t *end)
{
    unsigned field, wire;
    const uint8_t *layer, *text;
    size_t size, length;
    at = ncl_protobuf_tag(at, end, &field, &wire);
    if (!at || field != 1 || wire != 2 || !ncl_protobuf_bytes(at, end, &layer, &size))
        return false;
    end = layer + size;
    for (unsigned i = 1; i <= 2; i++) {
        layer = ncl_protobuf_tag(layer, end, &field, &wire);
        if (!layer || field != i || wire != 2 || !(layer = ncl_protobuf_bytes(layer, end, &text, &length)))
            return false;
    }
    return length > 0 && islower(text[0]);
}

/* A layer of the old form has its type, an enumeration, in field 5. */
static bool is_old_layer(const uint8_t *at, const uint8_t *end)
{
    unsigned field, wire;
    while (at && at < end && (at = ncl_protobuf_tag(at, end, &field, &wire))) {
        if (field == 5)
            return wire == 0;
        if (wire != 2 || field > 1100)
            return false;
        at = ncl_protobuf_skip(at, end, wire);
    }
    return false;
}

/* Fields of a network up to its first layer: field 100 is that of no other format. */
static bool is_weights(const uint8_t *head, size_t size)
{
    const uint8_t *end = head + size, *at = head, *inside;
    unsigned field, wire;
    size_t length;
    while (at && at < end && (at = ncl_protobuf_tag(at, end, &field, &wire))) {
        if (field == 100 && wire == 2)
            return true;
        if (field == 2 && wire == 2 && ncl_protobuf_bytes(at, end, &inside, &length))
            return is_old_layer(inside, inside + length) || is_first_layer(inside, inside + length);
        if (field > 8)
            return false;
        at = ncl_protobuf_skip(at, end, wire);
    }
    return false;
}

static bool caffe_detect(const uint8_t *head, size_t size, uint64_t file_size)
{
    return file_size > 0 && (is_description(head, size) || is_weights(head, size));
}

const struct ncl_import_format ncl_import_caffe = {"Caffe", caffe_detect, ncl_caffe_read, operators,
                                                   sizeof operators / sizeof *operators};
