/* SPDX-License-Identifier: Apache-2.0 */
/* TensorFlow, frozen graphs: operators by name, and how files begin. */
#include <ctype.h>

#include "import/protobuf.h"
#include "import/tensorflow/tf_operators.h"

static const struct ncl_import_operator operators[] = {
    /* ---- element by element ---- */
    BUILD_AS("Relu", unary, "relu"),
    BUILD_AS("Tanh", unary, "tanh"),
    BUILD_AS("Sigmoid", unary, "sigmoid"),
    BUILD_AS("Exp", unary, "exp"),
    BUILD_AS("Log", unary, "log"),
    BUILD_AS("Neg", unary, "neg"),
    BUILD_AS("Abs", unary, "abs"),
    BUILD_AS("Sqrt", unary, "sqrt"),
    BUILD_AS("Rsqrt", unary, "rsqrt"),
    BUILD_AS("Square", unary, "sqr"),
    BUILD_AS("Sin", unary, "sin"),
    BUILD_AS("Cos", unary, "cos"),
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
    BUILD_AS("Ceil", unary, "ceil"),
    BUILD_AS("Sign", unary, "sign"),
    BUILD_AS("Reciprocal", unary, "rcp"),
    BUILD_AS("Inv", unary, "rcp"),
    BUILD_AS("Softplus", unary, "softplus"),
    BUILD_AS("Selu", unary, "selu"),
    BUILD_AS("Elu", unary, "elu"),
    BUILD_AS("Erf", unary, "erf"),
    BUILD("Log1p", log1p),
    BUILD("Expm1", expm1),
    BUILD_AS("LogicalNot", unary, "not"),
    BUILD("Erfc", erfc),
    BUILD("Round", round),
    BUILD("Rint", round),
    BUILD("Relu6", relu6),
    BUILD("LeakyRelu", leaky),
    FOLD_AS("Add", binary, binary, "add"),
    FOLD_AS("AddV2", binary, binary, "add"),
    FOLD_AS("Sub", binary, binary, "sub"),
    FOLD_AS("Mul", binary, binary, "mul"),
    FOLD_AS("RealDiv", binary, binary, "div"),
    FOLD_AS("Div", binary, binary, "div"),
    FOLD_AS("Maximum", binary, binary, "max"),
    FOLD_AS("Minimum", binary, binary, "min"),
    BUILD_AS("Pow", binary, "pow"),
    FOLD_AS("Less", binary, binary, "lt"),
    FOLD_AS("LessEqual", binary, binary, "le"),
    FOLD_AS("Greater", binary, binary, "gt"),
    FOLD_AS("GreaterEqual", binary, binary, "ge"),
    FOLD_AS("Equal", binary, binary, "eq"),
    FOLD_AS("NotEqual", binary, binary, "ne"),
    FOLD_AS("LogicalAnd", binary, binary, "and"),
    FOLD_AS("LogicalOr", binary, binary, "or"),
    FOLD_AS("FloorDiv", floor_div, binary, "floor_div"),
    FOLD_AS("FloorMod", floor_div, binary, "mod"),
    FOLD_AS("LogicalXor", binary, binary, "ne"),
    BUILD("DivNoNan", div_no_nan),
    BUILD("Softsign", softsign),
    BUILD("ClipByValue", clip),
    BUILD("SquaredDifference", difference),
    FOLD("Select", select, select),
    FOLD("SelectV2", select, select),
    BUILD_AS("IsNan", classify, "ne"),
    BUILD_AS("IsInf", classify, "eq"),
    BUILD_AS("IsFinite", classify, "lt"),
    BUILD_AS("TruncateDiv", truncate, "div"),
    BUILD_AS("TruncateMod", truncate, "mod"),
    BUILD_AS("Mod", truncate, "mod"),
    BUILD("Atan2", atan2),
    BUILD_AS("Xlogy", zero_times, "log"),
    BUILD_AS("Xlog1py", zero_times, "log1p"),
    BUILD_AS("Xdivy", zero_times, "div"),
    BUILD_AS("MulNoNan", zero_times, "mul"),
    BUILD("L2Loss", l2_loss),
    FOLD("Cast", cast, cast),
    BUILD("AddN", add_n),
    BUILD("BiasAdd", bias),
    BUILD("BiasAddV1", bias),
    FOLD("ZerosLike", zeros_like, zeros_like),
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
    BUILD("FakeQuantWithMinMaxArgs", fake_quant),
    BUILD("FakeQuantWithMinMaxVars", fake_quant),
    BUILD("FakeQuantWithMinMaxVarsPerChannel", fake_quant_channels),

    /* ---- windows ---- */
    BUILD("Conv2D", conv),
    BUILD("Conv3D", conv),
    BUILD("DepthwiseConv2dNative", depthwise),
    BUILD("Conv2DBackpropInput", deconv),
    BUILD("Conv3DBackpropInputV2", deconv),
    BUILD("MaxPool", pool),
    BUILD("MaxPool3D", pool),
    BUILD("MaxPoolWithArgmax", pool_places),
    BUILD("ExtractImagePatches", patches),
    BUILD("AvgPool3D", pool),
    BUILD("AvgPool", pool),
    BUILD("FusedBatchNorm", batch_norm),
    BUILD("FusedBatchNormV2", batch_norm),
    BUILD("FusedBatchNormV3", batch_norm),
    BUILD("BatchNormWithGlobalNormalization", global_norm),
    BUILD("LRN", lrn),
    BUILD("ResizeBilinear", resize),
    BUILD("ResizeNearestNeighbor", resize),
    BUILD("ResizeBicubic", cubic),
    BUILD("DepthToSpace", blocks),
    BUILD("SpaceToDepth", blocks),
    BUILD("SpaceToBatchND", space_batch),
    BUILD("BatchToSpaceND", space_batch),
    BUILD("SpaceToBatch", old_space_batch),
    BUILD("BatchToSpace", old_space_batch),

    /* ---- shapes ---- */
    FOLD("Reshape", reshape, reshape),
    BUILD("Transpose", transpose),
    FOLD("Squeeze", squeeze, squeeze),
    FOLD("ExpandDims", expand_dims, expand_dims),
    BUILD("Shape", shape),
    BUILD("Rank", rank),
    BUILD("Size", rank),
    FOLD("ConcatV2", concat, concat),
    FOLD("Concat", concat, concat),
    BUILD("Split", split),
    BUILD("SplitV", split_v),
    FOLD("Pack", pack, pack),
    BUILD("Unpack", unpack),
    BUILD("Slice", slice),
    FOLD("StridedSlice", strided_slice, strided_slice),
    BUILD("Pad", pad),
    BUILD("PadV2", pad),
    BUILD("MirrorPad", mirror_pad),
    BUILD("Tile", tile),
    FOLD("Gather", gather, gather),
    FOLD("GatherV2", gather, gather),
    BUILD("GatherNd", gather_nd),
    BUILD("Fill", fill),
    BUILD("BroadcastTo", broadcast),
    BUILD("Range", range),
    BUILD("ReverseV2", reverse),
    BUILD("ReverseSequence", reverse_sequence),
    BUILD("Roll", roll),
    BUILD("ScatterNd", scatter_nd),
    BUILD_AS("TensorScatterUpdate", tensor_scatter, ""),
    BUILD_AS("TensorScatterAdd", tensor_scatter, "add"),
    BUILD_AS("TensorScatterSub", tensor_scatter, "sub"),
    BUILD_AS("TensorScatterMax", tensor_scatter, "max"),
    BUILD_AS("TensorScatterMin", tensor_scatter, "min"),
    BUILD("SparseToDense", sparse_dense),
    BUILD("MatrixBandPart", band),
    BUILD_AS("MatrixDiag", diagonal, "new"),
    BUILD_AS("MatrixDiagV2", diagonal, "new"),
    BUILD_AS("MatrixDiagV3", diagonal, "new"),
    BUILD_AS("MatrixSetDiag", diagonal, "set"),
    BUILD_AS("MatrixSetDiagV2", diagonal, "set"),
    BUILD_AS("MatrixSetDiagV3", diagonal, "set"),
    BUILD("SegmentSum", segment_sum),
    BUILD("UnsortedSegmentSum", segment_sum),
    BUILD("LinSpace", lin_space),
    BUILD("InvertPermutation", invert),
    BUILD("BroadcastArgs", broadcast_args),
    BUILD("Where", where),
    BUILD("ShapeN", shapes),

    /* ---- boxes ---- */
    BUILD("CropAndResize", crop_and_resize),
    BUILD_AS("NonMaxSuppression", non_max, ""),
    BUILD_AS("NonMaxSuppressionV2", non_max, ""),
    BUILD_AS("NonMaxSuppressionV3", non_max, ""),
    BUILD_AS("NonMaxSuppressionV4", non_max, "counted"),
    BUILD_AS("NonMaxSuppressionV5", non_max, "scored"),
    BUILD("CombinedNonMaxSuppression", combined_non_max),

    /* ---- reductions, products ---- */
    FOLD_AS("Mean", reduce, reduce, "mean_reduce"),
    FOLD_AS("Sum", reduce, reduce, "sum_reduce"),
    FOLD_AS("Max", reduce, reduce, "max_reduce"),
    FOLD_AS("Min", reduce, reduce, "min_reduce"),
    BUILD_AS("All", reduce, "all_reduce"),
    BUILD_AS("Any", reduce, "any_reduce"),
    BUILD("Prod", product),
    BUILD("EuclideanNorm", product),
    BUILD("Cumsum", cum_sum),
    BUILD("TopKV2", top_k),
    BUILD("OneHot", one_hot),
    BUILD("Softmax", softmax),
    BUILD("LogSoftmax", log_softmax),
    BUILD_AS("ArgMax", arg, "argmax_reduce"),
    BUILD_AS("ArgMin", arg, "argmin_reduce"),
    BUILD("MatMul", matmul),
    BUILD("BatchMatMul", matmul),
    BUILD("BatchMatMulV2", matmul),
    BUILD("BatchMatMulV3", matmul),
    BUILD("Einsum", einsum),

    /* ---- recurrent layers, branches ---- */
    BUILD("If", conditional),
    BUILD("StatelessIf", conditional),
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
