/* SPDX-License-Identifier: Apache-2.0 */
/* TensorFlow Lite: operators by name, and how files begin. */
#include <string.h>

#include "import/tensorflow/tf_operators.h"

static const struct ncl_import_operator operators[] = {
    /* ---- element by element ---- */
    BUILD_AS("RELU", unary, "relu"),
    BUILD_AS("TANH", unary, "tanh"),
    BUILD_AS("LOGISTIC", unary, "sigmoid"),
    BUILD_AS("EXP", unary, "exp"),
    BUILD_AS("LOG", unary, "log"),
    BUILD_AS("NEG", unary, "neg"),
    BUILD_AS("ABS", unary, "abs"),
    BUILD_AS("SQRT", unary, "sqrt"),
    BUILD_AS("RSQRT", unary, "rsqrt"),
    BUILD_AS("SQUARE", unary, "sqr"),
    BUILD_AS("SIN", unary, "sin"),
    BUILD_AS("COS", unary, "cos"),
    BUILD_AS("FLOOR", unary, "floor"),
    BUILD_AS("CEIL", unary, "ceil"),
    BUILD_AS("SIGN", unary, "sign"),
    BUILD_AS("ELU", unary, "elu"),
    BUILD_AS("LOGICAL_NOT", unary, "not"),
    BUILD("ROUND", round),
    BUILD("RELU6", relu6),
    BUILD("RELU_N1_TO_1", relu6),
    BUILD("RELU_0_TO_1", relu6),
    BUILD("LEAKY_RELU", leaky),
    BUILD("PRELU", prelu),
    BUILD("GELU", gelu),
    BUILD("HARD_SWISH", swish),
    FOLD_AS("ADD", binary, binary, "add"),
    FOLD_AS("SUB", binary, binary, "sub"),
    FOLD_AS("MUL", binary, binary, "mul"),
    FOLD_AS("DIV", binary, binary, "div"),
    FOLD_AS("MAXIMUM", binary, binary, "max"),
    FOLD_AS("MINIMUM", binary, binary, "min"),
    BUILD_AS("POW", binary, "pow"),
    FOLD_AS("LESS", binary, binary, "lt"),
    FOLD_AS("LESS_EQUAL", binary, binary, "le"),
    FOLD_AS("GREATER", binary, binary, "gt"),
    FOLD_AS("GREATER_EQUAL", binary, binary, "ge"),
    FOLD_AS("EQUAL", binary, binary, "eq"),
    FOLD_AS("NOT_EQUAL", binary, binary, "ne"),
    FOLD_AS("LOGICAL_AND", binary, binary, "and"),
    FOLD_AS("LOGICAL_OR", binary, binary, "or"),
    FOLD_AS("FLOOR_DIV", floor_div, binary, "floor_div"),
    FOLD_AS("FLOOR_MOD", floor_div, binary, "mod"),
    BUILD("SQUARED_DIFFERENCE", difference),
    FOLD("SELECT", select, select),
    FOLD("SELECT_V2", select, select),
    BUILD("ATAN2", atan2),
    FOLD("CAST", cast, cast),
    BUILD("ADD_N", add_n),
    FOLD("ZEROS_LIKE", zeros_like, zeros_like),

    /* ---- integers that stand for numbers ---- */
    BUILD("QUANTIZE", quantize),
    BUILD("DEQUANTIZE", dequantize),
    BUILD("FAKE_QUANT", fake_quant),

    /* ---- windows ---- */
    BUILD("CONV_2D", conv),
    BUILD("CONV_3D", conv),
    BUILD("DEPTHWISE_CONV_2D", depthwise),
    BUILD("CONV_3D_TRANSPOSE", deconv),
    BUILD("TRANSPOSE_CONV", lite_deconv),
    BUILD("MAX_POOL_2D", pool),
    BUILD("AVERAGE_POOL_2D", pool),
    BUILD("L2_POOL_2D", l2_pool),
    BUILD("LOCAL_RESPONSE_NORMALIZATION", lrn),
    BUILD("RESIZE_BILINEAR", resize),
    BUILD("RESIZE_NEAREST_NEIGHBOR", resize),
    BUILD("DEPTH_TO_SPACE", blocks),
    BUILD("SPACE_TO_DEPTH", blocks),
    BUILD("SPACE_TO_BATCH_ND", space_batch),
    BUILD("BATCH_TO_SPACE_ND", space_batch),

    /* ---- shapes ---- */
    FOLD("RESHAPE", reshape, reshape),
    BUILD("TRANSPOSE", transpose),
    FOLD("SQUEEZE", squeeze, squeeze),
    FOLD("EXPAND_DIMS", expand_dims, expand_dims),
    BUILD("SHAPE", shape),
    BUILD("RANK", rank),
    FOLD("CONCATENATION", lite_concat, concat),
    BUILD("SPLIT", split),
    BUILD("SPLIT_V", split_v),
    FOLD("PACK", pack, pack),
    BUILD("UNPACK", unpack),
    BUILD("SLICE", slice),
    FOLD("STRIDED_SLICE", strided_slice, strided_slice),
    BUILD("PAD", pad),
    BUILD("PADV2", pad),
    BUILD("MIRROR_PAD", mirror_pad),
    BUILD("TILE", tile),
    FOLD("GATHER", gather, gather),
    BUILD("GATHER_ND", gather_nd),
    BUILD("FILL", fill),
    BUILD("BROADCAST_TO", broadcast),
    BUILD("RANGE", range),
    BUILD("REVERSE_V2", reverse),
    BUILD("REVERSE_SEQUENCE", reverse_sequence),
    BUILD("SCATTER_ND", scatter_nd),
    BUILD("SPARSE_TO_DENSE", sparse_dense),
    BUILD("DYNAMIC_UPDATE_SLICE", update_slice),
    BUILD_AS("MATRIX_DIAG", diagonal, "new"),
    BUILD_AS("MATRIX_SET_DIAG", diagonal, "set"),
    BUILD("SEGMENT_SUM", segment_sum),
    BUILD("UNSORTED_SEGMENT_SUM", segment_sum),
    BUILD("BROADCAST_ARGS", broadcast_args),
    BUILD("WHERE", where),
    BUILD("EMBEDDING_LOOKUP", embedding),

    /* ---- boxes ---- */
    BUILD_AS("NON_MAX_SUPPRESSION_V4", non_max, "counted"),
    BUILD_AS("NON_MAX_SUPPRESSION_V5", non_max, "scored"),
    BUILD("TFLite_Detection_PostProcess", post_process),

    /* ---- reductions, products ---- */
    BUILD_AS("MEAN", reduce, "mean_reduce"),
    BUILD_AS("SUM", reduce, "sum_reduce"),
    BUILD_AS("REDUCE_MAX", reduce, "max_reduce"),
    BUILD_AS("REDUCE_MIN", reduce, "min_reduce"),
    BUILD_AS("REDUCE_ALL", reduce, "all_reduce"),
    BUILD_AS("REDUCE_ANY", reduce, "any_reduce"),
    BUILD("REDUCE_PROD", product),
    BUILD("CUMSUM", cum_sum),
    BUILD("TOPK_V2", top_k),
    BUILD("ONE_HOT", one_hot),
    BUILD("SOFTMAX", softmax),
    BUILD("LOG_SOFTMAX", log_softmax),
    BUILD_AS("ARG_MAX", arg, "argmax_reduce"),
    BUILD_AS("ARG_MIN", arg, "argmin_reduce"),
    BUILD("BATCH_MATMUL", matmul),
    BUILD("FULLY_CONNECTED", fully_connected),
    BUILD("L2_NORMALIZATION", l2_norm),

    /* ---- recurrent layers, branches ---- */
    BUILD("UNIDIRECTIONAL_SEQUENCE_LSTM", lstm),
    BUILD("UNIDIRECTIONAL_SEQUENCE_RNN", rnn),
    BUILD("IF", conditional),
    BUILD("WHILE", loop),
};

/* ---- how files begin ---- */

/* The identifier of the file stands behind the offset of the root. */
static bool tflite_detect(const uint8_t *head, size_t size, uint64_t file_size)
{
    return size >= 8 && file_size >= 16 && memcmp(head + 4, "TFL3", 4) == 0;
}

const struct ncl_import_format ncl_import_tflite = {"TensorFlow Lite", tflite_detect, ncl_tflite_read, operators,
                                                    sizeof operators / sizeof *operators};
