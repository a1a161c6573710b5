/* SPDX-License-Identifier: Apache-2.0 */
/* TensorFlow (frozen graphs) and TensorFlow Lite: how their files begin, and operators by name, those of Lite in
 * capitals. */
#include <ctype.h>
#include <string.h>

#include "import/protobuf.h"
#include "import/tensorflow/tf.h"

#define BUILD(name, builder)                                                                                           \
    {                                                                                                                  \
        "", name, ncl_tf_build_##builder, NULL, NULL                                                                   \
    }
#define BUILD_AS(name, builder, as)                                                                                    \
    {                                                                                                                  \
        "", name, ncl_tf_build_##builder, NULL, as                                                                     \
    }
#define FOLD(name, builder, fold)                                                                                      \
    {                                                                                                                  \
        "", name, ncl_tf_build_##builder, ncl_tf_fold_##fold, NULL                                                     \
    }
#define FOLD_AS(name, builder, fold, as)                                                                               \
    {                                                                                                                  \
        "", name, ncl_tf_build_##builder, ncl_tf_fold_##fold, as                                                       \
    }

static const struct ncl_import_operator operators[] = {
    /* ---- element by element ---- */
    BUILD_AS("Relu", unary, "relu"),
    BUILD_AS("RELU", unary, "relu"),
    BUILD_AS("Tanh", unary, "tanh"),
    BUILD_AS("TANH", unary, "tanh"),
    BUILD_AS("Sigmoid", unary, "sigmoid"),
    BUILD_AS("LOGISTIC", unary, "sigmoid"),
    BUILD_AS("Exp", unary, "exp"),
    BUILD_AS("EXP", unary, "exp"),
    BUILD_AS("Log", unary, "log"),
    BUILD_AS("LOG", unary, "log"),
    BUILD_AS("Neg", unary, "neg"),
    BUILD_AS("NEG", unary, "neg"),
    BUILD_AS("Abs", unary, "abs"),
    BUILD_AS("ABS", unary, "abs"),
    BUILD_AS("Sqrt", unary, "sqrt"),
    BUILD_AS("SQRT", unary, "sqrt"),
    BUILD_AS("Rsqrt", unary, "rsqrt"),
    BUILD_AS("RSQRT", unary, "rsqrt"),
    BUILD_AS("Square", unary, "sqr"),
    BUILD_AS("SQUARE", unary, "sqr"),
    BUILD_AS("Sin", unary, "sin"),
    BUILD_AS("SIN", unary, "sin"),
    BUILD_AS("Cos", unary, "cos"),
    BUILD_AS("COS", unary, "cos"),
    BUILD_AS("Tan", unary, "tan"),
    BUILD_AS("Sinh", unary, "sinh"),
    BUILD_AS("Cosh", unary, "cosh"),
    BUILD_AS("Asin", unary, "asin"),
    BUILD_AS("Acos", unary, "acos"),
    BUILD_AS("Atan", unary, "atan"),
    BUILD_AS("Asinh", unary, "asinh"),
    BUILD_AS("Acosh", unary, "acosh"),
    BUILD_AS("Atanh", unary, "atanh"),
    BUILD_AS("Floor", unary, "floor"),
    BUILD_AS("FLOOR", unary, "floor"),
    BUILD_AS("Ceil", unary, "ceil"),
    BUILD_AS("CEIL", unary, "ceil"),
    BUILD_AS("Sign", unary, "sign"),
    BUILD_AS("SIGN", unary, "sign"),
    BUILD_AS("Reciprocal", unary, "rcp"),
    BUILD_AS("Inv", unary, "rcp"),
    BUILD_AS("Softplus", unary, "softplus"),
    BUILD_AS("Selu", unary, "selu"),
    BUILD_AS("Elu", unary, "elu"),
    BUILD_AS("ELU", unary, "elu"),
    BUILD_AS("Erf", unary, "erf"),
    BUILD("Log1p", log1p),
    BUILD("Expm1", expm1),
    BUILD_AS("LogicalNot", unary, "not"),
    BUILD_AS("LOGICAL_NOT", unary, "not"),
    BUILD("Erfc", erfc),
    BUILD("Round", round),
    BUILD("Rint", round),
    BUILD("ROUND", round),
    BUILD("Relu6", relu6),
    BUILD("RELU6", relu6),
    BUILD("RELU_N1_TO_1", relu6),
    BUILD("RELU_0_TO_1", relu6),
    BUILD("LeakyRelu", leaky),
    BUILD("LEAKY_RELU", leaky),
    BUILD("PRELU", prelu),
    BUILD("GELU", gelu),
    BUILD("HARD_SWISH", swish),
    FOLD_AS("Add", binary, binary, "add"),
    FOLD_AS("AddV2", binary, binary, "add"),
    FOLD_AS("ADD", binary, binary, "add"),
    FOLD_AS("Sub", binary, binary, "sub"),
    FOLD_AS("SUB", binary, binary, "sub"),
    FOLD_AS("Mul", binary, binary, "mul"),
    FOLD_AS("MUL", binary, binary, "mul"),
    FOLD_AS("RealDiv", binary, binary, "div"),
    FOLD_AS("Div", binary, binary, "div"),
    FOLD_AS("DIV", binary, binary, "div"),
    FOLD_AS("Maximum", binary, binary, "max"),
    FOLD_AS("MAXIMUM", binary, binary, "max"),
    FOLD_AS("Minimum", binary, binary, "min"),
    FOLD_AS("MINIMUM", binary, binary, "min"),
    BUILD_AS("Pow", binary, "pow"),
    BUILD_AS("POW", binary, "pow"),
    FOLD_AS("Less", binary, binary, "lt"),
    FOLD_AS("LESS", binary, binary, "lt"),
    FOLD_AS("LessEqual", binary, binary, "le"),
    FOLD_AS("LESS_EQUAL", binary, binary, "le"),
    FOLD_AS("Greater", binary, binary, "gt"),
    FOLD_AS("GREATER", binary, binary, "gt"),
    FOLD_AS("GreaterEqual", binary, binary, "ge"),
    FOLD_AS("GREATER_EQUAL", binary, binary, "ge"),
    FOLD_AS("Equal", binary, binary, "eq"),
    FOLD_AS("EQUAL", binary, binary, "eq"),
    FOLD_AS("NotEqual", binary, binary, "ne"),
    FOLD_AS("NOT_EQUAL", binary, binary, "ne"),
    FOLD_AS("LogicalAnd", binary, binary, "and"),
    FOLD_AS("LOGICAL_AND", binary, binary, "and"),
    FOLD_AS("LogicalOr", binary, binary, "or"),
    FOLD_AS("LOGICAL_OR", binary, binary, "or"),
    FOLD_AS("FloorDiv", floor_div, binary, "floor_div"),
    FOLD_AS("FLOOR_DIV", floor_div, binary, "floor_div"),
    FOLD_AS("FloorMod", floor_div, binary, "mod"),
    FOLD_AS("FLOOR_MOD", floor_div, binary, "mod"),
    FOLD_AS("LogicalXor", binary, binary, "ne"),
    BUILD("DivNoNan", div_no_nan),
    BUILD("Softsign", softsign),
    BUILD("ClipByValue", clip),
    BUILD("SquaredDifference", difference),
    BUILD("SQUARED_DIFFERENCE", difference),
    BUILD("Select", select),
    BUILD("SelectV2", select),
    BUILD("SELECT", select),
    BUILD("SELECT_V2", select),
    FOLD("Cast", cast, cast),
    FOLD("CAST", cast, cast),
    BUILD("AddN", add_n),
    BUILD("ADD_N", add_n),
    BUILD("BiasAdd", bias),
    FOLD("ZerosLike", zeros_like, zeros_like),
    FOLD("ZEROS_LIKE", zeros_like, zeros_like),
    FOLD("OnesLike", zeros_like, zeros_like),

    /* ---- what does nothing here ---- */
    BUILD("Identity", pass),
    BUILD("IdentityN", pass),
    BUILD("StopGradient", pass),
    BUILD("PreventGradient", pass),
    BUILD("CheckNumerics", pass),
    BUILD("Snapshot", pass),
    BUILD("PlaceholderWithDefault", pass),
    BUILD("EnsureShape", pass),

    /* ---- integers that stand for numbers ---- */
    BUILD("QUANTIZE", quantize),
    BUILD("DEQUANTIZE", dequantize),
    BUILD("integers of a result", indices),

    /* ---- windows ---- */
    BUILD("Conv2D", conv),
    BUILD("CONV_2D", conv),
    BUILD("DepthwiseConv2dNative", depthwise),
    BUILD("DEPTHWISE_CONV_2D", depthwise),
    BUILD("Conv2DBackpropInput", deconv),
    BUILD("TRANSPOSE_CONV", lite_deconv),
    BUILD("MaxPool", pool),
    BUILD("MAX_POOL_2D", pool),
    BUILD("AvgPool", pool),
    BUILD("AVERAGE_POOL_2D", pool),
    BUILD("L2_POOL_2D", l2_pool),
    BUILD("FusedBatchNorm", batch_norm),
    BUILD("FusedBatchNormV2", batch_norm),
    BUILD("FusedBatchNormV3", batch_norm),
    BUILD("LRN", lrn),
    BUILD("LOCAL_RESPONSE_NORMALIZATION", lrn),
    BUILD("ResizeBilinear", resize),
    BUILD("RESIZE_BILINEAR", resize),
    BUILD("ResizeNearestNeighbor", resize),
    BUILD("RESIZE_NEAREST_NEIGHBOR", resize),
    BUILD("DepthToSpace", blocks),
    BUILD("DEPTH_TO_SPACE", blocks),
    BUILD("SpaceToDepth", blocks),
    BUILD("SPACE_TO_DEPTH", blocks),
    BUILD("SpaceToBatchND", space_batch),
    BUILD("SPACE_TO_BATCH_ND", space_batch),
    BUILD("BatchToSpaceND", space_batch),
    BUILD("BATCH_TO_SPACE_ND", space_batch),

    /* ---- shapes ---- */
    FOLD("Reshape", reshape, reshape),
    FOLD("RESHAPE", reshape, reshape),
    BUILD("Transpose", transpose),
    BUILD("TRANSPOSE", transpose),
    FOLD("Squeeze", squeeze, squeeze),
    FOLD("SQUEEZE", squeeze, squeeze),
    FOLD("ExpandDims", expand_dims, expand_dims),
    FOLD("EXPAND_DIMS", expand_dims, expand_dims),
    BUILD("Shape", shape),
    BUILD("SHAPE", shape),
    BUILD("Rank", rank),
    BUILD("RANK", rank),
    BUILD("Size", rank),
    FOLD("ConcatV2", concat, concat),
    FOLD("Concat", concat, concat),
    FOLD("CONCATENATION", lite_concat, concat),
    BUILD("Split", split),
    BUILD("SPLIT", split),
    BUILD("SplitV", split_v),
    BUILD("SPLIT_V", split_v),
    FOLD("Pack", pack, pack),
    FOLD("PACK", pack, pack),
    BUILD("Unpack", unpack),
    BUILD("UNPACK", unpack),
    BUILD("Slice", slice),
    BUILD("SLICE", slice),
    FOLD("StridedSlice", strided_slice, strided_slice),
    FOLD("STRIDED_SLICE", strided_slice, strided_slice),
    BUILD("Pad", pad),
    BUILD("PAD", pad),
    BUILD("PadV2", pad),
    BUILD("PADV2", pad),
    BUILD("MirrorPad", mirror_pad),
    BUILD("MIRROR_PAD", mirror_pad),
    BUILD("Tile", tile),
    BUILD("TILE", tile),
    FOLD("Gather", gather, gather),
    FOLD("GatherV2", gather, gather),
    FOLD("GATHER", gather, gather),
    BUILD("Fill", fill),
    BUILD("FILL", fill),
    BUILD("BroadcastTo", broadcast),
    BUILD("BROADCAST_TO", broadcast),
    BUILD("Range", range),
    BUILD("RANGE", range),
    BUILD("ReverseV2", reverse),
    BUILD("REVERSE_V2", reverse),

    /* ---- reductions, products ---- */
    FOLD_AS("Mean", reduce, reduce, "mean_reduce"),
    BUILD_AS("MEAN", reduce, "mean_reduce"),
    FOLD_AS("Sum", reduce, reduce, "sum_reduce"),
    BUILD_AS("SUM", reduce, "sum_reduce"),
    FOLD_AS("Max", reduce, reduce, "max_reduce"),
    BUILD_AS("REDUCE_MAX", reduce, "max_reduce"),
    FOLD_AS("Min", reduce, reduce, "min_reduce"),
    BUILD_AS("REDUCE_MIN", reduce, "min_reduce"),
    BUILD_AS("All", reduce, "all_reduce"),
    BUILD_AS("REDUCE_ALL", reduce, "all_reduce"),
    BUILD_AS("Any", reduce, "any_reduce"),
    BUILD_AS("REDUCE_ANY", reduce, "any_reduce"),
    BUILD("Prod", product),
    BUILD("REDUCE_PROD", product),
    BUILD("EuclideanNorm", product),
    BUILD("Cumsum", cum_sum),
    BUILD("CUMSUM", cum_sum),
    BUILD("TopKV2", top_k),
    BUILD("TOPK_V2", top_k),
    BUILD("OneHot", one_hot),
    BUILD("ONE_HOT", one_hot),
    BUILD("Softmax", softmax),
    BUILD("SOFTMAX", softmax),
    BUILD("LogSoftmax", log_softmax),
    BUILD("LOG_SOFTMAX", log_softmax),
    BUILD_AS("ArgMax", arg, "argmax_reduce"),
    BUILD_AS("ARG_MAX", arg, "argmax_reduce"),
    BUILD_AS("ArgMin", arg, "argmin_reduce"),
    BUILD_AS("ARG_MIN", arg, "argmin_reduce"),
    BUILD("MatMul", matmul),
    BUILD("BatchMatMul", matmul),
    BUILD("BatchMatMulV2", matmul),
    BUILD("BATCH_MATMUL", matmul),
    BUILD("Einsum", einsum),
    BUILD("FULLY_CONNECTED", fully_connected),
    BUILD("L2_NORMALIZATION", l2_norm),

    /* ---- recurrent layers, branches ---- */
    BUILD("UNIDIRECTIONAL_SEQUENCE_LSTM", lstm),
    BUILD("UNIDIRECTIONAL_SEQUENCE_RNN", rnn),
    BUILD("IF", conditional),
    BUILD("If", conditional),
    BUILD("StatelessIf", conditional),
    BUILD("WHILE", loop),
    BUILD("While", loop),
    BUILD("StatelessWhile", loop),
    BUILD("PartitionedCall", call),
    BUILD("StatefulPartitionedCall", call),
    BUILD("Switch", switch),
    BUILD("Merge", merge),

    /* ---- lists of tensors ---- */
    BUILD_AS("TensorListReserve", list_new, "list"),
    BUILD_AS("EmptyTensorList", list_new, "list"),
    BUILD_AS("TensorListFromTensor", list_rows, "list"),
    BUILD_AS("TensorListGetItem", list_get, "list"),
    BUILD_AS("TensorListSetItem", list_set, "list"),
    BUILD_AS("TensorListPushBack", list_push, "list"),
    BUILD_AS("TensorListPopBack", list_pop, "list"),
    BUILD_AS("TensorListLength", list_count, "list"),
    BUILD_AS("TensorListStack", list_stack, "list"),
    BUILD_AS("TensorListGather", list_gather, "list"),
    BUILD_AS("TensorArrayV3", array_new, "flow"),
    BUILD_AS("TensorArrayReadV3", list_get, "flow"),
    BUILD_AS("TensorArrayWriteV3", list_set, "flow"),
    BUILD_AS("TensorArrayGatherV3", list_gather, "flow"),
    BUILD_AS("TensorArrayScatterV3", list_scatter, "flow"),
    BUILD_AS("TensorArraySizeV3", list_count, "flow"),
};

/* ---- how files begin ---- */

/* A node: its name, then its operator, a word. */
static bool is_node(const uint8_t *at, const uint8_t *end)
{
    unsigned field, wire;
    const uint8_t *text;
    size_t length;
    at = ncl_protobuf_tag(at, end, &field, &wire);
    if (!at || field != 1 || wire != 2 || !(at = ncl_protobuf_bytes(at, end, &text, &length)) || length == 0)
        return false;
    at = ncl_protobuf_tag(at, end, &field, &wire);
    return at && field == 2 && wire == 2 && ncl_protobuf_bytes(at, end, &text, &length) && length > 0 &&
           (isupper(text[0]) || text[0] == '_');
}

static bool graphdef_detect(const uint8_t *head, size_t size, uint64_t file_size)
{
    const uint8_t *end = head + size, *inside;
    unsigned field, wire;
    size_t length;
    const uint8_t *at = file_size ? ncl_protobuf_tag(head, end, &field, &wire) : NULL;
    return at && field == 1 && wire == 2 && ncl_protobuf_bytes(at, end, &inside, &length) &&
           is_node(inside, inside + length);
}

const struct ncl_import_format ncl_import_tensorflow = {"TensorFlow", graphdef_detect, ncl_graphdef_read, operators,
                                                        sizeof operators / sizeof *operators};

/* The identifier of the file stands behind the offset of the root. */
static bool tflite_detect(const uint8_t *head, size_t size, uint64_t file_size)
{
    return size >= 8 && file_size >= 16 && memcmp(head + 4, "TFL3", 4) == 0;
}

const struct ncl_import_format ncl_import_tflite = {"TensorFlow Lite", tflite_detect, ncl_tflite_read, operators,
                                                    sizeof operators / sizeof *operators};
