/* SPDX-License-Identifier: Apache-2.0 */
/* Caffe2: how its files begin, and its operators by type. */
#include <ctype.h>

#include "import/caffe2/caffe2.h"
#include "import/protobuf.h"

#define BUILD(name, builder)                                                                                           \
    {                                                                                                                  \
        "", name, ncl_caffe2_build_##builder, NULL, NULL                                                               \
    }
#define BUILD_AS(name, builder, as)                                                                                    \
    {                                                                                                                  \
        "", name, ncl_caffe2_build_##builder, NULL, as                                                                 \
    }

static const struct ncl_import_operator operators[] = {
    BUILD_AS("Relu", unary, "relu"),
    BUILD_AS("Sigmoid", unary, "sigmoid"),
    BUILD_AS("Tanh", unary, "tanh"),
    BUILD_AS("Exp", unary, "exp"),
    BUILD_AS("Log", unary, "log"),
    BUILD_AS("Sqrt", unary, "sqrt"),
    BUILD_AS("Abs", unary, "abs"),
    BUILD_AS("Negative", unary, "neg"),
    BUILD_AS("Sqr", unary, "sqr"),
    BUILD_AS("Floor", unary, "floor"),
    BUILD_AS("Ceil", unary, "ceil"),
    BUILD_AS("Softplus", unary, "softplus"),
    BUILD_AS("Sin", unary, "sin"),
    BUILD_AS("Cos", unary, "cos"),
    BUILD_AS("Tan", unary, "tan"),
    BUILD_AS("Asin", unary, "asin"),
    BUILD_AS("Acos", unary, "acos"),
    BUILD_AS("Atan", unary, "atan"),
    BUILD_AS("Sinh", unary, "sinh"),
    BUILD_AS("Cosh", unary, "cosh"),
    BUILD_AS("Sign", unary, "sign"),
    BUILD_AS("Rsqrt", unary, "rsqrt"),
    BUILD_AS("Reciprocal", unary, "rcp"),
    BUILD_AS("Erf", unary, "erf"),
    BUILD_AS("Not", unary, "not"),
    BUILD("Swish", swish),
    BUILD("Softsign", softsign),
    BUILD("HardSigmoid", hard_sigmoid),
    BUILD("Selu", selu),
    BUILD("Pow", with),
    BUILD("Scale", with),
    BUILD("Cast", cast),
    BUILD_AS("LT", binary, "lt"),
    BUILD_AS("LE", binary, "le"),
    BUILD_AS("GT", binary, "gt"),
    BUILD_AS("GE", binary, "ge"),
    BUILD_AS("EQ", binary, "eq"),
    BUILD_AS("NE", binary, "ne"),
    BUILD_AS("Xor", binary, "ne"),
    BUILD_AS("And", binary, "and"),
    BUILD_AS("Or", binary, "or"),
    BUILD_AS("Add", binary, "add"),
    BUILD_AS("Sub", binary, "sub"),
    BUILD_AS("Mul", binary, "mul"),
    BUILD_AS("Div", binary, "div"),
    BUILD_AS("Sum", sum, "add"),
    BUILD_AS("Max", sum, "max"),
    BUILD_AS("Min", sum, "min"),
    BUILD("Mean", mean),
    BUILD("Alias", pass),
    BUILD("CopyGPUToCPU", pass),
    BUILD("CopyCPUToGPU", pass),
    BUILD("EnsureCPUOutput", pass),
    BUILD("Copy", pass),
    BUILD("FloatToHalf", pass),
    BUILD("HalfToFloat", pass),
    BUILD("StopGradient", pass),
    BUILD("Dropout", pass),
    BUILD("LeakyRelu", leaky),
    BUILD("PRelu", prelu),
    BUILD("Elu", elu),
    BUILD("Clip", clip),
    BUILD("Conv", conv),
    BUILD("Conv1D", conv),
    BUILD("Conv2D", conv),
    BUILD("Conv3D", conv),
    BUILD("ConvTranspose", deconv),
    BUILD("MaxPool", pool),
    BUILD("MaxPool1D", pool),
    BUILD("MaxPool2D", pool),
    BUILD("MaxPool3D", pool),
    BUILD("AveragePool", pool),
    BUILD("AveragePool1D", pool),
    BUILD("AveragePool2D", pool),
    BUILD("AveragePool3D", pool),
    BUILD("GlobalAveragePool", global_pool),
    BUILD("GlobalMaxPool", global_pool),
    BUILD("LayerNorm", layer_norm),
    BUILD("SpatialBN", batch_norm),
    BUILD("InstanceNorm", instance_norm),
    BUILD("GroupNorm", group_norm),
    BUILD("AffineChannel", affine),
    BUILD("Normalize", normalize),
    BUILD("FC", fc),
    BUILD("FCTransposed", fc),
    BUILD("MatMul", matmul),
    BUILD("BatchMatMul", matmul),
    BUILD("LRN", lrn),
    BUILD("Softmax", softmax),
    BUILD("LogSoftmax", log_softmax),
    BUILD_AS("ArgMax", arg, "argmax_reduce"),
    BUILD_AS("ArgMin", arg, "argmin_reduce"),
    BUILD("Gather", gather),
    BUILD("Tile", tile),
    BUILD("Concat", concat),
    BUILD("Split", split),
    BUILD("Slice", slice),
    BUILD("Flatten", flatten),
    BUILD("Reshape", reshape),
    BUILD("ResizeLike", reshape_like),
    BUILD("Where", select),
    BUILD("Conditional", select),
    BUILD("Transpose", transpose),
    BUILD("Squeeze", squeeze),
    BUILD("ExpandDims", expand_dims),
    BUILD("ResizeNearest", nearest),
    BUILD("UpsampleNearest", nearest),
    BUILD("UpsampleBilinear", bilinear),
    BUILD("PadImage", pad),
    BUILD("RoIPool", roi_pool),
    BUILD("RoIAlign", roi_align),
    BUILD("ChannelShuffle", shuffle),
    BUILD("NCHW2NHWC", order),
    BUILD("NHWC2NCHW", order),
    BUILD_AS("ReduceMean", reduce, "mean_reduce"),
    BUILD_AS("ReduceSum", reduce, "sum_reduce"),
    BUILD_AS("ReduceMax", reduce, "max_reduce"),
    BUILD_AS("ReduceMin", reduce, "min_reduce"),
    BUILD_AS("ReduceFrontSum", reduce_some, "sum_reduce"),
    BUILD_AS("ReduceFrontMean", reduce_some, "mean_reduce"),
    BUILD_AS("ReduceFrontMax", reduce_some, "max_reduce"),
    BUILD_AS("ReduceBackSum", reduce_some, "sum_reduce"),
    BUILD_AS("ReduceBackMean", reduce_some, "mean_reduce"),
    BUILD_AS("ReduceBackMax", reduce_some, "max_reduce"),
    BUILD_AS("SumElements", reduce_some, "sum_reduce"),
    BUILD_AS("ReduceL1", norm, "abs"),
    BUILD_AS("ReduceL2", norm, "sqr"),
    BUILD("RecurrentNetwork", recurrent),
    BUILD("LSTMUnit", lstm_unit),
    BUILD("GRUUnit", gru_unit),

    /* ---- integers that stand for numbers ---- */
    BUILD("Int8Quantize", whole),
    BUILD("Int8Dequantize", whole),
    BUILD("Int8Relu", whole),
    BUILD_AS("Int8Sigmoid", unary, "sigmoid"),
    BUILD("Int8Softmax", softmax),
    BUILD("Int8LeakyRelu", leaky),
    BUILD("Int8Add", whole_sum),
    BUILD("Int8AddRelu", whole_sum),
    BUILD("Int8Sum", whole_sum),
    BUILD("Int8SumRelu", whole_sum),
    BUILD("Int8Conv", conv),
    BUILD("Int8ConvRelu", conv),
    BUILD("Int8ConvTranspose", deconv),
    BUILD("Int8FC", fc),
    BUILD("Int8FCRelu", fc),
    BUILD("Int8MaxPool", pool),
    BUILD("Int8MaxPoolRelu", pool),
    BUILD("Int8AveragePool", pool),
    BUILD("Int8AveragePoolRelu", pool),
    BUILD("Int8ResizeNearest", nearest),
    BUILD("Int8ChannelShuffle", shuffle),
    BUILD("Int8Concat", concat),
    BUILD("Int8Flatten", flatten),
    BUILD("Int8Reshape", reshape),
    BUILD("Int8Slice", slice),
    BUILD("Int8Transpose", transpose),
};

/* An operator has its type, a word, in field 4, and arguments in field 5, never an enumeration. */
static bool is_operator(const uint8_t *at, const uint8_t *end)
{
    unsigned field, wire;
    const uint8_t *text;
    size_t length;
    while (at && at < end && (at = ncl_protobuf_tag(at, end, &field, &wire))) {
        if (wire != 2 || field > 8)
            return false;
        const uint8_t *next = ncl_protobuf_bytes(at, end, &text, &length);
        if (field == 4 && next)
            return length > 0 && isupper(text[0]);
        at = next;
    }
    return false;
}

/* A name, if any, then operators. */
static bool caffe2_detect(const uint8_t *head, size_t size, uint64_t file_size)
{
    const uint8_t *at = head, *end = head + size, *inside;
    unsigned field, wire;
    size_t length;
    while (file_size && at && at < end && (at = ncl_protobuf_tag(at, end, &field, &wire))) {
        if (wire != 2 || field > 2)
            return false;
        at = ncl_protobuf_bytes(at, end, &inside, &length);
        if (at && field == 2)
            return is_operator(inside, inside + length);
    }
    return false;
}

const struct ncl_import_format ncl_import_caffe2 = {"Caffe2", caffe2_detect, ncl_caffe2_read, operators,
                                                    sizeof operators / sizeof *operators};
