/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of the schema of TensorFlow Lite (schema.fbs, version 3): fields of its tables, element types, operators and
 * the fields of their options. */
#ifndef NCL_TFLITE_SCHEMA_H
#define NCL_TFLITE_SCHEMA_H

enum { MODEL_VERSION = 0, MODEL_OPERATOR_CODES, MODEL_SUBGRAPHS, MODEL_DESCRIPTION, MODEL_BUFFERS };
enum { CODE_OLD_BUILTIN = 0, CODE_CUSTOM, CODE_VERSION, CODE_BUILTIN };
enum { SUBGRAPH_TENSORS = 0, SUBGRAPH_INPUTS, SUBGRAPH_OUTPUTS, SUBGRAPH_OPERATORS, SUBGRAPH_NAME };
enum {
    TENSOR_SHAPE = 0,
    TENSOR_TYPE,
    TENSOR_BUFFER,
    TENSOR_NAME,
    TENSOR_QUANTIZATION,
    TENSOR_IS_VARIABLE,
    TENSOR_SPARSITY,
    TENSOR_SIGNATURE
};
enum { SPARSE_ORDER = 0, SPARSE_BLOCKS, SPARSE_LEVELS };
enum { LEVEL_FORMAT = 0, LEVEL_EXTENT, LEVEL_MARKS, LEVEL_INDICES = 4 };
enum { QUANT_SCALE = 2, QUANT_ZERO_POINT = 3, QUANT_AXIS = 6 };
enum {
    OPERATOR_CODE = 0,
    OPERATOR_INPUTS,
    OPERATOR_OUTPUTS,
    OPERATOR_OPTIONS_TYPE,
    OPERATOR_OPTIONS,
    OPERATOR_CUSTOM,
    OPERATOR_INTERMEDIATES = 8,
    OPERATOR_OPTIONS_2 = 12
};
enum { BUFFER_DATA = 0, BUFFER_OFFSET, BUFFER_SIZE };

/* TensorType in its order; NCL_STORED_COUNT: has no counterpart. */
#define TFLITE_TYPES                                                                                                   \
    {                                                                                                                  \
        NCL_STORED_FLOAT32, NCL_STORED_FLOAT16, NCL_STORED_INT32, NCL_STORED_UINT8, NCL_STORED_INT64,                  \
            NCL_STORED_COUNT, NCL_STORED_BOOL, NCL_STORED_INT16, NCL_STORED_COUNT, NCL_STORED_INT8,                    \
            NCL_STORED_FLOAT64, NCL_STORED_COUNT, NCL_STORED_UINT64, NCL_STORED_COUNT, NCL_STORED_COUNT,               \
            NCL_STORED_UINT32, NCL_STORED_UINT16, NCL_STORED_INT4                                                      \
    }

/* BuiltinOperator: what a file can hold, also what is not supported, for messages. */
#define TFLITE_OPERATORS(X)                                                                                            \
    X(0, "ADD")                                                                                                        \
    X(1, "AVERAGE_POOL_2D")                                                                                            \
    X(2, "CONCATENATION")                                                                                              \
    X(3, "CONV_2D")                                                                                                    \
    X(4, "DEPTHWISE_CONV_2D")                                                                                          \
    X(5, "DEPTH_TO_SPACE")                                                                                             \
    X(6, "DEQUANTIZE")                                                                                                 \
    X(7, "EMBEDDING_LOOKUP")                                                                                           \
    X(8, "FLOOR")                                                                                                      \
    X(9, "FULLY_CONNECTED")                                                                                            \
    X(10, "HASHTABLE_LOOKUP")                                                                                          \
    X(11, "L2_NORMALIZATION")                                                                                          \
    X(12, "L2_POOL_2D")                                                                                                \
    X(13, "LOCAL_RESPONSE_NORMALIZATION")                                                                              \
    X(14, "LOGISTIC")                                                                                                  \
    X(15, "LSH_PROJECTION")                                                                                            \
    X(16, "LSTM")                                                                                                      \
    X(17, "MAX_POOL_2D")                                                                                               \
    X(18, "MUL")                                                                                                       \
    X(19, "RELU")                                                                                                      \
    X(20, "RELU_N1_TO_1")                                                                                              \
    X(21, "RELU6")                                                                                                     \
    X(22, "RESHAPE")                                                                                                   \
    X(23, "RESIZE_BILINEAR")                                                                                           \
    X(24, "RNN")                                                                                                       \
    X(25, "SOFTMAX")                                                                                                   \
    X(26, "SPACE_TO_DEPTH")                                                                                            \
    X(27, "SVDF")                                                                                                      \
    X(28, "TANH")                                                                                                      \
    X(29, "CONCAT_EMBEDDINGS")                                                                                         \
    X(30, "SKIP_GRAM")                                                                                                 \
    X(31, "CALL")                                                                                                      \
    X(32, "CUSTOM")                                                                                                    \
    X(33, "EMBEDDING_LOOKUP_SPARSE")                                                                                   \
    X(34, "PAD")                                                                                                       \
    X(35, "UNIDIRECTIONAL_SEQUENCE_RNN")                                                                               \
    X(36, "GATHER")                                                                                                    \
    X(37, "BATCH_TO_SPACE_ND")                                                                                         \
    X(38, "SPACE_TO_BATCH_ND")                                                                                         \
    X(39, "TRANSPOSE")                                                                                                 \
    X(40, "MEAN")                                                                                                      \
    X(41, "SUB")                                                                                                       \
    X(42, "DIV")                                                                                                       \
    X(43, "SQUEEZE")                                                                                                   \
    X(44, "UNIDIRECTIONAL_SEQUENCE_LSTM")                                                                              \
    X(45, "STRIDED_SLICE")                                                                                             \
    X(46, "BIDIRECTIONAL_SEQUENCE_RNN")                                                                                \
    X(47, "EXP")                                                                                                       \
    X(48, "TOPK_V2")                                                                                                   \
    X(49, "SPLIT")                                                                                                     \
    X(50, "LOG_SOFTMAX")                                                                                               \
    X(51, "DELEGATE")                                                                                                  \
    X(52, "BIDIRECTIONAL_SEQUENCE_LSTM")                                                                               \
    X(53, "CAST")                                                                                                      \
    X(54, "PRELU")                                                                                                     \
    X(55, "MAXIMUM")                                                                                                   \
    X(56, "ARG_MAX")                                                                                                   \
    X(57, "MINIMUM")                                                                                                   \
    X(58, "LESS")                                                                                                      \
    X(59, "NEG")                                                                                                       \
    X(60, "PADV2")                                                                                                     \
    X(61, "GREATER")                                                                                                   \
    X(62, "GREATER_EQUAL")                                                                                             \
    X(63, "LESS_EQUAL")                                                                                                \
    X(64, "SELECT")                                                                                                    \
    X(65, "SLICE")                                                                                                     \
    X(66, "SIN")                                                                                                       \
    X(67, "TRANSPOSE_CONV")                                                                                            \
    X(68, "SPARSE_TO_DENSE")                                                                                           \
    X(69, "TILE")                                                                                                      \
    X(70, "EXPAND_DIMS")                                                                                               \
    X(71, "EQUAL")                                                                                                     \
    X(72, "NOT_EQUAL")                                                                                                 \
    X(73, "LOG")                                                                                                       \
    X(74, "SUM")                                                                                                       \
    X(75, "SQRT")                                                                                                      \
    X(76, "RSQRT")                                                                                                     \
    X(77, "SHAPE")                                                                                                     \
    X(78, "POW")                                                                                                       \
    X(79, "ARG_MIN")                                                                                                   \
    X(80, "FAKE_QUANT")                                                                                                \
    X(81, "REDUCE_PROD")                                                                                               \
    X(82, "REDUCE_MAX")                                                                                                \
    X(83, "PACK")                                                                                                      \
    X(84, "LOGICAL_OR")                                                                                                \
    X(85, "ONE_HOT")                                                                                                   \
    X(86, "LOGICAL_AND")                                                                                               \
    X(87, "LOGICAL_NOT")                                                                                               \
    X(88, "UNPACK")                                                                                                    \
    X(89, "REDUCE_MIN")                                                                                                \
    X(90, "FLOOR_DIV")                                                                                                 \
    X(91, "REDUCE_ANY")                                                                                                \
    X(92, "SQUARE")                                                                                                    \
    X(93, "ZEROS_LIKE")                                                                                                \
    X(94, "FILL")                                                                                                      \
    X(95, "FLOOR_MOD")                                                                                                 \
    X(96, "RANGE")                                                                                                     \
    X(97, "RESIZE_NEAREST_NEIGHBOR")                                                                                   \
    X(98, "LEAKY_RELU")                                                                                                \
    X(99, "SQUARED_DIFFERENCE")                                                                                        \
    X(100, "MIRROR_PAD")                                                                                               \
    X(101, "ABS")                                                                                                      \
    X(102, "SPLIT_V")                                                                                                  \
    X(103, "UNIQUE")                                                                                                   \
    X(104, "CEIL")                                                                                                     \
    X(105, "REVERSE_V2")                                                                                               \
    X(106, "ADD_N")                                                                                                    \
    X(107, "GATHER_ND")                                                                                                \
    X(108, "COS")                                                                                                      \
    X(109, "WHERE")                                                                                                    \
    X(110, "RANK")                                                                                                     \
    X(111, "ELU")                                                                                                      \
    X(112, "REVERSE_SEQUENCE")                                                                                         \
    X(113, "MATRIX_DIAG")                                                                                              \
    X(114, "QUANTIZE")                                                                                                 \
    X(115, "MATRIX_SET_DIAG")                                                                                          \
    X(116, "ROUND")                                                                                                    \
    X(117, "HARD_SWISH")                                                                                               \
    X(118, "IF")                                                                                                       \
    X(119, "WHILE")                                                                                                    \
    X(120, "NON_MAX_SUPPRESSION_V4")                                                                                   \
    X(121, "NON_MAX_SUPPRESSION_V5")                                                                                   \
    X(122, "SCATTER_ND")                                                                                               \
    X(123, "SELECT_V2")                                                                                                \
    X(124, "DENSIFY")                                                                                                  \
    X(125, "SEGMENT_SUM")                                                                                              \
    X(126, "BATCH_MATMUL")                                                                                             \
    X(128, "CUMSUM")                                                                                                   \
    X(129, "CALL_ONCE")                                                                                                \
    X(130, "BROADCAST_TO")                                                                                             \
    X(131, "RFFT2D")                                                                                                   \
    X(132, "CONV_3D")                                                                                                  \
    X(133, "IMAG")                                                                                                     \
    X(134, "REAL")                                                                                                     \
    X(135, "COMPLEX_ABS")                                                                                              \
    X(136, "HASHTABLE")                                                                                                \
    X(137, "HASHTABLE_FIND")                                                                                           \
    X(138, "HASHTABLE_IMPORT")                                                                                         \
    X(139, "HASHTABLE_SIZE")                                                                                           \
    X(140, "REDUCE_ALL")                                                                                               \
    X(141, "CONV_3D_TRANSPOSE")                                                                                        \
    X(142, "VAR_HANDLE")                                                                                               \
    X(143, "READ_VARIABLE")                                                                                            \
    X(144, "ASSIGN_VARIABLE")                                                                                          \
    X(145, "BROADCAST_ARGS")                                                                                           \
    X(146, "RANDOM_STANDARD_NORMAL")                                                                                   \
    X(147, "BUCKETIZE")                                                                                                \
    X(148, "RANDOM_UNIFORM")                                                                                           \
    X(149, "MULTINOMIAL")                                                                                              \
    X(150, "GELU")                                                                                                     \
    X(151, "DYNAMIC_UPDATE_SLICE")                                                                                     \
    X(152, "RELU_0_TO_1")                                                                                              \
    X(153, "UNSORTED_SEGMENT_PROD")                                                                                    \
    X(154, "UNSORTED_SEGMENT_MAX")                                                                                     \
    X(155, "UNSORTED_SEGMENT_SUM")                                                                                     \
    X(156, "ATAN2")                                                                                                    \
    X(157, "UNSORTED_SEGMENT_MIN")                                                                                     \
    X(158, "SIGN")                                                                                                     \
    X(159, "BITCAST")                                                                                                  \
    X(160, "BITWISE_XOR")                                                                                              \
    X(161, "RIGHT_SHIFT")                                                                                              \
    X(162, "STABLEHLO_LOGISTIC")                                                                                       \
    X(163, "STABLEHLO_ADD")                                                                                            \
    X(164, "STABLEHLO_DIVIDE")                                                                                         \
    X(165, "STABLEHLO_MULTIPLY")                                                                                       \
    X(166, "STABLEHLO_MAXIMUM")                                                                                        \
    X(167, "STABLEHLO_RESHAPE")                                                                                        \
    X(168, "STABLEHLO_CLAMP")                                                                                          \
    X(169, "STABLEHLO_CONCATENATE")                                                                                    \
    X(170, "STABLEHLO_BROADCAST_IN_DIM")                                                                               \
    X(171, "STABLEHLO_CONVOLUTION")                                                                                    \
    X(172, "STABLEHLO_SLICE")                                                                                          \
    X(173, "STABLEHLO_CUSTOM_CALL")                                                                                    \
    X(174, "STABLEHLO_REDUCE")                                                                                         \
    X(175, "STABLEHLO_ABS")                                                                                            \
    X(176, "STABLEHLO_AND")                                                                                            \
    X(177, "STABLEHLO_COSINE")                                                                                         \
    X(178, "STABLEHLO_EXPONENTIAL")                                                                                    \
    X(179, "STABLEHLO_FLOOR")                                                                                          \
    X(180, "STABLEHLO_LOG")                                                                                            \
    X(181, "STABLEHLO_MINIMUM")                                                                                        \
    X(182, "STABLEHLO_NEGATE")                                                                                         \
    X(183, "STABLEHLO_OR")                                                                                             \
    X(184, "STABLEHLO_POWER")                                                                                          \
    X(185, "STABLEHLO_REMAINDER")                                                                                      \
    X(186, "STABLEHLO_RSQRT")                                                                                          \
    X(187, "STABLEHLO_SELECT")                                                                                         \
    X(188, "STABLEHLO_SUBTRACT")                                                                                       \
    X(189, "STABLEHLO_TANH")                                                                                           \
    X(190, "STABLEHLO_SCATTER")                                                                                        \
    X(191, "STABLEHLO_COMPARE")                                                                                        \
    X(192, "STABLEHLO_CONVERT")                                                                                        \
    X(193, "STABLEHLO_DYNAMIC_SLICE")                                                                                  \
    X(194, "STABLEHLO_DYNAMIC_UPDATE_SLICE")                                                                           \
    X(195, "STABLEHLO_PAD")                                                                                            \
    X(196, "STABLEHLO_IOTA")                                                                                           \
    X(197, "STABLEHLO_DOT_GENERAL")                                                                                    \
    X(198, "STABLEHLO_REDUCE_WINDOW")                                                                                  \
    X(199, "STABLEHLO_SORT")                                                                                           \
    X(200, "STABLEHLO_WHILE")                                                                                          \
    X(201, "STABLEHLO_GATHER")                                                                                         \
    X(202, "STABLEHLO_TRANSPOSE")                                                                                      \
    X(203, "DILATE")                                                                                                   \
    X(204, "STABLEHLO_RNG_BIT_GENERATOR")                                                                              \
    X(205, "REDUCE_WINDOW")                                                                                            \
    X(206, "STABLEHLO_COMPOSITE")                                                                                      \
    X(207, "STABLEHLO_SHIFT_LEFT")                                                                                     \
    X(208, "STABLEHLO_CBRT")                                                                                           \
    X(209, "STABLEHLO_CASE")

#define TFLITE_GREATER_CODES 127 /* the old, short field says: look at the new one */

/* Options that operators look at: operator, field, name of the attribute, kind (B bool or byte, I int, F float, V ints,
 * G sub-graph), what is meant when it is absent. */
#define TFLITE_OPTIONS(X)                                                                                              \
    X("CONV_2D", 0, "padding", 'B', 0)                                                                                 \
    X("CONV_2D", 1, "stride_w", 'I', 0)                                                                                \
    X("CONV_2D", 2, "stride_h", 'I', 0)                                                                                \
    X("CONV_2D", 3, "activation", 'B', 0)                                                                              \
    X("CONV_2D", 4, "dilation_w", 'I', 1)                                                                              \
    X("CONV_2D", 5, "dilation_h", 'I', 1)                                                                              \
    X("DEPTHWISE_CONV_2D", 0, "padding", 'B', 0)                                                                       \
    X("DEPTHWISE_CONV_2D", 1, "stride_w", 'I', 0)                                                                      \
    X("DEPTHWISE_CONV_2D", 2, "stride_h", 'I', 0)                                                                      \
    X("DEPTHWISE_CONV_2D", 4, "activation", 'B', 0)                                                                    \
    X("DEPTHWISE_CONV_2D", 5, "dilation_w", 'I', 1)                                                                    \
    X("DEPTHWISE_CONV_2D", 6, "dilation_h", 'I', 1)                                                                    \
    X("TRANSPOSE_CONV", 0, "padding", 'B', 0)                                                                          \
    X("TRANSPOSE_CONV", 1, "stride_w", 'I', 0)                                                                         \
    X("TRANSPOSE_CONV", 2, "stride_h", 'I', 0)                                                                         \
    X("TRANSPOSE_CONV", 3, "activation", 'B', 0)                                                                       \
    X("CONV_3D", 0, "padding", 'B', 0)                                                                                 \
    X("CONV_3D", 1, "stride_d", 'I', 0)                                                                                \
    X("CONV_3D", 2, "stride_w", 'I', 0)                                                                                \
    X("CONV_3D", 3, "stride_h", 'I', 0)                                                                                \
    X("CONV_3D", 4, "activation", 'B', 0)                                                                              \
    X("CONV_3D", 5, "dilation_d", 'I', 1)                                                                              \
    X("CONV_3D", 6, "dilation_w", 'I', 1)                                                                              \
    X("CONV_3D", 7, "dilation_h", 'I', 1)                                                                              \
    X("CONV_3D_TRANSPOSE", 0, "padding", 'B', 0)                                                                       \
    X("CONV_3D_TRANSPOSE", 1, "stride_d", 'I', 0)                                                                      \
    X("CONV_3D_TRANSPOSE", 2, "stride_w", 'I', 0)                                                                      \
    X("CONV_3D_TRANSPOSE", 3, "stride_h", 'I', 0)                                                                      \
    X("CONV_3D_TRANSPOSE", 4, "activation", 'B', 0)                                                                    \
    X("CONV_3D_TRANSPOSE", 5, "dilation_d", 'I', 1)                                                                    \
    X("CONV_3D_TRANSPOSE", 6, "dilation_w", 'I', 1)                                                                    \
    X("CONV_3D_TRANSPOSE", 7, "dilation_h", 'I', 1)                                                                    \
    X("FAKE_QUANT", 0, "min", 'F', 0)                                                                                  \
    X("FAKE_QUANT", 1, "max", 'F', 0)                                                                                  \
    X("FAKE_QUANT", 2, "num_bits", 'I', 0)                                                                             \
    X("FAKE_QUANT", 3, "narrow_range", 'B', 0)                                                                         \
    X("AVERAGE_POOL_2D", 0, "padding", 'B', 0)                                                                         \
    X("AVERAGE_POOL_2D", 1, "stride_w", 'I', 0)                                                                        \
    X("AVERAGE_POOL_2D", 2, "stride_h", 'I', 0)                                                                        \
    X("AVERAGE_POOL_2D", 3, "filter_w", 'I', 0)                                                                        \
    X("AVERAGE_POOL_2D", 4, "filter_h", 'I', 0)                                                                        \
    X("AVERAGE_POOL_2D", 5, "activation", 'B', 0)                                                                      \
    X("MAX_POOL_2D", 0, "padding", 'B', 0)                                                                             \
    X("MAX_POOL_2D", 1, "stride_w", 'I', 0)                                                                            \
    X("MAX_POOL_2D", 2, "stride_h", 'I', 0)                                                                            \
    X("MAX_POOL_2D", 3, "filter_w", 'I', 0)                                                                            \
    X("MAX_POOL_2D", 4, "filter_h", 'I', 0)                                                                            \
    X("MAX_POOL_2D", 5, "activation", 'B', 0)                                                                          \
    X("L2_POOL_2D", 0, "padding", 'B', 0)                                                                              \
    X("L2_POOL_2D", 1, "stride_w", 'I', 0)                                                                             \
    X("L2_POOL_2D", 2, "stride_h", 'I', 0)                                                                             \
    X("L2_POOL_2D", 3, "filter_w", 'I', 0)                                                                             \
    X("L2_POOL_2D", 4, "filter_h", 'I', 0)                                                                             \
    X("L2_POOL_2D", 5, "activation", 'B', 0)                                                                           \
    X("UNIDIRECTIONAL_SEQUENCE_LSTM", 0, "function", 'B', 0)                                                           \
    X("UNIDIRECTIONAL_SEQUENCE_LSTM", 1, "cell_clip", 'F', 0)                                                          \
    X("UNIDIRECTIONAL_SEQUENCE_LSTM", 2, "projection_clip", 'F', 0)                                                    \
    X("UNIDIRECTIONAL_SEQUENCE_LSTM", 3, "time_major", 'B', 0)                                                         \
    X("LSTM", 0, "function", 'B', 0)                                                                                   \
    X("LSTM", 1, "cell_clip", 'F', 0)                                                                                  \
    X("LSTM", 2, "projection_clip", 'F', 0)                                                                            \
    X("LSTM", 3, "basic", 'B', 0)                                                                                      \
    X("UNIDIRECTIONAL_SEQUENCE_RNN", 0, "time_major", 'B', 0)                                                          \
    X("UNIDIRECTIONAL_SEQUENCE_RNN", 1, "function", 'B', 0)                                                            \
    X("BIDIRECTIONAL_SEQUENCE_LSTM", 0, "function", 'B', 0)                                                            \
    X("BIDIRECTIONAL_SEQUENCE_LSTM", 1, "cell_clip", 'F', 0)                                                           \
    X("BIDIRECTIONAL_SEQUENCE_LSTM", 2, "projection_clip", 'F', 0)                                                     \
    X("BIDIRECTIONAL_SEQUENCE_LSTM", 3, "merge_outputs", 'B', 0)                                                       \
    X("BIDIRECTIONAL_SEQUENCE_LSTM", 4, "time_major", 'B', 1)                                                          \
    X("BIDIRECTIONAL_SEQUENCE_RNN", 0, "time_major", 'B', 0)                                                           \
    X("BIDIRECTIONAL_SEQUENCE_RNN", 1, "function", 'B', 0)                                                             \
    X("BIDIRECTIONAL_SEQUENCE_RNN", 2, "merge_outputs", 'B', 0)                                                        \
    X("RNN", 0, "activation", 'B', 0)                                                                                  \
    X("SVDF", 0, "rank", 'I', 0)                                                                                       \
    X("SVDF", 1, "activation", 'B', 0)                                                                                 \
    X("FULLY_CONNECTED", 0, "activation", 'B', 0)                                                                      \
    X("FULLY_CONNECTED", 1, "weights_format", 'B', 0)                                                                  \
    X("FULLY_CONNECTED", 2, "keep_num_dims", 'B', 0)                                                                   \
    X("SOFTMAX", 0, "beta", 'F', 0)                                                                                    \
    X("CONCATENATION", 0, "axis", 'I', 0)                                                                              \
    X("CONCATENATION", 1, "activation", 'B', 0)                                                                        \
    X("ADD", 0, "activation", 'B', 0)                                                                                  \
    X("MUL", 0, "activation", 'B', 0)                                                                                  \
    X("SUB", 0, "activation", 'B', 0)                                                                                  \
    X("DIV", 0, "activation", 'B', 0)                                                                                  \
    X("L2_NORMALIZATION", 0, "activation", 'B', 0)                                                                     \
    X("LOCAL_RESPONSE_NORMALIZATION", 0, "radius", 'I', 0)                                                             \
    X("LOCAL_RESPONSE_NORMALIZATION", 1, "bias", 'F', 0)                                                               \
    X("LOCAL_RESPONSE_NORMALIZATION", 2, "alpha", 'F', 0)                                                              \
    X("LOCAL_RESPONSE_NORMALIZATION", 3, "beta", 'F', 0)                                                               \
    X("RESIZE_BILINEAR", 2, "align_corners", 'B', 0)                                                                   \
    X("RESIZE_BILINEAR", 3, "half_pixel_centers", 'B', 0)                                                              \
    X("RESIZE_NEAREST_NEIGHBOR", 0, "align_corners", 'B', 0)                                                           \
    X("RESIZE_NEAREST_NEIGHBOR", 1, "half_pixel_centers", 'B', 0)                                                      \
    X("RESHAPE", 0, "new_shape", 'V', 0)                                                                               \
    X("SPACE_TO_DEPTH", 0, "block_size", 'I', 0)                                                                       \
    X("DEPTH_TO_SPACE", 0, "block_size", 'I', 0)                                                                       \
    X("GATHER", 0, "axis", 'I', 0)                                                                                     \
    X("GATHER", 1, "batch_dims", 'I', 0)                                                                               \
    X("MEAN", 0, "keep_dims", 'B', 0)                                                                                  \
    X("SUM", 0, "keep_dims", 'B', 0)                                                                                   \
    X("REDUCE_MAX", 0, "keep_dims", 'B', 0)                                                                            \
    X("REDUCE_MIN", 0, "keep_dims", 'B', 0)                                                                            \
    X("REDUCE_PROD", 0, "keep_dims", 'B', 0)                                                                           \
    X("REDUCE_ANY", 0, "keep_dims", 'B', 0)                                                                            \
    X("REDUCE_ALL", 0, "keep_dims", 'B', 0)                                                                            \
    X("SQUEEZE", 0, "squeeze_dims", 'V', 0)                                                                            \
    X("SPLIT", 0, "num_splits", 'I', 0)                                                                                \
    X("STRIDED_SLICE", 0, "begin_mask", 'I', 0)                                                                        \
    X("STRIDED_SLICE", 1, "end_mask", 'I', 0)                                                                          \
    X("STRIDED_SLICE", 2, "ellipsis_mask", 'I', 0)                                                                     \
    X("STRIDED_SLICE", 3, "new_axis_mask", 'I', 0)                                                                     \
    X("STRIDED_SLICE", 4, "shrink_axis_mask", 'I', 0)                                                                  \
    X("PACK", 1, "axis", 'I', 0)                                                                                       \
    X("UNPACK", 0, "num", 'I', 0)                                                                                      \
    X("UNPACK", 1, "axis", 'I', 0)                                                                                     \
    X("ONE_HOT", 0, "axis", 'I', 0)                                                                                    \
    X("REVERSE_SEQUENCE", 0, "seq_dim", 'I', 0)                                                                        \
    X("REVERSE_SEQUENCE", 1, "batch_dim", 'I', 0)                                                                      \
    X("LEAKY_RELU", 0, "alpha", 'F', 0)                                                                                \
    X("MIRROR_PAD", 0, "mode", 'B', 0)                                                                                 \
    X("BATCH_MATMUL", 0, "adj_x", 'B', 0)                                                                              \
    X("BATCH_MATMUL", 1, "adj_y", 'B', 0)                                                                              \
    X("CUMSUM", 0, "exclusive", 'B', 0)                                                                                \
    X("CUMSUM", 1, "reverse", 'B', 0)                                                                                  \
    X("GELU", 0, "approximate", 'B', 0)                                                                                \
    X("BUCKETIZE", 0, "boundaries", 'W', 0)                                                                            \
    X("CALL", 0, "f", 'G', 0)                                                                                          \
    X("STABLEHLO_COMPOSITE", 1, "f", 'G', 0)                                                                           \
    X("IF", 0, "then", 'G', 0)                                                                                         \
    X("IF", 1, "else", 'G', 0)                                                                                         \
    X("WHILE", 0, "cond", 'G', 0)                                                                                      \
    X("WHILE", 1, "body", 'G', 0)

#endif
